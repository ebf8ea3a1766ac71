#![no_main]

use std::io::Write;

use libfuzzer_sys::fuzz_target;
use nascape_fuzz::{file, signal};
use nascape_signal::{Assay, SignalOptions};
use noodles_bgzf as bgzf;

// The blocks carry checksums: what is not compressed is, so that the records are reached.

fuzz_target!(|data: &[u8]| {
    let path = if data.starts_with(&[0x1f, 0x8b]) {
        file("reads.bam", data)
    } else {
        let mut blocks = bgzf::io::Writer::new(Vec::new());
        blocks.write_all(data).expect("memory");
        file("reads.bam", &blocks.finish().expect("memory"))
    };
    signal(&path, &SignalOptions::default());
    let _ = Assay::open_single(&path, &SignalOptions::default());
});
