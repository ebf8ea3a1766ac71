//! `run.json`: what made an output, so that anybody can make it again.

use std::{fs, io::Write, path::Path};

use nascape_model::bundle::{SourceFile, sha256_of_file};
use nascape_signal::partial::PartialFile;
use serde::{Deserialize, Serialize};

use crate::{Result, error::write_fault};

/// Version of Nascape, as records and cards say it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The record's name in the folder of its outputs.
pub const RECORD: &str = "run.json";

/// What a run was made of.
#[derive(Clone, Debug, Serialize)]
pub struct Record<O: Serialize> {
    /// The version of Nascape.
    pub nascape_version: &'static str,
    /// The verb: `impute`, `evaluate`.
    pub verb: &'static str,
    /// The files that went in.
    pub inputs: Vec<SourceFile>,
    /// The bundles used.
    pub bundles: Vec<BundleUsed>,
    /// The regions worked on.
    pub regions: Vec<String>,
    /// The options that change the result.
    pub options: O,
    /// The files that came out.
    pub outputs: Vec<SourceFile>,
}

/// A bundle as a record names it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BundleUsed {
    /// Its name.
    pub name: String,
    /// Its tracks, one a target.
    pub tracks: Vec<String>,
    /// SHA-256 of each file of its weights.
    pub weights_sha256: Vec<String>,
}

/// A file with its checksum; a remote file is named by its address and has none.
///
/// # Errors
/// Those of reading the file.
pub fn source_file(role: &str, path: &Path) -> Result<SourceFile> {
    let remote = path.to_str().filter(|text| text.starts_with("http://") || text.starts_with("https://"));
    let name = match remote {
        Some(url) => url.to_owned(),
        None => path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
    };
    let sha256 = if remote.is_some() { String::new() } else { sha256_of_file(path)? };
    Ok(SourceFile { role: role.to_owned(), name, sha256 })
}

/// Writes `value` as JSON, whole or not at all.
///
/// # Errors
/// Those of writing.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let mut json = serde_json::to_vec_pretty(value).expect("records are plain data");
    json.push(b'\n');
    let mut partial = PartialFile::create(path)?;
    partial.file().write_all(&json).map_err(write_fault(path))?;
    Ok(partial.finish()?)
}

/// Makes an output folder.
///
/// # Errors
/// Those of the file system.
pub fn create_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(write_fault(folder))
}
