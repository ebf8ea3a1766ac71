//! What was opened lately.

use std::{fs, sync::PoisonError};

use super::{
    Browser,
    state::write_whole,
    wire::{Opened, Recent, TrackKind},
};

/// Entries kept.
const KEPT: usize = 10;

impl Browser {
    /// Remembers the assays among what was opened.
    pub(super) fn remember(&self, opened: &Opened) {
        for track in opened.tracks.iter().filter(|track| track.kind != TrackKind::Features) {
            let paths = track.files.iter().map(|file| file.path.clone()).collect();
            self.remember_as(Recent { paths, name: track.name.clone() });
        }
    }

    /// Puts an entry first.
    pub(super) fn remember_as(&self, latest: Recent) {
        // One change at a time: the file is read, changed and written.
        let _turn = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let mut recent = self.recently();
        recent.retain(|known| known.paths != latest.paths);
        recent.insert(0, latest);
        recent.truncate(KEPT);
        // A list that cannot be written is missed by nobody but the menu.
        let _ = write_whole(&self.state.join("recent.json"), &serde_json::to_vec_pretty(&recent).expect("plain data"));
    }

    /// The entries, the latest first.
    pub(super) fn recently(&self) -> Vec<Recent> {
        let json = fs::read(self.state.join("recent.json")).unwrap_or_default();
        serde_json::from_slice(&json).unwrap_or_default()
    }
}
