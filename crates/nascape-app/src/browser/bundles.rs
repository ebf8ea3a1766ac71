//! The bundles that can be asked for: the shipped ones, opened when they are first used, and the user's own.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use nascape_model::{Bundle, bundle::TargetKind};
use sha2::{Digest, Sha256};

use super::{
    Browser,
    fault::Answer,
    track::hex,
    wire::{BundleLine, Fault, ImputedBy, TargetLine},
};
use crate::{
    Library,
    library::{archive, kept},
};

/// What names begin with that are no bundle's of the user.
const CANDIDATE: &str = "candidate:";

/// Bundles by the name that requests use: a shipped one's own, the folder of a user's.
#[derive(Default)]
pub(super) struct Bundles {
    open: Mutex<BTreeMap<String, Arc<OpenBundle>>>,
    /// The newest candidate of each retraining.
    newest: Mutex<BTreeMap<String, String>>,
}

/// A bundle in memory.
pub(super) struct OpenBundle {
    pub bundle: Bundle,
    pub line: BundleLine,
    /// The same for the same card and weights, and for no others.
    pub fingerprint: String,
}

impl OpenBundle {
    fn new(name: &str, bundle: Bundle, shipped: bool) -> Self {
        let card = &bundle.card;
        let target = |target: &nascape_model::bundle::Target| TargetLine {
            name: target.name.clone(),
            score: target.kind == TargetKind::Presence,
            interval: target.calibration.is_some(),
            test_auprc: target.test.as_ref().and_then(|test| test.auprc),
            test_pearson: target.test.as_ref().and_then(|test| test.pearson),
        };
        let line = BundleLine {
            name: name.to_owned(),
            title: card.name.clone(),
            architecture: card.architecture.name().to_owned(),
            targets: card.targets.iter().map(target).collect(),
            default: Library::default_names().iter().any(|default| default == name),
            shipped,
            needs_strands: bundle.predictor.needs_strands(),
            parameters: card.parameters,
        };
        // The card names the checksums of the weights; members of a blend have cards of their own.
        let mut hash = Sha256::new();
        hash.update(card.to_json());
        if let nascape_model::bundle::Weights::Blend(members) = &bundle.weights {
            members.iter().for_each(|(_, member)| hash.update(member.card.to_json()));
        }
        Self { fingerprint: hex(&hash.finalize()), line, bundle }
    }

    /// The place of a mark among the bundle's.
    ///
    /// # Errors
    /// When the bundle does not impute it.
    pub fn target(&self, mark: &str) -> Answer<usize> {
        let targets = &self.bundle.card.targets;
        targets.iter().position(|target| target.name == mark).ok_or_else(|| {
            Fault::new(format!(
                "The bundle {} imputes {}, not {mark}.",
                self.line.title,
                self.bundle.card.target_names()
            ))
        })
    }
}

impl Bundles {
    /// Takes in what a retraining has learned so far, under a name that only requests use; the last but one goes.
    pub fn add_candidate(&self, of: &str, name: &str, bundle: Bundle) -> BundleLine {
        let candidate = Arc::new(OpenBundle::new(&format!("{}{name}", candidates(of)), bundle, false));
        let line = candidate.line.clone();
        let mut open = self.open();
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let before = newest.insert(of.to_owned(), line.name.clone());
        open.retain(|name, _| !name.starts_with(&candidates(of)) || Some(name) == before.as_ref());
        open.insert(line.name.clone(), candidate);
        line
    }

    /// Forgets all of them.
    pub fn remove_candidates(&self, of: &str) {
        self.open().retain(|name, _| !name.starts_with(&candidates(of)));
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<String, Arc<OpenBundle>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the names of a retraining's candidates begin with; no kept bundle has such a name.
fn candidates(of: &str) -> String {
    format!("{CANDIDATE}{of}:")
}

impl Browser {
    /// Opens a bundle of the user's: its folder, at later starts too, or a `.nascape` file, which is kept among the user's bundles.
    ///
    /// # Errors
    /// When it was not picked, or is no bundle; a name that is taken.
    pub fn add_bundle(&self, path: &str) -> Answer<BundleLine> {
        let path = self.allowed.check(Path::new(path))?;
        if path.is_file() {
            let bundle = archive::read(&path)?;
            let name = bundle.card.name.clone();
            kept::keep(&bundle, &name)?;
            return Ok(self.bundle(&name)?.line.clone());
        }
        let name = path.to_string_lossy().into_owned();
        // Opened anew: it may have been trained again since.
        let bundle = Arc::new(OpenBundle::new(&name, Bundle::open(&path)?, false));
        let line = bundle.line.clone();
        self.remember_bundle(&name)?;
        self.open_bundles().insert(name, bundle);
        Ok(line)
    }

    /// Removes one of the user's bundles: from the disk if it is kept, from the list otherwise.
    ///
    /// # Errors
    /// For a shipped bundle; those of the file system.
    pub fn remove_bundle(&self, name: &str) -> Answer<()> {
        if kept::place(name).is_some() || Library::is_shipped(name) {
            kept::remove(name)?;
        }
        self.open_bundles().remove(name);
        self.forget_bundle(name)
    }

    /// Uses a bundle for its marks from now on, when none is named.
    ///
    /// # Errors
    /// For a bundle without a name of its own; those of writing.
    pub fn make_default(&self, name: &str) -> Answer<()> {
        let card = Library::named(name)?.card;
        Ok(kept::make_default(name, card.targets.into_iter().map(|target| target.name))?)
    }

    /// Writes a bundle into one file, which a colleague can open.
    ///
    /// # Errors
    /// When there is no such bundle, the place was not picked, or cannot be written.
    pub fn export_bundle(&self, name: &str, path: &str) -> Answer<()> {
        Ok(archive::write(&self.bundle(name)?.bundle, &self.allowed.check(Path::new(path))?)?)
    }

    /// The card of a bundle, as text.
    ///
    /// # Errors
    /// When there is no such bundle.
    pub fn bundle_card(&self, name: &str) -> Answer<String> {
        Ok(crate::library::describe(&self.bundle(name)?.bundle.card))
    }

    /// A line a bundle: shipped ones, the default of each mark first, then the user's.
    pub(super) fn bundle_lines(&self) -> Answer<Vec<BundleLine>> {
        let names = Library::names();
        let mut lines = Vec::new();
        for name in &names {
            match self.bundle(name) {
                Ok(bundle) => lines.push(bundle.line.clone()),
                // One of the user's that is damaged must not keep the window from opening.
                Err(_) if !Library::is_shipped(name) => {}
                Err(fault) => return Err(fault),
            }
        }
        let open = self.open_bundles();
        let others = open.values().map(|bundle| &bundle.line);
        let others = others.filter(|line| !names.contains(&line.name) && !line.name.starts_with(CANDIDATE));
        lines.extend(others.cloned());
        Ok(lines)
    }

    /// A bundle by the name that requests use.
    ///
    /// # Errors
    /// When there is none of that name, or its folder holds none any more.
    pub(super) fn bundle(&self, name: &str) -> Answer<Arc<OpenBundle>> {
        if let Some(known) = self.open_bundles().get(name) {
            return Ok(Arc::clone(known));
        }
        let opened = match Library::named(name) {
            Ok(bundle) => OpenBundle::new(name, bundle, Library::is_shipped(name)),
            Err(_) if PathBuf::from(name).is_absolute() => {
                OpenBundle::new(name, Bundle::open(&self.allowed.check(Path::new(name))?)?, false)
            }
            Err(fault) => return Err(fault.into()),
        };
        let opened = Arc::new(opened);
        let mut open = self.open_bundles();
        Ok(Arc::clone(open.entry(name.to_owned()).or_insert(opened)))
    }

    fn open_bundles(&self) -> MutexGuard<'_, BTreeMap<String, Arc<OpenBundle>>> {
        self.bundles.open()
    }

    /// A bundle and the place of the mark in it.
    ///
    /// # Errors
    /// When there is no such bundle, or it does not impute the mark.
    pub(super) fn imputed_by(&self, imputed: &ImputedBy) -> Answer<(Arc<OpenBundle>, usize)> {
        let bundle = self.bundle(&imputed.bundle)?;
        let target = bundle.target(&imputed.target)?;
        Ok((bundle, target))
    }
}
