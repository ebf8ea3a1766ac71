//! Puts the window's files (`make ui` builds them into ui/dist) into the program, or a page that says that they were not built.

use std::{env, fs, io, path::Path};

#[path = "../run-path.rs"]
mod run_path;

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Nascape</title>\
<p>This program was built without its window. Build the window by <code>make ui</code>, then the program again.</p></html>\n";

fn main() {
    run_path::main();
    let (from, to) = ("../../ui/dist", env::var("OUT_DIR").expect("cargo sets it") + "/window");
    println!("cargo:rerun-if-changed=build.rs");
    if Path::new(from).exists() {
        // A path that is not there would have the program compiled anew every time; `make ui` touches this file instead.
        println!("cargo:rerun-if-changed={from}");
    }
    // What an older build of the window left behind must not stay in the program.
    let _ = fs::remove_dir_all(&to);
    let outcome = match Path::new(from).join("index.html").exists() {
        true => copy(Path::new(from), Path::new(&to)),
        false => fs::create_dir_all(&to).and_then(|()| fs::write(format!("{to}/index.html"), NOT_BUILT)),
    };
    outcome.expect("the window's files can be copied");
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
