#![no_main]

use libfuzzer_sys::fuzz_target;
use nascape_model::bundle::Card;

fuzz_target!(|data: &[u8]| {
    if let Ok(card) = Card::parse(data) {
        let again = Card::parse(card.to_json().as_bytes()).expect("what we write we read");
        assert_eq!(again.to_json(), card.to_json());
    }
});
