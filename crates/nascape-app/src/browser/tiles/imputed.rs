//! Tiles of what is imputed: the very numbers that `nascape impute` writes, summed up in columns.

use std::sync::Arc;

use nascape_signal::BIN;

use super::Place;
use crate::browser::{
    Browser,
    bundles::OpenBundle,
    fault::Answer,
    imputing::{Layer, RUN},
    track::Track,
    wire::TILE_COLUMNS,
};

impl Browser {
    pub(super) fn imputed_tile(
        &self,
        ticket: u64,
        track: &Arc<Track>,
        bundle: &Arc<OpenBundle>,
        target: usize,
        place: &Place,
    ) -> Answer<Vec<f32>> {
        let layer = Layer::new(track, bundle, &place.chromosome, place.length)?;
        let (first, last) = ((place.start / BIN) as usize, place.end().div_ceil(BIN) as usize);
        let (first_run, last_run) = (first / RUN, last.div_ceil(RUN));
        let runs = self.runs.get(ticket, &layer, first_run as u32..last_run as u32)?;
        let bins_a_column = (place.step / BIN) as usize;
        let known = &bundle.bundle.card.targets[target];
        let mut sums = vec![[0.0_f64; 3]; place.columns()];
        let mut max = vec![f32::NEG_INFINITY; place.columns()];
        for (run, number) in runs.iter().zip(first_run..) {
            let track = &run[target];
            let ends = known.calibration.as_ref().map(|calibration| track.interval(calibration, known.kind));
            let from = number * RUN;
            for bin in first.max(from)..last.min(from + track.value.len()) {
                let (column, at) = ((bin - first) / bins_a_column, bin - from);
                let value = track.value[at];
                let (lower, upper) =
                    ends.as_ref().map_or((f32::NAN, f32::NAN), |(lower, upper)| (lower[at], upper[at]));
                for (sum, number) in sums[column].iter_mut().zip([value, lower, upper]) {
                    *sum += f64::from(number);
                }
                max[column] = max[column].max(value);
            }
        }
        let bins = |column: usize| (last - first - column * bins_a_column).min(bins_a_column) as f64;
        let mean = |of: usize| sums.iter().enumerate().map(move |(column, sums)| (sums[of] / bins(column)) as f32);
        let rows: [Vec<f32>; 4] = [mean(0).collect(), max, mean(1).collect(), mean(2).collect()];
        Ok(rows
            .into_iter()
            .flat_map(|mut row| {
                row.resize(TILE_COLUMNS, f32::NAN);
                row
            })
            .collect())
    }
}
