//! The bins a job runs over: whole, sorted, and each of them once.

use std::ops::Range;

use nascape_signal::{Assay, BIN, Interval, Region, Result, Signal, assembly::Chromosome};

/// Bins worked on at a time: 13 Mb. Memory grows with this, not with the genome.
pub const CHUNK: usize = 1 << 18;

/// A run of bins of one chromosome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The chromosome, in the file's name, with its length.
    pub chromosome: Chromosome,
    /// Bins from the chromosome's start.
    pub bins: Range<usize>,
}

impl Stretch {
    /// The bases of `bins` of `bin_size` bases, cut at the chromosome's end.
    pub fn region(&self, bins: &Range<usize>, bin_size: u32) -> Region {
        let end = (bins.end as u64 * u64::from(bin_size)).min(u64::from(self.chromosome.length)) as u32;
        Region::new(&self.chromosome.name, bins.start as u32 * bin_size, end)
    }

    /// The bins in pieces of [`CHUNK`], cut on a fixed grid so that any region gives the same pieces.
    pub fn chunks(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let bins = self.bins.clone();
        let mut next = bins.start;
        std::iter::from_fn(move || {
            let start = next;
            next = ((start / CHUNK + 1) * CHUNK).min(bins.end);
            (start < bins.end).then_some(start..next)
        })
    }
}

/// What regions are looked up in.
pub trait Chromosomes {
    /// A region in the file's names, cut at its chromosome's end.
    ///
    /// # Errors
    /// An unknown chromosome; a region beyond the end.
    fn resolve(&self, region: &Region) -> Result<Region>;

    /// The chromosomes that hold data.
    ///
    /// # Errors
    /// Those of reading the index.
    fn with_data(&self) -> Result<Vec<Chromosome>>;
}

impl Chromosomes for Assay {
    fn resolve(&self, region: &Region) -> Result<Region> {
        self.resolve(region)
    }

    fn with_data(&self) -> Result<Vec<Chromosome>> {
        self.chromosomes_with_data()
    }
}

impl Chromosomes for Signal {
    fn resolve(&self, region: &Region) -> Result<Region> {
        self.resolve(region)
    }

    fn with_data(&self) -> Result<Vec<Chromosome>> {
        self.chromosomes_with_data()
    }
}

/// The bins of `regions`, or of every chromosome with data when there are none: sorted by chromosome name and position (the
/// order of a bigWig), overlapping regions joined.
///
/// # Errors
/// Those of [`Chromosomes`].
pub fn stretches(source: &impl Chromosomes, regions: &[Region], bin_size: u32) -> Result<Vec<Stretch>> {
    let whole = |name: &str| Region::new(name, 0, Region::TO_THE_END);
    let asked = match regions {
        [] => source.with_data()?.iter().map(|c| whole(&c.name)).collect(),
        _ => regions.to_vec(),
    };
    let mut found = Vec::new();
    for region in asked {
        let region = source.resolve(&region)?;
        let length = source.resolve(&whole(&region.chromosome))?.end;
        let chromosome = Chromosome { name: region.chromosome.clone(), length };
        found.push(Stretch { chromosome, bins: region.bins(bin_size) });
    }
    found.sort_by(|a, b| (&a.chromosome.name, a.bins.start).cmp(&(&b.chromosome.name, b.bins.start)));
    let mut joined: Vec<Stretch> = Vec::new();
    for stretch in found {
        match joined.last_mut() {
            Some(last) if last.chromosome == stretch.chromosome && stretch.bins.start <= last.bins.end => {
                last.bins.end = last.bins.end.max(stretch.bins.end);
            }
            _ => joined.push(stretch),
        }
    }
    Ok(joined)
}

/// The chromosomes of stretches, each once.
pub fn chromosomes(stretches: &[Stretch]) -> Vec<Chromosome> {
    let mut chromosomes: Vec<Chromosome> = stretches.iter().map(|stretch| stretch.chromosome.clone()).collect();
    chromosomes.dedup();
    chromosomes
}

/// Values of consecutive bins as intervals: equal neighbours (to the bit) are joined, missing ones (NaN) left out.
pub fn intervals(values: &[f32], first_bin: usize, bin_size: u32, chromosome_length: u32) -> Vec<Interval> {
    let mut intervals: Vec<Interval> = Vec::new();
    for (i, &value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
        let start = (first_bin + i) as u32 * bin_size;
        let end = start.saturating_add(bin_size).min(chromosome_length);
        match intervals.last_mut() {
            Some(last) if last.end == start && last.value.to_bits() == value.to_bits() => last.end = end,
            _ => intervals.push(Interval { start, end, value }),
        }
    }
    intervals
}

/// Bins of a stretch, for a job's progress.
pub fn total_bins(stretches: &[Stretch]) -> u64 {
    stretches.iter().map(|stretch| stretch.bins.len() as u64).sum()
}

/// The region strings of stretches, for records and messages.
pub fn region_strings(stretches: &[Stretch]) -> Vec<String> {
    stretches.iter().map(|stretch| stretch.region(&stretch.bins, BIN).to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_are_joined_and_missing_bins_left_out() {
        let items = intervals(&[1.0, 1.0, 2.0, f32::NAN, 2.0], 10, 50, 733);
        let expected = [(500, 600, 1.0), (600, 650, 2.0), (700, 733, 2.0)];
        assert_eq!(items, expected.map(|(start, end, value)| Interval { start, end, value }));
    }

    #[test]
    fn chunks_lie_on_a_fixed_grid() {
        let chromosome = Chromosome { name: "chr1".to_owned(), length: u32::MAX };
        let stretch = Stretch { chromosome, bins: CHUNK - 3..2 * CHUNK + 1 };
        let chunks: Vec<_> = stretch.chunks().collect();
        assert_eq!(chunks, [CHUNK - 3..CHUNK, CHUNK..2 * CHUNK, 2 * CHUNK..2 * CHUNK + 1]);
    }
}
