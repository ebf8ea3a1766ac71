//! Long work.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Long work.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Job {
    /// What names it.
    #[ts(type = "number")]
    pub id: u64,
    /// What to call it: 'Export H3K4me3 of chr21 as bigWig'.
    pub title: String,
    /// Where it stands.
    pub state: JobState,
    /// Work done, 0 to 1.
    pub done: f64,
    /// Seconds left, as far as one can tell.
    pub seconds_left: Option<f64>,
    /// What came of it, or why it failed; empty while it runs.
    pub message: String,
    /// Files written.
    pub outputs: Vec<String>,
    /// The bundle that comes of it, for a retraining.
    pub bundle: Option<String>,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum JobState {
    /// Waiting for another job.
    Waiting,
    /// Running.
    Running,
    /// Stopped by the user; it can be gone on with.
    Paused,
    /// Stopped by something else: the program ended, or the training did. It can be gone on with.
    Interrupted,
    /// All written.
    Finished,
    /// Failed; nothing is left of it.
    Failed,
    /// Cancelled; nothing is left of it.
    Cancelled,
}

/// What can be done with a retraining besides cancelling it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum JobStep {
    /// Stop it for now; processor and memory are free again.
    Pause,
    /// Go on with it.
    Resume,
    /// End it with the best that was learned so far.
    Keep,
}
