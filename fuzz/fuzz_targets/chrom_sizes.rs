#![no_main]

use libfuzzer_sys::fuzz_target;
use nascape_fuzz::file;
use nascape_signal::Assembly;

fuzz_target!(|data: &[u8]| {
    if let Ok(assembly) = Assembly::from_sizes(&file("genome.sizes", data)) {
        for chromosome in assembly.chromosomes().take(8) {
            assert!(assembly.find(&chromosome.name).is_some());
        }
    }
});
