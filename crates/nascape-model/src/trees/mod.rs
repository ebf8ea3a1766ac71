//! Gradient-boosted trees: XGBoost's models evaluated over every bin, the features they look at, and their training.
//!
//! A model is kept in XGBoost's own format; a [`Forest`] reads and evaluates it without the library. Its features are
//! [`windows`] of binned reads or [`dreg`]'s windows of read ends at many scales, made a block of bins at a time as
//! [`Columns`]: there is no matrix of windows of a whole chromosome. A margin has the same bits as XGBoost's, and depends on
//! its bin's features alone, never on the cut into blocks.

#[cfg(feature = "xgboost")]
pub mod boost;
mod columns;
mod complete;
pub mod domains;
pub mod dreg;
pub mod features;
mod forest;
mod parameters;
mod read;
#[cfg(test)]
mod tests;
mod ubj;
pub mod windows;

pub use columns::Columns;
pub use features::Features;
pub use forest::{Forest, Objective};
pub use parameters::{Metric, Parameters};
pub use windows::{Transform, Window, WindowSet};
