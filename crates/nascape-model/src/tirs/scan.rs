//! A run of bins of an assay, scored.

use std::ops::Range;

use nascape_signal::{Assay, BIN, Region, StrandBins, Summary};

use super::{
    candidate::{APART, candidates},
    score::{HALO, score},
};
use crate::Result;

/// Bins beyond a run that its candidates depend on: a candidate is compared with its neighbours, which count reads around them.
const REACH: usize = HALO + APART;

/// What a run of sites holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scan {
    /// The sites with a positive score, in order: the bin at whose left border the site lies, and its score.
    pub sites: Vec<(u32, f32)>,
    /// The scores of the candidates: the best sites within 500 bp.
    pub candidates: Vec<f32>,
    /// The scores of the candidates of the mirror image, their signs turned: what noise alone scores.
    pub mirrored: Vec<f32>,
}

/// Scores the sites at the left borders of `bins` (50 bp each, from the chromosome's start) of a chromosome of `length` bp. The
/// numbers do not depend on the cut into runs. Memory grows with `bins`, so long runs are asked for in pieces.
///
/// # Errors
/// Those of reading the assay.
pub fn scan(assay: &Assay, chromosome: &str, length: u32, bins: Range<usize>) -> Result<Scan> {
    let reads = with_silence(assay, chromosome, length, bins.start as i64 - REACH as i64..(bins.end + REACH) as i64)?;
    let mut scores = score(&reads);
    let own = APART..APART + bins.len();
    let positive = own.clone().filter(|&site| scores[site] > 0.0);
    let sites = positive.map(|site| ((bins.start + site - APART) as u32, scores[site])).collect();
    let found = candidates(&scores, own.clone());
    scores.iter_mut().for_each(|score| *score = -*score);
    Ok(Scan { sites, candidates: found, mirrored: candidates(&scores, own) })
}

/// Reads per bin and strand; beyond the chromosome's ends there are none.
fn with_silence(assay: &Assay, chromosome: &str, length: u32, bins: Range<i64>) -> Result<StrandBins> {
    let last = i64::from(length.div_ceil(BIN));
    let inside = bins.start.clamp(0, last)..bins.end.clamp(0, last);
    let end = (inside.end as u64 * u64::from(BIN)).min(length.into()) as u32;
    let region = Region::new(chromosome, inside.start as u32 * BIN, end);
    let mut reads = assay.bins(&region, BIN, Summary::Sum)?;
    for strand in [&mut reads.plus, &mut reads.minus] {
        let silence = |bins: i64| std::iter::repeat_n(0.0, bins as usize);
        strand.splice(..0, silence(inside.start - bins.start));
        strand.extend(silence(bins.end - inside.end));
    }
    Ok(reads)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (plus, minus) = nascape_signal::simulated_pair(folder.path()).unwrap();
        let assay = Assay::open(&plus, &minus).unwrap();
        let chromosome = assay.chromosomes_with_data().unwrap().remove(0);
        let bins = chromosome.length.div_ceil(BIN) as usize;
        let scanned = |bins| scan(&assay, &chromosome.name, chromosome.length, bins).unwrap();
        let whole = scanned(0..bins);
        assert!(whole.candidates.len() > 20 && !whole.mirrored.is_empty());
        let mut joined = Scan::default();
        for cut in [0..1, 1..190_007, 190_007..190_020, 190_020..bins - 3, bins - 3..bins] {
            let part = scanned(cut);
            joined.sites.extend(part.sites);
            joined.candidates.extend(part.candidates);
            joined.mirrored.extend(part.mirrored);
        }
        assert_eq!(joined, whole);
    }
}
