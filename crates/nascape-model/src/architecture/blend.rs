//! The weighted mean of the raw numbers of several bundles, which differ in kind and so in their errors.

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// What can be chosen about a blend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The bundles.
    pub members: Vec<Member>,
    /// How far weights that are chosen are drawn towards even ones afterwards: 0 not at all, 1 all the way. On a small validation part
    /// the best weights are largely luck, and even ones hard to beat.
    #[serde(default, skip_serializing_if = "is_none")]
    pub evenness: f32,
    /// Whether members whose weight is given may also take part recalibrated, with `a z + b` for `z`, fitted to a train part that they have
    /// not learned from. On a card the weights and the offset say what came of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recalibrate: bool,
    /// What is added to the mean's raw values.
    #[serde(default, skip_serializing_if = "is_none")]
    pub offset: f32,
}

fn is_none(number: &f32) -> bool {
    *number == 0.0
}

/// A bundle in a blend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The bundle: in a recipe a folder, on a card the member's folder inside the blend's.
    pub bundle: String,
    /// Its share of the mean; in a recipe it may be left out for some members, and all are then chosen on the validation part, from
    /// the shares that are given on.
    #[serde(default)]
    pub weight: Option<f32>,
}

/// Bundles in a blend, at the most: each is imputed wherever the blend is.
pub const MOST: usize = 8;

impl Settings {
    pub(super) fn check(&self) -> Result<()> {
        let fault = |text: &str| Err(Error::Setting(text.to_owned()));
        if !(1..=MOST).contains(&self.members.len()) {
            return fault(&format!("a blend has from 1 to {MOST} members."));
        }
        let weights = || self.members.iter().filter_map(|member| member.weight);
        if !weights().all(|weight| weight.is_finite() && weight >= 0.0)
            || weights().any(|_| true) && weights().sum::<f32>() <= 0.0
        {
            return fault("the weights of a blend are numbers of at least 0, and not all 0.");
        }
        if !self.offset.is_finite() {
            return fault("the offset of a blend is a number.");
        }
        if !(0.0..=1.0).contains(&self.evenness) {
            return fault("the evenness of a blend lies between 0 and 1.");
        }
        Ok(())
    }
}
