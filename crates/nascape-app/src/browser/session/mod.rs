//! Sessions: the window's state and the files it needs, found again where they are now.

mod addresses;
mod autosave;
mod document;
mod file;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::PoisonError,
};

pub(super) use autosave::Autosave;
use document::{Document, SavedTrack};
use file::SavedFile;
use nascape_signal::{Assembly, SignalOptions, bigwig::Reach};

use super::{
    Browser,
    fault::Answer,
    pairing::Group,
    stamp::Stamp,
    state::write_whole,
    track::Data,
    wire::{Fault, MissingFile, OpenSession, OpenedSession, Recent, RestoredTrack, SaveSession},
};

/// Session files as each window read or wrote them last: by window and path.
pub(super) type Seen = HashMap<(String, PathBuf), Stamp>;

impl Browser {
    /// Writes a session, whole or not at all.
    ///
    /// # Errors
    /// When the path was not chosen or cannot be written; when another window saved it since this one opened it; when a track was
    /// closed.
    pub fn save_session(&self, request: &SaveSession) -> Answer<()> {
        let path = match &request.path {
            Some(path) => self.allowed.check(Path::new(path))?,
            None => self.autosave.path(),
        };
        let key = (request.window.clone(), path.clone());
        if request.path.is_some() {
            self.not_newer(&key)?;
        }
        let tracks = request.tracks.iter().map(|id| {
            let track = self.track(id)?;
            let files = track.paths().map(|file| SavedFile::of(file, &path)).collect::<Answer<_>>()?;
            let assembly = match &track.data {
                Data::Signal(signal) => signal.source.options.assembly.as_ref().map(|assembly| assembly.name.clone()),
                Data::Features(_) => track.info.assembly.clone(),
            };
            Ok(SavedTrack { id: id.clone(), files, assembly, reads: track.info.reads })
        });
        let document = Document::new(tracks.collect::<Answer<_>>()?, request.view.clone());
        write_whole(&path, &document.to_json())?;
        if request.path.is_some() {
            self.seen(key)?;
            self.remember_as(Recent { paths: vec![path.to_string_lossy().into_owned()], name: name_of(&path) });
        }
        Ok(())
    }

    /// Opens a session's tracks; files that are not where they were, or not what they were, are told one by one. Where the session names
    /// addresses that the user did not, they are told first, and nothing is opened before each is answered.
    ///
    /// # Errors
    /// When the session's file was not chosen, cannot be read, or is none of ours.
    pub fn open_session(&self, request: &OpenSession) -> Answer<OpenedSession> {
        let path = match &request.path {
            Some(path) => self.allowed.check(Path::new(path))?,
            None => self.autosave.newest().ok_or_else(|| Fault::new("There is no session to recover."))?,
        };
        let document = Document::read(&path)?;
        let unanswered = self.unanswered(&document.tracks, request);
        let mut opened = OpenedSession {
            path: request.path.clone(),
            view: document.view,
            tracks: vec![],
            missing: vec![],
            unanswered,
        };
        if !opened.unanswered.is_empty() {
            return Ok(opened);
        }
        let left_out = |saved: &SavedTrack| saved.files.iter().any(|file| addresses::is_left_out(&file.path, request));
        for saved in document.tracks.into_iter().filter(|saved| !left_out(saved)) {
            match self.restore(&saved, &path, &request.moved) {
                Ok(track) => opened.tracks.push(track),
                Err(missing) => opened.missing.extend(missing),
            }
        }
        if request.path.is_some() {
            self.seen((request.window.clone(), path.clone()))?;
            self.remember_as(Recent { paths: vec![path.to_string_lossy().into_owned()], name: name_of(&path) });
        }
        Ok(opened)
    }

    fn restore(
        &self,
        saved: &SavedTrack,
        session: &Path,
        moved: &[[String; 2]],
    ) -> Result<RestoredTrack, Vec<MissingFile>> {
        let missing =
            |path: &str, message: String| MissingFile { saved_id: saved.id.clone(), path: path.to_owned(), message };
        let found = saved.files.iter().map(|file| {
            let now = moved.iter().find(|[old, _]| *old == file.path).map(|[_, new]| PathBuf::from(new));
            // Whatever the user names is taken; what is found by itself must be what it was.
            let place = match now {
                Some(now) => self.allowed.check(&now),
                None => file.find(session, &self.allowed),
            };
            place.map_err(|fault| missing(&file.path, fault.message))
        });
        let (found, faults): (Vec<_>, Vec<_>) = found.partition(Result::is_ok);
        if !faults.is_empty() {
            return Err(faults.into_iter().filter_map(Result::err).collect());
        }
        let mut places = found.into_iter().filter_map(Result::ok);
        let group = match (places.next(), places.next()) {
            (Some(plus), Some(minus)) => Group::Strands(plus, minus),
            (Some(path), None) => Group::Alone(path),
            _ => return Err(vec![missing("", "The session names no file for this track.".to_owned())]),
        };
        let assembly = saved.assembly.as_deref().and_then(|name| Assembly::named(name).ok()).cloned();
        // A stranger may have made the session: where its addresses lead is looked at.
        let options = SignalOptions { assembly, reach: Reach::Public, ..SignalOptions::default() };
        let options = saved.reads.map_or(options.clone(), |reads| reads.said(&options));
        let track = self.open_group(&group, &options).map_err(|fault| vec![missing(&fault.path, fault.message)])?;
        Ok(RestoredTrack { saved_id: saved.id.clone(), track: self.add(track) })
    }

    /// # Errors
    /// When the file is not as this window read or wrote it last.
    fn not_newer(&self, key: &(String, PathBuf)) -> Answer<()> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // A file that this window never opened: its user chose to replace it.
        let Some(known) = seen.get(key) else { return Ok(()) };
        match Stamp::of(&key.1) {
            Ok(now) if now != *known => Err(Fault::new(format!(
                "{} was saved by another window since this one opened it. Save under another name, or open it again.",
                key.1.display()
            ))),
            _ => Ok(()),
        }
    }

    fn seen(&self, key: (String, PathBuf)) -> Answer<()> {
        let stamp = Stamp::of(&key.1)?;
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(key, stamp);
        Ok(())
    }
}

fn name_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
