//! The sheet a figure is drawn on: pixels as a designer counts them, and the few shapes that figures are made of.

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::prelude::{DrawingBackend, PathElement, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontFamily, FontTransform, IntoFont, RGBColor};

use super::colour::{INK, MUTED};
use super::face;

/// Units of the drawing library in one pixel. It knows whole units only, and a hairline is less than a pixel.
pub(super) const UNITS: u32 = 4;

/// What drawing on a [`Sheet`] answers.
pub type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// Something that [`save`](super::save) can draw.
pub trait Figure {
    /// Width and height in pixels at 100 %.
    fn size(&self) -> (u32, u32);

    /// Draws itself on a white sheet of that size.
    ///
    /// # Errors
    /// What the drawing library says.
    fn draw<DB: DrawingBackend>(&self, sheet: &Sheet<DB>) -> Drawn<DB>;
}

/// A white sheet, measured in pixels from its top left corner.
pub struct Sheet<DB: DrawingBackend> {
    area: DrawingArea<DB, Shift>,
    kind: Kind,
}

/// What the shapes become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Elements that an editor of drawings can take apart.
    Vector,
    /// Pixels.
    Raster,
}

/// Where on a text the given point is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Text size in pixels an em, and colour.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub(super) size: f64,
    pub(super) colour: RGBColor,
}

/// A figure's name.
pub(super) const TITLE: Type = Type { size: 14.0, colour: INK };
/// The name of a track, an axis or a series.
pub(super) const LABEL: Type = Type { size: 12.0, colour: INK };
/// The number at a tick.
pub(super) const TICK: Type = Type { size: 11.0, colour: INK };
/// What explains a name.
pub(super) const NOTE: Type = Type { size: 11.0, colour: MUTED };

/// A stretch of a stepped track: from `x0` to `x1` at height `y`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    pub(super) x0: f64,
    pub(super) x1: f64,
    pub(super) y: f64,
}

type Point = (f64, f64);

impl<DB: DrawingBackend> Sheet<DB> {
    pub(super) fn new(area: DrawingArea<DB, Shift>, kind: Kind) -> Self {
        face::register();
        Self { area, kind }
    }

    pub(super) fn finish(&self) -> Drawn<DB> {
        self.area.present()
    }

    /// A filled rectangle between two corners.
    pub(super) fn rect(&self, from: Point, to: Point, colour: RGBColor) -> Drawn<DB> {
        self.area.draw(&Rectangle::new([units(from), units(to)], colour.filled()))
    }

    /// A hairline, level or upright, half a pixel thick.
    pub(super) fn hairline(&self, from: Point, to: Point, colour: RGBColor) -> Drawn<DB> {
        const HALF: f64 = 0.25;
        let (left, right, top, bottom) = (from.0.min(to.0), from.0.max(to.0), from.1.min(to.1), from.1.max(to.1));
        self.rect((left - HALF, top - HALF), (right + HALF, bottom + HALF), colour)
    }

    /// A line through `points`, `thick` pixels wide.
    pub(super) fn line(&self, points: &[Point], thick: f64, colour: RGBColor) -> Drawn<DB> {
        let style = colour.stroke_width((thick * f64::from(UNITS)).round().max(1.0) as u32);
        let points: Vec<_> = points.iter().map(|point| units(*point)).collect();
        match self.kind {
            Kind::Vector => self.area.draw(&PathElement::new(points, style)),
            // plotters fills a thick path as one polygon, with holes where the line meets itself.
            Kind::Raster => points
                .windows(2)
                .filter(|ends| ends[0] != ends[1])
                .try_for_each(|ends| self.area.draw(&PathElement::new(ends, style))),
        }
    }

    /// The same in `dashes`: lengths of ink and gap in pixels, in turn; none for a whole line.
    pub(super) fn dashed_line(&self, points: &[Point], thick: f64, colour: RGBColor, dashes: &[f64]) -> Drawn<DB> {
        if dashes.is_empty() {
            return self.line(points, thick, colour);
        }
        dashed(points, dashes).iter().try_for_each(|dash| self.line(dash, thick, colour))
    }

    /// A run of adjoining steps, filled down (or up) to `base`.
    pub(super) fn filled_steps(&self, run: &[Step], base: f64, colour: RGBColor) -> Drawn<DB> {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { return Ok(()) };
        match self.kind {
            Kind::Vector => {
                let tops = run.iter().flat_map(|step| [(step.x0, step.y), (step.x1, step.y)]);
                let outline = [(first.x0, base)].into_iter().chain(tops).chain([(last.x1, base)]);
                let outline: Vec<_> = outline.map(units).collect();
                self.area.draw(&Polygon::new(outline, colour.filled()))
            }
            Kind::Raster => run.iter().try_for_each(|step| self.rect((step.x0, step.y), (step.x1, base), colour)),
        }
    }

    /// A run of adjoining steps as a line of `thick` pixels.
    pub(super) fn stepped_line(&self, run: &[Step], thick: f64, colour: RGBColor) -> Drawn<DB> {
        let points = run.iter().flat_map(|step| [(step.x0, step.y), (step.x1, step.y)]);
        match self.kind {
            Kind::Vector => self.line(&points.collect::<Vec<_>>(), thick, colour),
            Kind::Raster => {
                let (points, half): (Vec<_>, _) = (points.collect(), thick / 2.0);
                points.windows(2).try_for_each(|ends| {
                    let (a, b) = (ends[0], ends[1]);
                    let upper_left = (a.0.min(b.0) - half, a.1.min(b.1) - half);
                    self.rect(upper_left, (a.0.max(b.0) + half, a.1.max(b.1) + half), colour)
                })
            }
        }
    }

    /// `text` on the baseline through `at`.
    pub(super) fn text(&self, text: &str, at: Point, anchor: Anchor, style: Type) -> Drawn<DB> {
        self.letters(text, at, anchor, style, false)
    }

    /// `text` that reads upwards, on the upright baseline through `at`.
    pub(super) fn upright_text(&self, text: &str, at: Point, anchor: Anchor, style: Type) -> Drawn<DB> {
        self.letters(text, at, anchor, style, true)
    }

    fn letters(&self, text: &str, at: Point, anchor: Anchor, style: Type, upright: bool) -> Drawn<DB> {
        // To the reader's right and down of the point, on the sheet.
        let beside =
            |along: f64, below: f64| if upright { (at.0 + below, at.1 - along) } else { (at.0 + along, at.1 + below) };
        let em = style.size * f64::from(UNITS);
        let transform = if upright { FontTransform::Rotate270 } else { FontTransform::None };
        let font = |size: f64| (FontFamily::SansSerif, size).into_font().transform(transform.clone());
        let (left, centre, right) = (HPos::Left, HPos::Center, HPos::Right);
        match self.kind {
            Kind::Vector => {
                // plotters-svg writes size / 1.24 as the em, and hangs a text's top 0.76 em over the baseline.
                let side = match anchor {
                    Anchor::Start => left,
                    Anchor::Middle => centre,
                    Anchor::End => right,
                };
                let style_of_text = font(em * 1.24).color(&style.colour).pos(Pos::new(side, VPos::Top));
                // The 0.76 em are added after the turn, along the turned axis.
                self.area.draw_text(text, &style_of_text, units(beside(0.0, -0.76 * style.size)))
            }
            Kind::Raster => {
                // plotters takes the face's height as its size, and puts the baseline at half of it.
                let size = em * face::height();
                let style_of_text = font(size).color(&style.colour).pos(Pos::new(left, VPos::Top));
                let mut along = match anchor {
                    Anchor::Start => 0.0,
                    Anchor::Middle => -face::width(text) / 2.0,
                    Anchor::End => -face::width(text),
                } * style.size;
                for letter in text.chars() {
                    let place = face::place(letter);
                    let (x, y) = units(beside(along + place.bearing * style.size, -face::height() / 2.0 * style.size));
                    // The embedded face is a light one: drawn twice, a quarter of a pixel apart, it has a text's weight.
                    let again = if upright { (x, y - 1) } else { (x + 1, y) };
                    self.area.draw_text(letter.encode_utf8(&mut [0; 4]), &style_of_text, (x, y))?;
                    self.area.draw_text(letter.encode_utf8(&mut [0; 4]), &style_of_text, again)?;
                    along += place.advance * style.size;
                }
                Ok(())
            }
        }
    }
}

/// The inked pieces of a line through `points`: `dashes` are lengths of ink and gap in turn, all above 0.
fn dashed(points: &[Point], dashes: &[f64]) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = points.first().map(|first| vec![*first]).into_iter().collect();
    let (mut at, mut left) = (0, dashes[0]);
    for ends in points.windows(2) {
        let (mut from, to) = (ends[0], ends[1]);
        loop {
            let ahead = (to.0 - from.0).hypot(to.1 - from.1);
            let inked = at % 2 == 0;
            if ahead <= left {
                left -= ahead;
                if let Some(piece) = pieces.last_mut().filter(|_| inked) {
                    piece.push(to);
                }
                break;
            }
            from = (from.0 + (to.0 - from.0) * left / ahead, from.1 + (to.1 - from.1) * left / ahead);
            match pieces.last_mut().filter(|_| inked) {
                Some(piece) => piece.push(from),
                None => pieces.push(vec![from]),
            }
            at = (at + 1) % dashes.len();
            left = dashes[at];
        }
    }
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

fn units((x, y): Point) -> (i32, i32) {
    ((x * f64::from(UNITS)).round() as i32, (y * f64::from(UNITS)).round() as i32)
}

/// Width in pixels that `text` has at most in any usual sans-serif.
pub(super) fn widest(text: &str, size: f64) -> f64 {
    // The viewer of an SVG brings its own face; the widest in use (DejaVu, Verdana) are about a quarter wider than ours.
    face::width(text) * size * 1.25
}

/// `text`, cut short with an ellipsis where it would be wider than `width` pixels.
pub(super) fn fitted(text: &str, width: f64, size: f64) -> String {
    if widest(text, size) <= width {
        return text.to_owned();
    }
    let ends = text.char_indices().map(|(end, _)| end).rev();
    let mut shorter = ends.map(|end| format!("{}…", text[..end].trim_end()));
    shorter.find(|short| widest(short, size) <= width).unwrap_or_default()
}

/// `text` on one line or, where it would be wider than `width` pixels, on two.
pub(super) fn wrapped(text: &str, width: f64, size: f64) -> Vec<String> {
    let fits = |end: &usize| widest(text[..*end].trim_end(), size) <= width;
    // Names of files and bundles have no spaces; they part behind a stop or a stroke.
    let first = text.match_indices([' ', '.', '-', '_', '+']).map(|(end, _)| end + 1).rfind(fits);
    match first.filter(|_| widest(text, size) > width) {
        Some(end) => vec![text[..end].trim_end().to_owned(), fitted(&text[end..], width, size)],
        None => vec![fitted(text, width, size)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_and_says_so() {
        assert_eq!(fitted("H3K27ac", 100.0, 13.0), "H3K27ac");
        let short = fitted("K562 PRO-seq, replicate 2, resequenced", 100.0, 13.0);
        assert!(short.starts_with("K562 PRO") && short.ends_with('…'), "{short}");
    }

    #[test]
    fn a_name_too_long_for_one_line_takes_two() {
        assert_eq!(wrapped("H3K27ac", 136.0, 12.0), ["H3K27ac"]);
        assert_eq!(wrapped("K562 PRO-seq replicate 2", 136.0, 12.0), ["K562 PRO-seq", "replicate 2"]);
        assert_eq!(wrapped("H3K27ac.cnn-stranded-again", 136.0, 12.0), ["H3K27ac.cnn-", "stranded-again"]);
        assert_eq!(wrapped("", 136.0, 12.0), [""]);
    }

    #[test]
    fn dashes_go_on_around_a_corner() {
        let corner = [(0.0, 0.0), (4.0, 0.0), (4.0, 5.0)];
        let pieces = dashed(&corner, &[3.0, 2.0]);
        assert_eq!(pieces, [vec![(0.0, 0.0), (3.0, 0.0)], vec![(4.0, 1.0), (4.0, 4.0)]]);
    }
}
