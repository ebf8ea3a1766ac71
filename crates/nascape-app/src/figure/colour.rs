//! The house's colours: the Okabe-Ito set, told apart with any colour vision.

use plotters::style::RGBColor;

/// Text, and the observed line and peaks.
pub(super) const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// Text that explains other text.
pub(super) const MUTED: RGBColor = RGBColor(0x66, 0x66, 0x66);
/// Hairlines: axes and references.
pub(super) const HAIRLINE: RGBColor = RGBColor(0x99, 0x99, 0x99);
/// Bins outside peaks, and legend swatches that stand for any mark.
pub(super) const NEUTRAL: RGBColor = RGBColor(0xbb, 0xbb, 0xbb);
/// Where a track has no value.
pub(super) const NO_DATA: RGBColor = RGBColor(0xee, 0xee, 0xee);
/// The plus strand.
pub(super) const PLUS: RGBColor = RGBColor(0x00, 0x72, 0xb2);
/// The minus strand.
pub(super) const MINUS: RGBColor = RGBColor(0xd5, 0x5e, 0x00);

/// Bundles, one after the other: the strands' colours come last, since profiles show strands too.
const SERIES: [RGBColor; 6] = [
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0x56, 0xb4, 0xe9),
    PLUS,
    MINUS,
];

/// Greys of baselines, each used with all dashes before the next.
const BASELINES: [RGBColor; 3] = [RGBColor(0x77, 0x77, 0x77), RGBColor(0x44, 0x44, 0x44), RGBColor(0xaa, 0xaa, 0xaa)];

/// Lengths of ink and gap along a line, in pixels; the first is a whole line.
const DASHES: [&[f64]; 6] =
    [&[], &[5.0, 3.0], &[1.5, 2.5], &[8.0, 2.5, 1.5, 2.5], &[12.0, 3.0], &[5.0, 2.0, 1.5, 2.0, 1.5, 2.0]];

/// Which colour something imputed, or a baseline, is drawn in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hue {
    /// The colour of the mark that it is named for; the accent for one that the house has no colour for.
    OfMark,
    /// One of several that impute the same mark, by its place among them (from 0).
    OfBundle(usize),
    /// What needs no bundle, by its place among such: a grey.
    OfBaseline(usize),
}

impl Hue {
    /// The colour, of something that is named `title`.
    pub(super) fn colour(self, title: &str) -> RGBColor {
        match self {
            Self::OfMark => of(title),
            Self::OfBundle(place) => SERIES[place % SERIES.len()],
            Self::OfBaseline(place) => BASELINES[place / DASHES.len() % BASELINES.len()],
        }
    }

    /// Lengths of ink and gap along a line, in pixels; none for a whole line. Colours that come twice differ in their dashes.
    pub(super) fn dashes(self) -> &'static [f64] {
        match self {
            Self::OfMark => DASHES[0],
            Self::OfBundle(place) => DASHES[place / SERIES.len() % DASHES.len()],
            Self::OfBaseline(place) => DASHES[(place + 1) % DASHES.len()],
        }
    }
}

/// The colour of a mark, if it has its own.
fn of_mark(target: &str) -> Option<RGBColor> {
    match target {
        "H3K4me3" => Some(RGBColor(0xcc, 0x79, 0xa7)),
        "H3K27ac" => Some(RGBColor(0xe6, 0x9f, 0x00)),
        "H3K27me3" => Some(RGBColor(0x00, 0x9e, 0x73)),
        "DNase" => Some(RGBColor(0x56, 0xb4, 0xe9)),
        _ => None,
    }
}

/// The colour of `target`; the accent for one that the house has no colour for.
pub(super) fn of(target: &str) -> RGBColor {
    of_mark(target).unwrap_or(PLUS)
}

/// `share` of one colour over another, as ink on paper: opaque, so that it prints the same everywhere.
pub(super) fn over(colour: RGBColor, share: f64, ground: RGBColor) -> RGBColor {
    let channel = |c: u8, g: u8| (f64::from(c) * share + f64::from(g) * (1.0 - share)).round() as u8;
    RGBColor(channel(colour.0, ground.0), channel(colour.1, ground.1), channel(colour.2, ground.2))
}

/// The colour at `share` (0 pale to 1 dark) of a ramp in one hue whose lightness falls evenly to the eye.
///
/// Lightness and chroma are set in Oklab (Bjorn Ottosson, 2020), where equal steps look equal.
pub(super) fn ramp(hue: RGBColor, share: f64) -> RGBColor {
    let (a, b) = oklab_direction(hue);
    let share = share.clamp(0.0, 1.0);
    let lightness = 0.94 - 0.66 * share;
    // Little chroma at the ends, where sRGB has none to give.
    let chroma = 0.035 + 0.33 * share * (1.0 - share);
    from_oklab(lightness, a * chroma, b * chroma)
}

fn oklab_direction(colour: RGBColor) -> (f64, f64) {
    let linear = |channel: u8| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    let (r, g, b) = (linear(colour.0), linear(colour.1), linear(colour.2));
    let l = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b).cbrt();
    let m = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b).cbrt();
    let s = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b).cbrt();
    let (a, b) = (
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
    );
    let length = a.hypot(b).max(f64::MIN_POSITIVE);
    (a / length, b / length)
}

fn from_oklab(lightness: f64, a: f64, b: f64) -> RGBColor {
    let l = (lightness + 0.3963377774 * a + 0.2158037573 * b).powi(3);
    let m = (lightness - 0.1055613458 * a - 0.0638541728 * b).powi(3);
    let s = (lightness - 0.0894841775 * a - 1.2914855480 * b).powi(3);
    let channel = |linear: f64| {
        let c = linear.clamp(0.0, 1.0);
        let c = if c <= 0.0031308 { 12.92 * c } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
        (c * 255.0).round() as u8
    };
    RGBColor(
        channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
        channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
        channel(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_keep_their_colours_and_unknown_targets_get_the_accent() {
        assert_eq!(of("H3K4me3"), RGBColor(0xcc, 0x79, 0xa7));
        assert_eq!(of("H3K9ac"), PLUS);
    }

    #[test]
    fn many_of_one_mark_are_still_told_apart() {
        let looks = |hue: Hue| (hue.colour("DNase"), hue.dashes());
        let all: Vec<_> = (0..36).map(Hue::OfBundle).chain((0..18).map(Hue::OfBaseline)).map(looks).collect();
        for (at, look) in all.iter().enumerate() {
            assert!(!all[..at].contains(look), "{at}: {look:?}");
        }
    }

    #[test]
    fn the_ramp_darkens_all_the_way() {
        let luma = |colour: RGBColor| 2 * u32::from(colour.0) + 7 * u32::from(colour.1) + u32::from(colour.2);
        for hue in SERIES {
            let lumas: Vec<u32> = (0..=20).map(|step| luma(ramp(hue, f64::from(step) / 20.0))).collect();
            assert!(lumas.is_sorted_by(|a, b| a > b), "{hue:?}: {lumas:?}");
        }
    }
}
