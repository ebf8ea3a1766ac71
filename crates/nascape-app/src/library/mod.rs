//! The bundles at hand: those shipped inside the program, those that the user keeps, and folders and files that the user names.

pub mod archive;
mod describe;
pub mod kept;

use std::{io, path::Path};

use include_dir::{Dir, include_dir};
use nascape_model::{
    Bundle,
    bundle::{CARD, Card},
    metrics::Measures,
};
use serde::Serialize;

pub use self::describe::describe;
use crate::{Error, Result};

/// The repository's `models/` folder, inside the program so that it works wherever it is copied.
static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../models");

/// The marks that are imputed when none is named, each with the shipped bundle that is used unless the user chose another.
const DEFAULTS: [(&str, &str); 4] = [
    ("H3K4me3", "H3K4me3.blend"),
    ("H3K27ac", "H3K27ac.windows-gbt"),
    ("H3K27me3", "H3K27me3.windows-gbt"),
    ("DNase", "DNase.blend"),
];

/// The bundles that have names: shipped and kept.
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
    /// True when it came with the program; false for a bundle that the user keeps.
    pub shipped: bool,
    /// Trained numbers.
    pub parameters: usize,
    /// AUPRC on the test part, for peaks; the mean over the marks.
    pub test_auprc: Option<f64>,
    /// Pearson's correlation on the test part; the mean over the marks.
    pub test_pearson: Option<f64>,
}

impl Library {
    /// The names of all bundles: the defaults in the order of their marks, the other shipped ones, then those that the user keeps.
    pub fn names() -> Vec<String> {
        let defaults = Self::default_names();
        let others = [Self::shipped_names(), kept::names()].concat();
        let others = others.into_iter().filter(|name| !defaults.contains(name));
        defaults.iter().cloned().chain(others).collect()
    }

    /// The names of the shipped bundles.
    pub fn shipped_names() -> Vec<String> {
        let bundles = SHIPPED.dirs().filter(|dir| dir.contains(dir.path().join(CARD)));
        let mut names: Vec<String> = bundles.map(|dir| dir.path().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// The bundle of each mark that is used when none is named.
    pub fn default_names() -> Vec<String> {
        let chosen = kept::defaults();
        let of_mark =
            |(mark, shipped): &(&str, &str)| chosen.get(*mark).cloned().unwrap_or_else(|| (*shipped).to_owned());
        DEFAULTS.iter().map(of_mark).collect()
    }

    /// One line a bundle.
    ///
    /// # Errors
    /// Those of [`Library::open`].
    pub fn list() -> Result<Vec<Listed>> {
        let defaults = Self::default_names();
        let listed = |name: &String| {
            let card = Self::named(name)?.card;
            Ok(Listed {
                name: name.to_owned(),
                architecture: card.architecture.name(),
                target: card.target_names(),
                default: defaults.contains(name),
                shipped: Self::is_shipped(name),
                parameters: card.parameters,
                test_auprc: mean(&card, |measures| measures.auprc),
                test_pearson: mean(&card, |measures| measures.pearson),
            })
        };
        Self::names().iter().map(listed).collect()
    }

    /// Opens and checks a bundle: a folder, a `.nascape` file, or the name of a shipped or kept one. A folder of the name wins.
    ///
    /// # Errors
    /// [`Error::UnknownBundle`]; those of [`Bundle::open`] and [`archive::read`].
    pub fn open(name: &str) -> Result<Bundle> {
        let path = Path::new(name);
        if path.join(CARD).exists() {
            return Ok(Bundle::open(path)?);
        }
        if path.is_file() && path.extension().is_some_and(|ending| ending == archive::ENDING) {
            return archive::read(path);
        }
        match Self::named(name) {
            // A folder that is no bundle says so itself; anything else is not known.
            Err(Error::UnknownBundle { .. }) if path.is_dir() => Ok(Bundle::open(path)?),
            outcome => outcome,
        }
    }

    /// The shipped or kept bundle of a name, whatever folders there are.
    ///
    /// # Errors
    /// [`Error::UnknownBundle`]; those of [`Bundle::open`] for a kept one.
    pub fn named(name: &str) -> Result<Bundle> {
        if Self::is_shipped(name) {
            let file = |file: &str| match SHIPPED.get_file(format!("{name}/{file}")) {
                Some(file) => Ok(file.contents().to_vec()),
                None => Err(io::ErrorKind::NotFound.into()),
            };
            return Ok(Bundle::read(Path::new(name), &file)?);
        }
        let unknown = || Error::UnknownBundle { name: name.to_owned(), known: Self::names().join(", ") };
        kept::open(name)?.ok_or_else(unknown)
    }

    /// True for a bundle that came with the program.
    pub fn is_shipped(name: &str) -> bool {
        SHIPPED.contains(format!("{name}/{CARD}"))
    }

    /// The default bundle of every mark.
    ///
    /// # Errors
    /// Those of [`Library::named`].
    pub fn defaults() -> Result<Vec<Bundle>> {
        Self::default_names().iter().map(|name| Self::named(name)).collect()
    }
}

/// The mean of a figure over a bundle's marks, on the test part.
fn mean(card: &Card, figure: impl Fn(&Measures) -> Option<f64>) -> Option<f64> {
    let figures: Option<Vec<f64>> = card.targets.iter().map(|target| target.test.as_ref().and_then(&figure)).collect();
    figures.map(|figures| figures.iter().sum::<f64>() / figures.len() as f64)
}
