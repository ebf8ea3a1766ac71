//! `nascape retrain-worker`: the process in which a window retrains (`nascape_app::retrain::worker`). Not for people.

use std::{
    fs,
    io::{self, BufReader},
    path::PathBuf,
    process::ExitCode,
};

use nascape_app::{Result, retrain::worker};
use nascape_signal::Progress;

use crate::terminal::Terminal;

#[derive(clap::Args)]
pub struct Args {
    /// The folder of a retraining on its way
    folder: PathBuf,
}

pub fn run(args: Args, terminal: &Terminal) -> Result<ExitCode> {
    step_back();
    worker::run(&args.folder, BufReader::new(io::stdin()), io::stdout(), || terminal.cancelled());
    Ok(ExitCode::SUCCESS)
}

/// Others go first: the window and whatever else the user does; and when memory runs out, Linux ends this process, not the window.
fn step_back() {
    // Where the system says no, training is in others' way, and right nevertheless.
    #[cfg(unix)]
    let _ = rustix::process::nice(10);
    #[cfg(target_os = "linux")]
    let _ = fs::write("/proc/self/oom_score_adj", "500");
}
