//! Convolutional networks over bins: a plan of layers, run densely for inference and backwards for training.
//!
//! Architectures ([`crate::architecture`]) are plans; nothing here knows one from another. On other devices than the CPU a plan
//! runs on Candle's own operations ([`on_candle`]), against which the tests hold our engine and its gradients too.

mod forward;
mod learner;
pub mod on_candle;
mod plan;
mod steps;
mod tape;

pub use forward::{Network, Scratch};
pub use learner::{Item, Learner, named};
pub use plan::{Id, Layer, Op, Plan};

#[cfg(test)]
mod tests;
