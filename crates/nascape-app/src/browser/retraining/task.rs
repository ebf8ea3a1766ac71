//! A retraining as a job.

use std::{
    fs::{self, File, TryLockError},
    path::PathBuf,
    sync::Arc,
    thread,
    time::Duration,
};

use nascape_model::Bundle;
use nascape_signal::Progress;

use super::worker::Worker;
use crate::{
    browser::{
        bundles::Bundles,
        fault::Answer,
        jobs::{End, Restored, Task, Watch, Wish},
        told::Listeners,
        wire::{Event, Fault, JobState},
    },
    library::kept,
    retrain::{self, worker::Report},
};

/// Held by the window that lists the retraining.
const WINDOW: &str = "window";
/// Added to why a training stopped.
const KEPT: &str = "What was learned so far is kept: Resume goes on from it.";

/// A retraining on its way.
pub(super) struct Retraining {
    folder: PathBuf,
    /// The bundle that comes of it.
    name: String,
    /// The bundle that is started from.
    from: String,
    trainer: PathBuf,
    listeners: Arc<Listeners>,
    bundles: Arc<Bundles>,
    /// Nothing when another window lists it.
    ours: Option<File>,
}

impl Retraining {
    pub fn new(
        folder: PathBuf,
        name: &str,
        from: &str,
        trainer: PathBuf,
        listeners: Arc<Listeners>,
        bundles: Arc<Bundles>,
    ) -> Self {
        let file = File::create(folder.join(WINDOW)).ok();
        let ours = file.filter(|file| !matches!(file.try_lock(), Err(TryLockError::WouldBlock)));
        Self { folder, name: name.to_owned(), from: from.to_owned(), trainer, listeners, bundles, ours }
    }

    /// Whether no other window lists it.
    pub fn is_ours(&self) -> bool {
        self.ours.is_some()
    }

    pub fn title(&self) -> String {
        format!("Retrain {} into {}", self.from, self.name)
    }

    /// Lists it as interrupted; the worker of a window that was killed may take a moment to end.
    pub fn restore(self, restored: &Restored) {
        while retrain::is_open(&self.folder) {
            thread::sleep(Duration::from_millis(200));
        }
        if retrain::left(&self.folder).is_some_and(|left| !left.output.exists()) {
            let message = format!("Interrupted when Nascape ended. {KEPT}");
            restored.add(self.title(), self.name.clone(), &message, self);
        }
    }

    fn tell(&self, report: Report, watch: &Watch<'_>) -> Option<Answer<End>> {
        let stopped = |state, message: String| Some(Ok(End::Stopped { state, message }));
        match report {
            Report::Progress { done } => {
                const FINE: f64 = 1e6;
                watch.advance((done * FINE) as u64, FINE as u64);
                None
            }
            Report::Epoch { stage, epoch } => {
                self.listeners.tell(&Event::Epoch {
                    bundle: self.name.clone(),
                    stage,
                    epoch: epoch.epoch as u32,
                    train_loss: epoch.train_loss,
                    validation_loss: epoch.validation_loss,
                });
                None
            }
            Report::Candidate { stage, epoch, bundle } => {
                // One that a later one took away is not missed.
                if let Ok(bundle) = Bundle::open(&bundle) {
                    let candidate = self.bundles.add_candidate(&self.name, &format!("{stage}.{epoch}"), bundle);
                    let (bundle, from) = (self.name.clone(), self.from.clone());
                    self.listeners.tell(&Event::Candidate { bundle, from, candidate });
                }
                None
            }
            Report::Finished { sentence } => {
                let outputs = vec![kept::folder().join(&self.name).to_string_lossy().into_owned()];
                Some(Ok(End::Finished { message: sentence, outputs }))
            }
            Report::Stopped => stopped(JobState::Paused, format!("Paused. {KEPT}")),
            Report::Failed { message, kept: true } => stopped(JobState::Interrupted, format!("{message} {KEPT}")),
            Report::Failed { message, kept: false } => Some(Err(Fault::new(message))),
        }
    }

    /// Hears the worker to its end.
    fn heard(&self, mut worker: Worker, watch: &Watch<'_>) -> Answer<End> {
        let mut wish = Wish::GoOn;
        let mut end = None;
        while let Ok(report) = worker.next() {
            if let Some(report) = report {
                end = self.tell(report, watch).or(end);
            }
            if watch.wish() != wish {
                wish = watch.wish();
                match wish {
                    Wish::GoOn => {}
                    Wish::Enough => worker.enough(),
                    Wish::Pause | Wish::Discard => worker.stop(),
                }
            }
        }
        let why = worker.end();
        end.unwrap_or_else(|| {
            let (state, message) = match wish {
                Wish::Pause | Wish::Discard => (JobState::Paused, format!("Paused. {KEPT}")),
                Wish::GoOn | Wish::Enough => {
                    (JobState::Interrupted, format!("The training stopped because {why} {KEPT}"))
                }
            };
            Ok(End::Stopped { state, message })
        })
    }
}

impl Task for Retraining {
    fn run(&mut self, watch: &Watch<'_>) -> Answer<End> {
        let end = match Worker::start(&self.trainer, &self.folder) {
            Ok(worker) => self.heard(worker, watch),
            Err(fault) => Ok(End::Stopped { state: JobState::Interrupted, message: fault.message }),
        };
        if !matches!(end, Ok(End::Stopped { .. })) {
            self.bundles.remove_candidates(&self.name);
        }
        if watch.wish() == Wish::Discard {
            self.discard();
            if let (Ok(End::Finished { .. }), Some(ended)) = (&end, kept::place(&self.name)) {
                let _ = fs::remove_dir_all(ended);
            }
            return Err(Fault::cancelled());
        }
        end
    }

    fn discard(&mut self) {
        self.ours = None;
        self.bundles.remove_candidates(&self.name);
        let _ = retrain::remove(&self.folder);
    }
}
