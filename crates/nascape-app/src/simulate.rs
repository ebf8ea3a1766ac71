//! `nascape simulate`: a made-up assay with its truth.

use std::path::PathBuf;

use nascape_signal::{
    Assembly, Progress, Region,
    assembly::Chromosome,
    simulate::{self, Files},
};
use serde::{Deserialize, Serialize};

use crate::{
    Result,
    record::{self, Made, Recorded},
};

/// What to simulate.
#[derive(Clone, Serialize, Deserialize)]
pub struct Request {
    /// The name of the assembly.
    pub assembly: String,
    /// Chromosomes by any of their names; nothing for all that are assembled.
    pub chromosomes: Vec<String>,
    /// Reads in all, both strands together.
    pub reads: u64,
    /// Random seed.
    pub seed: u64,
    /// The folder for the files, and `run.json`.
    pub output: PathBuf,
}

impl Recorded for Request {
    const VERB: &'static str = "simulate";
    const FILLS_A_FOLDER: bool = true;

    fn files(&mut self) -> Vec<(String, &mut PathBuf)> {
        Vec::new()
    }

    fn output(&mut self) -> &mut PathBuf {
        &mut self.output
    }

    fn run_again(&self, progress: &dyn Progress) -> Result<()> {
        run(self, progress).map(drop)
    }
}

/// Simulates both strands of a PRO-seq assay, its genes, and of each mark the signal and the true peaks.
///
/// # Errors
/// For an assembly or a chromosome that nobody knows; those of writing; cancellation.
pub fn run(request: &Request, progress: &dyn Progress) -> Result<Files> {
    let assembly = Assembly::named(&request.assembly)?;
    let chromosomes: Vec<Chromosome> = match &request.chromosomes[..] {
        [] => assembly.assembled().cloned().collect(),
        names => names.iter().map(|name| chromosome(assembly, name)).collect::<Result<_>>()?,
    };
    let files = simulate::write(&request.output, &chromosomes, request.seed, request.reads, progress)?;
    let assay = [("plus", &files.plus), ("minus", &files.minus), ("genes", &files.genes)];
    let marks = files.marks.iter().flat_map(|(_, signal, peaks)| [("signal", signal), ("peaks", peaks)]);
    let outputs = assay.into_iter().chain(marks).map(|(role, path)| (role, path.clone())).collect();
    record::write(request, Made { outputs, ..Made::default() })?;
    Ok(files)
}

fn chromosome(assembly: &Assembly, name: &str) -> Result<Chromosome> {
    let found = assembly.find(name).cloned();
    Ok(found.ok_or_else(|| nascape_signal::Error::UnknownChromosome {
        path: PathBuf::from(&assembly.name),
        chromosome: Region::new(name, 0, Region::TO_THE_END).to_string(),
        available: assembly.assembled().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", "),
    })?)
}
