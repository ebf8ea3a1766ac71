//! A gated recurrent unit, one direction over one item: `forward` and `backward`.
//!
//! A step needs the one before it, so bins cannot lie in SIMD lanes: hidden units do. What needs no step, the input's
//! part of every gate and all sums of gradients over bins, goes through the convolution's kernels, a block of bins at
//! a time, and is turned between channels-first and step-first on the way (`steps`).

mod backward;
mod forward;
mod gates;
#[cfg(test)]
mod naive;
mod steps;
#[cfg(test)]
mod tests;

use self::steps::Tile;
use super::conv::{PackedConv, Shape};
use super::gradient::PackedTranspose;

/// Hidden units that are computed together: the lanes of the widest vectors. What is past the last unit is zero.
const TILE: usize = 16;

/// Bins whose gates are computed together, few enough that all that is kept of them stays in the second-level cache.
const BLOCK: usize = 496;

/// The shape of one direction of a GRU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GruShape {
    /// Input channels.
    pub inputs: usize,
    /// Hidden units, which are also the output channels.
    pub hidden: usize,
}

impl GruShape {
    /// The number of parameters, `3 * hidden * (inputs + hidden + 2)`.
    pub fn parameters(self) -> usize {
        3 * self.hidden * (self.inputs + self.hidden + 2)
    }

    /// Tiles of hidden units, the last one filled up with units whose weights are all 0.
    fn tiles(self) -> usize {
        self.hidden.div_ceil(TILE)
    }

    /// The input's part of all gates, as a convolution of one tap.
    fn input_part(self) -> Shape {
        Shape { c_in: self.inputs, c_out: 3 * self.hidden, taps: 1, dilation: 1 }
    }

    /// Parameters, or their gradient, as `[weight_ih, weight_hh, bias_ih, bias_hh]`.
    fn split(self, parameters: &[f32]) -> [&[f32]; 4] {
        assert_eq!(parameters.len(), self.parameters(), "parameters of {self:?}");
        let (weight_ih, rest) = parameters.split_at(3 * self.hidden * self.inputs);
        let (weight_hh, rest) = rest.split_at(3 * self.hidden * self.hidden);
        let (bias_ih, bias_hh) = rest.split_at(3 * self.hidden);
        [weight_ih, weight_hh, bias_ih, bias_hh]
    }

    /// As [`GruShape::split`], mutably.
    fn split_mut(self, parameters: &mut [f32]) -> [&mut [f32]; 4] {
        assert_eq!(parameters.len(), self.parameters(), "parameters of {self:?}");
        let (weight_ih, rest) = parameters.split_at_mut(3 * self.hidden * self.inputs);
        let (weight_hh, rest) = rest.split_at_mut(3 * self.hidden * self.hidden);
        let (bias_ih, bias_hh) = rest.split_at_mut(3 * self.hidden);
        [weight_ih, weight_hh, bias_ih, bias_hh]
    }
}

/// One direction of a GRU, its parameters in the order in which the kernels read them.
///
/// PyTorch's definition: with `h` the hidden units after the bin before (0 before the first) and `s` the sigmoid,
///
/// - `r = s(W_ir x + b_ir + W_hr h + b_hr)` and `z = s(W_iz x + b_iz + W_hz h + b_hz)`,
/// - `n = tanh(W_in x + b_in + r * (W_hn h + b_hn))`,
/// - `h' = (1 - z) * n + z * h`.
///
/// The same input gives the same bits on the same machine, and a reversed run those of a forward run over the mirrored
/// input. Sigmoid and tanh are within 2e-7 of the true values.
#[derive(Clone, Debug)]
pub struct PackedGru {
    shape: GruShape,
    /// The input's part of the gates, with every bias that is added outside `r * (..)`.
    input_part: PackedConv,
    input_gradient: PackedTranspose,
    /// `W_hh` by the unit that it leads to: `[tile][hidden unit before][gate][unit of the tile]`.
    towards: Vec<f32>,
    /// `W_hh` by the unit that it comes from: `[tile][hidden unit after][gate][unit of the tile]`.
    back: Vec<f32>,
    /// `b_hn`, filled up with zeros.
    bias_hn: Vec<f32>,
}

/// What [`PackedGru::forward`] keeps for [`PackedGru::backward`], and memory that both use again in the next call.
#[derive(Debug, Default)]
pub struct GruTape {
    shape: Option<GruShape>,
    bins: usize,
    /// The state before the first step, and after each step: `[step][tile][Tile::COUNT][TILE]`.
    states: Vec<f32>,
    /// A block of gates, or of gradients of gates, channels first.
    rows: Vec<f32>,
    /// The other memory of the backward pass.
    backward: backward::Scratch,
}

/// The columns of a tile in a step's state. The first three hold the input's part until the step has been computed.
#[derive(Clone, Copy)]
enum Column {
    Reset,
    Update,
    New,
    /// `W_hn h + b_hn`.
    Recurrent,
    Hidden,
}

impl Column {
    const COUNT: usize = 5;
}

impl PackedGru {
    /// Packs `parameters`: `weight_ih` (`[3 * hidden, inputs]`), `weight_hh` (`[3 * hidden, hidden]`), `bias_ih` and
    /// `bias_hh` (`[3 * hidden]`), one after the other, row-major, gates in the order r, z, n.
    ///
    /// # Panics
    /// When the number of parameters disagrees with `shape`.
    pub fn new(shape: GruShape, parameters: &[f32]) -> Self {
        let hidden = shape.hidden;
        let [weight_ih, weight_hh, bias_ih, bias_hh] = shape.split(parameters);
        let mut bias = bias_ih.to_vec();
        for (bias, recurrent) in bias.iter_mut().zip(&bias_hh[..2 * hidden]) {
            *bias += recurrent;
        }
        let mut bias_hn = bias_hh[2 * hidden..].to_vec();
        bias_hn.resize(shape.tiles() * TILE, 0.0);
        let weight = |gate, to, from| weight_hh[(gate * hidden + to) * hidden + from];
        Self {
            shape,
            input_part: PackedConv::new(shape.input_part(), weight_ih, &bias),
            input_gradient: PackedTranspose::new(shape.input_part(), weight_ih),
            towards: pack(shape, weight),
            back: pack(shape, |gate, of_tile, other| weight(gate, other, of_tile)),
            bias_hn,
        }
    }

    /// The shape that this GRU was packed with.
    pub fn shape(&self) -> GruShape {
        self.shape
    }

    /// The tiles of hidden units in steps of `columns` columns a tile.
    fn tiles(&self, columns: usize) -> impl Iterator<Item = Tile> + use<> {
        let hidden = self.shape.hidden;
        (0..self.shape.tiles()).map(move |at| Tile { at, columns, units: TILE.min(hidden - at * TILE) })
    }
}

/// Packs what `weight(gate, unit of the tile, other unit)` gives, and 0 for units past the last.
fn pack(shape: GruShape, weight: impl Fn(usize, usize, usize) -> f32) -> Vec<f32> {
    let units = shape.tiles() * TILE;
    let mut packed = Vec::with_capacity(3 * units * units);
    for tile in 0..shape.tiles() {
        for (other, gate) in (0..units).flat_map(|other| (0..3).map(move |gate| (other, gate))) {
            packed.extend(
                (tile * TILE..(tile + 1) * TILE)
                    .map(|unit| if unit.max(other) < shape.hidden { weight(gate, unit, other) } else { 0.0 }),
            );
        }
    }
    packed
}

/// Where the bins of steps `first..first + count` begin.
fn first_bin(length: usize, first: usize, count: usize, reversed: bool) -> usize {
    if reversed { length - first - count } else { first }
}
