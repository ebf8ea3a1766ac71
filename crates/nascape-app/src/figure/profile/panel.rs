//! One track of a profile: its name, its scale and its values.

use std::ops::Range;

use plotters::prelude::DrawingBackend;

use super::{AssayPanel, LEFT, MarkPanel, NAME_LEFT, Observed, RIGHT, x};
use crate::figure::colour::{HAIRLINE, INK, MINUS, NO_DATA, PLUS};
use crate::figure::number::{round_up, tick_label};
use crate::figure::sheet::{Anchor, LABEL, NOTE, Step, TICK, fitted, wrapped};
use crate::figure::{Drawn, Sheet, Track};

pub(super) const ASSAY_HEIGHT: f64 = 72.0;
pub(super) const MARK_HEIGHT: f64 = 64.0;
pub(super) const PEAK_HEIGHT: f64 = 6.0;
pub(super) const OBSERVED_LINE: f64 = 1.0;
const PEAK_GAP: f64 = 4.0;
/// Room for a track's name, before the numbers of its scale.
const NAME_WIDTH: f64 = 136.0;
const LINE: f64 = 15.0;
const AXIS: f64 = LEFT - 6.0;
/// A pixel of the PNG: nothing is narrower.
const FINEST: f64 = 0.5;
/// Bins filled side by side before the tallest of neighbours stands for them.
const FILLED: usize = ((RIGHT - LEFT) / FINEST) as usize;
/// The same for the observed line, which would cover the fill were it as fine.
const LINED: usize = (RIGHT - LEFT) as usize;

/// A track's place on the sheet.
pub(super) struct Panel<'a, DB: DrawingBackend> {
    pub(super) sheet: &'a Sheet<DB>,
    pub(super) region: &'a Range<u64>,
    pub(super) top: f64,
    pub(super) height: f64,
}

/// The heights that the values from `low` to `high` have on the sheet.
struct Heights {
    low: f64,
    high: f64,
    top: f64,
    bottom: f64,
}

impl Heights {
    fn y(&self, value: f64) -> f64 {
        self.bottom - (value.clamp(self.low, self.high) - self.low) / (self.high - self.low) * (self.bottom - self.top)
    }
}

impl<DB: DrawingBackend> Panel<'_, DB> {
    pub(super) fn assay(&self, assay: &AssayPanel) -> Drawn<DB> {
        let minus = assay.minus.as_ref().map(|minus| (minus, -1.0, MINUS));
        let strands = [Some((&assay.plus, 1.0, PLUS)), minus].into_iter().flatten();
        let extents = strands.clone().map(|(track, ..)| track.extent(self.region));
        let high = round_top(extents.fold(0.0, |most, (low, high)| most.max(high).max(-low)));
        let low = if minus.is_some() { -high } else { 0.0 };
        let heights = Heights { low, high, top: self.top, bottom: self.top + self.height };
        for (track, sign, hue) in strands {
            for run in self.runs(track, FILLED, f32::abs, |height| heights.y(sign * f64::from(height))) {
                self.sheet.filled_steps(&run, heights.y(0.0), hue)?;
            }
        }
        self.names(&assay.title, &assay.unit)?;
        // Both strands count from 0: the minus strand is mirrored, not negative.
        self.values(&heights, f64::abs)
    }

    pub(super) fn mark(&self, mark: &MarkPanel) -> Drawn<DB> {
        let under = if matches!(mark.observed, Observed::Peaks(_)) { PEAK_GAP + PEAK_HEIGHT } else { 0.0 };
        let (low, high) = self.span(mark);
        let heights = Heights { low, high, top: self.top, bottom: self.top + self.height - under };
        for gap in gaps(&mark.imputed, self.region) {
            self.sheet.rect((self.x(gap.start), heights.top), (self.x(gap.end), heights.bottom), NO_DATA)?;
        }
        for run in self.runs(&mark.imputed, FILLED, |value| value, |value| heights.y(f64::from(value))) {
            self.sheet.filled_steps(&run, heights.y(0.0), mark.hue.colour(&mark.title))?;
        }
        match &mark.observed {
            Observed::Nothing => {}
            Observed::Signal(observed) => {
                let runs = self.runs(observed, LINED, |value| value, |value| heights.y(f64::from(value)));
                let dense = runs.iter().map(Vec::len).sum::<usize>() > LINED / 2;
                let thick = if dense { OBSERVED_LINE / 2.0 } else { OBSERVED_LINE };
                runs.iter().try_for_each(|run| self.sheet.stepped_line(run, thick, INK))?;
            }
            Observed::Peaks(peaks) => self.peaks(peaks, heights.bottom + PEAK_GAP)?,
        }
        self.names(&mark.title, &mark.unit)?;
        self.values(&heights, |value| value)
    }

    /// The values that a mark's axis spans.
    fn span(&self, mark: &MarkPanel) -> (f64, f64) {
        let (mut low, mut high) = mark.imputed.extent(self.region);
        if let Observed::Signal(observed) = &mark.observed {
            let extent = observed.extent(self.region);
            (low, high) = (low.min(extent.0), high.max(extent.1));
        }
        let high = round_top(high.max(mark.reach));
        let depth = f64::from(-low);
        // A model's ripple just under 0 is no reason for a second half of the axis.
        (if depth > 0.05 * high { -round_up(depth) } else { 0.0 }, high)
    }

    fn peaks(&self, peaks: &[Range<u64>], top: f64) -> Drawn<DB> {
        let region = self.region;
        let seen = peaks.iter().filter(|peak| peak.start < region.end && peak.end > region.start);
        let ends = seen.map(|peak| peak.start.max(region.start) as f64..peak.end.min(region.end) as f64);
        let mut bars: Vec<(f64, f64)> = ends.map(|peak| (self.x(peak.start), self.x(peak.end))).collect();
        bars.sort_by(|a, b| a.0.total_cmp(&b.0));
        // Peaks too close to be told apart become one bar; none is too narrow to be seen.
        let mut drawn: Vec<(f64, f64)> = Vec::new();
        for (from, to) in bars {
            let to = to.max(from + FINEST);
            match drawn.last_mut().filter(|last| from - last.1 < FINEST) {
                Some(last) => last.1 = last.1.max(to),
                None => drawn.push((from, to)),
            }
        }
        drawn.into_iter().try_for_each(|(from, to)| self.sheet.rect((from, top), (to, top + PEAK_HEIGHT), INK))
    }

    fn names(&self, title: &str, unit: &str) -> Drawn<DB> {
        let lines = wrapped(title, NAME_WIDTH, LABEL.size);
        let mut y = self.top + self.height / 2.0 + 4.0 - LINE * lines.len() as f64 / 2.0;
        for line in &lines {
            self.sheet.text(line, (NAME_LEFT, y), Anchor::Start, LABEL)?;
            y += LINE;
        }
        self.sheet.text(&fitted(unit, NAME_WIDTH, NOTE.size), (NAME_LEFT, y), Anchor::Start, NOTE)
    }

    /// The upright hairline with ticks at its ends and at 0, each with the number `shown` for it; and the hairline at 0.
    fn values(&self, heights: &Heights, shown: impl Fn(f64) -> f64) -> Drawn<DB> {
        self.sheet.hairline((AXIS, heights.top), (AXIS, heights.bottom), HAIRLINE)?;
        self.sheet.hairline((LEFT, heights.y(0.0)), (RIGHT, heights.y(0.0)), HAIRLINE)?;
        let ends = [heights.high, heights.low].into_iter().filter(|end| *end != 0.0);
        for value in ends.chain([0.0]) {
            let y = heights.y(value);
            self.sheet.hairline((AXIS - 4.0, y), (AXIS, y), HAIRLINE)?;
            let label = tick_label(shown(value), if value == 0.0 { 1.0 } else { value.abs() });
            self.sheet.text(&label, (AXIS - 7.0, y + 4.0), Anchor::End, TICK)?;
        }
        Ok(())
    }

    fn runs(&self, track: &Track, columns: usize, height: fn(f32) -> f32, y: impl Fn(f32) -> f64) -> Vec<Vec<Step>> {
        let runs = track.runs(self.region, columns, height).into_iter();
        let step =
            |(bases, value): (Range<f64>, f32)| Step { x0: self.x(bases.start), x1: self.x(bases.end), y: y(value) };
        runs.map(|run| run.into_iter().map(|stretch| step((stretch.bases, stretch.value))).collect()).collect()
    }

    fn x(&self, base: f64) -> f64 {
        x(self.region, base)
    }
}

/// The stretches without a value that are wide enough to be seen.
pub(super) fn gaps(track: &Track, region: &Range<u64>) -> Vec<Range<f64>> {
    track.gaps(region, region.end.saturating_sub(region.start) as f64 / FILLED as f64)
}

/// A round top for an axis whose values reach `most`.
fn round_top(most: f32) -> f64 {
    if most > 0.0 { round_up(f64::from(most)) } else { 1.0 }
}
