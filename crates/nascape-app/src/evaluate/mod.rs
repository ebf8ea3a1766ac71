//! `nascape evaluate`: an imputed track against the observed one, in figures and pictures.

mod pictures;
mod tracks;

use std::{collections::BTreeMap, num::NonZeroUsize, path::PathBuf};

use nascape_model::{
    bundle::SourceFile,
    metrics::{Measures, coarsen, coarsen_positives},
};
use nascape_signal::{
    BIN, Exclusion, Observed, Progress, Region, Signal, SignalOptions, Summary, observed::PeakValue, smooth,
};
use serde::{Deserialize, Serialize};
use tracks::Compared;

use crate::{
    AssaySource, Error, Result, figure,
    record::{self, Made, Recorded, Watch, create_folder, source_file, write_json},
    stretch::{region_strings, stretches},
};

/// Bins of 50 bp in the bins that measures are taken at: 50 bp, 1 kb, 10 kb.
const RESOLUTIONS: [usize; 3] = [1, 20, 200];

/// What to compare.
#[derive(Clone, Serialize, Deserialize)]
pub struct Request {
    /// The imputed track.
    pub imputed: PathBuf,
    /// The observed track: a signal, or peaks.
    pub observed: PathBuf,
    /// Assembly of the text formats.
    pub options: SignalOptions,
    /// What a peak file says of a bin.
    pub peak_value: PeakValue,
    /// How a signal's bases become a bin.
    pub observed_summary: Summary,
    /// The mark's name, for titles and colours; the imputed file's name when there is none.
    pub target: Option<String>,
    /// Nothing for every chromosome that both tracks hold data of.
    pub regions: Vec<Region>,
    /// Width in bins of a Gaussian over both tracks.
    pub smooth: Option<f64>,
    /// Where a value makes a call. For a signal it parts marked from unmarked bins too.
    pub threshold: Option<f32>,
    /// Regions that take no part, a BED file.
    pub exclude: Option<PathBuf>,
    /// Loci for the profiles; the most marked ones when there are none.
    pub loci: Vec<Region>,
    /// The assay that the track was imputed from, drawn above it where it is given.
    pub assay: Option<AssaySource>,
    /// The folder for `metrics.json` and the figures.
    pub output: PathBuf,
}

/// What was measured: `metrics.json`.
#[derive(Debug, Serialize)]
pub struct Evaluation {
    /// The version of Nascape.
    pub nascape_version: &'static str,
    /// The mark.
    pub target: String,
    /// The two files.
    pub files: Vec<SourceFile>,
    /// The regions compared.
    pub regions: Vec<String>,
    /// Width of the Gaussian over both tracks, in bins.
    pub smooth: Option<f64>,
    /// Measures at each resolution.
    pub resolutions: Vec<Resolution>,
    /// The figures, by file name, without the ending.
    pub figures: Vec<String>,
}

/// Measures at one bin size.
#[derive(Debug, Serialize)]
pub struct Resolution {
    /// Bases in a bin.
    pub bin_size: u32,
    /// Over everything.
    pub all: Measures,
    /// Per chromosome.
    pub chromosomes: BTreeMap<String, Measures>,
}

impl Recorded for Request {
    const VERB: &'static str = "evaluate";
    const FILLS_A_FOLDER: bool = true;

    fn files(&mut self) -> Vec<(String, &mut PathBuf)> {
        let exclude = self.exclude.as_mut().map(|path| ("exclude".to_owned(), path));
        let assay = self.assay.as_mut().map(AssaySource::files_to_record).unwrap_or_default();
        let tracks = [("imputed".to_owned(), &mut self.imputed), ("observed".to_owned(), &mut self.observed)];
        tracks.into_iter().chain(exclude).chain(assay).collect()
    }

    fn output(&mut self) -> &mut PathBuf {
        &mut self.output
    }

    fn run_again(&self, progress: &dyn Progress) -> Result<()> {
        run(self, progress).map(drop)
    }
}

/// Compares two tracks; writes `metrics.json`, profiles of loci, a scatter or a histogram of scores, and for a mark that is
/// present or not a precision-recall curve.
///
/// # Errors
/// Those of reading, drawing and writing; [`Error::NothingToCompare`], [`Error::Changed`].
pub fn run(request: &Request, progress: &dyn Progress) -> Result<Evaluation> {
    let watch = Watch::begin(request);
    evaluate(request, &watch, progress).map_err(|fault| watch.explain(fault))
}

fn evaluate(request: &Request, watch: &Watch, progress: &dyn Progress) -> Result<Evaluation> {
    request.smooth.map_or(Ok(()), smooth::check)?;
    let imputed = Signal::open(&request.imputed, &request.options)?;
    let observed = Observed::open(&request.observed, request.peak_value, &request.options)?;
    observed.same_assembly_as(&imputed)?;
    let exclusion = request.exclude.as_deref().map(Exclusion::open).transpose()?.unwrap_or_default();
    let mut stretches = stretches(&imputed, &request.regions, BIN)?;
    if request.regions.is_empty() {
        // A chromosome that the observed track says nothing of is not a chromosome without the mark.
        let mut seen = Vec::new();
        for stretch in stretches {
            if observed.has_data(&stretch.chromosome.name)? {
                seen.push(stretch);
            }
        }
        stretches = seen;
    }
    let mut compared = Vec::new();
    for (at, stretch) in stretches.iter().enumerate() {
        progress.check()?;
        progress.advance(at as u64, stretches.len() as u64);
        compared.push(Compared::read(request, &imputed, &observed, &exclusion, stretch)?);
    }
    let regions = region_strings(&stretches);
    if !compared.iter().any(Compared::has_bins) {
        let (imputed, observed) = (request.imputed.clone(), request.observed.clone());
        return Err(Error::NothingToCompare { imputed, observed, regions: regions.join(", ") });
    }
    let resolutions =
        RESOLUTIONS.iter().map(|&bins| measure(&compared, bins, request.threshold)).collect::<Result<_>>()?;
    watch.check()?;
    create_folder(&request.output)?;
    let target = request.target.clone().unwrap_or_else(|| name_of(&request.imputed));
    let figures = pictures::draw(request, &target, &compared, &observed)?;
    let evaluation = Evaluation {
        nascape_version: crate::record::VERSION,
        target,
        files: vec![source_file("imputed", &request.imputed)?, source_file("observed", &request.observed)?],
        regions,
        smooth: request.smooth,
        resolutions,
        figures,
    };
    let metrics = request.output.join("metrics.json");
    write_json(&metrics, &evaluation)?;
    let figures = evaluation.figures.iter().flat_map(|stem| figure::files_of(&request.output, stem));
    let outputs = [("metrics", metrics)].into_iter().chain(figures.map(|path| ("figure", path))).collect();
    record::write(request, Made { regions: evaluation.regions.clone(), outputs, ..Made::default() })?;
    progress.advance(stretches.len() as u64, stretches.len() as u64);
    Ok(evaluation)
}

fn name_of(path: &std::path::Path) -> String {
    path.file_stem().map_or_else(|| "imputed".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// The bins of several stretches, one after the other.
#[derive(Default)]
struct Bins {
    observed: Vec<f32>,
    imputed: Vec<f32>,
    /// Empty where nothing says whether the mark is present.
    marked: Vec<bool>,
}

impl Bins {
    fn extend(&mut self, other: &Self) {
        self.observed.extend_from_slice(&other.observed);
        self.imputed.extend_from_slice(&other.imputed);
        self.marked.extend_from_slice(&other.marked);
    }

    fn measures(&self, threshold: Option<f32>) -> Result<Measures> {
        let marked = (!self.marked.is_empty()).then_some(self.marked.as_slice());
        Ok(Measures::of(&self.observed, &self.imputed, marked, threshold)?)
    }
}

/// Measures at bins of `bins` x 50 bp, cut from each region's first bin on.
fn measure(compared: &[Compared], bins: usize, threshold: Option<f32>) -> Result<Resolution> {
    let k = NonZeroUsize::new(bins).expect("resolutions are at least one bin");
    let (mut all, mut chromosomes) = (Bins::default(), BTreeMap::<String, Bins>::new());
    for stretch in compared {
        let coarse = Bins {
            observed: coarsen(&stretch.observed, k),
            imputed: coarsen(&stretch.imputed, k),
            marked: coarsen_positives(&stretch.marked, k),
        };
        all.extend(&coarse);
        chromosomes.entry(stretch.chromosome.clone()).or_default().extend(&coarse);
    }
    Ok(Resolution {
        bin_size: BIN * bins as u32,
        all: all.measures(threshold)?,
        chromosomes: chromosomes
            .into_iter()
            .map(|(name, bins)| Ok((name, bins.measures(threshold)?)))
            .collect::<Result<_>>()?,
    })
}
