//! Whether anybody still waits for what a server is asked for. A server may be silent for as long as it likes; whoever gave up, or looks
//! elsewhere by now, should not have to wait with it.

use std::{cell::RefCell, sync::Arc};

/// Says true once what is asked for is wanted no more. It is asked some twenty times a second while a server is waited for.
pub type Unwanted = Arc<dyn Fn() -> bool + Send + Sync>;

thread_local! {
    static UNWANTED: RefCell<Option<Unwanted>> = const { RefCell::new(None) };
}

/// Does work of which `unwanted` says whether it is still wanted: waiting for a server ends with [`Error::Cancelled`](crate::Error) when it
/// is not. This goes for what the work reads on this thread, and for the files that it opens on whichever thread they are read.
pub fn while_wanted<T>(unwanted: Unwanted, work: impl FnOnce() -> T) -> T {
    let outer = current();
    let both: Unwanted = match outer.clone() {
        Some(outer) => Arc::new(move || outer() || unwanted()),
        None => unwanted,
    };
    // Put back however the work ends.
    let _restored = Restored(outer);
    UNWANTED.set(Some(both));
    work()
}

/// What this thread's work is asked by.
pub(crate) fn current() -> Option<Unwanted> {
    UNWANTED.with_borrow(Clone::clone)
}

/// As [`rayon::join`], with both parts wanted for as long as this thread's work is. They must not wait for others' work themselves: what
/// their threads took up meanwhile would be taken for theirs.
pub(crate) fn join<A: Send, B: Send>(a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
    match current() {
        None => rayon::join(a, b),
        Some(unwanted) => {
            let of_b = Arc::clone(&unwanted);
            rayon::join(|| while_wanted(unwanted, a), || while_wanted(of_b, b))
        }
    }
}

struct Restored(Option<Unwanted>);

impl Drop for Restored {
    fn drop(&mut self) {
        UNWANTED.set(self.0.take());
    }
}
