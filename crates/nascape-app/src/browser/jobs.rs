//! Long work, one job at a time on a thread of its own, while browsing goes on.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use nascape_signal::{Progress, wanted::while_wanted};

use super::{
    Browser,
    fault::Answer,
    told::Listeners,
    wire::{Event, Fault, Job, JobState, JobStep},
};

/// Ended jobs that are remembered.
const REMEMBERED: usize = 50;
/// The window is told of progress no more often than this.
const PACE: Duration = Duration::from_millis(150);

/// How a job came to an end, or to a stop.
pub(super) enum End {
    /// All is done.
    Finished { message: String, outputs: Vec<String> },
    /// It can be gone on with: it was paused, or interrupted.
    Stopped { state: JobState, message: String },
}

/// What a job does.
pub(super) trait Task: Send {
    /// Runs to the end, or goes on to it after a stop.
    fn run(&mut self, watch: &Watch<'_>) -> Answer<End>;

    /// Takes away what a run that stopped, or never began, has left.
    fn discard(&mut self) {}
}

/// What runs once and leaves nothing when it is cancelled; it gives the sentence of its end and the files written.
impl<F: FnMut(&dyn Progress) -> Answer<(String, Vec<String>)> + Send> Task for F {
    fn run(&mut self, watch: &Watch<'_>) -> Answer<End> {
        self(watch).map(|(message, outputs)| End::Finished { message, outputs })
    }
}

/// What the user wants of a running job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wish {
    GoOn,
    /// To end with the best so far.
    Enough,
    /// To stop, so that it can be gone on with.
    Pause,
    /// To leave nothing.
    Discard,
}

/// A wish that others may change.
#[derive(Default)]
struct Wished(AtomicU8);

impl Wished {
    const ALL: [Wish; 4] = [Wish::GoOn, Wish::Enough, Wish::Pause, Wish::Discard];

    fn get(&self) -> Wish {
        Self::ALL[usize::from(self.0.load(Ordering::Relaxed))]
    }

    /// A later wish does not take back a stronger one.
    fn set(&self, wish: Wish) {
        self.0.fetch_max(wish as u8, Ordering::Relaxed);
    }
}

/// All jobs, and the thread that runs them.
pub(super) struct Jobs {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    list: Mutex<List>,
    work: Condvar,
    listeners: Arc<Listeners>,
}

#[derive(Default)]
struct List {
    jobs: VecDeque<Entry>,
    last: u64,
    closed: bool,
}

struct Entry {
    job: Job,
    wish: Arc<Wished>,
    /// Nothing while it runs, and after its end.
    task: Option<Box<dyn Task>>,
}

impl Jobs {
    pub fn new(listeners: Arc<Listeners>) -> Self {
        let shared = Arc::new(Shared { list: Mutex::default(), work: Condvar::new(), listeners });
        let of_thread = Arc::clone(&shared);
        let thread = thread::spawn(move || while of_thread.run_next() {});
        Self { shared, thread: Mutex::new(Some(thread)) }
    }

    /// Puts a job behind the others; `bundle` is what comes of a retraining.
    pub fn add(&self, title: String, bundle: Option<String>, task: impl Task + 'static) -> Job {
        self.shared.add(title, bundle, JobState::Waiting, "", Box::new(task))
    }

    /// Where jobs of an earlier start of the program are put that can be gone on with.
    pub fn restored(&self) -> Restored {
        Restored(Arc::clone(&self.shared))
    }

    fn cancel(&self, id: u64) {
        let mut list = self.shared.list();
        let Some(entry) = list.jobs.iter_mut().find(|entry| entry.job.id == id) else { return };
        entry.wish.set(Wish::Discard);
        let Some(mut task) = entry.task.take() else { return };
        let began = entry.job.state != JobState::Waiting;
        entry.job.state = JobState::Cancelled;
        let message = if began { "Cancelled; nothing is left of it." } else { "Cancelled before it began." };
        message.clone_into(&mut entry.job.message);
        let job = entry.job.clone();
        drop(list);
        task.discard();
        self.shared.listeners.tell(&Event::Job { job });
    }

    fn steer(&self, id: u64, step: JobStep) -> Answer<()> {
        let mut list = self.shared.list();
        let entry = list.jobs.iter_mut().find(|entry| entry.job.id == id && entry.job.bundle.is_some());
        let entry = entry.ok_or_else(|| Fault::new("Only a retraining can be paused, and gone on with."))?;
        let stopped = matches!(entry.job.state, JobState::Paused | JobState::Interrupted);
        match step {
            JobStep::Pause if entry.job.state == JobState::Waiting => entry.job.state = JobState::Paused,
            JobStep::Pause => entry.wish.set(Wish::Pause),
            JobStep::Keep if entry.job.state == JobState::Running => entry.wish.set(Wish::Enough),
            JobStep::Keep | JobStep::Resume if stopped => {
                entry.wish = Arc::default();
                if step == JobStep::Keep {
                    entry.wish.set(Wish::Enough);
                }
                entry.job.state = JobState::Waiting;
                entry.job.message.clear();
                self.shared.work.notify_all();
            }
            JobStep::Keep | JobStep::Resume => return Ok(()),
        }
        let job = entry.job.clone();
        drop(list);
        self.shared.listeners.tell(&Event::Job { job });
        Ok(())
    }

    /// Stops what runs and waits for that: exports leave nothing, retrainings what they have learned.
    pub fn close(&self) {
        {
            let mut list = self.shared.list();
            list.closed = true;
            for entry in &mut list.jobs {
                entry.wish.set(if entry.job.bundle.is_some() { Wish::Pause } else { Wish::Discard });
            }
        }
        self.shared.work.notify_all();
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn add(&self, title: String, bundle: Option<String>, state: JobState, message: &str, task: Box<dyn Task>) -> Job {
        let mut list = self.list();
        list.last += 1;
        let job = Job {
            id: list.last,
            title,
            state,
            done: 0.0,
            seconds_left: None,
            message: message.to_owned(),
            outputs: Vec::new(),
            bundle,
        };
        list.jobs.push_back(Entry { job: job.clone(), wish: Arc::default(), task: Some(task) });
        let ended = |entry: &Entry| entry.task.is_none() && entry.job.state != JobState::Running;
        if list.jobs.len() > REMEMBERED
            && let Some(oldest) = list.jobs.iter().position(ended)
        {
            list.jobs.remove(oldest);
        }
        self.work.notify_all();
        job
    }

    fn list(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a job and runs it; false when there will be no more.
    fn run_next(&self) -> bool {
        let mut list = self.list();
        let (id, wish, mut task) = loop {
            if list.closed {
                return false;
            }
            let mut waiting = list.jobs.iter_mut().filter(|entry| entry.job.state == JobState::Waiting);
            let next = waiting.find_map(|entry| Some((entry.job.id, Arc::clone(&entry.wish), entry.task.take()?)));
            match next {
                Some(next) => break next,
                None => list = self.work.wait(list).unwrap_or_else(PoisonError::into_inner),
            }
        };
        drop(list);
        self.change(id, |job| job.state = JobState::Running);
        let told = Mutex::new((Instant::now(), None));
        let unwanted = Arc::new({
            let wish = Arc::clone(&wish);
            move || wish.get() >= Wish::Pause
        });
        let watch = Watch { shared: self, id, wish, began: Instant::now(), told };
        // Waiting for a server is no safe point, and need not be one: nothing of what it was read for is written yet.
        let outcome = while_wanted(unwanted, || task.run(&watch));
        if matches!(outcome, Ok(End::Stopped { .. })) {
            let mut list = self.list();
            let entry = list.jobs.iter_mut().find(|entry| entry.job.id == id);
            entry.expect("a running job is remembered").task = Some(task);
        }
        self.change(id, |job| {
            job.seconds_left = None;
            match outcome {
                Ok(End::Finished { message, outputs }) => {
                    (job.state, job.done) = (JobState::Finished, 1.0);
                    (job.message, job.outputs) = (message, outputs);
                }
                Ok(End::Stopped { state, message }) => (job.state, job.message) = (state, message),
                Err(fault) if fault.cancelled => {
                    job.state = JobState::Cancelled;
                    "Cancelled; nothing is left of it.".clone_into(&mut job.message);
                }
                Err(fault) => (job.state, job.message) = (JobState::Failed, fault.message),
            }
        });
        true
    }

    fn change(&self, id: u64, change: impl FnOnce(&mut Job)) {
        let changed = {
            let mut list = self.list();
            let Some(entry) = list.jobs.iter_mut().find(|entry| entry.job.id == id) else { return };
            change(&mut entry.job);
            entry.job.clone()
        };
        self.listeners.tell(&Event::Job { job: changed });
    }
}

/// Puts jobs of an earlier start into the list.
pub(super) struct Restored(Arc<Shared>);

impl Restored {
    /// A retraining that was interrupted.
    pub fn add(&self, title: String, bundle: String, message: &str, task: impl Task + 'static) {
        let job = self.0.add(title, Some(bundle), JobState::Interrupted, message, Box::new(task));
        self.0.listeners.tell(&Event::Job { job });
    }
}

/// A running job's progress, on its way to the window.
pub(super) struct Watch<'a> {
    shared: &'a Shared,
    id: u64,
    wish: Arc<Wished>,
    began: Instant,
    /// When the window was told last, and how far the job was when it was told first.
    told: Mutex<(Instant, Option<f64>)>,
}

impl Watch<'_> {
    /// What the user wants of the job.
    pub fn wish(&self) -> Wish {
        self.wish.get()
    }
}

impl Progress for Watch<'_> {
    fn advance(&self, done: u64, total: u64) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.0.elapsed() < PACE || total == 0 {
            return;
        }
        told.0 = Instant::now();
        let done = done as f64 / total as f64;
        let since = done - *told.1.get_or_insert(done);
        let spent = self.began.elapsed().as_secs_f64();
        // The first steps say little of the rest.
        let left = (since > 0.02).then(|| spent * (1.0 - done) / since);
        self.shared.change(self.id, |job| (job.done, job.seconds_left) = (done, left));
    }

    fn cancelled(&self) -> bool {
        self.wish.get() >= Wish::Pause
    }
}

impl Browser {
    /// All jobs that are remembered, the oldest first.
    ///
    /// # Errors
    /// None.
    pub fn jobs(&self) -> Answer<Vec<Job>> {
        Ok(self.jobs.shared.list().jobs.iter().map(|entry| entry.job.clone()).collect())
    }

    /// Cancels a job: at once when it waits, else at its next safe point.
    ///
    /// # Errors
    /// None; a job that ended stays as it is.
    pub fn cancel_job(&self, id: u64) -> Answer<()> {
        self.jobs.cancel(id);
        Ok(())
    }

    /// Pauses a retraining, goes on with one that was paused or interrupted, or has it end with the best that it has learned so far.
    ///
    /// # Errors
    /// For other jobs.
    pub fn steer_job(&self, id: u64, step: JobStep) -> Answer<()> {
        self.jobs.steer(id, step)
    }
}
