//! Training a network on the regions where a mark was observed.
//!
//! The network is trained densely: a mini-batch is a few tiles of consecutive bins with their halos, not thousands of windows
//! that repeat one another's work. Half of the tiles are read from right to left (with the strands exchanged), since chromatin
//! has no preferred direction.

mod part;
mod tiles;

use candle_core::{Device, Tensor};
use candle_nn::optim::{AdamW, Optimizer, ParamsAdamW};
use nascape_signal::Progress;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub use part::{Data, Part, check_parts};

use crate::{
    Error, Result,
    bundle::{Architecture, Epoch, Output},
    cnn::{CnnGraph, DenseCnn},
    impute::predict,
    input::Input,
    metrics::{Measures, positives},
};

/// Everything that decides the outcome of a training besides the data.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// The network.
    pub architecture: Architecture,
    /// How reads become input channels.
    pub input: Input,
    /// Logistic for peaks (cross-entropy is the loss), identity for signals (squared error is).
    pub output: Output,
    /// How long and how fast it learns.
    pub schedule: Schedule,
}

/// How long and how fast a network learns.
#[derive(Clone, Debug, PartialEq)]
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
    /// Seed of weights, dropout, directions and the order of tiles.
    pub seed: u64,
}

impl Default for Schedule {
    /// That of the shipped bundles.
    fn default() -> Self {
        Self { epochs: 60, patience: 40, batch_tiles: 2, tile_bins: 1_024, learning_rate: 3e-3, seed: 1 }
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
        Ok(())
    }
}

/// What a training gives.
pub struct Trained {
    /// The best epoch's weights by tensor name.
    pub weights: std::collections::HashMap<String, Vec<f32>>,
    /// The best epoch, from 1: the one with the lowest validation loss.
    pub best_epoch: usize,
    /// Every epoch's figures.
    pub epochs: Vec<Epoch>,
    /// Measures of the best epoch on the validation part.
    pub validation: Measures,
}

/// Trains on `train`, choosing the epoch on `validation`. `told` hears of every epoch as it ends.
///
/// The same recipe and data give the same weights, whatever the number of threads.
///
/// # Errors
/// [`Error::Setting`], [`Error::Diverged`] when the first epochs leave no weights to keep, `Cancelled` from `progress`.
pub fn train(
    recipe: &Recipe,
    train: &Part,
    validation: &Part,
    progress: &dyn Progress,
    mut told: impl FnMut(&Epoch),
) -> Result<Trained> {
    let schedule = &recipe.schedule;
    schedule.check()?;
    let Architecture::Cnn(settings) = &recipe.architecture;
    settings.check()?;
    let channels = recipe.input.strands.channels();
    let mut rng = ChaCha8Rng::seed_from_u64(schedule.seed);
    let graph = CnnGraph::new(channels, settings, &mut rng)?;
    let adam = ParamsAdamW { lr: schedule.learning_rate, weight_decay: 0.0, ..ParamsAdamW::default() };
    let mut optimiser = AdamW::new(vec![graph.variable().clone()], adam)?;
    let mut best: Option<Trained> = None;
    let mut epochs = Vec::new();

    for epoch in 1..=schedule.epochs {
        let (mut loss_sum, mut bins) = (0.0, 0.0);
        let batches = tiles::batches(train, recipe, &mut rng);
        let total = (schedule.epochs * batches.len()) as u64;
        for (step, batch) in batches.iter().enumerate() {
            progress.check()?;
            progress.advance(((epoch - 1) * batches.len() + step) as u64, total);
            let done = (epoch - 1) as f64 + step as f64 / batches.len() as f64;
            optimiser.set_learning_rate(schedule.learning_rate * falling(done / schedule.epochs as f64));
            let tensors = batch.tensors(train, recipe)?;
            let z = graph.forward(&tensors.input, Some(&mut rng))?;
            let loss = (losses(recipe.output, &z, &tensors.target)? * &tensors.assessed)?.sum_all()?;
            let mean = (&loss / tensors.bins)?;
            optimiser.backward_step(&mean)?;
            loss_sum += f64::from(loss.to_scalar::<f32>()?);
            bins += tensors.bins;
        }
        let weights = graph.weights()?;
        let network = DenseCnn::new(channels, &weights);
        let (validation_loss, measures) = assess(&network, recipe.output, validation);
        let record = Epoch {
            epoch,
            train_loss: loss_sum / bins,
            validation_loss,
            validation_pearson: measures.pearson,
            validation_auprc: measures.auprc,
        };
        if !(record.train_loss.is_finite() && validation_loss.is_finite()) {
            // The last good epoch is kept where there is one.
            match best.take() {
                Some(kept) => return Ok(Trained { epochs, ..kept }),
                None => return Err(Error::Diverged { epoch }),
            }
        }
        told(&record);
        epochs.push(record);
        let lowest = best.as_ref().map_or(f64::INFINITY, |best| epochs[best.best_epoch - 1].validation_loss);
        if validation_loss < lowest {
            best = Some(Trained { weights, best_epoch: epoch, epochs: Vec::new(), validation: measures });
        }
        let best_epoch = best.as_ref().map_or(0, |best| best.best_epoch);
        if epoch - best_epoch >= schedule.patience {
            break;
        }
    }
    let best = best.expect("the first finite epoch is the best so far");
    Ok(Trained { epochs, ..best })
}

/// The learning rate's share of its start after `done` (0 to 1) of the epochs.
fn falling(done: f64) -> f64 {
    0.1 + 0.9 * 0.5 * (1.0 + (std::f64::consts::PI * done).cos())
}

/// The loss of every bin, not yet weighted.
fn losses(output: Output, z: &Tensor, target: &Tensor) -> Result<Tensor> {
    Ok(match output {
        Output::Identity => (z - target)?.sqr()?,
        // Cross-entropy of 1 / (1 + exp(-z)), in the form that does not overflow.
        Output::Logistic => ((z.relu()? - (z * target)?)? + (z.abs()?.neg()?.exp()? + 1.0)?.log()?)?,
    })
}

/// Loss and measures of a network on a part, on the engine that imputes.
pub fn assess(network: &DenseCnn, output: Output, part: &Part) -> (f64, Measures) {
    let (mut observed, mut imputed) = (Vec::new(), Vec::new());
    let (mut loss_sum, mut bins) = (0.0, 0_u64);
    for stretch in part.stretches() {
        let mut track = predict(network, &stretch.input_of_the_region());
        for (&z, &target) in track.iter().zip(stretch.target()).filter(|(_, target)| !target.is_nan()) {
            let (z, target) = (f64::from(z), f64::from(target));
            loss_sum += match output {
                Output::Identity => (z - target).powi(2),
                Output::Logistic => z.max(0.0) - z * target + (-z.abs()).exp().ln_1p(),
            };
            bins += 1;
        }
        output.apply(&mut track);
        imputed.extend(track);
        observed.extend_from_slice(stretch.target());
    }
    let marked = (output == Output::Logistic).then(|| positives(&observed, 0.5));
    let measures = Measures::of(&observed, &imputed, marked.as_deref(), None).expect("both tracks cover the same bins");
    (loss_sum / bins.max(1) as f64, measures)
}

/// Tensors of a mini-batch.
struct BatchTensors {
    /// [tiles, channels, bins + halo]
    input: Tensor,
    /// [tiles, bins]; 0 where nothing was assessed.
    target: Tensor,
    /// [tiles, bins]; 1 where the target was assessed, else 0.
    assessed: Tensor,
    /// Assessed bins.
    bins: f64,
}

impl BatchTensors {
    fn new(input: Vec<f32>, mut target: Vec<f32>, tiles: usize, channels: usize) -> Result<Self> {
        let assessed: Vec<f32> = target.iter().map(|value| if value.is_nan() { 0.0 } else { 1.0 }).collect();
        target.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = 0.0);
        let bins = assessed.iter().map(|&value| f64::from(value)).sum();
        let (length, out) = (input.len() / tiles / channels, target.len() / tiles);
        Ok(Self {
            input: Tensor::from_vec(input, (tiles, channels, length), &Device::Cpu)?,
            target: Tensor::from_vec(target, (tiles, out), &Device::Cpu)?,
            assessed: Tensor::from_vec(assessed, (tiles, out), &Device::Cpu)?,
            bins,
        })
    }
}
