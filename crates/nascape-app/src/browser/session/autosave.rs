//! The session that is saved without being asked, so that a crash loses nothing.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

/// Programs of one user that run at once, at the most; further ones share the last place.
const PLACES: u32 = 64;

/// A place that this program alone saves to while it runs.
pub(in crate::browser) struct Autosave {
    folder: PathBuf,
    place: u32,
    /// Locked by the system until the program ends, however it ends.
    _lock: Option<File>,
}

impl Autosave {
    /// Takes the first free place. What an earlier program left there was not closed in order, and is kept for the user.
    pub fn take(state: &Path) -> Self {
        let folder = state.join("autosave");
        let _ = fs::create_dir_all(&folder);
        for place in 1..=PLACES {
            let Ok(file) = File::create(folder.join(format!("{place}.lock"))) else { break };
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => continue,
                // A file system without locks: one program at a time is then the user's own care.
                Ok(()) | Err(TryLockError::Error(_)) => {
                    let taken = Self { folder, place, _lock: Some(file) };
                    let _ = fs::rename(taken.path(), taken.left_behind());
                    return taken;
                }
            }
        }
        Self { folder, place: PLACES, _lock: None }
    }

    /// Where the autosave goes.
    pub fn path(&self) -> PathBuf {
        self.folder.join(format!("{}.nascape.json", self.place))
    }

    fn left_behind(&self) -> PathBuf {
        self.folder.join(format!("{}.unsaved.nascape.json", self.place))
    }

    /// A session that was not closed in order.
    pub fn unsaved(&self) -> Option<PathBuf> {
        Some(self.left_behind()).filter(|path| path.exists())
    }

    /// What to recover: the session of a program that ended without order, else this program's own.
    pub fn newest(&self) -> Option<PathBuf> {
        self.unsaved().or_else(|| Some(self.path()).filter(|path| path.exists()))
    }

    /// The user closed the program: nothing is left to recover.
    pub fn close(&self) {
        let _ = fs::remove_file(self.path());
        let _ = fs::remove_file(self.left_behind());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_crash_left_is_offered_and_what_was_closed_is_not() {
        let state = tempfile::tempdir().unwrap();
        let first = Autosave::take(state.path());
        fs::write(first.path(), "{}").unwrap();
        let beside = Autosave::take(state.path());
        assert_ne!(first.path(), beside.path());
        assert_eq!(beside.unsaved(), None);
        drop(first);
        let after_crash = Autosave::take(state.path());
        assert!(after_crash.unsaved().is_some());
        after_crash.close();
        drop(after_crash);
        assert_eq!(Autosave::take(state.path()).unsaved(), None);
    }
}
