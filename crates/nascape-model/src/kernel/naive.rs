//! The definitions, written as loops in `f64`: what the tests of the kernels compare with.

use proptest::prelude::*;
use pulp::Arch;

use super::conv::Shape;
use super::rows::Rows;

/// A sum of products, and the sum of their magnitudes, to which its rounding error is relative.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum {
    value: f64,
    scale: f64,
}

impl Sum {
    pub fn add(&mut self, a: f32, b: f32) {
        self.value += f64::from(a) * f64::from(b);
        self.scale += (f64::from(a) * f64::from(b)).abs();
    }

    pub fn relu(self) -> Self {
        Self { value: self.value.max(0.0), ..self }
    }

    pub fn is_close_to(self, value: f32) -> bool {
        (self.value - f64::from(value)).abs() <= 1e-5 * self.scale
    }
}

/// `[c_out][t]`.
pub fn convolve(shape: Shape, x: Rows<'_>, weights: &[f32], bias: &[f32]) -> Vec<Vec<Sum>> {
    let mut y = vec![vec![Sum::default(); x.length() - shape.reach()]; shape.c_out];
    for (o, row) in y.iter_mut().enumerate() {
        for (t, sum) in row.iter_mut().enumerate() {
            sum.add(bias[o], 1.0);
            for (i, k) in taps(shape) {
                sum.add(weights[(o * shape.c_in + i) * shape.taps + k], x.row(i)[t + k * shape.dilation]);
            }
        }
    }
    y
}

/// `[c_in][t]`: every output's gradient scattered to the inputs that it came from.
pub fn gradient_input(shape: Shape, dy: Rows<'_>, weights: &[f32]) -> Vec<Vec<Sum>> {
    let mut dx = vec![vec![Sum::default(); dy.length() + shape.reach()]; shape.c_in];
    for o in 0..shape.c_out {
        for (i, k) in taps(shape) {
            for (t, &dy) in dy.row(o).iter().enumerate() {
                dx[i][t + k * shape.dilation].add(weights[(o * shape.c_in + i) * shape.taps + k], dy);
            }
        }
    }
    dx
}

/// The gradients of the weights, `[c_out, c_in, taps]`, and of the biases.
pub fn gradient_weights(shape: Shape, x: Rows<'_>, dy: Rows<'_>) -> (Vec<Sum>, Vec<Sum>) {
    let (mut dw, mut db) = (Vec::new(), vec![Sum::default(); shape.c_out]);
    for (o, db) in db.iter_mut().enumerate() {
        dy.row(o).iter().for_each(|&dy| db.add(dy, 1.0));
        for (i, k) in taps(shape) {
            let mut sum = Sum::default();
            for (&dy, &x) in dy.row(o).iter().zip(&x.row(i)[k * shape.dilation..]) {
                sum.add(dy, x);
            }
            dw.push(sum);
        }
    }
    (dw, db)
}

fn taps(shape: Shape) -> impl Iterator<Item = (usize, usize)> {
    (0..shape.c_in).flat_map(move |i| (0..shape.taps).map(move |k| (i, k)))
}

/// Shapes that meet every remainder of the blocks of channels.
pub fn shapes() -> impl Strategy<Value = Shape> {
    (1..10_usize, 1..10_usize, 1..7_usize, 1..20_usize).prop_map(|(c_in, c_out, taps, dilation)| Shape {
        c_in,
        c_out,
        taps,
        dilation,
    })
}

/// `count` values in -1..1, the same for the same seed.
pub fn noise(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// The instruction sets that this processor can run: the one it would be given, and the lesser ones.
pub fn instruction_sets() -> Vec<Arch> {
    let mut sets = vec![Arch::new(), Arch::Scalar];
    #[cfg(target_arch = "x86_64")]
    sets.extend(pulp::x86::V3::try_new().map(Arch::V3));
    sets
}

/// The bits of every bin in rows: equality of floats that tells -0 from 0 and lets NaN equal itself.
pub fn bits(rows: Rows<'_>) -> Vec<Vec<u32>> {
    (0..rows.channels()).map(|c| rows.row(c).iter().map(|value| value.to_bits()).collect()).collect()
}
