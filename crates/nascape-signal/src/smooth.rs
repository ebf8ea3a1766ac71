//! Gaussian smoothing of a binned track, as the paper smooths its targets.

use crate::widest;

use crate::{Error, Result};

/// Where the kernel is cut, in standard deviations (SciPy's default).
const TRUNCATE: f64 = 4.0;

/// The widest smoothing, in bins: 50 kb, a hundred times the paper's.
const WIDEST: f64 = 1_000.0;

/// Bins whose sums are taken side by side.
const LANES: usize = 32;

/// # Errors
/// [`Error::Sigma`] when `sigma` is not a positive number of at most 1,000 bins.
pub fn check(sigma: f64) -> Result<()> {
    if sigma > 0.0 && sigma <= WIDEST { Ok(()) } else { Err(Error::Sigma(sigma)) }
}

/// Smooths a track in place with a Gaussian of `sigma` bins (the paper uses 10, that is 500 bp).
///
/// `track` holds one value per 50 bp bin of one chromosome. Edges are mirrored about the edge of the track (`d c b a | a b c d`,
/// SciPy's `reflect`) and the kernel is cut at 4 sigma, as in SciPy's `gaussian_filter1d`, so figures can be compared with the
/// paper's. Missing bins (NaN) stay missing and take no part in their neighbours' sums.
///
/// # Errors
/// As [`check`].
pub fn gaussian(track: &mut [f32], sigma: f64) -> Result<()> {
    let kernel = Kernel::new(sigma)?;
    let half = kernel.half();
    let whole: Vec<f64> = track.iter().map(|&value| f64::from(value)).collect();
    let missing = whole.iter().any(|value| value.is_nan());
    let length = whole.len() as isize;

    let inside = if missing || track.len() < 2 * half { 0..0 } else { half..track.len() - half };
    kernel.inside(&whole, &mut track[inside.clone()]);
    for (i, smoothed) in track.iter_mut().enumerate().filter(|(i, _)| !inside.contains(i)) {
        if smoothed.is_nan() {
            continue;
        }
        let (mut sum, mut weight_sum) = (0.0, 0.0);
        let mut add = |value: f64, weight: f64| {
            if !value.is_nan() {
                sum += weight * value;
                weight_sum += weight;
            }
        };
        add(whole[i], kernel.weights[0]);
        for (offset, &weight) in (1..).zip(&kernel.weights[1..]) {
            add(whole[mirrored(i as isize - offset, length)], weight);
            add(whole[mirrored(i as isize + offset, length)], weight);
        }
        *smoothed = (sum / if missing { weight_sum } else { kernel.total }) as f32;
    }
    Ok(())
}

/// What [`gaussian`] makes of the bins that have the kernel's whole reach, 4 sigma, on either side; no bin may be missing.
///
/// # Errors
/// As [`check`].
pub fn gaussian_inside(track: &[f32], sigma: f64) -> Result<Vec<f32>> {
    let kernel = Kernel::new(sigma)?;
    let whole: Vec<f64> = track.iter().map(|&value| f64::from(value)).collect();
    let mut smoothed = vec![0.0; whole.len().saturating_sub(2 * kernel.half())];
    kernel.inside(&whole, &mut smoothed);
    Ok(smoothed)
}

/// The centre of a Gaussian and one side of it.
struct Kernel {
    weights: Vec<f64>,
    total: f64,
}

impl Kernel {
    fn new(sigma: f64) -> Result<Self> {
        check(sigma)?;
        let half = (TRUNCATE * sigma + 0.5) as usize;
        let weights: Vec<f64> = (0..=half).map(|i| (-0.5 * (i as f64 / sigma).powi(2)).exp()).collect();
        let total = weights[0] + 2.0 * weights[1..].iter().sum::<f64>();
        Ok(Self { weights, total })
    }

    /// Bins that it reaches to either side.
    fn half(&self) -> usize {
        self.weights.len() - 1
    }

    /// Smooths all but the [`Kernel::half`] first and last bins, blocks of them side by side; the sums are taken in the same order for
    /// each bin.
    fn inside(&self, whole: &[f64], smoothed: &mut [f32]) {
        let (blocks, rest) = smoothed.as_chunks_mut::<LANES>();
        let first_of_rest = self.half() + blocks.len() * LANES;
        widest(
            #[inline(always)]
            || {
                for (block, smoothed) in blocks.iter_mut().enumerate() {
                    let start = self.half() + block * LANES;
                    let around = |offset: isize| {
                        let values = &whole[start.wrapping_add_signed(offset)..][..LANES];
                        <&[f64; LANES]>::try_from(values).expect("as many as asked for")
                    };
                    let mut sums = around(0).map(|value| 0.0 + self.weights[0] * value);
                    for (offset, &weight) in (1..).zip(&self.weights[1..]) {
                        let (left, right) = (around(-offset), around(offset));
                        for ((sum, left), right) in sums.iter_mut().zip(left).zip(right) {
                            *sum = *sum + weight * left + weight * right;
                        }
                    }
                    *smoothed = sums.map(|sum| (sum / self.total) as f32);
                }
            },
        );
        for (i, smoothed) in (first_of_rest..).zip(rest) {
            let sides = self.weights.iter().enumerate().skip(1);
            let sum = sides.fold(0.0 + self.weights[0] * whole[i], |sum, (offset, weight)| {
                sum + weight * whole[i - offset] + weight * whole[i + offset]
            });
            *smoothed = (sum / self.total) as f32;
        }
    }
}

/// The index that stands for one beyond the track's ends.
fn mirrored(index: isize, length: isize) -> usize {
    let around = index.rem_euclid(2 * length);
    (if around < length { around } else { 2 * length - 1 - around }) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_track_stays_constant_even_at_its_ends() {
        let mut track = vec![3.5; 40];
        gaussian(&mut track, 10.0).unwrap();
        assert!(track.iter().all(|value| (value - 3.5).abs() < 1e-6));
    }

    #[test]
    fn missing_bins_stay_missing_and_do_not_spread() {
        let mut track = vec![2.0; 30];
        track[15] = f32::NAN;
        gaussian(&mut track, 2.0).unwrap();
        assert!(track[15].is_nan());
        assert!(track.iter().enumerate().all(|(i, value)| i == 15 || (value - 2.0).abs() < 1e-6));
    }

    #[test]
    fn what_lies_inside_is_what_the_whole_track_has_there() {
        let track: Vec<f32> = (0..500).map(|i| ((i * 7_919) % 101) as f32).collect();
        for sigma in [1.0, 10.0, 60.0] {
            let mut whole = track.clone();
            gaussian(&mut whole, sigma).unwrap();
            let half = 4 * sigma as usize;
            assert_eq!(gaussian_inside(&track, sigma).unwrap(), whole[half..500 - half]);
        }
        assert_eq!(gaussian_inside(&track, 63.0).unwrap(), []);
    }

    #[test]
    fn a_track_shorter_than_the_kernel_is_mirrored_as_often_as_needed() {
        let mut track = vec![1.0, 0.0];
        gaussian(&mut track, 10.0).unwrap();
        assert!((track[0] + track[1] - 1.0).abs() < 1e-6 && track[0] > track[1], "{track:?}");
        gaussian(&mut [], 1.0).unwrap();
    }

    #[test]
    fn a_width_that_is_not_a_positive_number_is_refused() {
        for sigma in [0.0, -1.0, f64::NAN, f64::INFINITY, 1_001.0] {
            assert!(gaussian(&mut [1.0], sigma).is_err());
        }
    }
}
