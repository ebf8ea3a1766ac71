//! A wall around bigtools, which panics on some damaged files and on a full disk where we owe the user a sentence.

use std::{
    any::Any,
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
    thread,
};

/// Name of the threads that write bigWigs; a panic there is reported by the writer, as an error.
pub(crate) const WRITER_THREAD: &str = "nascape-bigwig";

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`; a panic inside becomes the panic's message.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let outer = GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(work)).map_err(|payload| message(payload.as_ref()));
    GUARDED.set(outer);
    outcome
}

/// What a panic said.
pub(crate) fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
    text.unwrap_or("no reason given").to_owned()
}

/// Keeps guarded panics off the terminal: they reach the user as errors. Programs call it once, at their start.
pub fn silence_guarded_panics() {
    let usual = take_hook();
    set_hook(Box::new(move |panic| {
        let writer = thread::current().name().is_some_and(|name| name.starts_with(WRITER_THREAD));
        if !writer && !GUARDED.get() {
            usual(panic);
        }
    }));
}
