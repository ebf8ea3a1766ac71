//! What anybody has without a bundle: the reads themselves, and the mark in other cells.

use nascape_signal::StrandBins;

use super::{
    Cells,
    entry::{Entry, Unit},
    held_out::{HeldOut, Tracks},
    kind,
};
use crate::Result;

/// Bins on either side of a bin whose reads 'reads within 1 kb' counts: 21 bins in all.
pub(super) const WITHIN: usize = 10;

/// Every baseline: the reads in the bin and those within 1 kb, each other cell, and their mean where there are several.
///
/// # Errors
/// Those of smoothing.
pub(super) fn all(held_out: &HeldOut<'_>, cells: &Cells) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for (name, within) in [("read count", 0), ("reads within 1 kb", WITHIN)] {
        let wide =
            (0..held_out.stretches().len()).map(|at| reads_within(&held_out.reads(at, within), within)).collect();
        let (plain, smoothed) = held_out.cut(wide)?;
        entries.push(Entry { name: name.to_owned(), bundle: None, unit: Unit::Reads, plain, smoothed });
    }
    let first_cell = entries.len();
    for (at, (name, observed)) in cells.others().enumerate() {
        let (plain, smoothed) = held_out.other_cell(at);
        let unit = if kind(observed) == kind(cells.mark()) { Unit::Observed } else { Unit::Other };
        entries.push(Entry { name: format!("observed in {name}"), bundle: None, unit, plain, smoothed });
    }
    // Peaks and signals have no mean.
    let cells: Vec<&Entry> = entries[first_cell..].iter().filter(|cell| cell.unit == Unit::Observed).collect();
    if cells.len() > 1 {
        let plain = mean(&cells.iter().map(|cell| &cell.plain).collect::<Vec<_>>());
        let smoothed: Option<Vec<&Tracks>> = cells.iter().map(|cell| cell.smoothed.as_ref()).collect();
        let smoothed = smoothed.map(|tracks| mean(&tracks));
        entries.push(Entry {
            name: "mean of other cells".to_owned(),
            bundle: None,
            unit: Unit::Observed,
            plain,
            smoothed,
        });
    }
    Ok(entries)
}

/// The reads of both strands in the bins up to `within` away from each bin; `counts` reaches as far on either side.
fn reads_within(counts: &StrandBins, within: usize) -> Vec<f32> {
    let both = counts.plus.iter().zip(&counts.minus).map(|(plus, minus)| f64::from(*plus) + f64::from(*minus));
    let both: Vec<f64> = both.collect();
    both.windows(2 * within + 1).map(|window| window.iter().sum::<f64>() as f32).collect()
}

/// The mean of several cells, bin by bin.
fn mean(cells: &[&Tracks]) -> Tracks {
    let of_bin = |stretch: usize, bin: usize| {
        let sum: f64 = cells.iter().map(|cell| f64::from(cell[stretch][bin])).sum();
        (sum / cells.len() as f64) as f32
    };
    let stretches = cells[0].iter().enumerate();
    stretches.map(|(stretch, track)| (0..track.len()).map(|bin| of_bin(stretch, bin)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_are_counted_on_both_strands_and_no_further_than_asked() {
        let counts = StrandBins { plus: vec![1.0, 0.0, 0.0, 4.0, 0.0], minus: vec![0.0, 2.0, 0.0, 0.5, 8.0] };
        assert_eq!(reads_within(&counts, 0), [1.0, 2.0, 0.0, 4.5, 8.0]);
        assert_eq!(reads_within(&counts, 1), [3.0, 6.5, 12.5]);
        assert_eq!(2 * WITHIN + 1, 21);
    }

    #[test]
    fn the_mean_of_cells_is_missing_where_nothing_was_assessed() {
        let (one, two) = (vec![vec![1.0, f32::NAN], vec![0.0]], vec![vec![0.0, f32::NAN], vec![0.0]]);
        let mean = mean(&[&one, &two]);
        assert_eq!((mean[0][0], mean[1][0]), (0.5, 0.0));
        assert!(mean[0][1].is_nan());
    }
}
