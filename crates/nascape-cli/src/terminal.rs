//! The terminal: a progress bar where there is one, results on standard output, Ctrl-C as a cancellation.

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use nascape_app::Result;
use nascape_signal::Progress;
use serde::Serialize;

/// Where a verb reports to.
pub struct Terminal {
    json: bool,
    bar: ProgressBar,
    stopped: Arc<AtomicBool>,
}

impl Terminal {
    /// The first Ctrl-C asks the job to stop at its next safe point, the second ends the program.
    pub fn new(json: bool, quiet: bool) -> Self {
        let shown = !quiet && std::io::stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("{bar:32} {percent:>3} %  {elapsed} elapsed, {eta} left");
        bar.set_style(style.expect("the template is constant").progress_chars("━╸─"));
        let stopped = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stopped);
        // Without a handler Ctrl-C still ends the program; partial files are then removed at their next use.
        let _ = ctrlc::set_handler(move || {
            if asked.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        });
        Self { json, bar, stopped }
    }

    /// Prints the result: as JSON when asked for, else as `text` writes it.
    pub fn result(&self, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<ExitCode> {
        self.bar.finish_and_clear();
        let text =
            if self.json { serde_json::to_string_pretty(value).expect("results are plain data") } else { text() };
        // A closed pipe (`| head`) is no fault of ours.
        let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
        Ok(ExitCode::SUCCESS)
    }

    /// A line of the job's log, above the bar.
    pub fn log(&self, line: &str) {
        if self.bar.is_hidden() {
            eprintln!("{line}");
        } else {
            self.bar.println(line);
        }
    }

    /// What the result must be read with.
    pub fn warn(&self, text: &str) {
        self.log(&format!("warning: {text}"));
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Terminal {
    fn advance(&self, done: u64, total: u64) {
        self.bar.set_length(total);
        self.bar.set_position(done);
    }

    fn cancelled(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}
