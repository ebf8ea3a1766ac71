//! How well what was trained imputes: measures, intervals, false discovery rates.

use nascape_model::{
    bundle::{Target, TargetKind, TargetTransform},
    calibration::Calibration,
    metrics::Measures,
    peaks::false_discovery,
    predictor::Predictor,
    train::{Losses, Part, assess, on_part},
};

use crate::recipe::Recipe;

/// Parts, each with what imputes it without having learned from it.
type Unseen<'a> = [(&'a Predictor, &'a Part)];

/// How well each mark is imputed on the validation part and on the test part, with intervals from the calibration part.
pub(super) fn targets(
    recipe: &Recipe,
    kinds: &[TargetKind],
    losses: &Losses,
    [validation, calibration, test]: [&Unseen<'_>; 3],
) -> Vec<Target> {
    let on_validation = assess(losses, validation).1;
    let tested = test.iter().any(|(_, part)| !part.is_empty());
    let on_test = tested.then(|| assess(losses, test).1);
    let (of_calibration, of_test) = (columns(losses, calibration), columns(losses, test));
    let target = |(at, validation): (usize, Measures)| Target {
        name: recipe.targets[at].clone(),
        kind: kinds[at],
        transform: match kinds[at] {
            TargetKind::Presence => TargetTransform::Identity,
            TargetKind::Signal => recipe.target_transform,
        },
        loss: losses.0[at],
        output: losses.0[at].output(),
        scale_output: losses.0[at].has_scale(),
        validation,
        test: on_test.as_ref().map(|measures| measures[at].clone()),
        calibration: of_calibration[at]
            .estimate(kinds[at])
            .map(|found| Calibration { test_coverage: of_test[at].coverage(&found), ..found }),
    };
    on_validation.into_iter().enumerate().map(target).collect()
}

/// One mark over a whole part: what calibration is made from.
#[derive(Default)]
struct Columns {
    observed: Vec<f32>,
    value: Vec<f32>,
    scale: Vec<f32>,
}

impl Columns {
    fn estimate(&self, kind: TargetKind) -> Option<Calibration> {
        let found = Calibration::estimate(&self.observed, &self.value, &self.scale)?;
        let rates = match kind {
            TargetKind::Presence => false_discovery(&self.observed, &self.value),
            TargetKind::Signal => Vec::new(),
        };
        Some(Calibration { rates, ..found })
    }

    fn coverage(&self, calibration: &Calibration) -> Option<nascape_model::calibration::Coverage> {
        calibration.coverage(&self.observed, &self.value, &self.scale)
    }
}

fn columns(losses: &Losses, parts: &Unseen<'_>) -> Vec<Columns> {
    let mut columns: Vec<Columns> = losses.0.iter().map(|_| Columns::default()).collect();
    for assessed in parts.iter().flat_map(|(predictor, part)| on_part(predictor, losses, part)) {
        for ((column, target), track) in columns.iter_mut().zip(assessed.stretch.targets()).zip(assessed.tracks) {
            column.observed.extend(target);
            column.value.extend(track.value);
            column.scale.extend(track.scale);
        }
    }
    columns
}
