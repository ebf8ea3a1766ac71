//! What can go wrong between a figure and its files.

use std::io;
use std::path::PathBuf;

/// Why a figure was not saved. No file is left half-written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be written.
    #[error("{path}: the figure could not be saved: {source}. {}", remedy(.source))]
    Save {
        /// The file that was to be.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The figure could not be drawn.
    #[error("the figure {stem} could not be drawn: {reason}. Please report this: it is a fault of Nascape's.")]
    Draw {
        /// The name that the figure was to have.
        stem: String,
        /// What the drawing library said.
        reason: String,
    },
}

fn remedy(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "Free some space, or save to another disk.",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "Save to a folder that you may write to."
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "A file is where the folder should be: save to another folder."
        }
        _ => "Check that the folder can be written to and that the disk has room, or save elsewhere.",
    }
}
