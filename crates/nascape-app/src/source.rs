//! The files of an assay as a user names them.

use std::path::{Path, PathBuf};

use nascape_signal::{Assay, SignalOptions, doctor};
use serde::{Deserialize, Serialize};

use crate::Result;

/// An assay's files and what the user said of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AssaySource {
    /// Two strands, or one file.
    pub files: doctor::Files,
    /// Assembly, and how reads stand for RNAs.
    pub options: SignalOptions,
}

impl AssaySource {
    /// # Errors
    /// As [`Assay::open_strands`] and [`Assay::open_single`].
    pub fn open(&self) -> Result<Assay> {
        Ok(match &self.files {
            doctor::Files::Strands(plus, minus) => Assay::open_strands(plus, minus, &self.options)?,
            doctor::Files::Single(path) => Assay::open_single(path, &self.options)?,
        })
    }

    /// The files with their roles, as a record asks for them.
    pub(crate) fn files_to_record(&mut self) -> Vec<(String, &mut PathBuf)> {
        match &mut self.files {
            doctor::Files::Strands(plus, minus) => vec![("plus".to_owned(), plus), ("minus".to_owned(), minus)],
            doctor::Files::Single(path) => vec![("signal".to_owned(), path)],
        }
    }

    /// The files with their roles.
    pub fn named_files(&self) -> Vec<(&'static str, &Path)> {
        match &self.files {
            doctor::Files::Strands(plus, minus) => vec![("plus", plus.as_path()), ("minus", minus.as_path())],
            doctor::Files::Single(path) => vec![("signal", path.as_path())],
        }
    }

    /// The import doctor's report (see [`doctor::examine`]).
    ///
    /// # Errors
    /// When `genes` cannot be read.
    pub fn check(&self, genes: Option<&PathBuf>) -> Result<doctor::Report> {
        Ok(doctor::examine(&self.files, &self.options, genes.map(PathBuf::as_path))?)
    }
}
