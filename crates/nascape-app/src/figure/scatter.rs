//! Imputed against observed, bin by bin: so many bins that only their density can be seen.

use std::ops::Range;

use plotters::prelude::DrawingBackend;

use super::colour::{self, HAIRLINE};
use super::frame::{Frame, Scale, Tick};
use super::number::{grouped, tick_label, ticks};
use super::sheet::{Anchor, LABEL, NOTE, TICK, TITLE, fitted};
use super::{Drawn, Figure, Sheet};

const SIDE: f64 = 400.0;
const LEFT: f64 = 76.0;
const TOP: f64 = 60.0;
/// Cells along each side; one is four pixels wide.
const CELLS: usize = 100;
const RAMP_LEFT: f64 = LEFT + SIDE + 28.0;
const RAMP_WIDTH: f64 = 12.0;
const RAMP_HEIGHT: f64 = 200.0;
const RAMP_STEPS: usize = 50;

/// The density of bins over imputed and observed values, for a mark observed as a signal.
///
/// For a mark observed as peaks see [`ScoreHistogram`](super::ScoreHistogram).
#[derive(Debug, Clone, PartialEq)]
pub struct Scatter<'a> {
    /// The mark's name, which also gives the colour.
    pub target: String,
    /// What a value is, as in `fold change`.
    pub unit: String,
    /// The imputed value of each bin; NaN where missing.
    pub imputed: &'a [f32],
    /// The observed value of the same bins; NaN where missing.
    pub observed: &'a [f32],
    /// Pearson's correlation of the two, measured elsewhere.
    pub pearson: Option<f64>,
    /// How both axes are divided.
    pub axis: Axis,
}

/// How an axis is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Axis {
    /// Evenly.
    #[default]
    Linear,
    /// By log(1 + value), mirrored below 0: for signals whose peaks tower over everything.
    Log1p,
}

impl Axis {
    fn place(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log1p => value.signum() * value.abs().ln_1p(),
        }
    }

    /// Ticks for the values `low` to `high`, which are not yet placed.
    fn ticks(self, low: f64, high: f64) -> Vec<Tick> {
        match self {
            Self::Linear => {
                let (values, step) = ticks(low..high, 6);
                values.into_iter().map(|value| (value, tick_label(value, step))).collect()
            }
            Self::Log1p => {
                let few = high.max(-low) < 1000.0;
                let leads: &[f64] = if few { &[1.0, 2.0, 5.0] } else { &[1.0] };
                let powers = (0..9).map(|power| 10_f64.powi(power));
                let up: Vec<f64> = powers.flat_map(|power| leads.iter().map(move |lead| lead * power)).collect();
                let down = up.iter().map(|value| -value);
                let values = down.chain([0.0]).chain(up.iter().copied()).filter(|value| (low..=high).contains(value));
                values.map(|value| (self.place(value), tick_label(value, 1.0))).collect()
            }
        }
    }
}

impl Scatter<'_> {
    fn pairs(&self) -> impl Iterator<Item = (f64, f64)> {
        let pairs = self.imputed.iter().zip(self.observed).map(|(i, o)| (f64::from(*i), f64::from(*o)));
        pairs.filter(|(i, o)| i.is_finite() && o.is_finite())
    }

    /// The values that both axes span, the same on both so that the diagonal is where they agree.
    fn span(&self) -> (f64, f64) {
        let (low, high) =
            self.pairs().fold((0.0_f64, 0.0_f64), |(low, high), (i, o)| (low.min(i).min(o), high.max(i).max(o)));
        if high > low { (low, high) } else { (0.0, 1.0) }
    }

    /// Bins in each cell, row by row from the lowest observed values.
    fn counts(&self, range: &Range<f64>) -> Vec<u64> {
        let cell = |value: f64| {
            let share = (self.axis.place(value) - range.start) / (range.end - range.start);
            ((share * CELLS as f64) as usize).min(CELLS - 1)
        };
        let mut counts = vec![0; CELLS * CELLS];
        for (imputed, observed) in self.pairs() {
            counts[cell(observed) * CELLS + cell(imputed)] += 1;
        }
        counts
    }
}

impl Figure for Scatter<'_> {
    fn size(&self) -> (u32, u32) {
        ((RAMP_LEFT + RAMP_WIDTH + 84.0) as u32, (TOP + SIDE + 60.0) as u32)
    }

    fn draw<DB: DrawingBackend>(&self, sheet: &Sheet<DB>) -> Drawn<DB> {
        let (low, high) = self.span();
        let range = self.axis.place(low)..self.axis.place(high);
        let scale = |name: &str| Scale {
            name: format!("{name} ({})", self.unit),
            range: range.clone(),
            ticks: self.axis.ticks(low, high),
        };
        let (across, up) = (scale("imputed"), scale("observed"));
        let frame = Frame { left: LEFT, top: TOP, width: SIDE, height: SIDE, across, up };
        let counts = self.counts(&range);
        let most = counts.iter().copied().max().unwrap_or_default().max(2);
        let hue = colour::of(&self.target);
        let shade = |count: u64| colour::ramp(hue, (count as f64).ln() / (most as f64).ln());
        let edge = SIDE / CELLS as f64;
        for (n, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let (x, y) = (LEFT + (n % CELLS) as f64 * edge, frame.bottom() - (n / CELLS) as f64 * edge);
            sheet.rect((x, y - edge), (x + edge, y), shade(*count))?;
        }
        sheet.line(&[(LEFT, frame.bottom()), (frame.right(), TOP)], 0.5, HAIRLINE)?;
        frame.draw(sheet)?;
        sheet.text(&fitted(&self.target, 200.0, TITLE.size), (LEFT, 30.0), Anchor::Start, TITLE)?;
        let bins: u64 = counts.iter().sum();
        sheet.text(&format!("{} bins", grouped(bins)), (LEFT, 47.0), Anchor::Start, NOTE)?;
        let pearson =
            self.pearson.map_or("Pearson undefined".to_owned(), |r| format!("Pearson {r:.3}").replace('-', "−"));
        sheet.text(&pearson, (frame.right(), 47.0), Anchor::End, LABEL)?;
        legend(sheet, most, |share| colour::ramp(hue, share))
    }
}

/// The ramp of counts, from one bin to the fullest cell.
fn legend<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    most: u64,
    shade: impl Fn(f64) -> plotters::style::RGBColor,
) -> Drawn<DB> {
    let (bottom, step) = (TOP + 24.0 + RAMP_HEIGHT, RAMP_HEIGHT / RAMP_STEPS as f64);
    sheet.text("bins in a cell", (RAMP_LEFT, TOP + 8.0), Anchor::Start, NOTE)?;
    for n in 0..RAMP_STEPS {
        let y = bottom - n as f64 * step;
        let colour = shade(n as f64 / (RAMP_STEPS - 1) as f64);
        sheet.rect((RAMP_LEFT, y - step), (RAMP_LEFT + RAMP_WIDTH, y), colour)?;
    }
    let powers = (0..19).map(|power| 10_u64.pow(power)).take_while(|count| *count <= most);
    for count in powers {
        let y = bottom - (count as f64).ln() / (most as f64).ln() * RAMP_HEIGHT;
        sheet.hairline((RAMP_LEFT + RAMP_WIDTH, y), (RAMP_LEFT + RAMP_WIDTH + 4.0, y), HAIRLINE)?;
        sheet.text(&grouped(count), (RAMP_LEFT + RAMP_WIDTH + 8.0, y + 4.0), Anchor::Start, TICK)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scatter<'a>(imputed: &'a [f32], observed: &'a [f32], axis: Axis) -> Scatter<'a> {
        Scatter { target: "H3K27ac".into(), unit: "fold change".into(), imputed, observed, pearson: None, axis }
    }

    #[test]
    fn every_bin_that_both_tracks_have_is_counted_once() {
        let figure = scatter(&[0.0, 10.0, f32::NAN, 5.0], &[0.0, 10.0, 1.0, f32::INFINITY], Axis::Linear);
        let counts = figure.counts(&(0.0..10.0));
        assert_eq!((counts[0], counts[CELLS * CELLS - 1], counts.iter().sum::<u64>()), (1, 1, 2));
    }

    #[test]
    fn no_bins_still_make_a_figure() {
        assert_eq!(scatter(&[], &[], Axis::Log1p).span(), (0.0, 1.0));
    }

    #[test]
    fn logarithmic_ticks_stand_at_their_values() {
        let labels = |low, high| Axis::Log1p.ticks(low, high).into_iter().map(|(_, label)| label).collect::<Vec<_>>();
        assert_eq!(labels(0.0, 30.0), ["0", "1", "2", "5", "10", "20"]);
        assert_eq!(labels(0.0, 3000.0), ["0", "1", "10", "100", "1,000"]);
        assert_eq!(Axis::Log1p.ticks(0.0, 30.0)[1].0, 2_f64.ln());
    }
}
