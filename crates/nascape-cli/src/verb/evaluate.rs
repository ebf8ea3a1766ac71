//! `nascape evaluate`: an imputed track against the observed one.

use std::{path::PathBuf, process::ExitCode};

use nascape_app::{Result, evaluate};
use nascape_model::bundle::TargetKind;
use nascape_signal::{Region, Summary, observed::PeakValue};

use crate::{assay_args::OptionalAssayArgs, terminal::Terminal};

const EXAMPLES: &str = "\
Example:
  nascape evaluate --imputed imputed/H3K4me3.bw --observed K562.H3K4me3.peaks.bed \\
    --region chr21:35,000,001-48,129,895 --threshold 0.5 --output evaluation

Writes metrics.json (at 50 bp, 1 kb and 10 kb, per chromosome and in all) and figures as SVG and PNG. For a peak file a bin is
positive when a peak covers any of it; for a signal, when its value is at least --threshold.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The imputed track: bigWig or bedGraph
    #[arg(long, value_name = "FILE")]
    imputed: PathBuf,

    /// The observed track: bigWig, bedGraph, BED, narrowPeak or broadPeak
    #[arg(long, value_name = "FILE")]
    observed: PathBuf,

    /// What a peak file says of a bin: presence (1 where a peak covers any of it), score (column 5) or signal (column 7)
    #[arg(long, default_value = "presence", value_name = "VALUE")]
    peak_value: PeakValue,

    /// How an observed signal's bases become a bin: mean0, mean, sum, min or max
    #[arg(long, default_value = "mean0", value_name = "SUMMARY")]
    observed_summary: Summary,

    /// The mark, for titles and colours [default: the imputed file's name]
    #[arg(long, value_name = "MARK")]
    target: Option<String>,

    /// Only this region; may be given several times [default: every chromosome that both tracks hold data of]
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<Region>,

    /// Smooth both tracks with a Gaussian of this many bins (the paper uses 10)
    #[arg(long, value_name = "SIGMA")]
    smooth: Option<f64>,

    /// Imputed values from here on are calls: adds recall, precision, F1 and accuracy
    #[arg(long, value_name = "T")]
    threshold: Option<f32>,

    /// Regions that take no part (not assessed): a BED file
    #[arg(long, value_name = "BED")]
    exclude: Option<PathBuf>,

    /// Draw a profile of this locus; may be given several times [default: the three most marked loci]
    #[arg(long = "locus", value_name = "REGION")]
    loci: Vec<Region>,

    /// The folder for metrics.json and the figures
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,

    #[command(flatten)]
    assay_files: OptionalAssayArgs,
}

pub fn run(args: Args, terminal: &Terminal) -> Result<ExitCode> {
    let request = evaluate::Request {
        imputed: args.imputed,
        observed: args.observed,
        options: args.assay_files.format.options()?,
        peak_value: args.peak_value,
        observed_summary: args.observed_summary,
        target: args.target,
        regions: args.regions,
        smooth: args.smooth,
        threshold: args.threshold,
        exclude: args.exclude,
        loci: args.loci,
        assay: args.assay_files.source()?,
        output: args.output,
    };
    let evaluation = evaluate::run(&request, terminal)?;
    terminal.result(&evaluation, || {
        let mut text = String::new();
        for resolution in &evaluation.resolutions {
            let kind = if resolution.all.auprc.is_some() { TargetKind::Presence } else { TargetKind::Signal };
            let headline = nascape_app::train::headline(kind, &resolution.all);
            text += &format!("{:>6} bp  {headline}\n", resolution.bin_size);
        }
        text + &format!("{}: metrics.json and {} figures", request.output.display(), evaluation.figures.len())
    })
}
