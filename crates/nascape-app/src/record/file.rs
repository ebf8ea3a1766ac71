//! A file of a record: what it was, and where it is now.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use nascape_model::bundle::sha256_of_file;
use serde::{Deserialize, Serialize};

use crate::Result;

/// A file with its checksum.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FileUsed {
    /// `plus`, `minus`, `signal`, `exclude`, the mark that was observed; `track`, `figure`.
    pub role: String,
    /// Its name without folders, or its address.
    pub name: String,
    /// Where it lay, seen from the record's folder; of an input only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Its size; nothing for an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Its checksum; empty for an address.
    pub sha256: String,
}

impl FileUsed {
    /// # Errors
    /// Those of reading the file.
    pub(super) fn input(role: String, path: &Path, folder: &Path) -> Result<Self> {
        if is_address(path) {
            let url = path.to_string_lossy().into_owned();
            return Ok(Self { role, name: url.clone(), path: Some(url), bytes: None, sha256: String::new() });
        }
        let seen = seen_from(path, folder).to_string_lossy().into_owned();
        Ok(Self { path: Some(seen), ..Self::of(role, name_of(path), path)? })
    }

    /// # Errors
    /// Those of reading the file.
    pub(super) fn output(role: &str, path: &Path, folder: &Path) -> Result<Self> {
        let inside = path.strip_prefix(folder).unwrap_or(path);
        Self::of(role.to_owned(), inside.to_string_lossy().into_owned(), path)
    }

    fn of(role: String, name: String, path: &Path) -> Result<Self> {
        let read = |source: io::Error| nascape_signal::Error::Read { path: path.to_owned(), source };
        let bytes = Some(fs::metadata(path).map_err(read)?.len());
        Ok(Self { role, name, path: None, bytes, sha256: sha256_of_file(path)? })
    }

    /// Where the same bytes are now: where they were, else by their name beside the record, else by their name in the current
    /// folder.
    ///
    /// # Errors
    /// A sentence, where they are in none of these places.
    pub(crate) fn find(&self, folder: &Path) -> std::result::Result<PathBuf, String> {
        if is_address(Path::new(&self.name)) {
            return Ok(self.name.clone().into());
        }
        let was = self.path.as_ref().map(|path| folder.join(path));
        let places: Vec<PathBuf> = was.into_iter().chain([folder.join(&self.name), PathBuf::from(&self.name)]).collect();
        let there = || places.iter().filter(|place| place.is_file());
        match (there().find(|place| self.is(place)), there().next()) {
            (Some(place), _) => Ok(place.clone()),
            (None, Some(other)) => Err(format!(
                "{} ({}) is not the file that was used: it has other bytes (SHA-256 of the one used: {}). Put that one beside the \
                 record, or run this in the folder that holds it.",
                other.display(),
                self.role,
                self.sha256
            )),
            (None, None) => Err(format!(
                "{} ({}) is missing. Put it beside the record, or run this in the folder that holds it; its SHA-256 is {}.",
                self.name, self.role, self.sha256
            )),
        }
    }

    /// Whether a file has the same bytes.
    pub(crate) fn is(&self, place: &Path) -> bool {
        let same_size = fs::metadata(place).is_ok_and(|metadata| self.bytes.is_none_or(|bytes| bytes == metadata.len()));
        same_size && sha256_of_file(place).is_ok_and(|sha256| sha256 == self.sha256)
    }
}

/// True for an http(s) address.
pub(crate) fn is_address(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.starts_with("http://") || text.starts_with("https://"))
}

pub(super) fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// A path as seen from a folder, links on the way followed; the path itself on another drive.
pub(super) fn seen_from(path: &Path, folder: &Path) -> PathBuf {
    let real = |folder: &Path| fs::canonicalize(if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    let seen = || {
        let parent = real(path.parent()?).ok()?;
        relative(&parent.join(path.file_name()?), &real(folder).ok()?)
    };
    seen().unwrap_or_else(|| path.to_owned())
}

/// `path` as seen from `folder`, both absolute; nothing when they share no root (two Windows drives).
pub(crate) fn relative(path: &Path, folder: &Path) -> Option<PathBuf> {
    let (path, folder): (Vec<Component>, Vec<Component>) = (path.components().collect(), folder.components().collect());
    let shared = path.iter().zip(&folder).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return None;
    }
    let up = folder[shared..].iter().map(|_| Component::ParentDir);
    Some(up.chain(path[shared..].iter().copied()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_path_leads_from_the_folder() {
        let from = |path: &str| relative(Path::new(path), Path::new("/data/sessions"));
        assert_eq!(from("/data/a/b.bw"), Some("../a/b.bw".into()));
        assert_eq!(from("/data/sessions/b.bw"), Some("b.bw".into()));
        assert_eq!(from("elsewhere/b.bw"), None);
    }
}
