//! Retrainings.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::compare::Verdict;

/// A retraining, run as a job.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct RetrainingRequest {
    /// The assay's track.
    pub track: String,
    /// The bundle to start from, of one mark.
    pub bundle: String,
    /// The track of the observed mark: a signal, or peaks.
    pub observed: String,
    /// Regions to learn from, as on screen.
    pub regions: Vec<String>,
    /// What to call the retrained bundle.
    pub name: String,
}

/// What a retraining would do.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct RetrainingPlan {
    /// Regions that would be learned from.
    pub train: Vec<String>,
    /// Regions that would be chosen by.
    pub validation: Vec<String>,
    /// Regions that both bundles would be measured on.
    pub test: Vec<String>,
    /// Bins of 50 bp to learn from.
    #[ts(type = "number")]
    pub bins: usize,
    /// Of these, the marked ones.
    #[ts(type = "number")]
    pub marked: usize,
}

/// What came of a retraining.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct RetrainingVerdict {
    /// The retrained bundle.
    pub bundle: String,
    /// The bundle that was started from.
    pub from: String,
    /// `better`, `no_different` or `worse`, where neither bundle learned.
    #[ts(type = "'better' | 'no_different' | 'worse'")]
    pub verdict: Verdict,
    /// The verdict in words.
    pub sentence: String,
    /// What decides: `AUPRC at 50 bp`.
    pub figure: String,
    /// The figure of the old and of the new bundle on the regions that were learned from.
    pub learned: [f64; 2],
    /// The same where neither learned.
    pub elsewhere: [f64; 2],
    /// The ends of the 95 % interval of the difference elsewhere.
    pub interval: [f64; 2],
    /// Where both were measured.
    pub test: Vec<String>,
    /// Figures as SVG, by their names.
    pub pictures: Vec<Picture>,
}

/// A figure.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Picture {
    /// What it shows.
    pub name: String,
    /// The SVG.
    pub svg: String,
}
