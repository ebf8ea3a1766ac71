//! What goes between the window and the program: plain data, a subject a file, with TypeScript types made from it
//! (`ui/src/backend/wire/`).
//!
//! Coordinates are 0-based half-open bases here; the window shows them 1-based with commas.

mod about;
mod bundle;
mod checkup;
mod event;
mod explanation;
mod export;
mod fault;
mod feature;
mod folder;
mod genome;
mod job;
mod menu;
mod opening;
mod picture;
mod reads;
mod retraining;
mod session;
mod tile;
mod track;

pub use about::{About, Recent};
pub use bundle::{BundleLine, ImputedBy, LostBundle, TargetLine};
pub use checkup::{Checkup, FindingLine, Fix};
pub use event::Event;
pub use explanation::{ExplainRequest, Explanation, Occluded};
pub use export::{ExportFormat, ExportRequest};
pub use fault::Fault;
pub use feature::{Feature, FeaturesRequest};
pub use folder::{FolderEntry, FolderListing};
pub use genome::{Band, ChromosomeInfo, Found, Genome};
pub use job::{Job, JobState, JobStep};
pub use menu::MenuItem;
pub use opening::{FileFault, OpenFiles, Opened};
pub use picture::{PICTURE_PATH, path_of_picture};
pub use reads::{Read, Reads, ReadsRequest};
pub use retraining::{Picture, RetrainingPlan, RetrainingRequest, RetrainingVerdict};
pub use session::{AddressAnswer, MissingFile, NewAddress, OpenSession, OpenedSession, RestoredTrack, SaveSession};
pub use tile::{TILE_COLUMNS, TileRequest};
pub use track::{BamReads, FileInfo, TrackInfo, TrackKind};
