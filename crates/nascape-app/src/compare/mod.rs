//! `nascape compare`: bundles and baselines against one observed track, on the same held-out bins.
//!
//! Every line of the table is an entry: a value for each held-out bin, by a bundle, by the reads alone or by what was observed
//! in other cells. All entries go through the same measures; those of a bundle are imputed by the one route that writes bigWigs.

mod baseline;
mod bundle;
mod difference;
mod entry;
mod held_out;
mod pictures;
mod report;
mod table;

use std::{
    fs,
    path::{Path, PathBuf},
};

use nascape_model::{
    Bundle,
    bundle::{TargetKind, TargetTransform},
    input::accepts,
};
use nascape_signal::{
    Assay, BIN, Exclusion, Observed, Progress, Region, observed::PeakValue, partial::PartialFolder, smooth,
};
use serde::{Deserialize, Serialize};

use self::{bundle::Recipes, held_out::HeldOut};
pub use self::{
    difference::{Difference, Verdict},
    report::{AtResolution, BundleCompared, Comparison, Line, Role},
    table::text,
};
use crate::{
    AssaySource, Error, Result,
    error::write_fault,
    figure,
    record::{self, Made, Recorded, Watch, create_folder, write_json},
    stretch::{stretches, total_bins},
};

/// Where a score makes a call when the user does not say.
const USUAL_THRESHOLD: f32 = 0.5;

/// What to compare.
#[derive(Clone, Serialize, Deserialize)]
pub struct Request {
    /// The bundles.
    #[serde(skip)]
    pub bundles: Vec<Bundle>,
    /// Recipes to train into `output/bundles/<recipe's name>`, unless a bundle is there already, and to compare then.
    pub recipes: Vec<PathBuf>,
    /// The folder of the files that the recipes name; the recipes' own when there is none.
    pub data: Option<PathBuf>,
    /// The assay that the bundles impute from.
    pub assay: AssaySource,
    /// The mark.
    pub mark: String,
    /// What was observed of it: a signal, or peaks.
    pub observed: PathBuf,
    /// The same mark observed in other cells: a name and a file each.
    pub other_cells: Vec<(String, PathBuf)>,
    /// The held-out regions.
    pub regions: Vec<Region>,
    /// Regions that take no part, a BED file.
    pub exclude: Option<PathBuf>,
    /// Width in bins of a Gaussian over observed and imputed tracks, for one more correlation.
    pub smooth: Option<f64>,
    /// What is done to observed signals before they are compared.
    pub transform: TargetTransform,
    /// Where a value makes a call; 0.5 for peaks when there is none. For a signal it parts marked from unmarked bins too.
    pub threshold: Option<f32>,
    /// The command, for the record.
    pub command: String,
    /// The folder for `compare.md`, `compare.json`, the figures, and the bundles that are trained.
    pub output: PathBuf,
}

impl Recorded for Request {
    const VERB: &'static str = "compare";
    const FILLS_A_FOLDER: bool = true;

    fn files(&mut self) -> Vec<(String, &mut PathBuf)> {
        let exclude = self.exclude.as_mut().map(|path| ("exclude".to_owned(), path));
        let others = self.other_cells.iter_mut().map(|(name, path)| (name.clone(), path));
        let observed = [(self.mark.clone(), &mut self.observed)];
        self.assay.files_to_record().into_iter().chain(observed).chain(others).chain(exclude).collect()
    }

    fn held_bundles(&mut self) -> Option<&mut Vec<Bundle>> {
        Some(&mut self.bundles)
    }

    fn output(&mut self) -> &mut PathBuf {
        &mut self.output
    }

    fn run_again(&self, progress: &dyn Progress) -> Result<()> {
        run(self, progress).map(drop)
    }
}

/// The observed tracks, opened: the mark, and behind it the other cells.
struct Cells {
    /// Every one is there; the parts of a training, where one may not be, are read in the same way.
    tracks: Vec<Option<Observed>>,
    /// The other cells' names.
    names: Vec<String>,
}

/// Compares; writes `compare.md`, `compare.json`, `profiles`, and for a mark that is present or not `precision-recall`.
///
/// # Errors
/// Those of reading, training and writing; [`Error::MarkNotImputed`]; [`Error::Changed`]; regions where nothing was observed. No
/// table and no figure are left then; bundles that were trained stay, and are not trained again.
pub fn run(request: &Request, progress: &dyn Progress) -> Result<Comparison> {
    let watch = Watch::begin(request);
    compare(request, &watch, progress).map_err(|fault| watch.explain(fault))
}

fn compare(request: &Request, watch: &Watch, progress: &dyn Progress) -> Result<Comparison> {
    request.smooth.map_or(Ok(()), smooth::check)?;
    if let Some(threshold) = request.threshold.filter(|threshold| !threshold.is_finite()) {
        return Err(Error::Threshold(threshold));
    }
    let assay = request.assay.open()?;
    let stretches = stretches(&assay, &request.regions, BIN)?;
    let cells = Cells::open(request, &assay)?;
    let exclusion = request.exclude.as_deref().map(Exclusion::open).transpose()?.unwrap_or_default();
    // Everything that can be wrong is told before hours of training.
    let recipes = Recipes::read(request)?;
    for bundle in &request.bundles {
        bundle::place_of(&bundle.card, &request.mark)?;
        accepts(bundle.predictor.needs_strands(), &assay, &bundle.card.name)?;
    }
    let held_out = HeldOut::read(request, &assay, &cells, &exclusion, stretches)?;
    create_folder(&request.output)?;
    let trained = recipes.bundles(progress)?;
    let bundles: Vec<&Bundle> = request.bundles.iter().chain(&trained).collect();

    let mut work = Work { progress, done: 0, total: bundles.len() as u64 * total_bins(held_out.stretches()) };
    let (mut entries, mut of_bundles) = (Vec::new(), Vec::new());
    for (name, bundle) in bundle::names(&bundles).into_iter().zip(bundles.iter().copied()) {
        of_bundles.push(BundleCompared::new(&name, bundle, &held_out));
        entries.push(bundle::impute(name, bundle, &request.mark, &held_out, &mut work)?);
    }
    entries.extend(baseline::all(&held_out, &cells)?);
    work.step(0)?;
    let lines = entries.iter().map(|entry| Line::measure(entry, &held_out)).collect::<Result<_>>()?;
    let differences = difference::to_the_first(&entries, &held_out);
    let comparison = Comparison::new(request, &held_out, of_bundles, lines, differences)?;
    watch.check()?;
    let comparison = write(request, comparison, |comparison, folder| {
        pictures::draw(&held_out, cells.mark(), &entries, comparison, folder)
    })?;
    let figures = comparison.figures.iter().flat_map(|stem| figure::files_of(&request.output, stem));
    let tables = ["compare.md", "compare.json"].map(|name| ("table", request.output.join(name)));
    let outputs = tables.into_iter().chain(figures.map(|path| ("figure", path))).collect();
    // What recipes were trained into is compared again, not trained again.
    let bundles = bundles.into_iter().cloned().collect();
    let compared = Request { bundles, recipes: Vec::new(), data: None, ..request.clone() };
    record::write(&compared, Made { regions: comparison.regions.clone(), outputs, ..Made::default() })?;
    Ok(comparison)
}

impl Cells {
    fn open(request: &Request, assay: &Assay) -> Result<Self> {
        let open = |path: &PathBuf| -> Result<Option<Observed>> {
            let observed = Observed::open(path, PeakValue::Presence, &request.assay.options)?;
            observed.same_assembly_as(assay.first())?;
            Ok(Some(observed))
        };
        let files = [&request.observed].into_iter().chain(request.other_cells.iter().map(|(_, path)| path));
        let names = request.other_cells.iter().map(|(name, _)| name.clone()).collect();
        Ok(Self { tracks: files.map(open).collect::<Result<_>>()?, names })
    }

    fn mark(&self) -> &Observed {
        self.tracks.iter().flatten().next().expect("the mark was opened first")
    }

    fn others(&self) -> impl Iterator<Item = (&String, &Observed)> {
        self.names.iter().zip(self.tracks.iter().flatten().skip(1))
    }
}

fn kind(observed: &Observed) -> TargetKind {
    if observed.is_presence() { TargetKind::Presence } else { TargetKind::Signal }
}

/// Writes everything beside its place and moves it there when all of it is whole. `draw` puts the figures into a folder and their
/// names into the comparison.
fn write(
    request: &Request,
    mut comparison: Comparison,
    draw: impl FnOnce(&mut Comparison, &Path) -> Result<()>,
) -> Result<Comparison> {
    let fault = || write_fault(&request.output);
    let partial = PartialFolder::create(&request.output, "compare").map_err(fault())?;
    draw(&mut comparison, partial.path())?;
    // What the machine was doing beside it is not written: the same request gives the same bytes.
    let written = comparison.clone().without_seconds();
    fs::write(partial.path().join("compare.md"), table::markdown(&written)).map_err(fault())?;
    write_json(&partial.path().join("compare.json"), &written)?;
    for file in fs::read_dir(partial.path()).map_err(fault())? {
        let file = file.map_err(fault())?;
        fs::rename(file.path(), request.output.join(file.file_name())).map_err(fault())?;
    }
    Ok(comparison)
}

/// Bins imputed, of all bundles together.
struct Work<'a> {
    progress: &'a dyn Progress,
    done: u64,
    total: u64,
}

impl Work<'_> {
    /// Another `bins` are done.
    ///
    /// # Errors
    /// When the user asked to stop.
    fn step(&mut self, bins: usize) -> Result<()> {
        self.done += bins as u64;
        self.progress.advance(self.done.min(self.total), self.total);
        Ok(self.progress.check()?)
    }
}
