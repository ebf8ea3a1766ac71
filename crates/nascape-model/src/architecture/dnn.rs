//! The paper's dense network: five dense layers with ReLU between them over a window of 200 bins, trained on the root of the mean
//! squared error. The first layer is a convolution over the window, the others see one bin; so a chromosome is one pass.

use serde::{Deserialize, Serialize};

use crate::{kernel::Shape, network::Plan};

/// Bins of the window, after the paper; the predicted bin is number 100 of 0 to 199.
pub(super) const WINDOW: usize = 200;

/// What can be chosen about the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Units of the first four layers; the paper does not say how many. The fifth gives the outputs.
    pub units: [usize; 4],
}

impl Default for Settings {
    fn default() -> Self {
        Self { units: [128, 64, 32, 16] }
    }
}

pub(super) fn plan(settings: &Settings, inputs: usize, outputs: usize) -> Plan {
    let mut plan = Plan::new(inputs);
    let mut x = 0;
    for (layer, &units) in settings.units.iter().enumerate() {
        let taps = if layer == 0 { WINDOW } else { 1 };
        let shape = Shape { c_in: plan.layers()[x].channels, c_out: units, taps, dilation: 1 };
        x = plan.conv_from(&format!("dense.{layer}"), x, shape, taps / 2, true);
    }
    plan.linear("dense.4", x, outputs, 1);
    plan
}
