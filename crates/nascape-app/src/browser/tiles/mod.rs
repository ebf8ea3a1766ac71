//! Tiles: 512 columns of a track at one zoom, what the window draws from.

mod columns;
mod imputed;
mod signal;
mod summaries;
mod tickets;

use std::sync::{Arc, PoisonError};

use nascape_signal::BIN;
pub(super) use summaries::Summaries;
pub(super) use tickets::Tickets;

use super::{
    Browser,
    fault::Answer,
    wire::{Fault, TILE_COLUMNS, TileRequest, TrackKind},
};

/// Names a finished tile: the data it is of, bundle and mark, chromosome, step, index.
pub(super) type TileKey = (String, Option<(String, usize)>, String, u32, u32);

/// Where a tile lies.
#[derive(Clone, Debug)]
struct Place {
    /// In the file's name.
    chromosome: String,
    /// Bases of the chromosome.
    length: u32,
    /// Bases a column.
    step: u32,
    /// First base of the first column.
    start: u32,
}

impl Place {
    /// Columns that begin on the chromosome.
    fn columns(&self) -> usize {
        (self.length.saturating_sub(self.start).div_ceil(self.step) as usize).min(TILE_COLUMNS)
    }

    /// One past the last base that a column covers.
    fn end(&self) -> u32 {
        let end = u64::from(self.start) + self.columns() as u64 * u64::from(self.step);
        end.min(self.length.into()) as u32
    }
}

impl Browser {
    /// Rows of [`TILE_COLUMNS`] numbers, one after the other; see `backend.ts` for what they are. A chromosome that the track lacks
    /// gives NaN throughout.
    ///
    /// # Errors
    /// When the track was closed or its files changed, the bundle is not at hand or wants the strands apart, the step is none of a
    /// tile's, or the request was cancelled.
    pub fn tile(&self, request: &TileRequest) -> Answer<Vec<f32>> {
        self.tickets.while_wanted(request.ticket, || self.tile_of(request))
    }

    fn tile_of(&self, request: &TileRequest) -> Answer<Vec<f32>> {
        let track = self.track(&request.track)?;
        track.check()?;
        let signal = track.signal()?;
        let imputed = request.imputed.as_ref().map(|imputed| self.imputed_by(imputed)).transpose()?;
        let rows = match (&imputed, track.info.kind) {
            (None, TrackKind::Signal) => 2,
            _ => 4,
        };
        if !is_step(request.step, imputed.is_some()) {
            return Err(Fault::new(format!("A tile has no columns of {} bases.", request.step)));
        }
        let start = u64::from(request.index) * TILE_COLUMNS as u64 * u64::from(request.step);
        let found = signal.chromosome(&request.chromosome).filter(|(_, length)| start < u64::from(*length));
        let Some((chromosome, length)) = found else { return Ok(vec![f32::NAN; rows * TILE_COLUMNS]) };
        let by = imputed.as_ref().map(|(bundle, target)| (bundle.fingerprint.clone(), *target));
        let key: TileKey = (track.fingerprint.clone(), by, chromosome.clone(), request.step, request.index);
        if let Some(known) = self.finished.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(known.to_vec());
        }
        let place = Place { chromosome, length, step: request.step, start: start as u32 };
        let tile = match &imputed {
            Some((bundle, target)) => self.imputed_tile(request.ticket, &track, bundle, *target, &place)?,
            None => self.signal_tile(&track, signal, &place)?,
        };
        let bytes = 4 * tile.len() + 256;
        let shared: Arc<[f32]> = tile.as_slice().into();
        self.finished.lock().unwrap_or_else(PoisonError::into_inner).put(key, shared, bytes);
        Ok(tile)
    }

    /// Cancels tiles that nobody waits for any more.
    ///
    /// # Errors
    /// None; a ticket that nobody has is no fault.
    pub fn cancel_tiles(&self, tickets: &[u64]) -> Answer<()> {
        self.tickets.cancel(tickets);
        self.runs.cancel(tickets);
        Ok(())
    }
}

/// 1, 10, or 50 times a power of two; imputed tracks have a value a bin.
fn is_step(step: u32, imputed: bool) -> bool {
    (!imputed && (step == 1 || step == 10)) || (step.is_multiple_of(BIN) && (step / BIN).is_power_of_two())
}
