//! Numbers as readers expect them: round ticks, thousands separators, no more digits than matter.

use std::ops::Range;

/// A whole number with a comma between thousands: `33,031,597`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
    groups.join(",")
}

/// The value of a tick, with the digits that ticks `step` apart need to differ.
pub(super) fn tick_label(value: f64, step: f64) -> String {
    let sign = if value < 0.0 { "−" } else { "" };
    match (0..12).find(|places| is_whole(step * 10_f64.powi(*places))).unwrap_or(12) {
        0 => format!("{sign}{}", grouped(value.abs().round() as u64)),
        places => format!("{sign}{:.*}", places as usize, value.abs()),
    }
}

/// The smallest round number that is at least `value`, which is positive: a top for an axis that wastes little room.
pub(super) fn round_up(value: f64) -> f64 {
    up_to(value, &[1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0])
}

/// The smallest of `leads`, or 10, times a power of ten that is at least `value`.
fn up_to(value: f64, leads: &[f64]) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    let mut rounds = leads.iter().map(|lead| lead * power);
    rounds.find(|round| *round >= value * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

/// Round values in `range`, at most `most` and one step apart, and that step.
pub(super) fn ticks(range: Range<f64>, most: usize) -> (Vec<f64>, f64) {
    let span = range.end - range.start;
    if !(span.is_finite() && span > 0.0) {
        return (Vec::new(), 1.0);
    }
    let step = up_to(span / most.max(1) as f64, &[1.0, 2.0, 2.5, 5.0]);
    let first = (range.start / step - 1e-9).ceil() as i64;
    let last = (range.end / step + 1e-9).floor() as i64;
    ((first..=last).map(|n| n as f64 * step).collect(), step)
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 1e-6 * value.abs().max(1e-3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted_by_commas() {
        assert_eq!([0, 999, 1000, 33_031_597].map(grouped), ["0", "999", "1,000", "33,031,597"]);
    }

    #[test]
    fn ticks_are_round_and_within() {
        assert_eq!(ticks(0.0..1.0, 5), (vec![0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0], 0.2));
        assert_eq!(
            ticks(33_031_597.0..33_041_570.0, 5).0,
            [33_032_000.0, 33_034_000.0, 33_036_000.0, 33_038_000.0, 33_040_000.0]
        );
        assert!(ticks(1.0..1.0, 5).0.is_empty());
    }

    #[test]
    fn labels_have_the_digits_that_tell_ticks_apart() {
        assert_eq!([tick_label(0.6000000000000001, 0.2), tick_label(0.25, 0.25)], ["0.6", "0.25"]);
        assert_eq!([tick_label(1500.0, 500.0), tick_label(-2.0, 1.0)], ["1,500", "−2"]);
        assert_eq!(tick_label(2.5, 2.5), "2.5");
    }

    #[test]
    fn rounding_up_keeps_what_is_round() {
        assert_eq!([0.31, 1.0, 2.1, 26.0, 820.0].map(round_up), [0.4, 1.0, 2.5, 30.0, 1000.0]);
    }
}
