//! What turns reads into raw numbers: a network, a forest of trees, or a weighted mean of several.

use nascape_signal::{BIN, StrandBins, smooth};
use rayon::prelude::*;

use crate::{
    input::{Input, mirrored, scale},
    kernel::Rows,
    network::{Network, Scratch},
    trees::{Features, Forest, features::Block},
};

/// Bins computed at a time by one thread. A halo is computed anew for every tile; the layers of a tile of this size still lie in a
/// core's cache.
const TILE: usize = 16_384;

/// Reads in, raw numbers out.
#[derive(Clone, Debug)]
pub struct Predictor {
    /// Reads per kb of the library that it knows.
    pub reads_per_kb: f64,
    /// Whether each number is the mean of both directions.
    pub both_directions: bool,
    /// What computes.
    pub engine: Engine,
}

/// What computes a [`Predictor`]'s numbers.
#[derive(Clone, Debug)]
pub enum Engine {
    /// A network with its input channels.
    Network(Input, Network),
    /// Boosted trees with their features, their margins smoothed by a Gaussian of so many bins; 0 for none.
    Forest(Features, Forest, f64),
    /// Weighted predictors.
    Blend(Vec<(f32, Predictor)>),
}

/// Memory that a thread uses again for every tile.
#[derive(Default)]
struct Memory {
    layers: Scratch,
    features: Block,
}

impl Predictor {
    /// Bins of reads on either side of a tile that its numbers depend on.
    pub fn reach(&self) -> usize {
        match &self.engine {
            Engine::Network(input, network) => {
                // The same on both sides, so that it serves both directions.
                let (left, right) = network.plan().halo();
                left.max(right) + input.reach()
            }
            Engine::Forest(features, _, smoothing) => features.reach() + smoothing_reach(*smoothing),
            Engine::Blend(members) => members.iter().map(|(_, member)| member.reach()).max().unwrap_or(0),
        }
    }

    /// Tiles begin and end on multiples of this many bins from the chromosome's start.
    pub fn grid(&self) -> usize {
        match &self.engine {
            Engine::Network(_, network) => network.plan().grid(),
            Engine::Forest(..) => 1,
            Engine::Blend(members) => members.iter().map(|(_, member)| member.grid()).fold(1, least_common_multiple),
        }
    }

    /// Bases in a step of the reads that it is given: 50, or 1 when it looks closer than a bin.
    pub fn step(&self) -> u32 {
        match &self.engine {
            Engine::Network(..) => BIN,
            Engine::Forest(features, ..) => features.step(),
            // Members of one step only ([`Bundle::read`](crate::Bundle::read) sees to it).
            Engine::Blend(members) => members.first().map_or(BIN, |(_, member)| member.step()),
        }
    }

    /// Bins of every tile, where numbers depend on where a tile begins.
    fn chunk(&self) -> Option<usize> {
        match &self.engine {
            Engine::Network(_, network) => network.plan().chunk(),
            Engine::Forest(..) => None,
            // Chunks that divide one another's multiples meet on the grid.
            Engine::Blend(members) => members.iter().find_map(|(_, member)| member.chunk()).map(|_| self.grid()),
        }
    }

    /// Raw numbers of each bin.
    pub fn outputs(&self) -> usize {
        match &self.engine {
            Engine::Network(_, network) => network.plan().outputs(),
            Engine::Forest(..) => 1,
            Engine::Blend(members) => members.first().map_or(0, |(_, member)| member.outputs()),
        }
    }

    /// Trained numbers: weights of a network, splits and leaves of a forest.
    pub fn parameters(&self) -> usize {
        match &self.engine {
            Engine::Network(_, network) => network.plan().parameters(),
            Engine::Forest(_, forest, _) => forest.nodes(),
            Engine::Blend(members) => members.iter().map(|(_, member)| member.parameters()).sum(),
        }
    }

    /// True when it must be given the strands apart.
    pub fn needs_strands(&self) -> bool {
        match &self.engine {
            Engine::Network(input, _) => input.needs_strands(),
            Engine::Forest(features, ..) => features.needs_strands(),
            Engine::Blend(members) => members.iter().any(|(_, member)| member.needs_strands()),
        }
    }

    /// Steps of reads in a bin.
    fn steps(&self) -> usize {
        (BIN / self.step()) as usize
    }

    /// The raw numbers over `counts` less [`Predictor::reach`] bins on either side, a row an output: tiles on all cores. What is left
    /// must begin on the grid and be a multiple of it. `reads_per_kb` is the assay's depth.
    ///
    /// A bin's numbers depend on the reads around it alone, never on the tile they were computed in.
    pub fn predict(&self, counts: &StrandBins, reads_per_kb: f64) -> Vec<Vec<f32>> {
        let reach = self.reach();
        let bins = counts.plus.len() / self.steps() - 2 * reach;
        let tile = self.chunk().unwrap_or_else(|| TILE.next_multiple_of(self.grid()));
        let of_tile = |memory: &mut Memory, first: usize| {
            let last = (first + tile).min(bins);
            self.tile(&self.cut(counts, first, last + 2 * reach), reads_per_kb, memory)
        };
        let starts: Vec<usize> = (0..bins).step_by(tile).collect();
        let tiles: Vec<Vec<Vec<f32>>> = starts.into_par_iter().map_init(Memory::default, of_tile).collect();
        (0..self.outputs()).map(|output| tiles.iter().flat_map(|tile| tile[output].iter().copied()).collect()).collect()
    }

    /// Bins `first..last` of some reads.
    fn cut(&self, counts: &StrandBins, first: usize, last: usize) -> StrandBins {
        let cut = |row: &[f32]| row[first * self.steps()..last * self.steps()].to_vec();
        StrandBins { plus: cut(&counts.plus), minus: cut(&counts.minus) }
    }

    /// One tile, with [`Predictor::reach`] bins of reads on either side.
    fn tile(&self, counts: &StrandBins, reads_per_kb: f64, memory: &mut Memory) -> Vec<Vec<f32>> {
        let mut rows = self.one_direction(counts, reads_per_kb, memory);
        if self.both_directions {
            let backwards = self.one_direction(&mirrored(counts), reads_per_kb, memory);
            for (row, backwards) in rows.iter_mut().zip(&backwards) {
                row.iter_mut().zip(backwards.iter().rev()).for_each(|(z, other)| *z = 0.5 * (*z + other));
            }
        }
        rows
    }

    fn one_direction(&self, counts: &StrandBins, reads_per_kb: f64, memory: &mut Memory) -> Vec<Vec<f32>> {
        let bins = counts.plus.len() / self.steps() - 2 * self.reach();
        match &self.engine {
            Engine::Network(input, network) => {
                let rows = input.rows(counts, scale(self.reads_per_kb, reads_per_kb));
                let (left, right) = network.plan().halo();
                let length = counts.plus.len() - 2 * input.reach();
                let rows = Rows::new(&rows, input.channels.len(), length, length);
                let tile = rows.cut(left.max(right) - left, left + bins + right);
                network.predict(tile, bins, &mut memory.layers)
            }
            Engine::Forest(features, forest, smoothing) => {
                let counts = scaled(counts, scale(self.reads_per_kb, reads_per_kb));
                let reach = smoothing_reach(*smoothing);
                let mut margins = vec![0.0; bins + 2 * reach];
                let block_bins = features.block_bins();
                for (block, margins) in margins.chunks_mut(block_bins).enumerate() {
                    let columns = features.block(&counts, block * block_bins, margins.len(), &mut memory.features);
                    forest.predict(columns, margins);
                }
                if *smoothing > 0.0 {
                    smooth::gaussian(&mut margins, *smoothing).expect("checked when the bundle was opened");
                }
                vec![margins[reach..reach + bins].to_vec()]
            }
            Engine::Blend(members) => {
                let mut sum = vec![vec![0.0; bins]; self.outputs()];
                for (weight, member) in members {
                    let spare = self.reach() - member.reach();
                    let all = counts.plus.len() / self.steps();
                    let of_member = self.cut(counts, spare, all - spare);
                    for (sum, row) in sum.iter_mut().zip(member.tile(&of_member, reads_per_kb, memory)) {
                        sum.iter_mut().zip(row).for_each(|(sum, z)| *sum += weight * z);
                    }
                }
                sum
            }
        }
    }
}

/// Counts of a library of another depth.
pub(crate) fn scaled(counts: &StrandBins, scale: f32) -> StrandBins {
    let scaled = |row: &[f32]| row.iter().map(|reads| reads * scale).collect();
    StrandBins { plus: scaled(&counts.plus), minus: scaled(&counts.minus) }
}

/// Bins on either side that a Gaussian of `sigma` bins looks at.
pub(crate) fn smoothing_reach(sigma: f64) -> usize {
    if sigma > 0.0 { (4.0 * sigma + 0.5) as usize } else { 0 }
}

fn least_common_multiple(a: usize, b: usize) -> usize {
    let (mut x, mut y) = (a, b);
    while y > 0 {
        (x, y) = (y, x % y);
    }
    a / x * b
}
