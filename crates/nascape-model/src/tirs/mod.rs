//! Transcription initiation regions (TIRs) from the assay itself, in the manner of dREG (Wang et al. 2019) but without a trained
//! model: sites are scored, the scores' own mirror image is the noise, and regions are kept at a false discovery rate.
//!
//! RNA polymerase starts in both directions: around a TIR plus-strand reads lie to the right and minus-strand reads to the left
//! ([`score`]). Noise makes that pattern as often as its mirror image, plus to the left and minus to the right, so the mirrored
//! candidates ([`candidates`]) tell how high noise scores ([`p_values`], [`benjamini_hochberg`]).
//!
//! dREG fits a Laplace distribution to the mirrored scores. For this score it does not fit: on K562, chr21, the median of the
//! mirrored candidates' scores and an exponential tail put the 99.9th percentile at 3.7 where it is 2.9, and so find 5 TIRs in
//! place of 44. The mirrored candidates themselves are the null distribution here.

mod candidate;
mod score;
mod significance;

pub use candidate::{Tir, candidates, merge};
pub use score::{HALO, score};
pub use significance::{benjamini_hochberg, p_values};
