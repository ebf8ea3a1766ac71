//! Training of boosted trees, by the XGBoost library itself (cargo feature `xgboost`).

use nascape_signal::Progress;
use serde::{Deserialize, Serialize};
use xgb::{Booster, DMatrix, XGBError, parameters::BoosterParameters};

use super::{Objective, Parameters};
use crate::{Error, Result};

/// Rows to learn from or to measure on.
#[derive(Clone, Copy, Debug)]
pub struct Examples<'a> {
    /// `[rows][features]`, NaN where missing.
    pub features: &'a [f32],
    /// A label a row: 0 or 1, or the quantity to be learned.
    pub labels: &'a [f32],
    /// What a row counts for.
    pub weights: &'a [f32],
}

/// One round as it ends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// From 1.
    pub round: usize,
    /// The measure on the validation rows.
    pub validation: f32,
}

/// What training leaves.
#[derive(Clone, Debug)]
pub struct Boosted {
    /// XGBoost's UBJSON of the rounds up to the best one; [`Forest::from_ubj`](super::Forest::from_ubj) reads it.
    pub model: Vec<u8>,
    /// The best round, from 1.
    pub best: usize,
    /// Every round that was measured.
    pub rounds: Vec<Round>,
}

/// Trains on `training` with `threads` threads, choosing the round on `validation`. `told` hears of every round as it is measured; with
/// nothing to measure on, all rounds are kept.
///
/// The same rows, parameters and threads give the same model; with another number of threads XGBoost adds up in another
/// order, and its trees may differ.
///
/// # Errors
/// [`Error::Setting`] when rows, labels and features do not fit or a validation measure is not a number, [`Error::Boosting`]
/// with XGBoost's words, `Cancelled` from `progress`, which is asked between rounds.
pub fn train(
    parameters: &Parameters,
    training: Examples<'_>,
    validation: Option<Examples<'_>>,
    threads: usize,
    progress: &dyn Progress,
    mut told: impl FnMut(&Round),
) -> Result<Boosted> {
    if parameters.rounds == 0 {
        return Err(Error::Setting("boosted trees need one round at least.".to_owned()));
    }
    let base_score = base_score(parameters, training);
    let (training, validation) = (matrix(training)?, validation.map(matrix).transpose()?);
    let cached: Vec<&DMatrix> = std::iter::once(&training).chain(&validation).collect();
    let mut booster = Booster::new_with_cached_dmats(&BoosterParameters::default(), &cached)?;
    for (name, value) in parameters.as_xgboost(base_score, threads) {
        booster.set_param(name, &value)?;
    }
    let (mut rounds, mut best): (Vec<Round>, Option<Round>) = (Vec::new(), None);
    for round in 1..=parameters.rounds {
        progress.check()?;
        progress.advance(round as u64 - 1, parameters.rounds as u64);
        booster.update(&training, round as i32 - 1)?;
        let Some(validation) = &validation else { continue };
        let measures = booster.evaluate(validation)?;
        let measure = measures.get(parameters.metric.name()).copied().filter(|measure| measure.is_finite());
        let Some(measure) = measure else {
            let metric = parameters.metric.name();
            return Err(Error::Setting(format!(
                "{metric} is not a number on the validation part: it needs both bins in peaks and bins outside."
            )));
        };
        let record = Round { round, validation: measure };
        told(&record);
        rounds.push(record);
        match best {
            Some(best) if !parameters.metric.is_better(measure, best.validation) => {
                if parameters.patience > 0 && round - best.round >= parameters.patience {
                    break;
                }
            }
            _ => best = Some(record),
        }
    }
    // Without patience, or anything to choose by, all rounds are kept.
    let best = best.filter(|_| parameters.patience > 0).map_or(parameters.rounds, |best| best.round);
    let model = booster.slice(0, best as i32)?.save_buffer(true)?;
    Ok(Boosted { model, best, rounds })
}

impl Parameters {
    fn as_xgboost(&self, base_score: f32, threads: usize) -> Vec<(&'static str, String)> {
        let mut all = vec![
            ("verbosity", "0".to_owned()),
            ("tree_method", "hist".to_owned()),
            ("objective", self.objective.name().to_owned()),
            ("eval_metric", self.metric.name().to_owned()),
            ("base_score", base_score.to_string()),
            ("max_depth", self.depth.to_string()),
            ("eta", self.learning_rate.to_string()),
            ("subsample", self.subsample.to_string()),
            ("colsample_bytree", self.colsample.to_string()),
            ("lambda", self.lambda.to_string()),
            ("min_child_weight", self.min_child_weight.to_string()),
            ("scale_pos_weight", self.scale_pos_weight.to_string()),
            ("seed", self.seed.to_string()),
            ("nthread", threads.to_string()),
        ];
        if !self.monotone.is_empty() {
            let signs: Vec<String> = self.monotone.iter().map(i8::to_string).collect();
            all.push(("monotone_constraints", format!("({})", signs.join(","))));
        }
        all
    }
}

/// The prediction before the first tree: the mean label, each counted by its weight. Told to XGBoost outright,
/// since the crate sets one half where nothing is told.
fn base_score(parameters: &Parameters, examples: Examples<'_>) -> f32 {
    let weight = |(&label, &weight): (&f32, &f32)| match parameters.objective {
        Objective::Logistic if label > 0.5 => f64::from(parameters.scale_pos_weight * weight),
        _ => f64::from(weight),
    };
    let rows = || examples.labels.iter().zip(examples.weights);
    let sum: f64 = rows().map(|row| f64::from(*row.0) * weight(row)).sum();
    let mean = sum / rows().map(weight).sum::<f64>();
    match parameters.objective {
        Objective::SquaredError => mean as f32,
        // Its log odds must be finite.
        Objective::Logistic => (mean as f32).clamp(1e-6, 1.0 - 1e-6),
        Objective::Hinge => 0.0,
    }
}

fn matrix(examples: Examples<'_>) -> Result<DMatrix> {
    let (values, rows) = (examples.features.len(), examples.labels.len());
    if rows == 0 || values == 0 || !values.is_multiple_of(rows) {
        return Err(Error::Setting(format!("{values} features are no table of {rows} labelled rows.")));
    }
    let mut matrix = DMatrix::from_dense(examples.features, rows)?;
    matrix.set_labels(examples.labels)?;
    matrix.set_weights(examples.weights)?;
    Ok(matrix)
}

impl From<XGBError> for Error {
    fn from(fault: XGBError) -> Self {
        // After its first line come the frames of a C++ stack.
        let text = fault.to_string();
        let (reason, _) = text.split_once("\nStack trace").unwrap_or((&text, ""));
        Self::Boosting(reason.trim().to_owned())
    }
}
