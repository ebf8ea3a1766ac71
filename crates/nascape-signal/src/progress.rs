//! How long work tells its caller where it is, and hears that it should stop.

use crate::{Error, Result};

/// The caller's side of a long job. Implementations are cheap: they are called every few milliseconds.
pub trait Progress: Sync {
    /// `done` of `total` units of work are finished (the unit is the job's: bins, reads, epochs).
    fn advance(&self, done: u64, total: u64);

    /// True when the job should stop at its next safe point.
    fn cancelled(&self) -> bool;

    /// True when the caller wants a training to end with the best that it has reached.
    fn enough(&self) -> bool {
        false
    }

    /// # Errors
    /// [`Error::Cancelled`] when the caller asked to stop.
    fn check(&self) -> Result<()> {
        if self.cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }
}

/// For callers who neither watch nor cancel.
pub struct Unwatched;

impl Progress for Unwatched {
    fn advance(&self, _done: u64, _total: u64) {}

    fn cancelled(&self) -> bool {
        false
    }
}
