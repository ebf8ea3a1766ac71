#![no_main]

use libfuzzer_sys::fuzz_target;
use nascape_fuzz::file;
use nascape_signal::feature;

fuzz_target!(|data: &[u8]| {
    for feature in feature::read(&file("genes.gtf", data)).unwrap_or_default() {
        assert!(feature.start < feature.end);
        assert!(feature.exons.is_sorted());
    }
});
