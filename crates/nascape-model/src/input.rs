//! How an assay's bins become the input channels of a network.

use nascape_signal::{Assay, BIN, Region, StrandBins, Summary};
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// The strands a network sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strands {
    /// One channel: plus and minus added.
    Summed,
    /// Two channels: plus, minus.
    Apart,
}

impl Strands {
    /// Number of input channels.
    pub fn channels(self) -> usize {
        match self {
            Self::Summed => 1,
            Self::Apart => 2,
        }
    }
}

/// What happens to a bin's number of reads before the network sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// `ln(1 + reads)`. Silence stays 0, and so does what lies beyond a chromosome's ends.
    Log1p,
}

/// The input of a network: part of its bundle's card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// The strands.
    pub strands: Strands,
    /// How bases become a bin.
    pub summary: Summary,
    /// What happens to a bin's value.
    pub transform: Transform,
    /// Reads per kb of the assay it was trained on. Counts of another assay are scaled by the ratio of depths, so that a deeper
    /// library does not look like a more active cell, and normalised counts do as well as raw ones.
    pub reads_per_kb: f64,
}

/// An assay seen through a network's eyes: its bins, scaled to the depth that the network knows.
pub struct Channels<'a> {
    assay: &'a Assay,
    input: &'a Input,
    scale: f32,
}

impl<'a> Channels<'a> {
    /// `reads_per_kb` is the assay's depth ([`Assay::reads_per_kb`]).
    pub fn new(assay: &'a Assay, input: &'a Input, reads_per_kb: f64) -> Self {
        // A silent assay has nothing to scale.
        let scale = if reads_per_kb > 0.0 { (input.reads_per_kb / reads_per_kb) as f32 } else { 1.0 };
        Self { assay, input, scale }
    }

    /// The channels for bins `first - left .. last + right` of a chromosome of `length` bp, each row one channel; bins beyond
    /// the chromosome's ends are silent (0), as if no read could end there.
    ///
    /// # Errors
    /// Those of reading the assay.
    pub fn with_halo(
        &self,
        chromosome: &str,
        length: u32,
        bins: std::ops::Range<usize>,
        left: usize,
        right: usize,
    ) -> Result<Vec<Vec<f32>>> {
        let all = length.div_ceil(BIN) as usize;
        let inside = bins.start.saturating_sub(left)..(bins.end + right).min(all);
        let region =
            Region::new(chromosome, inside.start as u32 * BIN, (inside.end as u32).saturating_mul(BIN).min(length));
        let strands = self.assay.bins(&region, BIN, self.input.summary)?;
        let silent_left = left.saturating_sub(bins.start);
        let silent_right = (bins.end + right) - inside.end;
        let rows = self.input.rows(strands, self.scale);
        let padded = |row: Vec<f32>| [vec![0.0; silent_left], row, vec![0.0; silent_right]].concat();
        Ok(rows.into_iter().map(padded).collect())
    }
}

impl Input {
    /// # Errors
    /// [`Error::NeedsStrands`] when the assay has its strands together and the network wants them apart.
    pub fn accepts(&self, assay: &Assay, bundle: &str) -> Result<()> {
        match self.strands {
            Strands::Apart if !assay.is_stranded() => Err(Error::NeedsStrands { bundle: bundle.to_owned() }),
            _ => Ok(()),
        }
    }

    fn rows(&self, bins: StrandBins, scale: f32) -> Vec<Vec<f32>> {
        let transformed = |mut row: Vec<f32>| {
            match self.transform {
                Transform::Log1p => row.iter_mut().for_each(|value| *value = (*value * scale).ln_1p()),
            }
            row
        };
        match self.strands {
            Strands::Summed => {
                let mut sum = bins.plus;
                sum.iter_mut().zip(&bins.minus).for_each(|(plus, minus)| *plus += minus);
                vec![transformed(sum)]
            }
            Strands::Apart => vec![transformed(bins.plus), transformed(bins.minus)],
        }
    }
}
