//! A bundle of a record: what it was, and where it is now.

use std::path::{Path, PathBuf};

use nascape_model::{Bundle, bundle::CARD};
use serde::{Deserialize, Serialize};

use super::file::seen_from;
use crate::{Library, library::archive};

/// A bundle as a record names it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BundleUsed {
    /// Its name.
    pub name: String,
    /// The architecture.
    #[serde(default)]
    pub architecture: String,
    /// Where it lay, seen from the record's folder; nothing for a shipped one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Its tracks, one a target; none where no tracks were written.
    pub tracks: Vec<String>,
    /// SHA-256 of its card.
    #[serde(default)]
    pub card_sha256: String,
    /// SHA-256 of each file of its weights.
    pub weights_sha256: Vec<String>,
}

impl BundleUsed {
    pub(super) fn of(bundle: &Bundle, tracks: Vec<String>, folder: &Path) -> Self {
        let on_disk = bundle.place.join(CARD).exists() || bundle.place.is_file();
        Self {
            name: bundle.card.name.clone(),
            architecture: bundle.card.architecture.name().to_owned(),
            path: on_disk.then(|| seen_from(&bundle.place, folder).to_string_lossy().into_owned()),
            tracks,
            card_sha256: bundle.card_sha256(),
            weights_sha256: bundle.card.weights.iter().map(|file| file.sha256.clone()).collect(),
        }
    }

    /// Whether a bundle has the same weights.
    pub(crate) fn is(&self, bundle: &Bundle) -> bool {
        bundle.card.weights.iter().map(|file| &file.sha256).eq(&self.weights_sha256)
    }

    /// The same bundle where it is now: where it was, else by its name beside the record or in the current folder, as a folder or
    /// as one file, else a shipped or kept one. One with the same weights and another card will do where there is none better.
    ///
    /// # Errors
    /// A sentence, where it is in none of these places.
    pub(crate) fn find(&self, folder: &Path) -> std::result::Result<Bundle, String> {
        let file = format!("{}.{}", self.name, archive::ENDING);
        let beside = [folder.join(&self.name), folder.join(&file), PathBuf::from(&self.name), PathBuf::from(&file)];
        let places = self.path.iter().map(|path| folder.join(path)).chain(beside);
        // What does not open is not the one.
        let on_disk = places.filter(|place| place.exists()).filter_map(|place| Library::open(&place.to_string_lossy()).ok());
        let named = Library::names().into_iter().filter(|name| *name == self.name || self.path.is_none());
        let mut same: Vec<Bundle> =
            on_disk.chain(named.filter_map(|name| Library::named(&name).ok())).filter(|one| self.is(one)).collect();
        let best = same.iter().position(|bundle| bundle.card_sha256() == self.card_sha256).unwrap_or(0);
        if same.is_empty() {
            return Err(format!(
                "the bundle '{}' with the weights that were used is not at hand. Put its folder or '{file}' beside the record, or keep \
                 it with nascape models keep; the SHA-256 of its weights: {}.",
                self.name,
                self.weights_sha256.join(", ")
            ));
        }
        Ok(same.swap_remove(best))
    }
}
