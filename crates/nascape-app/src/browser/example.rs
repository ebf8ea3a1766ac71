//! The simulated assay that shows a new user what there is to see.

use std::path::Path;

use nascape_signal::{
    assembly::Chromosome,
    progress::Unwatched,
    simulate::{self, Files},
};

use super::{
    Browser,
    fault::Answer,
    wire::{OpenFiles, Opened},
};

/// hg38's chr21, with the reads of a usual library on it: chr21 is 1.5 % of a genome.
const CHROMOSOME: (&str, u32) = ("chr21", 46_709_983);
const READS: u64 = 1_000_000;
const SEED: u64 = 1;

impl Browser {
    /// Opens the simulated assay with its genes; it is made when it is first asked for, and kept.
    ///
    /// # Errors
    /// When the folder for it cannot be written.
    pub fn open_example(&self) -> Answer<Opened> {
        let folder = self.state.join("example");
        let files =
            [folder.join("simulated.plus.bw"), folder.join("simulated.minus.bw"), folder.join("simulated.genes.bed")];
        // Files are whole or absent, and the genes come last but for the marks.
        if !files.iter().all(|file| file.exists()) {
            make(&folder)?;
        }
        self.allowed.add([folder]);
        let paths = files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
        self.open_files(&OpenFiles { paths, assembly: Some("hg38".to_owned()), apart: false })
    }
}

fn make(folder: &Path) -> Answer<Files> {
    let (name, length) = CHROMOSOME;
    let chromosome = Chromosome { name: name.to_owned(), length };
    Ok(simulate::write(folder, &[chromosome], SEED, READS, &Unwatched)?)
}
