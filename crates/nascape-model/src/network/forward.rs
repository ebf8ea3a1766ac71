//! A plan with its weights, run over a tile: inference.

use std::{collections::HashMap, ops::Range};

use super::plan::{Layer, Op, Plan};
use crate::kernel::{Activation, GruTape, PackedConv, PackedGru, Rows, RowsMut, max_pool, mean_pool, repeat, sum};

/// A plan with its weights packed for the processor.
#[derive(Clone, Debug)]
pub struct Network {
    plan: Plan,
    /// The weights of each layer that is trained.
    trained: Vec<Option<Trained>>,
    /// The buffer that each layer is computed in, and how many there are: a buffer is used again when its layer is done with.
    buffers: (Vec<usize>, usize),
}

/// A layer's weights, packed for the processor.
#[derive(Clone, Debug)]
pub(super) enum Trained {
    Conv(PackedConv),
    Gru(PackedGru),
}

impl Trained {
    /// Takes a layer's weights from the front of `parameters`.
    pub(super) fn take(op: &Op, parameters: &mut &[f32]) -> Option<Self> {
        let mut take = |count: usize| {
            let (taken, rest) = parameters.split_at(count);
            *parameters = rest;
            taken
        };
        match op {
            Op::Conv { shape, .. } => {
                Some(Self::Conv(PackedConv::new(*shape, take(shape.weights()), take(shape.c_out))))
            }
            Op::Gru { shape, .. } => Some(Self::Gru(PackedGru::new(*shape, take(shape.parameters())))),
            _ => None,
        }
    }
}

/// The buffers that the layers of a tile are computed in.
#[derive(Default)]
pub struct Scratch {
    layers: Vec<Vec<f32>>,
    gru: GruTape,
}

impl Network {
    /// Packs the tensors that [`Plan::tensors`] names; they must be there and of their shapes.
    pub fn new(plan: Plan, weights: &HashMap<String, Vec<f32>>) -> Self {
        let flat: Vec<f32> = plan.tensors().iter().flat_map(|(name, _)| weights[name].iter().copied()).collect();
        Self::from_flat(plan, &flat)
    }

    /// Packs parameters that lie one after the other in the order of [`Plan::tensors`].
    pub(super) fn from_flat(plan: Plan, mut parameters: &[f32]) -> Self {
        let trained = plan.layers().iter().map(|layer| Trained::take(&layer.op, &mut parameters)).collect();
        let buffers = buffers(plan.layers());
        Self { plan, trained, buffers }
    }

    /// The layers.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The raw outputs over a tile of `bins` bins, a multiple of the plan's grid, a row an output channel. `input` is the tile with
    /// its halo, a row an input channel.
    pub fn predict(&self, input: Rows<'_>, bins: usize, scratch: &mut Scratch) -> Vec<Vec<f32>> {
        let layers = self.plan.layers();
        let extents = self.plan.extents(bins);
        assert_eq!(input.length(), extents[0].len(), "a tile comes with its halo");
        scratch.layers.resize_with(self.buffers.1.max(scratch.layers.len()), Vec::new);
        for (id, layer) in layers.iter().enumerate().skip(1) {
            // The layer's buffer is taken out of the scratch while the others are read.
            let length = extents[id].len();
            let mut values = std::mem::take(&mut scratch.layers[self.buffers.0[id]]);
            // It only grows: what is overwritten need not be 0.
            values.resize(values.len().max(layer.channels * length), 0.0);
            let of = |from: usize| match from {
                0 => input,
                _ => {
                    let length = extents[from].len();
                    Rows::new(&scratch.layers[self.buffers.0[from]], layers[from].channels, length, length)
                }
            };
            let x: Vec<Rows<'_>> = inputs(layer, &extents, id, of);
            let y = RowsMut::new(&mut values, layer.channels, length, length);
            evaluate(&layer.op, self.trained[id].as_ref(), &x, phase(layer, &extents[id]), &mut scratch.gru, y);
            scratch.layers[self.buffers.0[id]] = values;
        }
        let last = layers.len() - 1;
        scratch.layers[self.buffers.0[last]][..layers[last].channels * bins].chunks(bins).map(<[f32]>::to_vec).collect()
    }
}

/// The steps of a layer's inputs that it is made from; `of` gives an input over its whole extent.
pub(super) fn inputs<'a>(
    layer: &Layer,
    extents: &[Range<isize>],
    id: usize,
    of: impl Fn(usize) -> Rows<'a>,
) -> Vec<Rows<'a>> {
    let need = layer.op.need(&extents[id]);
    let cut = |&from: &usize| of(from).cut((need.start - extents[from].start) as usize, need.len());
    layer.from.iter().map(cut).collect()
}

/// Fine steps by which a repeated layer starts inside its first coarse one.
pub(super) fn phase(layer: &Layer, extent: &Range<isize>) -> usize {
    match layer.op {
        Op::Repeat { factor } => extent.start.rem_euclid(factor as isize) as usize,
        _ => 0,
    }
}

/// One layer from its inputs.
pub(super) fn evaluate(
    op: &Op,
    trained: Option<&Trained>,
    x: &[Rows<'_>],
    phase: usize,
    gru: &mut GruTape,
    mut y: RowsMut<'_>,
) {
    match op {
        Op::Input => unreachable!("the input is given"),
        Op::Conv { relu, .. } => {
            let activation = if *relu { Activation::Relu } else { Activation::Linear };
            let Some(Trained::Conv(conv)) = trained else { unreachable!("convolutions are packed") };
            conv.forward(x[0], activation, y);
        }
        Op::Gru { reversed, .. } => {
            let Some(Trained::Gru(unit)) = trained else { unreachable!("recurrent units are packed") };
            unit.forward(x[0], *reversed, y, gru);
        }
        Op::MaxWith { distance } => max_pool(x[0], *distance, y),
        Op::MeanPool { factor } => mean_pool(x[0], *factor, y),
        Op::Repeat { factor } => repeat(x[0], *factor, phase, y),
        Op::Add { relu } => sum(x[0], x[1], *relu, y),
        Op::Concat => {
            for (channel, row) in x.iter().flat_map(|x| (0..x.channels()).map(|channel| x.row(channel))).enumerate() {
                y.row(channel).copy_from_slice(row);
            }
        }
    }
}

/// Which buffer each layer is computed in, and their number.
fn buffers(layers: &[Layer]) -> (Vec<usize>, usize) {
    let last_use = |id: usize| layers.iter().rposition(|layer| layer.from.contains(&id)).unwrap_or(layers.len());
    let mut buffers = vec![0; layers.len()];
    let (mut free, mut count) = (Vec::new(), 0);
    for id in 1..layers.len() {
        buffers[id] = free.pop().unwrap_or_else(|| {
            count += 1;
            count - 1
        });
        let mut done = layers[id].from.clone();
        done.dedup();
        free.extend(done.into_iter().filter(|&from| from > 0 && last_use(from) == id).map(|from| buffers[from]));
    }
    (buffers, count)
}
