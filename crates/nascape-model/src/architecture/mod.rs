//! The architectures: networks as plans of layers, and forests of boosted trees.

pub mod blend;
mod cnn;
mod dilated;
mod dnn;
mod multitask_cnn;
mod nascape;
mod rnn;
pub mod trees;

use serde::{Deserialize, Serialize};

use crate::{Error, Result, input::Input, network::Plan, train::Loss};

/// The architectures and what can be chosen about each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Architecture {
    /// The paper's convolutional network, slid over every bin.
    Cnn(cnn::Settings),
    /// The paper's dense network over 200 bins.
    Dnn(dnn::Settings),
    /// The paper's network of several marks at once.
    MultitaskCnn(multitask_cnn::Settings),
    /// Convolution, pooling and dilated residual layers, after Basenji's trunk.
    Dilated(dilated::Settings),
    /// The paper's bidirectional recurrent network.
    Rnn(rnn::Settings),
    /// Our strand-aware U-Net.
    Nascape(nascape::Settings),
    /// The paper's regression by boosted trees.
    XgboostRegressor(trees::Settings),
    /// The paper's classification by boosted trees.
    XgboostClassifier(trees::Settings),
    /// Boosted trees on dREG's features.
    DregGbt(trees::Settings),
    /// Boosted trees on windows of many widths.
    WindowsGbt(trees::Settings),
    /// The weighted mean of several bundles' raw numbers.
    Blend(blend::Settings),
}

/// What computes an architecture.
pub enum Kind<'a> {
    /// A network with this plan.
    Network(Plan),
    /// A forest.
    Forest(&'a trees::Settings),
    /// Other bundles.
    Blend(&'a blend::Settings),
}

impl Architecture {
    /// The name that `--architecture` takes.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Cnn(_) => "cnn",
            Self::Dnn(_) => "dnn",
            Self::MultitaskCnn(_) => "multitask-cnn",
            Self::Dilated(_) => "dilated",
            Self::Rnn(_) => "rnn",
            Self::Nascape(_) => "nascape",
            Self::XgboostRegressor(_) => "xgboost-regressor",
            Self::XgboostClassifier(_) => "xgboost-classifier",
            Self::DregGbt(_) => "dreg-gbt",
            Self::WindowsGbt(_) => "windows-gbt",
            Self::Blend(_) => "blend",
        }
    }

    /// An architecture by its name, with its usual settings; `None` for a blend, which is nothing without its members.
    pub fn usual(name: &str) -> Option<Self> {
        Some(match name {
            "cnn" => Self::Cnn(Default::default()),
            "dnn" => Self::Dnn(Default::default()),
            "multitask-cnn" => Self::MultitaskCnn(Default::default()),
            "dilated" => Self::Dilated(Default::default()),
            "rnn" => Self::Rnn(Default::default()),
            "nascape" => Self::Nascape(Default::default()),
            "xgboost-regressor" => Self::XgboostRegressor(trees::Settings::paper_regressor()),
            "xgboost-classifier" => Self::XgboostClassifier(trees::Settings::paper_classifier()),
            "dreg-gbt" => Self::DregGbt(trees::Settings::dreg()),
            "windows-gbt" => Self::WindowsGbt(trees::Settings::windows()),
            _ => return None,
        })
    }

    /// A small `windows-gbt` for little data, of peaks (`presence`) or of a signal.
    pub fn small_windows(presence: bool) -> Self {
        Self::WindowsGbt(trees::Settings::small_windows(presence))
    }

    /// What computes it, with `inputs` input channels and `outputs` output channels for a network.
    pub fn kind(&self, inputs: usize, outputs: usize) -> Kind<'_> {
        Kind::Network(match self {
            Self::Cnn(settings) => cnn::plan(settings, inputs, outputs),
            Self::Dnn(settings) => dnn::plan(settings, inputs, outputs),
            Self::MultitaskCnn(settings) => multitask_cnn::plan(settings, inputs, outputs),
            Self::Dilated(settings) => dilated::plan(settings, inputs, outputs),
            Self::Rnn(settings) => rnn::plan(settings, inputs, outputs),
            Self::Nascape(settings) => nascape::plan(settings, inputs, outputs),
            Self::XgboostRegressor(settings)
            | Self::XgboostClassifier(settings)
            | Self::DregGbt(settings)
            | Self::WindowsGbt(settings) => return Kind::Forest(settings),
            Self::Blend(settings) => return Kind::Blend(settings),
        })
    }

    /// The input channels that it is trained on when nothing else is asked for.
    pub fn usual_input(&self) -> Input {
        match self {
            Self::Cnn(_) | Self::Dnn(_) => Input::summed(),
            Self::MultitaskCnn(_) | Self::Dilated(_) | Self::Rnn(_) => Input::apart(),
            Self::Nascape(_) => nascape::input(),
            // A forest and a blend have no channels.
            _ => Input { channels: Vec::new() },
        }
    }

    /// What its training makes small when nothing else is asked for; `presence` is true for peaks.
    pub fn usual_loss(&self, presence: bool) -> Loss {
        match self {
            Self::Dnn(_) => Loss::RootMeanSquaredError,
            Self::MultitaskCnn(_) => Loss::MaskedSquaredError,
            Self::XgboostRegressor(settings)
            | Self::XgboostClassifier(settings)
            | Self::DregGbt(settings)
            | Self::WindowsGbt(settings) => settings.loss(),
            _ if presence => Loss::CrossEntropy,
            Self::Nascape(_) => Loss::Robust,
            _ => Loss::SquaredError,
        }
    }

    /// Whether it imputes the mean of both directions when nothing else is asked for.
    pub fn usually_both_directions(&self) -> bool {
        matches!(self, Self::Nascape(_) | Self::WindowsGbt(_))
    }

    /// # Errors
    /// [`Error::Setting`] with the setting that makes no sense.
    pub fn check(&self) -> Result<()> {
        let (dropout, sizes) = match self {
            Self::Cnn(settings) => (settings.dropout, Vec::new()),
            Self::Dnn(settings) => (0.0, settings.units.to_vec()),
            Self::MultitaskCnn(settings) => (0.0, vec![settings.filters, settings.taps]),
            Self::Dilated(settings) => (settings.dropout, vec![settings.stem, settings.trunk]),
            Self::Rnn(settings) => {
                let chunks = settings.chunk.is_multiple_of(rnn::STEP) && (64..=1 << 17).contains(&settings.chunk);
                if !chunks || settings.warm_up > 1 << 14 {
                    return Err(Error::Setting(
                        "a chunk is a multiple of 4 bins from 64 to 131,072, and its warm-up at most 16,384 steps."
                            .to_owned(),
                    ));
                }
                (0.0, vec![settings.channels, settings.hidden])
            }
            Self::Nascape(settings) => {
                let [fine, middle, coarse] = settings.channels;
                (settings.dropout, vec![fine, middle, coarse])
            }
            Self::XgboostRegressor(settings)
            | Self::XgboostClassifier(settings)
            | Self::DregGbt(settings)
            | Self::WindowsGbt(settings) => return settings.check(),
            Self::Blend(settings) => return settings.check(),
        };
        let layers = match self {
            Self::MultitaskCnn(settings) => settings.convolutions,
            Self::Nascape(settings) => settings.dilated,
            _ => 1,
        };
        let fault = |text: &str| Err(Error::Setting(text.to_owned()));
        if !(0.0..1.0).contains(&dropout) {
            return fault("dropout is a share: at least 0 and less than 1.");
        }
        if sizes.iter().any(|size| !(1..=1_024).contains(size)) {
            return fault("a layer has from 1 to 1,024 channels, and a convolution as many taps.");
        }
        if matches!(self, Self::MultitaskCnn(settings) if settings.taps % 2 == 0) {
            return fault(
                "the taps of a multitask-cnn are an odd number, so that a bin is in the middle of what it sees.",
            );
        }
        // The dilation doubles with every layer: 2^12 steps of 800 bp are more than 3 Mb.
        if !(1..=12).contains(&layers) {
            return fault("a network has from 1 to 12 dilated layers.");
        }
        Ok(())
    }
}
