//! How the scores of bins in peaks differ from the others': for a mark observed as peaks, where a scatter shows two lines.

use plotters::prelude::DrawingBackend;
use plotters::style::WHITE;

use super::colour::{self, INK, NEUTRAL};
use super::frame::{Frame, Scale};
use super::number::{grouped, tick_label, ticks};
use super::sheet::{Anchor, LABEL, NOTE, Step, TICK, TITLE, fitted};
use super::{Drawn, Figure, Sheet};

const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 84.0;
const TOP: f64 = 60.0;
const CLASSES: usize = 60;
const KEY_LEFT: f64 = LEFT + WIDTH + 24.0;
const KEY_WIDTH: f64 = 156.0;

/// Two histograms over each other: scores in peaks, and outside them.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreHistogram<'a> {
    /// The mark's name, which also gives the colour.
    pub target: String,
    /// What a score is, as in `probability`.
    pub unit: String,
    /// The score of each bin; NaN where missing.
    pub scores: &'a [f32],
    /// Whether the same bin is in a peak.
    pub in_peak: &'a [bool],
    /// Where a score makes a call: an upright line.
    pub threshold: Option<f32>,
}

/// The bins of one kind by class of score.
struct Shares {
    bins: u64,
    counts: [u64; CLASSES],
}

impl Shares {
    /// The share of this kind's bins that is in the class.
    fn of(&self, class: usize) -> f64 {
        self.counts[class] as f64 / self.bins.max(1) as f64
    }
}

impl ScoreHistogram<'_> {
    fn scored(&self) -> impl Iterator<Item = (f64, bool)> {
        let scored = self.scores.iter().zip(self.in_peak).map(|(score, in_peak)| (f64::from(*score), *in_peak));
        scored.filter(|(score, _)| score.is_finite())
    }

    /// The scores that the axis spans: 0 to 1 where they are probabilities.
    fn span(&self) -> (f64, f64) {
        let (low, high) =
            self.scored().fold((0.0_f64, 0.0_f64), |(low, high), (score, _)| (low.min(score), high.max(score)));
        if high > 1.0 || low < 0.0 { (low, high.max(low + 1e-6)) } else { (0.0, 1.0) }
    }

    fn shares(&self, wanted: bool, (low, high): (f64, f64)) -> Shares {
        let mut shares = Shares { bins: 0, counts: [0; CLASSES] };
        for (score, _) in self.scored().filter(|(_, in_peak)| *in_peak == wanted) {
            let class = ((score - low) / (high - low) * CLASSES as f64) as usize;
            shares.counts[class.min(CLASSES - 1)] += 1;
            shares.bins += 1;
        }
        shares
    }
}

impl Figure for ScoreHistogram<'_> {
    fn size(&self) -> (u32, u32) {
        ((KEY_LEFT + KEY_WIDTH) as u32, (TOP + HEIGHT + 60.0) as u32)
    }

    fn draw<DB: DrawingBackend>(&self, sheet: &Sheet<DB>) -> Drawn<DB> {
        let (low, high) = self.span();
        let (inside, outside) = (self.shares(true, (low, high)), self.shares(false, (low, high)));
        let seen = (0..CLASSES).flat_map(|class| [inside.of(class), outside.of(class)]).filter(|share| *share > 0.0);
        // Most bins lie outside peaks with a score near 0: on an even axis nothing else would be seen.
        let floor = seen.fold(0.01, f64::min).log10().floor().max(-6.0);
        let (values, step) = ticks(low..high, 5);
        let percent = |power: i32| tick_label(10_f64.powi(power + 2), 10_f64.powi(power + 2)) + " %";
        let frame = Frame {
            left: LEFT,
            top: TOP,
            width: WIDTH,
            height: HEIGHT,
            across: Scale {
                name: format!("imputed {} ({})", self.target, self.unit),
                range: low..high,
                ticks: values.into_iter().map(|value| (value, tick_label(value, step))).collect(),
            },
            up: Scale {
                name: "share of bins (log scale)".into(),
                range: floor..0.0,
                ticks: (floor as i32..=0).map(|power| (f64::from(power), percent(power))).collect(),
            },
        };
        let class_width = (high - low) / CLASSES as f64;
        let hue = colour::of(&self.target);
        let steps = |shares: &Shares| -> Vec<Step> {
            let edge = |class: usize| frame.x(low + class as f64 * class_width);
            let y = |class: usize| frame.y(shares.of(class).log10().max(floor));
            (0..CLASSES).map(|class| Step { x0: edge(class), x1: edge(class + 1), y: y(class) }).collect()
        };
        let (others, peaks) = (steps(&outside), steps(&inside));
        let both: Vec<Step> = others.iter().zip(&peaks).map(|(o, p)| Step { y: o.y.max(p.y), ..*o }).collect();
        let tint = colour::over(hue, 0.6, WHITE);
        sheet.filled_steps(&others, frame.bottom(), NEUTRAL)?;
        sheet.filled_steps(&peaks, frame.bottom(), tint)?;
        sheet.filled_steps(&both, frame.bottom(), colour::over(hue, 0.6, NEUTRAL))?;
        sheet.stepped_line(&others, 0.5, INK)?;
        sheet.stepped_line(&peaks, 1.0, hue)?;
        if let Some(threshold) = self.threshold.filter(|threshold| (low..=high).contains(&f64::from(*threshold))) {
            let x = frame.x(f64::from(threshold));
            sheet.hairline((x, TOP - 6.0), (x, frame.bottom()), INK)?;
            sheet.text(&format!("threshold {threshold}"), (x, TOP - 11.0), Anchor::Middle, TICK)?;
        }
        frame.draw(sheet)?;
        sheet.text(&fitted(&self.target, WIDTH, TITLE.size), (LEFT, 30.0), Anchor::Start, TITLE)?;
        let key = [("in peaks", inside.bins, TOP), ("outside peaks", outside.bins, TOP + 44.0)];
        for (name, bins, y) in key {
            sheet.text(name, (KEY_LEFT + 22.0, y + 10.0), Anchor::Start, LABEL)?;
            sheet.text(&format!("{} bins", grouped(bins)), (KEY_LEFT + 22.0, y + 26.0), Anchor::Start, NOTE)?;
        }
        sheet.rect((KEY_LEFT, TOP), (KEY_LEFT + 14.0, TOP + 12.0), tint)?;
        sheet.rect((KEY_LEFT, TOP + 44.0), (KEY_LEFT + 14.0, TOP + 56.0), NEUTRAL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_bin_is_counted_by_its_score() {
        let (scores, in_peak) = ([0.0, 1.0, f32::NAN, 0.99], [false, true, true, true]);
        let figure = ScoreHistogram {
            target: "DNase".into(),
            unit: String::new(),
            scores: &scores,
            in_peak: &in_peak,
            threshold: None,
        };
        assert_eq!(figure.span(), (0.0, 1.0));
        let inside = figure.shares(true, figure.span());
        assert_eq!((inside.bins, inside.counts[CLASSES - 1], inside.of(CLASSES - 1)), (2, 2, 1.0));
        assert_eq!(figure.shares(false, figure.span()).counts[0], 1);
    }
}
