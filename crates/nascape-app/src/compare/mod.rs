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
use nascape_signal::{Assay, BIN, Exclusion, Observed, Progress, Region, observed::PeakValue, smooth};

use self::{bundle::Recipes, held_out::HeldOut};
pub use self::{
    difference::{Difference, Verdict},
    report::{AtResolution, BundleCompared, Comparison, Line, Role},
    table::text,
};
use crate::{
    AssaySource, Error, Result,
    error::write_fault,
    record::{create_folder, write_json},
    stretch::{stretches, total_bins},
};

/// Where a score makes a call when the user does not say.
const USUAL_THRESHOLD: f32 = 0.5;

/// What to compare.
pub struct Request {
    /// The bundles.
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
/// Those of reading, training and writing; [`Error::MarkNotImputed`]; regions where nothing was observed. No table and no figure are
/// left then; bundles that were trained stay, and are not trained again.
pub fn run(request: &Request, progress: &dyn Progress) -> Result<Comparison> {
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
    for (name, bundle) in bundle::names(&bundles).into_iter().zip(bundles) {
        of_bundles.push(BundleCompared::new(&name, bundle, &held_out));
        entries.push(bundle::impute(name, bundle, &request.mark, &held_out, &mut work)?);
    }
    entries.extend(baseline::all(&held_out, &cells)?);
    work.step(0)?;
    let lines = entries.iter().map(|entry| Line::measure(entry, &held_out)).collect::<Result<_>>()?;
    let differences = difference::to_the_first(&entries, &held_out);
    let comparison = Comparison::new(request, &held_out, of_bundles, lines, differences)?;
    write(request, comparison, |comparison, folder| {
        pictures::draw(&held_out, cells.mark(), &entries, comparison, folder)
    })
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
    let partial = tempfile::Builder::new().prefix(".compare.").suffix(".partial").tempdir_in(&request.output);
    let partial = partial.map_err(fault())?;
    draw(&mut comparison, partial.path())?;
    fs::write(partial.path().join("compare.md"), table::markdown(&comparison)).map_err(fault())?;
    write_json(&partial.path().join("compare.json"), &comparison)?;
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
