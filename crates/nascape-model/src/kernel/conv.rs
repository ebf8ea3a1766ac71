//! Forward 1-D convolution: valid, dilated, stride 1, as PyTorch's `conv1d`.
//!
//! A block of four output channels x a few vectors of bins stays in registers while the loop runs over input
//! channels and taps, so that one load of `x` feeds four multiply-adds and one weight feeds every vector of the block.

use pulp::{Arch, Simd, WithSimd};

use super::rows::{Rows, RowsMut};

/// Output channels that share one pass over the input.
const BLOCK: usize = 4;

/// The shape of one convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Input channels.
    pub c_in: usize,
    /// Output channels.
    pub c_out: usize,
    /// Taps of the kernel, at least 1.
    pub taps: usize,
    /// Bins between neighbouring taps, at least 1.
    pub dilation: usize,
}

impl Shape {
    /// Bins that the output is shorter than the input: `(taps - 1) * dilation`.
    pub fn reach(self) -> usize {
        (self.taps - 1) * self.dilation
    }

    /// Output bins for `length` input bins, or `None` where the input is too short for a single one.
    pub fn output_length(self, length: usize) -> Option<usize> {
        length.checked_sub(self.reach()).filter(|&bins| bins > 0)
    }

    /// The number of weights, `c_out * c_in * taps`.
    pub fn weights(self) -> usize {
        self.c_out * self.c_in * self.taps
    }
}

/// What is done to a convolution's sums before they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    Linear,
    /// Negative sums become 0; NaN stays NaN.
    Relu,
}

/// A convolution's weights and biases in the order in which the kernel reads them.
///
/// Computes `y[o, t] = bias[o] + sum over i, k of weights[o, i, k] * x[i, t + k * dilation]`, the sum taken with input
/// channels outermost and one fused multiply-add a term, whatever the length and the place of `t` in the row.
#[derive(Clone, Debug)]
pub struct PackedConv {
    shape: Shape,
    /// For each block of output channels: `[c_in][taps][channels of the block]`.
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl PackedConv {
    /// Packs `weights` (row-major `[c_out, c_in, taps]`, as PyTorch and Candle keep them) and `bias` (`[c_out]`).
    ///
    /// # Panics
    /// When `taps` or `dilation` is 0, or when a slice's length disagrees with `shape`.
    pub fn new(shape: Shape, weights: &[f32], bias: &[f32]) -> Self {
        assert_eq!(weights.len(), shape.weights(), "weights for {shape:?}");
        Self::with(shape, bias, |o, i, k| weights[(o * shape.c_in + i) * shape.taps + k])
    }

    /// Packs the weight that `weight(output channel, input channel, tap)` gives for each place.
    pub(super) fn with(shape: Shape, bias: &[f32], weight: impl Fn(usize, usize, usize) -> f32) -> Self {
        let Shape { c_in, c_out, taps, dilation } = shape;
        assert!(taps > 0 && dilation > 0, "taps and dilation start at 1: {shape:?}");
        assert_eq!(bias.len(), c_out, "biases for {shape:?}");
        let mut weights = vec![0.0; shape.weights()];
        let mut packed = weights.iter_mut();
        for first in (0..c_out).step_by(BLOCK) {
            let block = first..c_out.min(first + BLOCK);
            for (i, k) in (0..c_in).flat_map(|i| (0..taps).map(move |k| (i, k))) {
                for (o, slot) in block.clone().zip(&mut packed) {
                    *slot = weight(o, i, k);
                }
            }
        }
        Self { shape, weights, bias: bias.to_vec() }
    }

    /// The shape that this convolution was packed with.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Convolves `x` (`c_in` x length) into `y` (`c_out` x length - reach), overwriting it.
    ///
    /// # Panics
    /// When the channels or lengths of `x` and `y` disagree with the shape.
    pub fn forward(&self, x: Rows<'_>, activation: Activation, y: RowsMut<'_>) {
        self.forward_on(Arch::new(), x, None, activation, y);
    }

    /// Convolves `x` into `y` and adds `other`, which is as large as `y`, before the activation.
    ///
    /// # Panics
    /// When the channels or lengths of `x`, `other` and `y` disagree with the shape.
    pub fn forward_adding(&self, x: Rows<'_>, other: Rows<'_>, activation: Activation, y: RowsMut<'_>) {
        self.forward_on(Arch::new(), x, Some(other), activation, y);
    }

    fn forward_on(&self, arch: Arch, x: Rows<'_>, other: Option<Rows<'_>>, activation: Activation, y: RowsMut<'_>) {
        assert_eq!((x.channels(), y.channels()), (self.shape.c_in, self.shape.c_out), "channels for {:?}", self.shape);
        assert_eq!(x.length(), y.length() + self.shape.reach(), "input bins for {:?}", self.shape);
        if let Some(other) = other {
            assert_eq!(
                (other.channels(), other.length()),
                (y.channels(), y.length()),
                "what is added to {:?}",
                self.shape
            );
        }
        arch.dispatch(Forward { conv: self, x, other, activation, y });
    }
}

struct Forward<'a> {
    conv: &'a PackedConv,
    x: Rows<'a>,
    other: Option<Rows<'a>>,
    activation: Activation,
    y: RowsMut<'a>,
}

impl WithSimd for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // As many sums as leave registers for the loads of x and the weights; 8 at least, or each would wait for
        // its own last multiply-add. On 16 registers, 4 x 3 of them spill.
        match (self.conv.shape.c_out, S::REGISTER_COUNT) {
            (1, _) => self.blocks::<S, 8>(simd),
            (_, 32..) => self.blocks::<S, 6>(simd),
            _ => self.blocks::<S, 2>(simd),
        }
    }
}

impl Forward<'_> {
    /// Walks the row in blocks of `VECTORS` vectors. The last one steps back to end with the row: it computes some bins
    /// twice, in the same way, and so to the same bits. Rows shorter than a block take single, partial vectors.
    #[inline(always)]
    fn blocks<S: Simd, const VECTORS: usize>(mut self, simd: S) {
        let length = self.y.length();
        let block = VECTORS * S::F32_LANES;
        if length < block {
            for start in (0..length).step_by(S::F32_LANES) {
                self.channels::<S, 1>(simd, start, S::F32_LANES.min(length - start));
            }
        } else {
            for start in (0..length).step_by(block) {
                self.channels::<S, VECTORS>(simd, start.min(length - block), block);
            }
        }
    }

    /// Computes every output channel over `bins` bins from `start`.
    #[inline(always)]
    fn channels<S: Simd, const VECTORS: usize>(&mut self, simd: S, start: usize, bins: usize) {
        let c_out = self.conv.shape.c_out;
        for first in (0..c_out).step_by(BLOCK) {
            match c_out - first {
                1 => self.block::<S, VECTORS, 1>(simd, first, start, bins),
                2 => self.block::<S, VECTORS, 2>(simd, first, start, bins),
                3 => self.block::<S, VECTORS, 3>(simd, first, start, bins),
                _ => self.block::<S, VECTORS, BLOCK>(simd, first, start, bins),
            }
        }
    }

    /// Computes `CHANNELS` output channels from `first` over `bins` bins from `start`.
    #[inline(always)]
    fn block<S: Simd, const VECTORS: usize, const CHANNELS: usize>(
        &mut self,
        simd: S,
        first: usize,
        start: usize,
        bins: usize,
    ) {
        let Shape { c_in, taps, dilation, .. } = self.conv.shape;
        // Every loop over `sums` has a constant number of turns: only then do they stay in registers.
        let mut sums = [[simd.splat_f32s(0.0); VECTORS]; CHANNELS];
        let (bias, _) = self.conv.bias[first..].as_chunks::<CHANNELS>();
        for (sums, &bias) in sums.iter_mut().zip(&bias[0]) {
            *sums = [simd.splat_f32s(bias); VECTORS];
        }

        let (weights, _) = self.conv.weights[first * c_in * taps..].as_chunks::<CHANNELS>();
        for (i, weights) in weights[..c_in * taps].chunks_exact(taps).enumerate() {
            let row = &self.x.row(i)[start..];
            for (k, weights) in weights.iter().enumerate() {
                let x = load::<S, VECTORS>(simd, &row[k * dilation..][..bins]);
                for (sums, &weight) in sums.iter_mut().zip(weights) {
                    let weight = simd.splat_f32s(weight);
                    for (sum, &x) in sums.iter_mut().zip(&x) {
                        *sum = simd.mul_add_e_f32s(weight, x, *sum);
                    }
                }
            }
        }

        for (o, sums) in sums.iter_mut().enumerate() {
            if let Some(other) = self.other {
                let other = load::<S, VECTORS>(simd, &other.row(first + o)[start..][..bins]);
                for (sum, other) in sums.iter_mut().zip(other) {
                    *sum = simd.add_f32s(*sum, other);
                }
            }
            if self.activation == Activation::Relu {
                let zero = simd.splat_f32s(0.0);
                for sum in sums.iter_mut() {
                    // Not `max`, which processors define differently for NaN.
                    *sum = simd.select_f32s(simd.less_than_f32s(*sum, zero), zero, *sum);
                }
            }
            store(simd, &mut self.y.row(first + o)[start..][..bins], sums);
        }
    }
}

/// Loads `VECTORS` whole vectors, or a single one that may be partial, its missing lanes 0.
#[inline(always)]
fn load<S: Simd, const VECTORS: usize>(simd: S, from: &[f32]) -> [S::f32s; VECTORS] {
    if VECTORS == 1 {
        return [simd.partial_load_f32s(from); VECTORS];
    }
    let (whole, _) = S::as_simd_f32s(from).0.as_chunks::<VECTORS>();
    whole[0]
}

/// Stores what [`load`] would load.
#[inline(always)]
fn store<S: Simd, const VECTORS: usize>(simd: S, to: &mut [f32], vectors: &[S::f32s; VECTORS]) {
    if VECTORS == 1 {
        return simd.partial_store_f32s(to, vectors[0]);
    }
    let (whole, _) = S::as_mut_simd_f32s(to).0.as_chunks_mut::<VECTORS>();
    whole[0] = *vectors;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::naive::{bits, convolve, instruction_sets, noise, shapes};
    use super::*;

    /// A convolution with random weights, and an input that gives `bins` output bins, its rows `gap` values apart.
    fn example(shape: Shape, bins: usize, gap: usize, seed: u64) -> (Vec<f32>, Vec<f32>, Vec<f32>, usize) {
        let stride = bins + shape.reach() + gap;
        (noise(shape.weights(), seed), noise(shape.c_out, seed + 1), noise(shape.c_in * stride, seed + 2), stride)
    }

    fn forward(conv: &PackedConv, arch: Arch, x: Rows<'_>) -> Vec<Vec<u32>> {
        let Shape { c_out, .. } = conv.shape;
        let bins = conv.shape.output_length(x.length()).expect("an output bin");
        let mut y = vec![f32::NAN; c_out * bins];
        conv.forward_on(arch, x, None, Activation::Linear, RowsMut::new(&mut y, c_out, bins, bins));
        bits(Rows::new(&y, c_out, bins, bins))
    }

    proptest! {
        #[test]
        fn forward_equals_the_definition(
            shape in shapes(), bins in 1..300_usize, gap in 0..20_usize, relu: bool, adding: bool, seed in 0..1000_u64,
        ) {
            let (weights, bias, x, stride) = example(shape, bins, gap, seed);
            let x = Rows::new(&x, shape.c_in, bins + shape.reach(), stride);
            let mut expected = convolve(shape, x, &weights, &bias);
            let other = noise(shape.c_out * bins, seed + 3);
            if adding {
                let sums = expected.iter_mut().flatten();
                sums.zip(&other).for_each(|(sum, &other)| sum.add(other, 1.0));
            }
            let other = adding.then(|| Rows::new(&other, shape.c_out, bins, bins));
            let activation = if relu { Activation::Relu } else { Activation::Linear };
            let conv = PackedConv::new(shape, &weights, &bias);
            for arch in instruction_sets() {
                let mut y = vec![f32::NAN; shape.c_out * (bins + gap)];
                conv.forward_on(arch, x, other, activation, RowsMut::new(&mut y, shape.c_out, bins, bins + gap));
                for (expected, y) in expected.iter().zip(y.chunks(bins + gap)) {
                    for (&sum, &y) in expected.iter().zip(y) {
                        prop_assert!(if relu { sum.relu() } else { sum }.is_close_to(y), "{arch:?}: {sum:?} but {y}");
                    }
                    prop_assert!(y[bins..].iter().all(|gap| gap.is_nan()), "{arch:?} wrote between the rows");
                }
            }
        }

        #[test]
        fn pieces_have_the_bits_of_the_whole(
            shape in shapes(), bins in 1..3000_usize, cuts in prop::collection::vec(0.0..1.0, 0..12), seed in 0..1000_u64,
        ) {
            let (weights, bias, x, stride) = example(shape, bins, 0, seed);
            let x = Rows::new(&x, shape.c_in, stride, stride);
            let conv = PackedConv::new(shape, &weights, &bias);
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut: f64| (cut * bins as f64) as usize).collect();
            cuts.extend([0, bins]);
            cuts.sort_unstable();
            cuts.dedup();
            for arch in instruction_sets() {
                let whole = forward(&conv, arch, x);
                for piece in cuts.windows(2) {
                    let (start, end) = (piece[0], piece[1]);
                    let part = forward(&conv, arch, x.cut(start, end - start + shape.reach()));
                    for (part, whole) in part.iter().zip(&whole) {
                        prop_assert_eq!(part, &whole[start..end], "{:?}, bins {}..{}", arch, start, end);
                    }
                }
            }
        }
    }

    #[test]
    fn every_short_length_has_the_bits_of_the_whole() {
        let shape = Shape { c_in: 3, c_out: 7, taps: 5, dilation: 2 };
        let (weights, bias, x, stride) = example(shape, 400, 0, 7);
        let x = Rows::new(&x, shape.c_in, stride, stride);
        let conv = PackedConv::new(shape, &weights, &bias);
        for arch in instruction_sets() {
            let whole = forward(&conv, arch, x);
            for bins in 1..200 {
                let part = forward(&conv, arch, x.cut(11, bins + shape.reach()));
                assert!(part.iter().zip(&whole).all(|(part, whole)| part[..] == whole[11..11 + bins]), "{bins} bins");
            }
        }
    }

    #[test]
    fn every_instruction_set_with_fused_multiply_add_has_the_same_bits() {
        let shape = Shape { c_in: 5, c_out: 7, taps: 9, dilation: 3 };
        let (weights, bias, x, stride) = example(shape, 1_003, 0, 11);
        let conv = PackedConv::new(shape, &weights, &bias);
        let on = |arch| forward(&conv, arch, Rows::new(&x, shape.c_in, stride, stride));
        // Without it (processors before 2013) a product is rounded before it is added.
        let fused = instruction_sets().into_iter().filter(|arch| !matches!(arch, Arch::Scalar));
        let all: Vec<_> = fused.map(|arch| (arch, on(arch))).collect();
        assert!(
            all.windows(2).all(|two| two[0].1 == two[1].1),
            "{:?}",
            all.iter().map(|one| one.0).collect::<Vec<_>>()
        );
    }

    #[test]
    fn missing_input_stays_missing_through_a_relu() {
        let shape = Shape { c_in: 1, c_out: 1, taps: 1, dilation: 1 };
        let conv = PackedConv::new(shape, &[1.0], &[0.0]);
        for (arch, bins) in instruction_sets().into_iter().flat_map(|arch| [(arch, 3), (arch, 100)]) {
            let (x, mut y) = (vec![f32::NAN; bins], vec![0.0; bins]);
            let x = Rows::new(&x, 1, bins, bins);
            conv.forward_on(arch, x, None, Activation::Relu, RowsMut::new(&mut y, 1, bins, bins));
            assert!(y.iter().all(|y| y.is_nan()), "{arch:?}");
        }
    }

    #[test]
    fn inputs_shorter_than_the_reach_have_no_output() {
        let shape = Shape { c_in: 1, c_out: 1, taps: 5, dilation: 3 };
        assert_eq!([12, 13, 20].map(|length| shape.output_length(length)), [None, Some(1), Some(8)]);
    }
}
