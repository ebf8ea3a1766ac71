//! How long and how fast a network learns.

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

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
    /// True to keep the last epoch instead of the best one: where the validation part is too small to choose by.
    pub keep_last: bool,
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
            keep_last: false,
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

/// The learning rate's share of its full value after `done` (0 to 1) of the epochs.
pub(super) fn course(done: f64, warm_up: f64) -> f64 {
    match done < warm_up {
        true => done / warm_up,
        false => 0.1 + 0.9 * 0.5 * (1.0 + (std::f64::consts::PI * (done - warm_up) / (1.0 - warm_up)).cos()),
    }
}
