//! Folders of bundles that the user opened, from one start to the next.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::PoisonError,
};

use super::{
    Browser,
    fault::Answer,
    state::write_whole,
    wire::{Fault, LostBundle},
};

/// Folders remembered; the oldest are forgotten.
const REMEMBERED: usize = 50;

impl Browser {
    /// Opens the folders that are remembered, where that was not done yet, and says what keeps the others from opening. Those that may
    /// not be opened beneath this root are left alone.
    pub(super) fn reopen_bundles(&self) -> Vec<LostBundle> {
        let allowed = |path: &String| self.allowed.check(Path::new(path)).is_ok();
        let lost = |path: String| match self.bundle(&path) {
            Ok(_) => None,
            Err(fault) => Some(LostBundle { message: sentence(&path, fault), path }),
        };
        self.bundle_folders().into_iter().filter(allowed).filter_map(lost).collect()
    }

    /// Opens the folder at the next start too.
    pub(super) fn remember_bundle(&self, path: &str) -> Answer<()> {
        self.change_bundle_folders(|folders| {
            folders.retain(|known| known != path);
            folders.push(path.to_owned());
            folders.drain(..folders.len().saturating_sub(REMEMBERED));
        })
    }

    /// Opens the folder no more.
    pub(super) fn forget_bundle(&self, path: &str) -> Answer<()> {
        self.change_bundle_folders(|folders| folders.retain(|known| known != path))
    }

    fn change_bundle_folders(&self, change: impl FnOnce(&mut Vec<String>)) -> Answer<()> {
        // One change at a time: the file is read, changed and written.
        let _turn = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.bundle_folders();
        let mut folders = before.clone();
        change(&mut folders);
        if folders == before {
            return Ok(());
        }
        write_whole(&self.bundle_folders_file(), &serde_json::to_vec_pretty(&folders).expect("plain data"))
    }

    fn bundle_folders(&self) -> Vec<String> {
        let json = fs::read(self.bundle_folders_file()).unwrap_or_default();
        serde_json::from_slice(&json).unwrap_or_default()
    }

    fn bundle_folders_file(&self) -> PathBuf {
        self.state.join("bundles.json")
    }
}

fn sentence(path: &str, fault: Fault) -> String {
    if Path::new(path).exists() {
        return fault.message;
    }
    format!("{path}: the bundle's folder was moved or deleted. Add it again from where it is now, or forget it.")
}
