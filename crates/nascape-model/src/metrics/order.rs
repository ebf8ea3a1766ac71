//! Values as integers that sort the same way: sorting becomes fast, total and the same on any number of threads.

use rayon::slice::ParallelSliceMut;

/// An integer that orders as `value` does; equal values, -0 and 0 among them, get equal keys. NaN must have been dropped.
pub(super) fn key(value: f32) -> u32 {
    // Adding 0 turns -0 into 0, which the bits would otherwise tell apart.
    let bits = (value + 0.0).to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

/// The value that `key` was made from.
pub(super) fn value(key: u32) -> f32 {
    f32::from_bits(if key >> 31 == 1 { key & !(1 << 31) } else { !key })
}

/// The places of `values` from the highest to the lowest. NaN must have been dropped, and there must be fewer than 2^32 values.
pub(super) fn descending(values: &[f32]) -> Vec<usize> {
    rising(values).into_iter().rev().map(place).collect()
}

/// Keys with their places behind them, from the lowest.
fn rising(values: &[f32]) -> Vec<u64> {
    let mut order: Vec<u64> =
        values.iter().enumerate().map(|(index, value)| u64::from(key(*value)) << 32 | index as u64).collect();
    order.par_sort_unstable();
    order
}

fn place(packed: u64) -> usize {
    (packed & u64::from(u32::MAX)) as usize
}

/// Ranks of `values`, ties sharing their average, as a walk from the lowest: calls `each(index, twice_rank)` for every value.
///
/// Ranks count from 1 as in `scipy.stats.rankdata`; their doubles are whole numbers, so sums over them can be exact.
/// Takes 8 bytes a value while it runs. There must be fewer than 2^32 values.
pub(super) fn walk_ranks(values: &[f32], mut each: impl FnMut(usize, u64)) {
    let mut below = 0;
    for tied in rising(values).chunk_by(|a, b| a >> 32 == b >> 32) {
        let twice_rank = 2 * below + tied.len() as u64 + 1;
        tied.iter().for_each(|&packed| each(place(packed), twice_rank));
        below += tied.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_order_as_values_and_lead_back_to_them() {
        let rising = [f32::NEG_INFINITY, f32::MIN, -1.5, -1e-40, 0.0, 1e-40, 1.0, f32::MAX, f32::INFINITY];
        assert!(rising.map(key).is_sorted());
        assert_eq!(rising.map(|x| value(key(x))), rising);
        assert_eq!(key(-0.0), key(0.0));
    }

    #[test]
    fn tied_values_share_the_average_of_their_ranks() {
        let mut twice = [0; 5];
        walk_ranks(&[3.0, 1.0, 3.0, 2.0, 3.0], |index, twice_rank| twice[index] = twice_rank);
        assert_eq!(twice, [8, 2, 8, 4, 8]);
    }
}
