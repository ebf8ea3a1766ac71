//! Cutting the train part into mini-batches of tiles, anew for every epoch.

use rand::{Rng, RngExt, seq::SliceRandom};

use super::{BatchTensors, Part, Recipe};
use crate::Result;

/// Tiles of one step.
pub(super) struct Batch(Vec<Tile>);

struct Tile {
    stretch: usize,
    /// First bin in the stretch's region; may lie before it.
    first: isize,
    reversed: bool,
}

/// All tiles of an epoch in random order. Every region is cut from a random bin on, so that borders fall elsewhere each time.
pub(super) fn batches(part: &Part, recipe: &Recipe, rng: &mut impl Rng) -> Vec<Batch> {
    let bins = recipe.schedule.tile_bins as isize;
    let mut tiles = Vec::new();
    for (at, stretch) in part.stretches().iter().enumerate() {
        let mut first = -(rng.random_range(0..recipe.schedule.tile_bins) as isize);
        while first < stretch.target().len() as isize {
            let assessed =
                stretch.target_of(first, recipe.schedule.tile_bins, false).iter().any(|value| !value.is_nan());
            if assessed {
                tiles.push(Tile { stretch: at, first, reversed: rng.random_bool(0.5) });
            }
            first += bins;
        }
    }
    tiles.shuffle(rng);
    let mut batches = Vec::new();
    while !tiles.is_empty() {
        batches.push(Batch(tiles.split_off(tiles.len().saturating_sub(recipe.schedule.batch_tiles))));
    }
    batches
}

impl Batch {
    pub(super) fn tensors(&self, part: &Part, recipe: &Recipe) -> Result<BatchTensors> {
        let (mut input, mut target) = (Vec::new(), Vec::new());
        for tile in &self.0 {
            let stretch = &part.stretches()[tile.stretch];
            input.extend(stretch.input(tile.first, recipe.schedule.tile_bins, tile.reversed).concat());
            target.extend(stretch.target_of(tile.first, recipe.schedule.tile_bins, tile.reversed));
        }
        BatchTensors::new(input, target, self.0.len(), recipe.input.strands.channels())
    }
}
