//! Forests of boosted trees: the paper's baselines, dREG's features into trees, and ours on windows of many widths.

use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    train::Loss,
    trees::{Metric, Objective, Parameters, features::Choice},
};

/// What can be chosen about a forest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What the trees look at.
    pub features: Choice,
    /// What XGBoost is told.
    #[serde(default)]
    pub boosting: Parameters,
    /// Share of the bins without the mark that are learned from, each counted for the ones left out.
    #[serde(default = "one")]
    pub negatives: f64,
    /// The library is learned from once thinned to each of these shares of its reads.
    #[serde(default = "whole")]
    pub depths: Vec<f64>,
    /// Whether every bin is learned from a second time, read from right to left with the strands exchanged.
    #[serde(default)]
    pub mirrored: bool,
    /// Width in bins of the Gaussian that smooths the raw numbers; 0 for none.
    #[serde(default)]
    pub smoothing: f64,
}

fn one() -> f64 {
    1.0
}

fn whole() -> Vec<f64> {
    vec![1.0]
}

impl Settings {
    fn new(features: Choice, objective: Objective, metric: Metric) -> Self {
        let boosting = Parameters { objective, metric, ..Parameters::default() };
        Self { features, boosting, negatives: one(), depths: whole(), mirrored: false, smoothing: 0.0 }
    }

    /// The paper's regression on peaks or a signal.
    pub(super) fn paper_regressor() -> Self {
        Self::new(Choice::PaperSummed, Objective::SquaredError, Metric::Rmse)
    }

    /// The paper's classification.
    pub(super) fn paper_classifier() -> Self {
        Self::new(Choice::PaperSummed, Objective::Hinge, Metric::Aucpr)
    }

    /// dREG's features, for peaks.
    pub(super) fn dreg() -> Self {
        Self::new(Choice::Dreg, Objective::Logistic, Metric::Aucpr)
    }

    /// Windows of many widths, for peaks.
    pub(super) fn windows() -> Self {
        Self { mirrored: true, ..Self::new(Choice::Rings(8), Objective::Logistic, Metric::Aucpr) }
    }

    /// Few, shallow trees on windows of many widths: for little data.
    pub(super) fn small_windows(presence: bool) -> Self {
        let (objective, metric) =
            if presence { (Objective::Logistic, Metric::Aucpr) } else { (Objective::SquaredError, Metric::Rmse) };
        let boosting = Parameters {
            objective,
            metric,
            rounds: 120,
            patience: 30,
            depth: 3,
            learning_rate: 0.06,
            subsample: 0.5,
            colsample: 0.5,
            lambda: 3.0,
            min_child_weight: 10.0,
            ..Parameters::default()
        };
        let features = Choice::Rings(8);
        let (negatives, smoothing) = if presence { (0.15, 4.0) } else { (1.0, 2.0) };
        Self { features, boosting, negatives, depths: vec![1.0, 0.3], mirrored: true, smoothing }
    }

    /// What the trees make small.
    pub(super) fn loss(&self) -> Loss {
        match self.boosting.objective {
            Objective::SquaredError => Loss::SquaredError,
            Objective::Logistic => Loss::CrossEntropy,
            Objective::Hinge => Loss::Hinge,
        }
    }

    /// # Errors
    /// [`Error::Setting`] with the setting that makes no sense.
    pub(super) fn check(&self) -> Result<()> {
        let fault = |text: String| Err(Error::Setting(text));
        if let Err(text) = self.features.features() {
            return fault(text);
        }
        let is_share = |share: f64| share > 0.0 && share <= 1.0;
        if !is_share(self.negatives) || self.depths.is_empty() || !self.depths.iter().all(|&depth| is_share(depth)) {
            return fault("negatives and depths are shares: more than 0, at most 1.".to_owned());
        }
        if !(0.0..=500.0).contains(&self.smoothing) {
            return fault("smoothing is a width in bins: 0 for none, at most 500.".to_owned());
        }
        Ok(())
    }
}
