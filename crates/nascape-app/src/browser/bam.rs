//! What is counted in a BAM, which its file does not say.

use nascape_signal::{
    SignalOptions,
    bam::{Library, RnaEnd},
    doctor::Files,
};

use super::{
    Browser,
    fault::Answer,
    track::Track,
    wire::{BamReads, Fault, TrackInfo},
};
use crate::AssaySource;

impl BamReads {
    /// What the options say.
    pub(super) fn of(options: &SignalOptions) -> Self {
        match (options.coverage, options.library) {
            (true, _) => Self::Coverage,
            (_, Library { end: RnaEnd::ThreePrime, reversed: true }) => Self::Pro,
            (_, Library { end: RnaEnd::ThreePrime, reversed: false }) => Self::ProForward,
            (_, Library { end: RnaEnd::FivePrime, reversed: false }) => Self::Gro,
            (_, Library { end: RnaEnd::FivePrime, reversed: true }) => Self::GroReversed,
        }
    }

    /// The options with this said.
    pub(super) fn said(self, options: &SignalOptions) -> SignalOptions {
        let library = match self {
            Self::Pro | Self::Coverage => Library::PRO,
            Self::ProForward => Library { reversed: false, ..Library::PRO },
            Self::Gro => Library::GRO,
            Self::GroReversed => Library { reversed: true, ..Library::GRO },
        };
        SignalOptions { library, coverage: self == Self::Coverage, ..options.clone() }
    }
}

impl Browser {
    /// Counts a BAM in another way; the track keeps its id.
    ///
    /// # Errors
    /// When the track is no BAM, or is one beside the assay; those of opening.
    pub fn read_bam_as(&self, track: &str, reads: BamReads) -> Answer<TrackInfo> {
        let old = self.track(track)?;
        let source = &old.signal()?.source;
        let (Files::Single(path), Some(before)) = (&source.files, old.info.reads) else {
            return Err(Fault::new(format!("{} is no BAM: its reads were counted before.", old.info.name)));
        };
        if (before == BamReads::Coverage) != (reads == BamReads::Coverage) {
            let message = format!(
                "{}: an assay is read ends, a track beside it is coverage. Close it, and open it by 'Open assay' or 'Add track'.",
                path.display()
            );
            return Err(Fault::new(message));
        }
        let source = AssaySource { files: source.files.clone(), options: reads.said(&source.options) };
        Ok(self.add(Track::open_signal(track.to_owned(), source)?))
    }
}
