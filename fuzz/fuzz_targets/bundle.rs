#![no_main]

use libfuzzer_sys::fuzz_target;

// The card, a zero byte, the weights.

fuzz_target!(|data: &[u8]| {
    let card = data.iter().position(|&byte| byte == 0).unwrap_or(data.len());
    nascape_fuzz::bundle(&data[..card], data.get(card + 1..).unwrap_or_default());
});
