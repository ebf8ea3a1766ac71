//! The network as a Candle graph: training.

use std::collections::HashMap;

use candle_core::{Device, Result, Tensor, Var};
use rand::{Rng, RngExt};

use super::{CONVOLUTIONS, Settings, convolution, dense_layer, layers, tensors};
use crate::kernel::{Activation, Shape};

/// The network's variables and how they are put together.
pub struct CnnGraph {
    settings: Settings,
    input_channels: usize,
    pub(super) variables: Vec<(String, Var)>,
}

impl CnnGraph {
    /// Fresh weights: uniform in +-1/sqrt(inputs of a filter), as PyTorch initialises convolutions and linear layers.
    ///
    /// # Errors
    /// Candle's, which do not happen on a CPU.
    pub fn new(input_channels: usize, settings: &Settings, rng: &mut impl Rng) -> Result<Self> {
        let mut variables = Vec::new();
        let mut bound = 1.0_f32;
        for (name, shape) in tensors(input_channels) {
            // A bias follows its weights and shares their bound.
            if let [_, c_in, taps] = shape[..] {
                bound = 1.0 / ((c_in * taps) as f32).sqrt();
            }
            let values: Vec<f32> = (0..shape.iter().product()).map(|_| rng.random_range(-bound..bound)).collect();
            variables.push((name, Var::from_vec(values, shape, &Device::Cpu)?));
        }
        Ok(Self { settings: settings.clone(), input_channels, variables })
    }

    /// The raw outputs [items, bins] for `x` [items, channels, bins + REACH - 1], with dropout when `rng` is given.
    ///
    /// # Errors
    /// Candle's.
    pub fn forward(&self, x: &Tensor, mut dropout: Option<&mut impl Rng>) -> Result<Tensor> {
        let mut x = x.clone();
        for layer in 0..CONVOLUTIONS {
            x = self.convolve(layer, convolution(layer, self.input_channels), Activation::Relu, &x)?;
            if layer == 0 && self.settings.dropout > 0.0 {
                if let Some(rng) = dropout.as_deref_mut() {
                    x = (&x * dropout_mask(x.dims(), self.settings.dropout, rng)?)?;
                }
            }
            if layer + 1 < CONVOLUTIONS {
                x = x.apply_op1(layers::MaxPool { distance: 1 << layer })?;
            }
        }
        self.convolve(CONVOLUTIONS, dense_layer(), Activation::Linear, &x)?.squeeze(1)
    }

    fn convolve(&self, layer: usize, shape: Shape, activation: Activation, x: &Tensor) -> Result<Tensor> {
        let (weights, bias) = (&self.variables[2 * layer].1, &self.variables[2 * layer + 1].1);
        x.apply_op3(weights, bias, layers::Convolution { shape, activation })
    }

    /// The variables that an optimiser moves.
    pub fn variables(&self) -> Vec<Var> {
        self.variables.iter().map(|(_, variable)| variable.clone()).collect()
    }

    /// A copy of the weights by name.
    ///
    /// # Errors
    /// Candle's.
    pub fn weights(&self) -> Result<HashMap<String, Vec<f32>>> {
        self.variables.iter().map(|(name, variable)| Ok((name.clone(), variable.flatten_all()?.to_vec1()?))).collect()
    }
}

/// 0 with probability `share`, else `1 / (1 - share)`, so that sums keep their expectation.
fn dropout_mask(shape: &[usize], share: f64, rng: &mut impl Rng) -> Result<Tensor> {
    let kept = (1.0 / (1.0 - share)) as f32;
    // 32 random bits a value, held against the share of the full range.
    let limit = (share * f64::from(u32::MAX)) as u32;
    let mask: Vec<f32> = (0..shape.iter().product()).map(|_| if rng.next_u32() < limit { 0.0 } else { kept }).collect();
    Tensor::from_vec(mask, shape, &Device::Cpu)
}
