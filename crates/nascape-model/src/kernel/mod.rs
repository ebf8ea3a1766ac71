//! The arithmetic behind dense inference and training on a CPU: 1-D convolution, its gradients, and dense max-pooling.
//!
//! Everything here works on one item, channels first: a matrix of `f32` with one row a channel and one column a bin
//! ([`Rows`]). Bins lie in SIMD lanes. Nothing here starts threads; callers spread tiles or batch items with rayon.
//!
//! The promise every caller leans on: a value depends on its inputs alone, never on where its bin fell in a block, so
//! a region computed at once and in pieces gives the same bits. Gradients summed over bins are deterministic for a
//! given length and machine.
//!
//! - [`rows`]: the borrowed matrices that the kernels read and write
//! - [`conv`]: the forward pass
//! - [`gradient`]: the backward pass, with respect to the input and to the weights
//! - [`pool`]: the maximum of two bins `distance` apart, and its gradient
//! - [`repeated`]: the forward pass where some of the steps are repeated ones
//! - [`resample`]: between resolutions: means of neighbouring steps, repetition, and their gradients
//! - [`residual`]: the forward pass of two convolutions with a sum
//! - [`recurrent`]: one direction of a GRU, forward and backward; there a value depends on all bins that come before

pub mod conv;
pub mod gradient;
pub mod pool;
pub mod recurrent;
pub mod repeated;
pub mod resample;
pub mod residual;
pub mod rows;

pub use conv::{Activation, PackedConv, Shape};
pub use gradient::{PackedTranspose, gradient_weights, mask_relu_gradient};
pub use pool::{gradient_max_pool, max_pool};
pub use recurrent::{GruShape, GruTape, PackedGru};
pub use repeated::PackedUpwards;
pub use resample::{add, add_gradient_mean_pool, add_gradient_repeat, mean_pool, repeat, sum};
pub use residual::PackedResidual;
pub use rows::{Rows, RowsMut};

#[cfg(test)]
pub(crate) mod naive;
