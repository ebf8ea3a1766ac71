//! Nascent-transcription signal on disk, and its 50 bp bins in memory.
//!
//! ```
//! # fn main() -> Result<(), nascape_signal::Error> {
//! use nascape_signal::{Assay, Region, Summary};
//! # let folder = tempfile::tempdir().unwrap();
//! # let (plus, minus) = nascape_signal::simulated_pair(folder.path())?;
//! let assay = Assay::open(&plus, &minus)?;
//! let region: Region = "chr21:9,500,001-9,600,000".parse()?;
//! let bins = assay.bins(&region, 50, Summary::Sum)?;
//! assert_eq!(bins.plus.len(), 2_000);
//! assert_eq!(bins.plus.len(), bins.minus.len());
//! # Ok(()) }
//! ```
//!
//! Coordinates are 0-based half-open in memory and 1-based with commas in region strings.

pub mod assay;
pub mod assembly;
pub mod bam;
pub mod bed;
pub mod bedgraph;
pub mod bigwig;
pub mod bin;
pub mod bounded;
pub mod doctor;
pub mod error;
pub mod excerpt;
pub mod exclusion;
pub mod feature;
pub mod format;
pub mod guard;
pub mod interval;
pub mod npy;
pub mod observed;
mod pages;
pub mod partial;
pub mod peaks;
pub mod progress;
pub mod region;
pub mod signal;
pub mod simulate;
pub mod smooth;
mod text;
mod unpacked;
pub mod wanted;
mod widest;

pub use assay::{Assay, StrandBins};
pub use assembly::Assembly;
pub use bin::{BIN, Summary};
pub use error::{Error, Result};
pub use exclusion::Exclusion;
pub use interval::Interval;
pub use observed::Observed;
pub use progress::Progress;
pub use region::Region;
pub use signal::{Signal, SignalOptions};
pub use simulate::simulated_pair;
pub use widest::widest;
