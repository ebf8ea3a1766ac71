//! The network run densely over a tile: inference.

use std::collections::HashMap;

use super::{CONVOLUTIONS, FILTERS, REACH, convolution, dense_layer};
use crate::kernel::{Activation, PackedConv, Rows, RowsMut, max_pool};

/// The network with its weights packed for the processor.
#[derive(Clone, Debug)]
pub struct DenseCnn {
    convolutions: Vec<PackedConv>,
    dense: PackedConv,
}

/// The two buffers that the layers of a tile are computed in, in turn.
#[derive(Default)]
pub struct Scratch {
    now: Vec<f32>,
    next: Vec<f32>,
}

impl DenseCnn {
    /// Packs the tensors that [`tensors`](super::tensors) names; they must be there and of their shapes.
    pub fn new(input_channels: usize, weights: &HashMap<String, Vec<f32>>) -> Self {
        let packed = |name: String, shape| {
            PackedConv::new(shape, &weights[&format!("{name}.weight")], &weights[&format!("{name}.bias")])
        };
        Self {
            convolutions: (0..CONVOLUTIONS)
                .map(|layer| packed(format!("convolution.{layer}"), convolution(layer, input_channels)))
                .collect(),
            dense: packed("dense".to_owned(), dense_layer()),
        }
    }

    /// Predicts `out.len()` bins from rows of `out.len() + REACH - 1` bins, a row an input channel. Bin 0 of `out` is the one
    /// [`LEFT`](super::LEFT) bins into the input. The numbers are the layer's raw outputs, before any output transform.
    ///
    /// A bin's number depends on its inputs alone, never on the tile it was computed in.
    pub fn predict(&self, input: Rows<'_>, scratch: &mut Scratch, out: &mut [f32]) {
        assert_eq!(input.length(), out.len() + REACH - 1, "a tile comes with its halo");
        let stride = input.length();
        scratch.now.resize(FILTERS * stride, 0.0);
        scratch.next.resize(FILTERS * stride, 0.0);
        let mut length = input.length();
        for (layer, conv) in self.convolutions.iter().enumerate() {
            let x = if layer == 0 { input } else { Rows::new(&scratch.now, FILTERS, length, stride) };
            length -= conv.shape().reach();
            conv.forward(x, Activation::Relu, RowsMut::new(&mut scratch.next, FILTERS, length, stride));
            if layer + 1 < CONVOLUTIONS {
                let distance = 1 << layer;
                let x = Rows::new(&scratch.next, FILTERS, length, stride);
                length -= distance;
                max_pool(x, distance, RowsMut::new(&mut scratch.now, FILTERS, length, stride));
            }
        }
        let last = Rows::new(&scratch.next, FILTERS, length, stride);
        let bins = out.len();
        self.dense.forward(last, Activation::Linear, RowsMut::new(out, 1, bins, bins));
    }
}
