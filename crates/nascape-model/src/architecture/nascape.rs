//! Ours: a U-Net over steps of 50, 200 and 800 bp with dilated residual layers at the bottom. Two wide input channels tell it how
//! busy the neighbourhood is, up to 250 kb to either side. No normalisation: residual branches begin as nothing, so that the
//! network trains without.

use serde::{Deserialize, Serialize};

use crate::{
    input::{Channel, Input, Strand},
    network::Plan,
};

/// What can be chosen about the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Channels at 50, 200 and 800 bp.
    pub channels: [usize; 3],
    /// Dilated residual layers at the bottom; the dilation doubles from 1 step of 800 bp.
    pub dilated: usize,
    /// Share of each residual layer that is silenced in training.
    pub dropout: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { channels: [24, 40, 48], dilated: 6, dropout: 0.1 }
    }
}

/// Fine steps in one of the next level.
const FACTOR: usize = 4;

/// Reads of either strand in the bin, within 1 kb and within 10 kb, and of both within 100 and 500 kb.
pub(super) fn input() -> Input {
    let of = |bins| [Strand::Plus, Strand::Minus].map(|strand| Channel { strand, bins });
    let wide = [2_001, 10_001].map(|bins| Channel { strand: Strand::Both, bins });
    Input { channels: [of(1), of(21), of(201), wide].concat() }
}

pub(super) fn plan(settings: &Settings, inputs: usize, outputs: usize) -> Plan {
    let [fine_channels, middle_channels, coarse_channels] = settings.channels;
    let mut plan = Plan::new(inputs);
    let fine = plan.conv("fine.down", 0, fine_channels, 5, 1);
    let fine = plan.residual("fine.0", fine, 5, 1, settings.dropout);
    let middle = plan.mean_pool(fine, FACTOR);
    let middle = plan.conv("middle.down", middle, middle_channels, 5, 1);
    let middle = plan.residual("middle.0", middle, 5, 1, settings.dropout);
    let coarse = plan.mean_pool(middle, FACTOR);
    let mut x = plan.conv("coarse.down", coarse, coarse_channels, 3, 1);
    for layer in 0..settings.dilated {
        x = plan.residual(&format!("coarse.{layer}"), x, 3, 1 << layer, settings.dropout);
    }
    let up = plan.repeat(x, FACTOR);
    let up = plan.concat(up, middle);
    let up = plan.conv("middle.up", up, middle_channels, 5, 1);
    let up = plan.residual("middle.1", up, 5, 1, settings.dropout);
    let up = plan.repeat(up, FACTOR);
    let up = plan.concat(up, fine);
    let up = plan.conv("fine.up", up, fine_channels, 5, 1);
    let up = plan.residual("fine.1", up, 5, 1, settings.dropout);
    plan.linear("head", up, outputs, 1);
    plan
}
