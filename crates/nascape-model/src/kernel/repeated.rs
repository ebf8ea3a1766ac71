//! Convolution of repeated steps beside others, at the cost of one of the coarse steps themselves.
//!
//! With every step `factor` times, `u[t] = x[t div factor]`, a convolution of `u` is
//!
//! ```text
//! sum over i, k of w[o, i, k] u[i, t + k] = sum over k of p[k, o, (t + k) div factor]
//! with p[k, o, c] = sum over i of w[o, i, k] x[i, c]
//! ```
//!
//! The products `p` are taken once a coarse step, not `factor` times; only their sums over the taps are taken at every finer one.

use nascape_signal::widest;

use super::{
    conv::{Activation, PackedConv, Shape},
    rows::{Rows, RowsMut},
};

/// Bins that are computed at a time, so that what lies between stays in the second cache.
const BLOCK: usize = 1_536;

/// A convolution of the channels of two inputs, of which the first is given before its steps are repeated.
#[derive(Clone, Debug)]
pub struct PackedUpwards {
    /// Of the finer steps of the first input.
    shape: Shape,
    factor: usize,
    /// A convolution of one tap; its output channels are those of each tap in turn.
    products: PackedConv,
    /// Of the second input, with the biases.
    beside: PackedConv,
}

impl PackedUpwards {
    /// Packs `weights` (row-major `[c_out, c_in, taps]`) and `bias` (`[c_out]`) of a convolution whose first `repeated` input channels are
    /// those of steps that are repeated `factor` times.
    ///
    /// # Panics
    /// When a slice's length disagrees with `shape`.
    pub fn new(shape: Shape, repeated: usize, factor: usize, weights: &[f32], bias: &[f32]) -> Self {
        let Shape { c_in, c_out, taps, .. } = shape;
        assert_eq!(weights.len(), shape.weights(), "weights for {shape:?}");
        let weight = |o: usize, i: usize, k: usize| weights[(o * c_in + i) * taps + k];
        let of_products = Shape { c_in: repeated, c_out: c_out * taps, taps: 1, dilation: 1 };
        let nothing = vec![0.0; of_products.c_out];
        let products =
            PackedConv::with(of_products, &nothing, |product, i, _| weight(product % c_out, i, product / c_out));
        let beside = Shape { c_in: c_in - repeated, ..shape };
        let beside = PackedConv::with(beside, bias, |o, i, k| weight(o, repeated + i, k));
        Self { shape: Shape { c_in: repeated, ..shape }, factor, products, beside }
    }

    /// Convolves `x`, each of its steps repeated, and `beside` into `y`; `phase` finer steps of the first step of `x` lie before the first tap.
    /// `scratch` is overwritten.
    ///
    /// # Panics
    /// When channels or lengths disagree with the shape.
    pub fn forward(
        &self,
        x: Rows<'_>,
        phase: usize,
        beside: Rows<'_>,
        activation: Activation,
        scratch: &mut [Vec<f32>; 2],
        mut y: RowsMut<'_>,
    ) {
        let Self { shape: Shape { c_out, .. }, factor, .. } = *self;
        let reach = self.shape.reach();
        assert_eq!(x.length(), (phase + y.length() + reach).div_ceil(factor), "steps to repeat");
        let [part, products] = scratch;
        for start in (0..y.length()).step_by(BLOCK) {
            let bins = BLOCK.min(y.length() - start);
            let (first, phase) = ((phase + start) / factor, (phase + start) % factor);
            let x = x.cut(first, (phase + bins + reach).div_ceil(factor));
            part.resize(part.len().max(c_out * bins), 0.0);
            self.repeated(x, phase, products, RowsMut::new(part, c_out, bins, bins));
            let part = Rows::new(part, c_out, bins, bins);
            self.beside.forward_adding(beside.cut(start, bins + reach), part, activation, y.cut(start, bins));
        }
    }

    /// The part of `y` that is made from repeated steps.
    fn repeated(&self, x: Rows<'_>, phase: usize, scratch: &mut Vec<f32>, mut y: RowsMut<'_>) {
        let Self { shape: Shape { c_out, taps, dilation, .. }, factor, .. } = *self;
        let (steps, cells) = (x.length(), (phase + y.length()).div_ceil(factor));
        let needed = c_out * taps * steps + factor * cells;
        scratch.resize(scratch.len().max(needed), 0.0);
        let (products, sums) = scratch[..needed].split_at_mut(c_out * taps * steps);
        self.products.forward(x, Activation::Linear, RowsMut::new(products, c_out * taps, steps, steps));
        let products = Rows::new(products, c_out * taps, steps, steps);
        widest(
            #[inline(always)]
            || {
                for o in 0..c_out {
                    for (place, sums) in sums.chunks_exact_mut(cells).enumerate() {
                        let of_tap = |k: usize| &products.row(k * c_out + o)[(place + k * dilation) / factor..];
                        sums.iter_mut().zip(of_tap(0)).for_each(|(sum, &product)| *sum = product);
                        for k in 1..taps {
                            sums.iter_mut().zip(of_tap(k)).for_each(|(sum, product)| *sum += product);
                        }
                    }
                    interleave(sums, factor, phase, y.row(o));
                }
            },
        );
    }
}

/// `y[t] = sums[q % factor][q / factor]` with `q = phase + t`.
#[inline(always)]
fn interleave(sums: &[f32], factor: usize, phase: usize, y: &mut [f32]) {
    let cells = sums.len() / factor;
    let at = |q: usize| sums[(q % factor) * cells + q / factor];
    let before = (factor - phase) % factor;
    match factor {
        // Whole steps at a time, in vectors.
        4 if before <= y.len() => {
            let (first, rest) = y.split_at_mut(before);
            first.iter_mut().enumerate().for_each(|(t, y)| *y = at(phase + t));
            let skip = usize::from(phase > 0);
            let rows: [&[f32]; 4] = std::array::from_fn(|place| &sums[place * cells + skip..(place + 1) * cells]);
            let (whole, last) = rest.as_chunks_mut::<4>();
            let done = 4 * (skip + whole.len());
            for ((((y, &a), &b), &c), &d) in whole.iter_mut().zip(rows[0]).zip(rows[1]).zip(rows[2]).zip(rows[3]) {
                *y = [a, b, c, d];
            }
            last.iter_mut().enumerate().for_each(|(t, y)| *y = at(done + t));
        }
        _ => y.iter_mut().enumerate().for_each(|(t, y)| *y = at(phase + t)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::naive::{bits, convolve, noise, shapes};
    use super::*;

    proptest! {
        #[test]
        fn it_is_the_convolution_of_repeated_steps_and_others_and_pieces_have_its_bits(
            shape in shapes(), other in 1..5_usize, factor in 1..6_usize, first in 0..9_usize,
            bins in prop_oneof![1..300_usize, 2_000..3_500_usize], cut in 0.0..1.0, relu: bool, seed in 0..1000_u64,
        ) {
            let Shape { c_in: of_x, c_out, .. } = shape;
            let shape = Shape { c_in: of_x + other, ..shape };
            let length = bins + shape.reach();
            let steps = (first + length).div_ceil(factor);
            let (weights, bias) = (noise(shape.weights(), seed), noise(c_out, seed + 1));
            let (x, beside) = (noise(of_x * (steps + 3), seed + 2), noise(other * (length + 5), seed + 3));
            let (x, beside) = (Rows::new(&x, of_x, steps, steps + 3), Rows::new(&beside, other, length, length + 5));
            let conv = PackedUpwards::new(shape, of_x, factor, &weights, &bias);
            let activation = if relu { Activation::Relu } else { Activation::Linear };
            // Steps `start` on, of which the first tap of the first is step `first + start` of the repeated ones.
            let forward = |start: usize, bins: usize| {
                let from = (first + start) / factor;
                let x = x.cut(from, (first + start + bins + shape.reach()).div_ceil(factor) - from);
                let beside = beside.cut(start, bins + shape.reach());
                // Scratch left over from another call must not show.
                let (mut scratch, mut y) = ([vec![f32::NAN; 7], vec![f32::NAN; 9]], vec![f32::NAN; c_out * bins]);
                let phase = (first + start) % factor;
                conv.forward(x, phase, beside, activation, &mut scratch, RowsMut::new(&mut y, c_out, bins, bins));
                bits(Rows::new(&y, c_out, bins, bins))
            };
            let whole = forward(0, bins);

            let repeated = (0..of_x).flat_map(|i| (first..first + length).map(move |t| x.row(i)[t / factor]));
            let joined: Vec<f32> = repeated.chain((0..other).flat_map(|i| beside.row(i).iter().copied())).collect();
            let expected = convolve(shape, Rows::new(&joined, shape.c_in, length, length), &weights, &bias);
            for (sum, &y) in expected.concat().iter().zip(whole.concat().iter()) {
                let (sum, y) = (if relu { sum.relu() } else { *sum }, f32::from_bits(y));
                prop_assert!(sum.is_close_to(y), "{:?} but {}", sum, y);
            }

            let cut = (cut * bins as f64) as usize;
            for piece in [0..cut, cut..bins].into_iter().filter(|piece| !piece.is_empty()) {
                for (part, whole) in forward(piece.start, piece.len()).iter().zip(&whole) {
                    prop_assert_eq!(part, &whole[piece.clone()]);
                }
            }
        }
    }
}
