//! A folder takes another's place.

use std::{fs, io, path::Path};

use super::{MARK, REPLACED};

/// Both folders change their names in one step of the system.
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub(super) fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(super) fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether it was the system, or the file system, that does not know how.
pub(super) fn cannot_exchange(fault: &io::Error) -> bool {
    matches!(fault.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}

/// The same with a moment between the steps in which the place is empty: the older folder's name then says whose place it is.
pub(super) fn in_two_steps(whole: &Path, place: &Path) -> io::Result<()> {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    let aside = place.with_file_name(format!(".{name}{MARK}000000{REPLACED}"));
    fs::rename(place, &aside)?;
    if let Err(fault) = fs::rename(whole, place) {
        let _ = fs::rename(&aside, place);
        return Err(fault);
    }
    let _ = fs::remove_dir_all(aside);
    Ok(())
}

/// Gives a folder that was put aside its place back where that is empty, else removes it. False for any other.
pub(super) fn settle(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let of =
        name.strip_prefix('.').and_then(|name| name.strip_suffix(REPLACED)?.strip_suffix("000000")?.strip_suffix(MARK));
    let Some(of) = of.filter(|_| path.is_dir()) else { return false };
    let place = path.with_file_name(of);
    let _ = if place.exists() { fs::remove_dir_all(path) } else { fs::rename(path, place) };
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partial::{PartialFolder, clean};

    fn folder(at: &Path, text: &str) {
        fs::create_dir_all(at).unwrap();
        fs::write(at.join("card"), text).unwrap();
    }

    #[test]
    fn the_older_folder_goes_as_a_whole_by_either_way() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("mark");
        folder(&place, "old");
        fs::write(place.join("more"), "old").unwrap();
        let partial = PartialFolder::create(root.path(), "bundle").unwrap();
        folder(partial.path(), "new");
        partial.replace(&place).unwrap();
        assert_eq!(fs::read_to_string(place.join("card")).unwrap(), "new");
        folder(&root.path().join("newer"), "newer");
        in_two_steps(&root.path().join("newer"), &place).unwrap();
        assert_eq!(fs::read_to_string(place.join("card")).unwrap(), "newer");
        assert_eq!((fs::read_dir(&place).unwrap().count(), fs::read_dir(root.path()).unwrap().count()), (1, 1));
    }

    #[test]
    fn a_folder_that_was_put_aside_gets_its_place_back() {
        let root = tempfile::tempdir().unwrap();
        folder(&root.path().join(".mark.nascape-000000.replaced"), "old");
        clean(root.path());
        assert_eq!(fs::read_to_string(root.path().join("mark/card")).unwrap(), "old");
        folder(&root.path().join(".mark.nascape-000000.replaced"), "older");
        clean(root.path());
        assert_eq!(fs::read_to_string(root.path().join("mark/card")).unwrap(), "old");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }
}
