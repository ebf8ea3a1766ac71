//! The features of a forest: windows of binned reads, dREG's, or those of broad domains.

use nascape_signal::{BIN, StrandBins};
use serde::{Deserialize, Serialize};

use super::{Columns, WindowSet, domains, dreg, windows::Layout};
use crate::input::Strand;

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
    /// What tells broad domains, up to 2 Mb to either side.
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
    starts: Vec<usize>,
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

    /// Bins for which features are made at a time: many enough that the reads around them do not cost more than they.
    pub fn block_bins(&self) -> usize {
        match self {
            Self::Windows(_) => self.reach().next_power_of_two().clamp(512, 16_384),
            Self::Dreg => 4_096,
            Self::Domains => 16_384,
        }
    }

    /// The features of `bins` bins from bin `first` on of those that `counts` holds beyond [`Features::reach`] on either side.
    pub fn block<'a>(&self, counts: &StrandBins, first: usize, bins: usize, block: &'a mut Block) -> Columns<'a> {
        match self {
            Self::Windows(set) => {
                let layout: Layout = set.layout(bins);
                block.values.resize(layout.values, 0.0);
                set.block(&layout, &counts.plus, &counts.minus, self.reach() + first, &mut block.values);
                block.starts = layout.starts;
            }
            Self::Dreg => {
                block.values.resize(dreg::FEATURES * bins, 0.0);
                // Only the bases around this block: sums over a whole chromosome would be made for every block.
                let step = BIN as usize;
                let (start, end) = (first * step, (first + bins + 2 * self.reach()) * step);
                dreg::block(
                    &counts.plus[start..end],
                    &counts.minus[start..end],
                    self.reach() * step,
                    bins,
                    &mut block.values,
                );
                block.starts = dreg::starts(bins);
            }
            Self::Domains => {
                block.values.resize(domains::FEATURES * bins, 0.0);
                let around = first..first + bins + 2 * self.reach();
                domains::block(&counts.plus[around.clone()], &counts.minus[around], bins, &mut block.values);
                block.starts = (0..domains::FEATURES).map(|feature| feature * bins).collect();
            }
        }
        Columns::new(&block.values, &block.starts, bins)
    }
}
