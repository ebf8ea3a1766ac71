//! Outputs that are either whole or absent: written beside their place and renamed when complete.
//!
//! What is being written is called `.NAME.nascape-XXXXXX.partial` and locked for as long as its program lives. What a killed program
//! left behind is therefore known by its name and by its lock, which nobody holds; it is removed when the next program begins to
//! write into the same folder.

mod left_behind;
mod replace;

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use tempfile::{NamedTempFile, TempDir};

pub use self::left_behind::clean;
use crate::{Error, Result};

/// Follows the output's name in the name of what is being written.
const MARK: &str = ".nascape-";
/// Ends the name of what is being written.
const ENDING: &str = ".partial";
/// Ends the name of an older folder for the moment in which another takes its place.
const REPLACED: &str = ".replaced";

/// A file being written next to `path`. Dropped unfinished, it is removed and `path` is as it was.
#[derive(Debug)]
pub struct PartialFile {
    path: PathBuf,
    file: NamedTempFile,
}

impl PartialFile {
    /// Starts a hidden file in the folder of `path`, so that the final rename cannot cross a disk.
    ///
    /// # Errors
    /// [`Error::Write`] when the folder is missing, full or read-only.
    pub fn create(path: &Path) -> Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        left_behind::clean_once(folder);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let create = || {
            let file = tempfile::Builder::new()
                .prefix(&format!(".{name}{MARK}"))
                .suffix(ENDING)
                .open_to_others(0o666)
                .tempfile_in(folder)?;
            let held = left_behind::hold(file.as_file(), file.path());
            Ok((file, held))
        };
        let file = held(create).map_err(|source| Error::Write { path: path.to_owned(), source })?;
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

    /// Puts the whole file in its place, once the disk has it.
    ///
    /// # Errors
    /// [`Error::Write`] when the last bytes or the rename fail; nothing is left behind then.
    pub fn finish(self) -> Result<()> {
        self.file.as_file().sync_all().map_err(|source| Error::Write { path: self.path.clone(), source })?;
        self.finish_unforced()
    }

    /// As [`finish`](Self::finish), but a machine that loses its power may lose the file too: for what can be made again.
    ///
    /// # Errors
    /// [`Error::Write`] when the rename fails; nothing is left behind then.
    pub fn finish_unforced(self) -> Result<()> {
        let Self { path, file } = self;
        file.persist(&path).map_err(|fault| Error::Write { path, source: fault.error })?;
        Ok(())
    }
}

/// A folder being filled next to its place, or for work that is not to stay. Dropped unfinished, it is removed.
#[derive(Debug)]
pub struct PartialFolder {
    folder: TempDir,
    /// Held for as long as the folder is filled.
    _lock: Option<File>,
}

impl PartialFolder {
    /// Starts a hidden folder in `parent`, named for `what` is in it.
    ///
    /// # Errors
    /// When the parent is missing, full or read-only.
    pub fn create(parent: &Path, what: &str) -> io::Result<Self> {
        left_behind::clean_once(parent);
        held(|| {
            let folder = tempfile::Builder::new()
                .prefix(&format!(".{what}{MARK}"))
                .suffix(ENDING)
                .open_to_others(0o777)
                .tempdir_in(parent)?;
            // A system that opens no folders has no locks on them either.
            let lock = File::open(folder.path()).ok();
            let held = lock.as_ref().is_none_or(|lock| left_behind::hold(lock, folder.path()));
            Ok((Self { folder, _lock: lock }, held))
        })
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts the whole folder in the place of an older one, which goes. A program that is killed on the way leaves one of the two there,
    /// whole; on a file system that cannot exchange folders the old one may be found only when a program next writes beside it.
    ///
    /// # Errors
    /// When the exchange fails; the older folder is as it was then.
    pub fn replace(self, place: &Path) -> io::Result<()> {
        match replace::exchange(self.folder.path(), place) {
            // What was there lies where this one was filled, and is removed with it.
            Ok(()) => Ok(()),
            Err(fault) if replace::cannot_exchange(&fault) => {
                replace::in_two_steps(self.folder.path(), place)?;
                let _ = self.folder.keep();
                Ok(())
            }
            Err(fault) => Err(fault),
        }
    }

    /// Puts the whole folder in its place.
    ///
    /// # Errors
    /// When the rename fails; nothing is left behind then.
    pub fn finish(self, place: &Path) -> io::Result<()> {
        fs::rename(self.folder.path(), place)?;
        let _ = self.folder.keep(); // Renamed: there is nothing left to remove.
        Ok(())
    }
}

/// What `create` made and holds. Another program that cleaned the folder may have taken it between the two: then another is made.
fn held<T>(create: impl Fn() -> io::Result<(T, bool)>) -> io::Result<T> {
    loop {
        if let (made, true) = create()? {
            return Ok(made);
        }
    }
}

/// tempfile makes what only its owner may read; an output has the permissions of anything new.
trait OpenToOthers {
    fn open_to_others(&mut self, mode: u32) -> &mut Self;
}

impl OpenToOthers for tempfile::Builder<'_, '_> {
    #[cfg(unix)]
    fn open_to_others(&mut self, mode: u32) -> &mut Self {
        use std::os::unix::fs::PermissionsExt;
        // The user's umask still takes its part away.
        self.permissions(fs::Permissions::from_mode(mode))
    }

    #[cfg(not(unix))]
    fn open_to_others(&mut self, _: u32) -> &mut Self {
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
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_finished_file_replaces_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("track.bw");
        fs::write(&path, "old").unwrap();
        let mut partial = PartialFile::create(&path).unwrap();
        partial.file().write_all(b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        partial.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_finished_folder_is_in_its_place_and_an_unfinished_one_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        drop(PartialFolder::create(folder.path(), "bundle").unwrap());
        let partial = PartialFolder::create(folder.path(), "bundle").unwrap();
        fs::write(partial.path().join("card"), "").unwrap();
        partial.finish(&folder.path().join("mark")).unwrap();
        assert!(folder.path().join("mark/card").is_file());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
