//! The paper's convolutional network: seven convolutions of 16 filters and 5 taps over a window of 2,561 bins, ReLU after each,
//! maximum pooling by 2 after the first six, dropout after the first, and a dense layer over what is left (32 bins x 16 filters).
//! With one input channel it has exactly 8,385 parameters.
//!
//! Slid over a chromosome bin by bin, such a window repeats nearly all its work. Written densely, the convolution behind the
//! n-th pooling has dilation 2^n, and a pooling by 2 is the maximum of a bin and the one 2^n further on; that gives the same
//! number for every bin in one pass. The window's last 5 bins are lost to the poolings' remainders in the original too, so the
//! dense network reaches over 2,556 bins.

mod dense;
mod graph;
#[cfg(test)]
mod reference;
mod tape;

pub use dense::{DenseCnn, Scratch};
pub use graph::CnnGraph;

use serde::{Deserialize, Serialize};

use crate::{Error, Result, kernel::Shape};

/// Filters of each convolution.
const FILTERS: usize = 16;
/// Taps of each convolution.
const TAPS: usize = 5;
/// Convolutions; each but the last is followed by a maximum pooling by 2.
const CONVOLUTIONS: usize = 7;
/// Bins of the window, after the paper.
pub const WINDOW: usize = 2_561;
/// Bins that are left for the dense layer.
const DENSE_TAPS: usize = 32;
/// Bins before the predicted one that the network sees: the predicted bin is the middle of the window.
pub const LEFT: usize = WINDOW / 2;
/// Bins that the network sees in all, the predicted one included.
pub const REACH: usize = reach() + 1;
/// Bins after the predicted one that the network sees.
pub const RIGHT: usize = REACH - 1 - LEFT;

/// What can be chosen about the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Share of the first convolution's outputs that are silenced in training.
    pub dropout: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { dropout: 0.1 }
    }
}

impl Settings {
    /// # Errors
    /// [`Error::Setting`] with the setting that makes no sense.
    pub fn check(&self) -> Result<()> {
        match (0.0..1.0).contains(&self.dropout) {
            true => Ok(()),
            false => Err(Error::Setting("dropout is a share: at least 0 and less than 1.".to_owned())),
        }
    }
}

/// The shape of convolution `layer` (0 to 6) written densely.
fn convolution(layer: usize, input_channels: usize) -> Shape {
    let c_in = if layer == 0 { input_channels } else { FILTERS };
    Shape { c_in, c_out: FILTERS, taps: TAPS, dilation: 1 << layer }
}

/// The dense layer as a convolution over the 32 bins that remain of the window.
fn dense_layer() -> Shape {
    Shape { c_in: FILTERS, c_out: 1, taps: DENSE_TAPS, dilation: 1 << (CONVOLUTIONS - 1) }
}

/// Bins beyond one that a dense pass needs: the sum of all dilated taps and poolings.
const fn reach() -> usize {
    let mut bins = (DENSE_TAPS - 1) << (CONVOLUTIONS - 1);
    let mut layer = 0;
    while layer < CONVOLUTIONS {
        bins += (TAPS - 1) << layer;
        if layer + 1 < CONVOLUTIONS {
            bins += 1 << layer; // the pooling
        }
        layer += 1;
    }
    bins
}

/// Weights and biases of the network with `input_channels` channels.
pub fn parameters(input_channels: usize) -> usize {
    let convolutions: usize =
        (0..CONVOLUTIONS).map(|layer| convolution(layer, input_channels).weights() + FILTERS).sum();
    convolutions + dense_layer().weights() + 1
}

/// The names and shapes of the tensors, in the order of the layers: what a bundle's weights must hold.
pub fn tensors(input_channels: usize) -> Vec<(String, Vec<usize>)> {
    let mut tensors = Vec::new();
    let mut add = |name: String, shape: Shape| {
        tensors.push((format!("{name}.weight"), vec![shape.c_out, shape.c_in, shape.taps]));
        tensors.push((format!("{name}.bias"), vec![shape.c_out]));
    };
    for layer in 0..CONVOLUTIONS {
        add(format!("convolution.{layer}"), convolution(layer, input_channels));
    }
    add("dense".to_owned(), dense_layer());
    tensors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_appendix_network_has_8385_parameters() {
        assert_eq!(parameters(1), 8_385);
        let in_tensors: usize = tensors(1).iter().map(|(_, shape)| shape.iter().product::<usize>()).sum();
        assert_eq!(in_tensors, 8_385);
    }

    #[test]
    fn the_reach_is_the_window_less_the_poolings_remainder() {
        assert_eq!(REACH, 2_556);
        assert_eq!((LEFT, RIGHT), (1_280, 1_275));
    }
}
