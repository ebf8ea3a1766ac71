//! The parts of a retraining, cut by position.

use nascape_model::train::check_parts;
use nascape_signal::{Assay, BIN, Exclusion, Observed, Region, Summary, region::with_commas};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    stretch::{Stretch, region_strings, stretches},
};

/// The regions are cut into so many pieces of one length; one of them is the validation part.
const PIECES: usize = 5;
/// Bins left out between train and validation, on each side: 20 kb, so that no gene's start is in both.
const GAP: usize = 400;
/// Bases left out around the regions where both bundles are measured elsewhere: what a prediction there sees of them is little.
const AROUND: u32 = 100_000;
/// Bins that the regions must have at least: 200 kb.
const ENOUGH: usize = 4_000;
/// Marked bins that the train part must have at least.
const ENOUGH_MARKED: usize = 20;

/// The parts of a retraining.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Parts {
    /// Regions that are learned from.
    pub train: Vec<Region>,
    /// Regions by which epochs and weights are chosen.
    pub validation: Vec<Region>,
    /// Regions on which both bundles are measured.
    pub test: Vec<Region>,
    /// Bins of 50 bp in the train part where the mark was assessed.
    pub bins: usize,
    /// Of these, the marked ones; for a signal, those that are not 0.
    pub marked: usize,
}

/// Cuts `regions` into train and validation: of five pieces, that one is kept to choose by whose mean is most like that of all.
///
/// # Errors
/// [`Error::Retrain`] with what there is too little of.
pub(super) fn split(
    assay: &Assay,
    observed: &Observed,
    exclusion: &Exclusion,
    regions: &[Region],
    test: &[Region],
) -> Result<Parts> {
    let chosen = stretches(assay, regions, BIN)?;
    let mut track = Vec::new();
    for stretch in &chosen {
        let region = stretch.region(&stretch.bins, BIN);
        let mut bins = observed.bins(&region, BIN, Summary::Mean0)?;
        bins.resize(stretch.bins.len(), 0.0);
        exclusion.apply(&region, BIN, &mut bins);
        track.extend(bins);
    }
    let names = region_strings(&chosen).join(", ");
    let fault = |detail: String| Err(Error::Retrain { detail });
    if track.len() < ENOUGH {
        let (bases, enough) =
            (with_commas((track.len() * BIN as usize) as u64), with_commas((ENOUGH as u32 * BIN).into()));
        return fault(format!("{names}: {bases} bp are too little to learn from. Choose {enough} bp or more."));
    }
    let piece = track.len().div_ceil(PIECES);
    let mean = |bins: &[f32]| {
        let assessed = || bins.iter().filter(|value| !value.is_nan());
        assessed().map(|&value| f64::from(value)).sum::<f64>() / assessed().count().max(1) as f64
    };
    let all = mean(&track);
    let unlike = |bins: &[f32]| (mean(bins) - all).abs();
    let pieces = track.chunks(piece).enumerate();
    let (at, _) = pieces.min_by(|a, b| unlike(a.1).total_cmp(&unlike(b.1))).expect("there are bins");
    let validation = at * piece..((at + 1) * piece).min(track.len());
    let gap = GAP.min(track.len() / 50);
    let train = [0..validation.start.saturating_sub(gap), (validation.end + gap).min(track.len())..track.len()];
    let learned = || train.iter().flat_map(|bins| &track[bins.clone()]);
    if learned().all(|value| value.is_nan()) {
        return fault(format!(
            "{names}: {} says nothing of any bin there. Choose regions where the mark was measured.",
            observed.path().display()
        ));
    }
    let marked = learned().filter(|&&value| value > 0.0).count();
    if marked < ENOUGH_MARKED {
        return fault(format!(
            "{names}: {}, and {marked} of its bins of 50 bp to learn from are marked. Choose regions with more of the mark.",
            observed.path().display()
        ));
    }
    let mut has_reads = false;
    for region in train.iter().flat_map(|bins| regions_of(&chosen, bins)) {
        let reads = assay.reads(&region.chromosome, region.bins(BIN))?;
        has_reads |= [reads.plus, reads.minus].iter().flatten().any(|&reads| reads != 0.0);
    }
    if !has_reads {
        return fault(format!(
            "{names}: {} has no read there, and so nothing to learn the mark from. Choose regions that are transcribed.",
            assay.first().path().display()
        ));
    }
    let parts = Parts {
        train: train.iter().flat_map(|bins| regions_of(&chosen, bins)).collect(),
        validation: regions_of(&chosen, &validation),
        test: if test.is_empty() { elsewhere(assay, observed, &chosen)? } else { test.to_vec() },
        bins: learned().filter(|value| !value.is_nan()).count(),
        marked,
    };
    if parts.test.is_empty() {
        return fault(format!(
            "{names}: nothing is left to measure the retrained bundle on. Choose regions that leave part of {} aside.",
            observed.path().display()
        ));
    }
    let resolved = parts.test.iter().map(|region| Ok(assay.resolve(region)?)).collect::<Result<Vec<_>>>()?;
    check_parts(&[("train", &parts.train), ("validation", &parts.validation), ("test", &resolved)])?;
    Ok(parts)
}

/// Bins counted through all stretches, as regions.
fn regions_of(stretches: &[Stretch], bins: &std::ops::Range<usize>) -> Vec<Region> {
    let mut before = 0;
    let mut regions = Vec::new();
    for stretch in stretches {
        let (first, count) = (stretch.bins.start, stretch.bins.len());
        let inside = bins.start.clamp(before, before + count) - before..bins.end.clamp(before, before + count) - before;
        if !inside.is_empty() {
            regions.push(stretch.region(&(first + inside.start..first + inside.end), BIN));
        }
        before += count;
    }
    regions
}

/// All of the chromosomes where the mark was observed, but the regions with what lies around them.
fn elsewhere(assay: &Assay, observed: &Observed, regions: &[Stretch]) -> Result<Vec<Region>> {
    let mut elsewhere = Vec::new();
    for chromosome in assay.chromosomes_with_data()? {
        if !observed.has_data(&chromosome.name)? {
            continue;
        }
        let mut start = 0;
        for stretch in regions.iter().filter(|stretch| stretch.chromosome.name == chromosome.name) {
            let region = stretch.region(&stretch.bins, BIN);
            let end = region.start.saturating_sub(AROUND) / BIN * BIN;
            if start < end {
                elsewhere.push(Region::new(&chromosome.name, start, end));
            }
            start = region.end.saturating_add(AROUND).next_multiple_of(BIN);
        }
        if start < chromosome.length {
            elsewhere.push(Region::new(&chromosome.name, start, chromosome.length));
        }
    }
    Ok(elsewhere)
}
