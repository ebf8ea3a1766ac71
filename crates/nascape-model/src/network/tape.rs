//! One tile forward and backward through a plan, on our kernels.

use std::ops::Range;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{
    forward::{Trained, asked, evaluate, phase},
    plan::{Id, Op, Plan},
};
use crate::kernel::{
    GruTape, PackedTranspose, Rows, RowsMut, add, add_gradient_mean_pool, add_gradient_repeat, gradient_max_pool,
    gradient_weights, mask_relu_gradient,
};

/// A plan's parameters packed for both directions.
pub(super) struct Packed<'a> {
    plan: &'a Plan,
    forward: Vec<Option<Trained>>,
    /// For the gradients of the convolutions' inputs.
    transposes: Vec<Option<PackedTranspose>>,
}

impl<'a> Packed<'a> {
    /// `parameters` lie one after the other in the order of [`Plan::tensors`].
    pub(super) fn new(plan: &'a Plan, mut parameters: &[f32]) -> Self {
        let (mut forward, mut transposes) = (Vec::new(), Vec::new());
        for layer in plan.layers() {
            transposes.push(match &layer.op {
                Op::Conv { shape, .. } => Some(PackedTranspose::new(*shape, &parameters[..shape.weights()])),
                _ => None,
            });
            forward.push(Trained::take(&layer.op, &mut parameters));
        }
        Self { plan, forward, transposes }
    }
}

/// The activations of a tile, kept from the forward pass for the backward pass. Its memory is used again by the next tile.
#[derive(Default)]
pub(super) struct Tape {
    extents: Vec<Range<isize>>,
    /// A layer's values, channels first; the input's are not kept here.
    values: Vec<Vec<f32>>,
    gradients: Vec<Vec<f32>>,
    gradient_of_input: Vec<f32>,
    scratch: Vec<f32>,
    /// What each recurrent unit keeps; a tape a layer.
    units: Vec<GruTape>,
}

impl Tape {
    /// Writes the outputs of `x` over `bins` bins to `z`, channels first. `dropout` seeds which values are silenced.
    pub(super) fn forward(&mut self, packed: &Packed<'_>, x: Rows<'_>, bins: usize, dropout: u64, z: &mut [f32]) {
        let layers = packed.plan.layers();
        self.extents = packed.plan.extents(bins);
        assert_eq!(x.length(), self.extents[0].len(), "a tile comes with its halo");
        self.values.resize_with(layers.len(), Vec::new);
        self.units.resize_with(layers.len(), GruTape::default);
        for (id, layer) in layers.iter().enumerate().skip(1) {
            let length = self.extents[id].len();
            let mut values = std::mem::take(&mut self.values[id]);
            values.resize(layer.channels * length, 0.0);
            let y = RowsMut::new(&mut values, layer.channels, length, length);
            let mut unit = std::mem::take(&mut self.units[id]);
            let of = |from| self.rows(packed.plan, x, from);
            let from: Vec<Rows<'_>> =
                layer.from.iter().map(|&from| asked(layers, &self.extents, id, from, of)).collect();
            evaluate(&layer.op, packed.forward[id].as_ref(), &from, phase(layer, &self.extents[id]), &mut unit, y);
            self.units[id] = unit;
            if let Op::Conv { dropout: share, .. } = &layer.op
                && *share > 0.0
            {
                silence(&mut values, *share, dropout.wrapping_add((id as u64) << 32));
            }
            self.values[id] = values;
        }
        z.copy_from_slice(&self.values[layers.len() - 1]);
    }

    fn rows<'a>(&'a self, plan: &Plan, x: Rows<'a>, id: Id) -> Rows<'a> {
        match id {
            0 => x,
            _ => {
                Rows::new(&self.values[id], plan.layers()[id].channels, self.extents[id].len(), self.extents[id].len())
            }
        }
    }

    /// The gradient of all parameters for the gradient `dz` of the outputs of the last forward pass.
    pub(super) fn backward(&mut self, packed: &Packed<'_>, x: Rows<'_>, dz: &[f32]) -> Vec<f32> {
        let layers = packed.plan.layers();
        let mut gradient = vec![0.0; packed.plan.parameters()];
        let mut end = gradient.len();
        self.gradients.resize_with(layers.len(), Vec::new);
        for (id, layer) in layers.iter().enumerate() {
            self.gradients[id].clear();
            self.gradients[id].resize(if id == 0 { 0 } else { layer.channels * self.extents[id].len() }, 0.0);
        }
        self.gradients[layers.len() - 1].copy_from_slice(dz);
        for id in (1..layers.len()).rev() {
            let layer = &layers[id];
            let length = self.extents[id].len();
            // Taken out while the gradients of its inputs are written; its memory goes back afterwards.
            let mut gradient_of_layer = std::mem::take(&mut self.gradients[id]);
            if let Op::Conv { relu: true, .. } | Op::Add { relu: true } = layer.op {
                let y = self.rows(packed.plan, x, id);
                mask_relu_gradient(y, RowsMut::new(&mut gradient_of_layer, layer.channels, length, length));
            }
            if let Op::Conv { dropout: share, .. } = &layer.op
                && *share > 0.0
            {
                // What was silenced is zero, and so masked already by the ReLU.
                gradient_of_layer.iter_mut().for_each(|value| *value *= kept(*share));
            }
            let dy = Rows::new(&gradient_of_layer, layer.channels, length, length);
            let need = layer.op.need(&self.extents[id]);
            if let Op::Conv { shape, .. } = &layer.op {
                let from = layer.from[0];
                let input =
                    self.rows(packed.plan, x, from).cut((need.start - self.extents[from].start) as usize, need.len());
                let (dw, db) = gradient[end - shape.weights() - shape.c_out..end].split_at_mut(shape.weights());
                gradient_weights(*shape, input, dy, dw, db);
                end -= shape.weights() + shape.c_out;
            }
            if let (Op::Gru { shape, reversed, .. }, Some(Trained::Gru(gru))) = (&layer.op, &packed.forward[id]) {
                let from = layer.from[0];
                let stride = self.extents[from].len();
                let start = (need.start - self.extents[from].start) as usize;
                let mut dx = std::mem::take(&mut self.gradients[from]);
                // The input of the network has no gradient; what would be one goes to waste.
                dx.resize(shape.inputs * stride, 0.0);
                let mut unit = std::mem::take(&mut self.units[id]);
                let input = self.rows(packed.plan, x, from).cut(start, need.len());
                let of_unit = &mut gradient[end - shape.parameters()..end];
                let mut whole = RowsMut::new(&mut dx, shape.inputs, stride, stride);
                gru.backward(input, *reversed, dy, &mut unit, of_unit, whole.cut(start, need.len()));
                end -= shape.parameters();
                self.units[id] = unit;
                self.gradients[from] = dx;
                self.gradients[id] = gradient_of_layer;
                continue;
            }
            let mut first_channel = 0;
            for &from in layer.from.iter().filter(|&&from| from > 0) {
                let channels = layers[from].channels;
                let start = (need.start - self.extents[from].start) as usize;
                let stride = self.extents[from].len();
                let mut dx = RowsMut::new(&mut self.gradients[from], channels, stride, stride);
                let mut dx = dx.cut(start, need.len());
                match &layer.op {
                    Op::Input | Op::Gru { .. } => {
                        unreachable!("the input is made from nothing, a recurrent unit is done")
                    }
                    Op::Conv { .. } | Op::MaxWith { .. } => {
                        self.gradient_of_input.resize(channels * need.len(), 0.0);
                        let whole = RowsMut::new(&mut self.gradient_of_input, channels, need.len(), need.len());
                        match (&layer.op, &packed.transposes[id]) {
                            (Op::MaxWith { distance }, _) => {
                                let values = Rows::new(&self.values[from], channels, stride, stride);
                                gradient_max_pool(values.cut(start, need.len()), *distance, dy, whole);
                            }
                            (_, Some(transpose)) => transpose.gradient_input(dy, whole, &mut self.scratch),
                            _ => unreachable!("convolutions are packed"),
                        }
                        add(Rows::new(&self.gradient_of_input, channels, need.len(), need.len()), dx);
                    }
                    Op::MeanPool { factor } => add_gradient_mean_pool(dy, *factor, dx),
                    Op::Repeat { factor } => add_gradient_repeat(dy, *factor, phase(layer, &self.extents[id]), dx),
                    Op::Add { .. } => add(dy, dx),
                    Op::Concat => {
                        for channel in 0..channels {
                            let dy = dy.row(first_channel + channel);
                            dx.row(channel).iter_mut().zip(dy).for_each(|(dx, dy)| *dx += dy);
                        }
                    }
                }
                first_channel += channels;
            }
            self.gradients[id] = gradient_of_layer;
        }
        gradient
    }
}

/// What dropout scales the kept values by, so that sums keep their expectation.
fn kept(share: f64) -> f32 {
    (1.0 / (1.0 - share)) as f32
}

/// Zeroes each value with probability `share` and scales the others.
fn silence(values: &mut [f32], share: f64, seed: u64) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let limit = (share * f64::from(u32::MAX)) as u32;
    values.iter_mut().for_each(|value| *value *= if rng.next_u32() < limit { 0.0 } else { kept(share) });
}
