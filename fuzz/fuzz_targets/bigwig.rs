#![no_main]

use libfuzzer_sys::fuzz_target;
use nascape_fuzz::{allow_guarded_panics, file, signal};
use nascape_signal::SignalOptions;

fuzz_target!(init: allow_guarded_panics(), |data: &[u8]| {
    signal(&file("signal.bw", data), &SignalOptions::default());
});
