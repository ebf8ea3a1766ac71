//! The bundles at hand: those shipped inside the program, and folders that the user names.

use std::{io, path::Path};

use include_dir::{Dir, include_dir};
use nascape_model::{
    Bundle,
    bundle::{CARD, Card, TargetKind},
    metrics::Measures,
};
use serde::Serialize;

use crate::{Error, Result, train::headline};

/// The repository's `models/` folder, inside the program so that it works wherever it is copied.
static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../models");

/// The shipped bundle of each mark that is used when the user names none.
const DEFAULTS: [&str; 4] = ["H3K4me3.blend", "H3K27ac.windows-gbt", "H3K27me3.windows-gbt", "DNase.blend"];

/// The shipped bundles.
pub struct Library;

/// A line of `nascape models list`.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// What `--model` takes.
    pub name: String,
    /// The architecture.
    pub architecture: &'static str,
    /// The mark it imputes; several, separated by commas.
    pub target: String,
    /// True for the bundle of its mark that is used when none is named.
    pub default: bool,
    /// Trained numbers.
    pub parameters: usize,
    /// AUPRC on the test part, for peaks; the mean over the marks.
    pub test_auprc: Option<f64>,
    /// Pearson's correlation on the test part; the mean over the marks.
    pub test_pearson: Option<f64>,
}

impl Library {
    /// The names of the shipped bundles.
    pub fn names() -> Vec<String> {
        let bundles = SHIPPED.dirs().filter(|dir| dir.contains(dir.path().join(CARD)));
        let mut names: Vec<String> = bundles.map(|dir| dir.path().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// True for the shipped bundle of its mark that is used when none is named.
    pub fn is_default(name: &str) -> bool {
        DEFAULTS.contains(&name)
    }

    /// The place of a shipped bundle in a list that begins with the defaults, in the order of their marks.
    pub fn default_place(name: &str) -> usize {
        DEFAULTS.iter().position(|default| *default == name).unwrap_or(DEFAULTS.len())
    }

    /// One line a shipped bundle.
    ///
    /// # Errors
    /// Those of [`Library::open`].
    pub fn list() -> Result<Vec<Listed>> {
        Self::names().iter().map(|name| Ok(Self::listed(name, Self::open(name)?.card))).collect()
    }

    fn listed(name: &str, card: Card) -> Listed {
        Listed {
            name: name.to_owned(),
            architecture: card.architecture.name(),
            target: card.target_names(),
            default: Self::is_default(name),
            parameters: card.parameters,
            test_auprc: mean(&card, |measures| measures.auprc),
            test_pearson: mean(&card, |measures| measures.pearson),
        }
    }

    /// Opens and checks a bundle: a folder, or the name of a shipped one. A folder of the name wins.
    ///
    /// # Errors
    /// [`Error::UnknownBundle`]; those of [`Bundle::open`].
    pub fn open(name: &str) -> Result<Bundle> {
        let folder = Path::new(name);
        if folder.join(CARD).exists() {
            return Ok(Bundle::open(folder)?);
        }
        match Self::shipped(name) {
            // A folder that is no bundle says so itself; anything else is not known.
            Err(Error::UnknownBundle { .. }) if folder.is_dir() => Ok(Bundle::open(folder)?),
            outcome => outcome,
        }
    }

    /// The shipped bundle of a name, whatever folders there are.
    ///
    /// # Errors
    /// [`Error::UnknownBundle`].
    pub fn shipped(name: &str) -> Result<Bundle> {
        let file = |file: &str| match SHIPPED.get_file(format!("{name}/{file}")) {
            Some(file) => Ok(file.contents().to_vec()),
            None => Err(io::ErrorKind::NotFound.into()),
        };
        match file(CARD) {
            Ok(_) => Ok(Bundle::read(Path::new(name), &file)?),
            Err(_) => Err(Error::UnknownBundle { name: name.to_owned(), known: Self::names().join(", ") }),
        }
    }

    /// The default bundle of every mark.
    ///
    /// # Errors
    /// Those of [`Library::open`].
    pub fn defaults() -> Result<Vec<Bundle>> {
        DEFAULTS.iter().map(|name| Self::open(name)).collect()
    }
}

/// The mean of a figure over a bundle's marks, on the test part.
fn mean(card: &Card, figure: impl Fn(&Measures) -> Option<f64>) -> Option<f64> {
    let figures: Option<Vec<f64>> = card.targets.iter().map(|target| target.test.as_ref().and_then(&figure)).collect();
    figures.map(|figures| figures.iter().sum::<f64>() / figures.len() as f64)
}

/// A card as text: what the bundle imputes, how good it is, and what it was trained on.
pub fn describe(card: &Card) -> String {
    let training = &card.training;
    let schedule = training.schedule.as_ref().map_or_else(String::new, |schedule| {
        format!("epoch {} of {}, seed {}", training.best_epoch, training.epochs.len(), schedule.seed)
    });
    let mut text = format!(
        "{name}: {architecture} for {target}, {parameters} parameters, {schedule}\n\
         window       {window} bins of {bin} bp\n\
         command      {command}\n\
         licence      {licence}\n",
        name = card.name,
        architecture = card.architecture.name(),
        target = card.target_names(),
        parameters = card.parameters,
        window = card.window_bins,
        bin = card.bin_size,
        command = training.command,
        licence = card.licence,
    );
    for target in &card.targets {
        let kind = match target.kind {
            TargetKind::Presence => "a score between 0 and 1 for 'the bin is in a peak'; not fold change",
            TargetKind::Signal => "the observed track's own quantity",
        };
        let test = target.test.as_ref().map_or_else(|| "not measured".to_owned(), |test| headline(target.kind, test));
        text += &format!(
            "{}\n  value      {kind}\n  validation {}\n  test       {test}\n",
            target.name,
            headline(target.kind, &target.validation)
        );
        if let Some(coverage) = target.calibration.as_ref().and_then(|calibration| calibration.test_coverage) {
            text += &format!(
                "  intervals  hold {:.1} % of the test part's bins, {:.1} % of the highest 5 %\n",
                100.0 * coverage.all,
                100.0 * coverage.top
            );
        }
    }
    for experiment in &training.experiments {
        text += &format!("{} ({})\n", experiment.name, experiment.assembly.as_deref().unwrap_or("assembly not known"));
        for (part, regions) in [
            ("train", &experiment.train),
            ("validation", &experiment.validation),
            ("calibration", &experiment.calibration),
            ("test", &experiment.test),
        ] {
            if !regions.is_empty() {
                text += &format!("  {part:<11} {}\n", regions.join(", "));
            }
        }
        for file in &experiment.files {
            text += &format!("  {:<11} {}  SHA-256 {}\n", file.role, file.name, file.sha256);
        }
    }
    for file in &card.weights {
        text += &format!("weights      {}  SHA-256 {}\n", file.file, file.sha256);
    }
    text.trim_end().to_owned()
}
