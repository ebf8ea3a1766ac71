//! The process that retrains: `nascape retrain-worker`, which tells on its standard output and hears on its standard input.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::{
    browser::{fault::Answer, wire::Fault},
    retrain::worker::{ENOUGH, Report},
};

/// How soon a wish of the user is seen.
const PACE: Duration = Duration::from_millis(50);
/// A worker that was asked to stop is ended after this time: its files are whole at any moment.
const PATIENCE: Duration = Duration::from_secs(5);

/// A running worker.
pub(super) struct Worker {
    child: Child,
    hears: Option<ChildStdin>,
    reports: Receiver<Report>,
    said: JoinHandle<String>,
    asked_to_stop: Option<Instant>,
}

impl Worker {
    /// Starts the program `trainer` on the retraining in `folder`.
    ///
    /// # Errors
    /// When there is no such program, or it cannot be started.
    pub fn start(trainer: &Path, folder: &Path) -> Answer<Self> {
        let mut command = Command::new(trainer);
        command.arg("retrain-worker").arg(folder).args(["--threads", &rayon::current_num_threads().to_string()]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(windows)]
        {
            use std::os::windows::process::CommandExt;
            const BELOW_NORMAL_PRIORITY_CLASS: u32 = 0x4000;
            const CREATE_NO_WINDOW: u32 = 0x0800_0000;
            command.creation_flags(BELOW_NORMAL_PRIORITY_CLASS | CREATE_NO_WINDOW);
        }
        let mut child = command.spawn().map_err(|fault| {
            Fault::new(format!(
                "Retraining needs the program {}, which cannot be started ({fault}). Install Nascape again.",
                trainer.display()
            ))
        })?;
        let hears = child.stdin.take();
        let (stdout, mut stderr) = child.stdout.take().zip(child.stderr.take()).expect("both are piped");
        let (sender, reports) = channel();
        thread::spawn(move || {
            // What others write between the reports is none of ours.
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Ok(report) = serde_json::from_str(&line)
                    && sender.send(report).is_err()
                {
                    break;
                }
            }
        });
        let said = thread::spawn(move || {
            let mut said = Vec::new();
            let _ = stderr.read_to_end(&mut said);
            String::from_utf8_lossy(&said).into_owned()
        });
        Ok(Self { child, hears, reports, said, asked_to_stop: None })
    }

    /// The next report; nothing when there is none yet. An error when it will tell no more.
    pub fn next(&mut self) -> Result<Option<Report>, ()> {
        if self.asked_to_stop.is_some_and(|asked| asked.elapsed() > PATIENCE) {
            let _ = self.child.kill();
        }
        match self.reports.recv_timeout(PACE) {
            Ok(report) => Ok(Some(report)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(()),
        }
    }

    /// Asks it to end with the best so far.
    pub fn enough(&mut self) {
        if let Some(hears) = &mut self.hears {
            // One that is gone has told so.
            let _ = writeln!(hears, "{ENOUGH}").and_then(|()| hears.flush());
        }
    }

    /// Asks it to stop.
    pub fn stop(&mut self) {
        self.hears = None;
        self.asked_to_stop.get_or_insert_with(Instant::now);
    }

    /// Waits for its end: how it ended, and why as far as one can tell.
    pub fn end(mut self) -> String {
        self.hears = None;
        let status = self.child.wait();
        let said = self.said.join().unwrap_or_default();
        why(status.ok(), &said)
    }
}

/// What Rust, C++ and the system say when there is no memory; the last two, when there is none for a thread, or for a library.
const OUT_OF_MEMORY: [&str; 5] = [
    "memory allocation of",
    "bad_alloc",
    "Cannot allocate memory",
    "Resource temporarily unavailable",
    "failed to map segment",
];

/// Why a worker ended that told no end, for people.
fn why(status: Option<ExitStatus>, said: &str) -> String {
    const MEMORY: &str = "Close other programs, or retrain on smaller regions.";
    let signal = status.and_then(signal);
    if OUT_OF_MEMORY.iter().any(|words| said.contains(words)) {
        return format!("the computer had no memory left for it. {MEMORY}");
    }
    if signal == Some(9) {
        return format!("the system ended it, most likely because the computer ran out of memory. {MEMORY}");
    }
    let how = status.map_or_else(String::new, |status| format!(" ({status})"));
    let mut lines = said.lines().filter(|line| !line.trim().is_empty());
    // A panic says what it is about below its place, and much after that.
    let of_panic = lines.clone().skip_while(|line| !line.contains("panicked at")).nth(1);
    match of_panic.or_else(|| lines.next_back()) {
        Some(fault) => format!("of a fault in the program that trains{how}: {fault}"),
        None => format!("the program that trains was ended{how}."),
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn want_of_memory_is_told_however_it_is_said_and_a_panic_by_what_it_is_about() {
        let panic = |about: &str| {
            format!(
                "\nthread 'main' (7) panicked at crates/x.rs:2:3:\n{about}\nstack backtrace:\n   0: main\nnote: Some details are omitted.\n"
            )
        };
        for said in
            ["memory allocation of 96 bytes failed".to_owned(), panic("a thread: Resource temporarily unavailable")]
        {
            assert!(why(None, &said).contains("had no memory left"), "{said}");
        }
        assert!(why(None, &panic("no such bin")).ends_with(": no such bin"));
        assert!(why(None, "libxgboost is missing\n\n").ends_with(": libxgboost is missing"));
    }
}
