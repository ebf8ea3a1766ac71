//! What turns reads into raw numbers: a network, a forest of trees, or a weighted mean of several.

use nascape_signal::StrandBins;
use rayon::prelude::*;

use crate::{
    input::{Input, mirrored, scale},
    kernel::Rows,
    network::{Network, Scratch},
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
    /// Weighted predictors.
    Blend(Vec<(f32, Predictor)>),
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
            Engine::Blend(members) => members.iter().map(|(_, member)| member.reach()).max().unwrap_or(0),
        }
    }

    /// Tiles begin and end on multiples of this many bins from the chromosome's start.
    pub fn grid(&self) -> usize {
        match &self.engine {
            Engine::Network(_, network) => network.plan().grid(),
            // All grids are powers of two or multiples of one another; their product serves where they are not.
            Engine::Blend(members) => members.iter().map(|(_, member)| member.grid()).fold(1, least_common_multiple),
        }
    }

    /// Raw numbers of each bin.
    pub fn outputs(&self) -> usize {
        match &self.engine {
            Engine::Network(_, network) => network.plan().outputs(),
            Engine::Blend(members) => members.first().map_or(0, |(_, member)| member.outputs()),
        }
    }

    /// Trained numbers.
    pub fn parameters(&self) -> usize {
        match &self.engine {
            Engine::Network(_, network) => network.plan().parameters(),
            Engine::Blend(members) => members.iter().map(|(_, member)| member.parameters()).sum(),
        }
    }

    /// True when it must be given the strands apart.
    pub fn needs_strands(&self) -> bool {
        match &self.engine {
            Engine::Network(input, _) => input.needs_strands(),
            Engine::Blend(members) => members.iter().any(|(_, member)| member.needs_strands()),
        }
    }

    /// The raw numbers over `counts` less [`Predictor::reach`] bins on either side, a row an output: tiles on all cores. What is left
    /// must begin on the grid and be a multiple of it. `reads_per_kb` is the assay's depth.
    ///
    /// A bin's numbers depend on the reads around it alone, never on the tile they were computed in.
    pub fn predict(&self, counts: &StrandBins, reads_per_kb: f64) -> Vec<Vec<f32>> {
        let reach = self.reach();
        let bins = counts.plus.len() - 2 * reach;
        let tile = TILE.next_multiple_of(self.grid());
        let of_tile = |scratch: &mut Scratch, first: usize| {
            let last = (first + tile).min(bins);
            let cut = |row: &[f32]| row[first..last + 2 * reach].to_vec();
            self.tile(&StrandBins { plus: cut(&counts.plus), minus: cut(&counts.minus) }, reads_per_kb, scratch)
        };
        let starts: Vec<usize> = (0..bins).step_by(tile).collect();
        let tiles: Vec<Vec<Vec<f32>>> = starts.into_par_iter().map_init(Scratch::default, of_tile).collect();
        (0..self.outputs()).map(|output| tiles.iter().flat_map(|tile| tile[output].iter().copied()).collect()).collect()
    }

    /// One tile, with [`Predictor::reach`] bins of reads on either side.
    fn tile(&self, counts: &StrandBins, reads_per_kb: f64, scratch: &mut Scratch) -> Vec<Vec<f32>> {
        let mut rows = self.one_direction(counts, reads_per_kb, scratch);
        if self.both_directions {
            let backwards = self.one_direction(&mirrored(counts), reads_per_kb, scratch);
            for (row, backwards) in rows.iter_mut().zip(&backwards) {
                row.iter_mut().zip(backwards.iter().rev()).for_each(|(z, other)| *z = 0.5 * (*z + other));
            }
        }
        rows
    }

    fn one_direction(&self, counts: &StrandBins, reads_per_kb: f64, scratch: &mut Scratch) -> Vec<Vec<f32>> {
        let bins = counts.plus.len() - 2 * self.reach();
        match &self.engine {
            Engine::Network(input, network) => {
                let rows = input.rows(counts, scale(self.reads_per_kb, reads_per_kb));
                let (left, right) = network.plan().halo();
                let length = counts.plus.len() - 2 * input.reach();
                let rows = Rows::new(&rows, input.channels.len(), length, length);
                network.predict(rows.cut(left.max(right) - left, left + bins + right), bins, scratch)
            }
            Engine::Blend(members) => {
                let mut sum = vec![vec![0.0; bins]; self.outputs()];
                for (weight, member) in members {
                    let spare = self.reach() - member.reach();
                    let cut = |row: &[f32]| row[spare..row.len() - spare].to_vec();
                    let of_member = StrandBins { plus: cut(&counts.plus), minus: cut(&counts.minus) };
                    for (sum, row) in sum.iter_mut().zip(member.tile(&of_member, reads_per_kb, scratch)) {
                        sum.iter_mut().zip(row).for_each(|(sum, z)| *sum += weight * z);
                    }
                }
                sum
            }
        }
    }
}

fn least_common_multiple(a: usize, b: usize) -> usize {
    let (mut x, mut y) = (a, b);
    while y > 0 {
        (x, y) = (y, x % y);
    }
    a / x * b
}
