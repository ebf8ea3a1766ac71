//! `nascape check`: the import doctor.

use std::{path::PathBuf, process::ExitCode};

use nascape_app::Result;
use nascape_signal::doctor::{Report, Severity};

use crate::{assay_args::AssayArgs, terminal::Terminal};

const EXAMPLES: &str = "\
Examples:
  nascape check --plus K562.PROseq.plus.bw --minus K562.PROseq.minus.bw
  nascape check --signal reads.bam --assay gro
  nascape check --plus p.bedGraph.gz --minus m.bedGraph.gz --assembly hg38 --genes genes.gtf --json

Exit status: 0 when the assay can be used, 1 when it cannot (a finding marked 'error').";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    assay: AssayArgs,

    /// Annotated genes (BED6, GTF or GFF3), to judge whether the strands are swapped
    #[arg(long, value_name = "FILE")]
    genes: Option<PathBuf>,
}

pub fn run(args: Args, terminal: &Terminal) -> Result<ExitCode> {
    let report = args.assay.source()?.check(args.genes.as_ref())?;
    terminal.result(&report, || describe(&report))?;
    Ok(if report.verdict == Severity::Error { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn describe(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        let mark = match finding.severity {
            Severity::Error => "error   ",
            Severity::Warning => "warning ",
            Severity::Mended => "mended  ",
            Severity::Fine => "fine    ",
        };
        text += &format!("{mark} {}\n", finding.message);
        if !finding.remedy.is_empty() {
            text += &format!("         -> {}\n", finding.remedy);
        }
    }
    text += match report.verdict {
        Severity::Error => "\nThis assay cannot be used as it is.",
        Severity::Warning => "\nThis assay can be used; mind the warnings.",
        Severity::Mended | Severity::Fine => "\nThis assay is what the models expect.",
    };
    text
}
