//! `nascape tirs`: transcription initiation regions from the assay itself.

use std::{fmt, path::PathBuf};

use nascape_model::tirs::{Significance, Tir, merge, scan};
use nascape_signal::{Assay, BIN, Progress, Region, assembly::Chromosome, bed::BedWriter};
use serde::{Deserialize, Serialize};

use crate::{
    AssaySource, Error, Result,
    record::{self, Made, Recorded, Watch},
    stretch::{stretches, total_bins},
};

/// What to find.
#[derive(Clone, Serialize, Deserialize)]
pub struct Request {
    /// The assay, its strands apart.
    pub assay: AssaySource,
    /// The false discovery rate.
    pub false_discovery_rate: f64,
    /// The regions written; nothing for all. Noise is measured on the whole assay, so that a region's numbers are the same
    /// whatever is asked for beside it.
    pub regions: Vec<Region>,
    /// The BED file.
    pub output: PathBuf,
}

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// The file.
    pub output: PathBuf,
    /// Regions written.
    pub tirs: usize,
    /// Sites of at least this score are in a region; nothing when noise scores as high as any.
    pub threshold: Option<f32>,
    /// Candidates over the whole assay.
    pub candidates: usize,
    /// Candidates of the mirror image: the noise that they were measured against.
    pub mirrored: usize,
}

impl Recorded for Request {
    const VERB: &'static str = "tirs";
    const FILLS_A_FOLDER: bool = false;

    fn files(&mut self) -> Vec<(String, &mut PathBuf)> {
        self.assay.files_to_record()
    }

    fn output(&mut self) -> &mut PathBuf {
        &mut self.output
    }

    fn run_again(&self, progress: &dyn Progress) -> Result<()> {
        run(self, progress).map(drop)
    }
}

/// Finds transcription initiation regions and writes them as BED6+4, sorted by chromosome name and start: chromosome, start, end,
/// name, score (of the best region 1,000), '.', then the signed score (see [`nascape_model::tirs`]), its p-value and q-value, and
/// the best site (0-based).
///
/// # Errors
/// Those of reading and writing; [`Error::FalseDiscoveryRate`], [`Error::StrandsTogether`], [`Error::NoReads`],
/// [`Error::Changed`]; cancellation. No file is left then.
pub fn run(request: &Request, progress: &dyn Progress) -> Result<Found> {
    let watch = Watch::begin(request);
    find(request, &watch, progress).map_err(|fault| watch.explain(fault))
}

fn find(request: &Request, watch: &Watch, progress: &dyn Progress) -> Result<Found> {
    let rate = request.false_discovery_rate;
    if !(rate > 0.0 && rate < 1.0) {
        return Err(Error::FalseDiscoveryRate(rate));
    }
    let assay = request.assay.open()?;
    let path = || assay.first().path().to_owned();
    if !assay.is_stranded() {
        return Err(Error::StrandsTogether { path: path() });
    }
    let asked: Vec<Region> =
        request.regions.iter().map(|region| assay.resolve(region)).collect::<std::result::Result<_, _>>()?;
    let mut writer = BedWriter::create(&request.output)?;
    let scored = score(&assay, progress)?;
    if scored.chromosomes.is_empty() {
        return Err(Error::NoReads { path: path() });
    }
    let (candidates, mirrored) = (scored.candidates.len(), scored.mirrored.len());
    let significance = Significance::new(scored.candidates, &scored.mirrored);
    let threshold = significance.threshold(rate);
    let mut lines = Vec::new();
    for (chromosome, sites) in scored.chromosomes {
        let wanted = |tir: &Tir| {
            let here = Region::new(&chromosome.name, tir.centre, tir.centre + 1);
            asked.is_empty() || asked.iter().any(|region| region.overlaps(&here))
        };
        let tirs = threshold.map_or_else(Vec::new, |threshold| merge(&sites, threshold, chromosome.length));
        for tir in tirs.into_iter().filter(wanted) {
            let (p_value, q_value) = significance.of(tir.score).expect("a region's best site is a candidate");
            lines.push(Line { chromosome: chromosome.name.clone(), number: 0, of_best: 0.0, tir, p_value, q_value });
        }
    }
    let best = lines.iter().map(|line| line.tir.score).fold(0.0, f32::max);
    for (number, line) in lines.iter_mut().enumerate() {
        (line.number, line.of_best) = (number + 1, line.tir.score / best);
        writer.write(line)?;
    }
    watch.check()?;
    writer.finish()?;
    let regions = asked.iter().map(Region::to_string).collect();
    record::write(request, Made { regions, outputs: vec![("regions", request.output.clone())], ..Made::default() })?;
    Ok(Found { output: request.output.clone(), tirs: lines.len(), threshold, candidates, mirrored })
}

/// Every site of the assay.
#[derive(Default)]
struct Scored {
    /// The sites with a positive score, 8 bytes each: regions are made of them when the threshold is known.
    chromosomes: Vec<(Chromosome, Vec<(u32, f32)>)>,
    candidates: Vec<f32>,
    mirrored: Vec<f32>,
}

fn score(assay: &Assay, progress: &dyn Progress) -> Result<Scored> {
    let stretches = stretches(assay, &[], BIN)?;
    let total = total_bins(&stretches);
    let (mut scored, mut done) = (Scored::default(), 0);
    for stretch in &stretches {
        let chromosome = &stretch.chromosome;
        let mut sites = Vec::new();
        for bins in stretch.chunks() {
            progress.check()?;
            progress.advance(done, total);
            done += bins.len() as u64;
            let part = scan(assay, &chromosome.name, chromosome.length, bins)?;
            sites.extend(part.sites);
            scored.candidates.extend(part.candidates);
            scored.mirrored.extend(part.mirrored);
        }
        scored.chromosomes.push((chromosome.clone(), sites));
    }
    progress.advance(total, total);
    Ok(scored)
}

/// A line of the file.
struct Line {
    chromosome: String,
    number: usize,
    /// The score as a share of the best one.
    of_best: f32,
    tir: Tir,
    p_value: f64,
    q_value: f64,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { chromosome, number, of_best, tir: Tir { start, end, centre, score }, p_value, q_value } = self;
        let shade = (1_000.0 * of_best) as u16;
        write!(
            f,
            "{chromosome}\t{start}\t{end}\tTIR_{number}\t{shade}\t.\t{score:.4}\t{p_value:.3e}\t{q_value:.3e}\t{centre}"
        )
    }
}
