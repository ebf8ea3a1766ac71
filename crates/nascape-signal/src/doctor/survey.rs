//! What a signal's items look like: lengths, signs, units, depth.

use std::path::PathBuf;

use serde::Serialize;

use crate::{Interval, Region, Result, Signal};

/// No read is shorter than this: a run of covered bases below it is made of read ends.
pub const READ_LENGTH: u32 = 20;
/// Values looked at for a common unit.
const UNIT_SAMPLE: usize = 10_000;

/// Counts over all items of one signal.
#[derive(Clone, Debug, Serialize)]
pub struct Survey {
    /// The file.
    pub path: PathBuf,
    /// The format found in it.
    pub format: String,
    /// The chromosomes that hold data.
    pub chromosomes: Vec<String>,
    /// Items: lines of a bedGraph, intervals of a bigWig, bases with read ends of a BAM.
    pub items: u64,
    /// Sum of magnitudes over bases, in the unit of one read where values are multiples of one: the number of reads, where
    /// values are counts of read ends.
    pub reads: f64,
    /// Items whose value is no finite number; they are left out of everything.
    pub not_numbers: u64,
    /// Share of items whose value is a whole number.
    pub integer_share: f64,
    /// Share of items whose value is negative.
    pub negative_share: f64,
    /// Share of the runs of covered bases that are at least 20 bp long.
    pub long_block_share: f64,
    /// Median length of the runs of covered bases, in bp, cut at 1,000.
    pub median_block: u32,
    /// The value of one read where values are multiples of it and not whole numbers.
    pub unit: Option<f64>,
}

impl Survey {
    /// Surveys all chromosomes of `signal`.
    ///
    /// # Errors
    /// As [`Signal::scan`].
    pub fn of(signal: &Signal) -> Result<Self> {
        let chromosomes = signal.chromosomes_with_data()?;
        let mut counts = Counts::default();
        for chromosome in &chromosomes {
            signal.scan(&Region::new(&chromosome.name, 0, chromosome.length), |item| counts.add(item))?;
            counts.end_block();
        }
        let share = |count: u64, of: u64| if of > 0 { count as f64 / of as f64 } else { 0.0 };
        let blocks: u64 = counts.blocks.iter().sum();
        let long: u64 = counts.blocks[READ_LENGTH as usize..].iter().sum();
        let mut below = 0;
        let median_block = counts.blocks.iter().position(|count| {
            below += count;
            below * 2 > blocks
        });
        let unit = common_unit(&counts.sample);
        Ok(Self {
            path: signal.path().to_owned(),
            format: signal.format().to_string(),
            chromosomes: chromosomes.into_iter().map(|c| c.name).collect(),
            items: counts.items,
            reads: counts.sum / unit.unwrap_or(1.0),
            not_numbers: counts.not_numbers,
            integer_share: share(counts.integers, counts.items),
            negative_share: share(counts.negatives, counts.items),
            long_block_share: share(long, blocks),
            median_block: median_block.unwrap_or(0) as u32,
            unit,
        })
    }
}

struct Counts {
    items: u64,
    sum: f64,
    not_numbers: u64,
    integers: u64,
    negatives: u64,
    /// How many runs of touching items have each length; the last entry holds all longer ones.
    blocks: Vec<u64>,
    block: Option<(u32, u32)>,
    sample: Vec<f32>,
}

impl Default for Counts {
    fn default() -> Self {
        let blocks = vec![0; 1_001];
        Self { items: 0, sum: 0.0, not_numbers: 0, integers: 0, negatives: 0, blocks, block: None, sample: Vec::new() }
    }
}

impl Counts {
    fn add(&mut self, item: Interval) {
        // A zero is no data: some tools write every base.
        if item.value == 0.0 {
            return;
        }
        if !item.value.is_finite() {
            self.not_numbers += 1;
            return;
        }
        self.items += 1;
        self.sum += f64::from(item.value.abs()) * f64::from(item.bases());
        self.integers += u64::from(item.value.fract() == 0.0);
        self.negatives += u64::from(item.value < 0.0);
        if self.sample.len() < UNIT_SAMPLE {
            self.sample.push(item.value.abs());
        }
        self.block = match self.block {
            Some((start, end)) if end == item.start => Some((start, item.end)),
            _ => {
                self.end_block();
                Some((item.start, item.end))
            }
        };
    }

    fn end_block(&mut self) {
        if let Some((start, end)) = self.block.take() {
            let longest = self.blocks.len() - 1;
            self.blocks[((end - start) as usize).min(longest)] += 1;
        }
    }
}

/// The smallest value, if it is not whole and nearly all values are multiples of it.
fn common_unit(values: &[f32]) -> Option<f64> {
    let unit = f64::from(values.iter().copied().reduce(f32::min)?);
    if unit.fract() == 0.0 {
        return None;
    }
    let multiples = values.iter().filter(|&&value| {
        let times = f64::from(value) / unit;
        // Files keep few digits: allow 2 % of a unit, and more where many reads add up.
        (times - times.round()).abs() <= 0.02 * times.max(1.0).sqrt()
    });
    (multiples.count() as f64 > 0.95 * values.len() as f64).then_some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_found_in_normalised_counts_and_nowhere_else() {
        let rpm: Vec<f32> = [1, 2, 1, 7, 3, 1, 12].map(|reads| reads as f32 * 0.0123).to_vec();
        assert!((common_unit(&rpm).unwrap() - 0.0123).abs() < 1e-6);
        assert_eq!(common_unit(&[1.0, 2.0, 5.0]), None);
        assert_eq!(common_unit(&[0.013, 0.0217, 0.0319, 0.0422, 0.0871]), None);
        assert_eq!(common_unit(&[]), None);
    }
}
