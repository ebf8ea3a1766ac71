//! Stretches that take no part: not assessed, amplified, blacklisted.

use std::path::Path;

use crate::{Region, Result, assembly::same_chromosome, peaks};

/// Regions left out of training and evaluation, from a BED file.
#[derive(Clone, Debug, Default)]
pub struct Exclusion {
    regions: Vec<Region>,
}

impl Exclusion {
    /// The union of the regions of a BED file.
    ///
    /// # Errors
    /// As [`peaks::read`].
    pub fn open(path: &Path) -> Result<Self> {
        let regions = peaks::read(path)?.into_iter().map(|peak| Region::new(peak.chromosome, peak.start, peak.end));
        Ok(Self { regions: regions.collect() })
    }

    /// Makes every bin of `track` missing (NaN) that a region touches. `track` starts at the bin of `region.start`.
    pub fn apply(&self, region: &Region, bin_size: u32, track: &mut [f32]) {
        let first = region.bins(bin_size).start;
        let here = self.regions.iter().filter(|excluded| same_chromosome(&excluded.chromosome, &region.chromosome));
        for excluded in here {
            let bins = excluded.bins(bin_size);
            let (start, end) = (bins.start.max(first) - first, bins.end.saturating_sub(first).min(track.len()));
            if start < end {
                track[start..end].fill(f32::NAN);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_touched_bin_is_missing() {
        let exclusion = Exclusion { regions: vec![Region::new("21", 149, 201), Region::new("chr22", 0, 1_000)] };
        let mut track = vec![1.0; 4];
        exclusion.apply(&Region::new("chr21", 100, 300), 50, &mut track);
        assert!(track[..3].iter().all(|value| value.is_nan()));
        assert_eq!(track[3], 1.0);
    }
}
