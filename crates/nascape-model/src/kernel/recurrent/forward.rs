//! Forward through a GRU.

use pulp::{Arch, Simd, WithSimd};

use super::gates::{sigmoid, tanh};
use super::steps::{Steps, StepsMut, ToRows, ToSteps};
use super::{BLOCK, Column, GruShape, GruTape, PackedGru, TILE, first_bin};
use crate::kernel::conv::Activation;
use crate::kernel::rows::{Rows, RowsMut};

impl PackedGru {
    /// Runs over `x` (`inputs` x length) and overwrites `y` (`hidden` x length), from the last bin to the first when
    /// `reversed`. Keeps in `tape` what [`PackedGru::backward`] needs.
    ///
    /// # Panics
    /// When the channels or lengths of `x` and `y` disagree with the shape.
    pub fn forward(&self, x: Rows<'_>, reversed: bool, y: RowsMut<'_>, tape: &mut GruTape) {
        self.forward_on(Arch::new(), x, reversed, y, tape);
    }

    pub(super) fn forward_on(&self, arch: Arch, x: Rows<'_>, reversed: bool, mut y: RowsMut<'_>, tape: &mut GruTape) {
        let GruShape { inputs, hidden } = self.shape;
        assert_eq!((x.channels(), y.channels()), (inputs, hidden), "channels for {:?}", self.shape);
        assert_eq!(x.length(), y.length(), "bins for {:?}", self.shape);
        let (length, width) = (x.length(), self.shape.tiles() * Column::COUNT * TILE);
        (tape.shape, tape.bins) = (Some(self.shape), length);
        tape.states.resize((length + 1) * width, 0.0);
        tape.states[..width].fill(0.0);
        for first in (0..length).step_by(BLOCK) {
            let count = BLOCK.min(length - first);
            let start = first_bin(length, first, count, reversed);
            tape.rows.resize(3 * hidden * count, 0.0);
            let gates = RowsMut::new(&mut tape.rows, 3 * hidden, count, count);
            self.input_part.forward(x.cut(start, count), Activation::Linear, gates);

            let gates = Rows::new(&tape.rows, 3 * hidden, count, count);
            let states = &mut tape.states[first * width..][..(count + 1) * width];
            for tile in self.tiles(Column::COUNT) {
                for (gate, column) in [Column::Reset, Column::Update, Column::New].into_iter().enumerate() {
                    let steps = StepsMut { values: &mut states[width..], width, column: tile.column(column as usize) };
                    arch.dispatch(ToSteps { rows: gates, channels: tile.channels(gate * hidden), reversed, steps });
                }
            }
            arch.dispatch(Forward { gru: self, states });
            for tile in self.tiles(Column::COUNT) {
                let column = tile.column(Column::Hidden as usize);
                let steps = Steps { values: &states[width..], width, column };
                arch.dispatch(ToRows { steps, reversed, rows: y.cut(start, count), channels: tile.channels(0) });
            }
        }
    }
}

/// Computes the steps of a block from the state before it; `states` starts with that one.
struct Forward<'a> {
    gru: &'a PackedGru,
    states: &'a mut [f32],
}

impl WithSimd for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // Twelve sums, each of which waits for its own last multiply-add, keep the multipliers busy.
        match S::F32_LANES {
            16 => self.steps::<S, 1, 4>(simd),
            8 => self.steps::<S, 2, 2>(simd),
            4 => self.steps::<S, 4, 1>(simd),
            2 => self.steps::<S, 8, 1>(simd),
            _ => self.steps::<S, 16, 1>(simd),
        }
    }
}

impl Forward<'_> {
    /// `VECTORS` make a tile. `TURNS` units of the state before are read between additions to the same sum.
    #[inline(always)]
    fn steps<S: Simd, const VECTORS: usize, const TURNS: usize>(self, simd: S) {
        let tiles = self.gru.shape.tiles();
        let width = tiles * Column::COUNT * TILE;
        let one = simd.splat_f32s(1.0);
        let mut states = self.states;
        while states.len() > width {
            let (before, rest) = states.split_at_mut(width);
            let before = &*before;
            for tile in 0..tiles {
                let weights = &self.gru.towards[tile * tiles * TILE * 3 * TILE..][..tiles * TILE * 3 * TILE];
                let hidden = (0..tiles).map(|tile| {
                    let hidden = &before[(tile * Column::COUNT + Column::Hidden as usize) * TILE..][..TILE];
                    [hidden; 3]
                });
                let [reset, update, recurrent] = products::<S, VECTORS, TURNS>(simd, weights, hidden);

                let bias = vectors::<S, VECTORS>(&self.gru.bias_hn[tile * TILE..][..TILE])[0];
                let before = vectors::<S, VECTORS>(&before[tile * Column::COUNT * TILE..][..Column::COUNT * TILE]);
                let after = &mut rest[tile * Column::COUNT * TILE..][..Column::COUNT * TILE];
                let after = S::as_mut_simd_f32s(after).0.as_chunks_mut::<VECTORS>().0;
                for v in 0..VECTORS {
                    let r = sigmoid(simd, simd.add_f32s(after[Column::Reset as usize][v], reset[v]));
                    let z = sigmoid(simd, simd.add_f32s(after[Column::Update as usize][v], update[v]));
                    let q = simd.add_f32s(recurrent[v], bias[v]);
                    let n = tanh(simd, simd.mul_add_e_f32s(r, q, after[Column::New as usize][v]));
                    let h = before[Column::Hidden as usize][v];
                    let h = simd.mul_add_e_f32s(z, h, simd.mul_f32s(simd.sub_f32s(one, z), n));
                    after[Column::Reset as usize][v] = r;
                    after[Column::Update as usize][v] = z;
                    after[Column::New as usize][v] = n;
                    after[Column::Recurrent as usize][v] = q;
                    after[Column::Hidden as usize][v] = h;
                }
            }
            states = rest;
        }
    }
}

/// For each gate, the sums over the other units of weights to or from the units of one tile, `[unit][gate][TILE]`,
/// times the other units' values; `values` gives those tile by tile, one slice a gate.
#[inline(always)]
pub(super) fn products<'a, S: Simd, const VECTORS: usize, const TURNS: usize>(
    simd: S,
    weights: &[f32],
    values: impl Iterator<Item = [&'a [f32]; 3]>,
) -> [[S::f32s; VECTORS]; 3] {
    let mut sums = [[[simd.splat_f32s(0.0); VECTORS]; 3]; TURNS];
    for (values, weights) in values.zip(weights.chunks_exact(TILE * 3 * TILE)) {
        let values = values.map(|values| values.as_chunks::<TURNS>().0);
        for (at, weights) in vectors::<S, VECTORS>(weights).chunks_exact(3 * TURNS).enumerate() {
            for (turn, sums) in sums.iter_mut().enumerate() {
                for (gate, sums) in sums.iter_mut().enumerate() {
                    let value = simd.splat_f32s(values[gate][at][turn]);
                    for (sum, &weight) in sums.iter_mut().zip(&weights[3 * turn + gate]) {
                        *sum = simd.mul_add_e_f32s(weight, value, *sum);
                    }
                }
            }
        }
    }
    let mut total = sums[0];
    for sums in &sums[1..] {
        for (total, sums) in total.iter_mut().zip(sums) {
            for (total, &sum) in total.iter_mut().zip(sums) {
                *total = simd.add_f32s(*total, sum);
            }
        }
    }
    total
}

/// Tiles of values as vectors.
#[inline(always)]
pub(super) fn vectors<S: Simd, const VECTORS: usize>(values: &[f32]) -> &[[S::f32s; VECTORS]] {
    S::as_simd_f32s(values).0.as_chunks::<VECTORS>().0
}
