//! The record of a training.

use std::path::PathBuf;

use nascape_model::{
    Bundle,
    architecture::Architecture,
    bundle::{CARD, Card},
};
use nascape_signal::Progress;

use super::{Request, Told, run};
use crate::{
    Library, Result,
    record::{self, Made, Recorded},
};

impl Recorded for Request {
    const VERB: &'static str = "train";
    const FILLS_A_FOLDER: bool = false;
    // Its name is the bundle's.
    const MAKES_A_FOLDER: bool = true;

    fn files(&mut self) -> Vec<(String, &mut PathBuf)> {
        let of_experiments = self.recipe.experiments.iter_mut().flat_map(|one| {
            let observed = one.observed.iter_mut().map(|(mark, path)| (mark.clone(), path));
            let exclude = one.exclude.as_mut().map(|path| ("exclude".to_owned(), path));
            one.assay.files_to_record().into_iter().chain(observed).chain(exclude)
        });
        of_experiments.collect()
    }

    fn bundles(&self) -> Result<Vec<Bundle>> {
        let members = match &self.recipe.architecture {
            Architecture::Blend(settings) => &settings.members[..],
            _ => &[],
        };
        let members = members.iter().map(|member| Library::open(&member.bundle));
        self.from.clone().map(Ok).into_iter().chain(members).collect()
    }

    fn use_bundles(&mut self, bundles: Vec<Bundle>) {
        let mut bundles = bundles.into_iter();
        if let Architecture::Blend(settings) = &mut self.recipe.architecture {
            for (member, bundle) in settings.members.iter_mut().zip(bundles) {
                member.bundle = bundle.place.to_string_lossy().into_owned();
            }
        } else {
            self.from = bundles.next();
        }
    }

    fn output(&mut self) -> &mut PathBuf {
        &mut self.output
    }

    fn run_again(&self, progress: &dyn Progress) -> Result<()> {
        run(self, progress, |_| {}).map(drop)
    }
}

/// As [`run`], and leaves the record in the bundle's folder.
///
/// # Errors
/// Those of [`run`].
pub fn run_and_record(request: &Request, progress: &dyn Progress, told: impl FnMut(Told<'_>)) -> Result<Card> {
    let card = run(request, progress, told)?;
    let files = card.weights.iter().map(|file| file.file.as_str()).chain([CARD]);
    let outputs = files.map(|file| ("bundle", request.output.join(file))).collect();
    record::write(request, Made { outputs, ..Made::default() })?;
    Ok(card)
}
