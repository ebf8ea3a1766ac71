//! `nascape retrain`: a bundle becomes better at an assay of which the mark is known in some regions.

use std::{path::PathBuf, process::ExitCode};

use nascape_app::{
    Library, Result,
    retrain::{self, Told, Work},
};
use nascape_signal::Region;

use crate::{assay_args::AssayArgs, terminal::Terminal, typed::command_line};

const EXAMPLES: &str = "\
Examples:
  nascape retrain --from H3K4me3.blend --plus MCF7.plus.bw --minus MCF7.minus.bw --observed MCF7.H3K4me3.narrowPeak \\
    --region chr22:28,500,001-30,500,000 --output H3K4me3.MCF7

A fifth of the regions is kept to choose by, the rest is learned from; where that fifth is 300 kb at least, intervals and false discovery
rates come from it too. Old and new bundle are then measured on --test, or on all of the observed chromosomes but the regions and 100 kb
around them; whether the difference may be luck is told by an interval over blocks of 1 Mb. DIR/retraining holds the verdict, tables and
figures. The starting bundle is not changed. What was learned is kept beside the output until the end: when the retraining was stopped,
--resume goes on from it.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The bundle to start from, of one mark: its folder, or the name of a shipped one
    #[arg(long, value_name = "BUNDLE")]
    from: String,

    #[command(flatten)]
    assay_files: AssayArgs,

    /// The bundle's mark as it was observed: bigWig, bedGraph, BED, narrowPeak or broadPeak
    #[arg(long, value_name = "FILE")]
    observed: PathBuf,

    /// A region to learn from; may be given several times
    #[arg(long = "region", value_name = "REGION", required = true)]
    regions: Vec<Region>,

    /// A region to measure both bundles on; may be given several times [default: everything observed but the regions]
    #[arg(long = "test", value_name = "REGION")]
    test: Vec<Region>,

    /// Regions that take no part (not assessed, amplified): a BED file
    #[arg(long, value_name = "BED")]
    exclude: Option<PathBuf>,

    /// The retrained bundle: a folder, named as the bundle will be
    #[arg(long, short, value_name = "BUNDLE")]
    output: PathBuf,

    /// Go on from where an earlier retraining into this folder was stopped
    #[arg(long)]
    resume: bool,
}

pub fn run(args: Args, terminal: &Terminal) -> Result<ExitCode> {
    let request = retrain::Request {
        start: Library::open(&args.from)?,
        assay: args.assay_files.source()?,
        observed: args.observed,
        regions: args.regions,
        test: args.test,
        exclude: args.exclude,
        command: command_line(),
        output: args.output,
    };
    let output = request.output.clone();
    let folder = Work::beside(&output);
    let work = if args.resume { Work::open_or_begin(request, &folder) } else { Work::begin(request, &folder) }?;
    let verdict = retrain::run(work, terminal, |told| match told {
        Told::Warning(text) => terminal.warn(text),
        Told::Epoch { epoch, .. } => {
            terminal.log(&format!("epoch {:>3}  validation loss {:.5}", epoch.epoch, epoch.validation_loss));
        }
        Told::Candidate { .. } => {}
    })
    .inspect_err(|_| {
        if folder.exists() {
            terminal.log("What was learned is kept beside the output: the same command with --resume goes on from it.");
        }
    })?;
    terminal.result(&verdict, || {
        let folder = output.join(retrain::FOLDER);
        let table = nascape_app::compare::text(&verdict.comparison);
        format!("{}: {}\n\n{table}\n{}: tables and figures", output.display(), verdict.sentence, folder.display())
    })
}
