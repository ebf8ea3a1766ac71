//! What predicts a mark from an assay: inputs, architectures, bundles, dense inference, training, metrics.
//!
//! A [`Bundle`] is a trained network with a card that says what it was trained on; [`impute`] runs it over a region of an
//! [`Assay`](nascape_signal::Assay), tile by tile; [`train`] makes one; [`metrics`] says how good it is; [`peaks`] calls
//! peaks on what was imputed. [`tirs`] finds transcription initiation regions in the assay itself, without a bundle.

pub mod architecture;
pub mod bundle;
pub mod calibration;
pub mod error;
pub mod impute;
pub mod input;
pub mod kernel;
mod logarithm;
pub mod metrics;
pub mod network;
pub mod peaks;
pub mod predictor;
pub mod tirs;
pub mod train;
pub mod trees;

pub use bundle::Bundle;
pub use error::{Error, Result};
