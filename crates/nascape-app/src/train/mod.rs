//! `nascape train`: assays and observed marks become a bundle.

mod blend;
mod opened;
mod outcome;
mod recorded;

use std::{fs, io, path::PathBuf};

use nascape_model::{
    Bundle,
    architecture::Kind,
    bundle::{CARD, Card, Epoch, ExperimentUsed, FORMAT, FORMAT_VERSION, TargetKind, Training, Weights},
    metrics::Measures,
    predictor::Predictor,
    train::{self, Losses, Part, Resume, Trained, checkpoint::Checkpoint, margin},
};
use nascape_signal::{Progress, Region, smooth};
use serde::{Deserialize, Serialize};

pub use self::recorded::run_and_record;
use self::{
    blend::{blended, gives},
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
    let experiments = recipe.experiments.iter().map(|one| Opened::new(recipe, one)).collect::<Result<Vec<_>>>()?;
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
    let part = |of: for<'b> fn(&'b Opened<'_>) -> &'b Vec<Region>| -> Result<(Part, Vec<Region>)> {
        let mut part = Part::default();
        for one in &experiments {
            part.add(&one.for_training(recipe), of(one), margin, step)?;
        }
        Ok((part, experiments.iter().flat_map(of).cloned().collect()))
    };
    let (on, on_regions) = part(|one| &one.train)?;
    let (choose, choose_regions) = part(|one| &one.validation)?;
    on.check_learnable(&recipe.learned(), "train", &on_regions)?;
    choose.check_learnable(&recipe.learned(), "validation", &choose_regions)?;
    for one in &experiments {
        if let Some(warning) = too_near(one, reach, recipe.target_smoothing) {
            told(Told::Warning(&warning));
        }
    }
    let used = experiments.iter().map(Opened::used).collect::<Result<Vec<_>>>()?;
    let checkpoint = Checkpoint::path_of(&request.output);
    let identity = identity(&learned, request, &used);
    let (card_architecture, trained) = match learned.kind() {
        Kind::Network(_) => {
            let resume = Resume { path: &checkpoint, identity: &identity, go_on: request.resume };
            let trained = train::train(&learned, start, &device, &on, &choose, &resume, progress, |epoch, best| {
                told(Told::Epoch(epoch));
                if let Some(weights) = best {
                    told(Told::Best(epoch.epoch, weights));
                }
            })?;
            (recipe.architecture.clone(), trained)
        }
        Kind::Forest(_) => {
            let told = |epoch: &Epoch| told(Told::Epoch(epoch));
            (recipe.architecture.clone(), forest(&learned, &on, &choose, progress, told)?)
        }
        Kind::Blend(_) => blended(&learned, members, [&on, &choose])?,
    };
    drop(on);
    // What was learned for the helpers stays in the layers below; their outputs go.
    let kept = Losses(learned.losses.0[..recipe.targets.len()].to_vec());
    let trained = trained.with_outputs(kept.outputs());
    let (validation, calibration, test) = (choose, part(|one| &one.calibration)?.0, part(|one| &one.test)?.0);
    let targets = targets(recipe, &kinds, &kept, &trained.predictor, [&validation, &calibration, &test]);
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

/// The weights to start from.
fn start<'a>(bundle: &'a Bundle, recipe: &Recipe, learned: &train::Recipe) -> Result<&'a Weights> {
    let card = &bundle.card;
    let fault = |text: String| Err(nascape_model::Error::Setting(text).into());
    if !matches!(learned.kind(), Kind::Network(_)) {
        return fault(format!("--from goes on with a network; a {} is trained anew.", recipe.architecture.name()));
    }
    if !recipe.helpers.is_empty() {
        return fault("--from goes on with a bundle's own targets; what was learned for helpers was not kept. Leave 'helpers' out.".to_owned());
    }
    let same = card.architecture == recipe.architecture
        && card.input.as_ref() == Some(&learned.input)
        && gives(card, &recipe.targets, &learned.losses);
    match same {
        true => Ok(&bundle.weights),
        false => fault(format!(
            "{} is a {} for {}; --from needs a bundle of the same architecture, settings, input and targets.",
            card.name,
            card.architecture.name(),
            card.target_names()
        )),
    }
}

#[cfg(feature = "xgboost")]
fn forest(
    recipe: &train::Recipe,
    on: &Part,
    choose: &Part,
    progress: &dyn Progress,
    told: impl FnMut(&Epoch),
) -> Result<Trained> {
    Ok(train::forest::train(recipe, on, choose, progress, told)?)
}

#[cfg(not(feature = "xgboost"))]
fn forest(_: &train::Recipe, _: &Part, _: &Part, _: &dyn Progress, _: impl FnMut(&Epoch)) -> Result<Trained> {
    let text = "this Nascape was built without the XGBoost library and cannot train trees. Build it with the feature 'xgboost'.";
    Err(nascape_model::Error::Setting(text.to_owned()).into())
}

/// What a checkpoint is one of: settings and files, by their checksums.
fn identity(learned: &train::Recipe, request: &Request, used: &[ExperimentUsed]) -> String {
    let from = request.from.as_ref().map(|bundle| &bundle.card.weights);
    let recipe = &request.recipe;
    let target = (recipe.peak_value, recipe.target_summary, recipe.target_transform, recipe.target_smoothing);
    serde_json::to_string(&(VERSION, learned, &recipe.targets, target, from, used)).expect("settings are plain data")
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
