//! What calling every bin at or above a threshold gets right and wrong.

use serde::{Deserialize, Serialize};

/// The four counts of calls against the truth, and what follows from them. A bin with `score >= threshold` is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Calls {
    /// Positive bins that were called.
    pub true_positives: u64,
    /// Bins called that are not positive.
    pub false_positives: u64,
    /// Bins rightly left alone.
    pub true_negatives: u64,
    /// Positive bins that were missed.
    pub false_negatives: u64,
}

impl Calls {
    /// Counts the calls of `score >= threshold` against `positive`: one value per bin each, without NaN, in the same order.
    pub fn at(positive: &[bool], score: &[f32], threshold: f32) -> Self {
        let mut calls = Self::default();
        for (positive, score) in positive.iter().zip(score) {
            let count = match (positive, *score >= threshold) {
                (true, true) => &mut calls.true_positives,
                (false, true) => &mut calls.false_positives,
                (false, false) => &mut calls.true_negatives,
                (true, false) => &mut calls.false_negatives,
            };
            *count += 1;
        }
        calls
    }

    /// Share of the positive bins that were called. `None` without positives.
    pub fn recall(&self) -> Option<f64> {
        ratio(self.true_positives, self.true_positives + self.false_negatives)
    }

    /// Share of the calls that are positive. `None` without calls.
    pub fn precision(&self) -> Option<f64> {
        ratio(self.true_positives, self.true_positives + self.false_positives)
    }

    /// Harmonic mean of recall and precision. `None` when there is neither a positive nor a call.
    pub fn f1(&self) -> Option<f64> {
        ratio(2 * self.true_positives, 2 * self.true_positives + self.false_positives + self.false_negatives)
    }

    /// Share of all bins that were called, or left alone, rightly. `None` without bins.
    pub fn accuracy(&self) -> Option<f64> {
        let right = self.true_positives + self.true_negatives;
        ratio(right, right + self.false_positives + self.false_negatives)
    }
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_at_the_threshold_is_a_call() {
        let calls = Calls::at(&[true, true, false, false, false], &[0.9, 0.2, 0.5, 0.4, 0.1], 0.5);
        assert_eq!(calls, Calls { true_positives: 1, false_positives: 1, true_negatives: 2, false_negatives: 1 });
        assert_eq!(calls.recall(), Some(0.5));
        assert_eq!(calls.precision(), Some(0.5));
        assert_eq!(calls.f1(), Some(0.5));
        assert_eq!(calls.accuracy(), Some(0.6));
    }

    #[test]
    fn what_is_undefined_is_none() {
        let none_called = Calls::at(&[true, false], &[0.1, 0.2], 0.5);
        assert_eq!((none_called.recall(), none_called.precision(), none_called.f1()), (Some(0.0), None, Some(0.0)));
        let no_positives = Calls::at(&[false, false], &[0.1, 0.2], 0.5);
        assert_eq!((no_positives.recall(), no_positives.f1(), no_positives.accuracy()), (None, None, Some(1.0)));
        assert_eq!(Calls::default().accuracy(), None);
    }
}
