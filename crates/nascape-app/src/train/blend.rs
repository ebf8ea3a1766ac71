//! A blend's members, and their weights.

use nascape_model::{
    Bundle,
    architecture::{Architecture, blend},
    bundle::{Card, Target, TargetKind, TargetTransform, Weights},
    predictor::{Engine, Layout, Mean, Predictor},
    train::{self, Loss, Losses, Part, Trained},
};
use nascape_signal::BIN;

use crate::{Error, Library, Result, recipe::Recipe};

/// Whether a bundle gives these targets, in this order and as these losses learn them.
pub(super) fn gives(card: &Card, targets: &[String], losses: &Losses) -> bool {
    let learned = targets.iter().zip(&losses.0).map(|(name, loss)| (name, loss.output(), loss.has_scale()));
    card.targets.iter().map(|target| (&target.name, target.output, target.scale_output)).eq(learned)
}

/// The bundles of a blend's recipe, each with the folder that it will have in the blend; none for another architecture.
///
/// # Errors
/// Those of opening; a sentence for one that cannot be blended with the others.
pub(super) fn members(recipe: &Recipe) -> Result<Vec<(String, Bundle)>> {
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
            () if member.predictor.step() != step => "looks at bases where another member looks at bins",
            () => continue,
        };
        return Err(no_member(member, why));
    }
    Ok(members)
}

/// What a blend's weights make small for its target number `at` when nothing else is asked for: as one of its members did, that which
/// asks for most.
pub(super) fn usual_loss(members: &[(String, Bundle)], at: usize) -> Option<Loss> {
    let losses = || members.iter().filter_map(move |(_, member)| Some(member.card.targets.get(at)?.loss));
    losses().find(|loss| loss.has_scale()).or_else(|| losses().next())
}

/// # Errors
/// A sentence for a member whose numbers cannot be averaged into those of the recipe's `kinds`, learned by `losses`.
pub(super) fn check(
    members: &[(String, Bundle)],
    recipe: &Recipe,
    kinds: &[TargetKind],
    losses: &Losses,
) -> Result<()> {
    for (_, member) in members {
        let targets = &member.card.targets;
        let fits = |((target, kind), (name, loss)): ((&Target, &TargetKind), (&String, &Loss))| {
            let transform = if *kind == TargetKind::Signal { recipe.target_transform } else { TargetTransform::Identity };
            (&target.name, target.kind, target.transform, target.output) == (name, *kind, transform, loss.output())
                && (loss.has_scale() || !target.scale_output)
        };
        let asked = recipe.targets.iter().zip(&losses.0);
        if targets.len() != kinds.len() || !targets.iter().zip(kinds).zip(asked).all(fits) {
            let why = "imputes other targets than the recipe's, or in another unit; the recipe's 'loss' and 'target_transform' decide \
                       the unit";
            return Err(no_member(member, why));
        }
    }
    Ok(())
}

fn no_member(member: &Bundle, why: &str) -> Error {
    let text = format!("{} cannot be a member of this blend: it {why}.", member.card.name);
    nascape_model::Error::Setting(text).into()
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
        let of_members: Vec<(&Predictor, Layout)> =
            members.iter().map(|(_, bundle)| (&bundle.predictor, bundle.card.layout())).collect();
        let begin: Vec<f32> = settings.members.iter().map(|member| member.weight.unwrap_or(0.0)).collect();
        train::blend::weights(&of_members, &begin, settings.evenness, &recipe.losses, validation)
    });
    let (weights, members): (Vec<f32>, Vec<(String, Bundle)>) =
        weights.into_iter().zip(members).filter(|(weight, _)| *weight > 0.0).unzip();
    let member = |(weight, (folder, _)): (&f32, &(String, Bundle))| blend::Member {
        bundle: folder.clone(),
        weight: Some(*weight),
    };
    let of_card = weights.iter().zip(&members).map(member).collect();
    let layouts: Vec<Layout> = members.iter().map(|(_, bundle)| bundle.card.layout()).collect();
    let predictors = members.iter().map(|(_, bundle)| bundle.predictor.clone()).collect();
    let engine = Engine::Blend(Mean::new(&weights, &layouts, &recipe.losses.layout()), predictors);
    let predictor = Predictor { reads_per_kb: recipe.reads_per_kb, both_directions: false, engine };
    let trained = Trained { weights: Weights::Blend(members), predictor, best_epoch: 0, epochs: Vec::new() };
    Ok((Architecture::Blend(blend::Settings { members: of_card, evenness: settings.evenness }), trained))
}
