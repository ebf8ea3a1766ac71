//! Writes what the fuzzers begin with into FOLDER/TARGET: cargo run --release --package nascape-app --example seeds -- DATA FOLDER.

use std::{env, fs, path::PathBuf};

#[path = "../tests/hostile/seeds.rs"]
mod seeds;

fn main() -> std::io::Result<()> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let (Some(data), Some(folder)) = (arguments.next(), arguments.next()) else {
        eprintln!("give the folder of the real data and a folder for the seeds");
        std::process::exit(2);
    };
    for (target, seeds) in seeds::all(&data) {
        let folder = folder.join(target);
        fs::create_dir_all(&folder)?;
        for (name, bytes) in seeds {
            fs::write(folder.join(name), bytes)?;
        }
    }
    Ok(())
}
