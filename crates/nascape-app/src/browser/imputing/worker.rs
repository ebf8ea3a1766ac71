//! A thread that imputes what is asked for, call by call.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError},
};

use nascape_signal::wanted::while_wanted;

use super::{Shared, queue::Piece};
use crate::browser::wire::Fault;

/// Works until the browser is closed.
pub(super) fn run(shared: &Arc<Shared>) {
    while let Some(piece) = next(shared) {
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
            shared.disk.write(&piece.layer, run, imputed);
        }
    }
}

fn next(shared: &Shared) -> Option<Piece> {
    let mut queue = shared.queue();
    loop {
        if queue.closed {
            return None;
        }
        match queue.next() {
            Some(piece) => return Some(piece),
            None => queue = shared.asked.wait(queue).unwrap_or_else(PoisonError::into_inner),
        }
    }
}
