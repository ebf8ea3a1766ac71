//! The lines of a BED-like file.

use std::{fs, path::Path};

/// Every line of a file as `parse` reads it, each after the last by its chromosome and start.
#[track_caller]
pub fn sorted_lines<T>(path: &Path, parse: impl Fn(&str) -> T, key: impl Fn(&T) -> (String, u32)) -> Vec<T> {
    let lines: Vec<T> = fs::read_to_string(path).unwrap().lines().map(parse).collect();
    for pair in lines.windows(2) {
        assert!(key(&pair[0]) < key(&pair[1]), "sorted by chromosome and start");
    }
    lines
}
