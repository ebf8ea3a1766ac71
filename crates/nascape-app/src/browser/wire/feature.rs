//! Features and genes.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A feature of a BED, narrowPeak, GTF or GFF3 file, or a gene of the genome.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Feature {
    /// First base.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
    /// Its name, if it has one.
    pub name: String,
    /// `+`, `-` or `.`.
    pub strand: char,
    /// Its score, where the file has one.
    pub score: Option<f32>,
    /// Exons, where the file has them.
    pub exons: Vec<[u32; 2]>,
}

/// Which features to show.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct FeaturesRequest {
    /// An open track of features, or `genes:ASSEMBLY`.
    pub track: String,
    /// The chromosome, in any of its names.
    pub chromosome: String,
    /// First base.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
}
