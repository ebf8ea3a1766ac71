//! How well an imputed track agrees with the observed one, and how well it finds the marked bins.
//!
//! Everything here is a pure function on slices that hold one value per bin, as `f32`, and answers in `f64`. NaN is a bin
//! that nobody assessed. [`Measures::of`] drops such bins once, for every measure alike; the functions beneath it expect
//! [`Complete`] pairs. A measure with no definite value (no positive bin, a constant track) is `None`, never NaN.
//!
//! The numbers are those of `scipy.stats.pearsonr` and `spearmanr`, and of scikit-learn's `r2_score`, `roc_auc_score`,
//! `average_precision_score` and `precision_recall_fscore_support`, except that those answer 0, 1 or NaN where we say `None`.
//!
//! ```
//! # use nascape_model::metrics::{Error, Measures, positives};
//! # fn main() -> Result<(), Error> {
//! let observed = [0.0, 1.0, 1.0, f32::NAN, 0.0];
//! let imputed = [0.1, 0.9, 0.4, 0.8, 0.6];
//! let marked = positives(&observed, 1.0);
//! let measures = Measures::of(&observed, &imputed, Some(&marked), Some(0.5))?;
//! assert_eq!(measures.bins, 4);
//! assert_eq!(measures.auroc, Some(0.75));
//! assert_eq!(measures.recall, Some(0.5));
//! # Ok(()) }
//! ```

mod agreement;
pub mod bootstrap;
mod calls;
mod coarsen;
mod complete;
mod error;
mod measures;
mod order;
mod ranking;

pub use agreement::{pearson, r2, rmse, spearman};
pub use calls::Calls;
pub use coarsen::{coarsen, coarsen_positives};
pub use complete::{Complete, positives};
pub use error::Error;
pub use measures::Measures;
pub use ranking::{CurvePoint, Ranking};
