//! Dense inference over an assay: the only way a number is imputed, for the screen, for files and for measures alike.

use std::ops::Range;

use nascape_signal::{Assay, BIN};

use crate::{
    Bundle, Result,
    bundle::{Output, TargetKind},
    calibration::{Calibration, scale_of_probability},
    input::{accepts, counts},
};

/// A bundle laid over an assay.
pub struct Imputer<'a> {
    bundle: &'a Bundle,
    assay: &'a Assay,
    reads_per_kb: f64,
}

/// One mark's imputed track, a number a bin.
#[derive(Clone, Debug, PartialEq)]
pub struct Imputed {
    /// The value.
    pub value: Vec<f32>,
    /// How far off the value may be, in its own unit; what calibration multiplies.
    pub scale: Vec<f32>,
}

impl Imputed {
    /// The lower and the upper end of each bin's interval: cut at 0, a score of peaks at 1 too, but never beyond the value itself.
    pub fn interval(&self, calibration: &Calibration, kind: TargetKind) -> (Vec<f32>, Vec<f32>) {
        let (low, high) = match kind {
            TargetKind::Presence => (0.0, 1.0),
            TargetKind::Signal => (0.0, f32::INFINITY),
        };
        let ends = self.value.iter().zip(&self.scale).map(|(&value, &scale)| calibration.interval(value, scale));
        ends.zip(&self.value)
            .map(|((lower, upper), &value)| (lower.max(low).min(value), upper.min(high).max(value)))
            .unzip()
    }
}

impl<'a> Imputer<'a> {
    /// `reads_per_kb` is the assay's depth ([`Assay::reads_per_kb`]), measured once for all bundles.
    ///
    /// # Errors
    /// [`Error::NeedsStrands`](crate::Error::NeedsStrands).
    pub fn new(bundle: &'a Bundle, assay: &'a Assay, reads_per_kb: f64) -> Result<Self> {
        accepts(bundle.predictor.needs_strands(), assay, &bundle.card.name)?;
        Ok(Self { bundle, assay, reads_per_kb })
    }

    /// The imputed tracks over `bins` (50 bp each, from the chromosome's start) of a chromosome of `length` bp, one a target of the
    /// bundle: the same numbers whatever the cut into calls, tiles and threads. Memory grows with `bins`, so long runs are asked for
    /// in pieces.
    ///
    /// # Errors
    /// Those of reading the assay.
    pub fn impute(&self, chromosome: &str, length: u32, bins: Range<usize>) -> Result<Vec<Imputed>> {
        let predictor = &self.bundle.predictor;
        let on_grid = self.on_grid(&bins);
        let (first, reads) = self.around(&on_grid);
        let counts = counts(self.assay, chromosome, length, first, reads, predictor.step())?;
        let card = &self.bundle.card;
        let outputs = card.targets.iter().map(|target| (target.output, target.scale_output));
        let mut tracks = imputed(predictor.predict((&counts).into(), self.reads_per_kb), outputs);
        for track in &mut tracks {
            for row in [&mut track.value, &mut track.scale] {
                row.truncate(bins.end - on_grid.start);
                row.drain(..bins.start - on_grid.start);
            }
        }
        Ok(tracks)
    }

    /// Reads what [`Imputer::impute`] will ask for, while something else is computed; the assay keeps it for a while.
    ///
    /// # Errors
    /// Those of reading the assay.
    pub fn read_ahead(&self, chromosome: &str, length: u32, bins: &Range<usize>) -> Result<()> {
        // Single bases would be too many to keep.
        if self.bundle.predictor.step() == BIN {
            let (first, reads) = self.around(&self.on_grid(bins));
            counts(self.assay, chromosome, length, first, reads, BIN)?;
        }
        Ok(())
    }

    /// The bins with those beside them that are computed with them.
    fn on_grid(&self, bins: &Range<usize>) -> Range<usize> {
        let grid = self.bundle.predictor.grid();
        bins.start / grid * grid..bins.end.next_multiple_of(grid)
    }

    /// The first bin and the number of bins whose reads some bins' numbers depend on.
    fn around(&self, bins: &Range<usize>) -> (isize, usize) {
        let reach = self.bundle.predictor.reach();
        (bins.start as isize - reach as isize, bins.len() + 2 * reach)
    }
}

/// The tracks that raw rows stand for; `outputs` says of each target what is done to its raw value, and whether the next row is the
/// logarithm of its scale.
pub(crate) fn imputed(rows: Vec<Vec<f32>>, outputs: impl Iterator<Item = (Output, bool)>) -> Vec<Imputed> {
    let mut rows = rows.into_iter();
    let mut track = |(output, has_scale): (Output, bool)| {
        let mut value = rows.next()?;
        output.apply(&mut value);
        let scale = match (has_scale, output) {
            (true, _) => rows.next()?.into_iter().map(f32::exp).collect(),
            (false, Output::Logistic) => value.iter().map(|&p| scale_of_probability(p)).collect(),
            (false, Output::Identity | Output::Step) => vec![1.0; value.len()],
        };
        Some(Imputed { value, scale })
    };
    outputs.map_while(&mut track).collect()
}
