//! Training on the regions where a mark was observed.
//!
//! A network is trained densely: a mini-batch is a few tiles of consecutive bins with their halos, not thousands of windows that
//! repeat one another's work. Half of the tiles are read from right to left (with the strands exchanged), since chromatin has no
//! preferred direction; and a share of the reads may be left out, since libraries differ in depth.

mod adam;
mod assess;
pub mod blend;
pub mod checkpoint;
#[cfg(feature = "xgboost")]
pub mod forest;
mod loss;
mod part;
mod recalibration;
mod schedule;
mod tiles;

use std::path::Path;

use candle_core::Device;
use nascape_signal::{BIN, Progress};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;

pub use assess::{Assessed, assess, on_part};
pub use loss::{Loss, Losses};
pub use part::{Experiment, Part, Stretch, TargetBins, check_parts};
pub use schedule::Schedule;

use self::{adam::Adam, checkpoint::Checkpoint, schedule::course};
use crate::{
    Error, Result,
    architecture::{Architecture, Kind},
    bundle::{Epoch, Output, Weights},
    input::{Input, scale},
    metrics::Measures,
    network::{Item, Learner, Network, Plan, named},
    predictor::{Engine, Predictor, smoothing_reach},
};

/// Everything that decides the outcome of a training besides the data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recipe {
    /// The network.
    pub architecture: Architecture,
    /// How reads become its input channels.
    pub input: Input,
    /// What is made small for each mark that it imputes.
    pub losses: Losses,
    /// Reads per kb of the library that its inputs look like.
    pub reads_per_kb: f64,
    /// Whether it imputes the mean of both directions.
    pub both_directions: bool,
    /// How long and how fast it learns.
    pub schedule: Schedule,
}

/// What a training gives.
pub struct Trained {
    /// The weights of the epoch kept.
    pub weights: Weights,
    /// They as they impute.
    pub predictor: Predictor,
    /// The epoch kept, from 1: the one with the lowest validation loss, or the last where that was asked for. 0 when no epoch did
    /// better than the weights that training started from.
    pub best_epoch: usize,
    /// Every epoch's figures.
    pub epochs: Vec<Epoch>,
}

impl Trained {
    /// The first `outputs` of a network's outputs alone; a forest or a blend has no others.
    pub fn with_outputs(mut self, outputs: usize) -> Self {
        if let (Engine::Network(input, network), Weights::Network(tensors)) =
            (&self.predictor.engine, &mut self.weights)
            && network.plan().outputs() > outputs
        {
            let plan = network.plan().clone().with_outputs(outputs);
            for (name, shape) in plan.tensors() {
                // Rows of outputs come first in memory: the last layer's tensors are cut, the others fit as they are.
                tensors.get_mut(&name).expect("the plan's tensors").truncate(shape.iter().product());
            }
            self.predictor.engine = Engine::Network(input.clone(), Network::new(plan, tensors));
        }
        self
    }
}

/// Bins of reads on either side of a region that training of this recipe asks for, and the bases in a step of them.
///
/// # Errors
/// [`Error::Setting`].
pub fn margin(recipe: &Recipe) -> Result<(usize, u32)> {
    let reach = reach(recipe)?;
    match recipe.kind() {
        // Tiles may start before a region and end behind it.
        Kind::Network(plan) => Ok((reach + tile_bins(recipe, &plan).max(plan.grid()), BIN)),
        Kind::Forest(settings) => Ok((reach, settings.features.features().map_err(Error::Setting)?.step())),
        Kind::Blend(_) => Ok((reach, BIN)),
    }
}

/// Bins of reads on either side of a bin that a prediction of this recipe looks at; 0 for a blend, whose members say theirs.
///
/// # Errors
/// [`Error::Setting`].
pub fn reach(recipe: &Recipe) -> Result<usize> {
    match recipe.kind() {
        Kind::Network(plan) => {
            let (left, right) = plan.halo();
            Ok(left.max(right) + recipe.input.reach())
        }
        Kind::Forest(settings) => {
            let features = settings.features.features().map_err(Error::Setting)?;
            Ok(features.reach() + smoothing_reach(settings.smoothing))
        }
        Kind::Blend(_) => Ok(0),
    }
}

impl Recipe {
    /// What computes its architecture.
    pub fn kind(&self) -> Kind<'_> {
        self.architecture.kind(self.input.channels.len(), self.losses.outputs())
    }
}

/// Bins of a tile: as asked, made a multiple of the network's steps.
fn tile_bins(recipe: &Recipe, plan: &Plan) -> usize {
    recipe.schedule.tile_bins.next_multiple_of(plan.grid())
}

fn predictor(recipe: &Recipe, plan: &Plan, parameters: &[f32]) -> Predictor {
    let network = Network::new(plan.clone(), &named(plan, parameters));
    Predictor {
        reads_per_kb: recipe.reads_per_kb,
        both_directions: recipe.both_directions,
        engine: Engine::Network(recipe.input.clone(), network),
    }
}

/// By what an epoch is judged.
#[derive(Clone, Copy)]
pub enum Validation<'a> {
    /// A part that training does not see: the best epoch on it is kept.
    Part(&'a Part),
    /// What the same recipe reached where parts of the same data were left out in turn: nothing is chosen any more, and the last epoch
    /// is kept.
    Folds(&'a [Epoch]),
}

/// Where to keep what has been reached, and whether to go on from it.
pub struct Resume<'a> {
    /// The checkpoint's file.
    pub path: &'a Path,
    /// What is trained on what.
    pub identity: &'a str,
    /// True to go on from a checkpoint that is there.
    pub go_on: bool,
}

/// Trains on `train`, choosing the epoch by `validation`. `told` hears of every epoch as it ends, with its weights where it did better
/// than all before it.
///
/// Weights that training starts from are kept where no epoch does better on the validation part. A caller who has
/// [`enough`](Progress::enough) is given the best epoch up to then.
///
/// The same recipe and data give the same weights, whatever the number of threads, and however often it was interrupted and resumed.
///
/// # Errors
/// [`Error::Setting`], [`Error::Diverged`] when the first epochs leave no weights to keep, `Cancelled` from `progress`.
#[allow(clippy::too_many_arguments, reason = "a training's inputs, named where it is called")]
pub fn train(
    recipe: &Recipe,
    start: Option<&Weights>,
    device: &Device,
    train: &Part,
    validation: Validation<'_>,
    resume: &Resume<'_>,
    progress: &dyn Progress,
    mut told: impl FnMut(&Epoch, Option<&Weights>),
) -> Result<Trained> {
    let Kind::Network(plan) = recipe.kind() else {
        return Err(Error::Setting("a forest or a blend is not trained by epochs.".to_owned()));
    };
    let schedule = Schedule { tile_bins: tile_bins(recipe, &plan), ..recipe.schedule.clone() };
    schedule.check()?;
    let mut rng = ChaCha8Rng::seed_from_u64(schedule.seed);
    let mut learner = match start {
        Some(Weights::Network(weights)) => Learner::from_weights(plan.clone(), device.clone(), weights),
        _ => {
            let mut fresh = Learner::new(plan.clone(), device.clone(), &mut rng);
            fresh.set_output_biases(&first_guess(&recipe.losses, train));
            fresh
        }
    };
    // A bundle's weights, which an epoch must beat.
    let begun = start.is_some().then(|| learner.parameters().to_vec());
    let found =
        if resume.go_on { Checkpoint::load(resume.path, resume.identity, learner.parameters().len())? } else { None };
    let mut state = found.unwrap_or_else(|| Checkpoint {
        identity: resume.identity.to_owned(),
        epochs: Vec::new(),
        parameters: learner.parameters().to_vec(),
        adam: Adam::default(),
        best_epoch: 0,
        best: Vec::new(),
    });
    let judged = |epoch: usize, parameters: &[f32]| match validation {
        Validation::Part(part) => measured(epoch, &predictor(recipe, &plan, parameters), &recipe.losses, part),
        Validation::Folds(epochs) => epochs[epoch - 1].clone(),
    };
    let loss_begun = begun.as_ref().map_or(f64::INFINITY, |parameters| judged(1, parameters).validation_loss);
    let keep_last = schedule.keep_last || matches!(validation, Validation::Folds(_));
    learner.parameters_mut().clone_from(&state.parameters);
    state.epochs.iter().for_each(|epoch| told(epoch, None));

    for epoch in state.epochs.len() + 1..=schedule.epochs {
        let something_to_keep = state.best_epoch > 0 || begun.is_some();
        if something_to_keep && (epoch - 1 - state.best_epoch >= schedule.patience || progress.enough()) {
            break;
        }
        // An epoch's dice depend on nothing that came before, so that it can be taken up again.
        rng.set_stream(epoch as u64);
        rng.set_word_pos(0);
        let train_loss = one_epoch(recipe, &schedule, epoch, &mut learner, &mut state.adam, train, &mut rng, progress)?;
        let record = Epoch { train_loss: Some(train_loss), ..judged(epoch, learner.parameters()) };
        if !(train_loss.is_finite() && record.validation_loss.is_finite()) {
            // The last good epoch is kept where there is one.
            match something_to_keep {
                true => break,
                false => return Err(Error::Diverged { epoch }),
            }
        }
        let lowest = state.best_epoch.checked_sub(1).map_or(loss_begun, |best| state.epochs[best].validation_loss);
        let better = record.validation_loss < lowest || keep_last;
        let weights = better.then(|| Weights::Network(named(&plan, learner.parameters())));
        told(&record, weights.as_ref());
        state.epochs.push(record);
        state.parameters = learner.parameters().to_vec();
        if better {
            state.best_epoch = epoch;
            state.best.clone_from(&state.parameters);
        }
        state.save(resume.path)?;
    }
    let best = begun.filter(|_| state.best_epoch == 0).unwrap_or(state.best);
    Ok(Trained {
        weights: Weights::Network(named(&plan, &best)),
        predictor: predictor(recipe, &plan, &best),
        best_epoch: state.best_epoch,
        epochs: state.epochs,
    })
}

/// How well a predictor does on a part, as an epoch's figures.
fn measured(epoch: usize, predictor: &Predictor, losses: &Losses, part: &Part) -> Epoch {
    let (validation_loss, measures) = assess(losses, &[(predictor, part)]);
    let mean = |figure: &dyn Fn(&Measures) -> Option<f64>| mean(measures.iter().filter_map(figure));
    Epoch {
        epoch,
        train_loss: None,
        validation_loss,
        validation_pearson: mean(&|measures| measures.pearson),
        validation_auprc: mean(&|measures| measures.auprc),
    }
}

/// All mini-batches of an epoch; the mean loss over them.
#[allow(clippy::too_many_arguments, reason = "one loop's state, used once")]
fn one_epoch(
    recipe: &Recipe,
    schedule: &Schedule,
    epoch: usize,
    learner: &mut Learner,
    adam: &mut Adam,
    train: &Part,
    rng: &mut ChaCha8Rng,
    progress: &dyn Progress,
) -> Result<f64> {
    let (left, right) = learner.plan().halo();
    // A tile comes with the longer halo on both sides, since it may be mirrored; the shorter side is cut here.
    let (halo, spare) = (left.max(right), left.max(right) - left);
    let bins = schedule.tile_bins;
    let batches = tiles::batches(train, schedule, rng);
    let (mut loss_sum, mut steps) = (0.0, 0.0);
    for (step, batch) in batches.iter().enumerate() {
        progress.check()?;
        progress.advance(((epoch - 1) * batches.len() + step) as u64, (schedule.epochs * batches.len()) as u64);
        let done = ((epoch - 1) as f64 + step as f64 / batches.len() as f64) / schedule.epochs as f64;
        let seeds: Vec<u64> = batch.iter().map(|_| rng.random()).collect();
        let read = |(tile, &seed): (&tiles::Tile, &u64)| {
            let dice = &mut ChaCha8Rng::seed_from_u64(seed);
            let (counts, depth, targets) = tile.read(train, bins, halo + recipe.input.reach(), dice);
            let rows = recipe.input.rows((&counts).into(), scale(recipe.reads_per_kb, depth));
            let cut = rows.chunks(bins + 2 * halo).flat_map(|row| &row[spare..spare + left + bins + right]);
            (Item { input: cut.copied().collect(), bins }, targets)
        };
        let (items, targets): (Vec<Item>, Vec<Vec<Vec<f32>>>) = batch.par_iter().zip(&seeds).map(read).unzip();
        let counted = total(targets.iter().map(|rows| recipe.losses.counted(rows)));
        // A target is worth its mean over the bins where it was assessed, be they few or many.
        let weights: Vec<f64> = counted.iter().map(|counted| 1.0 / counted.max(1.0)).collect();
        let (sums, mut gradient) =
            learner.gradient(&items, rng.random(), |at, z| recipe.losses.sum(z, &targets[at], &weights))?;
        let loss = recipe.losses.of_whole(&total(sums.into_iter()), &counted);
        shorten(&mut gradient, recipe, loss, schedule.longest_gradient);
        let rate = schedule.learning_rate * course(done, schedule.warm_up);
        adam.step(learner.parameters_mut(), &gradient, rate, schedule.weight_decay);
        loss_sum += loss;
        steps += 1.0;
    }
    Ok(loss_sum / steps)
}

/// The raw outputs that are right on average: where training begins.
fn first_guess(losses: &Losses, part: &Part) -> Vec<f32> {
    let guess = |(at, loss): (usize, &Loss)| {
        let assessed =
            part.stretches().iter().flat_map(|stretch| &stretch.targets()[at]).filter(|value| !value.is_nan());
        let (sum, bins) = assessed.fold((0.0, 0.0), |(sum, bins), value| (sum + f64::from(*value), bins + 1.0));
        let mean = sum / f64::max(bins, 1.0);
        let value = match loss.output() {
            Output::Logistic => (mean.clamp(1e-4, 1.0 - 1e-4) / (1.0 - mean.clamp(1e-4, 1.0 - 1e-4))).ln(),
            Output::Identity | Output::Step => mean,
        };
        if loss.has_scale() { vec![value as f32, -1.0] } else { vec![value as f32] }
    };
    losses.0.iter().enumerate().flat_map(guess).collect()
}

/// The mean of some numbers; `None` where there are none.
fn mean(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = numbers.fold((0.0, 0.0), |(sum, count), number| (sum + number, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

/// The sum of rows, number by number.
fn total(rows: impl Iterator<Item = Vec<f64>>) -> Vec<f64> {
    rows.fold(Vec::new(), |mut sum, row| {
        sum.resize(row.len(), 0.0);
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        sum
    })
}

/// Makes the gradient of the means that of their root where that is the loss, and no longer than asked.
fn shorten(gradient: &mut [f32], recipe: &Recipe, loss: f64, longest: f64) {
    let root = recipe.losses.0.iter().all(|loss| loss.is_root());
    let mut factor = if root { 0.5 / loss.max(1e-12) } else { 1.0 };
    if longest > 0.0 {
        let length = factor * gradient.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
        factor *= (longest / length.max(1e-12)).min(1.0);
    }
    if factor != 1.0 {
        gradient.iter_mut().for_each(|value| *value *= factor as f32);
    }
}
