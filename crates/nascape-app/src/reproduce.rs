//! `nascape reproduce`: a record's run once more, and whether the same bytes come of it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use nascape_model::Bundle;
use nascape_signal::{Progress, partial::PartialFolder};
use serde::Serialize;

use crate::{
    Error, Result, bin, compare,
    error::write_fault,
    evaluate, impute, peaks,
    record::{Record, Recorded, VERSION, create_folder},
    retrain, simulate, tirs, train,
};

/// What to reproduce.
pub struct Request {
    /// The record: `run.json`, or `FILE.run.json`.
    pub record: PathBuf,
    /// Where the outputs go; with none they are compared and not kept.
    pub output: Option<PathBuf>,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Reproduced {
    /// The verb that was run again.
    pub verb: String,
    /// Whether every output has the same bytes.
    pub same: bool,
    /// The outputs of the record.
    pub outputs: Vec<Compared>,
    /// What the result must be read with, in sentences.
    pub warnings: Vec<String>,
}

/// An output, then and now.
#[derive(Clone, Debug, Serialize)]
pub struct Compared {
    /// Its name in the folder.
    pub name: String,
    /// Whether it has the same bytes.
    pub same: bool,
    /// SHA-256 of the record.
    pub was: String,
}

/// Checks that inputs and bundles are those of a record, runs its request again and compares what comes out.
///
/// # Errors
/// [`Error::Record`] for a file that is no record; [`Error::NotAtHand`] with every input and bundle that is missing or another;
/// those of the verb.
pub fn run(request: &Request, progress: &dyn Progress) -> Result<Reproduced> {
    let fault = |detail: String| Error::Record { path: request.record.clone(), detail };
    let read = |source| nascape_signal::Error::Read { path: request.record.clone(), source };
    let record: Record = serde_json::from_slice(&fs::read(&request.record).map_err(read)?)
        .map_err(|source| fault(format!("it is no record of a run, or one of an older Nascape ({source}).")))?;
    match record.verb.as_str() {
        bin::Request::VERB => again::<bin::Request>(request, record, progress),
        impute::Request::VERB => again::<impute::Request>(request, record, progress),
        evaluate::Request::VERB => again::<evaluate::Request>(request, record, progress),
        compare::Request::VERB => again::<compare::Request>(request, record, progress),
        peaks::Request::VERB => again::<peaks::Request>(request, record, progress),
        train::Request::VERB => again::<train::Request>(request, record, progress),
        retrain::Asked::VERB => again::<retrain::Asked>(request, record, progress),
        simulate::Request::VERB => again::<simulate::Request>(request, record, progress),
        tirs::Request::VERB => again::<tirs::Request>(request, record, progress),
        other => Err(fault(format!("this Nascape cannot reproduce '{other}'."))),
    }
}

fn again<R: Recorded>(request: &Request, record: Record, progress: &dyn Progress) -> Result<Reproduced> {
    let beside = request.record.parent().unwrap_or(Path::new(""));
    let mut warnings = Vec::new();
    if record.nascape_version != VERSION {
        warnings.push(format!("the record is of Nascape {}, and this is {VERSION}.", record.nascape_version));
    }
    let mut again: R = serde_json::from_value(record.request).map_err(|source| Error::Record {
        path: request.record.clone(),
        detail: format!("its request is not one of '{}' ({source}).", record.verb),
    })?;
    let files: Vec<_> = record.inputs.iter().map(|file| file.find(beside)).collect();
    let bundles: Vec<_> = record.bundles.iter().map(|bundle| bundle.find(beside)).collect();
    let missing = files.iter().filter_map(|file| file.as_ref().err());
    let missing: Vec<String> = missing.chain(bundles.iter().filter_map(|one| one.as_ref().err())).cloned().collect();
    if !missing.is_empty() {
        return Err(Error::NotAtHand { record: request.record.clone(), what: missing });
    }
    let places = again.files().into_iter().map(|(_, place)| place);
    for ((place, found), file) in places.zip(files.into_iter().flatten()).zip(&record.inputs) {
        if file.sha256.is_empty() {
            warnings.push(format!("{} is taken as it is now: an address has no checksum.", file.name));
        }
        *place = found;
    }
    let bundles: Vec<Bundle> = bundles.into_iter().flatten().collect();
    for (bundle, used) in bundles.iter().zip(&record.bundles) {
        if bundle.card_sha256() != used.card_sha256 {
            warnings.push(format!("the bundle '{}' has the weights that were used and another card.", used.name));
        }
    }
    again.use_bundles(bundles);
    let scratch = match &request.output {
        Some(folder) => create_folder(folder).map(|()| None)?,
        // In the current folder, which has room for what the user is about.
        None => Some(PartialFolder::create(Path::new("."), "reproduced").map_err(write_fault(Path::new(".")))?),
    };
    let folder = scratch.as_ref().map(PartialFolder::path).or(request.output.as_deref()).expect("one of both");
    let output = again.output();
    *output = if R::FILLS_A_FOLDER { folder.to_owned() } else { folder.join(&*output) };
    let beside = if R::MAKES_A_FOLDER { output.clone() } else { folder.to_owned() };
    again.run_again(progress)?;
    let outputs: Vec<Compared> = (record.outputs.into_iter())
        .map(|file| Compared { same: file.is(&beside.join(&file.name)), name: file.name, was: file.sha256 })
        .collect();
    Ok(Reproduced { verb: record.verb, same: outputs.iter().all(|file| file.same), outputs, warnings })
}
