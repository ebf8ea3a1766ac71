//! Bundles: found or trained, and imputing the held-out regions.

use std::{path::PathBuf, time::Instant};

use nascape_model::{
    Bundle,
    bundle::{CARD, Card, ExperimentUsed, TargetKind, Weights},
    impute::Imputer,
};
use nascape_signal::{
    BIN, Progress, Region,
    assembly::{Recognition, same_chromosome},
};

use super::{
    Request, Work,
    entry::{Entry, Imputing, Unit},
    held_out::HeldOut,
};
use crate::{Error, Result, device::Device, recipe::Recipe, stretch::Stretch, train};

/// The recipes of a request, each with the folder of its bundle.
pub(super) struct Recipes(Vec<(PathBuf, Recipe, PathBuf)>);

impl Recipes {
    /// # Errors
    /// [`Error::Recipe`] for one that cannot be read, lacks the mark, or has the name of another.
    pub fn read(request: &Request) -> Result<Self> {
        let mut recipes: Vec<(PathBuf, Recipe, PathBuf)> = Vec::new();
        for path in &request.recipes {
            let recipe = Recipe::read(path, request.data.as_deref())?;
            let fault = |detail: String| Err(Error::Recipe { path: path.clone(), detail });
            if !recipe.targets.contains(&request.mark) {
                let targets = recipe.targets.join(", ");
                return fault(format!("its targets are {targets}, and {} is compared.", request.mark));
            }
            let folder = request.output.join("bundles").join(path.file_stem().unwrap_or_default());
            if let Some((other, ..)) = recipes.iter().find(|(.., taken)| *taken == folder) {
                return fault(format!("{} has the same name; call one of them otherwise.", other.display()));
            }
            recipes.push((path.clone(), recipe, folder));
        }
        Ok(Self(recipes))
    }

    /// The bundles, trained where they are not there yet.
    ///
    /// # Errors
    /// Those of training and of [`Bundle::open`].
    pub fn bundles(self, progress: &dyn Progress) -> Result<Vec<Bundle>> {
        let bundle = |(path, recipe, output): (PathBuf, Recipe, PathBuf)| {
            if !output.join(CARD).exists() {
                let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let command = format!("nascape train --recipe {} --output {}", name(&path), name(&output));
                let training = train::Request {
                    recipe,
                    from: None,
                    device: Device::Cpu,
                    // A comparison that was interrupted goes on where it was.
                    resume: true,
                    command,
                    output: output.clone(),
                };
                train::run(&training, progress, |_| {})?;
            }
            Ok(Bundle::open(&output)?)
        };
        self.0.into_iter().map(bundle).collect()
    }
}

/// The place of a mark among a bundle's targets.
///
/// # Errors
/// [`Error::MarkNotImputed`].
pub(super) fn place_of(card: &Card, mark: &str) -> Result<usize> {
    card.targets.iter().position(|target| target.name == mark).ok_or_else(|| Error::MarkNotImputed {
        bundle: card.name.clone(),
        mark: mark.to_owned(),
        targets: card.target_names(),
    })
}

/// The bundles' names, told apart by a number where two have the same.
pub(super) fn names(bundles: &[&Bundle]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for bundle in bundles {
        let numbered = |number: usize| match number {
            1 => bundle.card.name.clone(),
            _ => format!("{} ({number})", bundle.card.name),
        };
        names.push((1..).map(numbered).find(|name| !names.contains(name)).expect("numbers do not end"));
    }
    names
}

/// A bundle's track of the mark over the held-out bins, by the imputation that writes bigWigs.
///
/// # Errors
/// Those of [`Imputer`]; cancellation.
pub(super) fn impute(
    name: String,
    bundle: &Bundle,
    mark: &str,
    held_out: &HeldOut<'_>,
    work: &mut Work<'_>,
) -> Result<Entry> {
    let (place, target) = (place_of(&bundle.card, mark)?, &bundle.card.targets);
    let imputer = Imputer::new(bundle, held_out.assay, held_out.reads_per_kb)?;
    let started = Instant::now();
    let mut wide = Vec::new();
    for stretch in held_out.stretches() {
        let (chromosome, mut track) = (&stretch.chromosome, Vec::new());
        let around = Stretch { chromosome: chromosome.clone(), bins: held_out.wide(stretch) };
        for bins in around.chunks() {
            let count = bins.len();
            let mut imputed = imputer.impute(&chromosome.name, chromosome.length, bins)?;
            track.append(&mut imputed[place].value);
            work.step(count)?;
        }
        wide.push(track);
    }
    let imputing = Imputing { parameters: bundle.card.parameters, seconds: started.elapsed().as_secs_f64() };
    let (plain, smoothed) = held_out.cut(wide)?;
    let same_unit = match target[place].kind {
        TargetKind::Presence => held_out.presence,
        TargetKind::Signal => !held_out.presence && target[place].transform == held_out.transform,
    };
    let unit = if same_unit { Unit::Observed } else { Unit::Other };
    Ok(Entry { name, bundle: Some(imputing), unit, plain, smoothed })
}

/// The held-out regions that a bundle has met: it learned from them or its epoch was chosen on them, on whatever cells.
pub(super) fn met(bundle: &Bundle, held_out: &HeldOut<'_>) -> Vec<String> {
    let here = match held_out.assay.first().assembly() {
        Recognition::Known(name) => Some(name),
        _ => None,
    };
    let here = |experiment: &&ExperimentUsed| experiment.assembly.as_ref() == here || experiment.assembly.is_none();
    let members: &[(String, Bundle)] = match &bundle.weights {
        Weights::Blend(members) => members,
        _ => &[],
    };
    let cards = members.iter().map(|(_, member)| member).chain([bundle]).map(|bundle| &bundle.card);
    let experiments = cards.flat_map(|card| &card.training.experiments).filter(here);
    let mut met: Vec<String> = Vec::new();
    for region in experiments.flat_map(|experiment| experiment.train.iter().chain(&experiment.validation)) {
        let Ok(learned) = region.parse::<Region>() else { continue };
        let shared = held_out.stretches().iter().any(|stretch| {
            let asked = stretch.region(&stretch.bins, BIN);
            same_chromosome(&asked.chromosome, &learned.chromosome)
                && asked.start < learned.end
                && learned.start < asked.end
        });
        if shared && !met.contains(region) {
            met.push(region.clone());
        }
    }
    met
}
