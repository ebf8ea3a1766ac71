//! A session's file.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::file::SavedFile;
use crate::browser::{
    fault::Answer,
    wire::{BamReads, Fault},
};

/// What `format` says.
const FORMAT: &str = "nascape-session";
/// The version written and read.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
pub(super) struct Document {
    format: String,
    version: u32,
    nascape_version: String,
    pub tracks: Vec<SavedTrack>,
    /// The window's own, kept as it is.
    pub view: Value,
}

/// A track by its files: plus and minus, or one.
#[derive(Serialize, Deserialize)]
pub(super) struct SavedTrack {
    /// What the view calls it.
    pub id: String,
    pub files: Vec<SavedFile>,
    /// The assembly, where the user stated it.
    pub assembly: Option<String>,
    /// What is counted in it, if it is a BAM.
    #[serde(default)]
    pub reads: Option<BamReads>,
}

impl Document {
    pub fn new(tracks: Vec<SavedTrack>, view: Value) -> Self {
        let nascape_version = crate::record::VERSION.to_owned();
        Self { format: FORMAT.to_owned(), version: VERSION, nascape_version, tracks, view }
    }

    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("sessions are plain data")
    }

    /// # Errors
    /// When it is no session, or of another version.
    pub fn parse(json: &[u8], path: &Path) -> Answer<Self> {
        let no_session = |why: String| {
            Fault::new(format!(
                "{}: this is no session of Nascape ({why}). Open a file that Nascape saved.",
                path.display()
            ))
        };
        let value: Value = serde_json::from_slice(json).map_err(|fault| no_session(fault.to_string()))?;
        if value["format"] != FORMAT {
            return Err(no_session("it does not say that it is one".to_owned()));
        }
        if value["version"] != VERSION {
            return Err(Fault::new(format!(
                "{}: the session is of version {}, and this Nascape reads version {VERSION}. Open it with the Nascape that saved it.",
                path.display(),
                value["version"]
            )));
        }
        serde_json::from_value(value).map_err(|fault| no_session(fault.to_string()))
    }
}
