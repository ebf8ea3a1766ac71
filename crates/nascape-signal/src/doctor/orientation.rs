//! Is plus plus? By sign, by the geometry of divergent promoters, and by annotated genes where there are any.

use serde::Serialize;

use super::finding::{Code, Finding, Severity};
use crate::{Assay, BIN, Region, Result, Summary};

/// Bins looked at on either side: pause peaks of a divergent pair lie 50-400 bp apart.
const REACH: usize = 8;
/// Bins on either side whose mean is taken away, so that gene bodies do not count.
const BACKGROUND: usize = 50;
/// Reads above background in a bin, at the most: a few towers must not decide.
const CAP: f32 = 20.0;
/// Bases surveyed at a time.
const CHUNK: u32 = 10_000_000;
/// How many times one geometry must outweigh the other to be believed.
const CLEAR: f64 = 1.15;
/// Weight below which there is too little to judge.
const ENOUGH: f64 = 500.0;

/// How often minus-strand reads lie to the left of plus-strand reads (divergent), and to the right (convergent).
///
/// Promoters and enhancers are transcribed outwards on both strands (Core, Waterfall and Lis, Science 2008), so the divergent
/// weight is the larger one in any nascent-transcription assay whose strands are right. With swapped strands it is the smaller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Divergence {
    /// Sum over pairs of bins 50-400 bp apart of (minus above background) x (plus above background), minus on the left.
    pub divergent: f64,
    /// The same with minus on the right.
    pub convergent: f64,
}

impl Divergence {
    /// Measures all chromosomes of a stranded assay.
    ///
    /// # Errors
    /// As [`Assay::bins`].
    pub fn measure(assay: &Assay) -> Result<Self> {
        let mut sum = Self::default();
        for chromosome in assay.chromosomes_with_data()? {
            for start in (0..chromosome.length).step_by(CHUNK as usize) {
                let region = Region::new(&chromosome.name, start, (start + CHUNK).min(chromosome.length));
                let bins = assay.bins(&region, BIN, Summary::Sum)?;
                sum.add(&excess(&bins.plus), &excess(&bins.minus));
            }
        }
        Ok(sum)
    }

    fn add(&mut self, plus: &[f32], minus: &[f32]) {
        for (i, &value) in minus.iter().enumerate().filter(|(_, value)| **value > 0.0) {
            let right = plus[i + 1..plus.len().min(i + 1 + REACH)].iter().sum::<f32>();
            let left = plus[i.saturating_sub(REACH)..i].iter().sum::<f32>();
            self.divergent += f64::from(value * right);
            self.convergent += f64::from(value * left);
        }
    }

    fn ratio(&self) -> f64 {
        self.divergent / self.convergent.max(1e-9)
    }
}

/// Reads above twice the mean of the surrounding 5 kb, cut at [`CAP`].
fn excess(bins: &[f32]) -> Vec<f32> {
    let mut sums = vec![0.0_f64];
    sums.extend(bins.iter().scan(0.0_f64, |sum, &value| {
        *sum += f64::from(value);
        Some(*sum)
    }));
    let above = |(i, &value): (usize, &f32)| {
        let (first, last) = (i.saturating_sub(BACKGROUND), (i + BACKGROUND + 1).min(bins.len()));
        let mean = (sums[last] - sums[first]) / (last - first) as f64;
        (value - 2.0 * mean as f32).clamp(0.0, CAP)
    };
    bins.iter().enumerate().map(above).collect()
}

/// Weighs the evidence. `one_bam` says that both strands come from one file, which cannot be exchanged. `sense` is the share of annotated genes with more reads on their own strand, and how many genes were asked.
pub(super) fn judge(
    swapped_sign: bool,
    divergence: &Divergence,
    sense: Option<(f64, usize)>,
    one_bam: bool,
) -> Finding {
    let mut evidence = Vec::new();
    let mut votes = 0;
    if let Some((share, genes)) = sense {
        votes += if share > 0.5 { 2 } else { -2 };
        evidence
            .push(format!("{:.0} % of {genes} transcribed genes have most reads on their own strand", 100.0 * share));
    }
    let enough = divergence.divergent + divergence.convergent >= ENOUGH;
    let ratio = divergence.ratio();
    if enough && ratio >= CLEAR {
        votes += 1;
        evidence.push(format!("transcription runs outwards from promoters {ratio:.1} times as often as inwards"));
    } else if enough && ratio <= 1.0 / CLEAR {
        votes -= 1;
        evidence.push(format!(
            "transcription runs inwards {:.1} times as often as outwards, where promoters run outwards",
            1.0 / ratio
        ));
    }
    if swapped_sign {
        votes -= 1;
        evidence.push("the plus file is all negative and the minus file all positive".to_owned());
    }
    let evidence = evidence.join("; ");
    match votes {
        1.. => Finding::fine(Code::Orientation, format!("The strands are the right way round: {evidence}.")),
        0 => Finding::new(
            Code::Orientation,
            Severity::Warning,
            if evidence.is_empty() {
                "Whether plus is plus cannot be told: too few reads near promoters.".to_owned()
            } else {
                format!("Whether plus is plus cannot be told: {evidence}.")
            },
            "Look at a gene you know, or give an annotation with --genes.",
        ),
        _ => Finding::new(
            Code::Orientation,
            Severity::Error,
            format!("The strands look swapped: {evidence}."),
            if one_bam {
                "Is it GRO-seq (--assay gro)? Or are its reads in the sense of the RNA (--library forward)?"
            } else {
                "Exchange --plus and --minus."
            },
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outward_pairs_are_divergent_and_swapping_strands_turns_them_round() {
        let (mut plus, mut minus) = (vec![0.0; 400], vec![0.0; 400]);
        (plus[204], minus[200]) = (30.0, 10.0);
        let mut right = Divergence::default();
        right.add(&excess(&plus), &excess(&minus));
        let mut swapped = Divergence::default();
        swapped.add(&excess(&minus), &excess(&plus));
        assert!(right.divergent > 0.0 && right.convergent == 0.0);
        assert_eq!((swapped.divergent, swapped.convergent), (right.convergent, right.divergent));
    }

    #[test]
    fn annotated_genes_outvote_the_geometry() {
        let outward = Divergence { divergent: 1e6, convergent: 1e3 };
        assert_eq!(judge(false, &outward, None, false).severity, Severity::Fine);
        assert_eq!(judge(false, &outward, Some((0.1, 900)), false).severity, Severity::Error);
        assert_eq!(judge(true, &Divergence::default(), None, false).severity, Severity::Error);
        assert_eq!(judge(false, &Divergence::default(), None, false).severity, Severity::Warning);
    }
}
