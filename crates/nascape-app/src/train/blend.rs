//! A blend's members, and their weights.

use nascape_model::{
    Bundle,
    architecture::{Architecture, blend},
    bundle::{Card, Target, TargetKind, TargetTransform, Weights},
    predictor::{Engine, Layout, Mean, Predictor},
    train::{
        self, Loss, Losses, Part, Trained,
        blend::{Choice, Chosen, OnPart},
    },
};
use nascape_signal::BIN;

use super::folds::Fold;
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
            let transform =
                if *kind == TargetKind::Signal { recipe.target_transform } else { TargetTransform::Identity };
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

/// A blend of its members, and of what they were without each fold: by the weights that the recipe says, or, where it leaves one out, those
/// that do best on the validation part (on all folds, `left_out`), looked for from those that it says on.
pub(super) fn blended(
    recipe: &train::Recipe,
    members: &[(String, Bundle)],
    [on, validation]: [&Part; 2],
    folds: &[Fold],
    left_out: &[Part],
) -> Result<(Architecture, Trained, Vec<Predictor>)> {
    let Architecture::Blend(settings) = &recipe.architecture else { unreachable!("asked for a blend only") };
    let said: Option<Vec<f32>> = settings.members.iter().map(|member| member.weight).collect();
    let said = said.filter(|_| !settings.recalibrate).map(|weights| Chosen { weights, offset: settings.offset });
    let layouts: Vec<Layout> = members.iter().map(|(_, bundle)| bundle.card.layout()).collect();
    let Chosen { weights, offset } = said.unwrap_or_else(|| {
        let begin: Vec<f32> = settings.members.iter().map(|member| member.weight.unwrap_or(0.0)).collect();
        let unseen = settings.recalibrate && begin.iter().any(|weight| *weight > 0.0);
        let of_members = || members.iter().map(|(_, bundle)| &bundle.predictor).collect();
        let parts: Vec<OnPart<'_>> = match folds {
            [] => vec![(of_members(), validation)],
            _ => folds.iter().map(Fold::predictors).zip(left_out).collect(),
        };
        let choice = Choice {
            layouts: &layouts,
            begin: &begin,
            offset: settings.offset,
            evenness: settings.evenness,
            losses: &recipe.losses,
            validation: &parts,
            unseen: unseen.then(|| (of_members(), on)),
        };
        choice.choose()
    });
    let kept: Vec<usize> = (0..weights.len()).filter(|&at| weights[at] > 0.0).collect();
    let of_kept = |bundles: Vec<&Bundle>| {
        let (weights, layouts): (Vec<f32>, Vec<Layout>) =
            kept.iter().map(|&at| (weights[at], layouts[at].clone())).unzip();
        let mean = Mean::new(&weights, &layouts, &recipe.losses.layout(), offset);
        let predictors = kept.iter().map(|&at| bundles[at].predictor.clone()).collect();
        let engine = Engine::Blend(mean, predictors);
        Predictor { reads_per_kb: recipe.reads_per_kb, both_directions: false, engine }
    };
    let predictor = of_kept(members.iter().map(|(_, bundle)| bundle).collect());
    let without = folds.iter().map(|fold| of_kept(fold.0.iter().collect())).collect();
    let member = |&at: &usize| blend::Member { bundle: members[at].0.clone(), weight: Some(weights[at]) };
    let settings = blend::Settings { members: kept.iter().map(member).collect(), offset, ..settings.clone() };
    let weights = Weights::Blend(kept.iter().map(|&at| members[at].clone()).collect());
    let trained = Trained { weights, predictor, best_epoch: 0, epochs: Vec::new() };
    Ok((Architecture::Blend(settings), trained, without))
}
