//! Training on the regions where a mark was observed.
//!
//! A network is trained densely: a mini-batch is a few tiles of consecutive bins with their halos, not thousands of windows that
//! repeat one another's work. Half of the tiles are read from right to left (with the strands exchanged), since chromatin has no
//! preferred direction; and a share of the reads may be left out, since libraries differ in depth.

mod adam;
pub mod blend;
pub mod checkpoint;
#[cfg(feature = "xgboost")]
pub mod forest;
mod loss;
mod part;
mod tiles;

use std::path::Path;

use candle_core::Device;
use nascape_signal::{BIN, Progress};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use loss::{Loss, Losses};
pub use part::{Experiment, Part, Stretch, TargetBins, check_parts};

use self::{adam::Adam, checkpoint::Checkpoint};
use crate::{
    Error, Result,
    architecture::{Architecture, Kind},
    bundle::{Epoch, Output, Weights},
    impute::{Imputed, imputed},
    input::{Input, scale},
    metrics::{Measures, positives},
    network::{Item, Learner, Network, Plan, named},
    predictor::{Engine, Predictor},
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

/// How long and how fast a network learns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Schedule {
    /// Epochs at the most.
    pub epochs: usize,
    /// Epochs without a better validation loss after which training stops.
    pub patience: usize,
    /// Tiles a step.
    pub batch_tiles: usize,
    /// Bins a tile.
    pub tile_bins: usize,
    /// Adam's learning rate; it falls to a tenth over the epochs along a half cosine.
    pub learning_rate: f64,
    /// Share of the epochs over which the learning rate rises to its full value first.
    pub warm_up: f64,
    /// A longer gradient is shortened to this; 0 leaves all.
    pub longest_gradient: f64,
    /// Share of every weight that is lost in a step of learning rate 1.
    pub weight_decay: f64,
    /// The smallest share of reads that a tile may be thinned to; 1 leaves all.
    pub thinning: f64,
    /// Seed of weights, dropout, directions, thinning and the order of tiles.
    pub seed: u64,
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            epochs: 60,
            patience: 40,
            batch_tiles: 2,
            tile_bins: 1_024,
            learning_rate: 3e-3,
            warm_up: 0.0,
            longest_gradient: 0.0,
            weight_decay: 0.0,
            thinning: 1.0,
            seed: 1,
        }
    }
}

impl Schedule {
    /// # Errors
    /// [`Error::Setting`] with the setting that makes no sense.
    pub fn check(&self) -> Result<()> {
        let fault = |text: &str| Err(Error::Setting(text.to_owned()));
        if self.epochs == 0 || self.batch_tiles == 0 || self.tile_bins == 0 || self.patience == 0 {
            return fault("epochs, patience, batch tiles and tile bins must be at least 1.");
        }
        // About 1 KB a bin is held for the backward pass.
        if self.tile_bins.saturating_mul(self.batch_tiles) > 1_000_000 {
            return fault("batch tiles x tile bins must be at most 1,000,000: a step of that size takes a gigabyte.");
        }
        if !(self.learning_rate.is_finite() && self.learning_rate > 0.0) {
            return fault("the learning rate must be a positive number, such as 0.001.");
        }
        if !(0.0..1.0).contains(&self.warm_up) {
            return fault("warm_up is a share of the epochs: at least 0 and less than 1.");
        }
        if !(self.longest_gradient.is_finite() && self.longest_gradient >= 0.0) {
            return fault("longest_gradient must be 0, for none, or a positive number.");
        }
        if !(0.0..1.0).contains(&self.weight_decay) {
            return fault("the weight decay must be at least 0 and less than 1, such as 0.01.");
        }
        if !(self.thinning > 0.0 && self.thinning <= 1.0) {
            return fault("thinning is the smallest share of reads to keep: more than 0, at most 1.");
        }
        Ok(())
    }
}

/// What a training gives.
pub struct Trained {
    /// The best epoch's weights.
    pub weights: Weights,
    /// They as they impute.
    pub predictor: Predictor,
    /// The best epoch, from 1: the one with the lowest validation loss.
    pub best_epoch: usize,
    /// Every epoch's figures.
    pub epochs: Vec<Epoch>,
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
            Ok(features.reach() + (4.0 * settings.smoothing + 0.5) as usize)
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

/// Where to keep what has been reached, and whether to go on from it.
pub struct Resume<'a> {
    /// The checkpoint's file.
    pub path: &'a Path,
    /// What is trained on what.
    pub identity: &'a str,
    /// True to go on from a checkpoint that is there.
    pub go_on: bool,
}

/// Trains on `train`, choosing the epoch on `validation`. `told` hears of every epoch as it ends.
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
    validation: &Part,
    resume: &Resume<'_>,
    progress: &dyn Progress,
    mut told: impl FnMut(&Epoch),
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
    learner.parameters_mut().clone_from(&state.parameters);
    state.epochs.iter().for_each(&mut told);

    for epoch in state.epochs.len() + 1..=schedule.epochs {
        if state.best_epoch > 0 && epoch - 1 - state.best_epoch >= schedule.patience {
            break;
        }
        // An epoch's dice depend on nothing that came before, so that it can be taken up again.
        rng.set_stream(epoch as u64);
        rng.set_word_pos(0);
        let train_loss = one_epoch(recipe, &schedule, epoch, &mut learner, &mut state.adam, train, &mut rng, progress)?;
        let (validation_loss, measures) =
            assess(&predictor(recipe, &plan, learner.parameters()), &recipe.losses, validation);
        if !(train_loss.is_finite() && validation_loss.is_finite()) {
            // The last good epoch is kept where there is one.
            match state.best_epoch {
                0 => return Err(Error::Diverged { epoch }),
                _ => break,
            }
        }
        let mean = |figure: &dyn Fn(&Measures) -> Option<f64>| {
            let known: Vec<f64> = measures.iter().filter_map(figure).collect();
            (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
        };
        let record = Epoch {
            epoch,
            train_loss: Some(train_loss),
            validation_loss,
            validation_pearson: mean(&|measures| measures.pearson),
            validation_auprc: mean(&|measures| measures.auprc),
        };
        told(&record);
        let lowest = state.best_epoch.checked_sub(1).map_or(f64::INFINITY, |best| state.epochs[best].validation_loss);
        state.epochs.push(record);
        state.parameters = learner.parameters().to_vec();
        if validation_loss < lowest {
            state.best_epoch = epoch;
            state.best.clone_from(&state.parameters);
        }
        state.save(resume.path)?;
    }
    Ok(Trained {
        weights: Weights::Network(named(&plan, &state.best)),
        predictor: predictor(recipe, &plan, &state.best),
        best_epoch: state.best_epoch,
        epochs: state.epochs,
    })
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
            let rows = recipe.input.rows(&counts, scale(recipe.reads_per_kb, depth));
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

/// The learning rate's share of its full value after `done` (0 to 1) of the epochs.
fn course(done: f64, warm_up: f64) -> f64 {
    match done < warm_up {
        true => done / warm_up,
        false => 0.1 + 0.9 * 0.5 * (1.0 + (std::f64::consts::PI * (done - warm_up) / (1.0 - warm_up)).cos()),
    }
}

/// What a predictor imputes on one region of a part, on the engine and the tiles by which everything is imputed.
pub struct Assessed<'a> {
    /// The region, with its targets.
    pub stretch: &'a Stretch,
    /// A track a target.
    pub tracks: Vec<Imputed>,
    /// The sum of each target's losses, and how many bins it is over.
    pub loss: (Vec<f64>, Vec<f64>),
}

/// A part under a predictor, region by region.
pub fn on_part<'a>(predictor: &'a Predictor, losses: &'a Losses, part: &'a Part) -> impl Iterator<Item = Assessed<'a>> {
    part.stretches().iter().map(move |stretch| {
        let rows = stretch.raw(predictor);
        let weights = vec![0.0; losses.0.len()];
        let (sums, _) = losses.sum(&rows.concat(), stretch.targets(), &weights);
        let outputs = losses.0.iter().map(|loss| (loss.output(), loss.has_scale()));
        Assessed { stretch, tracks: imputed(rows, outputs), loss: (sums, losses.counted(stretch.targets())) }
    })
}

/// Loss of a predictor on a part, and the measures of each target: also those of finding peaks, where the target is 0 or 1.
pub fn assess(predictor: &Predictor, losses: &Losses, part: &Part) -> (f64, Vec<Measures>) {
    let (mut sums, mut counted) = (Vec::new(), Vec::new());
    let mut tracks: Vec<(Vec<f32>, Vec<f32>)> = vec![Default::default(); losses.0.len()];
    for assessed in on_part(predictor, losses, part) {
        sums.push(assessed.loss.0);
        counted.push(assessed.loss.1);
        for ((observed, value), (target, track)) in
            tracks.iter_mut().zip(assessed.stretch.targets().iter().zip(assessed.tracks))
        {
            observed.extend(target);
            value.extend(track.value);
        }
    }
    let measures = tracks.iter().map(|(observed, value)| {
        let presence = observed.iter().all(|value| value.is_nan() || *value == 0.0 || *value == 1.0);
        let marked = presence.then(|| positives(observed, 0.5));
        Measures::of(observed, value, marked.as_deref(), None).expect("both tracks cover the same bins")
    });
    (losses.of_whole(&total(sums.into_iter()), &total(counted.into_iter())), measures.collect())
}
