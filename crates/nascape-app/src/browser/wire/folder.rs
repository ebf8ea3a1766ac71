//! The file dialog of `nascape serve`.

use serde::Serialize;
use ts_rs::TS;

/// What lies in a folder, for the file dialog of `nascape serve`.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct FolderListing {
    /// The folder.
    pub path: String,
    /// The folder above; nothing at the top of what may be seen.
    pub parent: Option<String>,
    /// Folders and files, folders first, by name.
    pub entries: Vec<FolderEntry>,
}

/// A file or folder.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct FolderEntry {
    /// Its name.
    pub name: String,
    /// Its path.
    pub path: String,
    /// True for a folder.
    pub folder: bool,
    /// Bytes of a file.
    #[ts(type = "number")]
    pub bytes: u64,
}
