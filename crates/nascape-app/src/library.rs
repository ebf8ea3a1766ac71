//! The bundles at hand: those shipped inside the program, and folders that the user names.

use std::{io, path::Path};

use include_dir::{Dir, include_dir};
use nascape_model::{
    Bundle,
    bundle::{CARD, Card},
    metrics::Measures,
};
use serde::Serialize;

use crate::{Error, Result};

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
            default: DEFAULTS.contains(&name),
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
