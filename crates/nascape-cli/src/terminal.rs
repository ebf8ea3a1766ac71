//! The terminal: a progress bar where there is one, results on standard output, Ctrl-C and the system's requests to end as a
//! cancellation.

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use nascape_app::Result;
use nascape_signal::{Progress, wanted::Unwanted};
use serde::Serialize;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};

/// Where a verb reports to.
pub struct Terminal {
    json: bool,
    bar: ProgressBar,
    /// The signal that asked to stop; 0 for none.
    stopped: Arc<AtomicUsize>,
}

impl Terminal {
    /// The first Ctrl-C, or request to end, asks the job to stop at its next safe point; the second ends the program.
    pub fn new(json: bool, quiet: bool) -> Self {
        let shown = !quiet && std::io::stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("{bar:32} {percent:>3} %  {elapsed} elapsed, {eta} left");
        bar.set_style(style.expect("the template is constant").progress_chars("━╸─"));
        let (stopped, asked) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        for signal in [SIGINT, SIGTERM].into_iter().chain(hang_up()) {
            // Without a handler the signal still ends the program; what it leaves is removed at the next start.
            let _ = flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&asked))
                .and_then(|_| flag::register(signal, Arc::clone(&asked)))
                .and_then(|_| flag::register_usize(signal, Arc::clone(&stopped), signal as usize));
        }
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

    /// The exit status of a job that was cancelled, as shells have it: 130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP.
    pub fn status_of_cancellation(&self) -> ExitCode {
        ExitCode::from(128 + self.stopped.load(Ordering::Relaxed) as u8)
    }

    /// True when the user stopped it by Ctrl-C; false when something else did, or nothing.
    pub fn interrupted(&self) -> bool {
        self.stopped.load(Ordering::Relaxed) == SIGINT as usize
    }

    /// Whether the user has asked to stop, for who waits for a server.
    pub fn unwanted(&self) -> Unwanted {
        let stopped = Arc::clone(&self.stopped);
        Arc::new(move || stopped.load(Ordering::Relaxed) != 0)
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
        self.stopped.load(Ordering::Relaxed) != 0
    }
}

/// The signal of a terminal that was closed, unless the user asked to go on without one (nohup).
fn hang_up() -> Option<i32> {
    #[cfg(unix)]
    {
        use signal_hook::consts::SIGHUP;
        // A system that does not tell ends the program as it always would.
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
        let ignored = u64::from_str_radix(ignored.trim(), 16).ok()?;
        (ignored & (1 << (SIGHUP - 1)) == 0).then_some(SIGHUP)
    }
    #[cfg(not(unix))]
    None
}
