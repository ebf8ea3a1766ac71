//! A track's bins, and what of them fits on a sheet.

use std::ops::Range;

/// One value per bin of a stretch of one chromosome.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Track {
    /// First base of the first bin, 0-based.
    pub start: u64,
    /// Bases in a bin.
    pub bin_size: u32,
    /// The bins; NaN where missing.
    pub values: Vec<f32>,
}

/// A stretch of bases with one value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stretch {
    pub(super) bases: Range<f64>,
    pub(super) value: f32,
}

impl Track {
    /// `height` of the track within `region`, as runs of adjoining stretches: a bin each, or, where there are more bins than
    /// `columns`, the highest in each column, so that no peak vanishes. Missing bins part the runs.
    pub(super) fn runs(&self, region: &Range<u64>, columns: usize, height: fn(f32) -> f32) -> Vec<Vec<Stretch>> {
        let bins = self.bins(region).map(|bin| Stretch { value: height(bin.value), ..bin });
        let many = bins.clone().count() > columns;
        let stretches = if many { columns_of(bins, region, columns) } else { bins.collect() };
        stretches.chunk_by(|a, b| a.bases.end == b.bases.start).map(<[Stretch]>::to_vec).collect()
    }

    /// The stretches of `region` where the track has no value, at least `narrowest` bases long: bins missing, and what lies
    /// beyond its ends.
    pub(super) fn gaps(&self, region: &Range<u64>, narrowest: f64) -> Vec<Range<f64>> {
        let mut gaps = Vec::new();
        let mut reached = region.start as f64;
        for bin in self.bins(region) {
            if bin.bases.start > reached {
                gaps.push(reached..bin.bases.start);
            }
            reached = bin.bases.end;
        }
        if reached < region.end as f64 {
            gaps.push(reached..region.end as f64);
        }
        gaps.retain(|gap| gap.end - gap.start >= narrowest);
        gaps
    }

    /// The lowest and the highest value within `region`, 0 among them.
    pub(super) fn extent(&self, region: &Range<u64>) -> (f32, f32) {
        let values = self.bins(region).map(|bin| bin.value).filter(|value| value.is_finite());
        values.fold((0.0, 0.0), |(low, high), value| (low.min(value), high.max(value)))
    }

    /// The bins that lie in `region` and are not missing, cut at its ends.
    fn bins(&self, region: &Range<u64>) -> impl Iterator<Item = Stretch> + Clone {
        let size = u64::from(self.bin_size.max(1));
        let region = region.clone();
        // Bins before the region are not walked through one by one.
        let first = region.start.saturating_sub(self.start) / size;
        let within = self.values.iter().zip(0..).skip(usize::try_from(first).unwrap_or(usize::MAX));
        within
            .map(move |(value, n)| (self.start + n * size, *value))
            .take_while(move |(start, _)| *start < region.end)
            .filter(|(_, value)| !value.is_nan())
            .map(move |(start, value)| Stretch {
                bases: start.max(region.start) as f64..(start + size).min(region.end) as f64,
                value,
            })
    }
}

fn columns_of(bins: impl Iterator<Item = Stretch>, region: &Range<u64>, columns: usize) -> Vec<Stretch> {
    let (start, width) = (region.start as f64, (region.end - region.start) as f64 / columns as f64);
    let mut highest: Vec<Option<f32>> = vec![None; columns];
    for bin in bins {
        let first = ((bin.bases.start - start) / width) as usize;
        let last = ((bin.bases.end - start) / width).ceil() as usize;
        for column in &mut highest[first.min(columns - 1)..last.clamp(1, columns)] {
            if column.is_none_or(|value| bin.value > value) {
                *column = Some(bin.value);
            }
        }
    }
    let edge = |column: usize| start + column as f64 * width;
    let filled = highest.into_iter().enumerate();
    filled.filter_map(|(n, value)| Some(Stretch { bases: edge(n)..edge(n + 1), value: value? })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(values: &[f32]) -> Track {
        Track { start: 100, bin_size: 50, values: values.to_vec() }
    }

    #[test]
    fn few_bins_are_drawn_as_they_are_and_cut_at_the_ends() {
        let runs = track(&[1.0, 2.0, 3.0]).runs(&(120..210), 10, |value| value);
        let stretch = |bases, value| Stretch { bases, value };
        assert_eq!(runs, [[stretch(120.0..150.0, 1.0), stretch(150.0..200.0, 2.0), stretch(200.0..210.0, 3.0)]]);
    }

    #[test]
    fn a_missing_bin_parts_the_runs() {
        let runs = track(&[1.0, f32::NAN, 3.0]).runs(&(0..1000), 10, |value| value);
        assert_eq!(runs.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn a_peak_one_bin_wide_survives_any_reduction() {
        let mut values = vec![-3.0; 10_000];
        values[4_321] = 1.0;
        values[7_000] = -5.0;
        for columns in [1, 7, 333, 9_999] {
            let tallest = |height| track(&values).runs(&(100..500_100), columns, height)[0].clone();
            assert_eq!(tallest(|value| value).len(), columns);
            assert!(tallest(|value| value).iter().any(|stretch| stretch.value == 1.0), "{columns} columns");
            assert!(tallest(f32::abs).iter().any(|stretch| stretch.value == 5.0), "{columns} columns");
        }
    }

    #[test]
    fn gaps_are_missing_bins_and_what_lies_beyond_the_track() {
        let track = track(&[1.0, f32::NAN, f32::NAN, 3.0]);
        assert_eq!(track.gaps(&(50..400), 1.0), [50.0..100.0, 150.0..250.0, 300.0..400.0]);
        assert!(track.gaps(&(100..150), 1.0).is_empty());
        assert!(track.gaps(&(100..300), 101.0).is_empty());
    }

    #[test]
    fn a_region_beside_the_track_is_empty() {
        assert!(track(&[1.0]).runs(&(500..900), 10, f32::abs).is_empty());
        assert!(track(&[1.0]).runs(&(0..50), 10, f32::abs).is_empty());
        assert_eq!(track(&[1.0]).extent(&(0..50)), (0.0, 0.0));
    }
}
