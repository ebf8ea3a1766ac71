//! What an export writes, a format each.

use std::{
    fs,
    path::{Path, PathBuf},
};

use nascape_signal::{BIN, Progress, SignalOptions, Summary, observed::PeakValue, partial::PartialFolder};

use super::{
    super::{fault::Answer, wire::ExportFormat},
    Export,
};
use crate::{
    bin,
    error::write_fault,
    evaluate,
    impute::Track,
    peaks::{self, Cut},
    portion::Portion,
    record::RECORD,
};

/// Share of the work that imputing is, where something is made of the imputed tracks.
const IMPUTING: f64 = 0.9;
/// Gaps bridged and widths dropped, in bp, as `nascape peaks` does unless told otherwise.
const MERGE: u32 = 200;
const MIN_WIDTH: u32 = 100;
/// The widest region that is drawn as a locus, in bp.
const WIDEST_LOCUS: u32 = 5_000_000;
/// The false discovery rate where none was asked for.
const RATE: f64 = 0.05;

impl Export {
    /// Writes the files into `folder` and names them.
    pub(super) fn write(&self, folder: &Path, progress: &dyn Progress) -> Answer<Vec<PathBuf>> {
        if self.format == ExportFormat::BigWig {
            let imputed = self.impute(folder, self.intervals, progress)?;
            let tracks = imputed.tracks.iter().flat_map(Track::paths).cloned();
            return Ok(tracks.chain([imputed.record.clone()]).collect());
        }
        // Where there is room, and as deep as the outputs, so that its record fits beside them; gone when the export ends.
        let partial = PartialFolder::create(&self.folder, "imputed").map_err(write_fault(folder))?;
        let imputed = self.impute(partial.path(), false, &Portion { whole: progress, from: 0.0, to: IMPUTING })?;
        let places = self.bundles.iter().enumerate().flat_map(|(place, (_, marks))| marks.iter().map(move |_| place));
        let tracks: Vec<_> = imputed.tracks.iter().zip(places).collect();
        let record = folder.join(RECORD);
        fs::copy(&imputed.record, &record).map_err(write_fault(&record))?;
        let mut outputs = Vec::new();
        for (number, (track, place)) in tracks.iter().enumerate() {
            let share = |number: usize| IMPUTING + (1.0 - IMPUTING) * number as f64 / tracks.len() as f64;
            let part = Portion { whole: progress, from: share(number), to: share(number + 1) };
            outputs.extend(match self.format {
                ExportFormat::BedGraph => self.bedgraph(track, folder, &part)?,
                ExportFormat::NarrowPeak => self.peaks(track, *place, folder, &part)?,
                _ => self.figure(track, folder, &part)?,
            });
        }
        outputs.push(record);
        Ok(outputs)
    }

    fn bedgraph(&self, track: &Track, folder: &Path, progress: &dyn Progress) -> Answer<Vec<PathBuf>> {
        let output = folder.join(stem(track) + ".bedGraph");
        let request = bin::Request {
            signal: track.path.clone(),
            options: SignalOptions::default(),
            regions: Vec::new(),
            bin_size: BIN,
            // Of a bin of one value: that value, and nothing where the track has none.
            summary: Summary::Mean,
            output: output.clone(),
        };
        bin::run(&request, progress)?;
        Ok(vec![output])
    }

    fn peaks(&self, track: &Track, bundle: usize, folder: &Path, progress: &dyn Progress) -> Answer<Vec<PathBuf>> {
        let output = folder.join(stem(track) + ".narrowPeak");
        let request = peaks::Request {
            imputed: track.path.clone(),
            cut: Cut::FalseDiscoveryRate(self.fdr.unwrap_or(RATE)),
            bundle: Some(self.bundles[bundle].0.bundle.clone()),
            merge: MERGE,
            min_width: MIN_WIDTH,
            regions: Vec::new(),
            output: output.clone(),
        };
        peaks::run(&request, progress)?;
        Ok(vec![output])
    }

    fn figure(&self, track: &Track, folder: &Path, progress: &dyn Progress) -> Answer<Vec<PathBuf>> {
        let Some(observed) = &self.observed else { return Ok(Vec::new()) };
        observed.check()?;
        let output = folder.join(stem(track));
        let request = evaluate::Request {
            imputed: track.path.clone(),
            observed: observed.paths().next().cloned().unwrap_or_default(),
            options: SignalOptions::default(),
            peak_value: PeakValue::Presence,
            observed_summary: Summary::Mean0,
            target: Some(track.target.clone()),
            regions: Vec::new(),
            smooth: None,
            threshold: None,
            exclude: None,
            // A chromosome makes no picture; then the most marked loci are drawn.
            loci: self.regions.iter().filter(|region| region.bases() <= WIDEST_LOCUS).cloned().collect(),
            assay: Some(self.track.signal()?.source.clone()),
            output: output.clone(),
        };
        let evaluation = evaluate::run(&request, progress)?;
        let pictures = evaluation
            .figures
            .iter()
            .flat_map(|figure| ["svg", "png"].map(|end| output.join(format!("{figure}.{end}"))));
        Ok(pictures.chain([output.join("metrics.json")]).collect())
    }
}

fn stem(track: &Track) -> String {
    track.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
