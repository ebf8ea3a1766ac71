//! A training written down: a TOML file that names files, regions, architecture, settings and seed.
//!
//! ```toml
//! targets = ["H3K4me3"]
//! architecture = { name = "nascape" }
//! schedule = { epochs = 40, seed = 1 }
//!
//! [[experiment]]
//! name = "K562, PRO-seq"
//! plus = "K562.PROseq.plus.bw"
//! minus = "K562.PROseq.minus.bw"
//! observed = { H3K4me3 = "K562.H3K4me3.peaks.bed" }
//! train = ["chr21:1-30,000,000"]
//! validation = ["chr21:30,000,001-35,000,000"]
//! test = ["chr21:35,000,001-48,129,895"]
//! ```

use std::{
    collections::BTreeMap,
    fs,
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use nascape_model::{
    architecture::Architecture,
    bundle::TargetTransform,
    input::Input,
    train::{Loss, Schedule},
};
use nascape_signal::{Assembly, Region, SignalOptions, Summary, bam::Library, doctor::Files, observed::PeakValue};
use serde::{Deserialize, Serialize};

use crate::{AssaySource, Error, Result};

/// Everything that decides what a training gives.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The marks, in the order of the bundle's outputs.
    pub targets: Vec<String>,
    /// The architecture and its settings.
    pub architecture: Architecture,
    /// Input channels; the architecture's usual ones when not given.
    #[serde(default)]
    pub input: Option<Input>,
    /// What is made small; the architecture's usual loss when not given.
    #[serde(default)]
    pub loss: Option<Loss>,
    /// Reads per kb of the library that its inputs are to look like; the first experiment's when not given.
    #[serde(default)]
    pub reads_per_kb: Option<f64>,
    /// Whether to impute the mean of both directions; as is usual for the architecture when not given.
    #[serde(default)]
    pub both_directions: Option<bool>,
    /// How long and how fast it learns.
    #[serde(default)]
    pub schedule: Schedule,
    /// What a peak file says of a bin.
    #[serde(default = "presence")]
    pub peak_value: PeakValue,
    /// Bases to which longer peaks are cut, about their summits or middles, so that assays that draw peaks of unlike length ask the same.
    #[serde(default)]
    pub longest_peak: Option<NonZeroU32>,
    /// How a signal's bases become a bin.
    #[serde(default = "mean0")]
    pub target_summary: Summary,
    /// What is done to a signal's bin.
    #[serde(default)]
    pub target_transform: TargetTransform,
    /// Width of the Gaussian that smooths the target, in bins.
    #[serde(default)]
    pub target_smoothing: Option<f64>,
    /// The licence of the weights.
    #[serde(default = "not_stated")]
    pub licence: String,
    /// Folds into which train, validation and calibration part together are cut: the bundle learns from all of them, and what is imputed
    /// on each by a training without it chooses the weights of a blend, calibrates (on the calibration part, or where none is said on
    /// all) and is measured as validation. The last epoch is kept.
    #[serde(default)]
    pub folds: Option<usize>,
    /// Targets that are learned beside the others and not kept: what is learned for them serves the others (networks only).
    #[serde(default)]
    pub helpers: Vec<String>,
    /// A file of experiments that several recipes share; of its marks those are used that the recipe names.
    #[serde(default, rename = "experiments")]
    pub shared: Option<PathBuf>,
    /// Names of the shared experiments to use; all when not given.
    #[serde(default)]
    pub only: Vec<String>,
    /// Assays with what was observed of their cells.
    #[serde(default, rename = "experiment")]
    pub experiments: Vec<Experiment>,
}

/// One assay, what was observed of its cells, and the parts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Experiment {
    /// What to call it.
    pub name: String,
    /// The assay.
    pub assay: AssaySource,
    /// Observed tracks by mark; a mark may lack one here when another experiment has it.
    pub observed: BTreeMap<String, PathBuf>,
    /// Regions that take no part, a BED file.
    pub exclude: Option<PathBuf>,
    /// Regions to learn from.
    pub train: Vec<Region>,
    /// Regions to choose the epoch by.
    pub validation: Vec<Region>,
    /// Regions on which intervals and false discovery rates are estimated: of their own, or, where there is little, all those of
    /// `validation`.
    pub calibration: Vec<Region>,
    /// Regions kept aside and measured once at the end.
    pub test: Vec<Region>,
}

/// An experiment as a recipe says it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    plus: Option<PathBuf>,
    minus: Option<PathBuf>,
    /// One unstranded file, or a BAM.
    signal: Option<PathBuf>,
    /// Assembly, for files without chromosome lengths.
    assembly: Option<Assembly>,
    /// How the reads of a BAM stand for RNAs; those of PRO-seq when not given.
    library: Option<Library>,
    observed: BTreeMap<String, PathBuf>,
    exclude: Option<PathBuf>,
    #[serde(default)]
    train: Vec<String>,
    #[serde(default)]
    validation: Vec<String>,
    #[serde(default)]
    calibration: Vec<String>,
    #[serde(default)]
    test: Vec<String>,
}

impl TryFrom<Written> for Experiment {
    type Error = String;

    fn try_from(written: Written) -> std::result::Result<Self, String> {
        let files = match (written.plus, written.minus, written.signal) {
            (Some(plus), Some(minus), None) => Files::Strands(plus, minus),
            (None, None, Some(signal)) => Files::Single(signal),
            _ => return Err(format!("the experiment '{}' needs 'plus' and 'minus', or 'signal' alone", written.name)),
        };
        let regions = |texts: Vec<String>| {
            let region = |text: &String| text.parse::<Region>().map_err(|fault| fault.to_string());
            texts.iter().map(region).collect::<std::result::Result<Vec<_>, _>>()
        };
        Ok(Self {
            assay: AssaySource {
                files,
                options: SignalOptions {
                    assembly: written.assembly,
                    library: written.library.unwrap_or(Library::PRO),
                    ..SignalOptions::default()
                },
            },
            name: written.name,
            observed: written.observed,
            exclude: written.exclude,
            train: regions(written.train)?,
            validation: regions(written.validation)?,
            calibration: regions(written.calibration)?,
            test: regions(written.test)?,
        })
    }
}

impl From<Experiment> for Written {
    fn from(experiment: Experiment) -> Self {
        let SignalOptions { assembly, library, .. } = experiment.assay.options;
        let (plus, minus, signal) = match experiment.assay.files {
            Files::Strands(plus, minus) => (Some(plus), Some(minus), None),
            Files::Single(signal) => (None, None, Some(signal)),
        };
        let strings = |regions: Vec<Region>| regions.iter().map(Region::to_string).collect();
        Self {
            name: experiment.name,
            plus,
            minus,
            signal,
            assembly,
            library: Some(library),
            observed: experiment.observed,
            exclude: experiment.exclude,
            train: strings(experiment.train),
            validation: strings(experiment.validation),
            calibration: strings(experiment.calibration),
            test: strings(experiment.test),
        }
    }
}

fn presence() -> PeakValue {
    PeakValue::Presence
}

fn mean0() -> Summary {
    Summary::Mean0
}

fn not_stated() -> String {
    "not stated".to_owned()
}

impl Recipe {
    /// An architecture trained for one mark on one experiment, everything else as usual.
    pub fn new(target: String, architecture: Architecture, experiment: Experiment) -> Self {
        Self {
            targets: vec![target],
            architecture,
            input: None,
            loss: None,
            reads_per_kb: None,
            both_directions: None,
            schedule: Schedule::default(),
            peak_value: presence(),
            longest_peak: None,
            target_summary: mean0(),
            target_transform: TargetTransform::default(),
            target_smoothing: None,
            folds: None,
            licence: not_stated(),
            helpers: Vec::new(),
            shared: None,
            only: Vec::new(),
            experiments: vec![experiment],
        }
    }

    /// Reads a recipe. Files that it names lie under `data`, or beside the recipe.
    ///
    /// # Errors
    /// [`Error::Recipe`] with the line and what is wrong there.
    pub fn read(path: &Path, data: Option<&Path>) -> Result<Self> {
        let fault = |detail: String| Error::Recipe { path: path.to_owned(), detail };
        let text = fs::read_to_string(path).map_err(|source| fault(format!("it cannot be read ({source}).")))?;
        let mut recipe: Self = toml::from_str(&text).map_err(|source| fault(source.to_string()))?;
        if let Some(shared) = recipe.shared.take() {
            recipe.add_shared(&path.parent().unwrap_or(Path::new(".")).join(shared))?;
        }
        let beside = path.parent().unwrap_or(Path::new("."));
        let found = |file: &Path| match data.map(|data| data.join(file)) {
            Some(in_data) if in_data.exists() => in_data,
            _ => beside.join(file),
        };
        for experiment in &mut recipe.experiments {
            let of_assay = match &mut experiment.assay.files {
                Files::Strands(plus, minus) => vec![plus, minus],
                Files::Single(file) => vec![file],
            };
            let named = of_assay.into_iter().chain(&mut experiment.exclude).chain(experiment.observed.values_mut());
            named.filter(|file| !is_remote(file)).for_each(|file| *file = found(file));
        }
        if let Architecture::Blend(settings) = &mut recipe.architecture {
            // Bundles lie beside the recipe, or are known by name.
            for member in &mut settings.members {
                let beside = path.parent().unwrap_or(Path::new(".")).join(&member.bundle);
                if beside.is_dir() {
                    member.bundle = beside.to_string_lossy().into_owned();
                }
            }
        }
        recipe.check(path)?;
        Ok(recipe)
    }

    /// Adds the experiments of another file that have a mark which this recipe names.
    fn add_shared(&mut self, path: &Path) -> Result<()> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Shared {
            experiment: Vec<Experiment>,
        }
        let fault = |detail: String| Error::Recipe { path: path.to_owned(), detail };
        let text = fs::read_to_string(path).map_err(|source| fault(format!("it cannot be read ({source}).")))?;
        let shared: Shared = toml::from_str(&text).map_err(|source| fault(source.to_string()))?;
        for mut experiment in shared.experiment {
            experiment.observed.retain(|mark, _| self.targets.contains(mark) || self.helpers.contains(mark));
            // What no data folder holds may lie beside the experiments, which need not lie beside the recipe.
            if let Some(exclude) = &mut experiment.exclude {
                let beside = path.parent().unwrap_or(Path::new(".")).join(&*exclude);
                if let Ok(found) = beside.canonicalize() {
                    *exclude = found;
                }
            }
            let wanted = self.only.is_empty() || self.only.contains(&experiment.name);
            if wanted && !experiment.observed.is_empty() {
                self.experiments.push(experiment);
            }
        }
        Ok(())
    }

    /// All that is learned: the targets, then the helpers.
    pub fn learned(&self) -> Vec<String> {
        [self.targets.as_slice(), &self.helpers].concat()
    }

    fn check(&self, path: &Path) -> Result<()> {
        let fault = |detail: String| Err(Error::Recipe { path: path.to_owned(), detail });
        if self.targets.is_empty() || self.experiments.is_empty() {
            return fault("it names no target or no [[experiment]].".to_owned());
        }
        for experiment in &self.experiments {
            if let Some(mark) = experiment.observed.keys().find(|mark| !self.learned().contains(mark)) {
                return fault(format!(
                    "the experiment '{}' has {mark}, which is not among 'targets'.",
                    experiment.name
                ));
            }
        }
        match self.learned().iter().find(|mark| self.experiments.iter().all(|e| !e.observed.contains_key(*mark))) {
            Some(mark) => fault(format!("no experiment has an observed {mark}.")),
            None => Ok(()),
        }
    }
}

fn is_remote(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.starts_with("http://") || text.starts_with("https://"))
}
