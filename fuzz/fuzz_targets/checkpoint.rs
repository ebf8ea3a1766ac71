#![no_main]

use libfuzzer_sys::fuzz_target;
use nascape_fuzz::file;
use nascape_model::train::checkpoint::Checkpoint;

fuzz_target!(|data: &[u8]| {
    if let Ok(Some(checkpoint)) = Checkpoint::load(&file(".bundle.checkpoint", data), "fuzzed", 8) {
        assert_eq!((checkpoint.parameters.len(), checkpoint.best.len()), (8, 8));
    }
});
