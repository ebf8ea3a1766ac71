#![no_main]

use libfuzzer_sys::fuzz_target;
use nascape_app::recipe::Recipe;
use nascape_fuzz::file;

fuzz_target!(|data: &[u8]| {
    let _ = Recipe::read(&file("recipe.toml", data), None);
});
