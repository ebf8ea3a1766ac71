//! The network as a Candle graph: training.
//!
//! The whole network is one operation of the graph, from the input and one tensor of all parameters to the raw outputs; loss and
//! optimiser around it are Candle's own. Layer by layer, Candle would copy every activation several times and compute the
//! convolutions several times slower (see ARCHITECTURE.md).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use candle_core::{CpuStorage, CustomOp2, Device, Layout, Result, Storage, Tensor, Var, bail};
use rand::{Rng, RngExt};
use rayon::prelude::*;

use super::{
    REACH, Settings, parameters,
    tape::{Layers, Tape},
    tensors,
};
use crate::kernel::Rows;

/// The network's parameters as a Candle variable, and the memory of its activations.
pub struct CnnGraph {
    settings: Settings,
    input_channels: usize,
    parameters: Var,
    tapes: Arc<Mutex<Vec<Tape>>>,
}

impl CnnGraph {
    /// Fresh weights as Keras makes them, in which the paper's network was written: Glorot's uniform distribution, biases zero.
    /// (With PyTorch's smaller weights the signal fades over seven layers and training stalls on a plateau.)
    ///
    /// # Errors
    /// Candle's, which do not happen on a CPU.
    pub fn new(input_channels: usize, settings: &Settings, rng: &mut impl Rng) -> Result<Self> {
        let mut values: Vec<f32> = Vec::with_capacity(parameters(input_channels));
        for (_, shape) in tensors(input_channels) {
            match shape[..] {
                [c_out, c_in, taps] => {
                    // The dense layer stands as one filter over 32 bins: all of them are inputs of its single output.
                    let outputs = if c_out == 1 { 1 } else { c_out * taps };
                    let bound = (6.0 / (c_in * taps + outputs) as f32).sqrt();
                    values.extend((0..c_out * c_in * taps).map(|_| rng.random_range(-bound..bound)));
                }
                _ => values.extend(vec![0.0; shape.iter().product()]),
            }
        }
        let parameters = Var::from_vec(values, parameters(input_channels), &Device::Cpu)?;
        Ok(Self { settings: settings.clone(), input_channels, parameters, tapes: Arc::default() })
    }

    /// The raw outputs [items, bins] for `x` [items, channels, bins + REACH - 1], with dropout when `rng` is given. The
    /// gradient must be taken before the next call, which reuses the activations' memory.
    ///
    /// # Errors
    /// Candle's.
    pub fn forward(&self, x: &Tensor, dropout: Option<&mut impl Rng>) -> Result<Tensor> {
        let dropout =
            dropout.filter(|_| self.settings.dropout > 0.0).map(|rng| (self.settings.dropout, rng.next_u64()));
        let operation = Network { input_channels: self.input_channels, dropout, tapes: Arc::clone(&self.tapes) };
        x.apply_op2(&self.parameters, operation)
    }

    /// The variable that an optimiser moves.
    pub fn variable(&self) -> &Var {
        &self.parameters
    }

    /// A copy of the weights by name.
    ///
    /// # Errors
    /// Candle's.
    pub fn weights(&self) -> Result<HashMap<String, Vec<f32>>> {
        let mut values = self.parameters.to_vec1::<f32>()?.into_iter();
        let named = tensors(self.input_channels).into_iter();
        Ok(named.map(|(name, shape)| (name, values.by_ref().take(shape.iter().product()).collect())).collect())
    }
}

/// The network from input [items, channels, bins + halo] and parameters [n] to outputs [items, bins].
struct Network {
    input_channels: usize,
    /// Share of the first layer to silence, and the seed of which.
    dropout: Option<(f64, u64)>,
    tapes: Arc<Mutex<Vec<Tape>>>,
}

impl CustomOp2 for Network {
    fn name(&self) -> &'static str {
        "cnn"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        parameters: &CpuStorage,
        parameters_layout: &Layout,
    ) -> Result<(CpuStorage, candle_core::Shape)> {
        let (items, channels, length) = x_layout.shape().dims3()?;
        if channels != self.input_channels || length < REACH {
            bail!("an input of {channels} channels and {length} bins does not fit the network");
        }
        let bins = length - (REACH - 1);
        let layers = Layers::new(channels, values(parameters, parameters_layout)?);
        let mut tapes = self.tapes.lock().unwrap_or_else(PoisonError::into_inner);
        if tapes.len() < items {
            tapes.resize_with(items, Tape::default);
        }
        let mut z = vec![0.0; items * bins];
        z.par_chunks_mut(bins)
            .zip(values(x, x_layout)?.par_chunks(channels * length))
            .zip(tapes.par_iter_mut())
            .enumerate()
            .for_each(|(item, ((z, x), tape))| {
                let dropout = self.dropout.map(|(share, seed)| (share, seed.wrapping_add(item as u64)));
                tape.forward(&layers, Rows::new(x, channels, length, length), dropout, z);
            });
        Ok((CpuStorage::F32(z), (items, bins).into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        parameters: &Tensor,
        _z: &Tensor,
        dz: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (_, channels, length) = x.dims3()?;
        let bins = length - (REACH - 1);
        let dz: Vec<f32> = dz.flatten_all()?.to_vec1()?;
        let layers = with_values(parameters, |parameters| Layers::new(channels, parameters))?;
        let mut tapes = self.tapes.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = self.dropout.map_or(1.0, |(share, _)| (1.0 / (1.0 - share)) as f32);
        let gradients: Vec<Vec<f32>> = with_values(x, |x| {
            x.par_chunks(channels * length)
                .zip(dz.par_chunks(bins))
                .zip(tapes.par_iter_mut())
                .map(|((x, dz), tape)| tape.backward(&layers, Rows::new(x, channels, length, length), kept, dz))
                .collect()
        })?;
        // Added in the order of the items: the same bits for any number of threads.
        let mut sum = vec![0.0; parameters.elem_count()];
        for gradient in &gradients {
            sum.iter_mut().zip(gradient).for_each(|(sum, value)| *sum += value);
        }
        Ok((None, Some(Tensor::from_vec(sum, parameters.shape(), parameters.device())?)))
    }
}

/// The f32 values of a contiguous tensor's storage.
fn values<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(values), Some((start, end))) => Ok(&values[start..end]),
        _ => bail!("expected contiguous 32-bit floats"),
    }
}

fn with_values<T>(tensor: &Tensor, work: impl FnOnce(&[f32]) -> T) -> Result<T> {
    let (storage, layout) = tensor.storage_and_layout();
    match &*storage {
        Storage::Cpu(storage) => Ok(work(values(storage, layout)?)),
        _ => bail!("expected a tensor in main memory"),
    }
}
