//! What an earlier training left to go on from: a bundle's weights, a checkpoint, or all that is asked for.

use std::path::Path;

use nascape_model::{
    Bundle,
    architecture::Kind,
    bundle::{Card, ExperimentUsed, Weights},
    train::{self, Losses, checkpoint::Checkpoint},
};

use super::{Request, blend::gives, folds};
use crate::{Result, recipe::Recipe, record::VERSION};

/// The weights to start from.
///
/// # Errors
/// A sentence for a bundle that is not of this recipe.
pub(super) fn start<'a>(bundle: &'a Bundle, recipe: &Recipe, learned: &train::Recipe) -> Result<&'a Weights> {
    let card = &bundle.card;
    let fault = |text: String| Err(nascape_model::Error::Setting(text).into());
    if !matches!(learned.kind(), Kind::Network(_)) {
        return fault(format!("--from goes on with a network; a {} is trained anew.", recipe.architecture.name()));
    }
    if !recipe.helpers.is_empty() {
        return fault("--from goes on with a bundle's own targets; what was learned for helpers was not kept. Leave 'helpers' out.".to_owned());
    }
    let same = card.architecture == recipe.architecture
        && card.input.as_ref() == Some(&learned.input)
        && gives(card, &recipe.targets, &learned.losses);
    match same {
        true => Ok(&bundle.weights),
        false => fault(format!(
            "{} is a {} for {}; --from needs a bundle of the same architecture, settings, input and targets.",
            card.name,
            card.architecture.name(),
            card.target_names()
        )),
    }
}

/// What a checkpoint is one of: settings and files, by their checksums.
pub(super) fn identity(learned: &train::Recipe, request: &Request, used: &[ExperimentUsed]) -> String {
    let from = request.from.as_ref().map(|bundle| &bundle.card.weights);
    let recipe = &request.recipe;
    let target = (
        recipe.peak_value,
        recipe.longest_peak,
        recipe.target_summary,
        recipe.target_transform,
        recipe.target_smoothing,
    );
    serde_json::to_string(&(VERSION, learned, &recipe.targets, target, from, used)).expect("settings are plain data")
}

/// Whether an interrupted training of this bundle left something to go on from.
pub fn has_begun(output: &Path) -> bool {
    Checkpoint::path_of(output).exists() || folds::folder(output).exists()
}

/// The bundle that stands at the output, where it is asked to go on and this very training has ended there; not a blend, which is made at
/// once.
pub(super) fn ended(request: &Request, learned: &train::Recipe, used: &[ExperimentUsed]) -> Option<Card> {
    let recipe = &request.recipe;
    if !request.resume || request.from.is_some() {
        return None;
    }
    let card = Bundle::open(&request.output).ok()?.card;
    let training = &card.training;
    let kept = Losses(learned.losses.0[..recipe.targets.len()].to_vec());
    let is_network = matches!(learned.kind(), Kind::Network(_));
    let same = gives(&card, &recipe.targets, &kept)
        && (&card.nascape_version[..], &card.architecture) == (VERSION, &recipe.architecture)
        && (card.reads_per_kb, card.both_directions) == (learned.reads_per_kb, learned.both_directions)
        && card.input == is_network.then(|| learned.input.clone())
        && training.schedule == is_network.then(|| learned.schedule.clone())
        && (training.folds, &training.experiments[..]) == (recipe.folds, used)
        && (training.target_summary, training.longest_peak) == (recipe.target_summary, recipe.longest_peak)
        && training.target_smoothing == recipe.target_smoothing.unwrap_or(0.0);
    same.then_some(card)
}
