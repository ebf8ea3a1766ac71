//! `nascape peaks`: an imputed track becomes peaks.

use std::{path::PathBuf, process::ExitCode};

use nascape_app::{
    Library, Result,
    peaks::{self, Cut},
};
use nascape_signal::Region;

use crate::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  nascape peaks --imputed imputed/H3K4me3.bw --output H3K4me3.narrowPeak
  nascape peaks --imputed imputed/H3K4me3.bw --threshold 0.5 --output H3K4me3.narrowPeak

The threshold for --fdr comes from the bundle that imputed the track, measured per 50 bp bin where the mark was known: in another
cell or library the rate may differ. Writes narrowPeak: signalValue is the summit's imputed value, pValue -1, qValue -log10 of the
false discovery rate at the summit (-1 where no bundle says it), peak the summit counted from the start.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The imputed track: a bigWig as nascape impute writes it
    #[arg(long, value_name = "FILE")]
    imputed: PathBuf,

    /// Share of the called bins that may be false
    #[arg(long, default_value_t = 0.05, value_name = "RATE", conflicts_with = "threshold")]
    fdr: f64,

    /// Call bins from this value on, in place of --fdr
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    threshold: Option<f32>,

    /// The bundle that imputed the track: its folder, or the name of a shipped one [default: what run.json beside it names]
    #[arg(long, value_name = "BUNDLE")]
    bundle: Option<String>,

    /// Bridge gaps of at most this many bp
    #[arg(long, default_value_t = 200, value_name = "BP")]
    merge: u32,

    /// Drop peaks narrower than this many bp
    #[arg(long, default_value_t = 100, value_name = "BP")]
    min_width: u32,

    /// Only this region; may be given several times [default: the whole track]
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<Region>,

    /// The peaks: a narrowPeak file
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

pub fn run(args: Args, terminal: &Terminal) -> Result<ExitCode> {
    let request = peaks::Request {
        imputed: args.imputed,
        cut: args.threshold.map_or(Cut::FalseDiscoveryRate(args.fdr), Cut::Threshold),
        bundle: args.bundle.as_deref().map(Library::open).transpose()?,
        merge: args.merge,
        min_width: args.min_width,
        regions: args.regions,
        output: args.output,
    };
    let called = peaks::run(&request, terminal)?;
    terminal.result(&called, || {
        let rate =
            called.false_discovery_rate.map_or_else(String::new, |rate| format!(", false discovery rate {rate:.3}"));
        format!(
            "{}: {} peaks, {} bp, from {} on (the highest value is {}){rate}",
            called.output.display(),
            called.peaks,
            called.bases,
            called.threshold,
            called.highest
        )
    })
}
