//! The features of a forest: windows of binned reads, dREG's, or those of broad domains.

use std::ops::Range;

use nascape_signal::BIN;
use serde::{Deserialize, Serialize};

use super::{
    Columns, WindowSet, domains, dreg,
    windows::{self, Layout, Run},
};
use crate::input::{Counts, Strand};

/// Which features a forest looks at: part of its bundle's card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// The paper's window of 200 bins, both strands added.
    PaperSummed,
    /// The paper's window of 200 bins of either strand.
    PaperApart,
    /// The bin at hand, and so many rings of 1, 2, 4 and so on bins on either side, of either strand.
    Rings(u32),
    /// Any windows.
    Windows(WindowSet),
    /// dREG's 360 windows of bases.
    Dreg,
    /// What tells broad domains, up to 500 kb to either side.
    Domains,
}

/// Features ready to be made.
#[derive(Clone, Debug)]
pub enum Features {
    /// Windows of bins.
    Windows(WindowSet),
    /// dREG's windows of bases.
    Dreg,
    /// What tells broad domains.
    Domains,
}

/// Features of a block of bins.
#[derive(Default)]
pub struct Block {
    values: Vec<f32>,
    /// Those in use begin where a line of the cache does: vectors across two lines take longer.
    used: Range<usize>,
    starts: Vec<usize>,
    mirrored: Vec<usize>,
}

/// Bytes of a line of the cache.
const LINE: usize = 64;

impl Block {
    fn values(&mut self, count: usize) -> &mut [f32] {
        let spare = LINE / size_of::<f32>() - 1;
        // It only grows: what is overwritten need not be 0.
        self.values.resize(self.values.len().max(count + spare), 0.0);
        let first = self.values.as_ptr().align_offset(LINE).min(spare);
        self.used = first..first + count;
        &mut self.values[self.used.clone()]
    }
}

impl Choice {
    /// # Errors
    /// A sentence, when windows hold no bin or reach too far.
    pub fn features(&self) -> Result<Features, String> {
        let set = match self {
            Self::Dreg => return Ok(Features::Dreg),
            Self::Domains => return Ok(Features::Domains),
            Self::PaperSummed => WindowSet::paper(&[Strand::Both]),
            Self::PaperApart => WindowSet::paper(&[Strand::Plus, Strand::Minus]),
            Self::Rings(rings @ 1..=16) => WindowSet::rings(*rings),
            Self::Rings(rings) => return Err(format!("features of {rings} rings; there may be 1 to 16.")),
            Self::Windows(set) => set.clone(),
        };
        match set.is_valid() && !set.windows.is_empty() {
            true => Ok(Features::Windows(set)),
            false => Err("a feature's window must hold a bin and reach no further than 52 Mb.".to_owned()),
        }
    }
}

impl Features {
    /// How many they are.
    pub fn count(&self) -> usize {
        match self {
            Self::Windows(set) => set.windows.len(),
            Self::Dreg => dreg::FEATURES,
            Self::Domains => domains::FEATURES,
        }
    }

    /// Bins of reads on either side that they look at.
    pub fn reach(&self) -> usize {
        match self {
            Self::Windows(set) => {
                let (left, right) = set.reach();
                left.max(right)
            }
            Self::Dreg => dreg::REACH / BIN as usize + 1,
            Self::Domains => domains::REACH,
        }
    }

    /// Bases in a step of the reads that they count.
    pub fn step(&self) -> u32 {
        match self {
            Self::Windows(_) | Self::Domains => BIN,
            Self::Dreg => 1,
        }
    }

    /// True when a feature tells the strands apart.
    pub fn needs_strands(&self) -> bool {
        match self {
            Self::Windows(set) => set.windows.iter().any(|window| window.strand != Strand::Both),
            Self::Dreg | Self::Domains => true,
        }
    }

    /// Bins whose margins are computed as one tile by one thread: many enough that the reads around them do not cost more than they.
    pub fn tile_bins(&self) -> usize {
        match self {
            Self::Windows(_) | Self::Dreg => 16_384,
            Self::Domains => 65_536,
        }
    }

    /// Bins for which features are made at a time.
    pub fn block_bins(&self) -> usize {
        match self {
            Self::Windows(_) => self.reach().next_power_of_two().clamp(512, 16_384),
            Self::Dreg => 4_096,
            Self::Domains => 2_048,
        }
    }

    /// These features over a run of reads, at the depth that the forest knows, with [`Features::reach`] bins on either side of the first
    /// and the last bin that will be asked for. `both` asks for those of both directions.
    pub fn over<'a>(&'a self, counts: Counts<'a>, both: bool) -> Over<'a> {
        let sums = match self {
            Self::Windows(_) => Sums::Windows(windows::prefix_sums(counts.plus, counts.minus), None),
            Self::Domains => Sums::Domains(domains::Sums::new(counts.plus, counts.minus)),
            Self::Dreg => Sums::None,
        };
        Over { features: self, counts, both, sums }
    }
}

/// Features over a run of reads.
pub struct Over<'a> {
    features: &'a Features,
    counts: Counts<'a>,
    both: bool,
    sums: Sums,
}

/// What is summed once for all blocks of a run.
enum Sums {
    /// With the layout of the last block.
    Windows(Vec<[f64; 2]>, Option<Layout>),
    Domains(domains::Sums),
    None,
}

impl Over<'_> {
    /// The features of `bins` bins from bin `first` on of those that the run holds beyond the reach on either side; and, where both
    /// directions were asked for, those of the same bins read from right to left with the strands exchanged. There are none of dREG's,
    /// which are no permutation of the others.
    pub fn block<'b>(&mut self, first: usize, bins: usize, block: &'b mut Block) -> (Columns<'b>, Option<Columns<'b>>) {
        let reach = self.features.reach();
        let mirrored = match (self.features, &mut self.sums) {
            (Features::Windows(set), Sums::Windows(sums, layout)) => {
                let known = layout.take().filter(|layout| layout.bins == bins);
                let layout = layout.insert(known.unwrap_or_else(|| match self.both {
                    true => set.layout_of_both_directions(bins),
                    false => set.layout(bins),
                }));
                let values = block.values(layout.values);
                let run = Run { plus: self.counts.plus, minus: self.counts.minus, first: reach + first };
                set.block_within(layout, &run, sums, values);
                block.starts.clone_from(&layout.starts);
                block.mirrored.clone_from(&layout.mirrored);
                &block.mirrored
            }
            (Features::Domains, Sums::Domains(sums)) => {
                domains::block(sums, first, bins, block.values(domains::FEATURES * bins));
                block.starts.splice(.., (0..domains::FEATURES).map(|feature| feature * bins));
                // They are the same in either direction.
                &block.starts
            }
            _ => {
                // Only the bases around this block: sums over a whole chromosome would be made for every block.
                let step = BIN as usize;
                let around = self.counts.cut(first * step..(first + bins + 2 * reach) * step);
                dreg::block(around.plus, around.minus, reach * step, bins, block.values(dreg::FEATURES * bins));
                block.starts = dreg::starts(bins);
                return (Columns::new(&block.values[block.used.clone()], &block.starts, bins), None);
            }
        };
        let columns = |starts| Columns::new(&block.values[block.used.clone()], starts, bins);
        (columns(&block.starts), self.both.then(|| columns(mirrored)))
    }
}
