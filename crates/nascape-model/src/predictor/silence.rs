//! Where there is nothing to compute: a bin whose whole window holds no read has the number of every other such bin.

use std::ops::Range;

use crate::input::Counts;

/// Bins from which on a silent stretch is left out: each cut costs the tiles beside it a halo.
const WORTH: usize = 2_048;

/// The silent stretches of `bins` bins, in order: whole cells of `grid` bins such that `counts`, which reach `reach` bins further on either
/// side, hold no read within `reach` bins of any of theirs. `steps` are those of the counts in a bin.
pub(super) fn stretches(counts: Counts<'_>, steps: usize, bins: usize, reach: usize, grid: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut silent_from = 0;
    // A run of bins without a read, from the first to the one behind the last.
    let mut add = |from: usize, to: usize| {
        // Bin `b` of the numbers looks at the bins `b..=b + 2 reach` of the counts.
        let cells = from.next_multiple_of(grid)..to.saturating_sub(2 * reach).min(bins) / grid * grid;
        if cells.len() >= WORTH.max(grid) {
            found.push(cells);
        }
    };
    let bin_counts = counts.plus.chunks(steps).zip(counts.minus.chunks(steps));
    for (bin, (plus, minus)) in bin_counts.enumerate() {
        // Missing counts (NaN) are none that are known to be 0.
        if plus.iter().chain(minus).any(|&reads| reads != 0.0) {
            if bin > silent_from + 2 * reach {
                add(silent_from, bin);
            }
            silent_from = bin + 1;
        }
    }
    add(silent_from, bins + 2 * reach);
    found
}

/// What is left of `0..bins` between `silent` stretches.
pub(super) fn between(silent: &[Range<usize>], bins: usize) -> Vec<Range<usize>> {
    let starts = std::iter::once(0).chain(silent.iter().map(|stretch| stretch.end));
    let ends = silent.iter().map(|stretch| stretch.start).chain([bins]);
    starts.zip(ends).map(|(start, end)| start..end).filter(|loud| !loud.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silent_stretches_hold_no_read_within_reach_and_lie_on_the_grid() {
        let (bins, reach, grid) = (50_000, 100, 16);
        let mut plus = vec![0.0; bins + 2 * reach];
        let minus = plus.clone();
        // Reads close to one another, one alone, and one just inside the last window.
        for bin in [5_000, 6_000, 30_000, bins + 2 * reach - 1] {
            plus[bin] = 1.0;
        }
        let counts = Counts { plus: &plus, minus: &minus };
        let silent = stretches(counts, 1, bins, reach, grid);
        assert_eq!(silent, [0..4_800, 6_016..29_792, 30_016..49_984]);
        for stretch in &silent {
            assert!(plus[stretch.start..stretch.end + 2 * reach].iter().all(|&reads| reads == 0.0));
        }
        assert_eq!(between(&silent, bins), [4_800..6_016, 29_792..30_016, 49_984..50_000]);
        assert_eq!(stretches(counts, 1, bins, 20_000, grid), [] as [Range<usize>; 0]);
    }
}
