//! Basenji's trunk (Kelley et al., Genome Research 2018) on nascent input: convolution and pooling down to 500 bp, then seven
//! residual layers whose dilation doubles, so that a prediction looks over about 131 kb. Basenji predicts its coarse steps; to
//! predict every bin, the trunk is brought back to 50 bp and joined with the first convolution. No batch normalisation.

use serde::{Deserialize, Serialize};

use crate::network::Plan;

/// What can be chosen about the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Channels of the first convolution.
    pub stem: usize,
    /// Channels of the trunk.
    pub trunk: usize,
    /// Share of each residual layer that is silenced in training.
    pub dropout: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { stem: 32, trunk: 64, dropout: 0.1 }
    }
}

/// Dilated residual layers.
const RESIDUAL: usize = 7;

pub(super) fn plan(settings: &Settings, inputs: usize, outputs: usize) -> Plan {
    let mut plan = Plan::new(inputs);
    let fine = plan.conv("stem.0", 0, settings.stem, 15, 1);
    let half = plan.mean_pool(fine, 2);
    let half = plan.conv("stem.1", half, settings.trunk, 5, 1);
    let coarse = plan.mean_pool(half, 5);
    let mut x = plan.conv("stem.2", coarse, settings.trunk, 5, 1);
    for layer in 0..RESIDUAL {
        x = plan.residual(&format!("trunk.{layer}"), x, 3, 1 << layer, settings.dropout);
    }
    let up = plan.repeat(x, 10);
    let joined = plan.concat(up, fine);
    let joined = plan.conv("join", joined, settings.trunk / 2, 5, 1);
    plan.linear("head", joined, outputs, 1);
    plan
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_looks_over_about_131_kb() {
        let (left, right) = plan(&Settings::default(), 2, 1).halo();
        let bases = (left + right + 1) * 50;
        assert!((128_000..138_000).contains(&bases), "{bases}");
    }
}
