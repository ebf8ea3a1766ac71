//! `nascape train`: an assay and an observed mark become a bundle.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::ValueEnum;
use nascape_app::{Result, train};
use nascape_model::{bundle::Architecture, cnn, input, train::Schedule};
use nascape_signal::{Region, Summary, observed::PeakValue};

use crate::{assay_args::AssayArgs, terminal::Terminal};

const EXAMPLES: &str = "\
Example:
  nascape train --plus K562.PROseq.plus.bw --minus K562.PROseq.minus.bw --target H3K4me3=K562.H3K4me3.peaks.bed \\
    --architecture cnn --train chr21:1-30,000,000 --validation chr21:30,000,001-35,000,000 \\
    --test chr21:35,000,001-48,129,895 --output H3K4me3.cnn

Peaks are learned as a score for 'the bin is in a peak' (cross-entropy), signals as their own quantity (squared error).
The epoch with the lowest loss on the validation part is kept; the test part is measured once, at the end.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    assay_files: AssayArgs,

    /// The mark and its observed track: bigWig, bedGraph, BED, narrowPeak or broadPeak
    #[arg(long, value_name = "MARK=FILE", value_parser = target)]
    target: (String, PathBuf),

    /// What a peak file says of a bin: presence (1 where a peak covers any of it), score (column 5) or signal (column 7)
    #[arg(long, default_value = "presence", value_name = "VALUE")]
    peak_value: PeakValue,

    /// How a signal's bases become a bin: mean0 (uncovered bases are 0), mean (uncovered bins are missing), sum, min or max
    #[arg(long, default_value = "mean0", value_name = "SUMMARY")]
    target_summary: Summary,

    /// Smooth the target with a Gaussian of this many bins (the paper uses 10)
    #[arg(long, value_name = "SIGMA")]
    smooth: Option<f64>,

    /// The network
    #[arg(long, value_enum, default_value_t = ArchitectureName::Cnn)]
    architecture: ArchitectureName,

    /// The strands that the network sees
    #[arg(long, value_enum, default_value_t = Strands::Summed)]
    strands: Strands,

    /// Region to learn from; may be given several times
    #[arg(long = "train", value_name = "REGION", required = true)]
    train: Vec<Region>,

    /// Region to choose the epoch by; may be given several times
    #[arg(long = "validation", value_name = "REGION", required = true)]
    validation: Vec<Region>,

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

    /// Share of the first layer silenced in training
    #[arg(long, default_value_t = cnn::Settings::default().dropout, value_name = "SHARE")]
    dropout: f64,

    /// Random seed; the same seed gives the same weights
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,

    /// Licence of the weights, for the card
    #[arg(long, default_value = "not stated", value_name = "TEXT")]
    licence: String,

    /// The bundle: a folder, named as the bundle will be
    #[arg(long, short, value_name = "BUNDLE")]
    output: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum ArchitectureName {
    /// The paper's convolutional network: 8,385 parameters, 2,561 bins
    Cnn,
}

#[derive(Clone, Copy, ValueEnum)]
enum Strands {
    /// Plus and minus added
    Summed,
    /// Plus and minus as two channels
    Apart,
}

fn target(text: &str) -> std::result::Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((mark, file)) if !mark.is_empty() && !file.is_empty() => Ok((mark.to_owned(), file.into())),
        _ => Err("write the mark's name, '=' and its file: H3K4me3=peaks.bed".to_owned()),
    }
}

pub fn run(args: Args, terminal: &Terminal) -> Result<ExitCode> {
    let (mark, observed) = args.target;
    let request = train::Request {
        assay: args.assay_files.source()?,
        target: mark,
        observed,
        peak_value: args.peak_value,
        target_summary: args.target_summary,
        smoothing: args.smooth,
        architecture: match args.architecture {
            ArchitectureName::Cnn => Architecture::Cnn(cnn::Settings { dropout: args.dropout }),
        },
        strands: match args.strands {
            Strands::Summed => input::Strands::Summed,
            Strands::Apart => input::Strands::Apart,
        },
        train: args.train,
        validation: args.validation,
        test: args.test,
        exclude: args.exclude,
        schedule: Schedule {
            epochs: args.epochs,
            patience: args.patience,
            batch_tiles: args.batch_tiles,
            tile_bins: args.tile_bins,
            learning_rate: args.learning_rate,
            seed: args.seed,
        },
        licence: args.licence,
        command: command_line(),
        output: args.output,
    };
    let started = std::time::Instant::now();
    let card = train::run(&request, terminal, |epoch| {
        let auprc = epoch.validation_auprc.map_or_else(String::new, |auprc| format!("  AUPRC {auprc:.3}"));
        let pearson = epoch.validation_pearson.map_or_else(String::new, |pearson| format!("  Pearson {pearson:.3}"));
        let seconds = started.elapsed().as_secs();
        terminal.log(&format!(
            "epoch {:>3}  loss {:.5}  validation loss {:.5}{pearson}{auprc}  {seconds} s",
            epoch.epoch, epoch.train_loss, epoch.validation_loss
        ));
    })?;
    terminal.result(&card, || {
        let mut text = format!(
            "{}: {} for {}, {} parameters, epoch {} kept\nvalidation part: {}",
            request.output.display(),
            card.architecture.name(),
            card.target,
            card.parameters,
            card.training.best_epoch,
            train::headline(card.target_kind, &card.validation_measures)
        );
        if let Some(test) = &card.test_measures {
            text += &format!("\ntest part: {}", train::headline(card.target_kind, test));
        }
        text
    })
}

/// The command as it was typed, without the folders of the files: a card tells no stranger how a disk is laid out.
fn command_line() -> String {
    let words = std::env::args().skip(1).map(|word| without_folder(&word)).map(|word| {
        if word.contains(|c: char| c.is_whitespace() || c == '\'' || c == '"') { format!("{word:?}") } else { word }
    });
    ["nascape".to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
}

/// A word less the folder of the file it names, if it names one: `--plus=a/b.bw` is `--plus=b.bw`, `H3K4me3=a/b.bed` likewise.
fn without_folder(word: &str) -> String {
    if let Some((name, value)) = word.split_once('=') {
        return format!("{name}={}", without_folder(value));
    }
    let path = Path::new(word);
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(file)) if folder.is_dir() => file.to_string_lossy().into_owned(),
        _ => word.to_owned(),
    }
}
