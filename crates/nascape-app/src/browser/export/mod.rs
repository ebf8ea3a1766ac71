//! Exports: the verbs of the command line, run as jobs on what is on the screen.

mod formats;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use nascape_model::Bundle;
use nascape_signal::{Progress, Region, partial::PartialFolder};

use super::{
    Browser,
    bundles::OpenBundle,
    fault::Answer,
    track::Track,
    wire::{ExportFormat, ExportRequest, Fault, Job},
};
use crate::{
    error::write_fault,
    impute::{self, Imputed},
};

/// Everything an export needs, opened and checked before it waits its turn.
struct Export {
    track: Arc<Track>,
    /// Each bundle once, with the marks of it that were asked for.
    bundles: Vec<(Arc<OpenBundle>, Vec<String>)>,
    regions: Vec<Region>,
    format: ExportFormat,
    intervals: bool,
    fdr: Option<f64>,
    observed: Option<Arc<Track>>,
    /// Where the user wants the files.
    folder: PathBuf,
}

impl Browser {
    /// Puts an export behind the other jobs. The files go into a folder of their own in the one chosen, so that nothing is replaced.
    ///
    /// # Errors
    /// What can be told before the work: a track that was closed or changed, a region that does not parse, a folder that was not
    /// chosen.
    pub fn start_export(&self, request: ExportRequest) -> Answer<Job> {
        let track = self.track(&request.track)?;
        track.check()?;
        let stranded = track.signal()?.assay.is_stranded();
        let mut bundles: Vec<(Arc<OpenBundle>, Vec<String>)> = Vec::new();
        for imputed in &request.imputed {
            let (bundle, _) = self.imputed_by(imputed)?;
            if bundle.line.needs_strands && !stranded {
                return Err(nascape_model::Error::NeedsStrands { bundle: bundle.line.title.clone() }.into());
            }
            match bundles.iter_mut().find(|(known, _)| known.fingerprint == bundle.fingerprint) {
                Some((_, marks)) if marks.contains(&imputed.target) => {}
                Some((_, marks)) => marks.push(imputed.target.clone()),
                None => bundles.push((bundle, vec![imputed.target.clone()])),
            }
        }
        if bundles.is_empty() {
            return Err(Fault::new("Choose at least one imputed track to export."));
        }
        let observed = request.observed.as_deref().map(|observed| self.track(observed)).transpose()?;
        if request.format == ExportFormat::Figure && observed.is_none() {
            return Err(Fault::new(
                "A figure sets the imputed track against an observed one. Add the observed track first.",
            ));
        }
        let export = Export {
            regions: request.regions.iter().map(|region| region.parse()).collect::<Result<_, _>>()?,
            folder: self.allowed.check(Path::new(&request.folder))?,
            format: request.format,
            intervals: request.intervals,
            fdr: request.fdr,
            track,
            bundles,
            observed,
        };
        Ok(self.jobs.add(export.title(), None, move |progress: &dyn Progress| export.run(progress)))
    }
}

impl Export {
    /// 'Export H3K4me3 of chr21 as bigWig'.
    fn title(&self) -> String {
        let marks: Vec<&str> = self.bundles.iter().flat_map(|(_, marks)| marks.iter().map(String::as_str)).collect();
        let regions: Vec<String> = self.regions.iter().map(Region::to_string).collect();
        let what = match self.format {
            ExportFormat::BigWig => "as bigWig",
            ExportFormat::BedGraph => "as bedGraph",
            ExportFormat::NarrowPeak => "as narrowPeak",
            ExportFormat::Figure => "against the observed track",
        };
        let place = if regions.is_empty() { "the genome".to_owned() } else { regions.join(", ") };
        format!("Export {} of {place} {what}", marks.join(", "))
    }

    fn run(&self, progress: &dyn Progress) -> Answer<(String, Vec<String>)> {
        let partial = PartialFolder::create(&self.folder, "export").map_err(write_fault(&self.folder))?;
        let outputs = self.write(partial.path(), progress)?;
        // What was read from a file in two states is no export.
        self.track.check()?;
        let names: Vec<_> = outputs.iter().map(|path| path.strip_prefix(partial.path()).unwrap_or(path)).collect();
        let folder = self.free_folder();
        let outputs: Vec<String> = names.iter().map(|name| folder.join(name).to_string_lossy().into_owned()).collect();
        partial.finish(&folder).map_err(write_fault(&folder))?;
        let count = match outputs.len() {
            1 => "1 file".to_owned(),
            count => format!("{count} files"),
        };
        Ok((format!("Wrote {count} to {}.", folder.display()), outputs))
    }

    /// A folder of its own for each export: `K562.imputed`, `K562.imputed.2`.
    fn free_folder(&self) -> PathBuf {
        let name = format!("{}.imputed", self.track.info.name);
        let numbered = |number: u32| if number == 1 { name.clone() } else { format!("{name}.{number}") };
        let mut folders = (1..).map(|number| self.folder.join(numbered(number)));
        folders.find(|folder| !folder.exists()).expect("numbers do not end")
    }

    /// Imputes into a folder, as `nascape impute` does.
    fn impute(&self, folder: &Path, intervals: bool, progress: &dyn Progress) -> Answer<Imputed> {
        let bundles: Vec<Bundle> = self.bundles.iter().map(|(bundle, _)| bundle.bundle.clone()).collect();
        let assay = self.track.signal()?.source.clone();
        let marks = self.bundles.iter().map(|(_, marks)| marks.clone()).collect();
        let (regions, output) = (self.regions.clone(), folder.to_owned());
        Ok(impute::run(&impute::Request { assay, bundles, marks, intervals, regions, output }, progress)?)
    }
}
