//! What a predictor imputes on a part, on the engine and the tiles by which everything is imputed, and how well.

use super::{Losses, Part, Stretch, total};
use crate::{
    impute::{Imputed, imputed},
    metrics::{Measures, positives},
    predictor::Predictor,
};

/// What a predictor imputes on one region of a part, on the engine and the tiles by which everything is imputed.
pub struct Assessed<'a> {
    /// The region, with its targets.
    pub stretch: &'a Stretch,
    /// A track a target.
    pub tracks: Vec<Imputed>,
    /// The sum of each target's losses, and how many bins it is over.
    pub loss: (Vec<f64>, Vec<f64>),
}

/// A part under a predictor, region by region.
pub fn on_part<'a>(predictor: &'a Predictor, losses: &'a Losses, part: &'a Part) -> impl Iterator<Item = Assessed<'a>> {
    part.stretches().iter().map(move |stretch| {
        let rows = stretch.raw(predictor);
        let weights = vec![0.0; losses.0.len()];
        let (sums, _) = losses.sum(&rows.concat(), stretch.targets(), &weights);
        let outputs = losses.0.iter().map(|loss| (loss.output(), loss.has_scale()));
        Assessed { stretch, tracks: imputed(rows, outputs), loss: (sums, losses.counted(stretch.targets())) }
    })
}

/// Loss on parts together, each under a predictor, and the measures of each target: also those of finding peaks, where the target is
/// 0 or 1.
pub fn assess(losses: &Losses, parts: &[(&Predictor, &Part)]) -> (f64, Vec<Measures>) {
    let (mut sums, mut counted) = (Vec::new(), Vec::new());
    let mut tracks: Vec<(Vec<f32>, Vec<f32>)> = vec![Default::default(); losses.0.len()];
    for assessed in parts.iter().flat_map(|(predictor, part)| on_part(predictor, losses, part)) {
        sums.push(assessed.loss.0);
        counted.push(assessed.loss.1);
        for ((observed, value), (target, track)) in
            tracks.iter_mut().zip(assessed.stretch.targets().iter().zip(assessed.tracks))
        {
            observed.extend(target);
            value.extend(track.value);
        }
    }
    let measures = tracks.iter().map(|(observed, value)| {
        let presence = observed.iter().all(|value| value.is_nan() || *value == 0.0 || *value == 1.0);
        let marked = presence.then(|| positives(observed, 0.5));
        Measures::of(observed, value, marked.as_deref(), None).expect("both tracks cover the same bins")
    });
    (losses.of_whole(&total(sums.into_iter()), &total(counted.into_iter())), measures.collect())
}
