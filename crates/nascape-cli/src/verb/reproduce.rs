//! `nascape reproduce`: the run of a record once more, and whether the same bytes come of it.

use std::{path::PathBuf, process::ExitCode};

use nascape_app::{Result, reproduce};

use crate::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  nascape reproduce imputed/run.json
  nascape reproduce from-a-colleague/peaks.narrowPeak.run.json --output again

Looks for every input where the record says, else by its name beside the record, else by its name in the current folder, and goes on
only if each has the very bytes that were used, and the bundle its weights. Runs the same request and compares the checksum of every
output. Exit status 0 when all are the same, 1 when one differs.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The record that lies beside an output: run.json, or FILE.run.json
    #[arg(value_name = "RUN.JSON")]
    record: PathBuf,

    /// Keep what comes out in this folder [default: it is compared and not kept]
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,
}

pub fn run(args: Args, terminal: &Terminal) -> Result<ExitCode> {
    let reproduced = reproduce::run(&reproduce::Request { record: args.record, output: args.output }, terminal)?;
    reproduced.warnings.iter().for_each(|text| terminal.warn(text));
    terminal.result(&reproduced, || {
        let line = |file: &reproduce::Compared| format!("{:<8} {}", if file.same { "same" } else { "differs" }, file.name);
        reproduced.outputs.iter().map(line).collect::<Vec<_>>().join("\n")
    })?;
    Ok(if reproduced.same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
