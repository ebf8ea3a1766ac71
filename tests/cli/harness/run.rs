//! Running `nascape` and judging what came of it.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use super::Pair;

/// A command line being written.
pub struct Nascape {
    arguments: Vec<OsString>,
    limit: Option<u64>,
    home: PathBuf,
}

/// `nascape VERB`.
pub fn nascape(verb: &str) -> Nascape {
    // Whoever runs the tests may keep bundles of their own.
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("nobody");
    Nascape { arguments: vec![verb.into()], limit: None, home }
}

impl Nascape {
    /// Adds a flag, or a value without a name.
    pub fn flag(mut self, flag: impl AsRef<OsStr>) -> Self {
        self.arguments.push(flag.as_ref().to_owned());
        self
    }

    /// Adds an option and its value.
    pub fn with(self, option: &str, value: impl AsRef<OsStr>) -> Self {
        self.flag(option).flag(value)
    }

    /// Adds `--plus` and `--minus`.
    pub fn assay(self, pair: &Pair) -> Self {
        self.with("--plus", &pair.plus).with("--minus", &pair.minus)
    }

    /// No file may grow beyond `bytes`: the system refuses to write, as on a full disk.
    pub fn files_of_at_most(mut self, bytes: u64) -> Self {
        self.limit = Some(bytes);
        self
    }

    /// Bundles are kept beneath this folder.
    pub fn keeping_in(mut self, folder: &Path) -> Self {
        self.home = folder.to_owned();
        self
    }

    /// The command, for a test that wants to start it itself.
    pub fn command(&self) -> Command {
        let program = env!("CARGO_BIN_EXE_nascape");
        let mut command = match self.limit {
            None => Command::new(program),
            Some(bytes) => {
                let mut command = Command::new("sh");
                // A write past the limit is an error then, not the end of the program.
                command.args(["-c", "trap '' XFSZ; exec prlimit --fsize=\"$0\" \"$@\"", &bytes.to_string(), program]);
                command
            }
        };
        for proxy in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(proxy);
        }
        command.env("XDG_DATA_HOME", &self.home);
        command.args(&self.arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs it to its end, which must come within two minutes.
    pub fn run(self) -> Outcome {
        let child = self.command().spawn().expect("nascape starts");
        let id = child.id().to_string();
        let (ended, end) = mpsc::channel::<()>();
        let watch = thread::spawn(move || {
            let hangs = end.recv_timeout(Duration::from_secs(120)) == Err(mpsc::RecvTimeoutError::Timeout);
            if hangs {
                Command::new("kill").args(["-9", &id]).status().expect("kill is installed");
            }
            hangs
        });
        let output = child.wait_with_output().expect("its output is read");
        drop(ended);
        assert!(!watch.join().unwrap(), "it did not end within two minutes: {:?}", self.arguments);
        Outcome::of(output.status, &output.stdout, &output.stderr)
    }
}

/// What a run left on the terminal.
#[derive(Debug)]
pub struct Outcome {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// Every run ends by itself and without a panic, whatever it was given.
    pub fn of(status: ExitStatus, stdout: &[u8], stderr: &[u8]) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("output is UTF-8");
        let (stdout, stderr) = (text(stdout), text(stderr));
        assert!(!stderr.contains("panicked") && !stdout.contains("panicked"), "it panicked:\n{stderr}");
        let status = status.code().unwrap_or_else(|| panic!("it was ended by a signal ({status}):\n{stderr}"));
        Self { status, stdout, stderr }
    }

    /// It did its job.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        assert_eq!(self.status, 0, "{self:#?}");
        self
    }

    /// The job failed, in one sentence for people that holds all `words`.
    #[track_caller]
    pub fn fails(self, words: &[&str]) -> Self {
        assert_eq!(self.status, 1, "{self:#?}");
        assert_eq!(self.stdout, "", "a failed job prints no result");
        assert!(self.stderr.contains("nascape: "), "{self:#?}");
        self.says(words)
    }

    /// A signal stopped the job: `status` is 128 and its number.
    #[track_caller]
    pub fn stopped(self, status: i32, words: &[&str]) -> Self {
        assert_eq!(self.status, status, "{self:#?}");
        assert_eq!(self.stdout, "", "a job that was stopped prints no result");
        self.says(words)
    }

    /// The arguments were wrong; the message holds all `words`.
    #[track_caller]
    pub fn misused(self, words: &[&str]) -> Self {
        assert_eq!(self.status, 2, "{self:#?}");
        assert_eq!(self.stdout, "");
        self.says(words)
    }

    /// Refused with a sentence, as a failed job or as a wrong argument.
    #[track_caller]
    pub fn refused(self, words: &[&str]) -> Self {
        assert!(self.status == 1 || self.status == 2, "{self:#?}");
        assert_eq!(self.stdout, "");
        self.says(words)
    }

    #[track_caller]
    fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.stderr.contains(word), "the message lacks '{word}':\n{}", self.stderr);
        }
        self
    }

    /// The result that `--json` prints.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|fault| panic!("not JSON ({fault}):\n{self:#?}"))
    }
}
