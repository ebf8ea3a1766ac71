//! Opening files: assays are paired by name, every file that fails is told of, none keeps the others from opening.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError},
};

use nascape_signal::{Assembly, Error, SignalOptions, doctor::Files};

use super::{
    Browser,
    fault::Answer,
    pairing::{Group, grouped},
    track::{Data, Track},
    wire::{Fault, FileFault, OpenFiles, Opened, TrackInfo},
};
use crate::AssaySource;

impl Browser {
    /// Opens files; two that are the strands of one experiment by their names become one assay.
    ///
    /// # Errors
    /// Only for an assembly that nobody knows; what is wrong with a file is in the answer.
    pub fn open_files(&self, request: &OpenFiles) -> Answer<Opened> {
        let assembly = request.assembly.as_deref().map(Assembly::named).transpose()?.cloned();
        // Beside the assay stands what was observed: of a BAM its coverage.
        let options = SignalOptions { assembly, coverage: request.apart, ..SignalOptions::default() };
        let mut opened = Opened::default();
        let mut paths: Vec<PathBuf> = Vec::new();
        for path in &request.paths {
            match self.allowed.check(PathBuf::from(path).as_path()) {
                Ok(path) if paths.contains(&path) => {}
                Ok(path) => paths.push(path),
                Err(fault) => opened.faults.push(told(path.as_ref(), fault.message, false)),
            }
        }
        for group in self.groups(paths, request.apart) {
            match self.open_group(&group, &options) {
                Ok(track) => opened.tracks.push(self.add(track)),
                Err(fault) => opened.faults.push(fault),
            }
        }
        self.remember(&opened);
        Ok(opened)
    }

    /// Exchanges plus and minus of an assay; the track keeps its id.
    ///
    /// # Errors
    /// When it has no two files; those of opening.
    pub fn swap_strands(&self, track: &str) -> Answer<TrackInfo> {
        let old = self.track(track)?;
        let source = &old.signal()?.source;
        let Files::Strands(plus, minus) = &source.files else {
            return Err(Fault::new(format!(
                "{} has its strands in one file, which cannot be exchanged. Open the plus and the minus strand as two files.",
                old.info.name
            )));
        };
        let files = Files::Strands(minus.clone(), plus.clone());
        let source = AssaySource { files, options: source.options.clone() };
        Ok(self.add(Track::open_signal(track.to_owned(), source)?))
    }

    /// Closes a track and forgets it; what was imputed from it stays in the cache.
    ///
    /// # Errors
    /// None; a track that is closed already stays closed.
    pub fn close_track(&self, track: &str) -> Answer<()> {
        self.tracks.write().unwrap_or_else(PoisonError::into_inner).remove(track);
        Ok(())
    }

    fn groups(&self, mut paths: Vec<PathBuf>, apart: bool) -> Vec<Group> {
        if apart {
            return paths.into_iter().map(Group::Alone).collect();
        }
        let mut groups = Vec::new();
        for [plus, minus] in self.strands.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            if paths.contains(plus) && paths.contains(minus) {
                paths.retain(|path| path != plus && path != minus);
                groups.push(Group::Strands(plus.clone(), minus.clone()));
            }
        }
        groups.extend(grouped(&paths, |path| !is_features(path)));
        groups
    }

    pub(super) fn open_group(&self, group: &Group, options: &SignalOptions) -> Result<Arc<Track>, FileFault> {
        let id = self.next_id();
        let signal = |files| Track::open_signal(id.clone(), AssaySource { files, options: options.clone() });
        let (paths, outcome) = match group {
            Group::Alone(path) if is_features(path) => (vec![path], Track::open_features(id, path, options)),
            Group::Alone(path) => (vec![path], signal(Files::Single(path.clone()))),
            Group::Strands(plus, minus) => (vec![plus, minus], signal(Files::Strands(plus.clone(), minus.clone()))),
        };
        outcome.map_err(|fault| {
            let needs_assembly =
                matches!(fault, crate::Error::Signal(Error::AssemblyNotStated { .. } | Error::BeyondChromosome { .. }));
            let message = Fault::from(fault).message;
            // Of two strands, the one that the sentence begins with.
            let names = |path: &&&PathBuf| message.starts_with(&*path.to_string_lossy());
            let path = paths.iter().find(names).unwrap_or(&paths[0]);
            told(path, message, needs_assembly)
        })
    }

    pub(super) fn add(&self, track: Arc<Track>) -> TrackInfo {
        let info = track.info.clone();
        self.tracks.write().unwrap_or_else(PoisonError::into_inner).insert(info.id.clone(), track);
        info
    }

    /// An open track.
    ///
    /// # Errors
    /// When none has that id.
    pub(super) fn track(&self, id: &str) -> Answer<Arc<Track>> {
        let tracks = self.tracks.read().unwrap_or_else(PoisonError::into_inner);
        tracks.get(id).cloned().ok_or_else(|| Fault::new("This track is no longer open. Open its files again."))
    }

    /// The open tracks that hold features.
    pub(super) fn open_features(&self) -> Vec<Arc<Track>> {
        let tracks = self.tracks.read().unwrap_or_else(PoisonError::into_inner);
        tracks.values().filter(|track| matches!(track.data, Data::Features(_))).cloned().collect()
    }
}

fn told(path: &Path, message: String, needs_assembly: bool) -> FileFault {
    FileFault { path: path.to_string_lossy().into_owned(), message, needs_assembly }
}

/// True for the endings of files of features; signals are told by their content.
pub(super) fn is_features(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let name = name.trim_end_matches(".gz").trim_end_matches(".bgz");
    [".bed", ".narrowpeak", ".broadpeak", ".gappedpeak", ".gtf", ".gff", ".gff3"].iter().any(|end| name.ends_with(end))
}
