//! `nascape retrain`: a bundle becomes better at an assay of which the mark is known in some regions.
//!
//! Little data teaches little, and a bundle must not become worse elsewhere unnoticed. So nothing of the bundle is thrown away: the
//! retrained one is a blend of its members, of its networks tuned to the regions, and of a small forest that has seen nothing but the
//! regions, with the weights that do best on a validation part; it begins with the bundle's own weights, which win ties. The less there
//! is to choose by, the more weights that moved are drawn towards even ones. Both bundles are then measured where neither has learned
//! from this mark.

mod asked;
mod candidate;
mod members;
mod split;
mod verdict;
mod work;
pub mod worker;

use std::{fs, path::PathBuf, time::SystemTime};

use nascape_model::{
    Bundle,
    bundle::{Card, Epoch},
};
use nascape_signal::{Exclusion, Observed, Progress, Region, observed::PeakValue};

pub(crate) use self::asked::Asked;
pub use self::{
    candidate::Candidate,
    split::Parts,
    verdict::Verdict,
    work::{Left, Work, is_open, left, remove},
};
use self::{members::Members, split::split};
use crate::{
    AssaySource, Error, Result,
    device::Device,
    error::write_fault,
    portion::Portion,
    recipe::{Experiment, Recipe},
    record::{create_folder, write_json},
    train,
};

/// The folder inside the bundle's that holds the verdict, with tables and figures.
pub const FOLDER: &str = "retraining";
/// The verdict's file there.
pub const VERDICT: &str = "verdict.json";

/// What to retrain on what.
#[derive(Clone)]
pub struct Request {
    /// The bundle to start from, of one mark.
    pub start: Bundle,
    /// The assay.
    pub assay: AssaySource,
    /// Where the mark was observed: a signal, or peaks.
    pub observed: PathBuf,
    /// The regions to learn from; parts of them choose among weights.
    pub regions: Vec<Region>,
    /// Where both bundles are measured; with none, all of the observed chromosomes but the regions and their neighbourhood.
    pub test: Vec<Region>,
    /// Regions that take no part, a BED file.
    pub exclude: Option<PathBuf>,
    /// The command, for the card.
    pub command: String,
    /// The folder of the retrained bundle, which is not there yet, on the disk of the work; its last name is the bundle's.
    pub output: PathBuf,
}

/// What a retraining tells while it runs.
#[derive(Clone, Copy)]
pub enum Told<'a> {
    /// An epoch has ended.
    Epoch {
        /// What is trained: 0 for the first network, counted on for each, then for the forest.
        stage: u32,
        /// What it reached.
        epoch: &'a Epoch,
    },
    /// It did better than all before it.
    Candidate {
        /// What is trained.
        stage: u32,
        /// The epoch, from 1.
        epoch: usize,
        /// The starting bundle as it would be with what was learned.
        bundle: &'a Candidate<'a>,
    },
    /// Something that the figures must be read with; a sentence.
    Warning(&'a str),
}

/// The parts that a retraining would have, before anything is trained.
///
/// # Errors
/// Those of reading; [`Error::Retrain`] for a bundle of several marks, an output that is there, too little to learn from, or nothing left
/// to measure on.
pub fn parts(request: &Request) -> Result<Parts> {
    work::check(request)?;
    let assay = request.assay.open()?;
    let observed = Observed::open(&request.observed, PeakValue::Presence, &request.assay.options)?;
    observed.same_assembly_as(assay.first())?;
    let exclusion = request.exclude.as_deref().map(Exclusion::open).transpose()?.unwrap_or_default();
    split(&assay, &observed, &exclusion, &request.regions, &request.test)
}

/// Retrains, saves the bundle with its record, and measures it beside the one it started from. The starting bundle is not touched. What was learned when
/// `work` was open before is not learned again; what comes of it is the same.
///
/// # Errors
/// Those of training, measuring and saving; [`Error::Retrain`] when nothing does better, or a file was changed meanwhile. No bundle is
/// left then, but unless it is of no use the work is, and can be gone on with.
pub fn run(work: Work, progress: &dyn Progress, mut told: impl FnMut(Told<'_>)) -> Result<Verdict> {
    let outcome = finished(&work, progress, &mut told);
    if matches!(outcome, Ok(_) | Err(Error::Retrain { .. })) {
        work.remove();
    }
    outcome
}

fn finished(work: &Work, progress: &dyn Progress, told: &mut impl FnMut(Told<'_>)) -> Result<Verdict> {
    let Work { request, parts, .. } = work;
    let target = request.start.card.targets[0].name.clone();
    let before = stamps(request);
    let experiment = Experiment {
        name: "retraining".to_owned(),
        assay: request.assay.clone(),
        observed: [(target, request.observed.clone())].into(),
        exclude: request.exclude.clone(),
        train: parts.train.clone(),
        validation: parts.validation.clone(),
        calibration: Vec::new(),
        test: Vec::new(),
    };
    if let Some(parent) = request.output.parent() {
        create_folder(parent)?;
    }
    let output = work.folder().join("bundle").join(request.output.file_name().unwrap_or_default());
    let mut members = Members::of(request, work.folder(), experiment, parts.test.clone())?;
    members.tune(&Portion { whole: progress, from: 0.0, to: 0.5 }, told)?;
    members.grow(&Portion { whole: progress, from: 0.5, to: 0.6 }, told)?;
    let card = members.join(&output, &Portion { whole: progress, from: 0.6, to: 0.7 }, told)?;
    let rest = &Portion { whole: progress, from: 0.7, to: 1.0 };
    let verdict = Verdict::measure(request, &output, parts.clone(), &card, rest)?;
    let written = Verdict { comparison: verdict.comparison.clone().without_seconds(), ..verdict.clone() };
    write_json(&output.join(FOLDER).join(VERDICT), &written)?;
    if stamps(request) != before {
        let detail = "a file was changed while it was learned from. Retrain again.".to_owned();
        return Err(Error::Retrain { detail });
    }
    fs::rename(&output, &request.output).map_err(write_fault(&request.output))?;
    // What nobody can trace is no output, and its folder is none.
    Asked::of(request).record().inspect_err(|_| drop(fs::remove_dir_all(&request.output)))?;
    Ok(verdict)
}

/// Size and time of each file; nothing for an address.
fn stamps(request: &Request) -> Vec<Option<(u64, Option<SystemTime>)>> {
    let of_assay = request.assay.named_files().into_iter().map(|(_, path)| path);
    let files = of_assay.chain([request.observed.as_path()]).chain(request.exclude.as_deref());
    files.map(|path| fs::metadata(path).ok().map(|file| (file.len(), file.modified().ok()))).collect()
}

/// A recipe's training into a folder: not again where it has ended, from its last epoch on where it was stopped.
fn train_into(
    recipe: Recipe,
    from: Option<Bundle>,
    command: &str,
    output: PathBuf,
    progress: &dyn Progress,
    told: &mut impl FnMut(train::Told<'_>),
) -> Result<Card> {
    if let Ok(ended) = Bundle::open(&output) {
        ended.card.training.epochs.iter().for_each(|epoch| told(train::Told::Epoch(epoch)));
        return Ok(ended.card);
    }
    let command = command.to_owned();
    let request = train::Request { recipe, from, device: Device::Cpu, resume: true, command, output };
    train::run(&request, progress, told)
}
