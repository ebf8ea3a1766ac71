//! `nascape train`: an assay and an observed mark become a bundle.

use std::{path::PathBuf, process::ExitCode};

use clap::ValueEnum;
use nascape_app::{
    Library, Result,
    device::Device,
    recipe::{Experiment, Recipe},
    train::{self, Told},
};
use nascape_model::{architecture::Architecture, input::Input, train::Schedule};
use nascape_signal::{Region, Summary, observed::PeakValue};

use crate::{
    assay_args::OptionalAssayArgs,
    terminal::Terminal,
    typed::{Transform, command_line, mark_and_file},
};

const EXAMPLES: &str = "\
Examples:
  nascape train --plus K562.PROseq.plus.bw --minus K562.PROseq.minus.bw --target H3K4me3=K562.H3K4me3.peaks.bed \\
    --architecture cnn --train chr21:1-30,000,000 --validation chr21:30,000,001-35,000,000 \\
    --test chr21:35,000,001-48,129,895 --output H3K4me3.cnn
  nascape train --recipe H3K4me3.nascape.toml --data experiments --output H3K4me3.nascape

Peaks are learned as a score for 'the bin is in a peak', signals as their own quantity. The epoch with the lowest loss on the
validation part is kept; intervals come from the calibration part; the test part is measured once, at the end. After every epoch a
checkpoint is written beside the output; when training was interrupted, --resume goes on from it.";

/// The options of [`Single`]: what a recipe says itself.
const BESIDE_A_RECIPE: [&str; 25] = [
    "plus",
    "minus",
    "signal",
    "FormatArgs",
    "target",
    "peak_value",
    "target_summary",
    "target_transform",
    "smooth",
    "architecture",
    "strands",
    "train",
    "validation",
    "calibration",
    "test",
    "exclude",
    "epochs",
    "patience",
    "batch_tiles",
    "tile_bins",
    "learning_rate",
    "weight_decay",
    "thinning",
    "seed",
    "licence",
];

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Everything written down in a TOML file, which may name several assays and marks
    #[arg(long, value_name = "TOML", conflicts_with_all = BESIDE_A_RECIPE)]
    recipe: Option<PathBuf>,

    /// The folder of the files that the recipe names [default: the recipe's]
    #[arg(long, value_name = "DIR", requires = "recipe")]
    data: Option<PathBuf>,

    #[command(flatten)]
    single: Single,

    /// Start from the weights of this bundle, of the same architecture and targets
    #[arg(long, value_name = "BUNDLE")]
    from: Option<String>,

    /// Go on from the checkpoint of a training that was interrupted
    #[arg(long)]
    resume: bool,

    /// What trains a network: this build's processor kernels, or a graphics card
    #[arg(long, value_enum, default_value_t = DeviceName::Cpu)]
    device: DeviceName,

    /// The bundle: a folder, named as the bundle will be
    #[arg(long, short, value_name = "BUNDLE")]
    output: PathBuf,
}

/// A training on one assay, without a recipe.
#[derive(clap::Args)]
struct Single {
    #[command(flatten)]
    assay_files: OptionalAssayArgs,

    /// The mark and its observed track: bigWig, bedGraph, BED, narrowPeak or broadPeak
    #[arg(long, value_name = "MARK=FILE", value_parser = mark_and_file, required_unless_present = "recipe")]
    target: Option<(String, PathBuf)>,

    /// What a peak file says of a bin: presence (1 where a peak covers any of it), score (column 5) or signal (column 7)
    #[arg(long, default_value = "presence", value_name = "VALUE")]
    peak_value: PeakValue,

    /// How a signal's bases become a bin: mean0 (uncovered bases are 0), mean (uncovered bins are missing), sum, min or max
    #[arg(long, default_value = "mean0", value_name = "SUMMARY")]
    target_summary: Summary,

    /// What is done to a signal's bin: identity, or log-per-million (ln(1 + value / the chromosome's sum in millions))
    #[arg(long, value_enum, default_value_t = Transform::Identity)]
    target_transform: Transform,

    /// Smooth the target with a Gaussian of this many bins (the paper uses 10)
    #[arg(long, value_name = "SIGMA")]
    smooth: Option<f64>,

    /// The architecture, with its usual settings; a recipe may say others
    #[arg(long, value_enum, default_value_t = ArchitectureName::Cnn)]
    architecture: ArchitectureName,

    /// The strands that a network sees [default: as usual for the architecture]
    #[arg(long, value_enum)]
    strands: Option<Strands>,

    /// Region to learn from; may be given several times
    #[arg(long = "train", value_name = "REGION", required_unless_present = "recipe")]
    train: Vec<Region>,

    /// Region to choose the epoch by; may be given several times
    #[arg(long = "validation", value_name = "REGION", required_unless_present = "recipe")]
    validation: Vec<Region>,

    /// Region to estimate intervals and false discovery rates on; may be given several times
    #[arg(long = "calibration", value_name = "REGION")]
    calibration: Vec<Region>,

    /// Region kept aside and measured once at the end; may be given several times
    #[arg(long = "test", value_name = "REGION")]
    test: Vec<Region>,

    /// Regions that take no part (not assessed, amplified): a BED file
    #[arg(long, value_name = "BED")]
    exclude: Option<PathBuf>,

    /// Epochs at the most
    #[arg(long, default_value_t = Schedule::default().epochs, value_name = "N")]
    epochs: usize,

    /// Stop after this many epochs without a lower validation loss
    #[arg(long, default_value_t = Schedule::default().patience, value_name = "N")]
    patience: usize,

    /// Tiles a training step
    #[arg(long, default_value_t = Schedule::default().batch_tiles, value_name = "N")]
    batch_tiles: usize,

    /// Bins a tile
    #[arg(long, default_value_t = Schedule::default().tile_bins, value_name = "N")]
    tile_bins: usize,

    /// Learning rate of Adam at the start
    #[arg(long, default_value_t = Schedule::default().learning_rate, value_name = "RATE")]
    learning_rate: f64,

    /// Share of every weight lost in a step of learning rate 1
    #[arg(long, default_value_t = Schedule::default().weight_decay, value_name = "SHARE")]
    weight_decay: f64,

    /// Thin the reads of a training tile to between this share and all of them; 1 leaves all
    #[arg(long, default_value_t = Schedule::default().thinning, value_name = "SHARE")]
    thinning: f64,

    /// Random seed; the same seed gives the same weights
    #[arg(long, default_value_t = Schedule::default().seed, value_name = "N")]
    seed: u64,

    /// Licence of the weights, for the card
    #[arg(long, default_value = "not stated", value_name = "TEXT")]
    licence: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum ArchitectureName {
    /// The paper's convolutional network: 8,385 parameters, 2,561 bins
    Cnn,
    /// The paper's dense network: 200 bins, five layers
    Dnn,
    /// The paper's network of several marks at once (several targets need a recipe)
    MultitaskCnn,
    /// Basenji's trunk: pooling to 500 bp, seven dilated layers
    Dilated,
    /// The paper's bidirectional recurrent network, over steps of 200 bp
    Rnn,
    /// Ours: a strand-aware U-Net over 50, 200 and 800 bp
    Nascape,
    /// The paper's regression by boosted trees: 200 bins
    XgboostRegressor,
    /// The paper's classification by boosted trees: 200 bins
    XgboostClassifier,
    /// Boosted trees on dREG's 360 windows
    DregGbt,
    /// Boosted trees on windows of 50 bp to 12.8 kb of either strand
    WindowsGbt,
}

impl ArchitectureName {
    /// The architecture with its usual settings.
    fn usual(self) -> Architecture {
        let name = self.to_possible_value().expect("no architecture is hidden");
        Architecture::usual(name.get_name()).expect("every architecture here has usual settings")
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Strands {
    /// Plus and minus added
    Summed,
    /// Plus and minus as two channels
    Apart,
}

#[derive(Clone, Copy, ValueEnum)]
enum DeviceName {
    /// The processor
    Cpu,
    /// An NVIDIA card (a build with the feature 'cuda')
    Cuda,
    /// An Apple graphics processor (a build with the feature 'metal')
    Metal,
}

impl Single {
    fn recipe(self) -> Result<Recipe> {
        let assay = self.assay_files.source()?.ok_or_else(|| {
            nascape_model::Error::Setting("give an assay: --plus and --minus, or --signal; or a --recipe.".to_owned())
        })?;
        let (mark, observed) = self.target.expect("clap asks for a target or a recipe");
        let experiment = Experiment {
            name: "assay".to_owned(),
            assay,
            observed: [(mark.clone(), observed)].into(),
            exclude: self.exclude,
            train: self.train,
            validation: self.validation,
            calibration: self.calibration,
            test: self.test,
        };
        Ok(Recipe {
            input: self.strands.map(|strands| match strands {
                Strands::Summed => Input::summed(),
                Strands::Apart => Input::apart(),
            }),
            schedule: Schedule {
                epochs: self.epochs,
                patience: self.patience,
                batch_tiles: self.batch_tiles,
                tile_bins: self.tile_bins,
                learning_rate: self.learning_rate,
                weight_decay: self.weight_decay,
                thinning: self.thinning,
                seed: self.seed,
                ..Schedule::default()
            },
            peak_value: self.peak_value,
            target_summary: self.target_summary,
            target_transform: self.target_transform.into(),
            target_smoothing: self.smooth,
            licence: self.licence,
            ..Recipe::new(mark, self.architecture.usual(), experiment)
        })
    }
}

pub fn run(args: Args, terminal: &Terminal) -> Result<ExitCode> {
    let request = train::Request {
        recipe: match &args.recipe {
            Some(path) => Recipe::read(path, args.data.as_deref())?,
            None => args.single.recipe()?,
        },
        from: args.from.as_deref().map(Library::open).transpose()?,
        device: match args.device {
            DeviceName::Cpu => Device::Cpu,
            DeviceName::Cuda => Device::Cuda,
            DeviceName::Metal => Device::Metal,
        },
        resume: args.resume,
        command: command_line(),
        output: args.output,
    };
    let started = std::time::Instant::now();
    let card = train::run_and_record(&request, terminal, |told| {
        let epoch = match told {
            Told::Warning(text) => return terminal.warn(text),
            Told::Fold { fold, folds } => return terminal.log(&format!("without fold {fold} of {folds}")),
            Told::Best(..) => return,
            Told::Epoch(epoch) => epoch,
        };
        let auprc = epoch.validation_auprc.map_or_else(String::new, |auprc| format!("  AUPRC {auprc:.3}"));
        let pearson = epoch.validation_pearson.map_or_else(String::new, |pearson| format!("  Pearson {pearson:.3}"));
        let loss = epoch.train_loss.map_or_else(String::new, |loss| format!("loss {loss:.5}  "));
        let seconds = started.elapsed().as_secs();
        terminal.log(&format!(
            "epoch {:>3}  {loss}validation loss {:.5}{pearson}{auprc}  {seconds} s",
            epoch.epoch, epoch.validation_loss
        ));
    })
    .inspect_err(|fault| {
        if fault.is_cancellation() && train::has_begun(&request.output) {
            terminal
                .log("The whole epochs are kept beside the output: the same command with --resume goes on from them.");
        }
    })?;
    terminal.result(&card, || {
        let mut text = format!(
            "{}: {} for {}, {} parameters, epoch {} kept",
            request.output.display(),
            card.architecture.name(),
            card.target_names(),
            card.parameters,
            card.training.best_epoch,
        );
        for target in &card.targets {
            text += &format!("\n{} validation part: {}", target.name, train::headline(target.kind, &target.validation));
            if let Some(test) = &target.test {
                text += &format!("\n{} test part: {}", target.name, train::headline(target.kind, test));
            }
            if let Some(coverage) = target.calibration.as_ref().and_then(|calibration| calibration.test_coverage) {
                text += &format!(
                    "\n{} test part: 90 % intervals hold {:.1} % of the bins, {:.1} % of the highest",
                    target.name,
                    100.0 * coverage.all,
                    100.0 * coverage.top
                );
            }
        }
        text
    })
}
