//! A request as it is written down: in the folder of a retraining on its way, and in the record of one that was done.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use nascape_model::Bundle;
use nascape_signal::{Progress, Region};
use serde::{Deserialize, Serialize};

use super::{FOLDER, Request, Work, run};
use crate::{
    AssaySource, Error, Result,
    record::{self, Made, RECORD, Recorded},
};

/// All of a [`Request`] but its bundle, which lies beside it or is told by its checksums.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Asked {
    #[serde(skip)]
    start: Vec<Bundle>,
    pub assay: AssaySource,
    pub observed: PathBuf,
    regions: Vec<Region>,
    test: Vec<Region>,
    pub exclude: Option<PathBuf>,
    command: String,
    pub output: PathBuf,
}

impl Asked {
    pub fn of(request: &Request) -> Self {
        let Request { start, assay, observed, regions, test, exclude, command, output } = request.clone();
        Self { start: vec![start], assay, observed, regions, test, exclude, command, output }
    }

    /// The request, of a bundle.
    pub fn from(self, start: Bundle) -> Request {
        let Self { assay, observed, regions, test, exclude, command, output, .. } = self;
        Request { start, assay, observed, regions, test, exclude, command, output }
    }

    /// Leaves the record of a retraining beside what came of it.
    ///
    /// # Errors
    /// Those of reading the files for their checksums, and of writing.
    pub fn record(self) -> Result<()> {
        let mut outputs = Vec::new();
        files(&self.output, &mut outputs).map_err(crate::error::write_fault(&self.output))?;
        let verdict = self.output.join(FOLDER);
        let role = |path: &Path| if path.starts_with(&verdict) { "verdict" } else { "bundle" };
        let outputs = outputs.into_iter().map(|path| (role(&path), path)).collect();
        record::write(&self, Made { outputs, ..Made::default() }).map(drop)
    }
}

/// The files beneath a folder in the order of their names; records say where they lie, and differ from place to place.
fn files(folder: &Path, into: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    for path in entries.into_iter().filter(|path| !path.ends_with(RECORD)) {
        if path.is_dir() {
            files(&path, into)?;
        } else {
            into.push(path);
        }
    }
    Ok(())
}

impl Recorded for Asked {
    const VERB: &'static str = "retrain";
    const FILLS_A_FOLDER: bool = false;
    // Its name is the bundle's.
    const MAKES_A_FOLDER: bool = true;

    fn files(&mut self) -> Vec<(String, &mut PathBuf)> {
        let exclude = self.exclude.as_mut().map(|path| ("exclude".to_owned(), path));
        let observed = ("observed".to_owned(), &mut self.observed);
        self.assay.files_to_record().into_iter().chain([observed]).chain(exclude).collect()
    }

    fn held_bundles(&mut self) -> Option<&mut Vec<Bundle>> {
        Some(&mut self.start)
    }

    fn output(&mut self) -> &mut PathBuf {
        &mut self.output
    }

    fn run_again(&self, progress: &dyn Progress) -> Result<()> {
        let Some(start) = self.start.first().cloned() else {
            return Err(Error::Retrain { detail: "the record names no bundle that was started from.".to_owned() });
        };
        let folder = Work::beside(&self.output);
        run(Work::begin(self.clone().from(start), &folder)?, progress, |_| {}).map(drop)
    }
}
