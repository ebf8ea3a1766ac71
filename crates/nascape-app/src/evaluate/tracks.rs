//! The two tracks over one stretch, bin by bin.

use nascape_signal::{BIN, Exclusion, Observed, Region, Signal, Summary, assembly::same_chromosome, smooth};

use super::Request;
use crate::{Result, stretch::Stretch};

/// One stretch of both tracks: a number a bin, NaN where one is missing.
pub(super) struct Compared {
    pub chromosome: String,
    /// The first bin, from the chromosome's start.
    pub first_bin: usize,
    pub observed: Vec<f32>,
    pub imputed: Vec<f32>,
    /// Whether the mark is present; empty where nothing says so (a signal without a threshold).
    pub marked: Vec<bool>,
}

impl Compared {
    pub(super) fn read(
        request: &Request,
        imputed: &Signal,
        observed: &Observed,
        exclusion: &Exclusion,
        stretch: &Stretch,
    ) -> Result<Self> {
        // Smoothing reaches 4 sigma beyond the stretch, so that a cut into regions does not change a bin.
        let reach = request.smooth.map_or(0, |sigma| (4.0 * sigma.max(0.0)).ceil() as usize);
        let last = stretch.chromosome.length.div_ceil(BIN) as usize;
        let wide = stretch.bins.start.saturating_sub(reach)..stretch.bins.end.saturating_add(reach).min(last);
        let region = stretch.region(&wide, BIN);
        let mut made = imputed.bins(&region, BIN, Summary::Mean)?;
        let mut seen = observed.bins(&region, BIN, request.observed_summary)?;
        exclusion.apply(&region, BIN, &mut seen);
        let peaks = matches!(observed, Observed::Peaks(_));
        // Peaks are counted as they were called; smoothing is for the curves.
        let mut marked: Vec<bool> = if peaks { seen.iter().map(|&value| value > 0.0).collect() } else { Vec::new() };
        if let Some(sigma) = request.smooth {
            smooth::gaussian(&mut made, sigma)?;
            smooth::gaussian(&mut seen, sigma)?;
        }
        let inside = stretch.bins.start - wide.start..stretch.bins.end - wide.start;
        let (mut made, mut seen) = (made[inside.clone()].to_vec(), seen[inside.clone()].to_vec());
        marked = marked.get(inside).map_or_else(Vec::new, <[bool]>::to_vec);
        // A bin missing in one track is missing in both, or coarser bins would be means over different bases.
        for (made, seen) in made.iter_mut().zip(&mut seen).filter(|(made, seen)| made.is_nan() || seen.is_nan()) {
            (*made, *seen) = (f32::NAN, f32::NAN);
        }
        if let (false, Some(threshold)) = (peaks, request.threshold) {
            marked = seen.iter().map(|&value| value >= threshold).collect();
        }
        let chromosome = stretch.chromosome.name.clone();
        Ok(Self { chromosome, first_bin: stretch.bins.start, observed: seen, imputed: made, marked })
    }

    /// True when a bin is missing in neither track.
    pub(super) fn has_bins(&self) -> bool {
        self.observed.iter().zip(&self.imputed).any(|(seen, made)| !seen.is_nan() && !made.is_nan())
    }

    /// True when the whole locus lies in the stretch.
    pub(super) fn holds(&self, locus: &Region) -> bool {
        let bins = locus.bins(BIN);
        same_chromosome(&self.chromosome, &locus.chromosome)
            && bins.start >= self.first_bin
            && bins.end <= self.first_bin + self.observed.len()
    }
}
