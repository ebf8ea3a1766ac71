//! Which reads made a peak.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ImputedBy;

/// Which reads made a peak?
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct ExplainRequest {
    /// The assay's track.
    pub track: String,
    /// The bundle and mark.
    pub imputed: ImputedBy,
    /// The chromosome.
    pub chromosome: String,
    /// First base of the peak.
    pub start: u32,
    /// One past the last base of the peak.
    pub end: u32,
}

/// How much less (or more) a peak would be without the reads of each stretch: occlusion.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Explanation {
    /// The peak's mean value with all reads.
    pub value: f32,
    /// The stretches that were silenced, one strand at a time.
    pub stretches: Vec<Occluded>,
}

/// One stretch, silenced.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Occluded {
    /// First base.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
    /// Reads there, plus strand.
    pub plus_reads: f32,
    /// Reads there, minus strand.
    pub minus_reads: f32,
    /// The peak's value less its value without the plus reads.
    pub plus: f32,
    /// The peak's value less its value without the minus reads.
    pub minus: f32,
}
