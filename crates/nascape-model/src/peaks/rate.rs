//! The false discovery rate of calling every bin above a threshold, measured where the mark is known.

use serde::{Deserialize, Serialize};

use crate::metrics::{Ranking, positives};

/// From here on a bin of an observed track is positive: its peaks are 1, the rest 0.
const POSITIVE: f32 = 0.5;

/// Rows that a calibration keeps: a step of a hundredth of recall each.
const ROWS: u64 = 100;

/// What calling every bin with a score of at least `threshold` yields.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// The lowest score called.
    pub threshold: f32,
    /// Share of the called bins that are not in a peak; as a q-value, so never larger than at a lower threshold.
    pub false_discovery_rate: f64,
    /// Share of the bins in a peak that are called.
    pub recall: f64,
}

/// The false discovery rate at rising thresholds, from bins where the mark was measured: one row for each hundredth of recall, at
/// most 100 of them.
///
/// `observed` and `imputed` hold one value per bin, in the same order. In `observed` at least 0.5 is positive and NaN not
/// assessed; a bin that is NaN in either takes no part. The rate at a threshold is the least one at it or any lower threshold,
/// as Storey (2002) defines the q-value and Benjamini and Hochberg step up, so it never rises with the threshold. It counts bins,
/// not peaks. Without a positive bin there are no rows.
///
/// # Panics
/// When the slices differ in length.
pub fn false_discovery(observed: &[f32], imputed: &[f32]) -> Vec<Rate> {
    assert_eq!(observed.len(), imputed.len(), "one imputed value for each observed one");
    let assessed = observed.iter().zip(imputed).filter(|(observed, imputed)| !observed.is_nan() && !imputed.is_nan());
    let (observed, imputed): (Vec<f32>, Vec<f32>) = assessed.unzip();
    let ranking = Ranking::new(&positives(&observed, POSITIVE), &imputed);
    let total = ranking.positives();
    // Where only false positives join, the rate rises: its least values are all at scores of positive bins.
    let found: Vec<_> = ranking.found().collect();
    let (mut rows, mut least, mut cell) = (Vec::new(), f64::INFINITY, u64::MAX);
    for calls in found.iter().rev() {
        let called = calls.true_positives + calls.false_positives;
        least = least.min(calls.false_positives as f64 / called as f64);
        let here = (calls.true_positives * ROWS).div_ceil(total);
        if here != cell {
            cell = here;
            let recall = calls.true_positives as f64 / total as f64;
            rows.push(Rate { threshold: calls.threshold, false_discovery_rate: least, recall });
        }
    }
    rows
}

/// The lowest threshold with a rate of at most `rate`: the row that finds most. `None` when no threshold is that clean.
pub fn threshold_for(rates: &[Rate], rate: f64) -> Option<&Rate> {
    rates.iter().find(|row| row.false_discovery_rate <= rate)
}

/// The rate of calling all bins with at least `score`: that of the nearest row below, 1 under the lowest row.
pub fn rate_at(rates: &[Rate], score: f32) -> f64 {
    let above = rates.partition_point(|row| row.threshold <= score);
    above.checked_sub(1).map_or(1.0, |row| rates[row].false_discovery_rate)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The q-value as it is defined: the least share of false calls over all thresholds that call this bin.
    fn defined(observed: &[f32], imputed: &[f32], threshold: f32) -> f64 {
        let share = |cut: f32| {
            let called: Vec<_> = observed.iter().zip(imputed).filter(|(o, i)| !o.is_nan() && **i >= cut).collect();
            called.iter().filter(|(observed, _)| **observed < 0.5).count() as f64 / called.len() as f64
        };
        let cuts = observed.iter().zip(imputed).filter(|(o, i)| !o.is_nan() && **i <= threshold).map(|(_, cut)| *cut);
        cuts.map(share).fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn rates_by_hand() {
        // From the top: +, -, +, -, and a bin that nobody assessed.
        let observed = [1.0, 0.0, 1.0, 0.0, f32::NAN];
        let rates = false_discovery(&observed, &[0.9, 0.8, 0.7, 0.1, 0.95]);
        let expected = [(0.7, 1.0 / 3.0, 1.0), (0.9, 0.0, 0.5)];
        let rows: Vec<_> = rates.iter().map(|row| (row.threshold, row.false_discovery_rate, row.recall)).collect();
        assert_eq!(rows, expected);
        assert_eq!(threshold_for(&rates, 0.05).unwrap().threshold, 0.9);
        assert_eq!(threshold_for(&rates, 0.5).unwrap().threshold, 0.7);
        assert_eq!(
            [0.0, 0.7, 0.85, 0.9, 2.0].map(|score| rate_at(&rates, score)),
            [1.0, 1.0 / 3.0, 1.0 / 3.0, 0.0, 0.0]
        );
    }

    #[test]
    fn without_a_positive_bin_nothing_is_known() {
        assert!(false_discovery(&[0.0, f32::NAN], &[0.5, 0.5]).is_empty());
        assert_eq!(threshold_for(&[], 0.5), None);
        assert_eq!(rate_at(&[], 0.5), 1.0);
    }

    proptest! {
        #[test]
        fn every_row_is_the_defined_q_value(bins in prop::collection::vec((0_u8..4, 0_u8..30), 1..400)) {
            let observed: Vec<f32> = bins.iter().map(|(state, _)| [0.0, 0.0, 1.0, f32::NAN][usize::from(*state)]).collect();
            // Few distinct scores, so that many are tied.
            let imputed: Vec<f32> = bins.iter().map(|(state, score)| f32::from(*score + state * 3) / 30.0).collect();
            let rates = false_discovery(&observed, &imputed);
            prop_assert!(rates.len() <= 100);
            prop_assert_eq!(rates.is_empty(), !observed.contains(&1.0));
            prop_assert_eq!(rates.first().map_or(1.0, |row| row.recall), 1.0);
            for pair in rates.windows(2) {
                prop_assert!(pair[0].threshold < pair[1].threshold && pair[0].recall > pair[1].recall);
                prop_assert!(pair[0].false_discovery_rate >= pair[1].false_discovery_rate);
            }
            for row in &rates {
                prop_assert_eq!(row.false_discovery_rate, defined(&observed, &imputed, row.threshold));
            }
        }
    }
}
