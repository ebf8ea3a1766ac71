//! `nascape bin`: a signal as bins, in a file that a browser or NumPy opens.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use nascape_signal::{
    Interval, Progress, Region, Signal, SignalOptions, Summary, bedgraph::BedGraphWriter, bigwig::BigWigWriter, npy,
};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    record::{self, Made, Recorded, Watch},
    stretch::{Stretch, chromosomes, intervals, region_strings, stretches, total_bins},
};

/// What to bin.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// bigWig, bedGraph or BAM.
    pub signal: PathBuf,
    /// What the user said of it.
    pub options: SignalOptions,
    /// Nothing for every chromosome with data.
    pub regions: Vec<Region>,
    /// Bases in a bin.
    pub bin_size: u32,
    /// How bases become a bin.
    pub summary: Summary,
    /// `.bw`, `.bedGraph`, `.bedGraph.gz` or `.npy`.
    pub output: PathBuf,
}

/// What was written.
#[derive(Clone, Debug, Serialize)]
pub struct Binned {
    /// The file.
    pub output: PathBuf,
    /// The runs of bins in the order of the file; a `.npy` holds them one after the other.
    pub stretches: Vec<BinnedStretch>,
}

/// A run of bins that was written.
#[derive(Clone, Debug, Serialize)]
pub struct BinnedStretch {
    /// Where it lies.
    pub region: String,
    /// Its bins.
    pub bins: usize,
}

impl Recorded for Request {
    const VERB: &'static str = "bin";
    const FILLS_A_FOLDER: bool = false;

    fn files(&mut self) -> Vec<(String, &mut PathBuf)> {
        vec![("signal".to_owned(), &mut self.signal)]
    }

    fn output(&mut self) -> &mut PathBuf {
        &mut self.output
    }

    fn run_again(&self, progress: &dyn Progress) -> Result<()> {
        run(self, progress).map(drop)
    }
}

/// Bins a signal into a file, with its record beside it.
///
/// # Errors
/// Those of reading and writing; [`Error::OutputFormat`], [`Error::Changed`]; cancellation.
pub fn run(request: &Request, progress: &dyn Progress) -> Result<Binned> {
    let watch = Watch::begin(request);
    bin(request, &watch, progress).map_err(|fault| watch.explain(fault))
}

fn bin(request: &Request, watch: &Watch, progress: &dyn Progress) -> Result<Binned> {
    let format = OutputFormat::of(&request.output)?;
    let signal = Signal::open(&request.signal, &request.options)?;
    let stretches = stretches(&signal, &request.regions, request.bin_size)?;
    let mut sink = Sink::create(format, &request.output, &stretches)?;
    let total = total_bins(&stretches);
    let mut done = 0;
    for stretch in &stretches {
        let name: Arc<str> = stretch.chromosome.name.as_str().into();
        for bins in stretch.chunks() {
            progress.check()?;
            progress.advance(done, total);
            done += bins.len() as u64;
            let region = stretch.region(&bins, request.bin_size);
            let values = signal.bins(&region, request.bin_size, request.summary)?;
            sink.add(&name, values, |values| {
                intervals(values, bins.start, request.bin_size, stretch.chromosome.length)
            })?;
        }
    }
    watch.check()?;
    sink.finish(&request.output)?;
    progress.advance(total, total);
    let written = |stretch: &Stretch| BinnedStretch {
        region: stretch.region(&stretch.bins, request.bin_size).to_string(),
        bins: stretch.bins.len(),
    };
    let regions = region_strings(&stretches);
    record::write(request, Made { regions, outputs: vec![("bins", request.output.clone())], ..Made::default() })?;
    Ok(Binned { output: request.output.clone(), stretches: stretches.iter().map(written).collect() })
}

#[derive(Clone, Copy)]
enum OutputFormat {
    BigWig,
    BedGraph,
    Npy,
}

impl OutputFormat {
    fn of(path: &Path) -> Result<Self> {
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().to_ascii_lowercase());
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        match () {
            () if ends(&[".bw", ".bigwig"]) => Ok(Self::BigWig),
            () if ends(&[".bedgraph", ".bedgraph.gz", ".bg", ".bdg"]) => Ok(Self::BedGraph),
            () if ends(&[".npy"]) => Ok(Self::Npy),
            () => Err(Error::OutputFormat { path: path.to_owned() }),
        }
    }
}

enum Sink {
    BigWig(BigWigWriter),
    BedGraph(BedGraphWriter),
    /// An array is written whole: 4 bytes a bin are held until then.
    Npy(Vec<f32>),
}

impl Sink {
    fn create(format: OutputFormat, path: &Path, stretches: &[Stretch]) -> Result<Self> {
        Ok(match format {
            OutputFormat::BigWig => Self::BigWig(BigWigWriter::create(path, &chromosomes(stretches))?),
            OutputFormat::BedGraph => Self::BedGraph(BedGraphWriter::create(path)?),
            OutputFormat::Npy => Self::Npy(Vec::new()),
        })
    }

    fn add(
        &mut self,
        chromosome: &Arc<str>,
        values: Vec<f32>,
        intervals: impl FnOnce(&[f32]) -> Vec<Interval>,
    ) -> Result<()> {
        match self {
            Self::BigWig(writer) => writer.write(chromosome, intervals(&values))?,
            Self::BedGraph(writer) => writer.write(chromosome, &intervals(&values))?,
            Self::Npy(all) => all.extend(values),
        }
        Ok(())
    }

    fn finish(self, path: &Path) -> Result<()> {
        match self {
            Self::BigWig(writer) => writer.finish()?,
            Self::BedGraph(writer) => writer.finish()?,
            Self::Npy(all) => npy::write(path, &all)?,
        }
        Ok(())
    }
}
