//! dREG's features: read ends of both strands in windows of five sizes about a centre base, each size and strand scaled by
//! its own largest window.
//!
//! Danko et al., Nature Methods 12:433 (2015); Wang et al., Genome Research 29:293 (2019); the order and the arithmetic are
//! those of `read_genomic_data.c` in github.com/Danko-Lab/dREG.

use nascape_signal::BIN;

use super::windows::summable;

/// A window size in bases, and how many such windows lie on each side of the centre.
const SCALES: [(usize, usize); 5] = [(10, 10), (25, 10), (50, 30), (500, 20), (5_000, 20)];

/// Features of a bin: the plus strand's windows, size by size and from left to right, then the minus strand's.
pub const FEATURES: usize = 360;

/// Bases that are looked at on each side of a bin's centre base.
pub const REACH: usize = 100_000;

/// Where the centre base of a bin lies in it.
const CENTRE: usize = BIN as usize / 2;

/// What a window without reads becomes: the logistic function at 0.
const SILENT: f32 = 0.01;

/// Where each feature of a block of `bins` bins starts among its values ([`Columns`](super::Columns)).
pub fn starts(bins: usize) -> Vec<usize> {
    (0..FEATURES).map(|feature| feature * bins).collect()
}

/// Writes the features of `bins` bins, `[FEATURES][bins]`, into `out`.
///
/// `plus` and `minus` are the read ends at each base of a run; base `first` of it is the first base of the first bin. The run
/// has [`REACH`] bases on both sides of the bins' centres, or ends where the chromosome does: beyond it there is silence.
/// Signs do not count, nor do values that are no finite numbers. The centre base itself belongs to no window.
///
/// Windows are differences of prefix sums: a bin costs the same however many bases its windows hold. The sums are exact, and
/// a feature has the same bits whatever the cut into runs (see [`WindowSet::block`](super::WindowSet::block)).
///
/// # Panics
/// When the strands differ in length or `out` does not fit.
pub fn block(plus: &[f32], minus: &[f32], first: usize, bins: usize, out: &mut [f32]) {
    assert_eq!((plus.len(), out.len()), (minus.len(), FEATURES * bins), "the minus strand and the features");
    if bins == 0 {
        return;
    }
    for (strand, out) in [plus, minus].into_iter().zip(out.chunks_exact_mut(FEATURES / 2 * bins)) {
        let sums = prefix_sums(strand);
        for bin in 0..bins {
            let centre = first + bin * BIN as usize + CENTRE;
            let mut column = out[bin..].iter_mut().step_by(bins);
            for (size, half) in SCALES {
                let mut windows = [0.0; 60];
                let windows = &mut windows[..2 * half];
                count(&sums, centre, size, windows);
                scale(windows, &mut column);
            }
        }
    }
}

/// The reads before each base of a run, and before its end.
fn prefix_sums(strand: &[f32]) -> Vec<f64> {
    let mut sum = 0.0;
    let ends = strand.iter().map(|&reads| {
        sum += summable(reads.abs());
        sum
    });
    std::iter::once(0.0).chain(ends).collect()
}

/// The reads of windows of `size` bases, as many on the left of the centre base as on its right.
fn count(sums: &[f64], centre: usize, size: usize, windows: &mut [f64]) {
    let reads_before = |base: isize| sums[base.clamp(0, sums.len() as isize - 1) as usize];
    let half = windows.len() / 2;
    let leftmost = centre as isize - (half * size) as isize;
    for (side, windows) in windows.chunks_exact_mut(half).enumerate() {
        let mut begin = if side == 0 { leftmost } else { centre as isize + 1 };
        for window in windows {
            let end = begin + size as isize;
            *window = reads_before(end) - reads_before(begin);
            begin = end;
        }
    }
}

/// The logistic function that is 0.01 at no reads and one half at a twentieth of the largest window.
fn scale<'a>(windows: &[f64], column: &mut impl Iterator<Item = &'a mut f32>) {
    let most = windows.iter().fold(0.0_f64, |most, &reads| most.max(reads));
    let middle = if most == 0.0 { 1.0 } else { 0.05 * most };
    let slope = 99.0_f64.ln() / middle;
    for (&reads, out) in windows.iter().zip(column) {
        // Most windows are empty, and an exponential is dear.
        *out = if reads == 0.0 { SILENT } else { (1.0 / (1.0 + (-slope * (reads - middle)).exp())) as f32 };
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Read ends of some loci, the rest silent, with signs of a minus strand.
    fn strand(bases: usize, seed: u64) -> Vec<f32> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut strand = vec![0.0; bases];
        for _ in 0..bases / 200 {
            let locus = rng.random_range(0..bases);
            for _ in 0..rng.random_range(0..8) {
                let base = (locus + rng.random_range(0..300)).min(bases - 1);
                strand[base] -= rng.random_range(1_u32..30) as f32;
            }
        }
        strand
    }

    /// One bin's features as dREG's own loop takes them: base by base into `floor(distance from the left end / size)`.
    fn directly(plus: &[f32], minus: &[f32], centre: usize) -> Vec<f32> {
        let mut features = Vec::new();
        for strand in [plus, minus] {
            for (size, half) in SCALES {
                let reach = size * half;
                let mut windows = vec![0.0_f64; 2 * half];
                for (base, reads) in strand.iter().enumerate() {
                    if base != centre && base.abs_diff(centre) <= reach {
                        let from_left = base + reach - centre - usize::from(base > centre);
                        windows[from_left / size] += f64::from(reads.abs());
                    }
                }
                let most = windows.iter().copied().fold(0.0, f64::max);
                let middle = if most == 0.0 { 1.0 } else { 0.05 * most };
                let slope = 99.0_f64.ln() / middle;
                features.extend(windows.iter().map(|reads| (1.0 / (1.0 + (-slope * (reads - middle)).exp())) as f32));
            }
        }
        features
    }

    #[test]
    fn features_are_those_of_dregs_own_loop() {
        let bases = 260_000;
        let (plus, minus) = (strand(bases, 1), strand(bases, 2));
        let (first, bins) = (50 * 600, 4_000);
        let mut out = vec![f32::NAN; FEATURES * bins];
        block(&plus, &minus, first, bins, &mut out);
        // The last bins reach past the run's end, the first ones past its start.
        for bin in (0..bins).step_by(97).chain([bins - 1]) {
            let direct = directly(&plus, &minus, first + 50 * bin + 25);
            assert_eq!(direct.len(), FEATURES);
            for (feature, direct) in direct.into_iter().enumerate() {
                let ours = out[starts(bins)[feature] + bin];
                assert!((ours - direct).abs() <= 1e-6, "bin {bin}, feature {feature}: {ours} for {direct}");
            }
        }
    }

    #[test]
    fn features_are_the_same_bits_whatever_the_cut() {
        let (plus, minus) = (strand(250_000, 3), strand(250_000, 4));
        let mut whole = vec![0.0; FEATURES * 500];
        block(&plus, &minus, 110_000, 500, &mut whole);
        // The last 200 of those bins, from a run that holds their reach and no more.
        let run = (110_000 + 300 * 50 + CENTRE - REACH)..(110_000 + 500 * 50 + CENTRE + REACH).min(250_000);
        let mut piece = vec![0.0; FEATURES * 200];
        block(&plus[run.clone()], &minus[run.clone()], 110_000 + 300 * 50 - run.start, 200, &mut piece);
        for feature in 0..FEATURES {
            assert_eq!(piece[feature * 200..][..200], whole[feature * 500 + 300..][..200], "feature {feature}");
        }
    }
}
