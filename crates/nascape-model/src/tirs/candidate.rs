//! From scored sites to candidates and regions.

use std::ops::Range;

use nascape_signal::BIN;

/// Sites within this many steps of 50 bp belong together: 500 bp.
pub(super) const APART: usize = 10;

/// A transcription initiation region of one chromosome, 0-based half-open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tir {
    /// 50 bp before its first site.
    pub start: u32,
    /// 50 bp behind its last site.
    pub end: u32,
    /// Its best site, the first one where several are equal.
    pub centre: u32,
    /// That site's score.
    pub score: f32,
}

/// The scores of the candidates among `sites` (indices into `scores`): positive, above every site within 500 bp to the left and not
/// below any within 500 bp to the right. The mirrored candidates are those of the negated scores.
///
/// `scores` holds a score a site, 50 bp apart, NaN where a site is not informative; a whole answer needs ten more sites at
/// either end of `sites`, where the chromosome has them.
pub(super) fn candidates(scores: &[f32], sites: Range<usize>) -> Vec<f32> {
    // A site that is not informative competes with none.
    let below = |site: usize, score: f32| scores[site].is_nan() || scores[site] < score;
    let not_above = |site: usize, score: f32| scores[site].is_nan() || scores[site] <= score;
    let best = |site: &usize| {
        let (site, score) = (*site, scores[*site]);
        let (mut left, mut right) = (site.saturating_sub(APART)..site, site + 1..(site + APART + 1).min(scores.len()));
        score > 0.0 && left.all(|other| below(other, score)) && right.all(|other| not_above(other, score))
    };
    sites.filter(best).map(|site| scores[site]).collect()
}

/// The regions of sites with a score of at least `threshold`: sites within 500 bp of one another are one region.
///
/// `sites` are the sites of one chromosome (as the index of the bin at whose left border they lie) with their scores, in order;
/// the chromosome is `length` bp long.
pub fn merge(sites: &[(u32, f32)], threshold: f32, length: u32) -> Vec<Tir> {
    let mut regions: Vec<Tir> = Vec::new();
    let mut last = 0;
    for &(site, score) in sites.iter().filter(|(_, score)| *score >= threshold) {
        let base = site * BIN;
        let end = base.saturating_add(BIN).min(length);
        match regions.last_mut() {
            Some(region) if (site - last) as usize <= APART => {
                region.end = end;
                if score > region.score {
                    (region.centre, region.score) = (base, score);
                }
            }
            _ => regions.push(Tir { start: base.saturating_sub(BIN), end, centre: base, score }),
        }
        last = site;
    }
    regions
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_of_equal_sites_is_the_candidate() {
        let mut scores = vec![f32::NAN; 40];
        (scores[5], scores[7], scores[15], scores[26]) = (1.0, 2.0, 2.0, 1.0);
        scores[30] = -1.0;
        assert_eq!(candidates(&scores, 0..40), [2.0, 1.0]);
        assert_eq!(candidates(&scores, 8..40), [1.0]);
    }

    #[test]
    fn sites_within_500_bp_are_one_region_about_the_best() {
        let sites = [(1, 2.0), (4, 3.0), (6, 3.0), (8, 0.5), (16, 2.0), (27, 2.0)];
        let regions = merge(&sites, 2.0, 1_370);
        let expected = [
            Tir { start: 0, end: 850, centre: 200, score: 3.0 },
            Tir { start: 1_300, end: 1_370, centre: 1_350, score: 2.0 },
        ];
        assert_eq!(regions, expected);
    }

    proptest! {
        #[test]
        fn the_best_site_of_every_region_is_a_candidate(
            scores in prop::collection::vec(prop_oneof![Just(f32::NAN), (-8_i8..8).prop_map(f32::from)], 1..300),
            threshold in 1_u8..8,
        ) {
            let sites: Vec<(u32, f32)> =
                scores.iter().enumerate().map(|(site, score)| (site as u32, *score)).filter(|(_, s)| *s > 0.0).collect();
            for region in merge(&sites, threshold.into(), 1 << 20) {
                let centre = (region.centre / 50) as usize;
                prop_assert_eq!(candidates(&scores, centre..centre + 1), [region.score]);
                prop_assert!(region.start < region.end && region.start <= region.centre && region.centre < region.end);
            }
        }
    }
}
