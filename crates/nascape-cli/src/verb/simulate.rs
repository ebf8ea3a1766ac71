//! `nascape simulate`: a made-up assay with its truth.

use std::{path::PathBuf, process::ExitCode};

use nascape_app::{Result, simulate};
use serde_json::json;

use crate::terminal::Terminal;

const EXAMPLES: &str = "\
Example:
  nascape simulate --assembly hg38 --chromosome chr21 --reads 3000000 --seed 1 --output simulated

Writes both strands of a PRO-seq assay, its genes, and of each mark the signal and the true peaks. Every file is labelled
'simulated'. The same arguments give the same files; run.json says which they were.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// hg19, hg38, mm10 or mm39
    #[arg(long, default_value = "hg38", value_name = "NAME")]
    assembly: String,

    /// Only this chromosome; may be given several times [default: all assembled chromosomes]
    #[arg(long = "chromosome", value_name = "NAME")]
    chromosomes: Vec<String>,

    /// Reads in all, both strands together
    #[arg(long, default_value_t = 3_000_000, value_name = "N")]
    reads: u64,

    /// Random seed
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,

    /// The folder for the files
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
}

pub fn run(args: Args, terminal: &Terminal) -> Result<ExitCode> {
    let Args { assembly, chromosomes, reads, seed, output } = args;
    let files = simulate::run(&simulate::Request { assembly, chromosomes, reads, seed, output }, terminal)?;
    let marks: Vec<_> = files
        .marks
        .iter()
        .map(|(mark, signal, peaks)| json!({"target": mark.to_string(), "signal": signal, "peaks": peaks}))
        .collect();
    let value =
        json!({"simulated": true, "plus": files.plus, "minus": files.minus, "genes": files.genes, "marks": marks});
    terminal.result(&value, || {
        let mut text = format!(
            "simulated, not measured:\n{}\n{}\n{}",
            files.plus.display(),
            files.minus.display(),
            files.genes.display()
        );
        for (_, signal, peaks) in &files.marks {
            text += &format!("\n{}\n{}", signal.display(), peaks.display());
        }
        text
    })
}
