//! Folders of a test, and what is left in them.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

/// A folder of the test's own, removed at its end.
pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// The folder holds exactly these files, hidden ones included. A folder that is not there holds none.
#[track_caller]
pub fn assert_holds(folder: impl AsRef<Path>, names: &[&str]) {
    let found: BTreeSet<String> = match fs::read_dir(&folder) {
        Ok(entries) => entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect(),
        Err(_) => BTreeSet::new(),
    };
    let expected: BTreeSet<String> = names.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(found, expected, "in {}", folder.as_ref().display());
}

/// Copies the files of a folder.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// The only track in a folder.
#[track_caller]
pub fn track(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut tracks = files.filter(|path| path.extension().is_some_and(|ending| ending == "bw"));
    let track = tracks.next().expect("a track");
    assert!(tracks.next().is_none(), "one track a mark");
    track
}

/// A bundle's card.
pub fn card(bundle: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(bundle.join("model.json")).unwrap()).unwrap()
}

/// SHA-256 by a program that is not ours.
pub fn sha256(path: &Path) -> String {
    let output = Command::new("sha256sum").arg(path).output().expect("sha256sum is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()[..64].to_owned()
}
