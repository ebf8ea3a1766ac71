//! The user's own bundles: kept by name in a folder of this user, and which of them are used when none is named.

use std::{collections::BTreeMap, fs, path::PathBuf};

use nascape_model::{
    Bundle,
    bundle::{CARD, Card},
};
use nascape_signal::partial::PartialFolder;

use crate::{Error, Result, error::write_fault, record::write_json};

/// The file that says which bundle is used for a mark when none is named, beside the bundles.
const DEFAULTS: &str = "defaults.json";

/// The folder of this user's bundles.
pub fn folder() -> PathBuf {
    dirs::data_dir().unwrap_or_else(std::env::temp_dir).join("nascape").join("bundles")
}

/// The folder of this user's retrainings on their way, on the same disk.
pub fn retrainings() -> PathBuf {
    folder().with_file_name("retraining")
}

/// The names of the bundles kept.
pub fn names() -> Vec<String> {
    let entries = fs::read_dir(folder()).into_iter().flatten().flatten();
    let bundles = entries.filter(|entry| entry.path().join(CARD).exists());
    let mut names: Vec<String> = bundles.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The folder of a kept bundle; `None` for a name that none has.
pub fn place(name: &str) -> Option<PathBuf> {
    names().iter().any(|kept| kept == name).then(|| folder().join(name))
}

/// Keeps a bundle under a name.
///
/// # Errors
/// Those of [`free_place`] and of writing.
pub fn keep(bundle: &Bundle, name: &str) -> Result<()> {
    let place = free_place(name)?;
    let card = Card { name: name.to_owned(), ..bundle.card.clone() };
    Ok(Bundle::save(&place, &card, &bundle.weights)?)
}

/// Where a bundle of this name would be kept.
///
/// # Errors
/// [`Error::BundleName`] for a name that is taken or cannot be a folder's.
pub fn free_place(name: &str) -> Result<PathBuf> {
    let fault = |detail: &str| Err(Error::BundleName { name: name.to_owned(), detail: detail.to_owned() });
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.+".contains(c));
    if !plain || name.is_empty() || name.starts_with('.') || name.len() > 100 || name == DEFAULTS {
        return fault("a name has letters, digits and -_.+ and does not begin with a point");
    }
    if super::Library::is_shipped(name) {
        return fault("a bundle of that name came with Nascape; choose another name");
    }
    let place = folder().join(name);
    if place.exists() {
        return fault("you have a bundle of that name; choose another name, or remove that one first");
    }
    Ok(place)
}

/// Removes a kept bundle from the disk.
///
/// # Errors
/// [`Error::NotKept`]; those of the file system.
pub fn remove(name: &str) -> Result<()> {
    let place = kept(name)?;
    let mut defaults = defaults();
    defaults.retain(|_, default| default != name);
    write_defaults(&defaults)?;
    // Out of sight first, so that what is half removed is no bundle.
    let away = PartialFolder::create(&folder(), "removed").map_err(write_fault(&place))?;
    fs::rename(&place, away.path().join(name)).map_err(write_fault(&place))
}

/// The bundle that the user chose for each mark.
pub fn defaults() -> BTreeMap<String, String> {
    let text = fs::read(folder().join(DEFAULTS)).unwrap_or_default();
    let mut defaults: BTreeMap<String, String> = serde_json::from_slice(&text).unwrap_or_default();
    // A bundle that is gone is no default.
    let names = [names(), super::Library::shipped_names()].concat();
    defaults.retain(|_, name| names.contains(name));
    defaults
}

/// Makes a bundle, kept or shipped, the one that is used for `marks` when none is named.
///
/// # Errors
/// Those of writing.
pub fn make_default(name: &str, marks: impl Iterator<Item = String>) -> Result<()> {
    let mut defaults = defaults();
    defaults.extend(marks.map(|mark| (mark, name.to_owned())));
    write_defaults(&defaults)
}

fn write_defaults(defaults: &BTreeMap<String, String>) -> Result<()> {
    let folder = folder();
    fs::create_dir_all(&folder).map_err(write_fault(&folder))?;
    write_json(&folder.join(DEFAULTS), defaults)
}

fn kept(name: &str) -> Result<PathBuf> {
    place(name).ok_or_else(|| Error::NotKept { name: name.to_owned(), known: names().join(", ") })
}

/// Opens a kept bundle by its name, or nothing where none has it.
///
/// # Errors
/// Those of [`Bundle::open`].
pub fn open(name: &str) -> Result<Option<Bundle>> {
    place(name).map(|place: PathBuf| Ok(Bundle::open(&place)?)).transpose()
}
