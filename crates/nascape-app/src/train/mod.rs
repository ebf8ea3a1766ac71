//! `nascape train`: assays and observed marks become a bundle.

mod blend;
mod earlier;
mod folds;
mod opened;
mod outcome;
mod prepared;
mod recorded;

use std::{fs, path::PathBuf};

use nascape_model::{
    Bundle,
    architecture::Kind,
    bundle::{Card, Epoch, FORMAT, FORMAT_VERSION, TargetKind, Training, Weights},
    metrics::Measures,
    train::{self, Losses, Part, Resume, Trained, Validation, checkpoint::Checkpoint},
};
use nascape_signal::Progress;
use serde::{Deserialize, Serialize};

use self::{
    blend::blended,
    earlier::{ended, identity},
    folds::Fold,
    opened::{Opened, too_near},
    outcome::targets,
    prepared::Prepared,
};
pub use self::{earlier::has_begun, recorded::run_and_record};
use crate::{
    Result,
    device::Device,
    recipe::Recipe,
    record::{VERSION, Watch},
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
    let prepared = Prepared::new(request)?;
    let Prepared { device, experiments, members, learned, start, folds: cut, .. } = &prepared;
    let (on, choose, left_out) = prepared.to_learn_from()?;
    for one in experiments {
        if let Some(warning) = too_near(one, prepared.reach, recipe.target_smoothing) {
            told(Told::Warning(&warning));
        }
    }
    let used = experiments.iter().map(Opened::used).collect::<Result<Vec<_>>>()?;
    if let Some(card) = ended(request, learned, &used) {
        return Ok(card);
    }
    let folds: Vec<Fold> = match (cut, &members[..]) {
        (None, _) => Vec::new(),
        (Some(folds), []) => folds.train_without_each(request, progress, &mut told)?,
        (Some(folds), members) => folds.of_members(members)?,
    };
    let epochs = folds::epochs(&folds)?;
    let judged_by = if folds.is_empty() { Validation::Part(&choose) } else { Validation::Folds(&epochs) };
    let progress: &dyn Progress = match cut {
        None => progress,
        Some(folds) => &folds.last_share(progress),
    };
    let checkpoint = Checkpoint::path_of(&request.output);
    let identity = identity(learned, request, &used);
    let (card_architecture, trained, without) = match learned.kind() {
        Kind::Blend(_) => blended(learned, members, [&on, &choose], &folds, &left_out)?,
        kind => {
            let trained = match kind {
                Kind::Network(_) => {
                    let resume = Resume { path: &checkpoint, identity: &identity, go_on: request.resume };
                    train::train(learned, *start, device, &on, judged_by, &resume, progress, |epoch, best| {
                        told(Told::Epoch(epoch));
                        if let Some(weights) = best {
                            told(Told::Best(epoch.epoch, weights));
                        }
                    })?
                }
                _ => forest(learned, &on, judged_by, progress, |epoch| told(Told::Epoch(epoch)))?,
            };
            let without = folds.iter().map(|fold| fold.0[0].predictor.clone()).collect();
            (recipe.architecture.clone(), trained, without)
        }
    };
    drop(on);
    // What was learned for the helpers stays in the layers below; their outputs go.
    let kept = Losses(learned.losses.0[..recipe.targets.len()].to_vec());
    let trained = trained.with_outputs(kept.outputs());
    let (calibration, test) = (prepared.to_calibrate_on()?, prepared.part(|one| &one.test)?);
    let whole = |part| vec![(&trained.predictor, part)];
    let (validation, calibration) = match cut {
        None => (whole(&choose), whole(&calibration[0])),
        Some(_) => (without.iter().zip(&left_out).collect(), without.iter().zip(&calibration).collect()),
    };
    let targets = targets(recipe, &prepared.kinds, &kept, [&validation, &calibration, &whole(&test)]);
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
            longest_peak: recipe.longest_peak,
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
fn forest(_: &train::Recipe, _: &Part, _: Validation<'_>, _: &dyn Progress, _: impl FnMut(&Epoch)) -> Result<Trained> {
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
