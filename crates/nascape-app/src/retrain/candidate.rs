//! What a bundle would be if training ended now.

use std::{collections::BTreeMap, io, path::Path};

use nascape_model::{
    Bundle,
    bundle::{Card, Weights},
};

use crate::Result;

/// The starting bundle with one of its networks tuned as far as it is.
pub struct Candidate<'a> {
    pub(super) start: &'a Bundle,
    /// The network as it was.
    pub(super) network: &'a Bundle,
    pub(super) weights: &'a Weights,
    pub(super) epoch: usize,
}

impl Candidate<'_> {
    /// Saves it as a bundle of its own.
    ///
    /// # Errors
    /// Those of writing.
    pub fn save(&self, folder: &Path) -> Result<()> {
        let card = Card { name: format!("epoch {}", self.epoch), ..self.start.card.clone() };
        let weights = match &self.start.weights {
            Weights::Blend(members) => {
                let members = members.iter().map(|(name, member)| Ok((name.clone(), self.member(member)?)));
                Weights::Blend(members.collect::<Result<_>>()?)
            }
            _ => self.weights.clone(),
        };
        Ok(Bundle::save(folder, &card, &weights)?)
    }

    fn member(&self, member: &Bundle) -> Result<Bundle> {
        if member.card.weights != self.network.card.weights {
            return Ok(member.clone());
        }
        // By its files, so that the card has the checksums of the new weights.
        let files: BTreeMap<String, Vec<u8>> =
            Bundle { weights: self.weights.clone(), ..member.clone() }.files().into_iter().collect();
        let read = |name: &str| files.get(name).cloned().ok_or_else(|| io::ErrorKind::NotFound.into());
        Ok(Bundle::read(Path::new(&member.card.name), &read)?)
    }
}
