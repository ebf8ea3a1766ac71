//! A file of a session: where it was, and how it is told from others.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    browser::{
        allowed::Allowed,
        fault::Answer,
        stamp::{Stamp, is_address},
        track::hex,
        wire::Fault,
    },
    record::relative,
};

/// Bytes at each end of a file that its checksum is of.
const END: u64 = 1 << 20;

#[derive(Serialize, Deserialize)]
pub(super) struct SavedFile {
    /// The absolute path, or an address.
    pub path: String,
    /// The path from the session's folder.
    relative: Option<PathBuf>,
    bytes: u64,
    /// Nanoseconds since 1970, as text: no JSON reader rounds it then.
    changed: String,
    /// SHA-256 of the first and the last megabyte.
    sha256_of_ends: String,
}

impl SavedFile {
    pub fn of(path: &Path, session: &Path) -> Answer<Self> {
        let stamp = Stamp::of(path)?;
        let fault = |source| nascape_signal::Error::Read { path: path.to_owned(), source };
        Ok(Self {
            path: path.to_string_lossy().into_owned(),
            relative: session.parent().and_then(|folder| relative(path, folder)),
            bytes: stamp.bytes,
            changed: stamp.changed.to_string(),
            sha256_of_ends: if is_address(path) { String::new() } else { sha256_of_ends(path).map_err(fault)? },
        })
    }

    /// Where the file is now: where it was, or as far from the session as it was. What may not be opened is not looked at.
    ///
    /// # Errors
    /// A sentence, when it is in neither place, may not be opened, or is not what it was.
    pub fn find(&self, session: &Path, allowed: &Allowed) -> Answer<PathBuf> {
        let absolute = PathBuf::from(&self.path);
        let beside = session.parent().zip(self.relative.as_ref()).map(|(folder, relative)| folder.join(relative));
        let first = allowed.check_for_session(&absolute);
        if is_address(&absolute) {
            return first;
        }
        let beside = beside.and_then(|beside| allowed.check(&beside).ok());
        let places: Vec<PathBuf> = match (first, beside) {
            (Err(fault), None) => return Err(fault),
            (first, beside) => first.into_iter().chain(beside).filter(|place| place.is_file()).collect(),
        };
        match places.iter().find(|place| self.is(place)) {
            Some(place) => Ok(place.clone()),
            None if places.is_empty() => {
                Err(Fault::new(format!("{} is not there any more. Show where it is now.", self.path)))
            }
            None => Err(Fault::new(format!(
                "{} is not the file that the session was saved with: its content changed. Show where the old one is, or choose this one again.",
                self.path
            ))),
        }
    }

    /// The same file, whatever its name: unchanged since, or with the same ends.
    fn is(&self, place: &Path) -> bool {
        let Ok(stamp) = Stamp::of(place) else { return false };
        stamp.bytes == self.bytes
            && (stamp.changed.to_string() == self.changed
                || sha256_of_ends(place).is_ok_and(|checksum| checksum == self.sha256_of_ends))
    }
}

fn sha256_of_ends(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut hash = Sha256::new();
    let mut end = Vec::new();
    (&mut file).take(END).read_to_end(&mut end)?;
    hash.update(&end);
    if length > END {
        file.seek(SeekFrom::Start(length.saturating_sub(END).max(END)))?;
        end.clear();
        file.read_to_end(&mut end)?;
        hash.update(&end);
    }
    Ok(hex(&hash.finalize()))
}
