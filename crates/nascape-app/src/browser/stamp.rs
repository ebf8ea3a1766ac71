//! A file as it was when it was opened, to be told when it is another.

use std::{
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use super::{fault::Answer, wire::Fault};

/// Size and time of last change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
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

    /// # Errors
    /// When the file is gone or is not what it was.
    pub fn check(&self) -> Answer<()> {
        let name = self.path.display();
        match Self::of(&self.path) {
            Ok(now) if now == *self => Ok(()),
            Ok(_) => Err(Fault::new(format!("{name} changed on disk since it was opened. Open it again."))),
            Err(_) => Err(Fault::new(format!(
                "{name} was moved or deleted since it was opened. Put it back, or open it from where it is now."
            ))),
        }
    }
}

/// True for an http(s) address.
pub(super) fn is_address(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.starts_with("http://") || text.starts_with("https://"))
}
