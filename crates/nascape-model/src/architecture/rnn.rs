//! The network that the paper proposes and does not train: a bidirectional gated recurrent unit over binned windows.
//!
//! The unit runs over steps of 200 bp, each the mean of four bins after a convolution; back at 50 bp it is joined with that convolution.
//! A state over a whole chromosome would need the whole chromosome in memory, and would tie every number to its ends. So chromosomes
//! are cut into chunks, and in each the state begins as nothing some steps before, to settle (models/README.md says what that costs).

use serde::{Deserialize, Serialize};

use crate::network::Plan;

/// What can be chosen about the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Channels of the convolution before the unit.
    pub channels: usize,
    /// Hidden units of each direction.
    pub hidden: usize,
    /// Bins that are computed at a time.
    pub chunk: usize,
    /// Steps of 200 bp before a chunk in which the state settles.
    pub warm_up: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { channels: 32, hidden: 32, chunk: 8_192, warm_up: 256 }
    }
}

/// Bins in a step of the unit.
pub(super) const STEP: usize = 4;

pub(super) fn plan(settings: &Settings, inputs: usize, outputs: usize) -> Plan {
    let mut plan = Plan::new(inputs);
    let fine = plan.conv("convolution", 0, settings.channels, 9, 1);
    let coarse = plan.mean_pool(fine, STEP);
    let right = plan.gru("gru.forward", coarse, settings.hidden, false, settings.warm_up);
    let left = plan.gru("gru.backward", coarse, settings.hidden, true, settings.warm_up);
    let both = plan.concat(right, left);
    let up = plan.repeat(both, STEP);
    let joined = plan.concat(up, fine);
    let joined = plan.conv("join", joined, settings.channels, 5, 1);
    plan.linear("head", joined, outputs, 1);
    plan.in_chunks(settings.chunk);
    plan
}
