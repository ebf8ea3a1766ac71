//! An open track: its files, what they hold, and what names them in the caches.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use nascape_signal::{Assay, Region, SignalOptions, assembly::Recognition, doctor::Files, feature};
use sha2::{Digest, Sha256};

use super::{
    fault::Answer,
    features::Features,
    pairing::{common_name, without_endings},
    stamp::Stamp,
    wire::{ChromosomeInfo, Fault, FileInfo, TrackInfo, TrackKind},
};
use crate::{AssaySource, Result};

/// An open track.
pub(super) struct Track {
    pub info: TrackInfo,
    pub data: Data,
    /// The same for the same files opened the same way, and for no others.
    pub fingerprint: String,
    stamps: Vec<Stamp>,
}

/// What a track holds.
pub(super) enum Data {
    Signal(Box<OpenSignal>),
    Features(Features),
}

/// An assay, or any one signal.
pub(super) struct OpenSignal {
    pub source: AssaySource,
    pub assay: Assay,
    reads_per_kb: OnceLock<f64>,
}

impl OpenSignal {
    /// The depth of the library, measured when it is first asked for.
    pub fn reads_per_kb(&self) -> Answer<f64> {
        if let Some(known) = self.reads_per_kb.get() {
            return Ok(*known);
        }
        let measured = self.assay.reads_per_kb()?;
        Ok(*self.reads_per_kb.get_or_init(|| measured))
    }

    /// A chromosome by any of its names: its name in the file and its length; nothing where the file lacks it.
    pub fn chromosome(&self, name: &str) -> Option<(String, u32)> {
        let whole = self.assay.resolve(&Region::new(name, 0, Region::TO_THE_END)).ok()?;
        Some((whole.chromosome, whole.end))
    }
}

impl Track {
    /// Opens an assay of two strands, or a signal (a BAM holds two strands).
    pub fn open_signal(id: String, source: AssaySource) -> Result<Arc<Self>> {
        let stamps = stamps(&source)?;
        let assay = source.open()?;
        let kind = if assay.is_stranded() { TrackKind::Assay } else { TrackKind::Signal };
        let assembly = match assay.first().assembly() {
            Recognition::Known(name) => Some(name.clone()),
            _ => None,
        };
        let with_data = assay.chromosomes_with_data()?;
        let mut chromosomes: Vec<ChromosomeInfo> = Vec::new();
        for signal in assay.signals() {
            for chromosome in signal.chromosomes() {
                if !chromosomes.iter().any(|known| known.name == chromosome.name) {
                    let has_data = with_data.iter().any(|other| other.name == chromosome.name);
                    let (name, length) = (chromosome.name.clone(), chromosome.length);
                    chromosomes.push(ChromosomeInfo { name, length, has_data });
                }
            }
        }
        let name = match &source.files {
            Files::Strands(plus, minus) => common_name(plus, minus),
            Files::Single(path) => name_of(path),
        };
        let roles: Vec<&str> = source.named_files().iter().map(|(role, _)| *role).collect();
        let fingerprint = fingerprint(&stamps, &roles, &format!("{:?}", source.options));
        let info = TrackInfo { id, name, kind, files: files(&stamps, &roles), assembly, chromosomes };
        let data = Data::Signal(Box::new(OpenSignal { source, assay, reads_per_kb: OnceLock::new() }));
        Ok(Arc::new(Self { info, data, fingerprint, stamps }))
    }

    /// Opens peaks, genes or other features.
    pub fn open_features(id: String, path: &Path, options: &SignalOptions) -> Result<Arc<Self>> {
        let stamps = vec![Stamp::of(path)?];
        let features = Features::new(feature::read(path)?);
        let (assembly, chromosomes) = features.chromosomes(options.assembly.as_ref());
        let info = TrackInfo {
            id,
            name: name_of(path),
            kind: TrackKind::Features,
            files: files(&stamps, &["signal"]),
            assembly,
            chromosomes,
        };
        let fingerprint = fingerprint(&stamps, &["features"], "");
        Ok(Arc::new(Self { info, data: Data::Features(features), fingerprint, stamps }))
    }

    /// # Errors
    /// When a file changed since the track was opened, or is gone.
    pub fn check(&self) -> Answer<()> {
        self.stamps.iter().try_for_each(Stamp::check)
    }

    /// The signal of the track.
    ///
    /// # Errors
    /// When it holds features.
    pub fn signal(&self) -> Answer<&OpenSignal> {
        match &self.data {
            Data::Signal(signal) => Ok(signal),
            Data::Features(_) => {
                Err(Fault::new(format!("{} holds features, not a signal. Choose an assay.", self.info.name)))
            }
        }
    }

    /// The files of the track, plus before minus.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.stamps.iter().map(|stamp| &stamp.path)
    }
}

fn stamps(source: &AssaySource) -> Result<Vec<Stamp>> {
    source.named_files().into_iter().map(|(_, path)| Ok(Stamp::of(path)?)).collect()
}

fn files(stamps: &[Stamp], roles: &[&str]) -> Vec<FileInfo> {
    let info = |(stamp, role): (&Stamp, &&str)| FileInfo {
        path: stamp.path.to_string_lossy().into_owned(),
        role: (*role).to_owned(),
        bytes: stamp.bytes,
    };
    stamps.iter().zip(roles).map(info).collect()
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    without_endings(&name).to_owned()
}

fn fingerprint(stamps: &[Stamp], roles: &[&str], options: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(options);
    for (stamp, role) in stamps.iter().zip(roles) {
        hash.update(format!("\n{role}\t{}\t{}\t{}", stamp.path.display(), stamp.bytes, stamp.changed));
    }
    hex(&hash.finalize())
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
