//! What the program tells without being asked.

use serde::Serialize;
use ts_rs::TS;

use super::{BundleLine, Job, MenuItem};

/// What the program tells without being asked.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum Event {
    /// A job moved on.
    Job {
        /// The job.
        job: Job,
    },
    /// An epoch of a retraining ended.
    Epoch {
        /// The bundle that comes of it.
        bundle: String,
        /// What is trained: 0 for the first network, counted on for each.
        stage: u32,
        /// From 1.
        epoch: u32,
        /// Loss on the regions that are learned from.
        train_loss: Option<f64>,
        /// Loss on the part that is chosen by.
        validation_loss: f64,
    },
    /// An epoch of a retraining did better than all before it.
    Candidate {
        /// The bundle that comes of it.
        bundle: String,
        /// The bundle that was started from.
        from: String,
        /// The bundle as it would be now, until a later one comes or the retraining ends.
        candidate: BundleLine,
    },
    /// Files were dropped on the window, or named to a second start of the program.
    Files {
        /// Their paths.
        paths: Vec<String>,
    },
    /// The user chose something in the native menu of the desktop window.
    Menu {
        /// What.
        item: MenuItem,
    },
}
