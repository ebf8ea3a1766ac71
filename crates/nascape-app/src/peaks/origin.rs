//! The bundle that imputed a track.

use std::{fs, path::Path};

use nascape_model::Bundle;
use serde::Deserialize;

use crate::{
    Error, Library, Result,
    record::{BundleUsed, RECORD},
};

/// What a record says of bundles, each with the tracks that it imputed.
#[derive(Deserialize)]
struct Made {
    bundles: Vec<BundleUsed>,
}

/// The bundle that imputed `track` and the place of the track's mark among its targets, by the record beside it: `given` if that is
/// the one, else the shipped one. Without a record `given` is believed.
///
/// # Errors
/// [`Error::UnknownOrigin`], [`Error::BundleNotAtHand`], [`Error::OtherBundle`].
pub fn bundle_of(track: &Path, given: Option<&Bundle>) -> Result<(Bundle, usize)> {
    let (used, target) = match (used_for(track), given) {
        (Ok(found), _) => found,
        (Err(_), Some(given)) => return Ok((given.clone(), target_named(given, track))),
        (Err(detail), None) => {
            let record = track.with_file_name(RECORD);
            return Err(Error::UnknownOrigin { track: track.to_owned(), record, detail });
        }
    };
    if let Some(given) = given {
        let other =
            || Error::OtherBundle { track: track.to_owned(), used: used.name.clone(), given: given.card.name.clone() };
        return used.is(given).then(|| (given.clone(), target)).ok_or_else(other);
    }
    for name in Library::names() {
        // One of the user's that does not open is not the one.
        if let Ok(known) = Library::named(&name)
            && used.is(&known)
        {
            return Ok((known, target));
        }
    }
    Err(Error::BundleNotAtHand { track: track.to_owned(), bundle: used.name })
}

/// The bundle that the record beside a track names, and which of its tracks this is; or what is wrong with the record.
fn used_for(track: &Path) -> std::result::Result<(BundleUsed, usize), String> {
    let json = fs::read(track.with_file_name(RECORD)).map_err(|fault| fault.to_string())?;
    let made: Made =
        serde_json::from_slice(&json).map_err(|fault| format!("it is no record of an imputation: {fault}"))?;
    let name = track.file_name().unwrap_or_default().to_string_lossy();
    let place = |used: &BundleUsed| used.tracks.iter().position(|track| *track == name);
    let found = made.bundles.into_iter().find_map(|used| place(&used).map(|target| (used, target)));
    found.ok_or_else(|| "it does not name this track".to_owned())
}

/// The target that a track is named for, or the first.
fn target_named(bundle: &Bundle, track: &Path) -> usize {
    let stem = track.file_stem().unwrap_or_default().to_string_lossy();
    bundle.card.targets.iter().position(|target| target.name == stem).unwrap_or(0)
}
