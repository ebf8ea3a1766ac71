//! A thread that imputes what is asked for, call by call.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::PoisonError,
};

use super::{Shared, queue::Piece};
use crate::browser::wire::Fault;

/// Works until the browser is closed.
pub(super) fn run(shared: &Shared) {
    while let Some(piece) = next(shared) {
        // A fault of the program in one tile must not leave all others waiting.
        let outcome = catch_unwind(AssertUnwindSafe(|| piece.layer.impute(piece.first, piece.count)));
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
