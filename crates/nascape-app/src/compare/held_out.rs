//! The held-out bins: reads and observed tracks over the regions, in memory.

use std::ops::Range;

use nascape_model::{
    bundle::TargetTransform,
    metrics::positives,
    train::{Experiment, Part, TargetBins},
};
use nascape_signal::{Assay, BIN, Exclusion, StrandBins, Summary, smooth::gaussian};

use super::{Cells, Request, USUAL_THRESHOLD, baseline};
use crate::{Result, stretch::Stretch};

/// A value a bin, stretch by stretch.
pub(super) type Tracks = Vec<Vec<f32>>;

/// The held-out regions of one assay with everything that was observed there.
pub(super) struct HeldOut<'a> {
    pub assay: &'a Assay,
    pub reads_per_kb: f64,
    /// The mark; NaN where it was not assessed.
    pub observed: Tracks,
    /// Where the mark is present; empty stretches where nothing says so (a signal without a threshold).
    pub marked: Vec<Vec<bool>>,
    /// The mark smoothed, where that was asked for.
    pub smoothed: Option<Tracks>,
    /// Where a value makes a call.
    pub threshold: Option<f32>,
    /// Width of the Gaussian in bins.
    pub sigma: Option<f64>,
    /// Whether the mark is peaks.
    pub presence: bool,
    pub transform: TargetTransform,
    stretches: Vec<Stretch>,
    plain: Part,
    smooth: Option<Part>,
}

impl<'a> HeldOut<'a> {
    /// Reads the regions as a training would: the same bins, transform, smoothing and exclusion.
    ///
    /// # Errors
    /// Those of reading; [`nascape_model::Error::NothingToLearn`] where no bin was assessed, or all hold the same.
    pub fn read(
        request: &Request,
        assay: &'a Assay,
        cells: &Cells,
        exclusion: &Exclusion,
        stretches: Vec<Stretch>,
    ) -> Result<Self> {
        let reads_per_kb = assay.reads_per_kb()?;
        let regions: Vec<_> = stretches.iter().map(|stretch| stretch.region(&stretch.bins, BIN)).collect();
        let part = |smoothing: Option<f64>, margin: usize| -> Result<Part> {
            let target = TargetBins { summary: Summary::Mean0, transform: request.transform, smoothing };
            let experiment = Experiment { assay, reads_per_kb, observed: &cells.tracks, target, exclusion };
            let mut part = Part::default();
            part.add(&experiment, &regions, margin, BIN)?;
            Ok(part)
        };
        let plain = part(None, reach(request.smooth) + baseline::WITHIN)?;
        plain.check_learnable(std::slice::from_ref(&request.mark), "held-out", regions.iter())?;
        let smooth = request.smooth.map(|sigma| part(Some(sigma), 0)).transpose()?;
        let presence = cells.mark().is_presence();
        let threshold = request.threshold.or(presence.then_some(USUAL_THRESHOLD));
        let observed = row(&plain, 0);
        let at_least = if presence { Some(0.5) } else { request.threshold };
        let mark = |track: &Vec<f32>| at_least.map_or_else(Vec::new, |value| positives(track, value));
        Ok(Self {
            assay,
            reads_per_kb,
            marked: observed.iter().map(mark).collect(),
            observed,
            smoothed: smooth.as_ref().map(|part| row(part, 0)),
            threshold,
            sigma: request.smooth,
            presence,
            transform: request.transform,
            stretches,
            plain,
            smooth,
        })
    }

    /// The stretches, in order.
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// What was observed in another cell, plain and smoothed.
    pub fn other_cell(&self, at: usize) -> (Tracks, Option<Tracks>) {
        (row(&self.plain, at + 1), self.smooth.as_ref().map(|part| row(part, at + 1)))
    }

    /// The bins of a stretch with those on either side that smoothing looks at, as far as the chromosome goes.
    pub fn wide(&self, stretch: &Stretch) -> Range<usize> {
        let (reach, last) = (reach(self.sigma), stretch.chromosome.length.div_ceil(BIN) as usize);
        stretch.bins.start.saturating_sub(reach)..(stretch.bins.end + reach).min(last)
    }

    /// The reads of stretch `at` over its [wide](Self::wide) bins, with `margin` more (at most [`baseline::WITHIN`]) on either side.
    pub fn reads(&self, at: usize, margin: usize) -> StrandBins {
        let (stretch, wide) = (&self.stretches[at], self.wide(&self.stretches[at]));
        let before = stretch.bins.start - wide.start;
        self.plain.stretches()[at].counts(-(before as isize), wide.len(), margin)
    }

    /// Tracks over the wide bins, cut to the stretches: plain, and smoothed where that was asked for. Bins that were not assessed are
    /// missing in all tracks alike.
    ///
    /// # Errors
    /// Those of smoothing.
    pub fn cut(&self, wide: Tracks) -> Result<(Tracks, Option<Tracks>)> {
        let cut = |tracks: &Tracks| -> Tracks {
            let of_stretch = |((track, stretch), observed): ((&Vec<f32>, &Stretch), &Vec<f32>)| {
                let first = stretch.bins.start - self.wide(stretch).start;
                let assessed = |(value, seen): (&f32, &f32)| if seen.is_nan() { f32::NAN } else { *value };
                track[first..].iter().zip(observed).map(assessed).collect()
            };
            tracks.iter().zip(&self.stretches).zip(&self.observed).map(of_stretch).collect()
        };
        let plain = cut(&wide);
        let smoothed = match self.sigma {
            None => None,
            Some(sigma) => {
                let mut wide = wide;
                wide.iter_mut().try_for_each(|track| gaussian(track, sigma))?;
                Some(cut(&wide))
            }
        };
        Ok((plain, smoothed))
    }
}

/// Bins on either side that a Gaussian of `sigma` bins looks at.
fn reach(sigma: Option<f64>) -> usize {
    sigma.map_or(0, |sigma| (4.0 * sigma).ceil() as usize)
}

fn row(part: &Part, at: usize) -> Tracks {
    part.stretches().iter().map(|stretch| stretch.targets()[at].clone()).collect()
}
