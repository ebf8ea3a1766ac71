//! What a retrained bundle is made of.

use std::path::{Path, PathBuf};

use nascape_model::{
    Bundle,
    architecture::{Architecture, blend},
    bundle::{Card, Output, TargetKind, Weights},
    train::Schedule,
};
use nascape_signal::{BIN, Progress, Region};

use super::{Candidate, Request, Told, train_into};
use crate::{
    Error, Result,
    portion::Portion,
    recipe::{Experiment, Recipe},
    train,
};

/// Steps that a network is tuned for, and the epochs that they may be cut into.
const STEPS: usize = 120;
const EPOCHS: std::ops::RangeInclusive<usize> = 8..=40;
/// Bins of a tile and tiles of a step: small, since there is little to cut them from.
const TILE: usize = 2_048;
const TILES: usize = 4;

/// Bases of a validation part on which chosen weights count as much as even ones.
const EVEN: f32 = 400_000.0;
/// Bases of a validation part from which on intervals and false discovery rates come of it: on less, a rate of 10 % turned out as 40 %.
const CALIBRATES: u32 = 300_000;

/// The bundles that a retrained one may be blended of, saved in a folder of their own.
pub(super) struct Members<'a> {
    request: &'a Request,
    folder: &'a Path,
    experiment: Experiment,
    /// Where the retrained bundle is measured.
    test: Vec<Region>,
    /// Bundle, and the weight that choosing begins with; those that stood there before come first.
    all: Vec<(PathBuf, Bundle, f32)>,
    standing: usize,
    /// Trainings done.
    stage: u32,
}

/// The bundles that a bundle is blended of, with their weights; it alone where it is no blend.
pub(super) fn standing(start: &Bundle) -> Vec<(Bundle, f32)> {
    match (&start.card.architecture, &start.weights) {
        (Architecture::Blend(settings), Weights::Blend(members)) => {
            let weights = settings.members.iter().map(|member| member.weight.unwrap_or(1.0));
            members.iter().map(|(_, bundle)| bundle.clone()).zip(weights).collect()
        }
        _ => vec![(start.clone(), 1.0)],
    }
}

/// Bundles that the retrained one may be blended of, at the most.
pub(super) fn most(start: &Bundle) -> usize {
    let standing = standing(start);
    standing.len() + standing.iter().filter(|(bundle, _)| is_network(bundle)).count() + usize::from(grows(start))
}

fn is_network(bundle: &Bundle) -> bool {
    matches!(bundle.weights, Weights::Network(_))
}

/// Whether a forest is grown beside what stands.
fn grows(start: &Bundle) -> bool {
    let target = &start.card.targets[0];
    let by_bases = standing(start).iter().any(|(bundle, _)| bundle.predictor.step() != BIN);
    target.output != Output::Step && !by_bases && cfg!(feature = "xgboost")
}

/// Hands on what a training tells.
fn pass_on(stage: u32, from_training: train::Told<'_>, told: &mut impl FnMut(Told<'_>)) {
    match from_training {
        train::Told::Epoch(epoch) => told(Told::Epoch { stage, epoch }),
        train::Told::Warning(text) => told(Told::Warning(text)),
        train::Told::Best(..) | train::Told::Fold { .. } => {}
    }
}

impl<'a> Members<'a> {
    /// The members of the starting bundle, or it alone.
    ///
    /// # Errors
    /// Those of saving.
    pub fn of(request: &'a Request, folder: &'a Path, experiment: Experiment, test: Vec<Region>) -> Result<Self> {
        let mut all = Vec::new();
        for (at, (bundle, weight)) in standing(&request.start).into_iter().enumerate() {
            let folder = folder.join(format!("standing.{at}"));
            Bundle::save(&folder, &bundle.card, &bundle.weights)?;
            all.push((folder, bundle, weight));
        }
        Ok(Self { request, folder, experiment, test, standing: all.len(), stage: 0, all })
    }

    /// Adds each network tuned to the regions, where that helps on the validation part.
    ///
    /// # Errors
    /// Those of training.
    pub fn tune(&mut self, progress: &dyn Progress, told: &mut impl FnMut(Told<'_>)) -> Result<()> {
        let networks: Vec<Bundle> =
            self.all.iter().map(|(_, bundle, _)| bundle).filter(|bundle| is_network(bundle)).cloned().collect();
        let count = networks.len();
        for (at, network) in networks.into_iter().enumerate().take_while(|_| !progress.enough()) {
            let progress =
                &Portion { whole: progress, from: at as f64 / count as f64, to: (at + 1) as f64 / count as f64 };
            let mut recipe = self.recipe(network.card.architecture.clone());
            recipe.input = network.card.input.clone();
            recipe.both_directions = Some(network.card.both_directions);
            recipe.schedule = self.schedule();
            let folder = self.folder.join(format!("tuned.{at}"));
            let stage = self.stage;
            let tuned = network.clone();
            let card = train_into(
                recipe,
                Some(network),
                &self.request.command,
                folder.clone(),
                progress,
                &mut |from_training| {
                    if let train::Told::Best(epoch, weights) = from_training {
                        let candidate = Candidate { start: &self.request.start, network: &tuned, weights, epoch };
                        told(Told::Candidate { stage, epoch, bundle: &candidate });
                    } else {
                        pass_on(stage, from_training, told);
                    }
                },
            )?;
            self.stage += 1;
            if card.training.best_epoch > 0 {
                self.add(folder)?;
            }
        }
        Ok(())
    }

    /// Adds a small forest that has seen the regions only; not beside a forest that looks at bases, nor in a program built without
    /// XGBoost.
    ///
    /// # Errors
    /// Those of training.
    pub fn grow(&mut self, progress: &dyn Progress, told: &mut impl FnMut(Told<'_>)) -> Result<()> {
        if !grows(&self.request.start) || progress.enough() {
            return Ok(());
        }
        let target = &self.request.start.card.targets[0];
        let architecture = Architecture::small_windows(target.kind == TargetKind::Presence);
        let folder = self.folder.join("trees");
        let stage = self.stage;
        let told = &mut |from_training: train::Told<'_>| pass_on(stage, from_training, told);
        train_into(self.recipe(architecture), None, &self.request.command, folder.clone(), progress, told)?;
        self.stage += 1;
        self.add(folder)
    }

    /// Blends them into `output`; what stood there may be recalibrated, too, or that alone.
    ///
    /// # Errors
    /// [`Error::Retrain`] when nothing new does better on the validation part; those of saving.
    pub fn join(self, output: &Path, progress: &dyn Progress, told: &mut impl FnMut(Told<'_>)) -> Result<Card> {
        let member = |(folder, _, weight): &(PathBuf, Bundle, f32)| blend::Member {
            bundle: folder.to_string_lossy().into_owned(),
            // Where one is left out, all are chosen, from those given on.
            weight: (*weight > 0.0).then_some(*weight),
        };
        let settings = blend::Settings {
            members: self.all.iter().map(member).collect(),
            evenness: self.evenness(),
            recalibrate: self.request.start.card.targets[0].output != Output::Step,
            offset: self.standing_offset(),
        };
        let mut recipe = self.recipe(Architecture::Blend(settings));
        recipe.loss = Some(self.request.start.card.targets[0].loss);
        // There is too little for a part of its own: a handful of weights were chosen on this one.
        if self.chosen_by() >= CALIBRATES {
            recipe.experiments[0].calibration = self.experiment.validation.clone();
        }
        recipe.experiments[0].test = self.test.clone();
        let stage = self.stage;
        let told = &mut |from_training: train::Told<'_>| pass_on(stage, from_training, told);
        let card = train_into(recipe, None, &self.request.command, output.to_owned(), progress, told)?;
        let stood = |member: &Bundle| {
            self.all[..self.standing].iter().any(|(_, bundle, _)| bundle.card.weights == member.card.weights)
        };
        let new = match (&card.architecture, &Bundle::open(output)?.weights) {
            (Architecture::Blend(settings), Weights::Blend(members)) => {
                let whole: f32 = settings.members.iter().filter_map(|member| member.weight).sum();
                let was: f32 = self.all[..self.standing].iter().map(|(_, _, weight)| weight).sum();
                let recalibrated = settings.offset != self.standing_offset() || (whole - was).abs() > 1e-3;
                recalibrated || members.iter().any(|(_, member)| !stood(member))
            }
            _ => unreachable!("a blend was asked for"),
        };
        if new { Ok(card) } else { Err(self.nothing_better()) }
    }

    /// What the starting bundle adds to its members' mean.
    fn standing_offset(&self) -> f32 {
        match &self.request.start.card.architecture {
            Architecture::Blend(settings) => settings.offset,
            _ => 0.0,
        }
    }

    /// The less there is to choose weights by, the more even they are.
    fn evenness(&self) -> f32 {
        EVEN / (EVEN + self.chosen_by() as f32)
    }

    /// Bases of the validation part.
    fn chosen_by(&self) -> u32 {
        self.experiment.validation.iter().map(Region::bases).sum()
    }

    fn nothing_better(&self) -> Error {
        let name = &self.request.start.card.name;
        let without =
            if cfg!(feature = "xgboost") { "" } else { " This Nascape was built without XGBoost and grows no trees." };
        let detail = format!(
            "nothing that was learned from these regions does better than {name} on the part of them that is kept to choose by; {name} \
             stays as it is.{without} Choose more regions, or others."
        );
        Error::Retrain { detail }
    }

    fn add(&mut self, folder: PathBuf) -> Result<()> {
        let bundle = Bundle::open(&folder)?;
        self.all.push((folder, bundle, 0.0));
        Ok(())
    }

    fn recipe(&self, architecture: Architecture) -> Recipe {
        let card = &self.request.start.card;
        let target = &card.targets[0];
        Recipe {
            reads_per_kb: Some(card.reads_per_kb),
            target_summary: card.training.target_summary,
            target_transform: target.transform,
            target_smoothing: Some(card.training.target_smoothing).filter(|sigma| *sigma > 0.0),
            licence: card.licence.clone(),
            ..Recipe::new(target.name.clone(), architecture, self.experiment.clone())
        }
    }

    fn schedule(&self) -> Schedule {
        let bases: u64 = self.experiment.train.iter().map(|region| u64::from(region.bases())).sum();
        let steps_an_epoch = (bases as usize / (BIN as usize * TILE * TILES)).max(1);
        let epochs = (STEPS / steps_an_epoch).clamp(*EPOCHS.start(), *EPOCHS.end());
        Schedule {
            epochs,
            patience: epochs,
            batch_tiles: TILES,
            tile_bins: TILE,
            learning_rate: 1e-3,
            warm_up: 0.1,
            longest_gradient: 1.0,
            weight_decay: 0.01,
            thinning: 0.5,
            ..Schedule::default()
        }
    }
}
