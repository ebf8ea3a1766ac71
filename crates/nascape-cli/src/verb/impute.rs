//! `nascape impute`: an assay and bundles become imputed tracks.

use std::{path::PathBuf, process::ExitCode};

use nascape_app::{Library, Result, impute};
use nascape_model::bundle::TargetKind;
use nascape_signal::Region;

use crate::{assay_args::AssayArgs, terminal::Terminal};

const EXAMPLES: &str = "\
Examples:
  nascape impute --plus K562.PROseq.plus.bw --minus K562.PROseq.minus.bw --output imputed
  nascape impute --plus p.bw --minus m.bw --mark H3K4me3 --mark DNase --output imputed
  nascape impute --plus p.bw --minus m.bw --model my-bundle --region chr21:30,000,001-35,000,000 --output imputed

Writes <target>.bw for every bundle (without --model: the default bundle of each mark) and run.json, which says what the tracks
were made of. The numbers do not depend on the regions asked for, nor on the number of threads.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    assay_files: AssayArgs,

    /// A bundle: its folder, or the name of a shipped one; may be given several times [default: the default of each mark]
    #[arg(long = "model", value_name = "BUNDLE")]
    models: Vec<String>,

    /// Only this mark of what the bundles impute; may be given several times [default: all their marks]
    #[arg(long = "mark", value_name = "MARK")]
    marks: Vec<String>,

    /// Only this region; may be given several times [default: every chromosome with reads]
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<Region>,

    /// Write the ends of each bin's 90 % interval too: TARGET.lower.bw and TARGET.upper.bw
    #[arg(long)]
    intervals: bool,

    /// The folder for the tracks
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
}

pub fn run(args: Args, terminal: &Terminal) -> Result<ExitCode> {
    let bundles = match &args.models[..] {
        [] => Library::defaults()?,
        names => names.iter().map(|name| Library::open(name)).collect::<Result<_>>()?,
    };
    let (bundles, marks) = impute::only(bundles, &args.marks)?;
    let request = impute::Request {
        assay: args.assay_files.source()?,
        bundles,
        marks,
        intervals: args.intervals,
        regions: args.regions,
        output: args.output,
    };
    let imputed = impute::run(&request, terminal)?;
    for track in imputed.tracks.iter().filter(|track| args.intervals && track.interval.is_none()) {
        terminal.warn(&format!("{} has no calibration for {}: no intervals were written.", track.bundle, track.target));
    }
    terminal.result(&imputed, || {
        let line = |track: &impute::Track| {
            let meaning = match track.kind {
                TargetKind::Presence => "score for 'in a peak', 0 to 1",
                TargetKind::Signal => "signal",
            };
            format!("{}: {} by {} ({meaning}), {} bins", track.path.display(), track.target, track.bundle, imputed.bins)
        };
        imputed.tracks.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}
