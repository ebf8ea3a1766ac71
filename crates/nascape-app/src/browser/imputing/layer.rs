//! One bundle laid over one chromosome of one assay.

use std::sync::Arc;

use nascape_model::impute::Imputer;
use nascape_signal::BIN;
use sha2::{Digest, Sha256};

use super::{RUN, Run};
use crate::browser::{
    bundles::OpenBundle,
    fault::Answer,
    track::{Track, hex},
};

/// Bytes of a run beside its numbers.
const OVERHEAD: usize = 256;

/// What runs are cut from.
pub(in crate::browser) struct Layer {
    /// The same for the same numbers.
    pub id: String,
    track: Arc<Track>,
    bundle: Arc<OpenBundle>,
    chromosome: String,
    length: u32,
}

impl Layer {
    /// # Errors
    /// When the bundle wants the strands apart and the assay has them together.
    pub fn new(track: &Arc<Track>, bundle: &Arc<OpenBundle>, chromosome: &str, length: u32) -> Answer<Arc<Self>> {
        Imputer::new(&bundle.bundle, &track.signal()?.assay, 1.0)?;
        let mut hash = Sha256::new();
        for part in [track.fingerprint.as_str(), &bundle.fingerprint, chromosome, crate::record::VERSION] {
            hash.update(part);
            hash.update([0]);
        }
        Ok(Arc::new(Self {
            id: hex(&hash.finalize()[..16]),
            track: Arc::clone(track),
            bundle: Arc::clone(bundle),
            chromosome: chromosome.to_owned(),
            length,
        }))
    }

    /// Marks a run has tracks of.
    pub fn targets(&self) -> usize {
        self.bundle.bundle.card.targets.len()
    }

    /// Bytes of a run.
    pub fn bytes(&self) -> usize {
        OVERHEAD + self.targets() * 8 * RUN
    }

    /// Bins of a run; the chromosome's last one is shorter.
    pub fn bins(&self, run: u32) -> usize {
        let all = self.length.div_ceil(BIN) as usize;
        all.saturating_sub(run as usize * RUN).min(RUN)
    }

    /// Imputes `count` runs from `first` on.
    ///
    /// # Errors
    /// Those of reading the assay, which may have changed under us.
    pub fn impute(&self, first: u32, count: usize) -> Answer<Vec<Run>> {
        let signal = self.track.signal()?;
        let imputer = Imputer::new(&self.bundle.bundle, &signal.assay, signal.reads_per_kb()?)?;
        let start = first as usize * RUN;
        let bins: usize = (0..count as u32).map(|run| self.bins(first + run)).sum();
        let tracks = imputer.impute(&self.chromosome, self.length, start..start + bins)?;
        // Numbers of a file that was being written anew must not be kept.
        self.track.check()?;
        let cut = |run: usize| {
            let bins = run * RUN..(run * RUN + RUN).min(bins);
            let of_track = |track: &nascape_model::impute::Imputed| nascape_model::impute::Imputed {
                value: track.value[bins.clone()].to_vec(),
                scale: track.scale[bins.clone()].to_vec(),
            };
            tracks.iter().map(of_track).collect()
        };
        Ok((0..count).map(cut).collect())
    }
}
