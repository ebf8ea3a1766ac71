//! What the window learns when it opens.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{BundleLine, LostBundle};

/// What the window learns when it opens.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct About {
    /// The version of Nascape.
    pub version: String,
    /// Threads that impute.
    pub threads: usize,
    /// Bundles at hand, the default of each mark first.
    pub bundles: Vec<BundleLine>,
    /// Folders of bundles that were opened at an earlier start, and cannot be any more.
    pub lost: Vec<LostBundle>,
    /// Files named when the program was started.
    pub files: Vec<String>,
    /// Where the program looks for files first.
    pub folder: String,
    /// An autosaved session that was not closed in order, if there is one.
    pub unsaved: Option<String>,
    /// Sessions and assays opened lately, the latest first.
    pub recent: Vec<Recent>,
}

/// Something opened lately.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Recent {
    /// One session file, or the files of one assay.
    pub paths: Vec<String>,
    /// What to call it.
    pub name: String,
}
