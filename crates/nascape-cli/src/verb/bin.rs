//! `nascape bin`: a signal in bins.

use std::{path::PathBuf, process::ExitCode};

use nascape_app::{Result, bin};
use nascape_signal::{Region, Summary};

use crate::{assay_args::FormatArgs, terminal::Terminal};

const EXAMPLES: &str = "\
Examples:
  nascape bin --signal K562.PROseq.plus.bw --summary sum --output bins.bw
  nascape bin --signal signal.bw --summary mean --region chr21:33,000,001-34,000,000 --output bins.npy

'mean' is over covered bases (UCSC, pyBigWig), 'mean0' counts uncovered bases as 0 (bigWigAverageOverBed). A .npy holds the
regions one after the other, sorted by chromosome name and position; --json prints their order and lengths.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// bigWig (file or http address), bedGraph, bedGraph.gz or BAM
    #[arg(long, value_name = "FILE")]
    signal: PathBuf,

    /// How the bases of a bin become one number: mean, mean0, sum, min or max
    #[arg(long, default_value = "sum", value_name = "SUMMARY")]
    summary: Summary,

    /// Only this region; may be given several times [default: every chromosome with data]
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<Region>,

    /// Bases in a bin
    #[arg(long, default_value_t = nascape_signal::BIN, value_name = "BP", value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    bin_size: u32,

    /// The output: .bw, .bedGraph, .bedGraph.gz or .npy
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    format: FormatArgs,
}

pub fn run(args: Args, terminal: &Terminal) -> Result<ExitCode> {
    let request = bin::Request {
        signal: args.signal,
        options: args.format.options()?,
        regions: args.regions,
        bin_size: args.bin_size,
        summary: args.summary,
        output: args.output,
    };
    let binned = bin::run(&request, terminal)?;
    terminal.result(&binned, || {
        let bins: usize = binned.stretches.iter().map(|stretch| stretch.bins).sum();
        format!("{}: {bins} bins of {} bp", binned.output.display(), request.bin_size)
    })
}
