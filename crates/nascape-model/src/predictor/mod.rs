//! What turns reads into raw numbers: a network, a forest of trees, or a weighted mean of several.

mod mean;
mod run;
mod silence;

use nascape_signal::{BIN, StrandBins};

pub use self::mean::{Layout, Mean};
use crate::{
    input::{Counts, Input},
    network::Network,
    trees::{Features, Forest},
};

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
    /// The mean of several predictors.
    Blend(Mean, Vec<Predictor>),
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
            Engine::Blend(_, members) => members.iter().map(Self::reach).max().unwrap_or(0),
        }
    }

    /// Tiles begin and end on multiples of this many bins from the chromosome's start.
    pub fn grid(&self) -> usize {
        match &self.engine {
            Engine::Network(_, network) => network.plan().grid(),
            Engine::Forest(..) => 1,
            Engine::Blend(_, members) => members.iter().map(Self::grid).fold(1, least_common_multiple),
        }
    }

    /// Bases in a step of the reads that it is given: 50, or 1 when it looks closer than a bin.
    pub fn step(&self) -> u32 {
        match &self.engine {
            Engine::Network(..) => BIN,
            Engine::Forest(features, ..) => features.step(),
            // Members of one step only ([`Bundle::read`](crate::Bundle::read) sees to it).
            Engine::Blend(_, members) => members.first().map_or(BIN, Self::step),
        }
    }

    /// Bins of every tile, where numbers depend on where a tile begins.
    fn chunk(&self) -> Option<usize> {
        match &self.engine {
            Engine::Network(_, network) => network.plan().chunk(),
            Engine::Forest(..) => None,
            // Each member cuts for itself.
            Engine::Blend(..) => None,
        }
    }

    /// Raw numbers of each bin.
    pub fn outputs(&self) -> usize {
        match &self.engine {
            Engine::Network(_, network) => network.plan().outputs(),
            Engine::Forest(..) => 1,
            Engine::Blend(mean, _) => mean.rows(),
        }
    }

    /// Trained numbers: weights of a network, splits and leaves of a forest.
    pub fn parameters(&self) -> usize {
        match &self.engine {
            Engine::Network(_, network) => network.plan().parameters(),
            Engine::Forest(_, forest, _) => forest.nodes(),
            Engine::Blend(_, members) => members.iter().map(Self::parameters).sum(),
        }
    }

    /// True when it must be given the strands apart.
    pub fn needs_strands(&self) -> bool {
        match &self.engine {
            Engine::Network(input, _) => input.needs_strands(),
            Engine::Forest(features, ..) => features.needs_strands(),
            Engine::Blend(_, members) => members.iter().any(Self::needs_strands),
        }
    }

    /// Steps of reads in a bin.
    fn steps(&self) -> usize {
        (BIN / self.step()) as usize
    }
}

/// Counts of a library of another depth.
pub(crate) fn scaled(counts: Counts<'_>, scale: f32) -> StrandBins {
    let scaled = |row: &[f32]| row.iter().map(|reads| reads * scale).collect();
    StrandBins { plus: scaled(counts.plus), minus: scaled(counts.minus) }
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
