//! The layers of the training graph as Candle operations over our kernels, forward and backward. Candle keeps the graph and the
//! chain rule; its own convolution is several times slower (see ARCHITECTURE.md).

use candle_core::{CpuStorage, CustomOp1, CustomOp3, Layout, Result, Storage, Tensor, bail};
use rayon::prelude::*;

use crate::kernel::{
    Activation, PackedConv, PackedTranspose, Rows, RowsMut, Shape, gradient_max_pool, gradient_weights,
    mask_relu_gradient, max_pool,
};

/// A dilated convolution with bias: `x` [items, c_in, bins], weights [c_out, c_in, taps], bias [c_out].
pub struct Convolution {
    pub shape: Shape,
    pub activation: Activation,
}

/// The maximum of each bin and the one `distance` further on: `x` [items, channels, bins].
pub struct MaxPool {
    pub distance: usize,
}

impl CustomOp3 for Convolution {
    fn name(&self) -> &'static str {
        "convolution"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weights: &CpuStorage,
        weights_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, candle_core::Shape)> {
        let (items, c_in, bins) = x_layout.shape().dims3()?;
        let Some(out) = self.shape.output_length(bins) else { bail!("{bins} bins are fewer than the taps reach over") };
        let x = values(x, x_layout)?;
        let packed = PackedConv::new(self.shape, values(weights, weights_layout)?, values(bias, bias_layout)?);
        let mut y = vec![0.0; items * self.shape.c_out * out];
        y.par_chunks_mut(self.shape.c_out * out).zip(x.par_chunks(c_in * bins)).for_each(|(y, x)| {
            packed.forward(
                Rows::new(x, c_in, bins, bins),
                self.activation,
                RowsMut::new(y, self.shape.c_out, out, out),
            );
        });
        Ok((CpuStorage::F32(y), (items, self.shape.c_out, out).into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weights: &Tensor,
        _bias: &Tensor,
        y: &Tensor,
        dy: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let Shape { c_in, c_out, .. } = self.shape;
        let (items, _, bins) = x.dims3()?;
        let out = y.dim(2)?;
        let mut dy: Vec<f32> = dy.flatten_all()?.to_vec1()?;
        let transpose = with_values(weights, |weights| PackedTranspose::new(self.shape, weights))?;
        let mut dx = vec![0.0; items * c_in * bins];
        // One sum a batch item, added in the order of the items: the same bits for any number of threads.
        let gradients: Vec<(Vec<f32>, Vec<f32>)> = with_values(x, |x| {
            with_values(y, |y| {
                dx.par_chunks_mut(c_in * bins)
                    .zip(dy.par_chunks_mut(c_out * out))
                    .zip(x.par_chunks(c_in * bins).zip(y.par_chunks(c_out * out)))
                    .map_init(Vec::new, |scratch, ((dx, dy), (x, y))| {
                        if self.activation == Activation::Relu {
                            mask_relu_gradient(Rows::new(y, c_out, out, out), RowsMut::new(dy, c_out, out, out));
                        }
                        let (x, dy) = (Rows::new(x, c_in, bins, bins), Rows::new(dy, c_out, out, out));
                        transpose.gradient_input(dy, RowsMut::new(dx, c_in, bins, bins), scratch);
                        let (mut dw, mut db) = (vec![0.0; self.shape.weights()], vec![0.0; c_out]);
                        gradient_weights(self.shape, x, dy, &mut dw, &mut db);
                        (dw, db)
                    })
                    .collect()
            })
        })??;
        let (mut dw, mut db) = (vec![0.0; self.shape.weights()], vec![0.0; c_out]);
        for (item_dw, item_db) in &gradients {
            dw.iter_mut().zip(item_dw).for_each(|(sum, value)| *sum += value);
            db.iter_mut().zip(item_db).for_each(|(sum, value)| *sum += value);
        }
        let device = x.device();
        Ok((
            Some(Tensor::from_vec(dx, x.shape(), device)?),
            Some(Tensor::from_vec(dw, weights.shape(), device)?),
            Some(Tensor::from_vec(db, c_out, device)?),
        ))
    }
}

impl CustomOp1 for MaxPool {
    fn name(&self) -> &'static str {
        "max-pool"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, candle_core::Shape)> {
        let (items, channels, bins) = layout.shape().dims3()?;
        let out = bins - self.distance;
        let mut y = vec![0.0; items * channels * out];
        y.par_chunks_mut(channels * out).zip(values(x, layout)?.par_chunks(channels * bins)).for_each(|(y, x)| {
            max_pool(Rows::new(x, channels, bins, bins), self.distance, RowsMut::new(y, channels, out, out));
        });
        Ok((CpuStorage::F32(y), (items, channels, out).into()))
    }

    fn bwd(&self, x: &Tensor, _y: &Tensor, dy: &Tensor) -> Result<Option<Tensor>> {
        let (items, channels, bins) = x.dims3()?;
        let out = bins - self.distance;
        let dy: Vec<f32> = dy.flatten_all()?.to_vec1()?;
        let mut dx = vec![0.0; items * channels * bins];
        with_values(x, |x| {
            let items = dx
                .par_chunks_mut(channels * bins)
                .zip(dy.par_chunks(channels * out))
                .zip(x.par_chunks(channels * bins));
            items.for_each(|((dx, dy), x)| {
                let (x, dy) = (Rows::new(x, channels, bins, bins), Rows::new(dy, channels, out, out));
                gradient_max_pool(x, self.distance, dy, RowsMut::new(dx, channels, bins, bins));
            });
        })?;
        Ok(Some(Tensor::from_vec(dx, x.shape(), x.device())?))
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
