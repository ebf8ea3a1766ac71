//! Is one track better than another, or was it luck? The block bootstrap of a difference.
//!
//! Neighbouring bins are not independent: they share peaks and genes. So whole blocks of neighbouring bins are drawn, with
//! replacement, and the difference is taken anew on each draw: Künsch, Annals of Statistics 17 (1989), 1217-1241.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::order::descending;

/// Draws of the blocks.
const DRAWS: u64 = 1_000;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// Area under the precision-recall curve; what is observed is 1 in a marked bin and 0 elsewhere.
    Auprc,
    /// Pearson's correlation.
    Pearson,
}

/// A difference between two tracks: the second's figure less the first's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// On all bins.
    pub value: f64,
    /// Lower end of its 95 % interval over draws of the blocks.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// The difference in `statistic` of track `second` less track `first` against `observed`, with its interval over draws of `blocks`.
///
/// All slices hold a value a bin, in the same order and without NaN; `blocks` says which block a bin lies in, counted from 0. The
/// same seed gives the same interval, whatever the number of threads. `None` where the statistic is not defined on all bins.
pub fn difference(
    statistic: Statistic,
    blocks: &[u32],
    observed: &[f32],
    [first, second]: [&[f32]; 2],
    seed: u64,
) -> Option<Difference> {
    let count = blocks.iter().max()? + 1;
    let [first, second] = [first, second].map(|track| Prepared::new(statistic, blocks, observed, track, count));
    let of_draw = |times: &[u32]| Some(second.figure(times)? - first.figure(times)?);
    let value = of_draw(&vec![1; count as usize])?;
    let draw = |number: u64| {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        dice.set_stream(number);
        let mut times = vec![0; count as usize];
        (0..count).for_each(|_| times[dice.random_range(0..count) as usize] += 1);
        // A draw without a marked bin says nothing.
        of_draw(&times)
    };
    let mut drawn: Vec<f64> = (0..DRAWS).into_par_iter().filter_map(draw).collect();
    drawn.sort_by(f64::total_cmp);
    let at = |share: f64| drawn.get(((drawn.len() as f64 - 1.0) * share).round() as usize).copied();
    Some(Difference { value, lower: at(0.025)?, upper: at(0.975)? })
}

/// A track, arranged so that a draw costs one pass.
enum Prepared {
    /// Bins by falling score: block, marked, whether the next bin scores less.
    Ranked(Vec<(u32, bool, bool)>),
    /// Moments of each block about the track's means: bins, sums, squares, product.
    Moments(Vec<[f64; 6]>),
}

impl Prepared {
    fn new(statistic: Statistic, blocks: &[u32], observed: &[f32], track: &[f32], count: u32) -> Self {
        match statistic {
            Statistic::Auprc => {
                let order = descending(track);
                let last_of_its_score =
                    |at: usize| order.get(at + 1).is_none_or(|&next| track[next] < track[order[at]]);
                let bin = |(at, &bin): (usize, &usize)| (blocks[bin], observed[bin] > 0.5, last_of_its_score(at));
                Self::Ranked(order.iter().enumerate().map(bin).collect())
            }
            Statistic::Pearson => {
                let mean = |track: &[f32]| track.iter().map(|&v| f64::from(v)).sum::<f64>() / track.len() as f64;
                let (mean_o, mean_t) = (mean(observed), mean(track));
                let mut moments = vec![[0.0; 6]; count as usize];
                for ((&block, &o), &t) in blocks.iter().zip(observed).zip(track) {
                    let (o, t) = (f64::from(o) - mean_o, f64::from(t) - mean_t);
                    let terms = [1.0, o, t, o * o, t * t, o * t];
                    moments[block as usize].iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
                }
                Self::Moments(moments)
            }
        }
    }

    /// The statistic when each block is counted so many times.
    fn figure(&self, times: &[u32]) -> Option<f64> {
        match self {
            Self::Ranked(bins) => {
                let (mut found, mut called, mut before, mut sum) = (0_u64, 0_u64, 0_u64, 0.0);
                for &(block, marked, last_of_its_score) in bins {
                    let times = u64::from(times[block as usize]);
                    called += times;
                    found += if marked { times } else { 0 };
                    if last_of_its_score && found > before {
                        sum += (found - before) as f64 * found as f64 / called as f64;
                        before = found;
                    }
                }
                (found > 0).then(|| sum / found as f64)
            }
            Self::Moments(blocks) => {
                let mut all = [0.0; 6];
                for (moments, &times) in blocks.iter().zip(times) {
                    all.iter_mut().zip(moments).for_each(|(sum, term)| *sum += f64::from(times) * term);
                }
                let [n, o, t, oo, tt, ot] = all;
                let correlation = (ot - o * t / n) / ((oo - o * o / n) * (tt - t * t / n)).sqrt();
                correlation.is_finite().then_some(correlation)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Ranking, pearson};

    /// Twenty blocks of 50 bins; a track that follows what was observed, and one that follows it less.
    fn tracks() -> (Vec<u32>, Vec<f32>, Vec<f32>, Vec<f32>) {
        let mut dice = ChaCha8Rng::seed_from_u64(7);
        let blocks = (0..1_000).map(|bin| bin / 50).collect();
        let observed: Vec<f32> = (0..1_000).map(|_| if dice.random_bool(0.1) { 1.0 } else { 0.0 }).collect();
        let mut noisy = |share: f32| -> Vec<f32> {
            // Few levels, so that scores tie.
            observed.iter().map(|o| ((o + share * dice.random_range(0.0..1.0)) * 20.0).round()).collect()
        };
        let (good, bad) = (noisy(1.2), noisy(3.0));
        (blocks, observed, bad, good)
    }

    #[test]
    fn on_all_bins_it_is_the_difference_of_the_measures() {
        let (blocks, observed, bad, good) = tracks();
        let marked: Vec<bool> = observed.iter().map(|&o| o > 0.5).collect();
        let auprc = |track: &[f32]| Ranking::new(&marked, track).auprc().unwrap();
        let found = difference(Statistic::Auprc, &blocks, &observed, [&bad, &good], 1).unwrap();
        assert!((found.value - (auprc(&good) - auprc(&bad))).abs() < 1e-12);
        let correlation = |track: &[f32]| pearson(&observed, track).unwrap();
        let found = difference(Statistic::Pearson, &blocks, &observed, [&bad, &good], 1).unwrap();
        assert!((found.value - (correlation(&good) - correlation(&bad))).abs() < 1e-12);
    }

    #[test]
    fn a_clear_difference_excludes_zero_and_none_includes_it() {
        let (blocks, observed, bad, good) = tracks();
        for statistic in [Statistic::Auprc, Statistic::Pearson] {
            let found = difference(statistic, &blocks, &observed, [&bad, &good], 1).unwrap();
            assert!(found.lower > 0.0 && found.lower < found.value && found.value < found.upper, "{found:?}");
            let same = difference(statistic, &blocks, &observed, [&bad, &bad], 1).unwrap();
            assert_eq!((same.lower, same.value, same.upper), (0.0, 0.0, 0.0));
            assert_eq!(Some(found), difference(statistic, &blocks, &observed, [&bad, &good], 1));
        }
        assert_eq!(difference(Statistic::Auprc, &blocks, &[0.0; 1_000], [&bad, &good], 1), None);
    }
}
