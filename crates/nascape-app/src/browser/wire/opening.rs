//! Files to open, and what came of it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::TrackInfo;

/// Files to open: assays are paired by name, everything else stands alone.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct OpenFiles {
    /// Paths, or addresses of bigWigs.
    pub paths: Vec<String>,
    /// The assembly, for formats without chromosome lengths.
    pub assembly: Option<String>,
    /// True for tracks to stand beside the assay even where two of them look like strands.
    pub apart: bool,
}

/// What came of opening files; a file that failed does not keep the others from opening.
#[derive(Clone, Debug, Default, Serialize, TS)]
#[ts(export)]
pub struct Opened {
    /// The tracks, in the order of their files.
    pub tracks: Vec<TrackInfo>,
    /// The files that could not be opened.
    pub faults: Vec<FileFault>,
}

/// A file that could not be opened, and why.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct FileFault {
    /// The file.
    pub path: String,
    /// The sentence for the user.
    pub message: String,
    /// True when the file would open if its assembly were stated.
    pub needs_assembly: bool,
}
