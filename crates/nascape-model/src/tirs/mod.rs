//! Transcription initiation regions (TIRs) from the assay itself, in the manner of dREG (Wang et al. 2019) but without a trained
//! model: sites are scored, the scores' own mirror image is the noise, and regions are kept at a false discovery rate.
//!
//! RNA polymerase starts in both directions: around a TIR plus-strand reads lie to the right and minus-strand reads to the left.
//! Noise makes that pattern as often as its mirror image, plus to the left and minus to the right, so the mirrored candidates of
//! a [`scan`] tell how high noise scores ([`Significance`]). Sites that noise rarely reaches become regions ([`merge`]).
//!
//! dREG fits a Laplace distribution to the mirrored scores. For this score it does not fit: the tail of the mirrored candidates is
//! lighter, and the fit loses between half of the regions and all of them (K562, MCF7, HEK293). So the mirrored candidates themselves are the null distribution.

mod candidate;
mod scan;
mod score;
mod significance;

pub use candidate::{Tir, merge};
pub use scan::{Scan, scan};
pub use significance::{Significance, benjamini_hochberg, p_values};
