//! What an imputed value is worth: intervals that hold the observed one, estimated on a part that training did not see.
//!
//! An interval is `[value - lower * scale, value + upper * scale]`, as in conformal prediction with normalised residuals (Lei et al.,
//! JASA 2018), but with a factor a side, since chromatin signals are skewed: most bins are empty, and a marked bin is nearly always
//! imputed too low. `upper` is chosen so that 90 % of the highest twentieth of the observed bins lie below their upper ends, `lower`
//! so that then 90 % of all bins lie inside. So the intervals are right where it matters, not only on the empty bins.
//!
//! For peaks the scale is that of a yes-or-no question answered with probability p, `sqrt(p (1 - p))`: the interval reaches up to 1
//! where a peak is possible, and down to 0 where its absence is.

use serde::{Deserialize, Serialize};

use crate::peaks::Rate;

/// Share of the bins that an interval is to hold.
pub const COVERAGE: f64 = 0.9;
/// The share of the bins, highest observed first, that is covered for itself.
const TOP: f64 = 0.05;

/// A bundle's calibration for one mark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Bins it was estimated on.
    pub bins: usize,
    /// Scales from the value down to the interval's lower end.
    pub lower: f64,
    /// Scales from the value up to the interval's upper end.
    pub upper: f64,
    /// False discovery rate and recall by threshold, for peaks; none for a signal.
    pub rates: Vec<Rate>,
    /// Share of the test part's bins that lie in their intervals, and the same among the highest 5 % observed.
    pub test_coverage: Option<Coverage>,
}

/// How many bins lie in their intervals.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Of all bins.
    pub all: f64,
    /// Of the highest 5 % observed; for peaks, of the bins in peaks where those are fewer.
    pub top: f64,
}

impl Calibration {
    /// From observed and imputed values with their scales, a number a bin; NaN where nothing was observed. `None` when nothing was
    /// observed, or all the same.
    pub fn estimate(observed: &[f32], value: &[f32], scale: &[f32]) -> Option<Self> {
        let bins: Vec<[f32; 3]> = complete(observed, value, scale);
        let top = top(&bins)?;
        // The factor up that each of the highest needs; the 90th percentile of them covers 90 %.
        let up =
            |[observed, value, scale]: &[f32; 3]| f64::from(observed - value) / f64::from(scale.max(f32::MIN_POSITIVE));
        let upper = quantile(bins.iter().filter(|bin| bin[0] >= top).map(up).collect(), COVERAGE).max(0.0);
        let above = bins.iter().filter(|bin| up(bin) > upper).count();
        // Of the others, so many must lie above their lower ends that 90 % of all lie inside.
        let inside = COVERAGE * bins.len() as f64 / (bins.len() - above).max(1) as f64;
        let down = bins.iter().filter(|bin| up(bin) <= upper).map(|bin| -up(bin)).collect();
        let lower = quantile(down, inside.min(1.0)).max(0.0);
        Some(Self { bins: bins.len(), lower, upper, rates: Vec::new(), test_coverage: None })
    }

    /// The interval's ends for one bin.
    pub fn interval(&self, value: f32, scale: f32) -> (f32, f32) {
        (value - (self.lower * f64::from(scale)) as f32, value + (self.upper * f64::from(scale)) as f32)
    }

    /// How many bins of another part lie in their intervals. `None` as for [`Calibration::estimate`].
    pub fn coverage(&self, observed: &[f32], value: &[f32], scale: &[f32]) -> Option<Coverage> {
        let bins = complete(observed, value, scale);
        let top = top(&bins)?;
        // A hair's breadth for the rounding of scale times factor.
        let holds = |bin: &&[f32; 3]| {
            let (low, high) = self.interval(bin[1], bin[2]);
            (low - 1e-6..=high + 1e-6).contains(&bin[0])
        };
        let share = |bins: Vec<&[f32; 3]>| bins.iter().filter(|bin| holds(bin)).count() as f64 / bins.len() as f64;
        Some(Coverage {
            all: share(bins.iter().collect()),
            top: share(bins.iter().filter(|bin| bin[0] >= top).collect()),
        })
    }
}

/// The scale of a peak's probability.
pub fn scale_of_probability(p: f32) -> f32 {
    // Never quite 0: an interval is to be had everywhere.
    (p * (1.0 - p)).max(0.0).sqrt().max(1e-6)
}

/// Observed value, imputed value and scale of the bins where something was observed.
fn complete(observed: &[f32], value: &[f32], scale: &[f32]) -> Vec<[f32; 3]> {
    let bins = observed.iter().zip(value).zip(scale);
    bins.map(|((&o, &v), &s)| [o, v, s]).filter(|bin| bin.iter().all(|value| value.is_finite())).collect()
}

/// The lowest of the highest 5 % observed values; above the lowest of all, so that empty bins are not among them.
fn top(bins: &[[f32; 3]]) -> Option<f32> {
    let mut observed: Vec<f32> = bins.iter().map(|bin| bin[0]).collect();
    observed.sort_unstable_by(f32::total_cmp);
    let lowest = *observed.first()?;
    let at = observed[((1.0 - TOP) * (observed.len() - 1) as f64) as usize];
    if at > lowest { Some(at) } else { observed.into_iter().find(|&value| value > lowest) }
}

/// The smallest value that at least `share` of the values do not exceed.
fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    values.sort_unstable_by(f64::total_cmp);
    let rank = (share * values.len() as f64).ceil() as usize;
    values[rank.clamp(1, values.len()) - 1]
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Skewed signals, imputed with errors that grow with the signal, and peaks with calibrated probabilities.
    fn parts(peaks: bool, seed: u64) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let bins = (0..200_000).map(|_| {
            let p: f32 = rng.random_range(0.0_f32..1.0).powi(6);
            match peaks {
                true => (f32::from(rng.random_bool(f64::from(p))), p, scale_of_probability(p)),
                false => {
                    let error: f32 = rng.random_range(-1.0..1.0) + rng.random_range(-1.0..1.0);
                    let scale = 0.05 + p;
                    ((3.0 * p + error * scale).max(0.0), 3.0 * p, scale)
                }
            }
        });
        bins.fold((Vec::new(), Vec::new(), Vec::new()), |mut all, (observed, value, scale)| {
            all.0.push(observed);
            all.1.push(value);
            all.2.push(scale);
            all
        })
    }

    #[test]
    fn intervals_cover_another_part_over_all_and_at_the_top() {
        for peaks in [false, true] {
            let (observed, value, scale) = parts(peaks, 1);
            let calibration = Calibration::estimate(&observed, &value, &scale).unwrap();
            let (observed, value, scale) = parts(peaks, 2);
            let coverage = calibration.coverage(&observed, &value, &scale).unwrap();
            assert!((0.89..=0.91).contains(&coverage.all), "{coverage:?}, {calibration:?}");
            assert!((0.88..=0.92).contains(&coverage.top), "{coverage:?}, {calibration:?}");
        }
    }

    #[test]
    fn nothing_observed_gives_no_calibration() {
        assert_eq!(Calibration::estimate(&[f32::NAN; 3], &[0.0; 3], &[1.0; 3]), None);
        assert_eq!(Calibration::estimate(&[0.0; 3], &[0.0; 3], &[1.0; 3]), None);
    }
}
