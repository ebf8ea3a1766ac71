//! A bundle as one file, to hand to a colleague: `NAME.nascape`, a zip of its folder.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

use nascape_model::{Bundle, bundle::CARD};
use nascape_signal::partial::PartialFile;
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::{Error, Result, error::write_fault};

/// The ending of such files.
pub const ENDING: &str = "nascape";

/// Bytes that the files of an archive may have together, whatever it says of them: a bundle has some megabytes.
const MOST: u64 = 1 << 27;
/// Bytes of the archive itself.
const MOST_PACKED: u64 = 1 << 26;
/// Files that an archive may hold.
const MOST_FILES: usize = 64;

/// Writes a bundle into one file, whole or not at all. The same bundle gives the same bytes.
///
/// # Errors
/// Those of writing.
pub fn write(bundle: &Bundle, path: &Path) -> Result<()> {
    let fault = || write_fault(path);
    let mut partial = PartialFile::create(path)?;
    let mut archive = ZipWriter::new(partial.file());
    // Without a date of its own: weights hardly shrink, and a card is small.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for (name, bytes) in bundle.files() {
        archive.start_file(name, options).map_err(io::Error::from).map_err(fault())?;
        archive.write_all(&bytes).map_err(fault())?;
    }
    archive.finish().map_err(io::Error::from).map_err(fault())?;
    Ok(partial.finish()?)
}

/// Reads a bundle from one file. Nothing is unpacked onto the disk, so no name in it can lead anywhere.
///
/// # Errors
/// [`Error::Archive`] for what is no archive, or is larger than any bundle; those of [`Bundle::read`].
pub fn read(path: &Path) -> Result<Bundle> {
    let fault = |detail: String| Error::Archive { path: path.to_owned(), detail };
    let file = File::open(path).map_err(|source| fault(format!("it cannot be read ({source}).")))?;
    // Its list of files is read whole: what is packed is no longer than what comes out of it.
    if file.metadata().is_ok_and(|about| about.len() > MOST_PACKED) {
        return Err(fault(format!("it is larger than {} MB, more than any bundle.", MOST_PACKED >> 20)));
    }
    let mut archive =
        ZipArchive::new(file).map_err(|source| fault(format!("it is no archive of a bundle ({source}).")))?;
    if archive.len() > MOST_FILES {
        return Err(fault(format!("it holds {} files, more than any bundle.", archive.len())));
    }
    let mut files = HashMap::new();
    let mut left = MOST;
    for at in 0..archive.len() {
        let damaged = |source: String| fault(format!("it is damaged ({source}). Ask for the file again."));
        let mut entry = archive.by_index(at).map_err(|source| damaged(source.to_string()))?;
        if entry.is_dir() {
            continue;
        }
        let name = entry.name().map_err(|source| damaged(source.to_string()))?.into_owned();
        let mut bytes = Vec::new();
        // What an archive says of its sizes is not believed.
        entry.by_ref().take(left + 1).read_to_end(&mut bytes).map_err(|source| damaged(source.to_string()))?;
        left = left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| fault(format!("its files are larger than {} MB, more than any bundle.", MOST >> 20)))?;
        files.insert(name, bytes);
    }
    if !files.contains_key(CARD) {
        return Err(fault(format!("it holds no {CARD}, and so no bundle.")));
    }
    let read = |name: &str| files.get(name).cloned().ok_or_else(|| io::ErrorKind::NotFound.into());
    Ok(Bundle::read(path, &read)?)
}
