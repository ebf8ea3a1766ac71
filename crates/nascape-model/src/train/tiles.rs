//! Cutting the train part into mini-batches of tiles, anew for every epoch.

use nascape_signal::StrandBins;
use rand::{Rng, RngExt, seq::SliceRandom};
use rand_distr::{Binomial, Distribution};

use super::{Part, Schedule};
use crate::input::mirrored;

/// Where a tile is cut, and how it is read.
pub(super) struct Tile {
    stretch: usize,
    /// First bin in the stretch's region; may lie before it.
    first: isize,
    mirrored: bool,
    /// Share of the reads that are kept.
    depth: f64,
}

/// All tiles of an epoch in random order, in mini-batches. Every region is cut from a random bin on, so that borders fall elsewhere
/// each time.
pub(super) fn batches(part: &Part, schedule: &Schedule, rng: &mut impl Rng) -> Vec<Vec<Tile>> {
    let bins = schedule.tile_bins as isize;
    let mut tiles = Vec::new();
    for (at, stretch) in part.stretches().iter().enumerate() {
        let mut first = -(rng.random_range(0..schedule.tile_bins) as isize);
        while first < stretch.bins() as isize {
            let assessed = stretch.targets_of(first, schedule.tile_bins).iter().flatten().any(|value| !value.is_nan());
            if assessed {
                // Libraries of all depths down to the shallowest, evenly on a logarithmic scale.
                let depth = schedule.thinning.powf(rng.random_range(0.0..1.0));
                tiles.push(Tile { stretch: at, first, mirrored: rng.random_bool(0.5), depth });
            }
            first += bins;
        }
    }
    tiles.shuffle(rng);
    let mut batches = Vec::new();
    while !tiles.is_empty() {
        batches.push(tiles.split_off(tiles.len().saturating_sub(schedule.batch_tiles)));
    }
    batches
}

impl Tile {
    /// The reads of the tile with `reach` bins on either side, the depth of the library that they come from, and the targets.
    pub(super) fn read(
        &self,
        part: &Part,
        bins: usize,
        reach: usize,
        rng: &mut impl Rng,
    ) -> (StrandBins, f64, Vec<Vec<f32>>) {
        let stretch = &part.stretches()[self.stretch];
        let mut counts = stretch.counts(self.first, bins, reach);
        let mut targets = stretch.targets_of(self.first, bins);
        if self.depth < 1.0 {
            thin(&mut counts.plus, self.depth, rng);
            thin(&mut counts.minus, self.depth, rng);
        }
        if self.mirrored {
            counts = mirrored((&counts).into());
            targets.iter_mut().for_each(|row| row.reverse());
        }
        (counts, stretch.reads_per_kb() * self.depth, targets)
    }
}

/// Keeps each read with probability `share`. Values that are not whole numbers of reads are rounded up first: what is thinned is
/// evidence, and any signal is some.
pub(super) fn thin(reads: &mut [f32], share: f64, rng: &mut impl Rng) {
    for reads in reads.iter_mut().filter(|reads| **reads > 0.0) {
        if let Ok(kept) = Binomial::new(f64::from(*reads).ceil() as u64, share) {
            *reads = kept.sample(rng) as f32;
        }
    }
}
