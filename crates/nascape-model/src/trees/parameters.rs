//! What XGBoost is told.

use serde::{Deserialize, Serialize};

use super::Objective;

/// A measure on the validation rows, by which the round is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Area under the curve of precision against recall; more is better.
    Aucpr,
    /// Root of the mean squared error; less is better.
    Rmse,
}

impl Metric {
    /// XGBoost's name of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aucpr => "aucpr",
            Self::Rmse => "rmse",
        }
    }

    #[cfg(feature = "xgboost")]
    pub(super) fn is_better(self, value: f32, than: f32) -> bool {
        match self {
            Self::Aucpr => value > than,
            Self::Rmse => value < than,
        }
    }
}

/// What XGBoost is told. Names and meanings are those of its documentation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Trees at most.
    pub rounds: usize,
    /// Rounds without a better validation measure after which training ends, and the best round is kept; 0 to train and keep
    /// all rounds.
    pub patience: usize,
    /// What the trees are fitted to.
    pub objective: Objective,
    /// What the round is chosen by.
    pub metric: Metric,
    /// `max_depth`.
    pub depth: u32,
    /// `eta`.
    pub learning_rate: f32,
    /// `subsample`: the share of the rows that a tree sees.
    pub subsample: f32,
    /// `colsample_bytree`: the share of the features that a tree sees.
    pub colsample: f32,
    /// `lambda`.
    pub lambda: f32,
    /// `min_child_weight`.
    pub min_child_weight: f32,
    /// `scale_pos_weight`: how many negative rows a positive one counts for.
    pub scale_pos_weight: f32,
    /// Random seed of rows and features.
    pub seed: u64,
    /// `monotone_constraints`: per feature 1 (rising), -1 (falling) or 0; empty for none.
    #[serde(default)]
    pub monotone: Vec<i8>,
}

impl Default for Parameters {
    /// XGBoost's own, for 'the bin is in a peak', with 100 rounds and a patience of 10.
    fn default() -> Self {
        Self {
            rounds: 100,
            patience: 10,
            objective: Objective::Logistic,
            metric: Metric::Aucpr,
            depth: 6,
            learning_rate: 0.3,
            subsample: 1.0,
            colsample: 1.0,
            lambda: 1.0,
            min_child_weight: 1.0,
            scale_pos_weight: 1.0,
            seed: 0,
            monotone: Vec::new(),
        }
    }
}
