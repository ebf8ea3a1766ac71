//! Wider bins: measures at 1 kb and 10 kb forgive what does not matter there.

use std::num::NonZeroUsize;

use rayon::prelude::*;

/// The mean of each `k` consecutive bins of one region: 20 bins of 50 bp make 1 kb, 200 make 10 kb.
///
/// `track` holds one value per bin of one region of one chromosome. Missing bins (NaN) take no part; a coarse bin with no bin
/// assessed is missing. The last coarse bin is the mean of what is left. Sums are `f64`.
pub fn coarsen(track: &[f32], k: NonZeroUsize) -> Vec<f32> {
    track.par_chunks(k.get()).map(mean_of_assessed).collect()
}

/// Which coarse bins are positive: those with a positive bin among their `k`. One value per bin of one region, as in [`coarsen`].
pub fn coarsen_positives(positive: &[bool], k: NonZeroUsize) -> Vec<bool> {
    positive.chunks(k.get()).map(|bins| bins.contains(&true)).collect()
}

fn mean_of_assessed(bins: &[f32]) -> f32 {
    let assessed = bins.iter().filter(|value| !value.is_nan());
    let (sum, count) = assessed.fold((0.0, 0_u32), |(sum, count), value| (sum + f64::from(*value), count + 1));
    // 0 / 0 is NaN: missing.
    (sum / f64::from(count)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: NonZeroUsize = NonZeroUsize::new(2).unwrap();

    #[test]
    fn missing_bins_take_no_part_in_the_mean() {
        let coarse = coarsen(&[1.0, 3.0, f32::NAN, 5.0, f32::NAN, f32::NAN, 7.0], TWO);
        assert_eq!(coarse[..2], [2.0, 5.0]);
        assert!(coarse[2].is_nan());
        assert_eq!(coarse[3], 7.0);
    }

    #[test]
    fn a_coarse_bin_is_positive_when_any_of_its_bins_is() {
        assert_eq!(coarsen_positives(&[false, true, false, false, true], TWO), [true, false, true]);
        assert!(coarsen_positives(&[], TWO).is_empty());
    }
}
