#![no_main]

use libfuzzer_sys::fuzz_target;
use nascape_signal::Region;

fuzz_target!(|data: &[u8]| {
    if let Some(region) = std::str::from_utf8(data).ok().and_then(|text| text.parse::<Region>().ok()) {
        assert!(region.start < region.end);
        assert_eq!(region.to_string().parse::<Region>().expect("what we write we read"), region);
        if let Ok(within) = region.within("chr21", 48_129_895) {
            assert!(within.bins(50).len() <= 962_598);
        }
    }
});
