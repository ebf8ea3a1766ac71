//! Which reads made a peak: occlusion. Stretches of reads are silenced, one strand at a time, and the peak is imputed anew.

use std::sync::Arc;

use nascape_model::impute::Imputer;
use nascape_signal::{Assay, BIN, Region, excerpt::Strand};
use rayon::prelude::*;

use super::{
    Browser,
    bundles::OpenBundle,
    fault::Answer,
    track::OpenSignal,
    wire::{ExplainRequest, Explanation, Fault, Occluded},
};

/// Bases of the stretches nearest to the peak; two on each side have one width, then it doubles.
const NEAR: u32 = 100;
/// Stretches inside the peak, at the most.
const INSIDE: u32 = 8;
/// The widest peak that is explained: what the user marks is a peak, not a chromosome.
const WIDEST: u32 = 1_000_000;

impl Browser {
    /// Silences the reads around a peak, stretch by stretch.
    ///
    /// # Errors
    /// When the track was closed or its file changed, the bundle is not at hand or wants the strands apart, or the peak is empty or too
    /// wide.
    pub fn explain(&self, request: &ExplainRequest) -> Answer<Explanation> {
        let track = self.track(&request.track)?;
        track.check()?;
        let signal = track.signal()?;
        let (bundle, target) = self.imputed_by(&request.imputed)?;
        let region = signal.assay.resolve(&Region::new(&request.chromosome, request.start, request.end))?;
        let (start, end) = (region.start / BIN * BIN, region.end.next_multiple_of(BIN));
        if region.start >= region.end || end - start > WIDEST {
            return Err(Fault::new("Mark a peak of at most 1 Mb to see which reads made it."));
        }
        let whole = signal.assay.resolve(&Region::new(&region.chromosome, 0, Region::TO_THE_END))?;
        let peak = Peak { signal, bundle, target, reads_per_kb: signal.reads_per_kb()?, whole, start, end };
        peak.explain()
    }
}

struct Peak<'a> {
    signal: &'a OpenSignal,
    bundle: Arc<OpenBundle>,
    target: usize,
    reads_per_kb: f64,
    whole: Region,
    start: u32,
    end: u32,
}

impl Peak<'_> {
    fn explain(&self) -> Answer<Explanation> {
        let reach = self.bundle.bundle.predictor.reach() as u32 * BIN;
        let around = self.clipped(self.start.saturating_sub(reach), self.end.saturating_add(reach));
        // In memory: it is read a hundred times.
        let assay = self.signal.assay.excerpt(&around)?;
        let value = self.value(&assay)?;
        let occluded = |&(start, end): &(u32, u32)| -> Answer<Occluded> {
            let region = self.clipped(start, end);
            let strand = |strand: Strand| -> Answer<(f32, f32)> {
                let reads = assay.reads_in(&region, strand)? as f32;
                if reads == 0.0 {
                    return Ok((0.0, 0.0));
                }
                Ok((reads, value - self.value(&assay.without(&region, strand)?)?))
            };
            let ((plus_reads, plus), (minus_reads, minus)) = (strand(Strand::Plus)?, strand(Strand::Minus)?);
            Ok(Occluded { start: region.start, end: region.end, plus_reads, minus_reads, plus, minus })
        };
        let stretches = stretches(self.start, self.end, around.start, around.end);
        let stretches = stretches.par_iter().map(occluded).collect::<Answer<_>>()?;
        Ok(Explanation { value, stretches })
    }

    /// The peak's mean, imputed from `assay`.
    fn value(&self, assay: &Assay) -> Answer<f32> {
        let imputer = Imputer::new(&self.bundle.bundle, assay, self.reads_per_kb)?;
        let bins = (self.start / BIN) as usize..self.end.min(self.whole.end).div_ceil(BIN) as usize;
        let imputed = imputer.impute(&self.whole.chromosome, self.whole.end, bins)?;
        let values = &imputed[self.target].value;
        Ok((values.iter().copied().map(f64::from).sum::<f64>() / values.len() as f64) as f32)
    }

    fn clipped(&self, start: u32, end: u32) -> Region {
        Region::new(&self.whole.chromosome, start.min(self.whole.end), end.min(self.whole.end))
    }
}

/// Stretches over a peak and outwards to both sides, sorted: 100, 100, 200, 200, 400, ... bases.
fn stretches(start: u32, end: u32, first: u32, last: u32) -> Vec<(u32, u32)> {
    let width = ((end - start).div_ceil(INSIDE)).next_multiple_of(BIN).max(NEAR);
    let mut stretches: Vec<(u32, u32)> =
        (start..end).step_by(width as usize).map(|from| (from, (from + width).min(end))).collect();
    let widths = || (0..).flat_map(|doubling| [NEAR << doubling; 2]);
    let mut at = end;
    for width in widths() {
        if at >= last {
            break;
        }
        let to = at.saturating_add(width).min(last);
        stretches.push((at, to));
        at = to;
    }
    let mut at = start;
    for width in widths() {
        if at <= first {
            break;
        }
        let from = at.saturating_sub(width).max(first);
        stretches.push((from, at));
        at = from;
    }
    stretches.sort_unstable();
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_tile_the_bundles_reach_and_widen_outwards() {
        let found = stretches(10_000_000, 10_001_000, 8_000_000, 12_001_000);
        assert!(found.len() <= 66, "{}", found.len());
        assert_eq!((found[0].0, found[found.len() - 1].1), (8_000_000, 12_001_000));
        assert!(found.windows(2).all(|pair| pair[0].1 == pair[1].0));
        assert!(found.contains(&(9_999_900, 10_000_000)) && found.contains(&(10_001_000, 10_001_100)));
        assert_eq!(stretches(0, 50, 0, 50), [(0, 50)]);
    }
}
