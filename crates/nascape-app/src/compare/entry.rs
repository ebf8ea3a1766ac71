//! One line of the table before it is measured: a value for every held-out bin.

use std::num::NonZeroUsize;

use nascape_model::metrics::{Measures, coarsen, coarsen_positives, pearson};

use super::held_out::{HeldOut, Tracks};
use crate::Result;

/// What a bundle or a baseline says of the held-out bins.
pub(super) struct Entry {
    pub name: String,
    /// Nothing for a baseline.
    pub bundle: Option<Imputing>,
    pub unit: Unit,
    /// A value a bin, NaN where the mark was not assessed.
    pub plain: Tracks,
    /// The same smoothed, where that was asked for.
    pub smoothed: Option<Tracks>,
}

/// What imputing cost.
#[derive(Clone, Copy)]
pub(super) struct Imputing {
    /// Trained numbers.
    pub parameters: usize,
    /// Seconds for the held-out regions, reading the reads among them.
    pub seconds: f64,
}

/// What an entry's values mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// The quantity that was observed.
    Observed,
    /// Another one: it can be ranked and correlated, but has no error, and the threshold is not meant for it.
    Other,
    /// Reads: as any other quantity, and correlated as `ln(1 + reads)`, the way that networks see them.
    Reads,
}

impl Unit {
    fn scaled(self, mut track: Vec<f32>) -> Vec<f32> {
        if self == Self::Reads {
            track.iter_mut().for_each(|reads| *reads = reads.ln_1p());
        }
        track
    }
}

/// All held-out bins of one resolution, one stretch after the other.
pub(super) struct Bins {
    pub observed: Vec<f32>,
    pub imputed: Vec<f32>,
    /// Empty where nothing says whether the mark is present.
    pub marked: Vec<bool>,
}

impl Entry {
    /// Its bins of `bins` x 50 bp, cut from each stretch's first bin on.
    pub fn bins(&self, held_out: &HeldOut<'_>, bins: NonZeroUsize) -> Bins {
        let all = |tracks: &Tracks| tracks.iter().flat_map(|track| coarsen(track, bins)).collect::<Vec<f32>>();
        Bins {
            observed: all(&held_out.observed),
            imputed: self.unit.scaled(all(&self.plain)),
            marked: held_out.marked.iter().flat_map(|marked| coarsen_positives(marked, bins)).collect(),
        }
    }

    /// Its measures at bins of `bins` x 50 bp. What its unit gives no meaning to is `None`.
    ///
    /// # Errors
    /// Those of [`Measures::of`].
    pub fn measures(&self, held_out: &HeldOut<'_>, bins: NonZeroUsize) -> Result<Measures> {
        let Bins { observed, imputed, marked } = self.bins(held_out, bins);
        let marked = (!marked.is_empty()).then_some(marked.as_slice());
        let threshold = held_out.threshold.filter(|_| self.unit == Unit::Observed);
        let measures = Measures::of(&observed, &imputed, marked, threshold)?;
        Ok(match self.unit {
            Unit::Observed => measures,
            Unit::Other | Unit::Reads => Measures { rmse: None, r2: None, ..measures },
        })
    }

    /// Pearson's correlation of the smoothed tracks over the same bins of 50 bp.
    pub fn pearson_smoothed(&self, held_out: &HeldOut<'_>) -> Option<f64> {
        let (observed, imputed) = (held_out.smoothed.as_ref()?.concat(), self.smoothed.as_ref()?.concat());
        let imputed = self.unit.scaled(imputed);
        let assessed = observed.into_iter().zip(imputed).filter(|(observed, _)| !observed.is_nan());
        let (observed, imputed): (Vec<f32>, Vec<f32>) = assessed.unzip();
        pearson(&observed, &imputed)
    }
}
