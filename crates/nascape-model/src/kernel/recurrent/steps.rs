//! From channels first to step first and back, one tile of hidden units at a time.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::TILE;
use crate::kernel::rows::{Rows, RowsMut};

/// A tile of hidden units in a step that keeps `columns` columns of `TILE` values for each tile.
#[derive(Clone, Copy)]
pub(super) struct Tile {
    pub at: usize,
    pub columns: usize,
    /// Hidden units, at most `TILE`.
    pub units: usize,
}

impl Tile {
    /// Where the column begins in a step.
    pub fn column(self, column: usize) -> usize {
        (self.at * self.columns + column) * TILE
    }

    /// The tile's channels of a matrix in which those of hidden units begin at `first`.
    pub fn channels(self, first: usize) -> Range<usize> {
        first + self.at * TILE..first + self.at * TILE + self.units
    }
}

/// A column of `TILE` values in each of many steps.
pub(super) struct Steps<'a> {
    pub values: &'a [f32],
    /// Values from one step to the next.
    pub width: usize,
    /// Where the column begins in a step.
    pub column: usize,
}

/// As [`Steps`], mutably.
pub(super) struct StepsMut<'a> {
    pub values: &'a mut [f32],
    pub width: usize,
    pub column: usize,
}

/// Writes `channels` of `rows`, at most `TILE` of them, to a column of steps; zeros where the channels end.
/// The first step is the last bin when `reversed`.
pub(super) struct ToSteps<'a> {
    pub rows: Rows<'a>,
    pub channels: Range<usize>,
    pub reversed: bool,
    pub steps: StepsMut<'a>,
}

// Not closures: `FnOnce::call_once` is not inlined, and so not compiled for the instruction set that was asked for.
impl WithSimd for ToSteps<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { rows, channels, reversed, steps } = self;
        let length = rows.length();
        for first in (0..length).step_by(TILE) {
            let bins = TILE.min(length - first);
            let mut tile = [[0.0; TILE]; TILE];
            for (tile, channel) in tile.iter_mut().zip(channels.clone()) {
                copy(&rows.row(channel)[first..][..bins], tile);
            }
            transpose(&mut tile);
            for (bin, units) in tile[..bins].iter().enumerate() {
                let step = if reversed { length - 1 - first - bin } else { first + bin };
                steps.values[step * steps.width + steps.column..][..TILE].copy_from_slice(units);
            }
        }
    }
}

/// Writes a column of steps to `channels` of `rows`, the reverse of [`ToSteps`].
pub(super) struct ToRows<'a> {
    pub steps: Steps<'a>,
    pub reversed: bool,
    pub rows: RowsMut<'a>,
    pub channels: Range<usize>,
}

impl WithSimd for ToRows<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { steps, reversed, mut rows, channels } = self;
        let length = rows.length();
        for first in (0..length).step_by(TILE) {
            let bins = TILE.min(length - first);
            let mut tile = [[0.0; TILE]; TILE];
            for (bin, units) in tile[..bins].iter_mut().enumerate() {
                let step = if reversed { length - 1 - first - bin } else { first + bin };
                copy(&steps.values[step * steps.width + steps.column..][..TILE], units);
            }
            transpose(&mut tile);
            for (tile, channel) in tile.iter().zip(channels.clone()) {
                let row = &mut rows.row(channel)[first..][..bins];
                match row.first_chunk_mut() {
                    Some(row) => *row = *tile,
                    None => row.copy_from_slice(&tile[..bins]),
                }
            }
        }
    }
}

/// Copies at most `TILE` values. A whole tile is copied as such: a copy of unknown length is a call.
#[inline(always)]
fn copy(values: &[f32], tile: &mut [f32; TILE]) {
    match values.first_chunk() {
        Some(values) => *tile = *values,
        None => tile[..values.len()].copy_from_slice(values),
    }
}

/// Exchanges rows and columns of a square of values.
///
/// With both numbers of four bits, a value's place is `row * 16 + column`. To interleave the upper half of the places
/// with the lower is to rotate the bits of each place by one; after four times, row and column have changed theirs.
/// Unlike a walk along columns, this is compiled to vectors.
#[inline(always)]
fn transpose(tile: &mut [[f32; TILE]; TILE]) {
    const { assert!(TILE == 16) };
    let mut turned = [[0.0; TILE]; TILE];
    for _ in 0..2 {
        interleave(tile, &mut turned);
        interleave(&turned, tile);
    }
}

#[inline(always)]
fn interleave(from: &[[f32; TILE]; TILE], to: &mut [[f32; TILE]; TILE]) {
    let (upper, lower) = from.as_flattened().split_at(TILE * TILE / 2);
    for (to, (&upper, &lower)) in to.as_flattened_mut().as_chunks_mut().0.iter_mut().zip(upper.iter().zip(lower)) {
        *to = [upper, lower];
    }
}
