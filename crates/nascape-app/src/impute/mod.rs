//! `nascape impute`: an assay and bundles become imputed bigWigs.

mod tracks;

use std::{ops::Range, path::PathBuf, sync::Arc};

use nascape_model::{Bundle, bundle::TargetKind, calibration::Calibration, impute::Imputer};
use nascape_signal::{BIN, Progress, Region, bigwig::BigWigWriter};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use self::tracks::{Track, only};
use self::tracks::{names_of_tracks, tracks};
use crate::{
    AssaySource, Error, Result,
    record::{self, Made, Recorded, Watch, create_folder},
    stretch::{Stretch, chromosomes, intervals, region_strings, stretches, total_bins},
};

/// What to impute.
#[derive(Clone, Serialize, Deserialize)]
pub struct Request {
    /// The assay.
    pub assay: AssaySource,
    /// The bundles; each makes a track a target.
    #[serde(skip)]
    pub bundles: Vec<Bundle>,
    /// The marks of each bundle, in the bundles' order, of which tracks are written; nothing for all that they impute.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Vec<String>>,
    /// Whether to write the ends of each bin's 90 % interval too.
    pub intervals: bool,
    /// Nothing for every chromosome with reads.
    pub regions: Vec<Region>,
    /// The folder for `<target>.bw`, with intervals `<target>.lower.bw` and `<target>.upper.bw`, and `run.json`.
    pub output: PathBuf,
}

/// What was written.
#[derive(Clone, Debug, Serialize)]
pub struct Imputed {
    /// A bigWig a target of each bundle.
    pub tracks: Vec<Track>,
    /// The record of the run.
    pub record: PathBuf,
    /// Bins a track.
    pub bins: u64,
    /// The regions imputed.
    pub regions: Vec<String>,
}

impl Recorded for Request {
    const VERB: &'static str = "impute";
    const FILLS_A_FOLDER: bool = true;

    fn files(&mut self) -> Vec<(String, &mut PathBuf)> {
        self.assay.files_to_record()
    }

    fn held_bundles(&mut self) -> Option<&mut Vec<Bundle>> {
        Some(&mut self.bundles)
    }

    fn output(&mut self) -> &mut PathBuf {
        &mut self.output
    }

    fn run_again(&self, progress: &dyn Progress) -> Result<()> {
        run(self, progress).map(drop)
    }
}

/// Imputes every bundle's track over the regions, tile by tile: memory does not grow with the genome.
///
/// # Errors
/// Those of reading and writing; [`Error::NoReads`], [`Error::Changed`]; cancellation. No track is left then.
pub fn run(request: &Request, progress: &dyn Progress) -> Result<Imputed> {
    let watch = Watch::begin(request);
    impute(request, &watch, progress).map_err(|fault| watch.explain(fault))
}

fn impute(request: &Request, watch: &Watch, progress: &dyn Progress) -> Result<Imputed> {
    let assay = request.assay.open()?;
    let stretches = stretches(&assay, &request.regions, BIN)?;
    if stretches.is_empty() {
        return Err(Error::NoReads { path: assay.first().path().to_owned() });
    }
    let reads_per_kb = assay.reads_per_kb()?;
    create_folder(&request.output)?;
    let tracks = tracks(request);
    let create = |path: &PathBuf| BigWigWriter::create(path, &chromosomes(&stretches));
    let mut open = tracks.iter().peekable();
    let mut works = Vec::new();
    for bundle in &request.bundles {
        works.push(Work { imputer: Imputer::new(bundle, &assay, reads_per_kb)?, files: Vec::new() });
    }
    for (place, target, wanted) in request.targets() {
        let files = match open.next_if(|_| wanted) {
            None => None,
            Some(track) => {
                let interval = match (&track.interval, &target.calibration) {
                    (Some([lower, upper]), Some(calibration)) => Some((calibration, [create(lower)?, create(upper)?])),
                    _ => None,
                };
                Some(Files { kind: target.kind, value: create(&track.path)?, interval })
            }
        };
        works[place].files.push(files);
    }
    let total = total_bins(&stretches);
    let pieces: Vec<Piece> = stretches.iter().flat_map(Piece::of).collect();
    let mut done = 0;
    for (at, piece) in pieces.iter().enumerate() {
        progress.check()?;
        progress.advance(done, total);
        done += piece.bins.len() as u64;
        // What cannot be read ahead cannot be read in its turn, and is told of then.
        let read_ahead = || {
            let next = pieces.get(at + 1)?;
            works.iter().try_for_each(|work| work.imputer.read_ahead(&next.name, next.length, &next.bins)).ok()
        };
        let compute = || works.par_iter().map(|work| piece.imputed(&work.imputer)).collect::<Result<Vec<_>>>();
        let (imputed, _) = rayon::join(compute, read_ahead);
        for (work, imputed) in works.iter_mut().zip(imputed?) {
            for (files, track) in work.files.iter_mut().zip(imputed) {
                files.iter_mut().try_for_each(|files| files.write(piece, &track))?;
            }
        }
    }
    watch.check()?;
    let files: Vec<Files<'_>> = works.into_iter().flat_map(|work| work.files).flatten().collect();
    files.into_par_iter().try_for_each(Files::finish)?;
    progress.advance(total, total);
    let regions = region_strings(&stretches);
    let made = Made {
        regions: regions.clone(),
        tracks: names_of_tracks(request, &tracks),
        outputs: tracks.iter().flat_map(Track::paths).map(|path| ("track", path.clone())).collect(),
    };
    let record = record::write(request, made)?;
    Ok(Imputed { tracks, record, bins: total, regions })
}

/// A bundle at work.
struct Work<'a> {
    imputer: Imputer<'a>,
    /// Those of each target; nothing for one of which no track is written.
    files: Vec<Option<Files<'a>>>,
}

/// The files of a track.
struct Files<'a> {
    kind: TargetKind,
    value: BigWigWriter,
    interval: Option<(&'a Calibration, [BigWigWriter; 2])>,
}

/// Bins that are worked on at a time.
struct Piece {
    name: Arc<str>,
    length: u32,
    bins: Range<usize>,
}

impl Piece {
    fn of(stretch: &Stretch) -> impl Iterator<Item = Self> {
        let name: Arc<str> = stretch.chromosome.name.as_str().into();
        let length = stretch.chromosome.length;
        stretch.chunks().map(move |bins| Self { name: Arc::clone(&name), length, bins })
    }

    fn imputed(&self, imputer: &Imputer<'_>) -> Result<Vec<nascape_model::impute::Imputed>> {
        Ok(imputer.impute(&self.name, self.length, self.bins.clone())?)
    }
}

impl Files<'_> {
    /// Hands a piece's values to the writers, which compress them while the next piece is computed.
    fn write(&mut self, piece: &Piece, track: &nascape_model::impute::Imputed) -> Result<()> {
        let items = |values: &[f32]| intervals(values, piece.bins.start, BIN, piece.length);
        self.value.write(&piece.name, items(&track.value))?;
        if let Some((calibration, [of_lower, of_upper])) = &mut self.interval {
            let (lower, upper) = track.interval(calibration, self.kind);
            of_lower.write(&piece.name, items(&lower))?;
            of_upper.write(&piece.name, items(&upper))?;
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        self.value.finish()?;
        self.interval.into_iter().flat_map(|(_, ends)| ends).try_for_each(|end| Ok(end.finish()?))
    }
}
