//! A job that is stopped on its way.

use std::{
    io::Read,
    process::{Child, ChildStderr, Command},
    time::{Duration, Instant},
};

use super::{Nascape, Outcome};

/// Longer than this nobody waits for a program to stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// A job under way, and what it has said on standard error.
pub struct Running {
    child: Child,
    stderr: ChildStderr,
    said: Vec<u8>,
}

impl Nascape {
    /// Starts it.
    pub fn start(&self) -> Running {
        let mut child = self.command().spawn().expect("nascape starts");
        let stderr = child.stderr.take().expect("standard error is piped");
        Running { child, stderr, said: Vec::new() }
    }
}

impl Running {
    /// Waits until it says `text`.
    pub fn until(mut self, text: &str) -> Self {
        let mut byte = [0];
        while !self.said.ends_with(text.as_bytes()) {
            let read = self.stderr.read(&mut byte).unwrap();
            assert_eq!(read, 1, "it ended early: {}", String::from_utf8_lossy(&self.said));
            self.said.extend(byte);
        }
        self
    }

    /// Sends a signal, such as INT, and waits for the end, which must come soon.
    pub fn signal(mut self, name: &str) -> Outcome {
        let stopped = Instant::now();
        let sent = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status().unwrap();
        assert!(sent.success(), "the job had ended before it could be stopped");
        self.stderr.read_to_end(&mut self.said).unwrap();
        let status = self.child.wait().unwrap();
        assert!(stopped.elapsed() < PATIENCE, "it took {:?} to stop", stopped.elapsed());
        Outcome::of(status, b"", &self.said)
    }

    /// Ends it without asking.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        assert!(!self.child.wait().unwrap().success(), "the job had ended before it could be killed");
    }
}
