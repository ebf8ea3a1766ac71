//! One tile forward and backward through the network, on our kernels.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{CONVOLUTIONS, FILTERS, convolution, dense_layer};
use crate::kernel::{
    Activation, PackedConv, PackedTranspose, Rows, RowsMut, Shape, gradient_max_pool, gradient_weights,
    mask_relu_gradient, max_pool,
};

/// The layers with their parameters packed for both directions; the dense layer is the last.
pub(super) struct Layers(Vec<Layer>);

struct Layer {
    shape: Shape,
    conv: PackedConv,
    transpose: PackedTranspose,
}

impl Layers {
    /// `parameters` holds weights and bias of each layer, one after the other.
    pub(super) fn new(input_channels: usize, parameters: &[f32]) -> Self {
        let shapes = (0..CONVOLUTIONS).map(|layer| convolution(layer, input_channels)).chain([dense_layer()]);
        let mut rest = parameters;
        let mut take = |count: usize| {
            let (taken, after) = rest.split_at(count);
            rest = after;
            taken
        };
        let layer = |shape: Shape| {
            let (weights, bias) = (take(shape.weights()), take(shape.c_out));
            Layer {
                shape,
                conv: PackedConv::new(shape, weights, bias),
                transpose: PackedTranspose::new(shape, weights),
            }
        };
        Self(shapes.map(layer).collect())
    }

    fn parameters(&self) -> usize {
        self.0.iter().map(|layer| layer.shape.weights() + layer.shape.c_out).sum()
    }
}

/// The activations of a tile, kept from the forward pass for the backward pass. Its memory is used again by the next tile.
#[derive(Default)]
pub(super) struct Tape {
    /// After each convolution and ReLU (and dropout): 16 rows of `lengths` bins.
    convolved: [Vec<f32>; CONVOLUTIONS],
    /// After each pooling.
    pooled: [Vec<f32>; CONVOLUTIONS - 1],
    /// Bins of each `convolved`.
    lengths: [usize; CONVOLUTIONS],
    gradient: Vec<f32>,
    next_gradient: Vec<f32>,
    scratch: Vec<f32>,
}

impl Tape {
    /// Writes the outputs of `x` to `z`. `dropout` is the share of the first layer to silence and the seed of which.
    pub(super) fn forward(&mut self, layers: &Layers, x: Rows<'_>, dropout: Option<(f64, u64)>, z: &mut [f32]) {
        let mut length = x.length();
        for (at, layer) in layers.0[..CONVOLUTIONS].iter().enumerate() {
            let input = if at == 0 { x } else { rows(&self.pooled[at - 1], length) };
            length -= layer.shape.reach();
            self.lengths[at] = length;
            let y = &mut self.convolved[at];
            y.resize(FILTERS * length, 0.0);
            layer.conv.forward(input, Activation::Relu, rows_mut(y, length));
            if let (0, Some((share, seed))) = (at, dropout) {
                silence(y, share, seed);
            }
            if at + 1 < CONVOLUTIONS {
                let distance = 1 << at;
                let y = rows(&self.convolved[at], length);
                length -= distance;
                self.pooled[at].resize(FILTERS * length, 0.0);
                max_pool(y, distance, rows_mut(&mut self.pooled[at], length));
            }
        }
        let bins = z.len();
        layers.0[CONVOLUTIONS].conv.forward(
            rows(&self.convolved[CONVOLUTIONS - 1], length),
            Activation::Linear,
            RowsMut::new(z, 1, bins, bins),
        );
    }

    /// The gradient of all parameters for the gradient `dz` of the outputs. `kept` is what dropout scaled the kept values by.
    pub(super) fn backward(&mut self, layers: &Layers, x: Rows<'_>, kept: f32, dz: &[f32]) -> Vec<f32> {
        let mut gradient = vec![0.0; layers.parameters()];
        let mut end = gradient.len();
        // `self.gradient` holds the gradient of the output of the layer at hand.
        self.gradient.clear();
        self.gradient.extend_from_slice(dz);
        for at in (0..=CONVOLUTIONS).rev() {
            let layer = &layers.0[at];
            let (c_out, weights) = (layer.shape.c_out, layer.shape.weights());
            if at < CONVOLUTIONS {
                let y = rows(&self.convolved[at], self.lengths[at]);
                if at + 1 < CONVOLUTIONS {
                    let distance = 1 << at;
                    self.next_gradient.resize(FILTERS * self.lengths[at], 0.0);
                    let pooled = rows(&self.gradient, self.lengths[at] - distance);
                    gradient_max_pool(y, distance, pooled, rows_mut(&mut self.next_gradient, self.lengths[at]));
                    std::mem::swap(&mut self.gradient, &mut self.next_gradient);
                }
                mask_relu_gradient(y, rows_mut(&mut self.gradient, self.lengths[at]));
                if at == 0 && kept != 1.0 {
                    // What dropout silenced is zero, and so masked already.
                    self.gradient.iter_mut().for_each(|value| *value *= kept);
                }
            }
            let length = if at == CONVOLUTIONS { dz.len() } else { self.lengths[at] };
            let input = match at {
                0 => x,
                CONVOLUTIONS => rows(&self.convolved[CONVOLUTIONS - 1], self.lengths[CONVOLUTIONS - 1]),
                _ => rows(&self.pooled[at - 1], length + layer.shape.reach()),
            };
            let dy = Rows::new(&self.gradient, c_out, length, length);
            let (dw, db) = gradient[end - weights - c_out..end].split_at_mut(weights);
            gradient_weights(layer.shape, input, dy, dw, db);
            end -= weights + c_out;
            if at > 0 {
                self.next_gradient.resize(FILTERS * input.length(), 0.0);
                layer.transpose.gradient_input(
                    dy,
                    rows_mut(&mut self.next_gradient, input.length()),
                    &mut self.scratch,
                );
                std::mem::swap(&mut self.gradient, &mut self.next_gradient);
            }
        }
        gradient
    }
}

/// Zeroes each value with probability `share` and scales the others, so that sums keep their expectation.
fn silence(values: &mut [f32], share: f64, seed: u64) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let kept = (1.0 / (1.0 - share)) as f32;
    let limit = (share * f64::from(u32::MAX)) as u32;
    values.iter_mut().for_each(|value| *value *= if rng.next_u32() < limit { 0.0 } else { kept });
}

fn rows(values: &[f32], length: usize) -> Rows<'_> {
    Rows::new(values, FILTERS, length, length)
}

fn rows_mut(values: &mut [f32], length: usize) -> RowsMut<'_> {
    RowsMut::new(values, FILTERS, length, length)
}
