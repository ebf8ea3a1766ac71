//! Bundles in a list.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A bundle in a list.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct BundleLine {
    /// What names it in every request: a shipped bundle's name, the folder of a user's.
    pub name: String,
    /// What to call it.
    pub title: String,
    /// Its architecture.
    pub architecture: String,
    /// The marks it imputes.
    pub targets: Vec<TargetLine>,
    /// True when it is its mark's default.
    pub default: bool,
    /// True when it came with the program.
    pub shipped: bool,
    /// True when it must be given the strands apart.
    pub needs_strands: bool,
    /// Trained numbers.
    #[ts(type = "number")]
    pub parameters: usize,
}

/// A mark of a bundle.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct TargetLine {
    /// The mark.
    pub name: String,
    /// True for a score between 0 and 1 of 'in a peak'; false for a signal's own quantity.
    pub score: bool,
    /// True when intervals are known.
    pub interval: bool,
    /// Area under the precision-recall curve on the test part, where peaks were learned.
    pub test_auprc: Option<f64>,
    /// Pearson's correlation on the test part.
    pub test_pearson: Option<f64>,
}

/// A bundle and one of its marks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImputedBy {
    /// The bundle's name.
    pub bundle: String,
    /// The mark.
    pub target: String,
}

/// A bundle of the user's that is not where it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct LostBundle {
    /// The folder that it lay in, by which it can be removed from the list.
    pub path: String,
    /// What is wrong, and what to do.
    pub message: String,
}
