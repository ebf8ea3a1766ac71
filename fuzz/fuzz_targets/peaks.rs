#![no_main]

use libfuzzer_sys::fuzz_target;
use nascape_fuzz::file;
use nascape_signal::{Observed, Region, SignalOptions, Summary, observed::PeakValue};

fuzz_target!(|data: &[u8]| {
    let path = file("mark.narrowPeak", data);
    for value in [PeakValue::Presence, PeakValue::Score, PeakValue::SignalValue] {
        if let Ok(observed) = Observed::open(&path, value, &SignalOptions::default()) {
            let region = Region::new("chr21", 0, 100_000);
            assert_eq!(observed.bins(&region, 50, Summary::Mean0).expect("held in memory").len(), 2_000);
        }
    }
});
