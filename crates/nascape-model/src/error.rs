//! What can go wrong between bins and a bundle, in sentences that say what to do next.

use std::path::PathBuf;

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// A fault of a bundle, a training or an imputation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A fault of a signal file or a region.
    #[error(transparent)]
    Signal(#[from] nascape_signal::Error),
    /// A bundle that is not whole, not ours, or not of this version.
    #[error("{bundle}: {detail}")]
    Bundle {
        /// The bundle's folder, or its name when it is shipped.
        bundle: PathBuf,
        /// What is wrong, with the name of the tensor or the field, and what to do.
        detail: String,
    },
    /// The bundle needs the strands apart and the assay has them together.
    #[error(
        "the bundle '{bundle}' was trained on both strands apart, but the assay is one unstranded signal. Give --plus and --minus, or choose a bundle that sums the strands."
    )]
    NeedsStrands {
        /// The bundle's name.
        bundle: String,
    },
    /// There is nothing to learn from.
    #[error("the target {target} has no signal in the {part} part ({regions}): {detail}")]
    NothingToLearn {
        /// The target.
        target: String,
        /// `train`, `validation` or `test`.
        part: &'static str,
        /// The regions of that part.
        regions: String,
        /// What to do.
        detail: &'static str,
    },
    /// Parts that share bases.
    #[error(
        "the {first} region {first_region} overlaps the {second} region {second_region}: what is tested must not be trained on. Move one of them."
    )]
    PartsOverlap {
        /// `train`, `validation` or `test`.
        first: &'static str,
        /// Its region.
        first_region: String,
        /// The other part.
        second: &'static str,
        /// Its region.
        second_region: String,
    },
    /// The loss is no longer a number.
    #[error(
        "training stopped in epoch {epoch}: the loss is not a number. Lower --learning-rate; the target may hold extreme values."
    )]
    Diverged {
        /// The epoch, from 1.
        epoch: usize,
    },
    /// A setting that makes no sense.
    #[error("{0}")]
    Setting(String),
    /// A model of boosted trees that cannot be read or is of a kind that is not evaluated here.
    #[error("the model of boosted trees cannot be used: {0}")]
    Trees(String),
    /// XGBoost refused to train.
    #[error("the boosted trees were not trained. {0}")]
    Boosting(String),
    /// Candle failed; this is a fault of the program, not of the data.
    #[error("the network failed inside: {0}. This is a fault of Nascape; please report it.")]
    Candle(#[from] candle_core::Error),
}
