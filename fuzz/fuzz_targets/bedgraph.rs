#![no_main]

use libfuzzer_sys::fuzz_target;
use nascape_fuzz::{file, signal};
use nascape_signal::{Assembly, SignalOptions};

fuzz_target!(|data: &[u8]| {
    let assembly = Some(Assembly::named("hg19").expect("built in").clone());
    let path = file("signal.bedGraph", data);
    signal(&path, &SignalOptions { assembly, ..SignalOptions::default() });
    signal(&path, &SignalOptions::default());
});
