//! `nascape tirs`: transcription initiation regions from the assay itself.

use std::{path::PathBuf, process::ExitCode};

use nascape_app::{Result, tirs};
use nascape_signal::Region;

use crate::{assay_args::AssayArgs, terminal::Terminal};

const EXAMPLES: &str = "\
Example:
  nascape tirs --plus K562.PROseq.plus.bw --minus K562.PROseq.minus.bw --output tirs.bed

Regions where reads diverge: plus to the right and minus to the left within 500 bp. Noise is what the mirrored pattern scores; it is
measured on the whole assay, so give counts of reads, not normalised values, and whole files. Columns: chromosome, start, end, name,
score (of the best region 1000), '.', the log ratio of diverging to converging reads, its p-value, its q-value, the best site.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    assay_files: AssayArgs,

    /// Share of the regions that may be noise
    #[arg(long, default_value_t = 0.05, value_name = "RATE")]
    fdr: f64,

    /// Write only regions centred here; may be given several times [default: all]
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<Region>,

    /// The regions: a BED file
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

pub fn run(args: Args, terminal: &Terminal) -> Result<ExitCode> {
    let request = tirs::Request {
        assay: args.assay_files.source()?,
        false_discovery_rate: args.fdr,
        regions: args.regions,
        output: args.output,
    };
    let found = tirs::run(&request, terminal)?;
    terminal.result(&found, || {
        let beside = format!("{} candidates, {} mirrored ones", found.candidates, found.mirrored);
        let file = found.output.display();
        match found.threshold {
            Some(threshold) => format!("{file}: {} regions with a score from {threshold:.2} on ({beside})", found.tirs),
            None => format!("{file}: no region stands out from noise at --fdr {} ({beside}); few reads?", args.fdr),
        }
    })
}
