//! Dense inference over an assay: the only way a number is imputed, for the screen, for files and for measures alike.

use std::ops::Range;

use nascape_signal::Assay;
use rayon::prelude::*;

use crate::{
    Bundle, Result,
    cnn::{DenseCnn, LEFT, REACH, RIGHT, Scratch},
    input::Channels,
    kernel::Rows,
};

/// Bins computed at a time by one thread. The halo of 2,555 bins is computed anew for every tile; the layers of a tile of this
/// size still lie in a core's cache.
const TILE: usize = 16_384;

/// A bundle laid over an assay.
pub struct Imputer<'a> {
    bundle: &'a Bundle,
    channels: Channels<'a>,
}

impl<'a> Imputer<'a> {
    /// `reads_per_kb` is the assay's depth ([`Assay::reads_per_kb`]), measured once for all bundles.
    ///
    /// # Errors
    /// [`Error::NeedsStrands`](crate::Error::NeedsStrands).
    pub fn new(bundle: &'a Bundle, assay: &'a Assay, reads_per_kb: f64) -> Result<Self> {
        bundle.card.input.accepts(assay, &bundle.card.name)?;
        Ok(Self { bundle, channels: Channels::new(assay, &bundle.card.input, reads_per_kb) })
    }

    /// The imputed track over `bins` (50 bp each, from the chromosome's start) of a chromosome of `length` bp: one number a bin,
    /// the same whatever the cut into calls, tiles and threads. Memory grows with `bins`, so long runs are asked for in pieces.
    ///
    /// # Errors
    /// Those of reading the assay.
    pub fn impute(&self, chromosome: &str, length: u32, bins: Range<usize>) -> Result<Vec<f32>> {
        let rows = self.channels.with_halo(chromosome, length, bins, LEFT, RIGHT)?;
        let mut track = predict(&self.bundle.network, &rows);
        self.bundle.card.output.apply(&mut track);
        Ok(track)
    }
}

/// The network's raw outputs for rows that carry their halo: tiles on all cores.
pub(crate) fn predict(network: &DenseCnn, rows: &[Vec<f32>]) -> Vec<f32> {
    let length = rows[0].len();
    let matrix = rows.concat();
    let input = Rows::new(&matrix, rows.len(), length, length);
    let mut track = vec![0.0; length - (REACH - 1)];
    track.par_chunks_mut(TILE).enumerate().for_each_init(Scratch::default, |scratch, (tile, out)| {
        network.predict(input.cut(tile * TILE, out.len() + REACH - 1), scratch, out);
    });
    track
}
