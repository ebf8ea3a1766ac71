//! A blend's members, and their weights.

use nascape_model::{
    Bundle,
    architecture::{Architecture, blend},
    bundle::{Card, Weights},
    predictor::{Engine, Predictor},
    train::{self, Losses, Part, Trained},
};
use nascape_signal::BIN;

use crate::{Library, Result, recipe::Recipe};

/// Whether a bundle gives these targets, in this order and as these losses learn them.
pub(super) fn gives(card: &Card, targets: &[String], losses: &Losses) -> bool {
    let learned = targets.iter().zip(&losses.0).map(|(name, loss)| (name, loss.output(), loss.has_scale()));
    card.targets.iter().map(|target| (&target.name, target.output, target.scale_output)).eq(learned)
}

/// The bundles of a blend's recipe, each with the folder that it will have in the blend; none for another architecture.
pub(super) fn members(recipe: &Recipe, losses: &Losses) -> Result<Vec<(String, Bundle)>> {
    let Architecture::Blend(settings) = &recipe.architecture else { return Ok(Vec::new()) };
    let open = |(at, member): (usize, &blend::Member)| {
        let bundle = Library::open(&member.bundle)?;
        Ok((format!("{}.{}", at + 1, bundle.card.architecture.name()), bundle))
    };
    let members = settings.members.iter().enumerate().map(open).collect::<Result<Vec<(String, Bundle)>>>()?;
    let step = members.first().map_or(BIN, |(_, first)| first.predictor.step());
    for (_, member) in &members {
        let why = match () {
            () if matches!(member.weights, Weights::Blend(_)) => "is a blend itself",
            () if !gives(&member.card, &recipe.targets, losses) => {
                "imputes other targets than the recipe's, or in another unit; the recipe's 'loss' decides the unit"
            }
            () if member.predictor.step() != step => "looks at bases where another member looks at bins",
            () => continue,
        };
        let text = format!("{} cannot be a member of this blend: it {why}.", member.card.name);
        return Err(nascape_model::Error::Setting(text).into());
    }
    Ok(members)
}

/// A blend of its members: by the weights that the recipe says, or, where it leaves one out, those that do best on the validation
/// part, looked for from those that it says on.
pub(super) fn blended(
    recipe: &train::Recipe,
    members: Vec<(String, Bundle)>,
    validation: &Part,
) -> Result<(Architecture, Trained)> {
    let Architecture::Blend(settings) = &recipe.architecture else { unreachable!("asked for a blend only") };
    let said: Option<Vec<f32>> = settings.members.iter().map(|member| member.weight).collect();
    let weights = said.unwrap_or_else(|| {
        let predictors: Vec<&Predictor> = members.iter().map(|(_, bundle)| &bundle.predictor).collect();
        let begin: Vec<f32> = settings.members.iter().map(|member| member.weight.unwrap_or(0.0)).collect();
        train::blend::weights(&predictors, &begin, &recipe.losses, validation)
    });
    let weighted = weights.iter().zip(members).filter(|(weight, _)| **weight > 0.0);
    let (of_card, members): (Vec<blend::Member>, Vec<(String, Bundle)>) = weighted
        .map(|(weight, (folder, bundle))| {
            (blend::Member { bundle: folder.clone(), weight: Some(*weight) }, (folder, bundle))
        })
        .unzip();
    let engine = Engine::Blend(
        of_card.iter().zip(&members).map(|(one, (_, b))| (one.weight.unwrap_or(1.0), b.predictor.clone())).collect(),
    );
    let predictor = Predictor { reads_per_kb: recipe.reads_per_kb, both_directions: false, engine };
    let trained = Trained { weights: Weights::Blend(members), predictor, best_epoch: 0, epochs: Vec::new() };
    Ok((Architecture::Blend(blend::Settings { members: of_card }), trained))
}
