//! Tiles of what was measured.

use nascape_signal::{BIN, Interval, Region, Signal};

use super::{Place, columns::Columns, summaries::RUN};
use crate::browser::{
    Browser,
    fault::Answer,
    track::{OpenSignal, Track},
    wire::TILE_COLUMNS,
};

impl Browser {
    pub(super) fn signal_tile(&self, track: &Track, signal: &OpenSignal, place: &Place) -> Answer<Vec<f32>> {
        let stranded = signal.assay.is_stranded();
        let value = if stranded { f32::abs } else { |value| value };
        let mut rows = Vec::new();
        for (strand, of_strand) in signal.assay.signals().into_iter().enumerate() {
            let columns = self.columns(track, strand, of_strand, place, value)?;
            let inside = |column: usize| {
                let start = place.start + column as u32 * place.step;
                (place.length - start).min(place.step)
            };
            let mean = |column: usize| match (stranded, columns.covered[column]) {
                // Where no read ended, there is none.
                (true, _) => (columns.sum[column] / f64::from(inside(column))) as f32,
                (false, 0) => f32::NAN,
                (false, covered) => (columns.sum[column] / f64::from(covered)) as f32,
            };
            let max = |column: usize| if stranded { columns.max[column].max(0.0) } else { columns.max[column] };
            for row in [&mean as &dyn Fn(usize) -> f32, &max] {
                rows.extend(
                    (0..TILE_COLUMNS).map(|column| if column < place.columns() { row(column) } else { f32::NAN }),
                );
            }
        }
        Ok(rows)
    }

    fn columns(
        &self,
        track: &Track,
        strand: usize,
        signal: &Signal,
        place: &Place,
        value: fn(f32) -> f32,
    ) -> Answer<Columns> {
        let mut columns = Columns::new(place.start, place.step, place.columns());
        let Some(chromosome) = signal.find(&place.chromosome).map(|found| found.name.clone()) else {
            return Ok(columns);
        };
        if place.step < BIN {
            let region = Region::new(&chromosome, place.start, place.end());
            signal.scan(&region, |item| columns.add(Interval { value: value(item.value), ..item }))?;
            return Ok(columns);
        }
        let (first, last) = (place.start / BIN, place.end().div_ceil(BIN));
        let (first_run, last_run) = (first / RUN, last.div_ceil(RUN));
        let of_track = (track.fingerprint.as_str(), strand, signal);
        let runs = self.summaries.runs(of_track, (&chromosome, place.length), first_run..last_run, value)?;
        for bin in first..last {
            let (run, at) = (&runs[(bin / RUN - first_run) as usize], (bin % RUN) as usize);
            let column = (bin - first) / (place.step / BIN);
            columns.merge(column as usize, run.sum[at].into(), run.covered[at].into(), run.max[at]);
        }
        Ok(columns)
    }
}
