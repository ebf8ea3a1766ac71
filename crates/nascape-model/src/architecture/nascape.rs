//! Ours: a U-Net over 50, 200 and 800 bp steps with dilated residual layers at the bottom, which look over 200 kb to either side.

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
    /// Share of each dilated layer and of the last one that is silenced in training.
    pub dropout: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { channels: [32, 48, 64], dilated: 8, dropout: 0.1 }
    }
}

/// Fine steps in one of the next level.
const FACTOR: usize = 4;

/// Reads of either strand in the bin, within 1 kb and within 10 kb.
pub(super) fn input() -> Input {
    let of = |bins| [Strand::Plus, Strand::Minus].map(|strand| Channel { strand, bins });
    Input { channels: [of(1), of(21), of(201)].concat() }
}

pub(super) fn plan(settings: &Settings, inputs: usize, outputs: usize) -> Plan {
    let [fine_channels, middle_channels, coarse_channels] = settings.channels;
    let mut plan = Plan::new(inputs);
    let fine = plan.conv("fine.0", 0, fine_channels, 9, 1);
    let fine = plan.conv("fine.1", fine, fine_channels, 5, 1);
    let middle = plan.mean_pool(fine, FACTOR);
    let middle = plan.conv("middle.0", middle, middle_channels, 5, 1);
    let middle = plan.conv("middle.1", middle, middle_channels, 5, 1);
    let coarse = plan.mean_pool(middle, FACTOR);
    let mut x = plan.conv("coarse.0", coarse, coarse_channels, 5, 1);
    for layer in 0..settings.dilated {
        let wide = plan.conv(&format!("coarse.dilated.{layer}"), x, coarse_channels / 2, 3, 1 << layer);
        plan.with_dropout(settings.dropout);
        let back = plan.linear(&format!("coarse.back.{layer}"), wide, coarse_channels, 1);
        x = plan.add(x, back, true);
    }
    let up = plan.repeat(x, FACTOR);
    let up = plan.concat(up, middle);
    let up = plan.conv("middle.2", up, middle_channels, 5, 1);
    let up = plan.repeat(up, FACTOR);
    let up = plan.concat(up, fine);
    let up = plan.conv("fine.2", up, fine_channels, 5, 1);
    plan.with_dropout(settings.dropout);
    plan.linear("head", up, outputs, 1);
    plan
}
