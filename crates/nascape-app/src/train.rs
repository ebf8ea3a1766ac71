//! `nascape train`: an assay and an observed mark become a bundle.

use std::path::PathBuf;

use nascape_model::{
    Bundle,
    bundle::{
        Architecture, CARD, Card, Epoch, FORMAT, FORMAT_VERSION, Output, SourceFile, TargetKind, Training, WeightsFile,
    },
    cnn::{self, DenseCnn},
    input::{Input, Strands, Transform},
    metrics::Measures,
    train::{Data, Part, Recipe, Schedule, assess, check_parts, train},
};
use nascape_signal::{
    Assay, Exclusion, Observed, Progress, Region, Summary, assembly::Recognition, observed::PeakValue, smooth,
};

use crate::{
    AssaySource, Error, Result,
    record::{VERSION, create_folder, source_file},
};

/// What to train.
pub struct Request {
    /// The assay.
    pub assay: AssaySource,
    /// The mark's name.
    pub target: String,
    /// The observed mark.
    pub observed: PathBuf,
    /// What a peak file says of a bin.
    pub peak_value: PeakValue,
    /// How a signal's bases become a bin.
    pub target_summary: Summary,
    /// Width of the Gaussian that smooths the target, in bins.
    pub smoothing: Option<f64>,
    /// The network.
    pub architecture: Architecture,
    /// The strands it sees.
    pub strands: Strands,
    /// Regions to learn from.
    pub train: Vec<Region>,
    /// Regions to choose the epoch by.
    pub validation: Vec<Region>,
    /// Regions kept aside and measured once at the end; may be none.
    pub test: Vec<Region>,
    /// Regions that take no part, a BED file.
    pub exclude: Option<PathBuf>,
    /// Epochs, batches, learning rate, seed.
    pub schedule: Schedule,
    /// The licence of the weights.
    pub licence: String,
    /// The command, for the card.
    pub command: String,
    /// The bundle's folder; its last name is the bundle's.
    pub output: PathBuf,
}

/// Trains a bundle and saves it. `told` hears of every epoch as it ends.
///
/// # Errors
/// Those of reading, training and saving; parts that overlap or hold nothing to learn. No bundle is left then.
pub fn run(request: &Request, progress: &dyn Progress, told: impl FnMut(&Epoch)) -> Result<Card> {
    request.schedule.check()?;
    request.smoothing.map_or(Ok(()), smooth::check)?;
    // A folder that cannot be written is told now, not after the last epoch.
    let taken = request.output.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if taken && !request.output.join(CARD).exists() {
        return Err(Error::FolderTaken { path: request.output.clone() });
    }
    if let Some(parent) = request.output.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_folder(parent)?;
    }
    let assay = request.assay.open()?;
    let observed = Observed::open(&request.observed, request.peak_value, &request.assay.options)?;
    observed.same_assembly_as(assay.first())?;
    let exclusion = request.exclude.as_deref().map(Exclusion::open).transpose()?.unwrap_or_default();
    let resolved = |regions: &[Region]| {
        regions.iter().map(|region| assay.resolve(region)).collect::<nascape_signal::Result<Vec<_>>>()
    };
    let (on, choose, kept) = (resolved(&request.train)?, resolved(&request.validation)?, resolved(&request.test)?);
    check_parts(&[("train", &on), ("validation", &choose), ("test", &kept)])?;

    let reads_per_kb = assay.reads_per_kb()?;
    let input = Input { strands: request.strands, summary: Summary::Sum, transform: Transform::Log1p, reads_per_kb };
    // Presence or absence is a logistic question, a quantity is not.
    let (output, target_kind) = match observed.is_presence() {
        true => (Output::Logistic, TargetKind::Presence),
        false => (Output::Identity, TargetKind::Signal),
    };
    let recipe =
        Recipe { architecture: request.architecture.clone(), input, output, schedule: request.schedule.clone() };
    recipe.input.accepts(&assay, &request.target)?;
    let data = Data {
        assay: &assay,
        reads_per_kb,
        observed: &observed,
        target_summary: request.target_summary,
        smoothing: request.smoothing,
        exclusion: &exclusion,
    };
    let part =
        |regions: &[Region], margin, name| Part::read(&data, &recipe.input, regions, margin, name, &request.target);
    // Tiles of the train part may start before a region and end behind it.
    let trained = train(
        &recipe,
        &part(&on, recipe.schedule.tile_bins, "train")?,
        &part(&choose, 0, "validation")?,
        progress,
        told,
    )?;
    let test_measures = match &kept[..] {
        [] => None,
        regions => {
            let network = DenseCnn::new(request.strands.channels(), &trained.weights);
            Some(assess(&network, output, &part(regions, 0, "test")?).1)
        }
    };
    let strings = |regions: &[Region]| regions.iter().map(ToString::to_string).collect();
    let schedule = &recipe.schedule;
    let card = Card {
        format: FORMAT.to_owned(),
        format_version: FORMAT_VERSION,
        nascape_version: VERSION.to_owned(),
        name: request
            .output
            .file_name()
            .map_or_else(|| request.target.clone(), |name| name.to_string_lossy().into_owned()),
        target: request.target.clone(),
        target_kind,
        assembly: assembly_of(&assay),
        architecture: recipe.architecture.clone(),
        parameters: cnn::parameters(request.strands.channels()),
        bin_size: nascape_signal::BIN,
        window_bins: cnn::WINDOW,
        input: recipe.input.clone(),
        output,
        training: Training {
            command: request.command.clone(),
            files: files(request)?,
            train: strings(&on),
            validation: strings(&choose),
            test: strings(&kept),
            target_summary: request.target_summary,
            target_smoothing: request.smoothing.unwrap_or(0.0),
            seed: schedule.seed,
            learning_rate: schedule.learning_rate,
            batch_tiles: schedule.batch_tiles,
            tile_bins: schedule.tile_bins,
            patience: schedule.patience,
            best_epoch: trained.best_epoch,
            epochs: trained.epochs,
        },
        validation_measures: trained.validation,
        test_measures,
        licence: request.licence.clone(),
        weights: WeightsFile::default(),
    };
    Bundle::save(&request.output, &card, &trained.weights)?;
    // What is on the disk is what was trained: opened as any user would.
    Ok(Bundle::open(&request.output)?.card)
}

fn assembly_of(assay: &Assay) -> Option<String> {
    match assay.first().assembly() {
        Recognition::Known(name) => Some(name.clone()),
        _ => None,
    }
}

fn files(request: &Request) -> Result<Vec<SourceFile>> {
    let mut files = request.assay.named_files();
    files.push(("target", &request.observed));
    files.extend(request.exclude.as_deref().map(|path| ("exclude", path)));
    files.into_iter().map(|(role, path)| source_file(role, path)).collect()
}

/// The best measures' line for people: which quantity matters depends on the target.
pub fn headline(kind: TargetKind, measures: &Measures) -> String {
    let figure = |value: Option<f64>| value.map_or_else(|| "undefined".to_owned(), |value| format!("{value:.3}"));
    match kind {
        TargetKind::Presence => format!(
            "AUPRC {} (chance {}), AUROC {}",
            figure(measures.auprc),
            figure(measures.share_of_positives),
            figure(measures.auroc)
        ),
        TargetKind::Signal => format!(
            "Pearson {}, Spearman {}, RMSE {}",
            figure(measures.pearson),
            figure(measures.spearman),
            figure(measures.rmse)
        ),
    }
}
