//! The card: what a bundle is, what it was trained on, how good it is. `model.json`.

use std::num::NonZeroU32;

use nascape_signal::{BIN, Summary};
use serde::{Deserialize, Serialize};

use crate::{
    architecture::Architecture,
    calibration::Calibration,
    input::Input,
    metrics::Measures,
    predictor::Layout,
    train::{Loss, Schedule},
};

/// What `format` on a card says.
pub const FORMAT: &str = "nascape-bundle";
/// The version of the card that this program writes and reads.
pub const FORMAT_VERSION: u32 = 2;

/// A bundle's card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Always [`FORMAT`].
    pub format: String,
    /// [`FORMAT_VERSION`]; a card of another version is refused.
    pub format_version: u32,
    /// The version of Nascape that trained it.
    pub nascape_version: String,
    /// The bundle's name: target and architecture, or what the user called it.
    pub name: String,
    /// The marks it imputes, in the order of its outputs.
    pub targets: Vec<Target>,
    /// The architecture and its hyper-parameters.
    pub architecture: Architecture,
    /// Trained numbers.
    pub parameters: usize,
    /// Bases in a bin.
    pub bin_size: u32,
    /// Bins that a prediction may look at.
    pub window_bins: usize,
    /// Reads per kb of the library that its inputs look like: counts of an assay are scaled by the ratio of depths.
    pub reads_per_kb: f64,
    /// Input channels (networks only).
    pub input: Option<Input>,
    /// True when every number is the mean of what is predicted from left to right and, with the strands exchanged, from right to
    /// left: then an assay read backwards gives the track read backwards.
    pub both_directions: bool,
    /// How it was trained.
    pub training: Training,
    /// The licence of the weights.
    pub licence: String,
    /// The weights' files and checksums.
    pub weights: Vec<WeightsFile>,
}

/// A mark that a bundle imputes, and how well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The mark.
    pub name: String,
    /// What a number of the imputed track means.
    pub kind: TargetKind,
    /// What was done to the observed signal before it was learned.
    pub transform: TargetTransform,
    /// What training made small.
    pub loss: Loss,
    /// What is done to the bundle's raw number.
    pub output: Output,
    /// True when a second raw number gives the logarithm of the value's scale.
    pub scale_output: bool,
    /// Measures on the validation part, by which the epoch was chosen; of folds, on all of them.
    pub validation: Measures,
    /// Measures on the test part, which training did not see.
    pub test: Option<Measures>,
    /// Intervals and false discovery rates, from a part of their own, or from all folds.
    pub calibration: Option<Calibration>,
}

impl Target {
    /// Whether a bundle's numbers of this target can be averaged into those of `blended`: of the same mark, in the same unit, and with
    /// no scale that the blend would leave out.
    pub fn can_be_blended_into(&self, blended: &Self) -> bool {
        let unit = |target: &Self| (target.kind, target.transform, target.output);
        self.name == blended.name && unit(self) == unit(blended) && (blended.scale_output || !self.scale_output)
    }
}

/// What a number of an imputed track means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetKind {
    /// A score between 0 and 1 for 'the bin is in a peak'; not fold change.
    Presence,
    /// The observed track's own quantity.
    Signal,
}

/// What was done to an observed signal before it was learned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetTransform {
    /// Nothing.
    #[default]
    Identity,
    /// `ln(1 + m / (sum / 1e6))`, where `m` is the bin's value and `sum` that of all bins of its chromosome: a quantity that does not
    /// depend on how deeply the mark was sequenced.
    LogPerMillion,
}

impl TargetTransform {
    /// Applies the transform in place; `sum` is that of all bins of the chromosome.
    pub fn apply(self, track: &mut [f32], sum: f64) {
        if self == Self::LogPerMillion && sum > 0.0 {
            track.iter_mut().for_each(|value| *value = (f64::from(*value) * 1e6 / sum).ln_1p() as f32);
        }
    }
}

/// What is done to a bundle's raw number `z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// `z` as it is.
    Identity,
    /// `1 / (1 + exp(-z))`.
    Logistic,
    /// 1 where `z` is above 0, else 0.
    Step,
}

impl Output {
    /// Applies the transform in place.
    pub fn apply(self, track: &mut [f32]) {
        match self {
            Self::Identity => {}
            Self::Logistic => track.iter_mut().for_each(|z| *z = 1.0 / (1.0 + (-*z).exp())),
            Self::Step => track.iter_mut().for_each(|z| *z = if *z > 0.0 { 1.0 } else { 0.0 }),
        }
    }
}

/// How a bundle was trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// The command that remakes it.
    pub command: String,
    /// The experiments it was trained on.
    pub experiments: Vec<ExperimentUsed>,
    /// How the target's bases became a bin (signals only).
    pub target_summary: Summary,
    /// Bases to which longer peaks were cut, about their summits or middles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest_peak: Option<NonZeroU32>,
    /// Width in bins of the Gaussian that smoothed the target; 0 for none.
    pub target_smoothing: f64,
    /// Folds into which what it learned from was cut: validation and calibration are of what the same training imputed on each of them
    /// after it had learned from the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folds: Option<usize>,
    /// How long and how fast it learned (networks only).
    pub schedule: Option<Schedule>,
    /// The epoch whose weights were kept, from 1.
    pub best_epoch: usize,
    /// Loss and measures of every epoch; of folds, the mean over them.
    pub epochs: Vec<Epoch>,
}

/// One assay with its observed marks, as used in training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExperimentUsed {
    /// What the recipe calls it.
    pub name: String,
    /// The assembly, where it is known. A bundle sees reads only and runs on any.
    pub assembly: Option<String>,
    /// Reads per kb of the assay.
    pub reads_per_kb: f64,
    /// The files.
    pub files: Vec<SourceFile>,
    /// Regions it learned from.
    pub train: Vec<String>,
    /// Regions by which the epoch was chosen.
    pub validation: Vec<String>,
    /// Regions on which intervals and false discovery rates were estimated.
    pub calibration: Vec<String>,
    /// Regions kept aside.
    pub test: Vec<String>,
}

/// A file used in training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceFile {
    /// `plus`, `minus`, `signal`, `exclude`, or the mark that was observed.
    pub role: String,
    /// Its name, without folders.
    pub name: String,
    /// Its checksum; empty for a remote file.
    pub sha256: String,
}

/// What an epoch reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// From 1.
    pub epoch: usize,
    /// Mean loss over the train part, with dropout (networks only).
    pub train_loss: Option<f64>,
    /// Mean loss over the validation part.
    pub validation_loss: f64,
    /// Correlation with the observed tracks on the validation part, the mean over the marks.
    pub validation_pearson: Option<f64>,
    /// Area under the precision-recall curve on the validation part, for peaks, the mean over the marks.
    pub validation_auprc: Option<f64>,
}

/// The weights' file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WeightsFile {
    /// Its name in the bundle.
    pub file: String,
    /// Its checksum.
    pub sha256: String,
}

impl Card {
    /// Reads a card; the version is looked at before anything else, so that a newer card is not called broken.
    ///
    /// # Errors
    /// A sentence that names the field.
    pub fn parse(json: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            format_version: u32,
        }
        let head: Head =
            serde_json::from_slice(json).map_err(|fault| format!("model.json is not a bundle's card ({fault})."))?;
        if head.format != FORMAT {
            return Err(format!("model.json is of the format '{}', not '{FORMAT}'.", head.format));
        }
        if head.format_version != FORMAT_VERSION {
            return Err(format!(
                "the card has version {}; this Nascape reads version {FORMAT_VERSION}. {}",
                head.format_version,
                if head.format_version > FORMAT_VERSION { "Update Nascape." } else { "Train the bundle again." }
            ));
        }
        let card: Self = serde_json::from_slice(json).map_err(|fault| format!("model.json: {fault}."))?;
        if card.bin_size != BIN {
            return Err(format!("the card asks for bins of {} bp; Nascape works in bins of {BIN} bp.", card.bin_size));
        }
        if !(card.reads_per_kb.is_finite() && card.reads_per_kb > 0.0) {
            return Err(format!("the card's reads_per_kb is {}; it must be a positive number.", card.reads_per_kb));
        }
        if card.targets.is_empty() {
            return Err("the card names no target.".to_owned());
        }
        Ok(card)
    }

    /// Which targets have a scale beside their value.
    pub fn layout(&self) -> Layout {
        Layout(self.targets.iter().map(|target| target.scale_output).collect())
    }

    /// The marks, for people.
    pub fn target_names(&self) -> String {
        self.targets.iter().map(|target| target.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The card as it stands in a bundle.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("a card is plain data");
        json.push('\n');
        json
    }
}
