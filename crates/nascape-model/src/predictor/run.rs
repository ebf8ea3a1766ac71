//! A predictor over a run of reads: stretches without a read are left out, the rest is computed in tiles on all cores.

use std::{cell::Cell, ops::Range};

use nascape_signal::smooth;
use rayon::prelude::*;

use super::{Engine, Mean, Predictor, scaled, silence, smoothing_reach};
use crate::{
    input::{Counts, Input, mirrored, scale},
    kernel::Rows,
    network::{Network, Scratch},
    trees::{Features, Forest, features::Block},
};

/// Bins of a network's tile. A halo is computed anew for every tile; the layers of a tile of this size still lie in a core's cache.
const TILE: usize = 16_384;

/// Bins below which a tile is not cut further to give every core one: its halo would cost more.
const SMALLEST: usize = 512;

/// Memory that a thread uses again for every tile.
#[derive(Default)]
struct Memory {
    layers: Scratch,
    features: Block,
}

thread_local! {
    static MEMORY: Cell<Memory> = Cell::default();
}

/// Does work with the thread's memory.
fn with_memory<T>(work: impl FnOnce(&mut Memory) -> T) -> T {
    let mut memory = MEMORY.take();
    let done = work(&mut memory);
    MEMORY.set(memory);
    done
}

impl Predictor {
    /// The raw numbers over `counts` less [`Predictor::reach`] bins on either side, a row an output: tiles on all cores. What is left
    /// must begin on the grid and be a multiple of it. `reads_per_kb` is the assay's depth.
    ///
    /// A bin's numbers depend on the reads around it alone, never on the tile they were computed in.
    pub fn predict(&self, counts: Counts<'_>, reads_per_kb: f64) -> Vec<Vec<f32>> {
        if let Engine::Blend(..) = self.engine {
            // Each member cuts for itself.
            return self.tile(counts, reads_per_kb);
        }
        let bins = self.bins_within(counts);
        let silent = silence::stretches(counts, self.steps(), bins, self.reach(), self.grid());
        let tiles: Vec<Range<usize>> =
            silence::between(&silent, bins).into_iter().flat_map(|stretch| self.tiles(stretch, bins)).collect();
        let of_tile = |tile: &Range<usize>| self.tile(self.around(counts, tile), reads_per_kb);
        // Whatever is silent is as a cell of the grid amid nothing.
        let of_silence = || {
            let nothing = vec![0.0; (self.grid() + 2 * self.reach()) * self.steps()];
            self.tile(Counts { plus: &nothing, minus: &nothing }, reads_per_kb)
        };
        let cell = (!silent.is_empty()).then(of_silence);
        let computed: Vec<Vec<Vec<f32>>> = tiles.par_iter().map(of_tile).collect();
        let row = |output: usize| {
            let mut row = vec![0.0; bins];
            for (tile, computed) in tiles.iter().zip(&computed) {
                row[tile.clone()].copy_from_slice(&computed[output]);
            }
            for (stretch, cell) in silent.iter().flat_map(|stretch| cell.iter().map(|cell| (stretch.clone(), cell))) {
                row[stretch].chunks_exact_mut(self.grid()).for_each(|bins| bins.copy_from_slice(&cell[output]));
            }
            row
        };
        (0..self.outputs()).map(row).collect()
    }

    /// Bins that some counts give numbers for.
    fn bins_within(&self, counts: Counts<'_>) -> usize {
        counts.plus.len() / self.steps() - 2 * self.reach()
    }

    /// A stretch in tiles: of `all` bins, few enough that every core has one.
    fn tiles(&self, stretch: Range<usize>, all: usize) -> impl Iterator<Item = Range<usize>> {
        let most = if let Engine::Forest(features, ..) = &self.engine { features.tile_bins() } else { TILE };
        let share = all.div_ceil(rayon::current_num_threads());
        let tile = self.chunk().unwrap_or_else(|| most.min(share.max(SMALLEST)).next_multiple_of(self.grid()));
        stretch.clone().step_by(tile).map(move |start| start..(start + tile).min(stretch.end))
    }

    /// The counts that the numbers of some bins depend on.
    fn around<'a>(&self, counts: Counts<'a>, bins: &Range<usize>) -> Counts<'a> {
        counts.cut(bins.start * self.steps()..(bins.end + 2 * self.reach()) * self.steps())
    }

    /// One tile, with [`Predictor::reach`] bins of reads on either side.
    fn tile(&self, counts: Counts<'_>, reads_per_kb: f64) -> Vec<Vec<f32>> {
        if let Engine::Forest(features, forest, smoothing) = &self.engine {
            let counts = scaled(counts, scale(self.reads_per_kb, reads_per_kb));
            return vec![self.forest((&counts).into(), self.both_directions, features, forest, *smoothing)];
        }
        let one_direction = |counts: Counts<'_>| match &self.engine {
            Engine::Network(input, network) => self.network(counts, reads_per_kb, input, network),
            Engine::Blend(mean, members) => self.blend(counts, reads_per_kb, mean, members),
            Engine::Forest(..) => unreachable!("done with"),
        };
        if !self.both_directions {
            return one_direction(counts);
        }
        let (mut rows, backwards) = rayon::join(|| one_direction(counts), || one_direction((&mirrored(counts)).into()));
        for (row, backwards) in rows.iter_mut().zip(&backwards) {
            average(row, backwards.iter().rev());
        }
        rows
    }

    fn network(&self, counts: Counts<'_>, reads_per_kb: f64, input: &Input, network: &Network) -> Vec<Vec<f32>> {
        let bins = self.bins_within(counts);
        let rows = input.rows(counts, scale(self.reads_per_kb, reads_per_kb));
        let (left, right) = network.plan().halo();
        let length = counts.plus.len() - 2 * input.reach();
        let rows = Rows::new(&rows, input.channels.len(), length, length);
        let tile = rows.cut(left.max(right) - left, left + bins + right);
        with_memory(|memory| network.predict(tile, bins, &mut memory.layers))
    }

    /// The margins of a forest, `both` directions averaged; `counts` are of the depth that it knows.
    fn forest(&self, counts: Counts<'_>, both: bool, features: &Features, forest: &Forest, smoothing: f64) -> Vec<f32> {
        let bins = self.bins_within(counts);
        let reach = smoothing_reach(smoothing);
        let mut margins = vec![0.0; bins + 2 * reach];
        let mut backwards = if both { margins.clone() } else { Vec::new() };
        let mut over = features.over(counts, both);
        let block_bins = features.block_bins();
        let mut shared = true;
        for (block, margins) in margins.chunks_mut(block_bins).enumerate() {
            let first = block * block_bins;
            with_memory(|memory| {
                let (columns, mirrored) = over.block(first, margins.len(), &mut memory.features);
                forest.predict(columns, margins);
                match mirrored {
                    Some(columns) => forest.predict(columns, &mut backwards[first..][..margins.len()]),
                    None => shared = false,
                }
            });
        }
        let smooth = |margins: Vec<f32>| match smoothing > 0.0 {
            true => smooth::gaussian_inside(&margins, smoothing).expect("checked when the bundle was opened"),
            false => margins,
        };
        let mut margins = smooth(margins);
        if both {
            let backwards = match shared {
                true => {
                    // As if they had been computed from right to left: sums are taken in that order.
                    backwards.reverse();
                    smooth(backwards)
                }
                false => self.forest((&mirrored(counts)).into(), false, features, forest, smoothing),
            };
            average(&mut margins, backwards.iter().rev());
        }
        margins
    }

    fn blend(&self, counts: Counts<'_>, reads_per_kb: f64, mean: &Mean, members: &[Self]) -> Vec<Vec<f32>> {
        let of_member = |member: &Self| {
            let spare = self.reach() - member.reach();
            member.predict(counts.cut(spare * self.steps()..counts.plus.len() - spare * self.steps()), reads_per_kb)
        };
        let of_members: Vec<Vec<Vec<f32>>> = members.par_iter().map(of_member).collect();
        mean.of(of_members.iter(), self.bins_within(counts))
    }
}

/// The mean with the other direction's numbers.
fn average<'a>(row: &mut [f32], other: impl Iterator<Item = &'a f32>) {
    row.iter_mut().zip(other).for_each(|(z, other)| *z = 0.5 * (*z + other));
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use nascape_signal::StrandBins;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::Bundle;

    /// Shipped bundles of every engine that looks at bins: trees on rings, on the paper's window and on domains, networks, a blend.
    const BUNDLES: [&str; 5] = [
        "H3K27ac.windows-gbt",
        "H3K4me3.xgboost-regressor",
        "H3K27me3.windows-gbt",
        "H3K4me3.cnn",
        "accessibility.blend",
    ];

    fn predictor(name: &str) -> Predictor {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
        Bundle::open(&models.join(name)).unwrap().predictor
    }

    /// Reads of `bins` bins, with `reach` silent ones and a few loud ones on either side.
    fn counts(bins: usize, reach: usize) -> StrandBins {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let mut strand = || -> Vec<f32> {
            let loud = |bin: usize| !(1_000..bins + 2 * reach - 300).contains(&bin);
            let mut reads = |bin| if loud(bin) && rng.random_bool(0.3) { rng.random_range(0.0_f32..9.0) } else { 0.0 };
            (0..bins + 2 * reach).map(&mut reads).collect()
        };
        StrandBins { plus: strand(), minus: strand() }
    }

    #[test]
    fn silence_left_out_has_the_bits_of_silence_computed() {
        for name in BUNDLES {
            let predictor = predictor(name);
            let bins = 8_192;
            let counts = counts(bins, predictor.reach());
            let whole = predictor.predict((&counts).into(), 3.0);
            // Pieces too short to leave anything out.
            for start in (0..bins).step_by(1_024) {
                let piece = predictor.around((&counts).into(), &(start..start + 1_024));
                assert_eq!(predictor.predict(piece, 3.0)[0], whole[0][start..start + 1_024], "{name}");
            }
        }
    }

    #[test]
    fn both_directions_are_the_mean_of_two_of_one() {
        for name in BUNDLES {
            let one = Predictor { both_directions: false, ..predictor(name) };
            let both = Predictor { both_directions: true, ..one.clone() };
            let counts = counts(4_096, one.reach());
            let mut expected = one.predict((&counts).into(), 3.0).swap_remove(0);
            let backwards = one.predict((&mirrored((&counts).into())).into(), 3.0).swap_remove(0);
            average(&mut expected, backwards.iter().rev());
            assert_eq!(both.predict((&counts).into(), 3.0)[0], expected, "{name}");
        }
    }
}
