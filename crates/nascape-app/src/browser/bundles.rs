//! The bundles that can be asked for: the shipped ones, opened when they are first used, and the user's own.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use nascape_model::{Bundle, bundle::TargetKind};
use sha2::{Digest, Sha256};

use super::{
    Browser,
    fault::Answer,
    track::hex,
    wire::{BundleLine, Fault, ImputedBy, TargetLine},
};
use crate::Library;

/// Bundles by the name that requests use: a shipped one's own, the folder of a user's.
#[derive(Default)]
pub(super) struct Bundles {
    open: Mutex<BTreeMap<String, Arc<OpenBundle>>>,
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
            default: shipped && Library::is_default(name),
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

impl Browser {
    /// Opens a bundle of the user's from its folder.
    ///
    /// # Errors
    /// When the folder was not picked, or holds no bundle.
    pub fn add_bundle(&self, folder: &str) -> Answer<BundleLine> {
        let folder = self.allowed.check(Path::new(folder))?;
        let name = folder.to_string_lossy().into_owned();
        // Opened anew: it may have been trained again since.
        let bundle = Arc::new(OpenBundle::new(&name, Bundle::open(&folder)?, false));
        let line = bundle.line.clone();
        self.bundles.open.lock().unwrap_or_else(PoisonError::into_inner).insert(name, bundle);
        Ok(line)
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
        let mut names = Library::names();
        names.sort_by_key(|name| Library::default_place(name));
        let shipped = names.iter().map(|name| Ok(self.bundle(name)?.line.clone()));
        let mut lines = shipped.collect::<Answer<Vec<_>>>()?;
        let open = self.bundles.open.lock().unwrap_or_else(PoisonError::into_inner);
        lines.extend(open.values().filter(|bundle| !bundle.line.shipped).map(|bundle| bundle.line.clone()));
        Ok(lines)
    }

    /// A bundle by the name that requests use.
    ///
    /// # Errors
    /// When there is none of that name, or its folder holds none any more.
    pub(super) fn bundle(&self, name: &str) -> Answer<Arc<OpenBundle>> {
        if let Some(known) = self.bundles.open.lock().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Ok(Arc::clone(known));
        }
        let opened = match Library::shipped(name) {
            Ok(bundle) => OpenBundle::new(name, bundle, true),
            Err(_) if PathBuf::from(name).is_absolute() => {
                OpenBundle::new(name, Bundle::open(&self.allowed.check(Path::new(name))?)?, false)
            }
            Err(fault) => return Err(fault.into()),
        };
        let opened = Arc::new(opened);
        let mut open = self.bundles.open.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(open.entry(name.to_owned()).or_insert(opened)))
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
