//! Loci to draw: which of them, and the assay over one.

use nascape_signal::{Assay, BIN, Region, Summary};

use crate::{
    Result,
    figure::{AssayPanel, Track},
};

/// Bases of a locus that is chosen when the user names none.
const WIDTH: u32 = 100_000;
/// Loci chosen when the user names none.
const COUNT: usize = 3;

/// Observed bins of a run of a chromosome, NaN where nothing was assessed.
pub(crate) struct ObservedRun<'a> {
    pub chromosome: &'a str,
    /// The first bin, from the chromosome's start.
    pub first_bin: usize,
    pub values: &'a [f32],
}

/// The loci with the most observed signal, apart from each other: chosen by what was measured, not by how well it was imputed.
pub(crate) fn most_marked<'a>(runs: impl Iterator<Item = ObservedRun<'a>>) -> Vec<Region> {
    let bins = (WIDTH / BIN) as usize;
    let mut loci: Vec<(f64, Region)> = Vec::new();
    for run in runs {
        for (at, piece) in run.values.chunks(bins).enumerate() {
            let sum = piece.iter().filter(|value| !value.is_nan()).map(|&value| f64::from(value)).sum();
            let start = (run.first_bin + at * bins) as u32 * BIN;
            loci.push((sum, Region::new(run.chromosome, start, start + piece.len() as u32 * BIN)));
        }
    }
    loci.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut chosen: Vec<Region> = Vec::new();
    for (sum, locus) in loci {
        let far =
            |other: &Region| other.chromosome != locus.chromosome || other.start.abs_diff(locus.start) >= 5 * WIDTH;
        if sum > 0.0 && chosen.iter().all(far) {
            chosen.push(locus);
        }
        if chosen.len() == COUNT {
            break;
        }
    }
    chosen
}

/// The reads of either strand over a locus, in the names and the colours that every profile has.
///
/// # Errors
/// Those of reading the assay.
pub(crate) fn assay_panel(assay: &Assay, region: &Region) -> Result<AssayPanel> {
    let start = (region.bins(BIN).start as u32 * BIN).into();
    let track = |values: Vec<f32>| Track { start, bin_size: BIN, values };
    let bins = assay.bins(region, BIN, Summary::Sum)?;
    let minus = assay.is_stranded().then(|| track(bins.minus));
    Ok(AssayPanel { title: "Assay".to_owned(), unit: "reads per bin".to_owned(), plus: track(bins.plus), minus })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_marked_loci_are_chosen_apart_from_each_other() {
        let kilobases = |n: usize| n * 1_000 / BIN as usize;
        let mut values = vec![0.0; kilobases(3_000)];
        // By falling sum, at 100 kb windows 0, 2 (too close to 0), 7, 14 and 28.
        for (window, height) in [(0, 9.0), (2, 8.0), (7, 3.0), (14, 7.0), (28, 5.0)] {
            values[kilobases(100 * window)] = height;
        }
        values[kilobases(100 * 20)] = f32::NAN;
        let run = ObservedRun { chromosome: "chr21", first_bin: kilobases(1_000), values: &values };
        let starts: Vec<u32> = most_marked([run].into_iter()).iter().map(|locus| locus.start / WIDTH).collect();
        assert_eq!(starts, [10, 24, 38]);
    }

    #[test]
    fn where_nothing_is_marked_there_is_no_locus() {
        let run = ObservedRun { chromosome: "chr21", first_bin: 0, values: &[0.0, f32::NAN] };
        assert!(most_marked([run].into_iter()).is_empty());
    }
}
