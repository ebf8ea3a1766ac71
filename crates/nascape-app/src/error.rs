//! What can go wrong in a job, beyond the faults of its files and bundles.

use std::path::PathBuf;

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// A fault of a job.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A fault of a signal file or a region.
    #[error(transparent)]
    Signal(#[from] nascape_signal::Error),
    /// A fault of a bundle or a training.
    #[error(transparent)]
    Model(#[from] nascape_model::Error),
    /// A figure that could not be drawn or saved.
    #[error(transparent)]
    Figure(#[from] crate::figure::Error),
    /// Two tracks that cannot be measured against each other.
    #[error(transparent)]
    Metrics(#[from] nascape_model::metrics::Error),
    /// An output whose name says no format.
    #[error("{path}: the output's format is told by its ending: .bw, .bedGraph, .bedGraph.gz or .npy.")]
    OutputFormat {
        /// The name given.
        path: PathBuf,
    },
    /// A bundle that is neither a folder nor in the library.
    #[error("there is no bundle '{name}'. Give a bundle's folder, or one of: {known}.")]
    UnknownBundle {
        /// The name given.
        name: String,
        /// The names in the library.
        known: String,
    },
    /// A file that should hold a bundle.
    #[error("{path}: {detail}")]
    Archive {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// A name that no bundle can be kept by.
    #[error("a bundle cannot be kept as '{name}': {detail}.")]
    BundleName {
        /// The name.
        name: String,
        /// Why not, and what to do.
        detail: String,
    },
    /// A bundle that the user does not keep.
    #[error("you keep no bundle '{name}'. Yours are: {known}. Shipped ones cannot be removed.")]
    NotKept {
        /// The name.
        name: String,
        /// The names of those kept.
        known: String,
    },
    /// A folder that holds other things.
    #[error(
        "{path}: the folder holds other things and no bundle. Give a folder that is new or empty, or a bundle to replace."
    )]
    FolderTaken {
        /// The folder.
        path: PathBuf,
    },
    /// A recipe that cannot be followed.
    #[error("{path}: {detail}")]
    Recipe {
        /// The recipe.
        path: PathBuf,
        /// What is wrong, and where.
        detail: String,
    },
    /// A retraining that makes no sense.
    #[error("this cannot be retrained on: {detail}")]
    Retrain {
        /// What there is too little of, and what to choose instead.
        detail: String,
    },
    /// A device that is not there.
    #[error(
        "there is no {name} device to train on ({detail}). Train with --device cpu, or build Nascape with the feature '{name}' on a machine that has one."
    )]
    Device {
        /// `cuda` or `metal`.
        name: &'static str,
        /// What Candle says.
        detail: String,
    },
    /// Nothing to do.
    #[error("{path}: no chromosome holds a read; there is nothing to work on.")]
    NoReads {
        /// The assay's first file.
        path: PathBuf,
    },
    /// Nothing to compare.
    #[error(
        "{imputed} and {observed} have no assessed bin in common in {regions}. Choose other regions or a smaller --exclude."
    )]
    NothingToCompare {
        /// The imputed track.
        imputed: PathBuf,
        /// The observed track.
        observed: PathBuf,
        /// The regions asked for.
        regions: String,
    },
    /// A bundle of other marks than the one compared.
    #[error("the bundle '{bundle}' imputes {targets}, not {mark}. Leave it out, or compare a mark that it imputes.")]
    MarkNotImputed {
        /// The bundle's name.
        bundle: String,
        /// The mark compared.
        mark: String,
        /// The marks that it imputes.
        targets: String,
    },
    /// A mark that none of the bundles imputes.
    #[error(
        "no bundle here imputes {mark}; they impute {known}. Ask for one of these, or name another bundle with --model."
    )]
    NobodyImputes {
        /// The mark.
        mark: String,
        /// The marks that they impute.
        known: String,
    },
    /// A track of another kind than peaks are called on.
    #[error(
        "{path}: peaks are called on an imputed bigWig, and this is a {found}. Give the .bw that nascape impute wrote."
    )]
    NotABigWig {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: &'static str,
    },
    /// A track without a value.
    #[error(
        "{path}: the track holds no value in {regions}; there is nothing to call. Choose other regions, or impute it again."
    )]
    NothingToCall {
        /// The track.
        path: PathBuf,
        /// The regions asked for.
        regions: String,
    },
    /// A false discovery rate that is no share.
    #[error("a false discovery rate of {0} is not possible: give --fdr a number above 0 and below 1, such as 0.05.")]
    FalseDiscoveryRate(f64),
    /// A threshold that is no number.
    #[error(
        "the threshold {0} is no number that a bin can reach: give --threshold a value of the track, such as 0.5 for a score."
    )]
    Threshold(f32),
    /// Nothing says which bundle imputed a track.
    #[error(
        "{record}: nothing says which bundle imputed {track} ({detail}), and without its bundle no threshold is known for a false discovery rate. Name the bundle with --bundle, or say where to cut with --threshold."
    )]
    UnknownOrigin {
        /// The track.
        track: PathBuf,
        /// Where the record should be.
        record: PathBuf,
        /// What is wrong with the record.
        detail: String,
    },
    /// The bundle that imputed a track is not at hand.
    #[error(
        "{track} was imputed by the bundle '{bundle}' (so its run.json), which is neither a shipped one nor one that you keep. Give the bundle's folder with --bundle, or say where to cut with --threshold."
    )]
    BundleNotAtHand {
        /// The track.
        track: PathBuf,
        /// The bundle's name.
        bundle: String,
    },
    /// Another bundle than the one that imputed a track.
    #[error(
        "{track} was imputed by the bundle '{used}' (so its run.json), not by the weights of '{given}': its false discovery rates say nothing of this track. Give the bundle that imputed it."
    )]
    OtherBundle {
        /// The track.
        track: PathBuf,
        /// The bundle of the record.
        used: String,
        /// The bundle given.
        given: String,
    },
    /// A card without false discovery rates.
    #[error(
        "the bundle '{bundle}' does not say which threshold gives which false discovery rate. Say where to cut with --threshold (0.5 is a start for a score; nascape evaluate --threshold tells its precision), or train the bundle again."
    )]
    NoCalibration {
        /// The bundle's name.
        bundle: String,
    },
    /// No threshold of the bundle is so clean.
    #[error(
        "no threshold of the bundle '{bundle}' has a false discovery rate of {asked}: its lowest is {lowest:.3}. Give --fdr {lowest:.3} or more, or say where to cut with --threshold."
    )]
    RateOutOfReach {
        /// The bundle's name.
        bundle: String,
        /// The rate asked for.
        asked: f64,
        /// The lowest rate on its card.
        lowest: f64,
    },
    /// An assay with its strands together.
    #[error(
        "{path}: this is one unstranded signal, and initiation shows only where the strands part. Give --plus and --minus, or a BAM with --signal."
    )]
    StrandsTogether {
        /// The signal.
        path: PathBuf,
    },
    /// A file that is not what it was when a run began.
    #[error(
        "{path} changed while it was read (replaced, cut or moved away); nothing was written. Start again when it is whole and nobody writes to it."
    )]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A file that is no record of a run.
    #[error("{path}: {detail} Give the run.json that lies beside an output.")]
    Record {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// Inputs or bundles that are not those of a record.
    #[error("{record}: this run cannot be reproduced here:\n  {}", what.join("\n  "))]
    NotAtHand {
        /// The record.
        record: PathBuf,
        /// A sentence for each input and bundle that is missing or another.
        what: Vec<String>,
    },
    /// What the browser's window is told.
    #[error("{0}")]
    Browser(crate::browser::wire::Fault),
    /// A port that cannot be listened on.
    #[error("port {port} at 127.0.0.1 cannot be listened on: {source}. Leave --port out for a free one.")]
    Listen {
        /// The port.
        port: u16,
        /// The system's reason.
        source: std::io::Error,
    },
}

impl Error {
    /// True when the user asked to stop.
    pub fn is_cancellation(&self) -> bool {
        use nascape_signal::Error::Cancelled;
        matches!(self, Self::Signal(Cancelled) | Self::Model(nascape_model::Error::Signal(Cancelled)))
    }

    /// True when the arguments were wrong, not the data: the command line answers with another exit status.
    pub fn is_of_arguments(&self) -> bool {
        use nascape_model::Error as Model;
        use nascape_signal::Error as Signal;
        matches!(
            self,
            Self::OutputFormat { .. }
                | Self::FalseDiscoveryRate(_)
                | Self::Threshold(_)
                | Self::Signal(Signal::UnknownAssembly { .. } | Signal::Sigma(_))
                | Self::Model(Model::Setting(_))
                | Self::Recipe { .. }
                | Self::BundleName { .. }
                | Self::Device { .. }
                | Self::NobodyImputes { .. }
        )
    }
}

/// A write that the operating system refused.
pub(crate) fn write_fault(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Signal(nascape_signal::Error::Write { path, source })
}
