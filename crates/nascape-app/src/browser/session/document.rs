//! A session's file.

use std::{fs::File, io::Read, path::Path};

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
/// Bytes of the largest session that is read, and its tracks: some thousand regions have a megabyte.
const MOST_BYTES: u64 = 64 << 20;
const MOST_TRACKS: usize = 1_000;

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
    /// When it cannot be read or is larger than any session; those of [`Document::parse`].
    pub fn read(path: &Path) -> Answer<Self> {
        let fault = |source| nascape_signal::Error::Read { path: path.to_owned(), source };
        let mut json = Vec::new();
        File::open(path).map_err(fault)?.take(MOST_BYTES + 1).read_to_end(&mut json).map_err(fault)?;
        if json.len() as u64 > MOST_BYTES {
            return Err(Fault::new(format!(
                "{}: this is no session of Nascape (it is larger than {} MB). Open a file that Nascape saved.",
                path.display(),
                MOST_BYTES >> 20
            )));
        }
        Self::parse(&json, path)
    }

    /// # Errors
    /// When it is no session, or of another version, or has more tracks than can be shown.
    fn parse(json: &[u8], path: &Path) -> Answer<Self> {
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
        let document: Self = serde_json::from_value(value).map_err(|fault| no_session(fault.to_string()))?;
        match document.tracks.len() {
            0..=MOST_TRACKS => Ok(document),
            tracks => Err(no_session(format!("it names {tracks} tracks, more than {MOST_TRACKS}"))),
        }
    }
}
