//! A thread that imputes what is asked for, call by call, and writes it to the disk when nobody waits.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError},
};

use nascape_signal::wanted::while_wanted;

use super::{Layer, Run, Shared, queue::Piece};
use crate::browser::wire::Fault;

/// Bytes that wait for the disk, at the most.
const UNWRITTEN: usize = 32 << 20;

/// Imputed runs that are not on the disk yet, the oldest first.
#[derive(Default)]
struct Unwritten {
    runs: VecDeque<(Arc<Layer>, u32, Run)>,
    bytes: usize,
}

impl Unwritten {
    fn add(&mut self, layer: &Arc<Layer>, run: u32, imputed: &Run) {
        self.bytes += layer.bytes();
        self.runs.push_back((Arc::clone(layer), run, Arc::clone(imputed)));
    }

    /// Writes the oldest, if there is one.
    fn write_one(&mut self, shared: &Shared) -> bool {
        let Some((layer, run, imputed)) = self.runs.pop_front() else { return false };
        self.bytes -= layer.bytes();
        shared.disk.write(&layer, run, &imputed);
        true
    }
}

/// Works until the browser is closed.
pub(super) fn run(shared: &Arc<Shared>) {
    let mut unwritten = Unwritten::default();
    while let Some(piece) = next(shared, &mut unwritten) {
        // A fault of the program in one tile must not leave all others waiting.
        let impute = || piece.layer.impute(piece.first, piece.count);
        // A server that is silent keeps nobody from what they look at next.
        let unwanted = Arc::new({
            let (shared, layer, runs) = (Arc::clone(shared), piece.layer.id.clone(), piece.runs());
            move || !shared.queue().waits_for(&layer, &runs)
        });
        let outcome = catch_unwind(AssertUnwindSafe(|| while_wanted(unwanted, impute)));
        let outcome = outcome.unwrap_or_else(|_| {
            Err(Fault::new("The engine failed inside. This is a fault of Nascape; please report it with the locus."))
        });
        shared.queue().tell(&piece, &outcome);
        shared.told.notify_all();
        for (run, imputed) in (piece.first..).zip(outcome.iter().flatten()) {
            unwritten.add(&piece.layer, run, imputed);
        }
        while unwritten.bytes > UNWRITTEN && unwritten.write_one(shared) {}
    }
    while unwritten.write_one(shared) {}
}

/// The next call; until there is one, what was imputed goes to the disk.
fn next(shared: &Shared, unwritten: &mut Unwritten) -> Option<Piece> {
    loop {
        let mut queue = shared.queue();
        if queue.closed {
            return None;
        }
        if let Some(piece) = queue.next() {
            return Some(piece);
        }
        if unwritten.runs.is_empty() {
            drop(shared.asked.wait(queue).unwrap_or_else(PoisonError::into_inner));
        } else {
            drop(queue);
            unwritten.write_one(shared);
        }
    }
}
