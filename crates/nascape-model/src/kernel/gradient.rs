//! Backward 1-D convolution: from the gradient of the output to those of the input, the weights and the biases.

use nascape_signal::widest;
use pulp::{Arch, Simd, WithSimd};

use super::conv::{Activation, PackedConv, Shape};
use super::rows::{Rows, RowsMut};

/// Bins over which products are summed in registers before they join the running total: few enough that the rows stay
/// in the second-level cache, and that no lane's sum of `f32` grows long.
const CHUNK: usize = 2048;

/// Output channels whose weights' gradients are summed together, over a few columns at a time; a column is one input
/// channel at one tap.
const BLOCK: usize = 4;

/// A convolution packed for the gradient of its input.
///
/// `dx[i, t] = sum over o, k of weights[o, i, k] * dy[o, t - k * dilation]` is itself a convolution, over `dy` between
/// zeros, with the channels exchanged and the taps reversed.
#[derive(Clone, Debug)]
pub struct PackedTranspose {
    conv: PackedConv,
}

impl PackedTranspose {
    /// Packs `weights`, row-major `[c_out, c_in, taps]`, of the forward convolution `shape`.
    ///
    /// # Panics
    /// When `taps` or `dilation` is 0, or when the number of weights disagrees with `shape`.
    pub fn new(shape: Shape, weights: &[f32]) -> Self {
        assert_eq!(weights.len(), shape.weights(), "weights of {shape:?}");
        let Shape { c_in, c_out, taps, .. } = shape;
        let reversed = Shape { c_in: c_out, c_out: c_in, ..shape };
        let weight = |i, o, k| weights[(o * c_in + i) * taps + taps - 1 - k];
        Self { conv: PackedConv::with(reversed, &vec![0.0; c_in], weight) }
    }

    /// Writes the gradient of the input, `dx` (`c_in` x length), from that of the output, `dy` (`c_out` x length - reach).
    ///
    /// `scratch` holds the zero-padded ends of `dy`; keep it between calls and it stops allocating.
    ///
    /// # Panics
    /// When the channels or lengths of `dy` and `dx` disagree with the shape.
    pub fn gradient_input(&self, dy: Rows<'_>, mut dx: RowsMut<'_>, scratch: &mut Vec<f32>) {
        let reach = self.conv.shape().reach();
        assert_eq!(dx.length(), dy.length() + reach, "input bins for the transpose of {:?}", self.conv.shape());

        // Bins reach..dy.length() of dx see no zeros, and so read dy where it lies.
        let inner = dy.length().saturating_sub(reach);
        if inner > 0 {
            self.conv.forward(dy, Activation::Linear, dx.cut(reach, inner));
        }
        let ends = if inner > 0 { [(0, reach), (dy.length(), reach)] } else { [(0, dx.length()), (0, 0)] };
        for (start, bins) in ends.into_iter().filter(|&(_, bins)| bins > 0) {
            let padded = padded_window(dy, reach, start, bins + reach, scratch);
            self.conv.forward(padded, Activation::Linear, dx.cut(start, bins));
        }
    }
}

/// Copies bins `start..start + length` of `dy`, once it has `reach` zeros on either side, into `scratch`.
fn padded_window<'a>(dy: Rows<'_>, reach: usize, start: usize, length: usize, scratch: &'a mut Vec<f32>) -> Rows<'a> {
    scratch.clear();
    scratch.resize(dy.channels() * length, 0.0);
    let (first, last) = (start.max(reach), (start + length).min(reach + dy.length()));
    for (channel, padded) in scratch.chunks_exact_mut(length).enumerate() {
        padded[first - start..last - start].copy_from_slice(&dy.row(channel)[first - reach..last - reach]);
    }
    Rows::new(scratch, dy.channels(), length, length)
}

/// Adds the gradients of a convolution's weights (`dw`, row-major `[c_out, c_in, taps]`) and biases (`db`, `[c_out]`).
///
/// `dw[o, i, k] += sum over t of dy[o, t] * x[i, t + k * dilation]` and `db[o] += sum over t of dy[o, t]`, where `x` is
/// the input (`c_in` x length) and `dy` the gradient of the output before its activation (`c_out` x length - reach).
///
/// # Panics
/// When the channels, lengths or slices disagree with `shape`.
pub fn gradient_weights(shape: Shape, x: Rows<'_>, dy: Rows<'_>, dw: &mut [f32], db: &mut [f32]) {
    gradient_weights_on(Arch::new(), shape, x, dy, dw, db);
}

fn gradient_weights_on(arch: Arch, shape: Shape, x: Rows<'_>, dy: Rows<'_>, dw: &mut [f32], db: &mut [f32]) {
    assert_eq!((x.channels(), dy.channels()), (shape.c_in, shape.c_out), "channels for {shape:?}");
    assert_eq!((dw.len(), db.len()), (shape.weights(), shape.c_out), "weights and biases for {shape:?}");
    assert_eq!(x.length(), dy.length() + shape.reach(), "input bins for {shape:?}");
    for start in (0..dy.length()).step_by(CHUNK) {
        let bins = CHUNK.min(dy.length() - start);
        let (x, dy) = (x.cut(start, bins + shape.reach()), dy.cut(start, bins));
        arch.dispatch(GradientWeights { shape, x, dy, dw, db });
    }
}

struct GradientWeights<'a> {
    shape: Shape,
    x: Rows<'a>,
    dy: Rows<'a>,
    dw: &'a mut [f32],
    db: &'a mut [f32],
}

impl WithSimd for GradientWeights<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if S::REGISTER_COUNT >= 32 {
            self.blocks::<S, 5>(simd)
        } else {
            self.blocks::<S, 3>(simd)
        }
        self.biases(simd);
    }
}

impl GradientWeights<'_> {
    #[inline(always)]
    fn blocks<S: Simd, const COLUMNS: usize>(&mut self, simd: S) {
        let Shape { c_in, c_out, taps, .. } = self.shape;
        for first in (0..c_out).step_by(BLOCK) {
            for column in (0..c_in * taps).step_by(COLUMNS) {
                match c_out - first {
                    1 => self.block::<S, COLUMNS, 1>(simd, first, column),
                    2 => self.block::<S, COLUMNS, 2>(simd, first, column),
                    3 => self.block::<S, COLUMNS, 3>(simd, first, column),
                    _ => self.block::<S, COLUMNS, BLOCK>(simd, first, column),
                }
            }
        }
    }

    /// Adds the gradients for `CHANNELS` output channels from `first` x `COLUMNS` columns from `first_column`. Where
    /// columns run out, the last one is summed again and not added.
    #[inline(always)]
    fn block<S: Simd, const COLUMNS: usize, const CHANNELS: usize>(
        &mut self,
        simd: S,
        first: usize,
        first_column: usize,
    ) {
        let Shape { c_in, taps, dilation, .. } = self.shape;
        let columns = c_in * taps;
        let bins = self.dy.length();
        let mut dy: [&[f32]; CHANNELS] = [&[]; CHANNELS];
        for (o, dy) in dy.iter_mut().enumerate() {
            *dy = self.dy.row(first + o);
        }
        let mut x: [&[f32]; COLUMNS] = [&[]; COLUMNS];
        for (j, x) in x.iter_mut().enumerate() {
            let column = (first_column + j).min(columns - 1);
            *x = &self.x.row(column / taps)[column % taps * dilation..][..bins];
        }

        // Every loop over `sums` has a constant number of turns: only then do they stay in registers.
        let mut sums = [[simd.splat_f32s(0.0); COLUMNS]; CHANNELS];
        let whole = bins - bins % S::F32_LANES;
        for t in (0..whole).step_by(S::F32_LANES) {
            let load = |row: &[f32]| S::as_simd_f32s(&row[t..t + S::F32_LANES]).0[0];
            add_products(simd, &mut sums, &dy, &x, load);
        }
        if whole < bins {
            add_products(simd, &mut sums, &dy, &x, |row| simd.partial_load_f32s(&row[whole..]));
        }

        for (o, sums) in sums.iter().enumerate() {
            for (j, &sum) in sums.iter().enumerate() {
                if first_column + j < columns {
                    self.dw[(first + o) * columns + first_column + j] += simd.reduce_sum_f32s(sum);
                }
            }
        }
    }

    #[inline(always)]
    fn biases<S: Simd>(&mut self, simd: S) {
        for (o, db) in self.db.iter_mut().enumerate() {
            let (whole, rest) = S::as_simd_f32s(self.dy.row(o));
            let mut sums = [simd.splat_f32s(0.0); 4];
            let (quads, singles) = whole.as_chunks::<4>();
            for quad in quads {
                for (sum, &dy) in sums.iter_mut().zip(quad) {
                    *sum = simd.add_f32s(*sum, dy);
                }
            }
            for (sum, &dy) in sums.iter_mut().zip(singles) {
                *sum = simd.add_f32s(*sum, dy);
            }
            let [a, b, c, d] = sums;
            let sum = simd.add_f32s(simd.add_f32s(a, b), simd.add_f32s(c, d));
            *db += simd.reduce_sum_f32s(simd.add_f32s(sum, simd.partial_load_f32s(rest)));
        }
    }
}

/// `sums[o][j] += dy[o] * x[j]`, lane by lane, for the vector that `load` takes from each row.
#[inline(always)]
fn add_products<S: Simd, const COLUMNS: usize, const CHANNELS: usize>(
    simd: S,
    sums: &mut [[S::f32s; COLUMNS]; CHANNELS],
    dy: &[&[f32]; CHANNELS],
    x: &[&[f32]; COLUMNS],
    load: impl Fn(&[f32]) -> S::f32s,
) {
    let mut loaded = [simd.splat_f32s(0.0); COLUMNS];
    for (loaded, x) in loaded.iter_mut().zip(x) {
        *loaded = load(x);
    }
    for (sums, dy) in sums.iter_mut().zip(dy) {
        let dy = load(dy);
        for (sum, &x) in sums.iter_mut().zip(&loaded) {
            *sum = simd.mul_add_e_f32s(dy, x, *sum);
        }
    }
}

/// Turns the gradient of a ReLU's output into that of its input, in place: 0 wherever the output `y` is not above 0.
///
/// # Panics
/// When the channels or lengths of `y` and `dy` differ.
pub fn mask_relu_gradient(y: Rows<'_>, mut dy: RowsMut<'_>) {
    assert_eq!((y.channels(), y.length()), (dy.channels(), dy.length()), "a ReLU's output and its gradient");
    widest(
        #[inline(always)]
        || {
            for channel in 0..y.channels() {
                for (dy, &y) in dy.row(channel).iter_mut().zip(y.row(channel)) {
                    *dy = if y > 0.0 { *dy } else { 0.0 };
                }
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::naive::{self, instruction_sets, noise, shapes};
    use super::*;

    proptest! {
        #[test]
        fn input_gradient_equals_the_definition(
            shape in shapes(), bins in 1..300_usize, gap in 0..20_usize, seed in 0..1000_u64,
        ) {
            let (weights, dy) = (noise(shape.weights(), seed), noise(shape.c_out * (bins + gap), seed + 1));
            let dy = Rows::new(&dy, shape.c_out, bins, bins + gap);
            let length = bins + shape.reach();
            let mut dx = vec![f32::NAN; shape.c_in * length];
            // Scratch left over from another call must not show.
            let mut scratch = vec![f32::NAN; 1000];
            let transpose = PackedTranspose::new(shape, &weights);
            transpose.gradient_input(dy, RowsMut::new(&mut dx, shape.c_in, length, length), &mut scratch);
            for (&sum, &dx) in naive::gradient_input(shape, dy, &weights).iter().flatten().zip(&dx) {
                prop_assert!(sum.is_close_to(dx), "{sum:?} but {dx}");
            }
        }

        #[test]
        fn weight_gradient_equals_the_definition(
            shape in shapes(), bins in prop_oneof![1..100_usize, CHUNK - 20..3 * CHUNK], seed in 0..1000_u64,
        ) {
            let length = bins + shape.reach();
            let (x, dy) = (noise(shape.c_in * length, seed), noise(shape.c_out * bins, seed + 1));
            let (x, dy) = (Rows::new(&x, shape.c_in, length, length), Rows::new(&dy, shape.c_out, bins, bins));
            let (expected_dw, expected_db) = naive::gradient_weights(shape, x, dy);
            for arch in instruction_sets() {
                let (mut dw, mut db) = (vec![0.0; shape.weights()], vec![0.0; shape.c_out]);
                gradient_weights_on(arch, shape, x, dy, &mut dw, &mut db);
                for (&sum, &d) in expected_dw.iter().zip(&dw).chain(expected_db.iter().zip(&db)) {
                    prop_assert!(sum.is_close_to(d), "{arch:?}: {sum:?} but {d}");
                }
            }
        }
    }

    #[test]
    fn weight_gradients_add_to_what_is_there() {
        let shape = Shape { c_in: 1, c_out: 1, taps: 2, dilation: 1 };
        let (mut dw, mut db) = ([10.0, 20.0], [30.0]);
        let (x, dy) = (Rows::new(&[1.0, 2.0, 4.0], 1, 3, 3), Rows::new(&[1.0, 10.0], 1, 2, 2));
        gradient_weights(shape, x, dy, &mut dw, &mut db);
        assert_eq!((dw, db), ([31.0, 62.0], [41.0]));
    }

    #[test]
    fn weight_gradients_of_a_long_tile_keep_f32_accuracy() {
        let bins = 20_000;
        let shape = Shape { c_in: 1, c_out: 1, taps: 1, dilation: 1 };
        // All of one sign and far from 0: the case in which a single running sum loses most.
        let x: Vec<f32> = noise(bins, 1).iter().map(|x| x + 3.0).collect();
        let dy: Vec<f32> = noise(bins, 2).iter().map(|dy| dy + 3.0).collect();
        let expected: f64 = x.iter().zip(&dy).map(|(&x, &dy)| f64::from(x) * f64::from(dy)).sum();
        let (mut dw, mut db) = ([0.0], [0.0]);
        gradient_weights(shape, Rows::new(&x, 1, bins, bins), Rows::new(&dy, 1, bins, bins), &mut dw, &mut db);
        assert!((f64::from(dw[0]) / expected - 1.0).abs() < 2e-6, "{} but {expected}", dw[0]);
    }

    #[test]
    fn relu_passes_gradient_only_where_its_output_is_positive() {
        let mut dy = [1.0, 2.0, 3.0, 4.0];
        mask_relu_gradient(Rows::new(&[0.5, 0.0, -0.0, 7.0], 2, 2, 2), RowsMut::new(&mut dy, 2, 2, 2));
        assert_eq!(dy, [1.0, 0.0, 0.0, 4.0]);
    }
}
