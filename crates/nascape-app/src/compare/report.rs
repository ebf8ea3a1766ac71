//! What was measured: `compare.json`.

use std::num::NonZeroUsize;

use nascape_model::{
    Bundle,
    bundle::{SourceFile, TargetKind, TargetTransform},
    metrics::Measures,
};
use nascape_signal::BIN;
use serde::Serialize;

use super::{Request, bundle, difference::Difference, entry::Entry, held_out::HeldOut};
use crate::{
    Result,
    record::{VERSION, source_file},
    stretch::region_strings,
};

/// Bins of 50 bp in the bins that measures are taken at: 50 bp, 1 kb.
const RESOLUTIONS: [usize; 2] = [1, 20];

/// Everything measured, and what it was measured on.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The version of Nascape.
    pub nascape_version: &'static str,
    /// The command that measures it again.
    pub command: String,
    /// The mark.
    pub mark: String,
    /// Whether it was observed as peaks or as a signal.
    pub kind: TargetKind,
    /// What was done to observed signals first.
    pub transform: TargetTransform,
    /// Width of the Gaussian for the smoothed correlation, in bins.
    pub smooth: Option<f64>,
    /// Where a value makes a call.
    pub threshold: Option<f32>,
    /// The held-out regions.
    pub regions: Vec<String>,
    /// Assessed bins of 50 bp.
    pub bins: u64,
    /// Bins of 50 bp where the mark is present. `None` where nothing says which.
    pub positives: Option<u64>,
    /// The files.
    pub files: Vec<SourceFile>,
    /// The bundles.
    pub bundles: Vec<BundleCompared>,
    /// The table's lines: bundles as they were given, then baselines.
    pub lines: Vec<Line>,
    /// Every other bundle against the first.
    pub differences: Vec<Difference>,
    /// The loci of the profiles.
    pub loci: Vec<String>,
    /// The figures, by file name, without the ending.
    pub figures: Vec<String>,
}

/// A bundle that was compared.
#[derive(Clone, Debug, Serialize)]
pub struct BundleCompared {
    /// Its line in the table.
    pub name: String,
    /// The architecture.
    pub architecture: &'static str,
    /// Trained numbers.
    pub parameters: usize,
    /// SHA-256 of each file of its weights.
    pub weights_sha256: Vec<String>,
    /// Regions that it learned from, or was chosen on, and that share bases with those held out: its measures flatter it.
    pub met: Vec<String>,
}

/// What a line of the table stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A bundle.
    Bundle,
    /// The reads alone, or other cells.
    Baseline,
    /// Calling at random.
    Chance,
}

/// A line of the table.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The bundle or the baseline.
    pub name: String,
    /// Which of the two.
    pub role: Role,
    /// Trained numbers (bundles only).
    pub parameters: Option<usize>,
    /// Seconds to impute the held-out regions (bundles only). They differ from run to run, and are told but not written to a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Measures at each resolution.
    pub resolutions: Vec<AtResolution>,
    /// Pearson's correlation at 50 bp after smoothing, where that was asked for.
    pub pearson_smoothed: Option<f64>,
}

/// Measures at one bin size.
#[derive(Clone, Debug, Serialize)]
pub struct AtResolution {
    /// Bases in a bin.
    pub bin_size: u32,
    /// Over all held-out bins.
    pub measures: Measures,
}

impl Comparison {
    /// All that does not differ from run to run.
    pub(crate) fn without_seconds(mut self) -> Self {
        self.lines.iter_mut().for_each(|line| line.seconds = None);
        self
    }

    /// # Errors
    /// Those of reading the files for their checksums.
    pub(super) fn new(
        request: &Request,
        held_out: &HeldOut<'_>,
        bundles: Vec<BundleCompared>,
        mut lines: Vec<Line>,
        differences: Vec<Difference>,
    ) -> Result<Self> {
        let all = lines.first().map_or_else(Measures::default, |line| line.resolutions[0].measures.clone());
        lines.extend(lines.first().filter(|_| all.positives.is_some()).map(Line::chance));
        let mut files: Vec<(&str, &std::path::Path)> = request.assay.named_files();
        files.push((&request.mark, &request.observed));
        files.extend(request.other_cells.iter().map(|(name, path)| (name.as_str(), path.as_path())));
        files.extend(request.exclude.as_deref().map(|path| ("exclude", path)));
        Ok(Self {
            nascape_version: VERSION,
            command: request.command.clone(),
            mark: request.mark.clone(),
            kind: if held_out.presence { TargetKind::Presence } else { TargetKind::Signal },
            transform: request.transform,
            smooth: request.smooth,
            threshold: held_out.threshold,
            regions: region_strings(held_out.stretches()),
            bins: all.bins,
            positives: all.positives,
            files: files.into_iter().map(|(role, path)| source_file(role, path)).collect::<Result<_>>()?,
            bundles,
            lines,
            differences,
            loci: Vec::new(),
            figures: Vec::new(),
        })
    }
}

impl BundleCompared {
    pub(super) fn new(name: &str, bundle: &Bundle, held_out: &HeldOut<'_>) -> Self {
        Self {
            name: name.to_owned(),
            architecture: bundle.card.architecture.name(),
            parameters: bundle.card.parameters,
            weights_sha256: bundle.card.weights.iter().map(|file| file.sha256.clone()).collect(),
            met: bundle::met(bundle, held_out),
        }
    }
}

impl Line {
    /// # Errors
    /// Those of [`Measures::of`].
    pub(super) fn measure(entry: &Entry, held_out: &HeldOut<'_>) -> Result<Self> {
        let at = |&bins: &usize| {
            let k = NonZeroUsize::new(bins).expect("resolutions are at least one bin");
            Ok(AtResolution { bin_size: BIN * bins as u32, measures: entry.measures(held_out, k)? })
        };
        Ok(Self {
            name: entry.name.clone(),
            role: if entry.bundle.is_some() { Role::Bundle } else { Role::Baseline },
            parameters: entry.bundle.map(|imputing| imputing.parameters),
            seconds: entry.bundle.map(|imputing| imputing.seconds),
            resolutions: RESOLUTIONS.iter().map(at).collect::<Result<_>>()?,
            pearson_smoothed: entry.pearson_smoothed(held_out),
        })
    }

    /// What calling at random reaches on the bins of another line: the share of positives, whatever the recall.
    fn chance(other: &Self) -> Self {
        let at = |other: &AtResolution| {
            let Measures { bins, positives, share_of_positives, .. } = other.measures;
            let auroc = other.measures.auroc.map(|_| 0.5);
            let known = Measures {
                bins,
                positives,
                share_of_positives,
                auprc: share_of_positives,
                auroc,
                ..Measures::default()
            };
            AtResolution { bin_size: other.bin_size, measures: known }
        };
        Self {
            name: "chance".to_owned(),
            role: Role::Chance,
            parameters: None,
            seconds: None,
            resolutions: other.resolutions.iter().map(at).collect(),
            pearson_smoothed: None,
        }
    }
}
