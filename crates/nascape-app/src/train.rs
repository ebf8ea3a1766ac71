//! `nascape train`: assays and observed marks become a bundle.

use std::{fs, io, path::PathBuf};

use nascape_model::{
    Bundle,
    architecture::{Architecture, Kind, blend},
    bundle::{
        CARD, Card, Epoch, ExperimentUsed, FORMAT, FORMAT_VERSION, SourceFile, Target, TargetKind, TargetTransform,
        Training, Weights,
    },
    calibration::Calibration,
    metrics::Measures,
    peaks::false_discovery,
    predictor::{Engine, Predictor},
    train::{
        self, Losses, Part, Resume, TargetBins, Trained, assess, check_parts, checkpoint::Checkpoint, margin, on_part,
    },
};
use nascape_signal::{
    Assay, BIN, Exclusion, Observed, Progress, Region, assembly::Recognition, region::with_commas, smooth,
};

use crate::{
    Error, Library, Result,
    device::Device,
    error::write_fault,
    recipe::{Experiment, Recipe},
    record::{VERSION, create_folder, source_file},
};

/// What to train.
pub struct Request {
    /// What on what.
    pub recipe: Recipe,
    /// A bundle of the same architecture whose weights to start from.
    pub from: Option<Bundle>,
    /// What trains.
    pub device: Device,
    /// Whether to go on from where an earlier training of this bundle was interrupted.
    pub resume: bool,
    /// The command, for the card.
    pub command: String,
    /// The bundle's folder; its last name is the bundle's.
    pub output: PathBuf,
}

/// What a training tells while it runs.
#[derive(Clone, Copy, Debug)]
pub enum Told<'a> {
    /// An epoch has ended.
    Epoch(&'a Epoch),
    /// Something that does not stop the training, and that its figures must be read with; a sentence.
    Warning(&'a str),
}

/// Trains a bundle and saves it. `told` hears of every epoch as it ends, and before the first of what the figures must be read with.
///
/// # Errors
/// Those of reading, training and saving; parts that overlap or hold nothing to learn. No bundle is left then, but the checkpoint of
/// the last whole epoch is.
pub fn run(request: &Request, progress: &dyn Progress, mut told: impl FnMut(Told<'_>)) -> Result<Card> {
    let recipe = &request.recipe;
    recipe.schedule.check()?;
    recipe.architecture.check()?;
    recipe.target_smoothing.map_or(Ok(()), smooth::check)?;
    if let Some(depth) = recipe.reads_per_kb.filter(|depth| !(depth.is_finite() && *depth > 0.0)) {
        let text = format!("reads_per_kb is {depth}; it must be a positive number.");
        return Err(nascape_model::Error::Setting(text).into());
    }
    let device = request.device.open()?;
    // A folder that cannot be written is told now, not after the last epoch.
    let taken = request.output.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if taken && !request.output.join(CARD).exists() {
        return Err(Error::FolderTaken { path: request.output.clone() });
    }
    if request.output.exists() && !request.output.is_dir() {
        return Err(write_fault(&request.output)(io::ErrorKind::NotADirectory.into()));
    }
    if let Some(parent) = request.output.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_folder(parent)?;
        tempfile::tempfile_in(parent).map_err(write_fault(&request.output))?;
    }
    let experiments = recipe.experiments.iter().map(|one| Opened::new(recipe, one)).collect::<Result<Vec<_>>>()?;
    let kinds = (0..recipe.learned().len()).map(|at| kind(recipe, &experiments, at)).collect::<Result<Vec<_>>>()?;
    let loss = |kind: &TargetKind| {
        recipe.loss.unwrap_or_else(|| recipe.architecture.usual_loss(*kind == TargetKind::Presence))
    };
    let learned = train::Recipe {
        architecture: recipe.architecture.clone(),
        input: recipe.input.clone().unwrap_or_else(|| recipe.architecture.usual_input()),
        losses: Losses(kinds.iter().map(loss).collect()),
        // Weights that are gone on from know inputs of their own depth.
        reads_per_kb: recipe
            .reads_per_kb
            .or(request.from.as_ref().map(|bundle| bundle.card.reads_per_kb))
            .unwrap_or(experiments[0].reads_per_kb),
        both_directions: recipe.both_directions.unwrap_or(recipe.architecture.usually_both_directions()),
        schedule: recipe.schedule.clone(),
    };
    let start = request.from.as_ref().map(|bundle| start(bundle, recipe, &learned)).transpose()?;
    let members = members(recipe, &learned.losses)?;
    let (reach, margin, step, needs_strands) = match &members[..] {
        [] => {
            if matches!(learned.kind(), Kind::Network(_)) {
                learned.input.check().map_err(nascape_model::Error::Setting)?;
            }
            let (margin, step) = margin(&learned)?;
            (train::reach(&learned)?, margin, step, learned.input.needs_strands())
        }
        members => {
            let predictors = || members.iter().map(|(_, bundle)| &bundle.predictor);
            // Together they look as far as the furthest and stand on the coarsest grid.
            let reach = predictors().map(Predictor::reach).max().unwrap_or(0);
            let margin = reach + predictors().map(Predictor::grid).product::<usize>();
            (reach, margin, members[0].1.predictor.step(), predictors().any(Predictor::needs_strands))
        }
    };
    for one in &experiments {
        nascape_model::input::accepts(needs_strands, &one.assay, &recipe.targets.join(", "))?;
    }
    let part = |of: for<'b> fn(&'b Opened<'_>) -> &'b Vec<Region>| -> Result<(Part, Vec<Region>)> {
        let mut part = Part::default();
        for one in &experiments {
            part.add(&one.for_training(recipe), of(one), margin, step)?;
        }
        Ok((part, experiments.iter().flat_map(of).cloned().collect()))
    };
    let (on, on_regions) = part(|one| &one.train)?;
    let (choose, choose_regions) = part(|one| &one.validation)?;
    on.check_learnable(&recipe.learned(), "train", &on_regions)?;
    choose.check_learnable(&recipe.learned(), "validation", &choose_regions)?;
    for one in &experiments {
        if let Some(warning) = too_near(one, reach, recipe.target_smoothing) {
            told(Told::Warning(&warning));
        }
    }
    let used = experiments.iter().map(Opened::used).collect::<Result<Vec<_>>>()?;
    let checkpoint = Checkpoint::path_of(&request.output);
    let identity = identity(&learned, request, &used);
    let told = |epoch: &Epoch| told(Told::Epoch(epoch));
    let (card_architecture, trained) = match learned.kind() {
        Kind::Network(_) => {
            let resume = Resume { path: &checkpoint, identity: &identity, go_on: request.resume };
            let trained = train::train(&learned, start, &device, &on, &choose, &resume, progress, told)?;
            (recipe.architecture.clone(), trained)
        }
        Kind::Forest(_) => (recipe.architecture.clone(), forest(&learned, &on, &choose, progress, told)?),
        Kind::Blend(_) => blended(&learned, members, &choose)?,
    };
    drop(on);
    // What was learned for the helpers stays in the layers below; their outputs go.
    let kept = Losses(learned.losses.0[..recipe.targets.len()].to_vec());
    let trained = trained.with_outputs(kept.outputs());
    let (validation, calibration, test) = (choose, part(|one| &one.calibration)?.0, part(|one| &one.test)?.0);
    let targets = targets(recipe, &kinds, &kept, &trained.predictor, [&validation, &calibration, &test]);
    let card = Card {
        format: FORMAT.to_owned(),
        format_version: FORMAT_VERSION,
        nascape_version: VERSION.to_owned(),
        name: request
            .output
            .file_name()
            .map_or_else(|| recipe.targets.join("+"), |name| name.to_string_lossy().into_owned()),
        targets,
        architecture: card_architecture,
        parameters: trained.predictor.parameters(),
        bin_size: nascape_signal::BIN,
        window_bins: 2 * trained.predictor.reach() + 1,
        reads_per_kb: learned.reads_per_kb,
        input: matches!(learned.kind(), Kind::Network(_)).then(|| learned.input.clone()),
        both_directions: learned.both_directions,
        training: Training {
            command: request.command.clone(),
            experiments: used,
            target_summary: recipe.target_summary,
            target_smoothing: recipe.target_smoothing.unwrap_or(0.0),
            schedule: matches!(learned.kind(), Kind::Network(_)).then(|| learned.schedule.clone()),
            best_epoch: trained.best_epoch,
            epochs: trained.epochs,
        },
        licence: recipe.licence.clone(),
        weights: Vec::new(),
    };
    Bundle::save(&request.output, &card, &trained.weights)?;
    let _ = fs::remove_file(&checkpoint);
    // What is on the disk is what was trained: opened as any user would.
    Ok(Bundle::open(&request.output)?.card)
}

/// An experiment of a recipe with its files open and its regions in the assay's names.
struct Opened<'a> {
    experiment: &'a Experiment,
    assay: Assay,
    reads_per_kb: f64,
    observed: Vec<Option<Observed>>,
    exclusion: Exclusion,
    train: Vec<Region>,
    validation: Vec<Region>,
    calibration: Vec<Region>,
    test: Vec<Region>,
}

impl<'a> Opened<'a> {
    fn new(recipe: &Recipe, experiment: &'a Experiment) -> Result<Self> {
        let source = &experiment.assay;
        let assay = source.open()?;
        let open = |mark: &String| {
            let observed = experiment.observed.get(mark).map(|path| {
                let observed = Observed::open(path, recipe.peak_value, &source.options)?;
                observed.same_assembly_as(assay.first())?;
                Ok::<_, Error>(observed)
            });
            observed.transpose()
        };
        let observed = recipe.learned().iter().map(open).collect::<Result<Vec<_>>>()?;
        let exclusion = experiment.exclude.as_deref().map(Exclusion::open).transpose()?.unwrap_or_default();
        let resolved = |regions: &[Region]| {
            regions.iter().map(|region| assay.resolve(region)).collect::<nascape_signal::Result<Vec<_>>>()
        };
        let [train, validation, calibration, test] =
            [&experiment.train, &experiment.validation, &experiment.calibration, &experiment.test]
                .map(|regions| resolved(regions));
        let (train, validation, calibration, test) = (train?, validation?, calibration?, test?);
        check_parts(&[("train", &train), ("validation", &validation), ("calibration", &calibration), ("test", &test)])?;
        let reads_per_kb = assay.reads_per_kb()?;
        Ok(Self { experiment, assay, reads_per_kb, observed, exclusion, train, validation, calibration, test })
    }

    fn for_training(&self, recipe: &Recipe) -> train::Experiment<'_> {
        train::Experiment {
            assay: &self.assay,
            reads_per_kb: self.reads_per_kb,
            observed: &self.observed,
            target: TargetBins {
                summary: recipe.target_summary,
                transform: recipe.target_transform,
                smoothing: recipe.target_smoothing,
            },
            exclusion: &self.exclusion,
        }
    }

    fn used(&self) -> Result<ExperimentUsed> {
        let strings = |regions: &[Region]| regions.iter().map(ToString::to_string).collect();
        let mut files = self.experiment.assay.named_files();
        files.extend(self.experiment.observed.iter().map(|(mark, path)| (mark.as_str(), path.as_path())));
        files.extend(self.experiment.exclude.as_deref().map(|path| ("exclude", path)));
        Ok(ExperimentUsed {
            name: self.experiment.name.clone(),
            assembly: match self.assay.first().assembly() {
                Recognition::Known(name) => Some(name.clone()),
                _ => None,
            },
            reads_per_kb: self.reads_per_kb,
            files: files
                .into_iter()
                .map(|(role, path)| source_file(role, path))
                .collect::<Result<Vec<SourceFile>>>()?,
            train: strings(&self.train),
            validation: strings(&self.validation),
            calibration: strings(&self.calibration),
            test: strings(&self.test),
        })
    }
}

/// The weights to start from.
fn start<'a>(bundle: &'a Bundle, recipe: &Recipe, learned: &train::Recipe) -> Result<&'a Weights> {
    let card = &bundle.card;
    let fault = |text: String| Err(nascape_model::Error::Setting(text).into());
    if !matches!(learned.kind(), Kind::Network(_)) {
        return fault(format!("--from goes on with a network; a {} is trained anew.", recipe.architecture.name()));
    }
    let same = card.architecture == recipe.architecture
        && card.input.as_ref() == Some(&learned.input)
        && gives(card, &recipe.targets, &learned.losses);
    match same {
        true => Ok(&bundle.weights),
        false => fault(format!(
            "{} is a {} for {}; --from needs a bundle of the same architecture, settings, input and targets.",
            card.name,
            card.architecture.name(),
            card.target_names()
        )),
    }
}

/// Whether a bundle gives these targets, in this order and as these losses learn them.
fn gives(card: &Card, targets: &[String], losses: &Losses) -> bool {
    let learned = targets.iter().zip(&losses.0).map(|(name, loss)| (name, loss.output(), loss.has_scale()));
    card.targets.iter().map(|target| (&target.name, target.output, target.scale_output)).eq(learned)
}

/// The bundles of a blend's recipe, each with the folder that it will have in the blend; none for another architecture.
fn members(recipe: &Recipe, losses: &Losses) -> Result<Vec<(String, Bundle)>> {
    let Architecture::Blend(settings) = &recipe.architecture else { return Ok(Vec::new()) };
    let open = |(at, member): (usize, &blend::Member)| {
        let bundle = Library::open(&member.bundle)?;
        Ok((format!("{}.{}", at + 1, bundle.card.architecture.name()), bundle))
    };
    let members = settings.members.iter().enumerate().map(open).collect::<Result<Vec<(String, Bundle)>>>()?;
    let step = members.first().map_or(BIN, |(_, first)| first.predictor.step());
    for (_, member) in &members {
        let why = match () {
            () if matches!(member.weights, Weights::Blend(_)) => "is a blend itself",
            () if !gives(&member.card, &recipe.targets, losses) => {
                "imputes other targets than the recipe's, or in another unit; the recipe's 'loss' decides the unit"
            }
            () if member.predictor.step() != step => "looks at bases where another member looks at bins",
            () => continue,
        };
        let text = format!("{} cannot be a member of this blend: it {why}.", member.card.name);
        return Err(nascape_model::Error::Setting(text).into());
    }
    Ok(members)
}

/// A sentence, where a test region lies so close to a train region that a prediction there looks at reads beside which it was trained.
fn too_near(one: &Opened<'_>, reach: usize, smoothing: Option<f64>) -> Option<String> {
    let bases = |bins: usize| bins as u64 * u64::from(BIN);
    let (window, smoothing) = (bases(reach), bases(smoothing.map_or(0, |sigma| (4.0 * sigma).ceil() as usize)));
    let pairs = one.test.iter().flat_map(|test| one.train.iter().map(move |train| (test, train)));
    let here = pairs.filter(|(test, train)| test.chromosome == train.chromosome);
    let gaps = here.map(|(test, train)| (test.start.max(train.start) - test.end.min(train.end), test, train));
    let (gap, test, train) = gaps.min_by_key(|(gap, ..)| *gap)?;
    (u64::from(gap) < window + smoothing).then(|| {
        format!(
            "{}: the test region {test} lies {} bp from the train region {train}, and a prediction looks {} bp far ({} bp of reads, \
             {} bp of the target's smoothing). Leave that much between them, or the test part flatters the bundle.",
            one.experiment.name,
            with_commas(gap.into()),
            with_commas(window + smoothing),
            with_commas(window),
            with_commas(smoothing),
        )
    })
}

/// A blend of its members: by the weights that the recipe says, or those that do best on the validation part.
fn blended(
    recipe: &train::Recipe,
    members: Vec<(String, Bundle)>,
    validation: &Part,
) -> Result<(Architecture, Trained)> {
    let Architecture::Blend(settings) = &recipe.architecture else { unreachable!("asked for a blend only") };
    let said: Option<Vec<f32>> = settings.members.iter().map(|member| member.weight).collect();
    let weights = said.unwrap_or_else(|| {
        let predictors: Vec<&Predictor> = members.iter().map(|(_, bundle)| &bundle.predictor).collect();
        train::blend::weights(&predictors, &recipe.losses, validation)
    });
    let weighted = weights.iter().zip(members).filter(|(weight, _)| **weight > 0.0);
    let (of_card, members): (Vec<blend::Member>, Vec<(String, Bundle)>) = weighted
        .map(|(weight, (folder, bundle))| {
            (blend::Member { bundle: folder.clone(), weight: Some(*weight) }, (folder, bundle))
        })
        .unzip();
    let engine = Engine::Blend(
        of_card.iter().zip(&members).map(|(one, (_, b))| (one.weight.unwrap_or(1.0), b.predictor.clone())).collect(),
    );
    let predictor = Predictor { reads_per_kb: recipe.reads_per_kb, both_directions: false, engine };
    let trained = Trained { weights: Weights::Blend(members), predictor, best_epoch: 0, epochs: Vec::new() };
    Ok((Architecture::Blend(blend::Settings { members: of_card }), trained))
}

#[cfg(feature = "xgboost")]
fn forest(
    recipe: &train::Recipe,
    on: &Part,
    choose: &Part,
    progress: &dyn Progress,
    told: impl FnMut(&Epoch),
) -> Result<Trained> {
    Ok(train::forest::train(recipe, on, choose, progress, told)?)
}

#[cfg(not(feature = "xgboost"))]
fn forest(_: &train::Recipe, _: &Part, _: &Part, _: &dyn Progress, _: impl FnMut(&Epoch)) -> Result<Trained> {
    let text = "this Nascape was built without the XGBoost library and cannot train trees. Build it with the feature 'xgboost'.";
    Err(nascape_model::Error::Setting(text.to_owned()).into())
}

/// What a checkpoint is one of: settings and files, by their checksums.
fn identity(learned: &train::Recipe, request: &Request, used: &[ExperimentUsed]) -> String {
    let from = request.from.as_ref().map(|bundle| &bundle.card.weights);
    let recipe = &request.recipe;
    let target = (recipe.peak_value, recipe.target_summary, recipe.target_transform, recipe.target_smoothing);
    serde_json::to_string(&(VERSION, learned, &recipe.targets, target, from, used)).expect("settings are plain data")
}

/// Presence or absence is a logistic question, a quantity is not: what the target at this place is in every experiment that has it.
///
/// # Errors
/// A sentence, when it is peaks in one experiment and a signal in another.
fn kind(recipe: &Recipe, experiments: &[Opened<'_>], at: usize) -> Result<TargetKind> {
    let mut observed = experiments.iter().filter_map(|one| Some((one, one.observed[at].as_ref()?.is_presence())));
    let (first, presence) = observed.next().expect("a recipe's marks are each observed somewhere");
    match observed.find(|(_, other)| *other != presence) {
        Some((other, _)) => Err(nascape_model::Error::Setting(format!(
            "{} is present or absent in one of the experiments '{}' and '{}', and a quantity in the other. Give peaks for both, or \
             signals for both.",
            recipe.targets[at], first.experiment.name, other.experiment.name
        ))
        .into()),
        None if presence => Ok(TargetKind::Presence),
        None => Ok(TargetKind::Signal),
    }
}

/// How well each mark is imputed on the validation part and on the test part, with intervals from the calibration part.
fn targets(
    recipe: &Recipe,
    kinds: &[TargetKind],
    losses: &Losses,
    predictor: &Predictor,
    [validation, calibration, test]: [&Part; 3],
) -> Vec<Target> {
    let measures = |part: &Part| assess(predictor, losses, part).1;
    let on_validation = measures(validation);
    let on_test = (!test.is_empty()).then(|| measures(test));
    let (of_calibration, of_test) = (columns(predictor, losses, calibration), columns(predictor, losses, test));
    let target = |(at, validation): (usize, Measures)| Target {
        name: recipe.targets[at].clone(),
        kind: kinds[at],
        transform: match kinds[at] {
            TargetKind::Presence => TargetTransform::Identity,
            TargetKind::Signal => recipe.target_transform,
        },
        loss: losses.0[at],
        output: losses.0[at].output(),
        scale_output: losses.0[at].has_scale(),
        validation,
        test: on_test.as_ref().map(|measures| measures[at].clone()),
        calibration: of_calibration[at]
            .estimate(kinds[at])
            .map(|found| Calibration { test_coverage: of_test[at].coverage(&found), ..found }),
    };
    on_validation.into_iter().enumerate().map(target).collect()
}

/// One mark over a whole part: what calibration is made from.
#[derive(Default)]
struct Columns {
    observed: Vec<f32>,
    value: Vec<f32>,
    scale: Vec<f32>,
}

impl Columns {
    fn estimate(&self, kind: TargetKind) -> Option<Calibration> {
        let found = Calibration::estimate(&self.observed, &self.value, &self.scale)?;
        let rates = match kind {
            TargetKind::Presence => false_discovery(&self.observed, &self.value),
            TargetKind::Signal => Vec::new(),
        };
        Some(Calibration { rates, ..found })
    }

    fn coverage(&self, calibration: &Calibration) -> Option<nascape_model::calibration::Coverage> {
        calibration.coverage(&self.observed, &self.value, &self.scale)
    }
}

fn columns(predictor: &Predictor, losses: &Losses, part: &Part) -> Vec<Columns> {
    let mut columns: Vec<Columns> = losses.0.iter().map(|_| Columns::default()).collect();
    for assessed in on_part(predictor, losses, part) {
        for ((column, target), track) in columns.iter_mut().zip(assessed.stretch.targets()).zip(assessed.tracks) {
            column.observed.extend(target);
            column.value.extend(track.value);
            column.scale.extend(track.scale);
        }
    }
    columns
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
