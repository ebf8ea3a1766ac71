//! Runs of bins above a threshold, as they come along a chromosome.

use std::ops::Range;

use nascape_signal::BIN;

/// What makes a peak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// A bin of at least this value is above; a missing bin (NaN) is not.
    pub threshold: f32,
    /// Gaps of at most this many bp between bins above are bridged.
    pub merge: u32,
    /// Peaks narrower than this many bp, gaps included, are dropped.
    pub min_width: u32,
}

/// A peak of one chromosome, 0-based half-open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// First base of its first bin.
    pub start: u32,
    /// One past the last base of its last bin.
    pub end: u32,
    /// The middle of its highest bin, of the first one where several are equal.
    pub summit: u32,
    /// The value of that bin.
    pub value: f32,
}

/// Calls peaks on the bins of one run of a chromosome, given piece by piece: the peaks do not depend on the cut.
#[derive(Debug)]
pub struct Caller {
    rule: Rule,
    length: u32,
    /// The peak that later bins may still join.
    open: Option<Peak>,
}

impl Caller {
    /// For a run of bins on a chromosome of `length` bp.
    pub fn new(rule: Rule, length: u32) -> Self {
        Self { rule, length, open: None }
    }

    /// Takes the next bins, the first of them bin `first` of the chromosome, and gives every peak that they end to `call`.
    pub fn add(&mut self, first: usize, values: &[f32], mut call: impl FnMut(Peak)) {
        for (at, &value) in values.iter().enumerate().filter(|(_, value)| **value >= self.rule.threshold) {
            let bases = self.bases(first + at);
            let bin =
                Peak { start: bases.start, end: bases.end, summit: bases.start + (bases.end - bases.start) / 2, value };
            match &mut self.open {
                Some(peak) if bin.start - peak.end <= self.rule.merge => {
                    peak.end = bin.end;
                    if value > peak.value {
                        (peak.summit, peak.value) = (bin.summit, value);
                    }
                }
                open => {
                    let ended = open.replace(bin);
                    ended.filter(|peak| self.rule.keeps(peak)).into_iter().for_each(&mut call);
                }
            }
        }
    }

    /// The peak that the last bins left open.
    pub fn finish(self) -> Option<Peak> {
        self.open.filter(|peak| self.rule.keeps(peak))
    }

    fn bases(&self, bin: usize) -> Range<u32> {
        let start = bin as u32 * BIN;
        start..start.saturating_add(BIN).min(self.length)
    }
}

impl Rule {
    fn keeps(&self, peak: &Peak) -> bool {
        peak.end - peak.start >= self.min_width
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULE: Rule = Rule { threshold: 0.5, merge: 100, min_width: 100 };

    fn called(rule: Rule, first: usize, pieces: &[&[f32]], length: u32) -> Vec<Peak> {
        let mut caller = Caller::new(rule, length);
        let (mut peaks, mut at) = (Vec::new(), first);
        for piece in pieces {
            caller.add(at, piece, |peak| peaks.push(peak));
            at += piece.len();
        }
        peaks.extend(caller.finish());
        peaks
    }

    #[test]
    fn short_gaps_are_bridged_and_narrow_peaks_dropped() {
        let nan = f32::NAN;
        let values = [0.5, 0.0, nan, 0.9, 0.9, 0.4, 0.4, 0.4, 0.8, 0.0, 0.0, 0.0, 0.6, 0.6];
        let peaks = called(RULE, 10, &[&values], 10_000);
        let expected = [
            Peak { start: 500, end: 750, summit: 675, value: 0.9 },
            Peak { start: 1_100, end: 1_200, summit: 1_125, value: 0.6 },
        ];
        assert_eq!(peaks, expected);
    }

    #[test]
    fn a_peak_ends_with_its_chromosome() {
        let rule = Rule { min_width: 0, ..RULE };
        let expected = Peak { start: 950, end: 951, summit: 950, value: 1.0 };
        assert_eq!(called(rule, 19, &[&[1.0]], 951), [expected]);
    }

    proptest! {
        #[test]
        fn peaks_do_not_depend_on_the_cut(values in prop::collection::vec(0.0_f32..1.0, 1..200), cut in 0_usize..200) {
            let (left, right) = values.split_at(cut.min(values.len()));
            let whole = called(RULE, 3, &[&values], 1 << 20);
            prop_assert_eq!(&called(RULE, 3, &[left, right], 1 << 20), &whole);
            for pair in whole.windows(2) {
                prop_assert!(pair[1].start - pair[0].end > RULE.merge);
            }
            for peak in whole {
                prop_assert!(peak.start <= peak.summit && peak.summit < peak.end && peak.end - peak.start >= RULE.min_width);
                let inside = &values[peak.start as usize / 50 - 3..peak.end as usize / 50 - 3];
                prop_assert_eq!(inside.iter().fold(f32::MIN, |most, value| most.max(*value)), peak.value);
            }
        }
    }
}
