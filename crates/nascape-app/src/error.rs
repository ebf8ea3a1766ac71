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
    /// A device that is not there.
    #[error("there is no {name} device to train on ({detail}). Train with --device cpu, or build Nascape with the feature '{name}' on a machine that has one.")]
    Device {
        /// `cuda` or `metal`.
        name: &'static str,
        /// What Candle says.
        detail: String,
    },
    /// Nothing to do.
    #[error("{path}: no chromosome holds a read; there is nothing to impute.")]
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
}

impl Error {
    /// True when the arguments were wrong, not the data: the command line answers with another exit status.
    pub fn is_of_arguments(&self) -> bool {
        use nascape_model::Error as Model;
        use nascape_signal::Error as Signal;
        matches!(
            self,
            Self::OutputFormat { .. }
                | Self::Signal(Signal::UnknownAssembly { .. } | Signal::Sigma(_))
                | Self::Model(Model::Setting(_))
                | Self::Recipe { .. }
                | Self::Device { .. }
        )
    }
}

/// A write that the operating system refused.
pub(crate) fn write_fault(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Signal(nascape_signal::Error::Write { path, source })
}
