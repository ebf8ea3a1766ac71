//! Measures between two tracks of numbers: correlation and error.

use rayon::prelude::*;

use super::order::walk_ranks;

/// Bins summed as one piece. It is fixed, so that a sum does not depend on the number of threads.
const PIECE: usize = 1 << 13;

/// Pearson's correlation. `None` with fewer than two bins, or when either track is constant or holds an infinity.
///
/// Both slices hold one value per bin, in the same order, without NaN. The means come first, then the moments about them.
pub fn pearson(observed: &[f32], imputed: &[f32]) -> Option<f64> {
    if is_constant(observed) || is_constant(imputed) {
        return None;
    }
    let (mean_o, mean_i) = (mean(observed), mean(imputed));
    let [oo, ii, oi] = sums(observed, imputed, |o, i| {
        let (o, i) = (o - mean_o, i - mean_i);
        [o * o, i * i, o * i]
    });
    defined(oi / (oo * ii).sqrt()).map(|r| r.clamp(-1.0, 1.0))
}

/// Spearman's rank correlation, tied values sharing their average rank. `None` with fewer than two bins or a constant track.
///
/// Both slices as for [`pearson`]. The sums over the ranks are exact. Takes 12 bytes a bin while it runs; there
/// must be fewer than 2^31 bins.
pub fn spearman(observed: &[f32], imputed: &[f32]) -> Option<f64> {
    if is_constant(observed) || is_constant(imputed) {
        return None;
    }
    // Twice the mean rank is n + 1 whatever the ties, so ranks about their mean, doubled, are whole numbers; under 2^31 bins
    // they fit 32 bits.
    let twice_mean = observed.len() as i64 + 1;
    let mut centred = vec![0_i32; observed.len()];
    let (mut oo, mut ii, mut oi) = (0_i128, 0_i128, 0_i128);
    walk_ranks(observed, |index, twice_rank| {
        let offset = twice_rank as i64 - twice_mean;
        centred[index] = offset as i32;
        oo += i128::from(offset) * i128::from(offset);
    });
    walk_ranks(imputed, |index, twice_rank| {
        let offset = twice_rank as i64 - twice_mean;
        ii += i128::from(offset) * i128::from(offset);
        oi += i128::from(centred[index]) * i128::from(offset);
    });
    defined(oi as f64 / (oo as f64 * ii as f64).sqrt()).map(|r| r.clamp(-1.0, 1.0))
}

/// Root of the mean squared error, in the tracks' own unit. `None` without bins.
///
/// Both slices as for [`pearson`].
pub fn rmse(observed: &[f32], imputed: &[f32]) -> Option<f64> {
    let [squares] = sums(observed, imputed, |o, i| [(o - i) * (o - i)]);
    defined((squares / observed.len() as f64).sqrt())
}

/// Coefficient of determination, 1 - residual / total sum of squares: scikit-learn's `r2_score(observed, imputed)`.
///
/// Both slices as for [`pearson`]. `None` with fewer than two bins or a constant observed track.
pub fn r2(observed: &[f32], imputed: &[f32]) -> Option<f64> {
    if is_constant(observed) {
        return None;
    }
    let mean_o = mean(observed);
    let [residual, total] = sums(observed, imputed, |o, i| [(o - i) * (o - i), (o - mean_o) * (o - mean_o)]);
    defined(1.0 - residual / total)
}

/// Whether all values are equal; true of none and of one. Looking at the variance would not do: rounding makes it positive.
fn is_constant(track: &[f32]) -> bool {
    track.windows(2).all(|pair| pair[0] == pair[1])
}

fn mean(track: &[f32]) -> f64 {
    let [sum] = sums(track, track, |value, _| [value]);
    sum / track.len() as f64
}

/// Sums of `terms(observed, imputed)` over all bins, piece by piece and the pieces in order.
fn sums<const N: usize>(observed: &[f32], imputed: &[f32], terms: impl Fn(f64, f64) -> [f64; N] + Sync) -> [f64; N] {
    let add = |a: [f64; N], b: [f64; N]| std::array::from_fn(|n| a[n] + b[n]);
    let pieces: Vec<[f64; N]> = observed
        .par_chunks(PIECE)
        .zip(imputed.par_chunks(PIECE))
        .map(|(o, i)| o.iter().zip(i).map(|(o, i)| terms(f64::from(*o), f64::from(*i))).fold([0.0; N], add))
        .collect();
    pieces.into_iter().fold([0.0; N], add)
}

fn defined(measure: f64) -> Option<f64> {
    measure.is_finite().then_some(measure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlations_by_hand() {
        // About their means: (-1, 0, 1) and (-2, 1, 1); 3 / sqrt(2 * 6).
        let r = pearson(&[1.0, 2.0, 3.0], &[0.0, 3.0, 3.0]).unwrap();
        assert!((r - 3.0 / 12.0_f64.sqrt()).abs() < 1e-15);
        // Ranks (1, 2, 3) and (1, 2.5, 2.5): 1.5 / sqrt(2 * 1.5).
        let rho = spearman(&[1.0, 2.0, 3.0], &[0.0, 3.0, 3.0]).unwrap();
        assert!((rho - 1.5 / 3.0_f64.sqrt()).abs() < 1e-15);
        assert_eq!(spearman(&[1.0, 2.0, 30.0], &[-1.0, -4.0, -9.0]), Some(-1.0));
    }

    #[test]
    fn errors_by_hand() {
        assert_eq!(rmse(&[1.0, 2.0], &[4.0, 6.0]), Some(12.5_f64.sqrt()));
        // Residuals 1, 0, 1 against a total of 2.
        assert_eq!(r2(&[1.0, 2.0, 3.0], &[2.0, 2.0, 2.0]), Some(0.0));
        assert_eq!(r2(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]), Some(1.0));
    }

    #[test]
    fn constant_tracks_and_too_few_bins_are_undefined() {
        let (constant, rising) = ([0.1; 7], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
        assert_eq!(pearson(&constant, &rising), None);
        assert_eq!(spearman(&rising, &constant), None);
        assert_eq!(r2(&constant, &rising), None);
        assert_eq!((pearson(&[1.0], &[2.0]), r2(&[1.0], &[2.0]), rmse(&[], &[])), (None, None, None));
    }

    #[test]
    fn a_large_offset_does_not_cost_digits() {
        let about = |offset: f32| (0..9).map(|i| offset + (i * i % 5) as f32).collect::<Vec<_>>();
        let (near, far) = (about(0.0), about(1e6));
        let rising: Vec<f32> = (0..9).map(|i| i as f32).collect();
        let difference = pearson(&near, &rising).unwrap() - pearson(&far, &rising).unwrap();
        assert!(difference.abs() < 1e-12, "{difference}");
    }

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        let observed: Vec<f32> = (0..300_000).map(|i| (i as f32 * 0.37).sin()).collect();
        let imputed: Vec<f32> = (0..300_000).map(|i| (i as f32 * 0.21).cos()).collect();
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| [pearson(&observed, &imputed), spearman(&observed, &imputed), r2(&observed, &imputed)])
        };
        assert_eq!(on(1), on(4));
    }
}
