//! `nascape impute`: an assay and bundles become imputed bigWigs.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use nascape_model::{Bundle, bundle::TargetKind, impute::Imputer};
use nascape_signal::{BIN, Progress, Region, bigwig::BigWigWriter};
use serde::Serialize;

use crate::{
    AssaySource, Error, Result,
    record::{BundleUsed, RECORD, Record, create_folder, source_file, write_json},
    stretch::{chromosomes, intervals, region_strings, stretches, total_bins},
};

/// What to impute.
pub struct Request {
    /// The assay.
    pub assay: AssaySource,
    /// The bundles; each makes a track.
    pub bundles: Vec<Bundle>,
    /// Nothing for every chromosome with reads.
    pub regions: Vec<Region>,
    /// The folder for `<target>.bw` and `run.json`.
    pub output: PathBuf,
}

/// What was written.
#[derive(Clone, Debug, Serialize)]
pub struct Imputed {
    /// A bigWig a bundle.
    pub tracks: Vec<Track>,
    /// The record of the run.
    pub record: PathBuf,
    /// Bins a track.
    pub bins: u64,
    /// The regions imputed.
    pub regions: Vec<String>,
}

/// An imputed track on disk.
#[derive(Clone, Debug, Serialize)]
pub struct Track {
    /// The mark.
    pub target: String,
    /// The bundle that imputed it.
    pub bundle: String,
    /// What its numbers mean.
    pub kind: TargetKind,
    /// The file.
    pub path: PathBuf,
}

/// Nothing but the inputs and bundles decides the numbers.
#[derive(Clone, Debug, Serialize)]
struct Options {
    bin_size: u32,
    reads_per_kb: f64,
}

/// Imputes every bundle's track over the regions, tile by tile: memory does not grow with the genome.
///
/// # Errors
/// Those of reading and writing; [`Error::NoReads`]; cancellation. No track is left then.
pub fn run(request: &Request, progress: &dyn Progress) -> Result<Imputed> {
    let assay = request.assay.open()?;
    let stretches = stretches(&assay, &request.regions, BIN)?;
    if stretches.is_empty() {
        return Err(Error::NoReads { path: assay.first().path().to_owned() });
    }
    let reads_per_kb = assay.reads_per_kb()?;
    create_folder(&request.output)?;
    let tracks = tracks(&request.bundles, &request.output);
    let mut works = Vec::new();
    for (bundle, track) in request.bundles.iter().zip(&tracks) {
        let imputer = Imputer::new(bundle, &assay, reads_per_kb)?;
        works.push((imputer, BigWigWriter::create(&track.path, &chromosomes(&stretches))?));
    }
    let total = total_bins(&stretches);
    let mut done = 0;
    for stretch in &stretches {
        let chromosome = &stretch.chromosome;
        let name: Arc<str> = chromosome.name.as_str().into();
        for bins in stretch.chunks() {
            progress.check()?;
            progress.advance(done, total);
            done += bins.len() as u64;
            for (imputer, writer) in &mut works {
                let values = imputer.impute(&chromosome.name, chromosome.length, bins.clone())?;
                writer.write(&name, intervals(&values, bins.start, BIN, chromosome.length))?;
            }
        }
    }
    for (_, writer) in works {
        writer.finish()?;
    }
    progress.advance(total, total);
    let regions = region_strings(&stretches);
    let record = request.output.join(RECORD);
    let recorded =
        record_of(request, &tracks, regions.clone(), reads_per_kb).and_then(|made| write_json(&record, &made));
    if let Err(fault) = recorded {
        // A track that nobody can trace is no output.
        tracks.iter().for_each(|track| drop(fs::remove_file(&track.path)));
        return Err(fault);
    }
    Ok(Imputed { tracks, record, bins: total, regions })
}

/// `<target>.bw`, or `<target>.<bundle>.bw` where several bundles impute one mark.
fn tracks(bundles: &[Bundle], folder: &Path) -> Vec<Track> {
    let alone = |target: &str| bundles.iter().filter(|bundle| bundle.card.target == target).count() == 1;
    let mut tracks: Vec<Track> = Vec::new();
    for bundle in bundles {
        let card = &bundle.card;
        let stem = if alone(&card.target) { card.target.clone() } else { format!("{}.{}", card.target, card.name) };
        // Two bundles of one name make two tracks.
        let named = |number: usize| match number {
            1 => folder.join(format!("{}.bw", file_name(&stem))),
            _ => folder.join(format!("{}.{number}.bw", file_name(&stem))),
        };
        let free = |path: &PathBuf| tracks.iter().all(|track| track.path != *path);
        let path = (1..).map(named).find(free).expect("numbers do not end");
        tracks.push(Track { target: card.target.clone(), bundle: card.name.clone(), kind: card.target_kind, path });
    }
    tracks
}

/// A card may come from a stranger: what it calls its target must not lead out of the output folder.
fn file_name(stem: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() || ".-_+".contains(c) { c } else { '_' };
    stem.trim_start_matches('.').chars().map(safe).collect()
}

fn record_of(request: &Request, tracks: &[Track], regions: Vec<String>, reads_per_kb: f64) -> Result<Record<Options>> {
    let used = |bundle: &Bundle| BundleUsed {
        name: bundle.card.name.clone(),
        target: bundle.card.target.clone(),
        weights_sha256: bundle.card.weights.sha256.clone(),
    };
    Ok(Record {
        nascape_version: crate::record::VERSION,
        verb: "impute",
        inputs: request
            .assay
            .named_files()
            .into_iter()
            .map(|(role, path)| source_file(role, path))
            .collect::<Result<_>>()?,
        bundles: request.bundles.iter().map(used).collect(),
        regions,
        options: Options { bin_size: BIN, reads_per_kb },
        outputs: tracks.iter().map(|track| source_file("track", &track.path)).collect::<Result<_>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cards_target_cannot_leave_the_folder() {
        assert_eq!(file_name("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(file_name("H3K4me3.cnn"), "H3K4me3.cnn");
    }
}
