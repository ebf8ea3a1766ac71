//! Figures of a locus and of a model's measures, as an SVG to edit and a PNG to look at.
//!
//! A figure is plain data that says how it is drawn; [`save`] draws it once for each of the two formats. Values are one per
//! bin, NaN where a bin is missing; coordinates are 0-based half-open in the data and 1-based with commas on the figure.

mod colour;
mod error;
mod face;
mod frame;
mod number;
mod precision_recall;
mod profile;
mod save;
mod scatter;
mod score_histogram;
mod sheet;
mod track;

pub use colour::Hue;
pub use error::Error;
pub use precision_recall::{PrecisionRecall, Series};
pub use profile::{AssayPanel, MarkPanel, Observed, Profile, Profiles};
pub use save::{Saved, files_of, save};
pub use scatter::{Axis, Scatter};
pub use score_histogram::ScoreHistogram;
pub use sheet::{Drawn, Figure, Sheet};
pub use track::Track;
