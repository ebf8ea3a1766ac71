//! Is a bundle better than the first one, or was it luck?

use std::num::NonZeroUsize;

use nascape_model::metrics::{
    bootstrap::{self, Statistic},
    coarsen,
};
use nascape_signal::BIN;
use serde::{Deserialize, Serialize};

use super::{entry::Entry, held_out::HeldOut};

/// Bases of a block that is drawn as one: genes and domains are shorter.
const BLOCK: u32 = 1_000_000;

/// A bundle against the first one.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// The bundle's line.
    pub name: String,
    /// The first bundle's line.
    pub than: String,
    /// What is compared.
    pub statistic: Statistic,
    /// Bases in a bin.
    pub bin_size: u32,
    /// The difference with its 95 % interval over draws of blocks of 1 Mb.
    #[serde(flatten)]
    pub found: bootstrap::Difference,
    /// What that says.
    pub verdict: Verdict,
}

/// What a difference says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The whole interval lies above 0.
    Better,
    /// The interval holds 0.
    NoDifferent,
    /// The whole interval lies below 0.
    Worse,
}

impl Verdict {
    fn of(found: &bootstrap::Difference) -> Self {
        match found {
            found if found.lower > 0.0 => Self::Better,
            found if found.upper < 0.0 => Self::Worse,
            _ => Self::NoDifferent,
        }
    }
}

/// Every other bundle against the first: by AUPRC at 50 bp for peaks, by Pearson's correlation at 1 kb for a signal.
pub(super) fn to_the_first(entries: &[Entry], held_out: &HeldOut<'_>) -> Vec<Difference> {
    let mut bundles = entries.iter().filter(|entry| entry.bundle.is_some());
    let Some(first) = bundles.next() else { return Vec::new() };
    let (statistic, bins) = if held_out.presence { (Statistic::Auprc, 1) } else { (Statistic::Pearson, 20) };
    let bins = NonZeroUsize::new(bins).expect("at least one bin");
    let bin_size = BIN * bins.get() as u32;
    let blocks = blocks(held_out, bins);
    let than = first.bins(held_out, bins);
    let difference = |other: &Entry| {
        let (observed, track) = (&than.observed, other.bins(held_out, bins).imputed);
        let assessed: Vec<usize> = (0..observed.len()).filter(|&bin| !observed[bin].is_nan()).collect();
        let kept = |track: &[f32]| -> Vec<f32> { assessed.iter().map(|&bin| track[bin]).collect() };
        let blocks: Vec<u32> = assessed.iter().map(|&bin| blocks[bin]).collect();
        let tracks = [kept(&than.imputed), kept(&track)];
        let found = bootstrap::difference(statistic, &blocks, &kept(observed), [&tracks[0], &tracks[1]], 1)?;
        let verdict = Verdict::of(&found);
        Some(Difference { name: other.name.clone(), than: first.name.clone(), statistic, bin_size, found, verdict })
    };
    bundles.filter_map(difference).collect()
}

/// The block of every bin of `bins` x 50 bp, stretch after stretch.
fn blocks(held_out: &HeldOut<'_>, bins: NonZeroUsize) -> Vec<u32> {
    let mut blocks = Vec::new();
    let mut next = 0;
    for (stretch, observed) in held_out.stretches().iter().zip(&held_out.observed) {
        let of_bin = |bin: usize| (stretch.bins.start + bin * bins.get()) as u32 / (BLOCK / BIN);
        let count = coarsen(observed, bins).len();
        blocks.extend((0..count).map(|bin| next + of_bin(bin) - of_bin(0)));
        next = blocks.last().map_or(next, |last| last + 1);
    }
    blocks
}
