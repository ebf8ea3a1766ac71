//! Bases become bins: bin `i` covers `[50 i, 50 (i + 1))`, the last one of a chromosome is shorter.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Interval, Region};

/// Bases in a bin, everywhere except where a user asks `nascape bin` for another size.
pub const BIN: u32 = 50;

/// How the bases of a bin become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Summary {
    /// Mean over the covered bases, as pyBigWig's and UCSC's mean; NaN where no base is covered.
    Mean,
    /// Mean over all bases of the bin, uncovered ones counting as 0, as bigWigAverageOverBed's mean0.
    Mean0,
    /// Sum over the bases; 0 where none is covered. Of read ends: the number of reads.
    Sum,
    /// Smallest covered value; NaN where no base is covered.
    Min,
    /// Largest covered value; NaN where no base is covered.
    Max,
}

impl FromStr for Summary {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "mean" => Ok(Self::Mean),
            "mean0" => Ok(Self::Mean0),
            "sum" => Ok(Self::Sum),
            "min" => Ok(Self::Min),
            "max" => Ok(Self::Max),
            _ => Err(format!("'{name}' is none of mean, mean0, sum, min, max")),
        }
    }
}

/// Collects the intervals of one region into its bins.
///
/// The region must start at a bin's first base. Sums are held in f64, so that deep bins lose nothing.
pub struct Binner {
    region: Region,
    bin_size: u32,
    summary: Summary,
    /// Per bin: the sum of values over bases (mean, mean0, sum) or the extreme (min, max).
    values: Vec<f64>,
    /// Per bin: how many of its bases are covered.
    covered: Vec<u32>,
}

impl Binner {
    /// An empty run of bins over `region`, whose start must be a multiple of `bin_size`.
    pub fn new(region: &Region, bin_size: u32, summary: Summary) -> Self {
        debug_assert_eq!(region.start % bin_size, 0);
        let bins = region.bins(bin_size).len();
        Self { region: region.clone(), bin_size, summary, values: vec![0.0; bins], covered: vec![0; bins] }
    }

    /// Adds an interval; the parts outside the region and values that are no finite numbers are left out.
    pub fn add(&mut self, interval: Interval) {
        if !interval.value.is_finite() {
            return;
        }
        let Some(interval) = interval.clipped(self.region.start, self.region.end) else { return };
        let value = f64::from(interval.value);
        let mut start = interval.start - self.region.start;
        let end = interval.end - self.region.start;
        while start < end {
            let bin = (start / self.bin_size) as usize;
            let stop = end.min((bin as u32 + 1) * self.bin_size);
            let bases = stop - start;
            let held = &mut self.values[bin];
            *held = match self.summary {
                Summary::Mean | Summary::Mean0 | Summary::Sum => *held + value * f64::from(bases),
                Summary::Min if self.covered[bin] > 0 => held.min(value),
                Summary::Max if self.covered[bin] > 0 => held.max(value),
                Summary::Min | Summary::Max => value,
            };
            self.covered[bin] += bases;
            start = stop;
        }
    }

    /// One value per bin, in order.
    pub fn finish(self) -> Vec<f32> {
        let last_bases = self.region.bases() - (self.values.len() as u32).saturating_sub(1) * self.bin_size;
        let last = self.values.len().saturating_sub(1);
        let bases = |bin| if bin == last { last_bases } else { self.bin_size };
        let per_bin = self.values.iter().zip(&self.covered).enumerate();
        per_bin
            .map(|(bin, (&value, &covered))| match self.summary {
                Summary::Sum => value as f32,
                Summary::Mean0 => (value / f64::from(bases(bin))) as f32,
                _ if covered == 0 => f32::NAN,
                Summary::Mean => (value / f64::from(covered)) as f32,
                Summary::Min | Summary::Max => value as f32,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bins(summary: Summary, intervals: &[(u32, u32, f32)]) -> Vec<f32> {
        let mut binner = Binner::new(&Region::new("chr1", 100, 245), 50, summary);
        for &(start, end, value) in intervals {
            binner.add(Interval { start, end, value });
        }
        binner.finish()
    }

    #[test]
    fn an_interval_over_a_bin_border_is_shared_by_bases() {
        let items = [(90, 110, 2.0), (140, 160, 1.0), (240, 300, 4.0)];
        assert_eq!(bins(Summary::Sum, &items), [30.0, 10.0, 20.0]);
        assert_eq!(bins(Summary::Mean, &items), [1.5, 1.0, 4.0]);
        // The last bin ends with the region: 45 bases.
        assert_eq!(bins(Summary::Mean0, &items), [0.6, 0.2, 20.0 / 45.0]);
        assert_eq!(bins(Summary::Max, &items), [2.0, 1.0, 4.0]);
        assert_eq!(bins(Summary::Min, &items), [1.0, 1.0, 4.0]);
    }

    #[test]
    fn uncovered_bins_are_missing_for_means_and_zero_for_sums() {
        assert!(bins(Summary::Mean, &[(100, 150, 1.0)])[1].is_nan());
        assert!(bins(Summary::Min, &[(100, 150, -1.0)])[2].is_nan());
        assert_eq!(bins(Summary::Sum, &[(100, 150, f32::NAN)]), [0.0; 3]);
        assert_eq!(bins(Summary::Max, &[(100, 150, -1.0)])[0], -1.0);
    }
}
