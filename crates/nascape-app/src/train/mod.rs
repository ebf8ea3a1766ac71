//! `nascape train`: assays and observed marks become a bundle.

mod blend;
mod earlier;
mod folds;
mod opened;
mod outcome;
mod recorded;

use std::{fs, io, path::PathBuf};

use nascape_model::{
    Bundle,
    architecture::Kind,
    bundle::{CARD, Card, Epoch, FORMAT, FORMAT_VERSION, TargetKind, Training, Weights},
    metrics::Measures,
    predictor::Predictor,
    train::{self, Losses, Part, Resume, Trained, Validation, checkpoint::Checkpoint, margin},
};
use nascape_signal::{Progress, Region, smooth};
use serde::{Deserialize, Serialize};

pub use self::{earlier::has_begun, recorded::run_and_record};
use self::{
    blend::blended,
    earlier::{ended, identity, start},
    folds::{Fold, Folds},
    opened::{Opened, kind, too_near},
    outcome::targets,
};
use crate::{
    Error, Result,
    device::Device,
    error::write_fault,
    recipe::Recipe,
    record::{VERSION, Watch, create_folder},
};

/// What to train.
#[derive(Clone, Serialize, Deserialize)]
pub struct Request {
    /// What on what.
    pub recipe: Recipe,
    /// A bundle of the same architecture whose weights to start from.
    #[serde(skip)]
    pub from: Option<Bundle>,
    /// What trains.
    pub device: Device,
    /// Whether to go on from where an earlier training of this bundle was interrupted. What comes of it is the same.
    #[serde(skip)]
    pub resume: bool,
    /// The command, for the card.
    pub command: String,
    /// The bundle's folder; its last name is the bundle's.
    pub output: PathBuf,
}

/// What a training tells while it runs.
#[derive(Clone, Copy, Debug)]
pub enum Told<'a> {
    /// A training without this fold begins.
    Fold {
        /// Which, from 1.
        fold: usize,
        /// Of how many.
        folds: usize,
    },
    /// An epoch has ended.
    Epoch(&'a Epoch),
    /// It did better than all before it: its number, from 1, and its weights.
    Best(usize, &'a Weights),
    /// Something that does not stop the training, and that its figures must be read with; a sentence.
    Warning(&'a str),
}

/// Trains a bundle and saves it. `told` hears of every epoch as it ends, and before the first of what the figures must be read with.
///
/// # Errors
/// Those of reading, training and saving; parts that overlap or hold nothing to learn. No bundle is left then, but the checkpoint of
/// the last whole epoch is.
pub fn run(request: &Request, progress: &dyn Progress, mut told: impl FnMut(Told<'_>)) -> Result<Card> {
    let recipe = &request.recipe;
    let watch = Watch::begin(request);
    recipe.schedule.check()?;
    recipe.architecture.check()?;
    recipe.target_smoothing.map_or(Ok(()), smooth::check)?;
    if let Some(depth) = recipe.reads_per_kb.filter(|depth| !(depth.is_finite() && *depth > 0.0)) {
        let text = format!("reads_per_kb is {depth}; it must be a positive number.");
        return Err(nascape_model::Error::Setting(text).into());
    }
    let device = request.device.open()?;
    // A folder that cannot be written is told now, not after the last epoch.
    let taken = request.output.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if taken && !request.output.join(CARD).exists() {
        return Err(Error::FolderTaken { path: request.output.clone() });
    }
    if request.output.exists() && !request.output.is_dir() {
        return Err(write_fault(&request.output)(io::ErrorKind::NotADirectory.into()));
    }
    if let Some(parent) = request.output.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_folder(parent)?;
        tempfile::tempfile_in(parent).map_err(write_fault(&request.output))?;
    }
    let mut experiments = recipe.experiments.iter().map(|one| Opened::new(recipe, one)).collect::<Result<Vec<_>>>()?;
    if recipe.folds.is_some() {
        experiments.iter_mut().for_each(Opened::learn_from_all);
    }
    let kinds = (0..recipe.learned().len()).map(|at| kind(recipe, &experiments, at)).collect::<Result<Vec<_>>>()?;
    let members = blend::members(recipe)?;
    let loss = |(at, kind): (usize, &TargetKind)| {
        let usual = || recipe.architecture.usual_loss(*kind == TargetKind::Presence);
        recipe.loss.or_else(|| blend::usual_loss(&members, at)).unwrap_or_else(usual)
    };
    let learned = train::Recipe {
        architecture: recipe.architecture.clone(),
        input: recipe.input.clone().unwrap_or_else(|| recipe.architecture.usual_input()),
        losses: Losses(kinds.iter().enumerate().map(loss).collect()),
        // Weights that are gone on from know inputs of their own depth.
        reads_per_kb: recipe
            .reads_per_kb
            .or(request.from.as_ref().map(|bundle| bundle.card.reads_per_kb))
            .unwrap_or(experiments[0].reads_per_kb),
        both_directions: recipe.both_directions.unwrap_or(recipe.architecture.usually_both_directions()),
        schedule: recipe.schedule.clone(),
    };
    let cut = recipe.folds.map(|folds| Folds::new(folds, request, &learned, &experiments)).transpose()?;
    let start = request.from.as_ref().map(|bundle| start(bundle, recipe, &learned)).transpose()?;
    blend::check(&members, recipe, &kinds, &learned.losses)?;
    let (reach, margin, step, needs_strands) = match &members[..] {
        [] => {
            if matches!(learned.kind(), Kind::Network(_)) {
                learned.input.check().map_err(nascape_model::Error::Setting)?;
            }
            let (margin, step) = margin(&learned)?;
            (train::reach(&learned)?, margin, step, learned.input.needs_strands())
        }
        members => {
            let predictors = || members.iter().map(|(_, bundle)| &bundle.predictor);
            // Together they look as far as the furthest and stand on the coarsest grid.
            let reach = predictors().map(Predictor::reach).max().unwrap_or(0);
            let margin = reach + predictors().map(Predictor::grid).product::<usize>();
            (reach, margin, members[0].1.predictor.step(), predictors().any(Predictor::needs_strands))
        }
    };
    for one in &experiments {
        nascape_model::input::accepts(needs_strands, &one.assay, &recipe.targets.join(", "))?;
    }
    let regions = |of: for<'b> fn(&'b Opened<'_>) -> &'b Vec<Region>| -> Vec<&Vec<Region>> {
        experiments.iter().map(of).collect()
    };
    let part = |regions: &[&Vec<Region>]| -> Result<Part> {
        let mut part = Part::default();
        for (one, regions) in experiments.iter().zip(regions) {
            part.add(&one.for_training(recipe), regions, margin, step)?;
        }
        Ok(part)
    };
    let (on_regions, choose_regions) = (regions(|one| &one.train), regions(|one| &one.validation));
    let (on, choose) = (part(&on_regions)?, part(&choose_regions)?);
    on.check_learnable(&recipe.learned(), "train", on_regions.into_iter().flatten())?;
    let mut left_out = Vec::new();
    for regions in cut.iter().flat_map(Folds::left_out) {
        let part = part(&regions)?;
        part.check_learnable(&recipe.learned(), "left-out", regions.into_iter().flatten())?;
        left_out.push(part);
    }
    if cut.is_none() {
        choose.check_learnable(&recipe.learned(), "validation", choose_regions.into_iter().flatten())?;
    }
    for one in &experiments {
        if let Some(warning) = too_near(one, reach, recipe.target_smoothing) {
            told(Told::Warning(&warning));
        }
    }
    let used = experiments.iter().map(Opened::used).collect::<Result<Vec<_>>>()?;
    if let Some(card) = ended(request, &learned, &used) {
        return Ok(card);
    }
    let folds: Vec<Fold> = match (&cut, &members[..]) {
        (None, _) => Vec::new(),
        (Some(folds), []) => folds.train_without_each(request, progress, &mut told)?,
        (Some(folds), members) => folds.of_members(members)?,
    };
    let epochs = folds::epochs(&folds)?;
    let judged_by = if folds.is_empty() { Validation::Part(&choose) } else { Validation::Folds(&epochs) };
    let progress: &dyn Progress = match &cut {
        None => progress,
        Some(folds) => &folds.last_share(progress),
    };
    let checkpoint = Checkpoint::path_of(&request.output);
    let identity = identity(&learned, request, &used);
    let (card_architecture, trained, without) = match learned.kind() {
        Kind::Blend(_) => blended(&learned, members, [&on, &choose], &folds, &left_out)?,
        kind => {
            let trained = match kind {
                Kind::Network(_) => {
                    let resume = Resume { path: &checkpoint, identity: &identity, go_on: request.resume };
                    train::train(&learned, start, &device, &on, judged_by, &resume, progress, |epoch, best| {
                        told(Told::Epoch(epoch));
                        if let Some(weights) = best {
                            told(Told::Best(epoch.epoch, weights));
                        }
                    })?
                }
                _ => forest(&learned, &on, judged_by, progress, |epoch| told(Told::Epoch(epoch)))?,
            };
            let without = folds.iter().map(|fold| fold.0[0].predictor.clone()).collect();
            (recipe.architecture.clone(), trained, without)
        }
    };
    drop(on);
    // What was learned for the helpers stays in the layers below; their outputs go.
    let kept = Losses(learned.losses.0[..recipe.targets.len()].to_vec());
    let trained = trained.with_outputs(kept.outputs());
    let (calibration, test) = (part(&regions(|one| &one.calibration))?, part(&regions(|one| &one.test))?);
    let whole = |part| vec![(&trained.predictor, part)];
    let (validation, calibration) = match cut {
        None => (whole(&choose), whole(&calibration)),
        Some(_) => {
            let folds: Vec<(&Predictor, &Part)> = without.iter().zip(&left_out).collect();
            (folds.clone(), folds)
        }
    };
    let targets = targets(recipe, &kinds, &kept, [&validation, &calibration, &whole(&test)]);
    let card = Card {
        format: FORMAT.to_owned(),
        format_version: FORMAT_VERSION,
        nascape_version: VERSION.to_owned(),
        name: request
            .output
            .file_name()
            .map_or_else(|| recipe.targets.join("+"), |name| name.to_string_lossy().into_owned()),
        targets,
        architecture: card_architecture,
        parameters: trained.predictor.parameters(),
        bin_size: nascape_signal::BIN,
        window_bins: 2 * trained.predictor.reach() + 1,
        reads_per_kb: learned.reads_per_kb,
        input: matches!(learned.kind(), Kind::Network(_)).then(|| learned.input.clone()),
        both_directions: learned.both_directions,
        training: Training {
            command: request.command.clone(),
            experiments: used,
            target_summary: recipe.target_summary,
            target_smoothing: recipe.target_smoothing.unwrap_or(0.0),
            folds: recipe.folds,
            schedule: matches!(learned.kind(), Kind::Network(_)).then(|| learned.schedule.clone()),
            best_epoch: trained.best_epoch,
            epochs: trained.epochs,
        },
        licence: recipe.licence.clone(),
        weights: Vec::new(),
    };
    watch.check()?;
    Bundle::save(&request.output, &card, &trained.weights)?;
    let _ = fs::remove_file(&checkpoint);
    // What is on the disk is what was trained: opened as any user would.
    Ok(Bundle::open(&request.output)?.card)
}

#[cfg(feature = "xgboost")]
fn forest(
    recipe: &train::Recipe,
    on: &Part,
    validation: Validation<'_>,
    progress: &dyn Progress,
    told: impl FnMut(&Epoch),
) -> Result<Trained> {
    Ok(train::forest::train(recipe, on, validation, progress, told)?)
}

#[cfg(not(feature = "xgboost"))]
fn forest(
    _: &train::Recipe,
    _: &Part,
    _: Validation<'_>,
    _: &dyn Progress,
    _: impl FnMut(&Epoch),
) -> Result<Trained> {
    let text = "this Nascape was built without the XGBoost library and cannot train trees. Build it with the feature 'xgboost'.";
    Err(nascape_model::Error::Setting(text.to_owned()).into())
}

/// The best measures' line for people: which quantity matters depends on the target.
pub fn headline(kind: TargetKind, measures: &Measures) -> String {
    let figure = |value: Option<f64>| value.map_or_else(|| "undefined".to_owned(), |value| format!("{value:.3}"));
    match kind {
        TargetKind::Presence => format!(
            "AUPRC {} (chance {}), AUROC {}",
            figure(measures.auprc),
            figure(measures.share_of_positives),
            figure(measures.auroc)
        ),
        TargetKind::Signal => format!(
            "Pearson {}, Spearman {}, RMSE {}",
            figure(measures.pearson),
            figure(measures.spearman),
            figure(measures.rmse)
        ),
    }
}
