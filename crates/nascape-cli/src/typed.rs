//! What is typed for more than one verb, and the whole command as it was typed.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use nascape_model::bundle::TargetTransform;

/// What is done to an observed signal.
#[derive(Clone, Copy, ValueEnum)]
pub enum Transform {
    /// The bin's value as it is
    Identity,
    /// ln(1 + value / (the chromosome's sum / 1,000,000))
    LogPerMillion,
}

impl From<Transform> for TargetTransform {
    fn from(transform: Transform) -> Self {
        match transform {
            Transform::Identity => Self::Identity,
            Transform::LogPerMillion => Self::LogPerMillion,
        }
    }
}

/// `H3K4me3=peaks.bed`.
///
/// # Errors
/// How it should be written.
pub fn mark_and_file(text: &str) -> Result<(String, PathBuf), String> {
    named_file(text).ok_or_else(|| "write the mark's name, '=' and its file: H3K4me3=peaks.bed".to_owned())
}

/// `MCF7=peaks.bed`.
///
/// # Errors
/// How it should be written.
pub fn cell_and_file(text: &str) -> Result<(String, PathBuf), String> {
    named_file(text).ok_or_else(|| "write the cell's name, '=' and its file: MCF7=peaks.bed".to_owned())
}

fn named_file(text: &str) -> Option<(String, PathBuf)> {
    let (name, file) = text.split_once('=')?;
    (!name.is_empty() && !file.is_empty()).then(|| (name.to_owned(), file.into()))
}

/// The command as it was typed, without the folders of the files: a card tells no stranger how a disk is laid out.
pub fn command_line() -> String {
    let words = std::env::args().skip(1).map(|word| without_folder(&word)).map(|word| {
        if word.contains(|c: char| c.is_whitespace() || c == '\'' || c == '"') { format!("{word:?}") } else { word }
    });
    ["nascape".to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
}

/// A word less the folder of the file it names, if it names one: `--plus=a/b.bw` is `--plus=b.bw`, `H3K4me3=a/b.bed` likewise.
fn without_folder(word: &str) -> String {
    if let Some((name, value)) = word.split_once('=') {
        return format!("{name}={}", without_folder(value));
    }
    let path = Path::new(word);
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(file)) if folder.is_dir() => file.to_string_lossy().into_owned(),
        _ => word.to_owned(),
    }
}
