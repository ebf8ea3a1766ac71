//! Open tracks.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ChromosomeInfo;

/// An open track.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct TrackInfo {
    /// What names it in every request, while the program runs.
    pub id: String,
    /// What to call it.
    pub name: String,
    /// What it holds.
    pub kind: TrackKind,
    /// Its files: plus and minus, or one.
    pub files: Vec<FileInfo>,
    /// The assembly, where it is known.
    pub assembly: Option<String>,
    /// Its chromosomes, in the names of the file; for intervals, those with a known length or any feature.
    pub chromosomes: Vec<ChromosomeInfo>,
    /// What is counted in it, if it is a BAM.
    pub reads: Option<BamReads>,
}

/// What is counted in a BAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum BamReads {
    /// 3' ends of RNAs of which the reads are the reverse complement: PRO-seq as it is usually made.
    Pro,
    /// 3' ends of RNAs, in the sense of the RNA.
    ProForward,
    /// 5' ends of RNAs, in the sense of the RNA: GRO-seq as it is usually made.
    Gro,
    /// 5' ends of RNAs of which the reads are the reverse complement.
    GroReversed,
    /// How many reads cover a base, whatever their strand: an observed mark.
    Coverage,
}

/// What a track holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum TrackKind {
    /// Two strands of an assay.
    Assay,
    /// An assay in one file without strands, or an observed signal.
    Signal,
    /// Peaks, genes or other features.
    Features,
}

/// A file as it was when it was opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FileInfo {
    /// Its path.
    pub path: String,
    /// `plus`, `minus` or `signal`.
    pub role: String,
    /// Bytes.
    #[ts(type = "number")]
    pub bytes: u64,
}
