//! Sessions.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::TrackInfo;

/// A session to write: the window's own state, beside the files it needs.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct SaveSession {
    /// Nothing for the autosave.
    pub path: Option<String>,
    /// The open tracks that belong to it.
    pub tracks: Vec<String>,
    /// The window's state, kept as it is.
    #[ts(type = "unknown")]
    pub view: serde_json::Value,
    /// Names the window, since several may share one program: each must know what it read last.
    pub window: String,
}

/// A session read back.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct OpenedSession {
    /// The session's file; nothing for the autosave.
    pub path: Option<String>,
    /// The window's state.
    #[ts(type = "unknown")]
    pub view: serde_json::Value,
    /// The tracks that opened, with the ids that the session's view knows them by.
    pub tracks: Vec<RestoredTrack>,
    /// The files that were not found, or are not what they were.
    pub missing: Vec<MissingFile>,
    /// The addresses that the user is to be asked about. While there are any, nothing is opened and nobody is asked for anything.
    pub unanswered: Vec<NewAddress>,
}

/// An address that a session names and the user did not.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct NewAddress {
    /// The address.
    pub address: String,
    /// The machine that it leads to, with its port where the address says one.
    pub host: String,
}

/// What the user said of an address that a session names.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct AddressAnswer {
    /// The address.
    pub address: String,
    /// To fetch it; else its track is left out.
    pub fetch: bool,
}

/// A track of a session.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct RestoredTrack {
    /// The id in the saved view.
    pub saved_id: String,
    /// The track as it is open now.
    pub track: TrackInfo,
}

/// A file of a session that could not be opened.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MissingFile {
    /// The id of its track in the saved view.
    pub saved_id: String,
    /// Where it was.
    pub path: String,
    /// What is wrong, and what to do.
    pub message: String,
}

/// A session to open; files that moved are given by the user.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct OpenSession {
    /// The session's file; nothing for the autosave.
    pub path: Option<String>,
    /// Where files are now: pairs of the old path and the new.
    pub moved: Vec<[String; 2]>,
    /// What the user said when asked about addresses.
    pub answers: Vec<AddressAnswer>,
    /// Names the window, since several may share one program: each must know what it read last.
    pub window: String,
}
