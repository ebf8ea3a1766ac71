//! Tickets of tiles that are being made.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use nascape_signal::wanted::while_wanted;

/// Each ticket, and whether nobody waits for its tile any more.
#[derive(Default)]
pub struct Tickets(Mutex<HashMap<u64, Arc<AtomicBool>>>);

impl Tickets {
    /// Makes a tile, as long as its ticket is not cancelled.
    pub(super) fn while_wanted<T>(&self, ticket: u64, make: impl FnOnce() -> T) -> T {
        let cancelled = Arc::<AtomicBool>::default();
        self.list(|tickets| tickets.insert(ticket, Arc::clone(&cancelled)));
        let made = while_wanted(Arc::new(move || cancelled.load(Ordering::Relaxed)), make);
        self.list(|tickets| tickets.remove(&ticket));
        made
    }

    pub(super) fn cancel(&self, cancelled: &[u64]) {
        self.list(|tickets| {
            cancelled
                .iter()
                .filter_map(|ticket| tickets.get(ticket))
                .for_each(|known| known.store(true, Ordering::Relaxed));
        });
    }

    fn list<T>(&self, change: impl FnOnce(&mut HashMap<u64, Arc<AtomicBool>>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
