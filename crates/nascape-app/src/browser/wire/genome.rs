//! The genome, and places in it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A chromosome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ChromosomeInfo {
    /// Its name in the file.
    pub name: String,
    /// Bases.
    pub length: u32,
    /// True when the track has data on it.
    pub has_data: bool,
}

/// The genome that the window shows.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Genome {
    /// The assembly; empty when nobody knows it.
    pub name: String,
    /// Its chromosomes, or those of the assay, in karyotype order.
    pub chromosomes: Vec<ChromosomeInfo>,
    /// Bands of the ideogram, by chromosome; empty where none are known.
    pub bands: Vec<Band>,
    /// True when genes are at hand for it without a file of the user's.
    pub genes: bool,
}

/// A band of an ideogram.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Band {
    /// The chromosome.
    pub chromosome: String,
    /// First base.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
    /// Its name.
    pub name: String,
    /// Its stain, as UCSC writes it: `gneg`, `gpos75`, `acen`.
    pub stain: String,
}

/// A place that a search found.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Found {
    /// The gene's symbol, or the region.
    pub name: String,
    /// The chromosome, in the names of the genome on screen.
    pub chromosome: String,
    /// First base.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
}
