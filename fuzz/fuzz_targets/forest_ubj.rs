#![no_main]

use libfuzzer_sys::fuzz_target;
use nascape_model::trees::Forest;

fuzz_target!(|data: &[u8]| nascape_fuzz::forest(Forest::from_ubj(data)));
