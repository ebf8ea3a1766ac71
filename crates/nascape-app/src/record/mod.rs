//! `run.json`: what made an output, whole enough that [`reproduce`](crate::reproduce) makes it again.
//!
//! Paths in it are as seen from the folder it lies in: a folder that is moved as a whole, or sent to a colleague, still fits together,
//! and nobody is told how a disk is laid out.

mod bundle;
mod file;
mod watch;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use nascape_model::{
    Bundle,
    bundle::{SourceFile, sha256_of_file},
};
use nascape_signal::{Progress, partial::PartialFile};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub use self::{bundle::BundleUsed, file::FileUsed};
pub(crate) use self::{
    file::{is_address, relative},
    watch::{Stamp, Watch},
};
use crate::{Result, error::write_fault};

/// Version of Nascape, as records and cards say it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The record's name in the folder of its outputs.
pub const RECORD: &str = "run.json";

/// What a run was made of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The version of Nascape.
    pub nascape_version: String,
    /// The verb: `impute`, `evaluate`.
    pub verb: String,
    /// The files that went in.
    pub inputs: Vec<FileUsed>,
    /// The bundles used.
    pub bundles: Vec<BundleUsed>,
    /// The regions worked on.
    pub regions: Vec<String>,
    /// The request with every option, the files as their paths in `inputs`. The number of threads is none: it changes nothing.
    pub request: serde_json::Value,
    /// The files that came out.
    pub outputs: Vec<FileUsed>,
}

/// A request that a record holds, and that can be run again from it.
pub trait Recorded: Clone + Serialize + DeserializeOwned {
    /// The verb.
    const VERB: &'static str;
    /// Whether its output is a folder, which then holds the record; else the record lies beside the file.
    const FILLS_A_FOLDER: bool;
    /// Whether its output is a folder whose name matters, which then holds the record.
    const MAKES_A_FOLDER: bool = false;

    /// The files read, by their roles.
    fn files(&mut self) -> Vec<(String, &mut PathBuf)>;

    /// Where it holds its bundles, if they are all that it has.
    fn held_bundles(&mut self) -> Option<&mut Vec<Bundle>> {
        None
    }

    /// The bundles used; written down apart from the request.
    ///
    /// # Errors
    /// Those of opening one that the request names.
    fn bundles(&self) -> Result<Vec<Bundle>> {
        Ok(self.clone().held_bundles().map(std::mem::take).unwrap_or_default())
    }

    /// Gives a request that was read from a record its bundles, in the order of [`bundles`](Self::bundles).
    fn use_bundles(&mut self, bundles: Vec<Bundle>) {
        if let Some(held) = self.held_bundles() {
            *held = bundles;
        }
    }

    /// Where the outputs go.
    fn output(&mut self) -> &mut PathBuf;

    /// Does it.
    ///
    /// # Errors
    /// Those of the verb.
    fn run_again(&self, progress: &dyn Progress) -> Result<()>;
}

/// What a run tells its record beside the request.
#[derive(Default)]
pub(crate) struct Made {
    /// The regions worked on.
    pub regions: Vec<String>,
    /// The names of the tracks of each bundle, in the bundles' order.
    pub tracks: Vec<Vec<String>>,
    /// The files written, by their roles.
    pub outputs: Vec<(&'static str, PathBuf)>,
}

/// Where the record of a request lies: `run.json` in the folder that it fills, or beside its file as `FILE.run.json`.
fn place<R: Recorded>(request: &mut R) -> PathBuf {
    let output = request.output();
    if R::FILLS_A_FOLDER || R::MAKES_A_FOLDER {
        return output.join(RECORD);
    }
    let name = output.file_name().unwrap_or_default().to_string_lossy();
    output.with_file_name(format!("{name}.{RECORD}"))
}

/// Writes the record of a request that was done. Outputs that nobody can trace are no outputs: where the record cannot be written,
/// they are removed.
///
/// # Errors
/// Those of reading inputs and outputs for their checksums, and of writing.
pub(crate) fn write<R: Recorded>(request: &R, made: Made) -> Result<PathBuf> {
    let mut request = request.clone();
    let path = place(&mut request);
    let outputs: Vec<PathBuf> = made.outputs.iter().map(|(_, path)| path.clone()).collect();
    let written = Record::of(request, made, &path).and_then(|record| write_json(&path, &record));
    if let Err(fault) = written {
        outputs.iter().for_each(|path| drop(fs::remove_file(path)));
        return Err(fault);
    }
    Ok(path)
}

impl Record {
    fn of<R: Recorded>(mut request: R, made: Made, path: &Path) -> Result<Self> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let bundles = request.bundles()?;
        let mut tracks = made.tracks.into_iter();
        let bundles = bundles.iter().map(|one| BundleUsed::of(one, tracks.next().unwrap_or_default(), folder));
        let bundles = bundles.collect();
        let inputs: Vec<FileUsed> = {
            use rayon::prelude::*;
            let files = request.files().into_par_iter();
            files.map(|(role, path)| FileUsed::input(role, path, folder)).collect::<Result<_>>()?
        };
        for ((_, path), input) in request.files().into_iter().zip(&inputs) {
            *path = input.path.clone().unwrap_or_default().into();
        }
        let output = request.output();
        // Where it went is nobody's business; what it was called is part of some outputs.
        *output = match R::FILLS_A_FOLDER {
            true => PathBuf::new(),
            false => output.file_name().unwrap_or_default().to_string_lossy().into_owned().into(),
        };
        let outputs = made.outputs.iter().map(|(role, path)| FileUsed::output(role, path, folder));
        Ok(Self {
            nascape_version: VERSION.to_owned(),
            verb: R::VERB.to_owned(),
            inputs,
            bundles,
            regions: made.regions,
            request: serde_json::to_value(&request).expect("requests are plain data"),
            outputs: outputs.collect::<Result<_>>()?,
        })
    }
}

/// A file with its checksum; a remote file is named by its address and has none.
///
/// # Errors
/// Those of reading the file.
pub fn source_file(role: &str, path: &Path) -> Result<SourceFile> {
    let (name, sha256) = match path.to_str().filter(|_| is_address(path)) {
        Some(url) => (url.to_owned(), String::new()),
        None => (file::name_of(path), sha256_of_file(path)?),
    };
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
