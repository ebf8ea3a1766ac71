//! The plot that has two axes of numbers: its place on the sheet, its ticks and its names.

use std::ops::Range;

use plotters::prelude::DrawingBackend;

use super::colour::HAIRLINE;
use super::sheet::{Anchor, LABEL, TICK};
use super::{Drawn, Sheet};

/// A tick's place in the axis' own measure, and the number beside it.
pub(super) type Tick = (f64, String);

/// One axis: what it shows, from where to where, and its ticks.
pub(super) struct Scale {
    pub(super) name: String,
    pub(super) range: Range<f64>,
    pub(super) ticks: Vec<Tick>,
}

/// A plot's rectangle on the sheet, in pixels, with its two axes.
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) across: Scale,
    pub(super) up: Scale,
}

impl Frame {
    pub(super) fn right(&self) -> f64 {
        self.left + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.top + self.height
    }

    pub(super) fn x(&self, value: f64) -> f64 {
        self.left + self.across.share(value) * self.width
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        self.bottom() - self.up.share(value) * self.height
    }

    pub(super) fn draw<DB: DrawingBackend>(&self, sheet: &Sheet<DB>) -> Drawn<DB> {
        let (left, bottom) = (self.left - 4.0, self.bottom() + 4.0);
        sheet.hairline((self.left, bottom), (self.right(), bottom), HAIRLINE)?;
        sheet.hairline((left, self.top), (left, self.bottom()), HAIRLINE)?;
        for (value, label) in &self.across.ticks {
            let x = self.x(*value);
            sheet.hairline((x, bottom), (x, bottom + 4.0), HAIRLINE)?;
            sheet.text(label, (x, bottom + 18.0), Anchor::Middle, TICK)?;
        }
        for (value, label) in &self.up.ticks {
            let y = self.y(*value);
            sheet.hairline((left - 4.0, y), (left, y), HAIRLINE)?;
            sheet.text(label, (left - 8.0, y + 4.0), Anchor::End, TICK)?;
        }
        sheet.text(&self.across.name, (self.left + self.width / 2.0, bottom + 38.0), Anchor::Middle, LABEL)?;
        sheet.upright_text(&self.up.name, (22.0, self.top + self.height / 2.0), Anchor::Middle, LABEL)
    }
}

impl Scale {
    fn share(&self, value: f64) -> f64 {
        (value - self.range.start) / (self.range.end - self.range.start)
    }
}
