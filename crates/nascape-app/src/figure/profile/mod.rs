//! A locus: what was measured and what was imputed, one above the other on one axis.

mod key;
mod panel;

use std::ops::Range;

use plotters::prelude::DrawingBackend;

use self::panel::Panel;
use super::colour::HAIRLINE;
use super::number::{grouped, ticks};
use super::sheet::{Anchor, NOTE, TICK, TITLE};
use super::{Drawn, Figure, Hue, Sheet, Track};

const WIDTH: f64 = 1000.0;
const LEFT: f64 = 204.0;
const RIGHT: f64 = WIDTH - 40.0;
const NAME_LEFT: f64 = 20.0;
const HEADING: f64 = 30.0;
const TOP: f64 = 60.0;
const GAP: f64 = 22.0;
const BOTTOM: f64 = 40.0;

/// Stacked tracks over one locus.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The chromosome's name, as in `chr21`.
    pub chromosome: String,
    /// The bases shown, 0-based half-open.
    pub region: Range<u64>,
    /// The assay, drawn above the marks.
    pub assay: Option<AssayPanel>,
    /// The marks, from the top.
    pub marks: Vec<MarkPanel>,
}

/// The nascent transcription that the marks were imputed from.
#[derive(Debug, Clone, PartialEq)]
pub struct AssayPanel {
    /// Its name.
    pub title: String,
    /// What a value is, as in `reads per bin`.
    pub unit: String,
    /// The plus strand, or the only one; drawn upwards.
    pub plus: Track,
    /// The minus strand, drawn downwards whatever the sign of its values.
    pub minus: Option<Track>,
}

/// One mark: imputed, and observed where someone measured it.
#[derive(Debug, Clone, PartialEq)]
pub struct MarkPanel {
    /// The mark's name, or that of the bundle which imputed it.
    pub title: String,
    /// The colour of the fill.
    pub hue: Hue,
    /// What a value is, as in `fold change` or `probability`.
    pub unit: String,
    /// The axis reaches at least this value: 1 for a probability, 0 to let the locus decide.
    pub reach: f32,
    /// Drawn as a filled area.
    pub imputed: Track,
    /// Drawn dark.
    pub observed: Observed,
}

/// What was measured of a mark.
#[derive(Debug, Clone, PartialEq)]
pub enum Observed {
    /// Nothing.
    Nothing,
    /// A signal in the unit of the imputed track: a line over it.
    Signal(Track),
    /// Peaks, 0-based half-open: bars under the track.
    Peaks(Vec<Range<u64>>),
}

/// Several loci, one below the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Profiles(pub Vec<Profile>);

impl Figure for Profile {
    fn size(&self) -> (u32, u32) {
        (WIDTH as u32, self.height() as u32)
    }

    fn draw<DB: DrawingBackend>(&self, sheet: &Sheet<DB>) -> Drawn<DB> {
        self.draw_below(sheet, 0.0)
    }
}

impl Figure for Profiles {
    fn size(&self) -> (u32, u32) {
        (WIDTH as u32, self.0.iter().map(Profile::height).sum::<f64>() as u32)
    }

    fn draw<DB: DrawingBackend>(&self, sheet: &Sheet<DB>) -> Drawn<DB> {
        let mut top = 0.0;
        for profile in &self.0 {
            profile.draw_below(sheet, top)?;
            top += profile.height();
        }
        Ok(())
    }
}

impl Profile {
    fn height(&self) -> f64 {
        let assay = self.assay.as_ref().map_or(0.0, |_| panel::ASSAY_HEIGHT + GAP);
        let marks = self.marks.len() as f64 * (panel::MARK_HEIGHT + GAP);
        TOP + assay + marks + BOTTOM
    }

    /// Draws itself from `start` pixels down the sheet on.
    fn draw_below<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, start: f64) -> Drawn<DB> {
        let (first, last) = (grouped(self.region.start + 1), grouped(self.region.end));
        let locus = format!("{}:{first}-{last}", self.chromosome);
        sheet.text(&locus, (NAME_LEFT, start + HEADING), Anchor::Start, TITLE)?;
        key::draw(self, sheet, start + HEADING)?;
        let mut top = start + TOP;
        if let Some(assay) = &self.assay {
            Panel { sheet, region: &self.region, top, height: panel::ASSAY_HEIGHT }.assay(assay)?;
            top += panel::ASSAY_HEIGHT + GAP;
        }
        for mark in &self.marks {
            Panel { sheet, region: &self.region, top, height: panel::MARK_HEIGHT }.mark(mark)?;
            top += panel::MARK_HEIGHT + GAP;
        }
        bases(sheet, &self.region, top)
    }
}

/// The axis of coordinates.
fn bases<DB: DrawingBackend>(sheet: &Sheet<DB>, region: &Range<u64>, y: f64) -> Drawn<DB> {
    sheet.hairline((LEFT, y), (RIGHT, y), HAIRLINE)?;
    let span = region.end.saturating_sub(region.start);
    sheet.text(&format!("{} bp", grouped(span)), (NAME_LEFT, y + 20.0), Anchor::Start, NOTE)?;
    let (positions, _) = ticks(region.start as f64 + 1.0..region.end as f64, 6);
    for position in positions.into_iter().filter(|position| position.fract() == 0.0) {
        // The middle of the base that is numbered `position` when counting from 1.
        let x = x(region, position - 0.5);
        sheet.hairline((x, y), (x, y + 5.0), HAIRLINE)?;
        sheet.text(&grouped(position as u64), (x, y + 20.0), Anchor::Middle, TICK)?;
    }
    Ok(())
}

/// Where the 0-based coordinate `base` is on the sheet.
fn x(region: &Range<u64>, base: f64) -> f64 {
    let span = region.end.saturating_sub(region.start).max(1) as f64;
    LEFT + (base - region.start as f64) / span * (RIGHT - LEFT)
}
