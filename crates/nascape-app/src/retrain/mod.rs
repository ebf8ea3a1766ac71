//! `nascape retrain`: a bundle becomes better at an assay of which the mark is known in some regions.
//!
//! Little data teaches little, and a bundle must not become worse elsewhere unnoticed. So nothing of the bundle is thrown away: the
//! retrained one is a blend of its members, of its networks tuned to the regions, and of a small forest that has seen nothing but the
//! regions, with the weights that do best on a validation part; it begins with the bundle's own weights, which win ties. The less there
//! is to choose by, the more weights that moved are drawn towards even ones. Both bundles are then measured where neither has learned
//! from this mark.

mod members;
mod split;
mod verdict;

use std::{
    fs,
    path::{Path, PathBuf},
};

use nascape_model::{Bundle, bundle::Card};
use nascape_signal::{Exclusion, Observed, Progress, Region, observed::PeakValue, partial::PartialFolder};

use self::{members::Members, split::split};
pub use self::{split::Parts, verdict::Verdict};
use crate::{
    AssaySource, Error, Result,
    device::Device,
    error::write_fault,
    portion::Portion,
    recipe::{Experiment, Recipe},
    record::{create_folder, write_json},
    train::{self, Told},
};

/// The folder inside the bundle's that holds the verdict, with tables and figures.
pub const FOLDER: &str = "retraining";
/// The verdict's file there.
pub const VERDICT: &str = "verdict.json";

/// What to retrain on what.
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
    /// The folder of the retrained bundle, which is not there yet; its last name is the bundle's.
    pub output: PathBuf,
}

/// The parts that a retraining would have, before anything is trained.
///
/// # Errors
/// Those of reading; [`Error::Retrain`] where there is too little to learn from, or nothing left to measure on.
pub fn parts(request: &Request) -> Result<Parts> {
    let assay = request.assay.open()?;
    let observed = Observed::open(&request.observed, PeakValue::Presence, &request.assay.options)?;
    observed.same_assembly_as(assay.first())?;
    let exclusion = request.exclude.as_deref().map(Exclusion::open).transpose()?.unwrap_or_default();
    split(&assay, &observed, &exclusion, &request.regions, &request.test)
}

/// Retrains, saves the bundle, and measures it beside the one it started from. The starting bundle is not touched.
///
/// # Errors
/// Those of [`parts`], of training, measuring and saving; [`Error::Retrain`] for a bundle of several marks. No bundle is left then.
pub fn run(request: &Request, progress: &dyn Progress, mut told: impl FnMut(Told<'_>)) -> Result<Verdict> {
    let [target] = &request.start.card.targets[..] else {
        let detail = format!(
            "{} imputes {} at once; retrain a bundle of one mark.",
            request.start.card.name,
            request.start.card.target_names()
        );
        return Err(Error::Retrain { detail });
    };
    let (Some(name), Some(parent)) = (request.output.file_name(), request.output.parent()) else {
        return Err(Error::FolderTaken { path: request.output.clone() });
    };
    if request.output.exists() {
        let path = request.output.display();
        return Err(Error::Retrain {
            detail: format!("{path} is there already. Choose another name, or remove it first."),
        });
    }
    let parts = parts(request)?;
    let experiment = Experiment {
        name: "retraining".to_owned(),
        assay: request.assay.clone(),
        observed: [(target.name.clone(), request.observed.clone())].into(),
        exclude: request.exclude.clone(),
        train: parts.train.clone(),
        validation: parts.validation.clone(),
        calibration: Vec::new(),
        test: Vec::new(),
    };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    create_folder(parent)?;
    let work = PartialFolder::create(parent, "retraining").map_err(write_fault(&request.output))?;
    let output = work.path().join(name);
    let mut members = Members::of(request, work.path(), experiment, parts.test.clone())?;
    members.tune(&Portion { whole: progress, from: 0.0, to: 0.5 }, &mut told)?;
    members.grow(&Portion { whole: progress, from: 0.5, to: 0.6 }, &mut told)?;
    let card = members.join(&output, &Portion { whole: progress, from: 0.6, to: 0.7 }, &mut told)?;
    let verdict = Verdict::measure(request, &output, parts, &card, &Portion { whole: progress, from: 0.7, to: 1.0 })?;
    write_json(&output.join(FOLDER).join(VERDICT), &verdict)?;
    fs::rename(&output, &request.output).map_err(write_fault(&request.output))?;
    Ok(verdict)
}

/// A recipe's training, into a folder.
fn train(
    recipe: Recipe,
    from: Option<Bundle>,
    command: &str,
    output: PathBuf,
    progress: &dyn Progress,
    told: &mut impl FnMut(Told<'_>),
) -> Result<Card> {
    let command = command.to_owned();
    let request = train::Request { recipe, from, device: Device::Cpu, resume: false, command, output };
    train::run(&request, progress, told)
}
