//! Folds: what lies outside the test part is cut by position and left out in turn, so that a bundle can learn from all of it and still be
//! judged, calibrated and blended by what was imputed where it had not learned.

use std::path::{Path, PathBuf};

use nascape_model::{
    Bundle,
    architecture::{Architecture, Kind},
    bundle::{Epoch, ExperimentUsed},
    predictor::Predictor,
    train,
};
use nascape_signal::{Progress, Region};

use super::{Request, Told, opened::Opened, run};
use crate::{Error, Result, portion::Portion};

/// Bases of a block. A chromosome's blocks go to one fold after the other; they are long beside what a prediction looks at and beside a
/// domain, so that what is left out was not seen from over the border.
const BLOCK: u32 = 3_000_000;

/// How many folds there may be.
const FOLDS: std::ops::RangeInclusive<usize> = 2..=10;

/// The folds of a training.
pub(super) struct Folds {
    /// Each fold's regions, by experiment.
    left_out: Vec<Vec<Vec<Region>>>,
    /// What of them is for calibration.
    calibration: Vec<Vec<Vec<Region>>>,
    /// The experiments' names.
    names: Vec<String>,
}

/// What learned without one fold: a bundle; for a blend the members', in their order.
pub(super) struct Fold(pub(super) Vec<Bundle>);

impl Fold {
    /// What imputes without having learned from it.
    pub(super) fn predictors(&self) -> Vec<&Predictor> {
        self.0.iter().map(|bundle| &bundle.predictor).collect()
    }
}

impl Folds {
    /// # Errors
    /// A sentence for a training that cannot be done in so many folds.
    pub(super) fn new(
        folds: usize,
        request: &Request,
        learned: &train::Recipe,
        experiments: &[Opened<'_>],
    ) -> Result<Self> {
        let fault = |text: &str| Err(nascape_model::Error::Setting(text.to_owned()).into());
        if !FOLDS.contains(&folds) {
            return fault("folds is a number from 2 to 10.");
        }
        if request.from.is_some() {
            return fault("--from goes on with weights that may have seen every fold. Leave 'folds' out.");
        }
        match (learned.kind(), &learned.architecture) {
            (Kind::Network(_), _) if !learned.schedule.keep_last => {
                return fault("with folds no epoch is chosen: say keep_last = true under [schedule].");
            }
            (Kind::Forest(settings), _) if settings.boosting.patience > 0 => {
                return fault("with folds no round is chosen: say patience = 0 under [architecture.boosting].");
            }
            (_, Architecture::Blend(settings)) if settings.recalibrate => {
                return fault(
                    "a recalibration needs a train part that the members did not see, and with folds they saw all of it.",
                );
            }
            _ => {}
        }
        let by_fold = |of: fn(&Opened<'_>) -> Vec<Region>| {
            let cuts: Vec<Vec<Vec<Region>>> = experiments.iter().map(|one| cut(&of(one), folds)).collect();
            (0..folds).map(|fold| cuts.iter().map(|cut| cut[fold].clone()).collect()).collect()
        };
        let said = experiments.iter().any(|one| !one.calibration.is_empty());
        let left_out = by_fold(|one| one.train.clone());
        let calibration = if said { by_fold(|one| one.calibration.clone()) } else { Vec::clone(&left_out) };
        Ok(Self { left_out, calibration, names: experiments.iter().map(|one| one.experiment.name.clone()).collect() })
    }

    /// The regions of each fold, by experiment.
    pub(super) fn left_out(&self) -> impl Iterator<Item = Vec<&Vec<Region>>> {
        self.left_out.iter().map(|regions| regions.iter().collect())
    }

    /// Those of each fold on which it is calibrated: the calibration part's, or all where there is none.
    pub(super) fn calibration(&self) -> impl Iterator<Item = Vec<&Vec<Region>>> {
        self.calibration.iter().map(|regions| regions.iter().collect())
    }

    /// Trains the recipe once without each fold. The bundles stay beside the output, in `NAME.folds`: a blend of this bundle needs them.
    ///
    /// # Errors
    /// Those of training.
    pub(super) fn train_without_each(
        &self,
        request: &Request,
        progress: &dyn Progress,
        told: &mut dyn FnMut(Told<'_>),
    ) -> Result<Vec<Fold>> {
        let one = |(fold, left_out): (usize, &Vec<Vec<Region>>)| {
            told(Told::Fold { fold: fold + 1, folds: self.left_out.len() });
            let mut recipe = request.recipe.clone();
            recipe.folds = None;
            for (at, experiment) in recipe.experiments.iter_mut().enumerate() {
                let others = self.left_out.iter().enumerate().filter(|(other, _)| *other != fold);
                experiment.train = merged(others.flat_map(|(_, regions)| regions[at].clone()).collect());
                experiment.validation.clone_from(&left_out[at]);
                experiment.calibration.clear();
                experiment.test.clear();
            }
            let request = Request { recipe, output: without(&request.output, fold), ..request.clone() };
            run(&request, &self.share(progress, fold), &mut *told)?;
            Ok(Fold(vec![Bundle::open(&request.output)?]))
        };
        self.left_out.iter().enumerate().map(one).collect()
    }

    /// What the members of a blend were when they had not learned from each fold.
    ///
    /// # Errors
    /// A sentence for a member that was not trained in these folds.
    pub(super) fn of_members(&self, members: &[(String, Bundle)]) -> Result<Vec<Fold>> {
        let folds = self.left_out.len();
        let one = |(fold, left_out): (usize, &Vec<Vec<Region>>)| {
            let open = |(_, member): &(String, Bundle)| {
                let place = without(&member.place, fold);
                let found = Bundle::open(&place).ok();
                found.filter(|bundle| self.was_left_out(left_out, &bundle.card.training.experiments)).ok_or_else(|| {
                    let text = format!(
                        "{} cannot be blended in {folds} folds: {} is not there, or was trained without other regions. Train the member \
                         by a recipe with folds = {folds} and the same experiments first.",
                        member.card.name,
                        place.display()
                    );
                    Error::from(nascape_model::Error::Setting(text))
                })
            };
            members.iter().map(open).collect::<Result<_>>().map(Fold)
        };
        self.left_out.iter().enumerate().map(one).collect()
    }

    /// Whether these regions, by experiment, are those that a training left out.
    fn was_left_out(&self, left_out: &[Vec<Region>], used: &[ExperimentUsed]) -> bool {
        self.names.iter().zip(left_out).all(|(name, left_out)| {
            let used = used.iter().find(|used| used.name == *name);
            used.is_none_or(|used| used.validation.iter().eq(&strings(left_out)))
        })
    }

    /// The share of the work that the training without this fold is.
    fn share<'a>(&self, whole: &'a dyn Progress, fold: usize) -> Portion<'a> {
        let at = |fold: usize| fold as f64 / (self.left_out.len() + 1) as f64;
        Portion { whole, from: at(fold), to: at(fold + 1) }
    }

    /// The share that the training on all folds is, which comes last.
    pub(super) fn last_share<'a>(&self, whole: &'a dyn Progress) -> Portion<'a> {
        self.share(whole, self.left_out.len())
    }
}

/// What the trainings without a fold reached, epoch by epoch: the mean over them.
///
/// # Errors
/// [`nascape_model::Error::Diverged`] where one of them came to an end before the others.
pub(super) fn epochs(folds: &[Fold]) -> Result<Vec<Epoch>> {
    let all: Vec<&[Epoch]> = folds.iter().map(|fold| &fold.0[0].card.training.epochs[..]).collect();
    let lengths = || all.iter().map(|epochs| epochs.len());
    let (least, most) = (lengths().min().unwrap_or(0), lengths().max().unwrap_or(0));
    if least < most {
        return Err(nascape_model::Error::Diverged { epoch: least + 1 }.into());
    }
    let mean =
        |figures: Vec<Option<f64>>| figures.iter().copied().sum::<Option<f64>>().map(|sum| sum / figures.len() as f64);
    let epoch = |at: usize| {
        let of = |figure: fn(&Epoch) -> Option<f64>| mean(all.iter().map(|epochs| figure(&epochs[at])).collect());
        Epoch {
            epoch: at + 1,
            train_loss: of(|epoch| epoch.train_loss),
            validation_loss: of(|epoch| Some(epoch.validation_loss)).expect("every epoch has one"),
            validation_pearson: of(|epoch| epoch.validation_pearson),
            validation_auprc: of(|epoch| epoch.validation_auprc),
        }
    };
    Ok((0..most).map(epoch).collect())
}

/// Where the bundles lie that were trained without a fold each: beside the one that learned from all.
pub(super) fn folder(bundle: &Path) -> PathBuf {
    let name = bundle.file_name().unwrap_or_default().to_string_lossy();
    bundle.with_file_name(format!("{name}.folds"))
}

/// Where the bundle lies that was trained without this fold.
fn without(bundle: &Path, fold: usize) -> PathBuf {
    folder(bundle).join((fold + 1).to_string())
}

/// Regions in order, those that touch or overlap joined.
pub(super) fn merged(mut regions: Vec<Region>) -> Vec<Region> {
    regions.sort_by(|a, b| (&a.chromosome, a.start).cmp(&(&b.chromosome, b.start)));
    regions.into_iter().fold(Vec::new(), |mut merged: Vec<Region>, region| {
        match merged.last_mut().filter(|last| last.chromosome == region.chromosome && last.end >= region.start) {
            Some(last) => last.end = last.end.max(region.end),
            None => merged.push(region),
        }
        merged
    })
}

/// The regions of each fold.
fn cut(regions: &[Region], folds: usize) -> Vec<Vec<Region>> {
    let mut cut = vec![Vec::new(); folds];
    for region in regions {
        for block in region.start / BLOCK..region.end.div_ceil(BLOCK) {
            let (start, end) = (block * BLOCK, (block + 1).saturating_mul(BLOCK));
            let part = Region::new(&region.chromosome, start.max(region.start), end.min(region.end));
            cut[block as usize % folds].push(part);
        }
    }
    cut
}

fn strings(regions: &[Region]) -> Vec<String> {
    regions.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regions(texts: &[&str]) -> Vec<Region> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn blocks_of_three_megabases_go_to_one_fold_after_the_other() {
        let cut = cut(&regions(&["chr1:1-7,000,000", "chr2:5,999,951-6,000,050"]), 2);
        assert_eq!(strings(&cut[0]), ["chr1:1-3,000,000", "chr1:6,000,001-7,000,000", "chr2:6,000,001-6,000,050"]);
        assert_eq!(strings(&cut[1]), ["chr1:3,000,001-6,000,000", "chr2:5,999,951-6,000,000"]);
    }

    #[test]
    fn what_touches_is_joined() {
        let parts = regions(&["chr1:201-300", "chr2:1-50", "chr1:1-100", "chr1:101-150", "chr1:251-280"]);
        assert_eq!(strings(&merged(parts)), ["chr1:1-150", "chr1:201-300", "chr2:1-50"]);
    }
}
