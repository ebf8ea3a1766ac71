//! A file that is either whole or absent: written beside its place and renamed when complete.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::{Error, Result};

/// A file being written next to `path`. Dropped unfinished, it is removed and `path` is as it was.
#[derive(Debug)]
pub struct PartialFile {
    path: PathBuf,
    file: NamedTempFile,
}

impl PartialFile {
    /// Starts a hidden `.NAME….partial` in the folder of `path`, so that the final rename cannot cross a disk.
    ///
    /// # Errors
    /// [`Error::Write`] when the folder is missing, full or read-only.
    pub fn create(path: &Path) -> Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let file = tempfile::Builder::new()
            .prefix(&format!(".{name}."))
            .suffix(".partial")
            .permissions_of_a_new_file()
            .tempfile_in(folder)
            .map_err(|source| Error::Write { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// The open file, for writing.
    pub fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// A second handle on the same file, for a writer that wants to own one.
    ///
    /// # Errors
    /// [`Error::Write`] when the system has no handle left.
    pub fn handle(&self) -> Result<File> {
        self.file.reopen().map_err(|source| Error::Write { path: self.path.clone(), source })
    }

    /// Puts the whole file in its place.
    ///
    /// # Errors
    /// [`Error::Write`] when the last bytes or the rename fail; nothing is left behind then.
    pub fn finish(self) -> Result<()> {
        let Self { path, file } = self;
        file.as_file().sync_all().map_err(|source| Error::Write { path: path.clone(), source })?;
        file.persist(&path).map_err(|fault| Error::Write { path, source: fault.error })?;
        Ok(())
    }
}

/// tempfile makes files that only their owner may read; an output has the permissions of any new file.
trait NewFilePermissions {
    fn permissions_of_a_new_file(&mut self) -> &mut Self;
}

impl NewFilePermissions for tempfile::Builder<'_, '_> {
    #[cfg(unix)]
    fn permissions_of_a_new_file(&mut self) -> &mut Self {
        use std::os::unix::fs::PermissionsExt;
        // The user's umask still takes its part away.
        self.permissions(std::fs::Permissions::from_mode(0o666))
    }

    #[cfg(not(unix))]
    fn permissions_of_a_new_file(&mut self) -> &mut Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn an_unfinished_file_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("track.bw");
        let mut partial = PartialFile::create(&path).unwrap();
        partial.file().write_all(b"half").unwrap();
        drop(partial);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_finished_file_replaces_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("track.bw");
        std::fs::write(&path, "old").unwrap();
        let mut partial = PartialFile::create(&path).unwrap();
        partial.file().write_all(b"new").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        partial.finish().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
