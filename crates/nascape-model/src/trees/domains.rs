//! Features of broad domains: how busy the neighbourhood is on its quieter and on its busier side, and how many promoters it has, from
//! 500 bp to 500 kb to either side. A bin's own reads say little of a domain of Polycomb; that its surroundings are silent amid activity
//! does. Further off they would tell one place of a chromosome from the others: with 2 Mb, forests were worse on blocks that they had not
//! learned from. All are the same read from left to right and, with the strands exchanged, from right to left.

use nascape_signal::widest;

use super::windows::summable;
use crate::logarithm::Logarithms;

/// Bins to either side over which each triple of features is taken.
const WIDTHS: [usize; 10] = [10, 20, 50, 100, 200, 400, 1_000, 2_000, 4_000, 10_000];

/// Features of a bin: width by width, the quieter side, the busier side, and divergent transcription.
pub const FEATURES: usize = 3 * WIDTHS.len();

/// Bins on either side within which a promoter's divergent transcription lies.
const PROMOTER: usize = 10;

/// Reads (at the depth that the forest knows) beyond which a promoter counts no more.
const ENOUGH: f64 = 3.0;

/// Bins of reads that are looked at on either side of a bin.
pub const REACH: usize = WIDTHS[WIDTHS.len() - 1] + PROMOTER;

/// Sums over a run of bins, of which any block's features are differences.
pub struct Sums {
    activity: Vec<f64>,
    /// Begins behind the first promoter's reach.
    divergence: Vec<f64>,
}

impl Sums {
    /// `plus` and `minus` are the reads of each bin of the run.
    ///
    /// # Panics
    /// When the strands differ in length, or hold less than two promoters.
    pub fn new(plus: &[f32], minus: &[f32]) -> Self {
        assert_eq!(plus.len(), minus.len(), "the minus strand");
        let (of_plus, of_minus) = (sums(plus.iter().copied()), sums(minus.iter().copied()));
        let reads = plus.iter().zip(minus).map(|(plus, minus)| plus + minus);
        let mut logarithms = Logarithms::new();
        let activity = sums(reads.map(|reads| logarithms.of(reads)));
        let inner = PROMOTER..plus.len() - PROMOTER;
        let divergence = sums(inner.map(|bin| {
            let right = of_plus[bin + PROMOTER + 1] - of_plus[bin];
            let left = of_minus[bin + 1] - of_minus[bin - PROMOTER];
            right.min(left).min(ENOUGH) as f32
        }));
        Self { activity, divergence }
    }
}

/// Writes the features of `bins` bins, `[FEATURES][bins]`, into `out`; `sums` are of a run that holds [`REACH`] bins before bin `first`
/// of these and as many behind the last.
///
/// - quieter and busier side: the smaller and the larger of the means of `ln(1 + reads)` over the bins to the left and to the right;
/// - divergent transcription: the mean over both sides of `min(plus reads to the right, minus reads to the left, 3)` within 500 bp.
///
/// # Panics
/// When `out` does not fit.
pub fn block(sums: &Sums, first: usize, bins: usize, out: &mut [f32]) {
    assert_eq!(out.len(), FEATURES * bins, "features");
    let at = first + REACH;
    let mut rows = out.chunks_exact_mut(bins);
    widest(
        #[inline(always)]
        || {
            for width in WIDTHS {
                let [quieter, busier, divergent] = std::array::from_fn(|_| rows.next().expect("three rows a width"));
                let activity = |from: usize| &sums.activity[from..][..bins];
                let (before, here) = (activity(at - width), activity(at));
                let (behind, end) = (activity(at + 1), activity(at + width + 1));
                for bin in 0..bins {
                    let left = (here[bin] - before[bin]) / width as f64;
                    let right = (end[bin] - behind[bin]) / width as f64;
                    quieter[bin] = left.min(right) as f32;
                    busier[bin] = left.max(right) as f32;
                }
                let divergence = |from: usize| &sums.divergence[from - PROMOTER..][..bins];
                let (from, to) = (divergence(at - width), divergence(at + width + 1));
                for bin in 0..bins {
                    divergent[bin] = ((to[bin] - from[bin]) / (2 * width + 1) as f64) as f32;
                }
            }
        },
    );
}

/// The sums before each value and behind the last, in parts whose sums are exact: the same wherever they begin.
fn sums(values: impl Iterator<Item = f32>) -> Vec<f64> {
    let mut sum = 0.0;
    let upto = values.map(|value| {
        sum += summable(value);
        sum
    });
    std::iter::once(0.0).chain(upto).collect()
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn reads(bins: usize) -> (Vec<f32>, Vec<f32>) {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut strand = || -> Vec<f32> {
            let reads = |rng: &mut ChaCha8Rng| if rng.random_bool(0.2) { rng.random_range(0.0..4.0) } else { 0.0 };
            (0..bins + 2 * REACH).map(|_| reads(&mut rng)).collect()
        };
        (strand(), strand())
    }

    #[test]
    fn features_are_those_of_the_definition_and_of_the_mirror_image() {
        let bins = 30;
        let (plus, minus) = reads(bins);
        let mut features = vec![f32::NAN; FEATURES * bins];
        block(&Sums::new(&plus, &minus), 0, bins, &mut features);
        let mean = |range: std::ops::Range<usize>| {
            let length = range.len() as f64;
            range.map(|bin| f64::from((plus[bin] + minus[bin]).ln_1p())).sum::<f64>() / length
        };
        let divergence = |bin: usize| {
            let right: f64 = plus[bin..=bin + PROMOTER].iter().map(|&reads| f64::from(reads)).sum();
            let left: f64 = minus[bin - PROMOTER..=bin].iter().map(|&reads| f64::from(reads)).sum();
            right.min(left).min(ENOUGH)
        };
        for (at, width) in WIDTHS.into_iter().enumerate() {
            for bin in [0, 17] {
                let place = bin + REACH;
                let sides = [mean(place - width..place), mean(place + 1..place + width + 1)];
                let around = place - width..place + width + 1;
                let divergent = around.map(divergence).sum::<f64>() / (2 * width + 1) as f64;
                let expected = [sides[0].min(sides[1]), sides[0].max(sides[1]), divergent];
                for (row, expected) in expected.into_iter().enumerate() {
                    let found = f64::from(features[(3 * at + row) * bins + bin]);
                    assert!((found - expected).abs() < 1e-5 * expected.max(1.0), "{width}, {row}: {found} {expected}");
                }
            }
        }
        let backwards = |row: &[f32]| row.iter().rev().copied().collect::<Vec<_>>();
        let mut mirrored = vec![f32::NAN; FEATURES * bins];
        block(&Sums::new(&backwards(&minus), &backwards(&plus)), 0, bins, &mut mirrored);
        for (row, mirrored) in features.chunks(bins).zip(mirrored.chunks(bins)) {
            assert!(row.iter().eq(mirrored.iter().rev()), "the same bits");
        }
    }
}
