//! Backward through a GRU: from the gradient of its output to those of its parameters and its input.

use pulp::{Arch, Simd, WithSimd};

use super::forward::{products, vectors};
use super::steps::{Steps, StepsMut, ToRows, ToSteps};
use super::{BLOCK, Column, GruShape, GruTape, PackedGru, TILE, first_bin};
use crate::kernel::conv::Shape;
use crate::kernel::gradient::gradient_weights;
use crate::kernel::rows::{Rows, RowsMut};

/// Columns of a tile in a step's gradients: before the activation of [`Column::Reset`], [`Column::Update`] and
/// [`Column::New`], and [`Column::Recurrent`].
const COLUMNS: usize = 4;

/// Memory of the backward pass, for a block of bins.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// The gradient of the output, `[step][tile][TILE]`.
    outputs: Vec<f32>,
    /// The gradients of the gates, `[step][tile][COLUMNS][TILE]`.
    gates: Vec<f32>,
    /// The gradient that the steps after leave for the hidden units, `[tile][TILE]`.
    carried: Vec<f32>,
    /// The hidden units before each bin, channels first.
    before: Vec<f32>,
    /// The block's share of `dx`.
    inputs: Vec<f32>,
}

impl PackedGru {
    /// Adds to `gradient`, in the order of the parameters, and to `dx` (`inputs` x length) what the gradient `dy` of
    /// the output (`hidden` x length) comes to. `tape` is what [`PackedGru::forward`] left for the same `x` and
    /// `reversed`.
    ///
    /// # Panics
    /// When channels, lengths or the number of parameters disagree with the shape, or when the tape is of another
    /// shape or length.
    pub fn backward(
        &self,
        x: Rows<'_>,
        reversed: bool,
        dy: Rows<'_>,
        tape: &mut GruTape,
        gradient: &mut [f32],
        dx: RowsMut<'_>,
    ) {
        self.backward_on(Arch::new(), x, reversed, dy, tape, gradient, dx);
    }

    #[expect(clippy::too_many_arguments, reason = "one more than the public function, for tests")]
    pub(super) fn backward_on(
        &self,
        arch: Arch,
        x: Rows<'_>,
        reversed: bool,
        dy: Rows<'_>,
        tape: &mut GruTape,
        gradient: &mut [f32],
        mut dx: RowsMut<'_>,
    ) {
        let GruShape { inputs, hidden } = self.shape;
        let (length, units) = (x.length(), self.shape.tiles() * TILE);
        assert_eq!(
            (x.channels(), dx.channels(), dy.channels()),
            (inputs, inputs, hidden),
            "channels, {:?}",
            self.shape
        );
        assert_eq!((dx.length(), dy.length()), (length, length), "bins of {:?}", self.shape);
        assert_eq!((tape.shape, tape.bins), (Some(self.shape), length), "the tape's shape and bins");
        let [weight_ih, weight_hh, bias_ih, bias_hh] = self.shape.split_mut(gradient);
        let (gates_hh, new_hh) = weight_hh.split_at_mut(2 * hidden * hidden);
        let (gates_bias, new_bias) = bias_hh.split_at_mut(2 * hidden);
        let GruTape { states, rows, backward: scratch, .. } = tape;
        let (width, gates_width) = (Column::COUNT * units, COLUMNS * units);

        scratch.carried.clear();
        scratch.carried.resize(units, 0.0);
        for first in (0..length).step_by(BLOCK).rev() {
            let count = BLOCK.min(length - first);
            let start = first_bin(length, first, count, reversed);
            let (x, dy) = (x.cut(start, count), dy.cut(start, count));
            let states = &states[first * width..][..(count + 1) * width];
            scratch.outputs.resize(count * units, 0.0);
            scratch.gates.resize(count * gates_width, 0.0);
            for tile in self.tiles(1) {
                let steps = StepsMut { values: &mut scratch.outputs, width: units, column: tile.column(0) };
                arch.dispatch(ToSteps { rows: dy, channels: tile.channels(0), reversed, steps });
            }
            arch.dispatch(Backward {
                gru: self,
                states,
                outputs: &scratch.outputs,
                gates: &mut scratch.gates,
                carried: &mut scratch.carried,
            });

            rows.resize(COLUMNS * hidden * count, 0.0);
            scratch.before.resize(hidden * count, 0.0);
            for tile in self.tiles(COLUMNS) {
                for gate in 0..COLUMNS {
                    let steps = Steps { values: &scratch.gates, width: gates_width, column: tile.column(gate) };
                    let rows = RowsMut::new(rows, COLUMNS * hidden, count, count);
                    arch.dispatch(ToRows { steps, reversed, rows, channels: tile.channels(gate * hidden) });
                }
            }
            for tile in self.tiles(Column::COUNT) {
                let steps = Steps { values: states, width, column: tile.column(Column::Hidden as usize) };
                let before = RowsMut::new(&mut scratch.before, hidden, count, count);
                arch.dispatch(ToRows { steps, reversed, rows: before, channels: tile.channels(0) });
            }

            let gates = |first: usize, channels| Rows::new(&rows[first * count..], channels, count, count);
            gradient_weights(self.shape.input_part(), x, gates(0, 3 * hidden), weight_ih, bias_ih);
            let before = Rows::new(&scratch.before, hidden, count, count);
            let recurrent = |c_out| Shape { c_in: hidden, c_out, taps: 1, dilation: 1 };
            gradient_weights(recurrent(2 * hidden), before, gates(0, 2 * hidden), gates_hh, gates_bias);
            gradient_weights(recurrent(hidden), before, gates(3 * hidden, hidden), new_hh, new_bias);

            scratch.inputs.resize(inputs * count, 0.0);
            let added = RowsMut::new(&mut scratch.inputs, inputs, count, count);
            self.input_gradient.gradient_input(gates(0, 3 * hidden), added, &mut Vec::new());
            let mut dx = dx.cut(start, count);
            for (channel, added) in scratch.inputs.chunks_exact(count).enumerate() {
                dx.row(channel).iter_mut().zip(added).for_each(|(dx, added)| *dx += added);
            }
        }
    }
}

/// Goes through the steps of a block from the last to the first; `states` starts with the one before the block.
struct Backward<'a> {
    gru: &'a PackedGru,
    states: &'a [f32],
    outputs: &'a [f32],
    gates: &'a mut [f32],
    carried: &'a mut [f32],
}

impl WithSimd for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match S::F32_LANES {
            16 => self.steps::<S, 1, 4>(simd),
            8 => self.steps::<S, 2, 2>(simd),
            4 => self.steps::<S, 4, 1>(simd),
            2 => self.steps::<S, 8, 1>(simd),
            _ => self.steps::<S, 16, 1>(simd),
        }
    }
}

impl Backward<'_> {
    #[inline(always)]
    fn steps<S: Simd, const VECTORS: usize, const TURNS: usize>(self, simd: S) {
        let tiles = self.gru.shape.tiles();
        let units = tiles * TILE;
        let width = units * Column::COUNT;
        let one = simd.splat_f32s(1.0);
        let outputs = self.outputs.chunks_exact(units);
        for ((step, gates), outputs) in self.gates.chunks_exact_mut(units * COLUMNS).enumerate().zip(outputs).rev() {
            let (before, after) = self.states[step * width..][..2 * width].split_at(width);
            for tile in 0..tiles {
                let state = tile * Column::COUNT * TILE..(tile + 1) * Column::COUNT * TILE;
                let before = vectors::<S, VECTORS>(&before[state.clone()]);
                let after = vectors::<S, VECTORS>(&after[state]);
                let gates = vectors_mut::<S, VECTORS>(&mut gates[tile * COLUMNS * TILE..][..COLUMNS * TILE]);
                let carried = &mut vectors_mut::<S, VECTORS>(&mut self.carried[tile * TILE..][..TILE])[0];
                let outputs = vectors::<S, VECTORS>(&outputs[tile * TILE..][..TILE])[0];
                for v in 0..VECTORS {
                    let at = |column: Column| after[column as usize][v];
                    let (r, z, n) = (at(Column::Reset), at(Column::Update), at(Column::New));
                    let dh = simd.add_f32s(carried[v], outputs[v]);
                    let slope = simd.mul_f32s(simd.sub_f32s(one, z), negate_square(simd, n, one));
                    let dn = simd.mul_f32s(dh, slope);
                    let dr = simd.mul_f32s(dn, at(Column::Recurrent));
                    let dz = simd.mul_f32s(dh, simd.sub_f32s(before[Column::Hidden as usize][v], n));
                    gates[Column::Reset as usize][v] = simd.mul_f32s(dr, negate_square(simd, r, r));
                    gates[Column::Update as usize][v] = simd.mul_f32s(dz, negate_square(simd, z, z));
                    gates[Column::New as usize][v] = dn;
                    gates[Column::Recurrent as usize][v] = simd.mul_f32s(dn, r);
                    carried[v] = simd.mul_f32s(dh, z);
                }
            }
            for tile in 0..tiles {
                let weights = &self.gru.back[tile * tiles * TILE * 3 * TILE..][..tiles * TILE * 3 * TILE];
                let values = gates.chunks_exact(COLUMNS * TILE).map(|gates| {
                    [Column::Reset, Column::Update, Column::Recurrent]
                        .map(|gate| &gates[gate as usize * TILE..][..TILE])
                });
                let [reset, update, recurrent] = products::<S, VECTORS, TURNS>(simd, weights, values);
                let carried = &mut vectors_mut::<S, VECTORS>(&mut self.carried[tile * TILE..][..TILE])[0];
                for v in 0..VECTORS {
                    let sum = simd.add_f32s(simd.add_f32s(reset[v], update[v]), recurrent[v]);
                    carried[v] = simd.add_f32s(carried[v], sum);
                }
            }
        }
    }
}

/// `b - a * a`.
#[inline(always)]
fn negate_square<S: Simd>(simd: S, a: S::f32s, b: S::f32s) -> S::f32s {
    simd.negate_mul_add_e_f32s(a, a, b)
}

/// As [`vectors`], mutably.
#[inline(always)]
fn vectors_mut<S: Simd, const VECTORS: usize>(values: &mut [f32]) -> &mut [[S::f32s; VECTORS]] {
    S::as_mut_simd_f32s(values).0.as_chunks_mut::<VECTORS>().0
}
