//! Addresses that a session names: none is asked for anything before the user has agreed to it.

use std::path::Path;

use nascape_signal::bigwig::public_host;

use super::document::SavedTrack;
use crate::browser::{
    Browser,
    stamp::is_address,
    wire::{NewAddress, OpenSession},
};

impl Browser {
    /// The addresses of a session that the user neither named nor answered about; those that he agreed to are remembered. An address in
    /// this network is no question: it is refused whatever the user says.
    pub(super) fn unanswered(&self, tracks: &[SavedTrack], request: &OpenSession) -> Vec<NewAddress> {
        let mut unanswered: Vec<NewAddress> = Vec::new();
        for file in tracks.iter().flat_map(|track| &track.files) {
            let path = Path::new(&file.path);
            let moved = request.moved.iter().any(|[old, _]| *old == file.path);
            let known = moved || !is_address(path) || self.allowed.check_for_session(path).is_ok();
            let Some(host) = public_host(&file.path).filter(|_| !known) else { continue };
            match request.answers.iter().find(|answer| answer.address == file.path) {
                Some(answer) if answer.fetch => self.allowed.agree(path),
                Some(_) => {}
                None if unanswered.iter().any(|asked| asked.address == file.path) => {}
                None => unanswered.push(NewAddress { address: file.path.clone(), host }),
            }
        }
        unanswered
    }
}

/// Whether the user said that an address is not to be fetched.
pub(super) fn is_left_out(path: &str, request: &OpenSession) -> bool {
    request.answers.iter().any(|answer| answer.address == path && !answer.fetch)
}
