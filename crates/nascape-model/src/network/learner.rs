//! A plan with parameters that move: mini-batches forward, their loss, and the gradient back.

use std::collections::HashMap;

use candle_core::Device;
use rand::{Rng, RngExt};
use rayon::prelude::*;

use super::{
    on_candle,
    plan::{Op, Plan},
    tape::{Packed, Tape},
};
use crate::{Result, kernel::Rows};

/// A network in training. Its parameters lie one after the other in the order of [`Plan::tensors`].
pub struct Learner {
    plan: Plan,
    parameters: Vec<f32>,
    device: Device,
    tapes: Vec<Tape>,
}

/// One tile of a mini-batch.
pub struct Item {
    /// The tile with its halo, channels first.
    pub input: Vec<f32>,
    /// Bins of the tile.
    pub bins: usize,
}

impl Learner {
    /// Fresh weights as Keras makes them, in which the paper's network was written: Glorot's uniform distribution, biases zero.
    /// (With PyTorch's smaller weights the signal fades over seven layers and training stalls on a plateau.)
    pub fn new(plan: Plan, device: Device, rng: &mut impl Rng) -> Self {
        let mut parameters = Vec::with_capacity(plan.parameters());
        for layer in plan.layers() {
            if let Op::Gru { shape, .. } = &layer.op {
                // As PyTorch begins.
                let bound = 1.0 / (shape.hidden as f32).sqrt();
                parameters.extend((0..shape.parameters()).map(|_| rng.random_range(-bound..bound)));
            }
            if let Op::Conv { shape, from_zero, .. } = &layer.op {
                if *from_zero {
                    parameters.extend(vec![0.0; shape.weights() + shape.c_out]);
                    continue;
                }
                // A layer with one output stands as a dense one over all its taps.
                let outputs = if shape.c_out == 1 { 1 } else { shape.c_out * shape.taps };
                let bound = (6.0 / (shape.c_in * shape.taps + outputs) as f32).sqrt();
                parameters.extend((0..shape.weights()).map(|_| rng.random_range(-bound..bound)));
                parameters.extend(vec![0.0; shape.c_out]);
            }
        }
        Self { plan, parameters, device, tapes: Vec::new() }
    }

    /// The weights of a trained network.
    pub fn from_weights(plan: Plan, device: Device, weights: &HashMap<String, Vec<f32>>) -> Self {
        let parameters = plan.tensors().iter().flat_map(|(name, _)| weights[name].iter().copied()).collect();
        Self { plan, parameters, device, tapes: Vec::new() }
    }

    /// What `loss` says of each item, and the sum of the items' gradients in the order of the parameters. `loss` is given an item's
    /// place and its raw outputs (channels first) and returns whatever it measures, and the gradient with respect to those outputs.
    /// `dropout` seeds which values are silenced.
    ///
    /// The same bits for any number of threads.
    ///
    /// # Errors
    /// Candle's, on other devices than the CPU.
    pub fn gradient<T: Send>(
        &mut self,
        items: &[Item],
        dropout: u64,
        loss: impl Fn(usize, &[f32]) -> (T, Vec<f32>) + Sync,
    ) -> Result<(Vec<T>, Vec<f32>)> {
        if !matches!(self.device, Device::Cpu) {
            return on_candle::gradient(&self.plan, &self.parameters, &self.device, items, dropout, loss);
        }
        let Self { plan, parameters, tapes, .. } = self;
        let packed = Packed::new(plan, parameters);
        if tapes.len() < items.len() {
            tapes.resize_with(items.len(), Tape::default);
        }
        let each = |((at, item), tape): ((usize, &Item), &mut Tape)| {
            let length = item.input.len() / plan.inputs();
            let x = Rows::new(&item.input, plan.inputs(), length, length);
            let mut z = vec![0.0; plan.outputs() * item.bins];
            tape.forward(&packed, x, item.bins, dropout.wrapping_add(at as u64), &mut z);
            let (measured, dz) = loss(at, &z);
            (measured, tape.backward(&packed, x, &dz))
        };
        let results: Vec<(T, Vec<f32>)> = items.par_iter().enumerate().zip(tapes.par_iter_mut()).map(each).collect();
        let mut sum = vec![0.0; parameters.len()];
        for (_, gradient) in &results {
            sum.iter_mut().zip(gradient).for_each(|(sum, value)| *sum += value);
        }
        Ok((results.into_iter().map(|(measured, _)| measured).collect(), sum))
    }

    /// Sets the last layer's biases, one an output: where training begins to look for the answer.
    pub fn set_output_biases(&mut self, biases: &[f32]) {
        let first = self.parameters.len() - biases.len();
        self.parameters[first..].copy_from_slice(biases);
    }

    /// The layers.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The parameters.
    pub fn parameters(&self) -> &[f32] {
        &self.parameters
    }

    /// The parameters, for an optimiser to move.
    pub fn parameters_mut(&mut self) -> &mut Vec<f32> {
        &mut self.parameters
    }
}

/// Parameters by tensor name.
pub fn named(plan: &Plan, parameters: &[f32]) -> HashMap<String, Vec<f32>> {
    let mut values = parameters.iter().copied();
    let tensors = plan.tensors().into_iter();
    tensors.map(|(name, shape)| (name, values.by_ref().take(shape.iter().product()).collect())).collect()
}
