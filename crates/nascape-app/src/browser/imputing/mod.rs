//! Runs of imputed bins on a fixed grid: computed once, whoever asks, and kept in memory and on the disk.

mod disk;
mod layer;
mod queue;
mod worker;

use std::{
    ops::Range,
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use disk::Disk;
pub(super) use layer::Layer;
use nascape_model::impute::Imputed;
use queue::{Queue, Want};

use super::{fault::Answer, wire::Fault};

/// Bins of a run: 204.8 kb.
pub(super) const RUN: usize = 4_096;
/// Runs imputed in one call at the most: halos are computed once for so many, and nobody waits longer than for one call.
const PIECE: usize = 16;

/// The imputed bins of one run, a track a mark of the bundle.
pub(super) type Run = Arc<[Imputed]>;

/// All imputed runs, and the threads that make them.
pub(super) struct Runs(Arc<Shared>);

struct Shared {
    queue: Mutex<Queue>,
    /// Something was asked for.
    asked: Condvar,
    /// Something was made, cancelled, or failed.
    told: Condvar,
    disk: Disk,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Runs {
    /// Starts `threads` workers; `memory` is the bound in bytes of what is held.
    pub fn new(cache: &Path, memory: usize, threads: usize) -> Self {
        let shared = Arc::new(Shared {
            queue: Mutex::new(Queue::new(memory)),
            asked: Condvar::new(),
            told: Condvar::new(),
            disk: Disk::new(cache),
        });
        for _ in 0..threads {
            let shared = Arc::clone(&shared);
            thread::spawn(move || worker::run(&shared));
        }
        let shared_by_sweep = Arc::clone(&shared);
        thread::spawn(move || shared_by_sweep.disk.sweep());
        Self(shared)
    }

    /// The runs `wanted` of a layer, waited for.
    ///
    /// # Errors
    /// Why they could not be imputed; cancellation of the ticket.
    pub fn get(&self, ticket: u64, layer: &Arc<Layer>, wanted: Range<u32>) -> Answer<Vec<Run>> {
        let mut want = Want::new(ticket, layer, wanted);
        let number = {
            let mut queue = self.0.queue();
            queue.recall(&mut want);
            queue.enter(ticket)
        };
        // The disk is asked outside of the lock.
        let from_disk: Vec<(u32, Run)> =
            want.missing.iter().filter_map(|&run| Some((run, self.0.disk.read(layer, run)?))).collect();
        if !from_disk.is_empty() {
            self.0.disk.touch(layer);
        }
        let mut queue = self.0.queue();
        for (run, imputed) in from_disk {
            queue.keep(layer, run, &imputed);
            want.add(run, &imputed);
        }
        // What others made meanwhile.
        queue.recall(&mut want);
        if want.missing.is_empty() {
            queue.leave(number);
            return Ok(want.runs());
        }
        queue.ask(number, want);
        self.0.asked.notify_all();
        loop {
            match queue.answer(number) {
                Some(outcome) => return outcome,
                None => queue = self.0.told.wait(queue).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// Ends the wait of these tickets at once; what nobody else waits for is not begun.
    pub fn cancel(&self, tickets: &[u64]) {
        self.0.queue().cancel(tickets);
        self.0.told.notify_all();
    }

    /// Calls to the engine so far.
    #[cfg(test)]
    pub fn calls(&self) -> usize {
        self.0.queue().calls
    }
}

impl Drop for Runs {
    fn drop(&mut self) {
        self.0.queue().closed = true;
        self.0.asked.notify_all();
    }
}

/// What a want that ended without its runs is told.
fn ended(fault: Option<Fault>) -> Fault {
    fault.unwrap_or_else(Fault::cancelled)
}
