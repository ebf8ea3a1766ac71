//! The paper's convolutional network: seven convolutions of 16 filters and 5 taps over a window of 2,561 bins, ReLU after each,
//! maximum pooling by 2 after the first six, dropout after the first, and a dense layer over what is left (32 bins x 16 filters).
//! With one input channel and one output it has exactly 8,385 parameters.
//!
//! Slid over a chromosome bin by bin, such a window repeats nearly all its work. Written densely, the convolution behind the
//! n-th pooling has dilation 2^n, and a pooling by 2 is the maximum of a bin and the one 2^n further on; that gives the same
//! number for every bin in one pass. The window's last 5 bins are lost to the poolings' remainders in the original too, so the
//! dense network reaches over 2,556 bins.

use serde::{Deserialize, Serialize};

use crate::{kernel::Shape, network::Plan};

/// Filters of each convolution.
pub(super) const FILTERS: usize = 16;
/// Taps of each convolution.
const TAPS: usize = 5;
/// Convolutions; each but the last is followed by a maximum pooling by 2.
pub(super) const CONVOLUTIONS: usize = 7;
/// Bins of the window, after the paper.
pub(super) const WINDOW: usize = 2_561;
/// Bins that are left for the dense layer.
const DENSE_TAPS: usize = 32;

/// What can be chosen about the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Share of the first convolution's outputs that are silenced in training.
    pub dropout: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { dropout: 0.1 }
    }
}

pub(super) fn plan(settings: &Settings, inputs: usize, outputs: usize) -> Plan {
    let mut plan = Plan::new(inputs);
    let mut x = 0;
    for layer in 0..CONVOLUTIONS {
        let c_in = plan.layers()[x].channels;
        let shape = Shape { c_in, c_out: FILTERS, taps: TAPS, dilation: 1 << layer };
        x = plan.conv_from(&format!("convolution.{layer}"), x, shape, 0, true);
        if layer == 0 {
            plan.with_dropout(settings.dropout);
        }
        if layer + 1 < CONVOLUTIONS {
            x = plan.max_with(x, 1 << layer);
        }
    }
    // The predicted bin is the middle of the window; every layer before looks to the right.
    let shape = Shape { c_in: FILTERS, c_out: outputs, taps: DENSE_TAPS, dilation: 1 << (CONVOLUTIONS - 1) };
    plan.conv_from("dense", x, shape, WINDOW / 2, false);
    plan
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_appendix_network_has_8385_parameters_and_reaches_over_its_window() {
        let plan = plan(&Settings::default(), 1, 1);
        assert_eq!(plan.parameters(), 8_385);
        // The window less the poolings' remainder: 2,556 bins.
        assert_eq!(plan.halo(), (1_280, 1_275));
    }
}
