//! The bundle that imputed a track.

use std::{fs, path::Path};

use nascape_model::{Bundle, bundle::SourceFile};
use serde::Deserialize;

use crate::{
    Error, Library, Result,
    record::{BundleUsed, RECORD},
};

/// What a record says of tracks and bundles: the n-th track is of the n-th bundle.
#[derive(Deserialize)]
struct Made {
    bundles: Vec<BundleUsed>,
    outputs: Vec<SourceFile>,
}

/// The bundle that imputed `track`, by the record beside it: `given` if that is the one, else the shipped one. Without a record
/// `given` is believed.
///
/// # Errors
/// [`Error::UnknownOrigin`], [`Error::BundleNotAtHand`], [`Error::OtherBundle`].
pub fn bundle_of(track: &Path, given: Option<&Bundle>) -> Result<Bundle> {
    let used = match (used_for(track), given) {
        (Ok(used), _) => used,
        (Err(_), Some(given)) => return Ok(given.clone()),
        (Err(detail), None) => {
            let record = track.with_file_name(RECORD);
            return Err(Error::UnknownOrigin { track: track.to_owned(), record, detail });
        }
    };
    let is_used = |bundle: &Bundle| bundle.card.weights.sha256 == used.weights_sha256;
    if let Some(given) = given {
        let other =
            || Error::OtherBundle { track: track.to_owned(), used: used.name.clone(), given: given.card.name.clone() };
        return is_used(given).then(|| given.clone()).ok_or_else(other);
    }
    for name in Library::names() {
        let shipped = Library::shipped(&name)?;
        if is_used(&shipped) {
            return Ok(shipped);
        }
    }
    Err(Error::BundleNotAtHand { track: track.to_owned(), bundle: used.name })
}

/// The bundle that the record beside a track names, or what is wrong with the record.
fn used_for(track: &Path) -> std::result::Result<BundleUsed, String> {
    let json = fs::read(track.with_file_name(RECORD)).map_err(|fault| fault.to_string())?;
    let made: Made =
        serde_json::from_slice(&json).map_err(|fault| format!("it is no record of an imputation: {fault}"))?;
    let name = track.file_name().unwrap_or_default().to_string_lossy();
    let mut pairs = made.outputs.into_iter().zip(made.bundles);
    let pair = pairs.find(|(output, _)| output.name == name);
    Ok(pair.ok_or("it does not name this track")?.1)
}
