#![no_main]

use libfuzzer_sys::fuzz_target;

/// The card of a shipped network.
const CARD: &[u8] = include_bytes!("../../models/H3K4me3.cnn/model.json");

fuzz_target!(|data: &[u8]| nascape_fuzz::bundle(CARD, data));
