//! What the shapes and colours of a profile mean, in a row at its top right.

use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;

use super::panel::{OBSERVED_LINE, PEAK_HEIGHT, gaps};
use super::{Observed, Profile, RIGHT};
use crate::figure::colour::{INK, MINUS, NEUTRAL, NO_DATA, PLUS};
use crate::figure::sheet::{Anchor, NOTE, widest};
use crate::figure::{Drawn, Sheet};

const SWATCH: f64 = 16.0;

struct Entry {
    name: &'static str,
    colour: RGBColor,
    /// Height of its swatch in pixels.
    height: f64,
}

/// Draws, on the `baseline`, only the entries that the profile has a use for, the last one ending where the tracks do.
pub(super) fn draw<DB: DrawingBackend>(profile: &Profile, sheet: &Sheet<DB>, baseline: f64) -> Drawn<DB> {
    let mut right = RIGHT;
    for Entry { name, colour, height } in entries(profile).into_iter().rev() {
        let text = right - widest(name, NOTE.size);
        let (swatch, middle) = (text - 7.0 - SWATCH, baseline - 4.0);
        sheet.rect((swatch, middle - height / 2.0), (swatch + SWATCH, middle + height / 2.0), colour)?;
        sheet.text(name, (text, baseline), Anchor::Start, NOTE)?;
        right = swatch - 18.0;
    }
    Ok(())
}

fn entries(profile: &Profile) -> Vec<Entry> {
    let mark = |wanted: fn(&Observed) -> bool| profile.marks.iter().any(|mark| wanted(&mark.observed));
    let stranded = profile.assay.as_ref().is_some_and(|assay| assay.minus.is_some());
    let holed = profile.marks.iter().any(|mark| !gaps(&mark.imputed, &profile.region).is_empty());
    let entry = |shown: bool, name, colour, height| shown.then_some(Entry { name, colour, height });
    [
        entry(stranded, "plus strand", PLUS, 10.0),
        entry(stranded, "minus strand", MINUS, 10.0),
        entry(!profile.marks.is_empty(), "imputed", NEUTRAL, 10.0),
        entry(holed, "no data", NO_DATA, 10.0),
        entry(mark(|observed| matches!(observed, Observed::Signal(_))), "observed", INK, OBSERVED_LINE),
        entry(mark(|observed| matches!(observed, Observed::Peaks(_))), "observed peaks", INK, PEAK_HEIGHT),
    ]
    .into_iter()
    .flatten()
    .collect()
}
