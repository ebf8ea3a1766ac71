#![no_main]

use libfuzzer_sys::fuzz_target;
use nascape_app::library::archive;
use nascape_fuzz::file;

fuzz_target!(|data: &[u8]| {
    let _ = archive::read(&file("bundle.nascape", data));
});
