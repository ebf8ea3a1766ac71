//! `nascape`: impute the chromatin landscape from one nascent-transcription assay.
//!
//! Each verb is a file in `verb/`: it turns arguments into a request, calls the function of `nascape-app` of the same name, and
//! prints the answer. Exit status: 0, 1 when the job failed, 2 when the arguments are wrong, 128 and the signal's number when it was
//! stopped.

mod assay_args;
mod terminal;
mod typed;
mod verb;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use nascape_signal::wanted::while_wanted;
use terminal::Terminal;

#[derive(Parser)]
#[command(name = "nascape", version, about, long_about = LONG_ABOUT, propagate_version = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,

    /// Print the result as JSON on standard output
    #[arg(long, global = true)]
    json: bool,

    /// Show no progress
    #[arg(long, short, global = true)]
    quiet: bool,

    /// Threads to use [default: all cores]; the result does not depend on it
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

const LONG_ABOUT: &str = "\
Impute the chromatin landscape (H3K4me3 and other marks) from one nascent-transcription assay: GRO-seq or PRO-seq.

  nascape check  --plus plus.bw --minus minus.bw                 is the assay what the models expect?
  nascape impute --plus plus.bw --minus minus.bw --output DIR    write the imputed tracks as bigWig

Regions are written chr21:33,031,597-33,041,570 (1-based, the last base included) or chr21.";

#[derive(Subcommand)]
enum Verb {
    /// Is this assay what the models expect? Says what is wrong and how to mend it
    Check(verb::check::Args),
    /// Summarise a signal in bins, as bigWig, bedGraph or NumPy array
    Bin(verb::bin::Args),
    /// Train a bundle on an assay and an observed mark
    Train(verb::train::Args),
    /// Improve a bundle where the mark is known, and say whether that helped
    Retrain(verb::retrain::Args),
    #[command(hide = true)]
    RetrainWorker(verb::retrain_worker::Args),
    /// Impute marks from an assay, as bigWig
    Impute(verb::impute::Args),
    /// Measure an imputed track against the observed one, with figures
    Evaluate(verb::evaluate::Args),
    /// Measure bundles and baselines side by side on the same held-out bins, with figures
    Compare(verb::compare::Args),
    /// Call peaks on an imputed track, as narrowPeak
    Peaks(verb::peaks::Args),
    /// Find transcription initiation regions in the assay itself, without a bundle
    Tirs(verb::tirs::Args),
    /// Run again what a run.json tells of, and say whether the same bytes come of it
    Reproduce(verb::reproduce::Args),
    /// Browse an assay and what is imputed from it, in a web browser on this machine
    Serve(verb::serve::Args),
    /// List, show or verify bundles
    Models(verb::models::Args),
    /// Simulate an assay and the marks that go with it
    Simulate(verb::simulate::Args),
}

fn main() -> ExitCode {
    nascape_signal::guard::silence_guarded_panics();
    let cli = Cli::parse();
    if let Some(threads) = cli.threads {
        // Fails only when a pool exists already, and none does yet.
        let _ = nascape_app::set_threads(threads.into());
    }
    let terminal = Terminal::new(cli.json, cli.quiet);
    let outcome = while_wanted(terminal.unwanted(), || match cli.verb {
        Verb::Check(args) => verb::check::run(args, &terminal),
        Verb::Bin(args) => verb::bin::run(args, &terminal),
        Verb::Train(args) => verb::train::run(args, &terminal),
        Verb::Retrain(args) => verb::retrain::run(args, &terminal),
        Verb::RetrainWorker(args) => verb::retrain_worker::run(args, &terminal),
        Verb::Impute(args) => verb::impute::run(args, &terminal),
        Verb::Evaluate(args) => verb::evaluate::run(args, &terminal),
        Verb::Compare(args) => verb::compare::run(args, &terminal),
        Verb::Peaks(args) => verb::peaks::run(args, &terminal),
        Verb::Tirs(args) => verb::tirs::run(args, &terminal),
        Verb::Reproduce(args) => verb::reproduce::run(args, &terminal),
        Verb::Serve(args) => verb::serve::run(args, &terminal),
        Verb::Models(args) => verb::models::run(args, &terminal),
        Verb::Simulate(args) => verb::simulate::run(args, &terminal),
    });
    terminal.end();
    outcome.unwrap_or_else(|fault| {
        eprintln!("nascape: {fault}");
        if fault.is_cancellation() {
            return terminal.status_of_cancellation();
        }
        if fault.is_of_arguments() { ExitCode::from(2) } else { ExitCode::FAILURE }
    })
}
