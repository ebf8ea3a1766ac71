//! Exports.

use serde::Deserialize;
use ts_rs::TS;

use super::ImputedBy;

/// An export, run as a job.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct ExportRequest {
    /// The assay's track.
    pub track: String,
    /// The bundles and marks.
    pub imputed: Vec<ImputedBy>,
    /// What to write.
    pub format: ExportFormat,
    /// Regions as on screen (`chr21:33,031,597-33,041,570`, `chr21`); none for the genome.
    pub regions: Vec<String>,
    /// Whether to write the ends of the intervals too (bigWig only).
    pub intervals: bool,
    /// narrowPeak: the false discovery rate.
    pub fdr: Option<f64>,
    /// Figure: the observed track that the imputed one is drawn against.
    pub observed: Option<String>,
    /// The folder to write into.
    pub folder: String,
}

/// A format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ExportFormat {
    /// bigWig and `run.json`: what `nascape impute` writes.
    BigWig,
    /// bedGraph.
    BedGraph,
    /// narrowPeak: what `nascape peaks` writes.
    NarrowPeak,
    /// Imputed against observed, SVG and PNG: what `nascape evaluate` draws.
    Figure,
}
