//! Training of a forest: rows of features from the train part, given to XGBoost.

use nascape_signal::Progress;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Part, Recipe, Stretch, Trained, Validation, tiles::thin};
use crate::{
    Error, Result,
    architecture::{Kind, trees::Settings},
    bundle::{Epoch, Weights},
    input::{Counts, mirrored, scale},
    predictor::{Engine, Predictor, scaled},
    trees::{
        Features, Forest, Metric,
        boost::{self, Examples, Round},
        features::Block,
    },
};

/// Threads that XGBoost trains on, everywhere: with another number it adds up in another order, and its trees differ.
const THREADS: usize = 2;

/// Rounds between two that `told` hears of.
const TOLD: usize = 10;

/// Trains on `train`, choosing the round by `validation`.
///
/// # Errors
/// [`Error::Setting`], [`Error::Boosting`], `Cancelled` from `progress`.
pub fn train(
    recipe: &Recipe,
    train: &Part,
    validation: Validation<'_>,
    progress: &dyn Progress,
    mut told: impl FnMut(&Epoch),
) -> Result<Trained> {
    let Kind::Forest(settings) = recipe.kind() else {
        return Err(Error::Setting("only a forest is trained by boosting.".to_owned()));
    };
    if recipe.losses.0.len() != 1 {
        return Err(Error::Setting("a forest imputes one mark; train one for each.".to_owned()));
    }
    let features = settings.features.features().map_err(Error::Setting)?;
    let mut rng = ChaCha8Rng::seed_from_u64(settings.boosting.seed);
    let mut learn = Table::default();
    for stretch in train.stretches() {
        for &depth in &settings.depths {
            progress.check()?;
            learn.add(stretch, &features, settings, recipe.reads_per_kb, depth, &mut rng);
        }
    }
    let mut choose = Table::default();
    // The validation part is measured as it is: all bins, all reads.
    let as_it_is = Settings { negatives: 1.0, depths: vec![1.0], mirrored: false, ..settings.clone() };
    if let Validation::Part(part) = validation {
        for stretch in part.stretches() {
            choose.add(stretch, &features, &as_it_is, recipe.reads_per_kb, 1.0, &mut rng);
        }
    }
    let choose = matches!(validation, Validation::Part(_)).then(|| choose.examples());
    let metric = settings.boosting.metric;
    let as_epoch = |round: &Round| {
        let measure = f64::from(round.validation);
        Epoch {
            epoch: round.round,
            train_loss: None,
            // Less is better, as for a network.
            validation_loss: if metric == Metric::Aucpr { 1.0 - measure } else { measure },
            validation_pearson: None,
            validation_auprc: (metric == Metric::Aucpr).then_some(measure),
        }
    };
    let boosted = boost::train(&settings.boosting, learn.examples(), choose, THREADS, progress, |round| {
        if round.round % TOLD == 0 {
            told(&as_epoch(round));
        }
    })?;
    let epochs = match validation {
        Validation::Part(_) => boosted.rounds.iter().map(as_epoch).collect(),
        Validation::Folds(epochs) => epochs.to_vec(),
    };
    let forest = Forest::from_ubj(&boosted.model)?;
    Ok(Trained {
        weights: Weights::Forest(boosted.model),
        predictor: Predictor {
            reads_per_kb: recipe.reads_per_kb,
            both_directions: recipe.both_directions,
            engine: Engine::Forest(features, forest, settings.smoothing),
        },
        best_epoch: boosted.best,
        epochs,
    })
}

/// Rows to learn from.
#[derive(Default)]
struct Table {
    /// `[rows][features]`
    features: Vec<f32>,
    labels: Vec<f32>,
    weights: Vec<f32>,
}

impl Table {
    fn examples(&self) -> Examples<'_> {
        Examples { features: &self.features, labels: &self.labels, weights: &self.weights }
    }

    /// The rows of one region at one depth.
    fn add(
        &mut self,
        stretch: &Stretch,
        features: &Features,
        settings: &Settings,
        reads_per_kb: f64,
        depth: f64,
        rng: &mut ChaCha8Rng,
    ) {
        let mut counts = stretch.counts(0, stretch.bins(), features.reach());
        if depth < 1.0 {
            thin(&mut counts.plus, depth, rng);
            thin(&mut counts.minus, depth, rng);
        }
        let counts = scaled((&counts).into(), scale(reads_per_kb, stretch.reads_per_kb() * depth));
        let targets = &stretch.targets()[0];
        self.add_direction((&counts).into(), targets, features, settings.negatives, rng);
        if settings.mirrored {
            let targets: Vec<f32> = targets.iter().rev().copied().collect();
            self.add_direction((&mirrored((&counts).into())).into(), &targets, features, settings.negatives, rng);
        }
    }

    fn add_direction(
        &mut self,
        counts: Counts<'_>,
        targets: &[f32],
        features: &Features,
        negatives: f64,
        rng: &mut ChaCha8Rng,
    ) {
        let (mut over, mut block) = (features.over(counts, false), Block::default());
        for (at, targets) in targets.chunks(features.block_bins()).enumerate() {
            let (columns, _) = over.block(at * features.block_bins(), targets.len(), &mut block);
            for (bin, &target) in targets.iter().enumerate().filter(|(_, target)| !target.is_nan()) {
                let weight = if target > 0.0 { 1.0 } else { (1.0 / negatives) as f32 };
                if target > 0.0 || rng.random_bool(negatives) {
                    self.features.extend((0..columns.features()).map(|feature| columns.value(feature, bin)));
                    self.labels.push(target);
                    self.weights.push(weight);
                }
            }
        }
    }
}
