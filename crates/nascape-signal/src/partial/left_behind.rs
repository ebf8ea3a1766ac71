//! What killed programs left behind, told from what is being written by its lock.

use std::{
    collections::HashSet,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::{LazyLock, Mutex, PoisonError},
};

use super::{ENDING, MARK, replace};

/// Locks what is being written until its file is closed, by whatever ends the program; false when a cleaner was faster. A file
/// system without locks says true: nothing is ever cleaned there.
#[cfg(unix)]
pub(super) fn hold(file: &File, path: &Path) -> bool {
    use std::fs::TryLockError;
    !matches!(file.try_lock(), Err(TryLockError::WouldBlock)) && path.exists()
}

/// Locks of this system keep others from writing, the program's own other handles too.
#[cfg(not(unix))]
pub(super) fn hold(_: &File, _: &Path) -> bool {
    true
}

/// [`clean`], for each folder when this program first writes into it.
pub(super) fn clean_once(folder: &Path) {
    static CLEANED: LazyLock<Mutex<HashSet<PathBuf>>> = LazyLock::new(Mutex::default);
    if CLEANED.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned()) {
        clean(folder);
    }
}

/// Removes what killed programs left of their outputs in `folder`: what bears our mark and is locked by nobody.
pub fn clean(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if !replace::settle(&entry.path()) && is_ours(&entry.file_name().to_string_lossy()) {
            remove_if_left(&entry.path());
        }
    }
}

#[cfg(unix)]
fn remove_if_left(path: &Path) {
    // A link is none of ours, and must not be followed.
    let Ok(metadata) = fs::symlink_metadata(path) else { return };
    if metadata.is_symlink() {
        return;
    }
    let Ok(file) = File::open(path) else { return };
    if file.try_lock().is_err() {
        return;
    }
    let _ = if metadata.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
}

#[cfg(not(unix))]
fn remove_if_left(_: &Path) {}

/// `.NAME.nascape-XXXXXX.partial`.
fn is_ours(name: &str) -> bool {
    let random = name.strip_prefix('.').and_then(|name| name.strip_suffix(ENDING)?.rsplit_once(MARK));
    random.is_some_and(|(_, random)| random.len() == 6 && random.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::partial::{PartialFile, PartialFolder};

    #[test]
    fn what_was_left_is_removed_and_what_is_being_written_or_a_users_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let written = PartialFile::create(&at("track.bw")).unwrap();
        let filled = PartialFolder::create(folder.path(), "bundle").unwrap();
        let users =
            ["notes.partial", ".notes.partial", ".nascape-abcdef", "a.nascape-abcdef.partial", ".a.nascape-.partial"];
        users.iter().for_each(|name| fs::write(at(name), "").unwrap());
        std::os::unix::fs::symlink(at("notes.partial"), at(".link.nascape-abcdef.partial")).unwrap();
        fs::write(at(".track.bw.nascape-a1B2c3.partial"), "half").unwrap();
        fs::create_dir_all(at(".bundle.nascape-a1B2c3.partial/member")).unwrap();
        clean(folder.path());
        assert!(users.iter().all(|name| at(name).exists()) && at(".link.nascape-abcdef.partial").exists());
        assert!(!at(".track.bw.nascape-a1B2c3.partial").exists() && !at(".bundle.nascape-a1B2c3.partial").exists());
        assert!(filled.path().exists());
        written.finish().unwrap();
        assert!(at("track.bw").exists());
    }
}
