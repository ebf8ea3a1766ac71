//! Files as they were when a run began, to be told when they are others.

use std::{
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use super::{Recorded, file::is_address};
use crate::{Error, Result};

/// Size and time of last change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub path: PathBuf,
    pub bytes: u64,
    /// Nanoseconds since 1970; 0 for an address.
    pub changed: u128,
}

impl Stamp {
    /// Of an address nothing is known: it stands for itself.
    pub fn of(path: &Path) -> nascape_signal::Result<Self> {
        if is_address(path) {
            return Ok(Self { path: path.to_owned(), bytes: 0, changed: 0 });
        }
        let read = |source| nascape_signal::Error::Read { path: path.to_owned(), source };
        let metadata = fs::metadata(path).map_err(read)?;
        let changed = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Ok(Self { path: path.to_owned(), bytes: metadata.len(), changed: changed.map_or(0, |time| time.as_nanos()) })
    }
}

/// The files of a run. What was read from a file in two states is no result.
pub(crate) struct Watch(Vec<Stamp>);

impl Watch {
    /// A file that is not there is told when it is opened.
    pub fn begin<R: Recorded>(request: &R) -> Self {
        let mut request = request.clone();
        Self(request.files().into_iter().filter_map(|(_, path)| Stamp::of(path).ok()).collect())
    }

    /// # Errors
    /// [`Error::Changed`] for a file that is gone or is not what it was.
    pub fn check(&self) -> Result<()> {
        let changed = self.0.iter().find(|was| Stamp::of(&was.path).ok().as_ref() != Some(was));
        changed.map_or(Ok(()), |stamp| Err(Error::Changed { path: stamp.path.clone() }))
    }

    /// A fault as it is to be told: what a file that changed looks like is not what is wrong.
    pub fn explain(&self, fault: Error) -> Error {
        match fault {
            fault if fault.is_cancellation() => fault,
            fault => self.check().err().unwrap_or(fault),
        }
    }
}
