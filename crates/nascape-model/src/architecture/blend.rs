//! The weighted mean of the raw numbers of several bundles, which differ in kind and so in their errors.

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// What can be chosen about a blend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The bundles.
    pub members: Vec<Member>,
}

/// A bundle in a blend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The bundle: in a recipe a folder, on a card the member's folder inside the blend's.
    pub bundle: String,
    /// Its share of the mean; in a recipe it may be left out, and is then chosen on the validation part.
    #[serde(default)]
    pub weight: Option<f32>,
}

impl Settings {
    pub(super) fn check(&self) -> Result<()> {
        match (1..=8).contains(&self.members.len()) {
            true => Ok(()),
            false => Err(Error::Setting("a blend has from 1 to 8 members.".to_owned())),
        }
    }
}
