//! A retraining in a process of its own, so that a crash of it takes no window down: what it tells on standard output, a line of JSON
//! each, and what it hears on standard input. It is at work for as long as its standard input is open.

use std::{
    fs,
    io::{BufRead, Write},
    path::{Path, PathBuf},
    process,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use nascape_model::bundle::Epoch;
use nascape_signal::{Progress, wanted::while_wanted};
use serde::{Deserialize, Serialize};

use super::{Told, Work};
use crate::Error;

/// The line that asks for the best of what was learned so far.
pub const ENOUGH: &str = "enough";
/// The folder of candidates inside the work's.
const CANDIDATES: &str = "candidates";
/// Progress is told no more often than this.
const PACE: Duration = Duration::from_millis(100);
/// A worker that nobody hears ends within this time, whatever it is at; files are whole or not there.
const GRACE: Duration = Duration::from_secs(8);

/// What a worker tells.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Report {
    /// Work done, 0 to 1.
    Progress {
        /// The share.
        done: f64,
    },
    /// An epoch has ended.
    Epoch {
        /// What is trained: 0 for the first network, counted on.
        stage: u32,
        /// What it reached.
        epoch: Epoch,
    },
    /// An epoch did better than all before it.
    Candidate {
        /// What is trained.
        stage: u32,
        /// The epoch, from 1.
        epoch: usize,
        /// The folder of a bundle as it would be now; a later one may take it away.
        bundle: PathBuf,
    },
    /// The bundle is there.
    Finished {
        /// The verdict in words.
        sentence: String,
    },
    /// It was asked to stop; what was learned is kept.
    Stopped,
    /// It cannot go on.
    Failed {
        /// Why, and what to do.
        message: String,
        /// True where what was learned is kept, and it may be tried again.
        kept: bool,
    },
}

/// Goes on with the retraining in `folder` and tells of it, until its end, or until `heard` ends.
pub fn run(
    folder: &Path,
    heard: impl BufRead + Send + 'static,
    told: impl Write + Send,
    stopped: impl Fn() -> bool + Sync,
) {
    let line = Line { told: Mutex::new((told, Instant::now())), wish: Arc::default(), stopped: &stopped };
    listen(heard, folder.to_owned(), Arc::clone(&line.wish));
    let wish = Arc::clone(&line.wish);
    let stopping = Arc::new(move || wish.stop.load(Ordering::Relaxed));
    let outcome = while_wanted(stopping, || {
        let work = Work::open(folder)?;
        let work = work.ok_or_else(|| Error::Retrain {
            detail: format!("{} holds no retraining. Begin anew.", folder.display()),
        })?;
        line.wish.enough.store(work.is_enough(), Ordering::Relaxed);
        super::run(work, &line, |told| line.hear(folder, told))
    });
    line.tell(&match outcome {
        Ok(verdict) => Report::Finished { sentence: verdict.sentence },
        Err(_) if line.cancelled() => Report::Stopped,
        Err(fault) => {
            let kept = folder.exists();
            Report::Failed { message: fault.to_string(), kept }
        }
    });
}

/// What is wanted of a worker.
#[derive(Default)]
struct Wish {
    stop: AtomicBool,
    enough: AtomicBool,
}

fn listen(heard: impl BufRead + Send + 'static, folder: PathBuf, wish: Arc<Wish>) {
    thread::spawn(move || {
        for line in heard.lines().map_while(Result::ok).filter(|line| line == ENOUGH) {
            drop(line);
            Work::say_enough(&folder);
            wish.enough.store(true, Ordering::Relaxed);
        }
        wish.stop.store(true, Ordering::Relaxed);
        thread::sleep(GRACE);
        process::exit(1);
    });
}

/// Where a worker reports to.
struct Line<'a, W> {
    /// With the time when progress was told last.
    told: Mutex<(W, Instant)>,
    wish: Arc<Wish>,
    stopped: &'a (dyn Fn() -> bool + Sync),
}

impl<W: Write + Send> Line<'_, W> {
    fn tell(&self, report: &Report) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let json = serde_json::to_string(report).expect("reports are plain data");
        // Who does not hear has closed the other line too.
        let _ = writeln!(told.0, "{json}").and_then(|()| told.0.flush());
    }

    fn hear(&self, folder: &Path, told: Told<'_>) {
        match told {
            Told::Epoch { stage, epoch } => self.tell(&Report::Epoch { stage, epoch: epoch.clone() }),
            Told::Candidate { stage, epoch, bundle } => {
                let candidates = folder.join(CANDIDATES);
                let place = candidates.join(format!("{stage}.{epoch}"));
                // Nothing depends on it: where it cannot be written there is a picture less.
                if bundle.save(&place).is_ok() {
                    let older = fs::read_dir(&candidates).into_iter().flatten().flatten().map(|entry| entry.path());
                    older.filter(|path| *path != place).for_each(|path| drop(fs::remove_dir_all(path)));
                    self.tell(&Report::Candidate { stage, epoch, bundle: place });
                }
            }
            Told::Warning(_) => {}
        }
    }
}

impl<W: Write + Send> Progress for Line<'_, W> {
    fn advance(&self, done: u64, total: u64) {
        {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            if told.1.elapsed() < PACE || total == 0 {
                return;
            }
            told.1 = Instant::now();
        }
        self.tell(&Report::Progress { done: done as f64 / total as f64 });
    }

    fn cancelled(&self) -> bool {
        self.wish.stop.load(Ordering::Relaxed) || (self.stopped)()
    }

    fn enough(&self) -> bool {
        self.wish.enough.load(Ordering::Relaxed)
    }
}
