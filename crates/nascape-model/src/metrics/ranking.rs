//! How well a score ranks the positive bins above the others, over all thresholds at once.

use rayon::slice::ParallelSliceMut;
use serde::{Deserialize, Serialize};

use super::order::{key, value};

/// Steps of recall that a thinned precision-recall curve keeps: finer than a figure can show.
const CURVE_STEPS: u64 = 1000;

/// The scores of the positive bins and of the others, each from the highest: all that the ranking measures look at.
///
/// 4 bytes a bin. Equal scores form one group, as in scikit-learn: no order among ties is ever made up.
#[derive(Debug, Clone)]
pub struct Ranking {
    positive: Vec<u32>,
    other: Vec<u32>,
}

/// A point of the precision-recall curve: what calling every bin with `score >= threshold` yields.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// The lowest score called.
    pub threshold: f32,
    /// Share of the positive bins that are called.
    pub recall: f64,
    /// Share of the calls that are positive.
    pub precision: f64,
}

/// The counts after one more group of equal scores is called.
struct Step {
    threshold: u32,
    true_positives: u64,
    false_positives: u64,
}

/// The calls that a threshold makes.
pub(crate) struct Found {
    /// The lowest score called.
    pub threshold: f32,
    /// Positive bins called.
    pub true_positives: u64,
    /// Other bins called.
    pub false_positives: u64,
}

impl Ranking {
    /// Sorts the bins by score. `positive` and `score` hold one value per bin each, without NaN, in the same order.
    pub fn new(positive: &[bool], score: &[f32]) -> Self {
        let side = |wanted: bool| {
            let mut keys: Vec<u32> =
                positive.iter().zip(score).filter(|(is, _)| **is == wanted).map(|(_, score)| key(*score)).collect();
            keys.par_sort_unstable_by(|a, b| b.cmp(a));
            keys
        };
        Self { positive: side(true), other: side(false) }
    }

    /// Positive bins.
    pub fn positives(&self) -> u64 {
        self.positive.len() as u64
    }

    /// Area under the receiver operating characteristic: the chance that a positive bin scores above another, ties counting
    /// half. `None` unless there are positive and other bins. Exact up to the last division.
    pub fn auroc(&self) -> Option<f64> {
        let mut twice_area = 0_u128;
        let (mut true_positives, mut false_positives) = (0, 0);
        for step in self.steps() {
            let width = u128::from(step.false_positives - false_positives);
            twice_area += width * u128::from(step.true_positives + true_positives);
            (true_positives, false_positives) = (step.true_positives, step.false_positives);
        }
        let pairs = u128::from(true_positives) * u128::from(false_positives);
        (pairs > 0).then(|| twice_area as f64 / (2 * pairs) as f64)
    }

    /// Area under the precision-recall curve as scikit-learn's `average_precision_score` has it: the precision at each
    /// score, weighted by the recall gained there, without interpolation. `None` without positives.
    pub fn auprc(&self) -> Option<f64> {
        let (mut sum, mut lost, mut found) = (0.0_f64, 0.0_f64, 0);
        for step in self.steps() {
            let precision = step.true_positives as f64 / (step.true_positives + step.false_positives) as f64;
            // Neumaier's summation: a genome has too many terms to let each round off.
            let term = (step.true_positives - found) as f64 * precision;
            let next = sum + term;
            lost += if sum >= term { (sum - next) + term } else { (term - next) + sum };
            (sum, found) = (next, step.true_positives);
        }
        (found > 0).then(|| (sum + lost) / found as f64)
    }

    /// The precision-recall curve for drawing, from the first score that finds a positive bin to the first that has found them
    /// all. Empty without positives.
    ///
    /// Thinned to the first point in each thousandth of recall, and the last point: areas are never taken from it.
    pub fn precision_recall_curve(&self) -> Vec<CurvePoint> {
        let positives = self.positives();
        let mut curve = Vec::new();
        let mut reached = None;
        for step in self.steps().skip_while(|step| step.true_positives == 0) {
            let cell = step.true_positives * CURVE_STEPS / positives;
            if reached.is_none_or(|reached| cell > reached) {
                reached = Some(cell);
                curve.push(CurvePoint {
                    threshold: value(step.threshold),
                    recall: step.true_positives as f64 / positives as f64,
                    precision: step.true_positives as f64 / (step.true_positives + step.false_positives) as f64,
                });
            }
            if step.true_positives == positives {
                break;
            }
        }
        curve
    }

    /// The calls at each score of a positive bin, from the highest: between two of them only false positives are added.
    pub(crate) fn found(&self) -> impl Iterator<Item = Found> {
        let mut before = 0;
        let gains =
            self.steps().filter(move |step| std::mem::replace(&mut before, step.true_positives) < step.true_positives);
        gains.map(|Step { threshold, true_positives, false_positives }| Found {
            threshold: value(threshold),
            true_positives,
            false_positives,
        })
    }

    /// One step for each distinct score, from the highest.
    fn steps(&self) -> impl Iterator<Item = Step> {
        let (mut p, mut o) = (0, 0);
        std::iter::from_fn(move || {
            let threshold = match (self.positive.get(p), self.other.get(o)) {
                (Some(positive), Some(other)) => *positive.max(other),
                (one, other) => *one.or(other)?,
            };
            p += self.positive[p..].iter().take_while(|key| **key == threshold).count();
            o += self.other[o..].iter().take_while(|key| **key == threshold).count();
            Some(Step { threshold, true_positives: p as u64, false_positives: o as u64 })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_by_hand_without_ties() {
        // From the top: +, -, +, -. Precision 1 at the first positive and 2/3 at the second; 3 of 4 pairs in order.
        let ranking = Ranking::new(&[false, true, false, true], &[0.1, 0.4, 0.5, 0.8]);
        assert_eq!(ranking.auroc(), Some(0.75));
        assert_eq!(ranking.auprc(), Some((1.0 + 2.0 / 3.0) / 2.0));
    }

    #[test]
    fn tied_scores_are_called_together() {
        let ranking = Ranking::new(&[true, false, true, false], &[0.5, 0.5, 0.5, 0.0]);
        assert_eq!(ranking.auprc(), Some(2.0 / 3.0));
        // Each positive ties with one other bin and beats one: (1/2 + 1) / 2.
        assert_eq!(ranking.auroc(), Some(0.75));
        let all_tied = Ranking::new(&[true, false, false, false], &[0.0, -0.0, 0.0, 0.0]);
        assert_eq!((all_tied.auroc(), all_tied.auprc()), (Some(0.5), Some(0.25)));
    }

    #[test]
    fn one_kind_of_bin_alone_leaves_measures_undefined() {
        let none = Ranking::new(&[false, false], &[0.1, 0.2]);
        assert_eq!((none.auroc(), none.auprc()), (None, None));
        assert!(none.precision_recall_curve().is_empty());
        let only = Ranking::new(&[true, true], &[0.1, 0.2]);
        assert_eq!((only.auroc(), only.auprc()), (None, Some(1.0)));
        assert_eq!(Ranking::new(&[], &[]).auprc(), None);
    }

    #[test]
    fn the_curve_ends_where_every_positive_is_found() {
        let curve = Ranking::new(&[true, false, true, false], &[0.9, 0.8, 0.7, 0.1]).precision_recall_curve();
        let points: Vec<_> = curve.iter().map(|point| (point.threshold, point.recall, point.precision)).collect();
        assert_eq!(points, [(0.9, 0.5, 1.0), (0.7, 1.0, 2.0 / 3.0)]);
    }

    #[test]
    fn the_curve_starts_at_the_first_positive() {
        let curve = Ranking::new(&[false, true], &[0.9, 0.8]).precision_recall_curve();
        assert_eq!(curve, [CurvePoint { threshold: 0.8, recall: 1.0, precision: 0.5 }]);
    }

    #[test]
    fn a_long_curve_is_thinned_and_keeps_its_ends() {
        let score: Vec<f32> = (0..100_000).map(|i| i as f32).collect();
        let positive: Vec<bool> = (0..100_000).map(|i| i % 3 == 0).collect();
        let curve = Ranking::new(&positive, &score).precision_recall_curve();
        assert!(curve.len() <= 1001);
        assert_eq!((curve[0].threshold, curve[0].precision), (99_999.0, 1.0));
        assert_eq!(curve.last().unwrap().recall, 1.0);
    }
}
