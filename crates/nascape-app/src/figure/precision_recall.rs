//! Precision against recall over all thresholds, for one model or several.

use plotters::prelude::DrawingBackend;

use super::colour::{HAIRLINE, Hue};
use super::frame::{Frame, Scale};
use super::number::tick_label;
use super::sheet::{Anchor, LABEL, NOTE, TITLE, fitted};
use super::{Drawn, Figure, Sheet};

const SIDE: f64 = 360.0;
const LEFT: f64 = 72.0;
const TOP: f64 = 52.0;
const KEY_LEFT: f64 = LEFT + SIDE + 24.0;
const KEY_WIDTH: f64 = 250.0;
const KEY_ROW: f64 = 40.0;
const SWATCH: f64 = 22.0;

/// One or several precision-recall curves, with the precision that chance has.
#[derive(Debug, Clone, PartialEq)]
pub struct PrecisionRecall {
    /// What is found, as in `H3K4me3, chr21 from 35 Mb`.
    pub title: String,
    /// The curves.
    pub series: Vec<Series>,
    /// The share of positive bins: a hairline, the precision of calling at random.
    pub base_rate: Option<f64>,
}

/// One curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// Its colour and dashes.
    pub hue: Hue,
    /// Recall and precision, from the highest threshold.
    pub points: Vec<(f64, f64)>,
    /// The area under it, measured on all thresholds.
    pub auprc: Option<f64>,
}

impl Figure for PrecisionRecall {
    fn size(&self) -> (u32, u32) {
        let key = (self.series.len() + 1) as f64 * KEY_ROW;
        ((KEY_LEFT + KEY_WIDTH) as u32, (TOP + SIDE.max(key) + 60.0) as u32)
    }

    fn draw<DB: DrawingBackend>(&self, sheet: &Sheet<DB>) -> Drawn<DB> {
        let share = |name: &str| Scale {
            name: name.into(),
            range: 0.0..1.0,
            ticks: (0..=5).map(|n| f64::from(n) / 5.0).map(|value| (value, tick_label(value, 0.2))).collect(),
        };
        let (across, up) = (share("recall"), share("precision"));
        let frame = Frame { left: LEFT, top: TOP, width: SIDE, height: SIDE, across, up };
        let fitting = KEY_WIDTH - SWATCH - 20.0;
        let key = |row: usize| (KEY_LEFT + SWATCH + 8.0, TOP + 10.0 + row as f64 * KEY_ROW);
        if let Some(base_rate) = self.base_rate {
            let (text_left, y) = key(self.series.len());
            sheet.hairline((LEFT, frame.y(base_rate)), (frame.right(), frame.y(base_rate)), HAIRLINE)?;
            sheet.hairline((KEY_LEFT, y - 4.0), (KEY_LEFT + SWATCH, y - 4.0), HAIRLINE)?;
            sheet.text("base rate", (text_left, y), Anchor::Start, LABEL)?;
            sheet.text(&format!("{base_rate:.3}"), (text_left, y + 16.0), Anchor::Start, NOTE)?;
        }
        // The first lie on top.
        for (row, series) in self.series.iter().enumerate().rev() {
            let (colour, dashes) = (series.hue.colour(&series.name), series.hue.dashes());
            let points: Vec<_> = steps(&series.points).map(|(r, p)| (frame.x(r), frame.y(p))).collect();
            sheet.dashed_line(&points, 1.5, colour, dashes)?;
            let (text_left, y) = key(row);
            sheet.dashed_line(&[(KEY_LEFT, y - 4.0), (KEY_LEFT + SWATCH, y - 4.0)], 1.5, colour, dashes)?;
            sheet.text(&fitted(&series.name, fitting, LABEL.size), (text_left, y), Anchor::Start, LABEL)?;
            let auprc = series.auprc.map_or("AUPRC undefined".to_owned(), |auprc| format!("AUPRC {auprc:.3}"));
            sheet.text(&auprc, (text_left, y + 16.0), Anchor::Start, NOTE)?;
        }
        frame.draw(sheet)?;
        sheet.text(&fitted(&self.title, KEY_LEFT + KEY_WIDTH - LEFT, TITLE.size), (LEFT, 30.0), Anchor::Start, TITLE)
    }
}

/// The curve in steps, each at the precision with which its stretch of recall was gained: what lies under it is the AUPRC, also of
/// scores with few values, where a straight line between the points would promise more.
fn steps(points: &[(f64, f64)]) -> impl Iterator<Item = (f64, f64)> {
    let from = [0.0].into_iter().chain(points.iter().map(|(recall, _)| *recall));
    from.zip(points).flat_map(|(from, &(recall, precision))| [(from, precision), (recall, precision)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_under_the_steps_is_the_average_precision() {
        let steps: Vec<_> = steps(&[(0.25, 0.8), (1.0, 0.1)]).collect();
        assert_eq!(steps, [(0.0, 0.8), (0.25, 0.8), (0.25, 0.1), (1.0, 0.1)]);
    }
}
