//! How an assay's reads become the input channels of a network.

use std::ops::Range;

use nascape_signal::{Assay, BIN, Region, StrandBins, Summary};
use serde::{Deserialize, Serialize};

use crate::{Error, Result, logarithm::Logarithms};

/// Reads of one strand, or of both together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strand {
    /// The plus strand.
    Plus,
    /// The minus strand.
    Minus,
    /// Plus and minus added.
    Both,
}

impl Strand {
    /// Its share of the reads of the plus and of the minus strand.
    #[inline(always)]
    pub(crate) fn of<T: std::ops::Add<Output = T>>(self, [plus, minus]: [T; 2]) -> T {
        match self {
            Self::Plus => plus,
            Self::Minus => minus,
            Self::Both => plus + minus,
        }
    }
}

/// One input channel: `ln(1 + reads)`, where the reads are the mean of the `bins` bins centred on the bin at hand, scaled to the depth
/// that the bundle knows. Silence is 0, and so is what lies beyond a chromosome's ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Whose reads.
    pub strand: Strand,
    /// An odd number of bins.
    pub bins: usize,
}

/// The input of a network: part of its bundle's card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// A channel a row.
    pub channels: Vec<Channel>,
}

impl Input {
    /// One channel: the reads of both strands in the bin.
    pub fn summed() -> Self {
        Self { channels: vec![Channel { strand: Strand::Both, bins: 1 }] }
    }

    /// Two channels: the reads of either strand in the bin.
    pub fn apart() -> Self {
        Self { channels: [Strand::Plus, Strand::Minus].map(|strand| Channel { strand, bins: 1 }).to_vec() }
    }

    /// True when a channel tells the strands apart.
    pub fn needs_strands(&self) -> bool {
        self.channels.iter().any(|channel| channel.strand != Strand::Both)
    }

    /// Bins beyond the bin at hand, on either side, whose reads the widest channel counts.
    pub fn reach(&self) -> usize {
        self.channels.iter().map(|channel| channel.bins / 2).max().unwrap_or(0)
    }

    /// # Errors
    /// A sentence, when there is no channel or one is of an even number of bins.
    pub fn check(&self) -> std::result::Result<(), String> {
        if self.channels.is_empty() {
            return Err("the input has no channels.".to_owned());
        }
        match self.channels.iter().find(|channel| channel.bins % 2 == 0 || channel.bins > 1 << 17) {
            Some(channel) => {
                Err(format!("an input channel is {} bins wide; it must be an odd number up to 131,071.", channel.bins))
            }
            None => Ok(()),
        }
    }

    /// The channels, one after the other, over all bins of `counts` but the outermost [`Input::reach`] on either side. `scale` turns
    /// the assay's counts into those of the depth that the bundle knows.
    ///
    /// A channel's value depends on its reads alone, never on where `counts` begins: sums are taken in whole 1/65,536ths of a read.
    pub fn rows(&self, counts: Counts<'_>, scale: f32) -> Vec<f32> {
        let reach = self.reach();
        let bins = counts.plus.len() - 2 * reach;
        let mut rows = Vec::with_capacity(self.channels.len() * bins);
        let mut sums: [Option<Vec<i64>>; 3] = [const { None }; 3];
        let mut logarithms = Logarithms::new();
        for channel in &self.channels {
            let half = channel.bins / 2;
            let at = channel.strand as usize;
            if half == 0 {
                let (plus, minus) = (&counts.plus[reach..reach + bins], &counts.minus[reach..reach + bins]);
                match channel.strand {
                    Strand::Plus => rows.extend(plus.iter().map(|reads| logarithms.of(reads * scale))),
                    Strand::Minus => rows.extend(minus.iter().map(|reads| logarithms.of(reads * scale))),
                    Strand::Both => {
                        rows.extend(plus.iter().zip(minus).map(|(plus, minus)| logarithms.of((plus + minus) * scale)))
                    }
                }
                continue;
            }
            let sums = sums[at].get_or_insert_with(|| running_sums(counts, channel.strand));
            let (first, last) = (reach - half, reach + half + 1);
            let reads = sums[first..].iter().zip(&sums[last..]).take(bins).map(|(before, until)| until - before);
            let mean = f64::from(scale) / (FRACTION * channel.bins as f64);
            rows.extend(reads.map(|reads| logarithms.of((reads as f64 * mean) as f32)));
        }
        rows
    }
}

/// Borrowed reads of both strands, a number a step.
#[derive(Clone, Copy, Debug)]
pub struct Counts<'a> {
    /// Reads of the plus strand, or of both together.
    pub plus: &'a [f32],
    /// As many steps of the minus strand.
    pub minus: &'a [f32],
}

impl<'a> From<&'a StrandBins> for Counts<'a> {
    fn from(counts: &'a StrandBins) -> Self {
        Self { plus: &counts.plus, minus: &counts.minus }
    }
}

impl Counts<'_> {
    /// The steps of `range` alone.
    pub fn cut(self, range: Range<usize>) -> Self {
        Self { plus: &self.plus[range.clone()], minus: &self.minus[range] }
    }
}

/// Parts of a read in which reads are added up.
const FRACTION: f64 = 65_536.0;

/// The reads before each bin, and all of them at the end.
fn running_sums(counts: Counts<'_>, strand: Strand) -> Vec<i64> {
    // Most bins are empty.
    let whole = |reads: f32| if reads == 0.0 { 0 } else { (f64::from(reads) * FRACTION).round() as i64 };
    let mut sum = 0_i64;
    let of_bin = counts.plus.iter().zip(counts.minus).map(|(&plus, &minus)| strand.of([whole(plus), whole(minus)]));
    let upto = of_bin.map(|reads| {
        sum += reads;
        sum
    });
    std::iter::once(0).chain(upto).collect()
}

/// The same bins read from right to left, with the strands exchanged.
pub fn mirrored(counts: Counts<'_>) -> StrandBins {
    let reversed = |row: &[f32]| row.iter().rev().copied().collect();
    StrandBins { plus: reversed(counts.minus), minus: reversed(counts.plus) }
}

/// The reads of bins `first..first + bins` of a chromosome of `length` bp, in steps of `step` bp (50, or 1 for every base); what lies
/// beyond its ends is silent (0), as if no read could end there.
///
/// # Errors
/// Those of reading the assay.
pub fn counts(
    assay: &Assay,
    chromosome: &str,
    length: u32,
    first: isize,
    bins: usize,
    step: u32,
) -> Result<StrandBins> {
    let (first, bins) = (first * (BIN / step) as isize, bins * (BIN / step) as usize);
    let all = length.div_ceil(step) as isize;
    let last = first + bins as isize;
    let inside = first.clamp(0, all)..last.clamp(0, all);
    let (left, right) = ((inside.start - first) as usize, (last - inside.end) as usize);
    if inside.is_empty() {
        return Ok(StrandBins { plus: vec![0.0; bins], minus: vec![0.0; bins] });
    }
    let found = match step {
        BIN => assay.reads(chromosome, inside.start as usize..inside.end as usize)?,
        _ => {
            let end = (inside.end as u32).saturating_mul(step).min(length);
            assay.bins(&Region::new(chromosome, inside.start as u32 * step, end), step, Summary::Sum)?
        }
    };
    let padded = |row: Vec<f32>| [vec![0.0; left], row, vec![0.0; right]].concat();
    Ok(StrandBins { plus: padded(found.plus), minus: padded(found.minus) })
}

/// What an assay's counts are multiplied by to look like those of a library of `known` reads per kb. So a deeper library does not look
/// like a more active cell, and normalised counts do as well as raw ones.
pub fn scale(known: f64, reads_per_kb: f64) -> f32 {
    // A silent assay has nothing to scale.
    if reads_per_kb > 0.0 { (known / reads_per_kb) as f32 } else { 1.0 }
}

/// # Errors
/// [`Error::NeedsStrands`] when the assay has its strands together and the bundle wants them apart.
pub fn accepts(needs_strands: bool, assay: &Assay, bundle: &str) -> Result<()> {
    match needs_strands && !assay.is_stranded() {
        true => Err(Error::NeedsStrands { bundle: bundle.to_owned() }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_channel_is_the_logarithm_of_its_mean_reads(
            reads in prop::collection::vec((0.0..9.0_f32, 0.0..9.0_f32), 40..80),
            half in 0..15_usize, cut in 0..10_usize, scale in 0.1..3.0_f32,
        ) {
            let counts = StrandBins {
                plus: reads.iter().map(|(plus, _)| *plus).collect(),
                minus: reads.iter().map(|(_, minus)| *minus).collect(),
            };
            let wide = |strand| Channel { strand, bins: 2 * half + 1 };
            let input = Input { channels: vec![wide(Strand::Plus), wide(Strand::Minus), wide(Strand::Both), Channel { strand: Strand::Both, bins: 1 }] };
            let rows = input.rows((&counts).into(), scale);
            let bins = reads.len() - 2 * half;
            for (bin, window) in reads.windows(2 * half + 1).enumerate() {
                let (plus, minus) = window.iter().fold((0.0, 0.0), |(p, m), (plus, minus)| (p + f64::from(*plus), m + f64::from(*minus)));
                for (row, reads) in [plus, minus, plus + minus].into_iter().enumerate() {
                    let expected = (reads * f64::from(scale) / if row < 3 { (2 * half + 1) as f64 } else { 1.0 }).ln_1p();
                    prop_assert!((f64::from(rows[row * bins + bin]) - expected).abs() < 1e-4);
                }
            }
            // The same bits wherever the counts begin.
            let later = StrandBins { plus: counts.plus[cut..].to_vec(), minus: counts.minus[cut..].to_vec() };
            let fewer = bins - cut;
            prop_assert_eq!(&input.rows((&later).into(), scale)[..fewer], &rows[cut..bins]);
        }
    }
}
