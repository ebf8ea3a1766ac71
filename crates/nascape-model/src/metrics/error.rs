//! What can be wrong with the slices that are to be measured.

/// Why two tracks could not be compared. Undefined measures are not errors: they are `None`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The tracks do not cover the same bins.
    #[error(
        "the observed track has {observed} bins and the {other_name} {other}: they do not cover the same region. \
         Bin both over the same chromosome and region, with the same bin size."
    )]
    Lengths {
        /// Bins in the observed track.
        observed: usize,
        /// What it was compared with: `imputed track` or `positives`.
        other_name: &'static str,
        /// Bins in that.
        other: usize,
    },
    /// More bins than signed 32-bit ranks can count: 107 Gb at 50 bp.
    #[error("{bins} bins are more than can be ranked at once (2,147,483,647). Measure chromosome by chromosome.")]
    TooMany {
        /// Bins given.
        bins: usize,
    },
}
