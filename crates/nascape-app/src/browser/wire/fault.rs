//! What went wrong.

use serde::Serialize;
use ts_rs::TS;

/// What went wrong, for the user.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Fault {
    /// A sentence that names the file, the place and the remedy.
    pub message: String,
    /// True when the user's own wish ended it.
    pub cancelled: bool,
}
