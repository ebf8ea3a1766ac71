//! A plan with its weights, run over a tile: inference.

use std::{collections::HashMap, ops::Range};

use super::{
    plan::{Id, Layer, Op, Plan},
    steps::{Step, Work, steps},
};
use crate::kernel::{Activation, GruTape, PackedConv, PackedGru, Rows, RowsMut, max_pool, mean_pool, repeat, sum};

/// A plan with its weights packed for the processor.
#[derive(Clone, Debug)]
pub struct Network {
    plan: Plan,
    /// What is computed, with the weights.
    steps: Vec<Step>,
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
    /// What lies between the parts of one step.
    between: [Vec<f32>; 2],
    gru: GruTape,
}

impl Network {
    /// Packs the tensors that [`Plan::tensors`] names; they must be there and of their shapes.
    pub fn new(plan: Plan, weights: &HashMap<String, Vec<f32>>) -> Self {
        let flat: Vec<f32> = plan.tensors().iter().flat_map(|(name, _)| weights[name].iter().copied()).collect();
        Self::from_flat(plan, &flat)
    }

    /// Packs parameters that lie one after the other in the order of [`Plan::tensors`].
    pub(super) fn from_flat(plan: Plan, parameters: &[f32]) -> Self {
        let steps = steps(&plan, parameters);
        let buffers = buffers(plan.layers().len(), &steps);
        Self { plan, steps, buffers }
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
        for step in &self.steps {
            let (id, layer) = (step.layer, &layers[step.layer]);
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
            let x: Vec<Rows<'_>> =
                step.reads.iter().map(|&(reader, from)| asked(layers, &extents, reader, from, of)).collect();
            let y = RowsMut::new(&mut values, layer.channels, length, length);
            match &step.work {
                Work::Layer(trained) => {
                    let phase = phase(layer, &extents[id]);
                    evaluate(&layer.op, trained.as_ref(), &x, phase, &mut scratch.gru, y);
                }
                Work::Residual(residual) => residual.forward(x[0], x[1], &mut scratch.between[0], y),
                Work::Upwards(upwards) => {
                    let (up, _) = step.reads[0];
                    let phase = phase(&layers[up], &extents[up]);
                    upwards.forward(x[0], phase, x[1], Activation::Relu, &mut scratch.between, y);
                }
            }
            scratch.layers[self.buffers.0[id]] = values;
        }
        let last = layers.len() - 1;
        scratch.layers[self.buffers.0[last]][..layers[last].channels * bins].chunks(bins).map(<[f32]>::to_vec).collect()
    }
}

/// The steps of layer `from` that layer `reader` is made from; `of` gives a layer over its whole extent.
pub(super) fn asked<'a>(
    layers: &[Layer],
    extents: &[Range<isize>],
    reader: Id,
    from: Id,
    of: impl Fn(Id) -> Rows<'a>,
) -> Rows<'a> {
    let need = layers[reader].op.need(&extents[reader]);
    of(from).cut((need.start - extents[from].start) as usize, need.len())
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
            let Some(Trained::Conv(conv)) = trained else { unreachable!("convolutions are packed") };
            conv.forward(x[0], activation(*relu), y);
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

fn activation(relu: bool) -> Activation {
    if relu { Activation::Relu } else { Activation::Linear }
}

/// Which buffer each of the layers is computed in that have a step, and their number.
fn buffers(layers: usize, steps: &[Step]) -> (Vec<usize>, usize) {
    let reads = |step: &Step, id: Id| step.reads.iter().any(|&(_, from)| from == id);
    let mut buffers = vec![0; layers];
    let (mut free, mut count) = (Vec::new(), 0);
    for (at, step) in steps.iter().enumerate() {
        buffers[step.layer] = free.pop().unwrap_or_else(|| {
            count += 1;
            count - 1
        });
        let done = |id: &Id| reads(step, *id) && !steps[at + 1..].iter().any(|step| reads(step, *id));
        free.extend((1..layers).filter(done).map(|id| buffers[id]));
    }
    (buffers, count)
}
