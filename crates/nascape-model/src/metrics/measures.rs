//! All measures of one comparison, in one serializable record.

use serde::{Deserialize, Serialize};

use super::{Calls, Complete, Error, Ranking, pearson, r2, rmse, spearman};

/// How well an imputed track agrees with the observed one. What is undefined, or was not asked for, is `None` (JSON `null`).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Measures {
    /// Bins compared: those missing in neither track.
    pub bins: u64,
    /// Bins where the mark is present. `None` when nobody said which.
    pub positives: Option<u64>,
    /// Positives among the bins: the AUPRC that chance would reach.
    pub share_of_positives: Option<f64>,
    /// Pearson's correlation.
    pub pearson: Option<f64>,
    /// Spearman's rank correlation.
    pub spearman: Option<f64>,
    /// Root mean squared error, in the unit of the tracks.
    pub rmse: Option<f64>,
    /// Coefficient of determination.
    pub r2: Option<f64>,
    /// Area under the receiver operating characteristic.
    pub auroc: Option<f64>,
    /// Area under the precision-recall curve (average precision).
    pub auprc: Option<f64>,
    /// A bin is called when its imputed value is at least this.
    pub threshold: Option<f32>,
    /// Share of the positives that are called.
    pub recall: Option<f64>,
    /// Share of the calls that are positive.
    pub precision: Option<f64>,
    /// Harmonic mean of recall and precision.
    pub f1: Option<f64>,
    /// Share of the bins called, or left alone, rightly.
    pub accuracy: Option<f64>,
    /// The counts at the threshold.
    pub calls: Option<Calls>,
}

impl Measures {
    /// Measures `imputed` against `observed`, one value per bin each, in the same order; NaN in either is a bin not compared.
    ///
    /// `positive` says in which bins the mark is present (see [`positives`](super::positives)); without it the measures of
    /// finding marked bins stay `None`. `threshold` is where the imputed value makes a call; without it the counts and what
    /// follows from them stay `None`.
    ///
    /// The result does not depend on the number of threads. Takes at most 12 bytes a bin while it runs, and a copy of the
    /// slices when bins are missing: 60 million bins fit in 1.5 GB with the tracks themselves.
    ///
    /// # Errors
    /// [`Error::Lengths`] when the slices differ in length, [`Error::TooMany`] from 2^31 bins.
    pub fn of(
        observed: &[f32],
        imputed: &[f32],
        positive: Option<&[bool]>,
        threshold: Option<f32>,
    ) -> Result<Self, Error> {
        let Complete { observed, imputed, positive } = Complete::new(observed, imputed, positive)?;
        let mut measures = Self {
            bins: observed.len() as u64,
            pearson: pearson(&observed, &imputed),
            spearman: spearman(&observed, &imputed),
            rmse: rmse(&observed, &imputed),
            r2: r2(&observed, &imputed),
            ..Self::default()
        };
        if let Some(positive) = positive {
            measures.rank(&Ranking::new(&positive, &imputed));
            if let Some(threshold) = threshold {
                measures.call(Calls::at(&positive, &imputed, threshold), threshold);
            }
        }
        Ok(measures)
    }

    fn rank(&mut self, ranking: &Ranking) {
        self.positives = Some(ranking.positives());
        self.share_of_positives = (self.bins > 0).then(|| ranking.positives() as f64 / self.bins as f64);
        self.auroc = ranking.auroc();
        self.auprc = ranking.auprc();
    }

    fn call(&mut self, calls: Calls, threshold: f32) {
        self.threshold = Some(threshold);
        self.recall = calls.recall();
        self.precision = calls.precision();
        self.f1 = calls.f1();
        self.accuracy = calls.accuracy();
        self.calls = Some(calls);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_bins_change_no_measure() {
        let (observed, imputed) = ([0.0, 1.0, 1.0, 0.0], [0.1, 0.9, 0.4, 0.6]);
        let whole = Measures::of(&observed, &imputed, Some(&[false, true, true, false]), Some(0.5)).unwrap();
        let holed = Measures::of(
            &[0.0, f32::NAN, 1.0, 1.0, 0.0, 1.0],
            &[0.1, 0.3, 0.9, 0.4, 0.6, f32::NAN],
            Some(&[false, true, true, true, false, true]),
            Some(0.5),
        );
        assert_eq!(holed, Ok(whole));
    }

    #[test]
    fn no_bins_and_constant_tracks_are_null_and_never_nan() {
        let none = Measures::of(&[f32::NAN], &[1.0], Some(&[true]), Some(0.5)).unwrap();
        assert_eq!((none.bins, none.positives, none.share_of_positives), (0, Some(0), None));
        assert_eq!((none.rmse, none.auprc, none.recall, none.accuracy), (None, None, None, None));
        let constant = Measures::of(&[0.1; 9], &[0.3; 9], None, None).unwrap();
        assert_eq!((constant.pearson, constant.spearman, constant.r2), (None, None, None));
        let json = serde_json::to_string(&constant).unwrap();
        assert!(json.contains("\"share_of_positives\":null") && !json.contains("NaN"), "{json}");
    }

    #[test]
    fn an_infinite_value_leaves_moments_undefined_and_ranks_whole() {
        let measures =
            Measures::of(&[1.0, 2.0, 3.0], &[1.0, 2.0, f32::INFINITY], Some(&[false, false, true]), None).unwrap();
        assert_eq!((measures.pearson, measures.rmse), (None, None));
        assert_eq!((measures.spearman, measures.auprc), (Some(1.0), Some(1.0)));
    }

    #[test]
    fn the_record_survives_json() {
        let measures = Measures::of(&[0.0, 1.0], &[0.2, 0.7], Some(&[false, true]), Some(0.7)).unwrap();
        let json = serde_json::to_string(&measures).unwrap();
        assert!(json.contains("\"threshold\":0.7,"), "{json}");
        assert_eq!(serde_json::from_str::<Measures>(&json).unwrap(), measures);
    }
}
