//! Pictures that the window drew.

use std::path::Path;

use super::{Browser, fault::Answer, state::write_whole};

impl Browser {
    /// Writes a picture (SVG, PNG, PDF) to a path that the user chose.
    ///
    /// # Errors
    /// When nobody chose the path, or it cannot be written.
    pub fn save_picture(&self, path: &str, bytes: &[u8]) -> Answer<()> {
        write_whole(&self.allowed.check(Path::new(path))?, bytes)
    }
}
