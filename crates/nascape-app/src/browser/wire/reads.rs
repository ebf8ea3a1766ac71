//! Single reads of a BAM.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which single reads of a BAM to show.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct ReadsRequest {
    /// An open BAM beside the assay.
    pub track: String,
    /// The chromosome, in any of its names.
    pub chromosome: String,
    /// First base.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
}

/// Single reads of a stretch.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Reads {
    /// By their starts; a sample where there are more than can be told apart.
    pub reads: Vec<Read>,
    /// How many there are, as far as they were looked at.
    #[ts(type = "number")]
    pub count: u64,
    /// One past the last base up to which they were looked at: the stretch's end, but for the very deepest.
    pub until: u32,
}

/// A read where it was aligned.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Read {
    /// First base.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
    /// The row in which it overlaps no other, from 0.
    pub row: u32,
    /// The name of its fragment.
    pub name: String,
    /// `+` or `-`, as it was aligned.
    pub strand: char,
    /// Its mapping quality, where the file has one.
    pub quality: Option<u8>,
    /// As SAM writes it.
    pub cigar: String,
    /// The bases that it was aligned to, without deletions and introns.
    pub blocks: Vec<[u32; 2]>,
}
