//! The embedded typeface, so that a PNG needs no font of the system's; and its letters' places.
//!
//! plotters draws a glyph without its left side bearing, which leaves digits unevenly spaced. So the bearings and advances are
//! read here, from the tables `head`, `hhea`, `hmtx` and `cmap` of the OpenType specification.

use std::sync::Once;

use epaint_default_fonts::UBUNTU_LIGHT;
use plotters::style::{FontStyle, register_font};

/// The family that SVG asks the viewer for, and the name under which plotters finds the embedded face.
pub(super) const FAMILY: &str = "sans-serif";

/// Height of the face from ascender to descender, in ems: what plotters calls a font's size.
pub(super) fn height() -> f64 {
    let hhea = table(b"hhea").unwrap_or_default();
    let ascender = signed(hhea, 4).unwrap_or(1);
    let descender = signed(hhea, 6).unwrap_or(0);
    f64::from(ascender - descender) / units_per_em()
}

/// How far apart a letter's origin is from its ink, and from the next letter's origin, in ems.
pub(super) struct Place {
    pub(super) bearing: f64,
    pub(super) advance: f64,
}

/// The place of `letter`; nothing and nowhere when the face lacks it.
pub(super) fn place(letter: char) -> Place {
    let (advance, bearing) = metrics(letter).unwrap_or_default();
    Place { bearing: f64::from(bearing) / units_per_em(), advance: f64::from(advance) / units_per_em() }
}

/// Width of `text` in ems.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(|letter| place(letter).advance).sum()
}

/// Makes the face known to plotters; needed once before any text is drawn.
pub(super) fn register() {
    static REGISTERED: Once = Once::new();
    // A face that does not parse shows when the first text is drawn, as an error.
    REGISTERED.call_once(|| _ = register_font(FAMILY, FontStyle::Normal, UBUNTU_LIGHT).is_ok());
}

fn metrics(letter: char) -> Option<(u16, i16)> {
    let glyph = usize::from(glyph(letter)?);
    let (hmtx, long) = (table(b"hmtx")?, usize::from(unsigned(table(b"hhea")?, 34)?));
    // Glyphs past the long records share the last advance and have only a bearing.
    let advance = unsigned(hmtx, 4 * glyph.min(long.checked_sub(1)?))?;
    let bearing = if glyph < long { signed(hmtx, 4 * glyph + 2) } else { signed(hmtx, 4 * long + 2 * (glyph - long)) };
    Some((advance, bearing?))
}

/// The glyph of `letter` by the character map's format 4: segments of the Basic Multilingual Plane.
fn glyph(letter: char) -> Option<u16> {
    let (cmap, code) = (table(b"cmap")?, u16::try_from(u32::from(letter)).ok()?);
    let offsets = (0..usize::from(unsigned(cmap, 2)?)).filter_map(|n| cmap.get(8 + 8 * n..12 + 8 * n));
    let mut maps = offsets.filter_map(|offset| cmap.get(u32::from_be_bytes(offset.try_into().ok()?) as usize..));
    let map = maps.find(|map| unsigned(map, 0) == Some(4))?;
    let segments = usize::from(unsigned(map, 6)?) / 2;
    let column = |n: usize, segment: usize| 14 + 2 * (n * segments + segment) + if n > 0 { 2 } else { 0 };
    let segment = (0..segments).find(|segment| unsigned(map, column(0, *segment)).is_some_and(|end| end >= code))?;
    let start = unsigned(map, column(1, segment))?;
    let (delta, range) = (unsigned(map, column(2, segment))?, usize::from(unsigned(map, column(3, segment))?));
    let past_start = code.checked_sub(start)?;
    if range == 0 {
        return Some(code.wrapping_add(delta));
    }
    let glyph = unsigned(map, column(3, segment) + range + 2 * usize::from(past_start))?;
    (glyph != 0).then(|| glyph.wrapping_add(delta))
}

fn units_per_em() -> f64 {
    f64::from(table(b"head").and_then(|head| unsigned(head, 18)).unwrap_or(1000))
}

fn table(tag: &[u8; 4]) -> Option<&'static [u8]> {
    let records = UBUNTU_LIGHT.get(12..)?.chunks_exact(16).take(usize::from(unsigned(UBUNTU_LIGHT, 4)?));
    let record = records.into_iter().find(|record| record.starts_with(tag))?;
    UBUNTU_LIGHT.get(u32::from_be_bytes(record[8..12].try_into().ok()?) as usize..)
}

fn unsigned(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn signed(bytes: &[u8], at: usize) -> Option<i16> {
    Some(i16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_tabular() {
        let one = place('1').advance;
        assert!(one > 0.4 && ('0'..='9').all(|digit| place(digit).advance == one));
        assert!(place('1').bearing > place('7').bearing);
    }

    #[test]
    fn the_face_has_every_letter_that_figures_use() {
        for letter in (' '..='~').chain("·≥−…–×".chars()) {
            assert!(glyph(letter).is_some_and(|glyph| glyph > 0), "{letter}");
        }
    }

    #[test]
    fn the_height_is_that_of_a_text_face() {
        assert!((1.0..1.4).contains(&height()), "{}", height());
    }
}
