//! The train, validation, calibration and test parts: regions of experiments with their reads and targets in memory.

use nascape_signal::{Assay, BIN, Exclusion, Observed, Region, StrandBins, Summary, smooth};

use crate::{Error, Result, bundle::TargetTransform, input::counts, predictor::Predictor};

/// One assay and what was observed of its cells.
pub struct Experiment<'a> {
    /// The assay.
    pub assay: &'a Assay,
    /// Its depth.
    pub reads_per_kb: f64,
    /// The observed marks, in the order of the bundle's targets; `None` where this experiment lacks one.
    pub observed: &'a [Option<Observed>],
    /// How observed bases become a target.
    pub target: TargetBins,
    /// What takes no part.
    pub exclusion: &'a Exclusion,
}

/// How observed bases become a target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TargetBins {
    /// How a signal's bases become a bin.
    pub summary: Summary,
    /// What is done to a signal's bin.
    pub transform: TargetTransform,
    /// Width of the Gaussian that smooths it, in bins; `None` for none.
    pub smoothing: Option<f64>,
}

/// One region of a part.
pub struct Stretch {
    /// Reads from `margin` bins before the region to `margin` bins behind it, `steps` numbers a bin.
    counts: StrandBins,
    steps: usize,
    /// Reads per kb of its assay.
    reads_per_kb: f64,
    /// A row a target, a number a bin of the region; NaN where nothing was assessed.
    targets: Vec<Vec<f32>>,
    margin: usize,
    /// The region's first bin, counted from the chromosome's start.
    first: usize,
}

/// The regions of a part in memory: 4 bytes a bin for each strand and each target.
#[derive(Default)]
pub struct Part {
    stretches: Vec<Stretch>,
}

impl Part {
    /// Reads counts and targets of `regions` (in the assay's names, cut at chromosome ends) and adds them to the part. Reads are held
    /// in steps of `step` bp for `margin` bins on either side: the predictor's reach, and what tiles and the grid may
    /// reach over a region's ends.
    ///
    /// # Errors
    /// Those of reading the files.
    pub fn add(&mut self, experiment: &Experiment<'_>, regions: &[Region], margin: usize, step: u32) -> Result<()> {
        for region in regions {
            let length = length_of(experiment.assay, region)?;
            let bins = region.bins(BIN);
            let first = bins.start as isize - margin as isize;
            let counts = counts(experiment.assay, &region.chromosome, length, first, bins.len() + 2 * margin, step)?;
            let target = |observed: &Option<Observed>| match observed {
                Some(observed) => observed_bins(experiment, observed, region),
                None => Ok(vec![f32::NAN; bins.len()]),
            };
            let targets = experiment.observed.iter().map(target).collect::<Result<_>>()?;
            let steps = (BIN / step) as usize;
            self.stretches.push(Stretch {
                counts,
                steps,
                reads_per_kb: experiment.reads_per_kb,
                targets,
                margin,
                first: bins.start,
            });
        }
        Ok(())
    }

    /// # Errors
    /// [`Error::NothingToLearn`] when a target is the same in every bin of the part, or assessed in none.
    pub fn check_learnable<'a>(
        &self,
        targets: &[String],
        part: &'static str,
        regions: impl Iterator<Item = &'a Region>,
    ) -> Result<()> {
        let regions = regions.map(ToString::to_string).collect::<Vec<_>>().join(", ");
        for (at, target) in targets.iter().enumerate() {
            let assessed =
                || self.stretches.iter().flat_map(|stretch| &stretch.targets[at]).filter(|value| !value.is_nan());
            let nothing =
                |detail| Err(Error::NothingToLearn { target: target.clone(), part, regions: regions.clone(), detail });
            match assessed().next() {
                None => {
                    return nothing("every bin is excluded or missing. Choose other regions, or a smaller --exclude.");
                }
                Some(first) if assessed().all(|value| value == first) => {
                    return nothing(
                        "every bin has the same value. Choose regions that hold both marked and unmarked bins.",
                    );
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// The regions, in order.
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// True when it holds no region.
    pub fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }
}

fn length_of(assay: &Assay, region: &Region) -> Result<u32> {
    Ok(assay.resolve(&Region::new(&region.chromosome, 0, Region::TO_THE_END))?.end)
}

/// The target over a region: observed bins, transformed, smoothed over the neighbourhood, excluded bins missing.
fn observed_bins(experiment: &Experiment<'_>, observed: &Observed, region: &Region) -> Result<Vec<f32>> {
    let TargetBins { summary, transform, smoothing } = experiment.target;
    let bins = region.bins(BIN);
    let length = length_of(experiment.assay, region)?;
    // Smoothing reaches 4 sigma beyond the region, so that a cut into regions does not change a bin.
    let reach = smoothing.map_or(0, |sigma| (4.0 * sigma).ceil() as u32 * BIN);
    let wide = Region::new(
        &region.chromosome,
        region.start.saturating_sub(reach),
        region.end.saturating_add(reach).min(length),
    );
    let mut track = observed.bins(&wide, BIN, summary)?;
    track.resize(wide.bins(BIN).len(), 0.0);
    if transform != TargetTransform::Identity && !observed.is_presence() {
        let whole = observed.bins(&Region::new(&region.chromosome, 0, length), BIN, summary)?;
        transform
            .apply(&mut track, whole.iter().filter(|value| value.is_finite()).map(|&value| f64::from(value)).sum());
    }
    experiment.exclusion.apply(&wide, BIN, &mut track);
    if let Some(sigma) = smoothing {
        smooth::gaussian(&mut track, sigma)?;
    }
    let first = bins.start - wide.bins(BIN).start;
    Ok(track[first..first + bins.len()].to_vec())
}

impl Stretch {
    /// A row a target, a number a bin; NaN where nothing was assessed.
    pub fn targets(&self) -> &[Vec<f32>] {
        &self.targets
    }

    /// Bins of the region.
    pub fn bins(&self) -> usize {
        self.targets[0].len()
    }

    /// Reads per kb of its assay.
    pub fn reads_per_kb(&self) -> f64 {
        self.reads_per_kb
    }

    /// The raw numbers of a predictor over the region, computed from the grid's last multiple before it to the first behind it, as they
    /// are over the whole chromosome.
    pub(super) fn raw(&self, predictor: &Predictor) -> Vec<Vec<f32>> {
        let before = self.first % predictor.grid();
        let bins = (before + self.bins()).next_multiple_of(predictor.grid());
        let counts = self.counts(-(before as isize), bins, predictor.reach());
        let mut rows = predictor.predict((&counts).into(), self.reads_per_kb);
        for row in &mut rows {
            row.truncate(before + self.bins());
            row.drain(..before);
        }
        rows
    }

    /// The reads of `bins` bins from bin `first` of the region on, with `reach` bins on either side.
    pub fn counts(&self, first: isize, bins: usize, reach: usize) -> StrandBins {
        let start = (first + self.margin as isize - reach as isize) as usize;
        let cut = |row: &[f32]| row[start * self.steps..(start + bins + 2 * reach) * self.steps].to_vec();
        StrandBins { plus: cut(&self.counts.plus), minus: cut(&self.counts.minus) }
    }

    /// The targets of `bins` bins from bin `first` of the region on, NaN outside the region.
    pub fn targets_of(&self, first: isize, bins: usize) -> Vec<Vec<f32>> {
        let value = |row: &[f32], bin: isize| {
            usize::try_from(bin).ok().and_then(|bin| row.get(bin)).copied().unwrap_or(f32::NAN)
        };
        let of_row = |row: &Vec<f32>| (first..first + bins as isize).map(|bin| value(row, bin)).collect();
        self.targets.iter().map(of_row).collect()
    }
}

/// Checks that no two parts share a base.
///
/// # Errors
/// [`Error::PartsOverlap`] with the two regions.
pub fn check_parts(parts: &[(&'static str, &[Region])]) -> Result<()> {
    for (i, (first, regions)) in parts.iter().enumerate() {
        for (second, others) in &parts[i + 1..] {
            for region in *regions {
                if let Some(other) = others.iter().find(|other| region.overlaps(other)) {
                    return Err(Error::PartsOverlap {
                        first,
                        first_region: region.to_string(),
                        second,
                        second_region: other.to_string(),
                    });
                }
            }
        }
    }
    Ok(())
}
