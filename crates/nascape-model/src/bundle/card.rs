//! The card: what a bundle is, what it was trained on, how good it is. `model.json`.

use nascape_signal::{BIN, Summary};
use serde::{Deserialize, Serialize};

use crate::{cnn, input::Input, metrics::Measures};

/// What `format` on a card says.
pub const FORMAT: &str = "nascape-bundle";
/// The version of the card that this program writes and reads.
pub const FORMAT_VERSION: u32 = 1;

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
    /// The mark it imputes.
    pub target: String,
    /// What a number of the imputed track means.
    pub target_kind: TargetKind,
    /// The assembly of the training files, where it is known. The network itself sees reads only and runs on any.
    pub assembly: Option<String>,
    /// The architecture and its hyper-parameters.
    pub architecture: Architecture,
    /// Trained numbers.
    pub parameters: usize,
    /// Bases in a bin.
    pub bin_size: u32,
    /// Bins that a prediction may look at.
    pub window_bins: usize,
    /// How reads become input channels.
    pub input: Input,
    /// What is done to the network's last number.
    pub output: Output,
    /// How it was trained.
    pub training: Training,
    /// Measures on the validation part, by which the epoch was chosen.
    pub validation_measures: Measures,
    /// Measures on the test part, which training did not see.
    pub test_measures: Option<Measures>,
    /// The licence of the weights.
    pub licence: String,
    /// The weights' file and checksum.
    pub weights: WeightsFile,
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

/// The architectures and what can be chosen about each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case")]
pub enum Architecture {
    /// The paper's convolutional network.
    Cnn(cnn::Settings),
}

impl Architecture {
    /// The name that `--architecture` takes.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Cnn(_) => "cnn",
        }
    }
}

/// What is done to the network's last number `z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// `z` as it is.
    Identity,
    /// `1 / (1 + exp(-z))`.
    Logistic,
}

impl Output {
    /// Applies the transform in place.
    pub fn apply(self, track: &mut [f32]) {
        if self == Self::Logistic {
            track.iter_mut().for_each(|z| *z = 1.0 / (1.0 + (-*z).exp()));
        }
    }
}

/// How a bundle was trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// The command that remakes it.
    pub command: String,
    /// The files it was trained on.
    pub files: Vec<SourceFile>,
    /// Regions it learned from.
    pub train: Vec<String>,
    /// Regions by which the epoch was chosen.
    pub validation: Vec<String>,
    /// Regions kept aside.
    pub test: Vec<String>,
    /// How the target's bases became a bin (signals only).
    pub target_summary: Summary,
    /// Width in bins of the Gaussian that smoothed the target; 0 for none.
    pub target_smoothing: f64,
    /// Random seed of weights, dropout and the order of tiles.
    pub seed: u64,
    /// Adam's learning rate.
    pub learning_rate: f64,
    /// Tiles a step.
    pub batch_tiles: usize,
    /// Bins a tile.
    pub tile_bins: usize,
    /// Epochs without improvement after which training stopped.
    pub patience: usize,
    /// The epoch whose weights were kept, from 1.
    pub best_epoch: usize,
    /// Loss and measures of every epoch.
    pub epochs: Vec<Epoch>,
}

/// A file used in training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceFile {
    /// `plus`, `minus`, `signal`, `target` or `exclude`.
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
    /// Mean loss over the train part, with dropout.
    pub train_loss: f64,
    /// Mean loss over the validation part.
    pub validation_loss: f64,
    /// Correlation with the observed track on the validation part.
    pub validation_pearson: Option<f64>,
    /// Area under the precision-recall curve on the validation part, for peaks.
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
        if !(card.input.reads_per_kb.is_finite() && card.input.reads_per_kb > 0.0) {
            return Err(format!(
                "the card's input.reads_per_kb is {}; it must be a positive number.",
                card.input.reads_per_kb
            ));
        }
        Ok(card)
    }

    /// The card as it stands in a bundle.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("a card is plain data");
        json.push('\n');
        json
    }
}
