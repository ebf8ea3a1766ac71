//! The paper's "initial work": several marks at once from both strands over 10,000 bins, trained on the squared error over bins
//! whose observed value is not zero.
//!
//! The paper gives no layers. Ours are convolutions whose dilation doubles, so that one pass covers a chromosome and every bin
//! sees the same neighbourhood; a training tile is the paper's 10,000 bins.

use serde::{Deserialize, Serialize};

use crate::{kernel::Shape, network::Plan};

/// What can be chosen about the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Filters of each convolution.
    pub filters: usize,
    /// Taps of each convolution, an odd number.
    pub taps: usize,
    /// Convolutions; the dilation doubles from one to the next.
    pub convolutions: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { filters: 32, taps: 9, convolutions: 7 }
    }
}

pub(super) fn plan(settings: &Settings, inputs: usize, outputs: usize) -> Plan {
    let mut plan = Plan::new(inputs);
    let mut x = 0;
    for layer in 0..settings.convolutions {
        let shape = Shape {
            c_in: plan.layers()[x].channels,
            c_out: settings.filters,
            taps: settings.taps,
            dilation: 1 << layer,
        };
        x = plan.conv_from(&format!("convolution.{layer}"), x, shape, shape.reach() / 2, true);
    }
    plan.linear("marks", x, outputs, 1);
    plan
}
