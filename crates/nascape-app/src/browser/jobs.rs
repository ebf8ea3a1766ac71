//! Long work, one job at a time on a thread of its own, while browsing goes on.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use nascape_signal::Progress;

use super::{
    Browser,
    fault::Answer,
    told::Listeners,
    wire::{Event, Job, JobState},
};

/// Ended jobs that are remembered.
const REMEMBERED: usize = 50;
/// The window is told of progress no more often than this.
const PACE: Duration = Duration::from_millis(150);

/// What a job does; it gives the sentence of its end and the files written.
pub(super) type Task = Box<dyn FnOnce(&dyn Progress) -> Answer<(String, Vec<String>)> + Send>;

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
    stop: Arc<AtomicBool>,
    task: Option<Task>,
}

impl Jobs {
    pub fn new(listeners: Arc<Listeners>) -> Self {
        let shared = Arc::new(Shared { list: Mutex::default(), work: Condvar::new(), listeners });
        let of_thread = Arc::clone(&shared);
        let thread = thread::spawn(move || while of_thread.run_next() {});
        Self { shared, thread: Mutex::new(Some(thread)) }
    }

    /// Puts a job behind the others.
    pub fn add(&self, title: String, task: Task) -> Job {
        let mut list = self.shared.list();
        list.last += 1;
        let job = Job {
            id: list.last,
            title,
            state: JobState::Waiting,
            done: 0.0,
            seconds_left: None,
            message: String::new(),
            outputs: Vec::new(),
        };
        list.jobs.push_back(Entry { job: job.clone(), stop: Arc::default(), task: Some(task) });
        let ended = |entry: &Entry| entry.task.is_none() && entry.job.state != JobState::Running;
        if list.jobs.len() > REMEMBERED
            && let Some(oldest) = list.jobs.iter().position(ended)
        {
            list.jobs.remove(oldest);
        }
        self.shared.work.notify_all();
        job
    }

    fn cancel(&self, wanted: impl Fn(&Job) -> bool) {
        let mut list = self.shared.list();
        let mut told = Vec::new();
        for entry in list.jobs.iter_mut().filter(|entry| wanted(&entry.job)) {
            entry.stop.store(true, Ordering::Relaxed);
            if entry.task.take().is_some() {
                entry.job.state = JobState::Cancelled;
                "Cancelled before it began.".clone_into(&mut entry.job.message);
                told.push(entry.job.clone());
            }
        }
        drop(list);
        told.into_iter().for_each(|job| self.shared.listeners.tell(&Event::Job { job }));
    }

    /// Cancels everything and waits for its end.
    pub fn close(&self) {
        self.cancel(|_| true);
        self.shared.list().closed = true;
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
    fn list(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a job and runs it; false when there will be no more.
    fn run_next(&self) -> bool {
        let mut list = self.list();
        let (id, stop, task) = loop {
            if list.closed {
                return false;
            }
            let next = list
                .jobs
                .iter_mut()
                .find_map(|entry| Some((entry.job.id, Arc::clone(&entry.stop), entry.task.take()?)));
            match next {
                Some(next) => break next,
                None => list = self.work.wait(list).unwrap_or_else(PoisonError::into_inner),
            }
        };
        drop(list);
        self.change(id, |job| job.state = JobState::Running);
        let watch = Watch { shared: self, id, stop, began: Instant::now(), told: Mutex::new(Instant::now()) };
        let outcome = task(&watch);
        self.change(id, |job| {
            job.seconds_left = None;
            match outcome {
                Ok((message, outputs)) => {
                    (job.state, job.done) = (JobState::Finished, 1.0);
                    (job.message, job.outputs) = (message, outputs);
                }
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

/// A running job's progress, on its way to the window.
struct Watch<'a> {
    shared: &'a Shared,
    id: u64,
    stop: Arc<AtomicBool>,
    began: Instant,
    told: Mutex<Instant>,
}

impl Progress for Watch<'_> {
    fn advance(&self, done: u64, total: u64) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.elapsed() < PACE || total == 0 {
            return;
        }
        *told = Instant::now();
        let done = done as f64 / total as f64;
        let spent = self.began.elapsed().as_secs_f64();
        // The first steps say little of the rest.
        let left = (done > 0.02).then(|| spent * (1.0 - done) / done);
        self.shared.change(self.id, |job| (job.done, job.seconds_left) = (done, left));
    }

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// A part of a job: its progress runs from one share of the whole to another.
pub(super) struct Part<'a> {
    pub whole: &'a dyn Progress,
    pub from: f64,
    pub to: f64,
}

impl Progress for Part<'_> {
    fn advance(&self, done: u64, total: u64) {
        const FINE: f64 = 1e6;
        let share = done as f64 / total.max(1) as f64;
        self.whole.advance(((self.from + (self.to - self.from) * share) * FINE) as u64, FINE as u64);
    }

    fn cancelled(&self) -> bool {
        self.whole.cancelled()
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
        self.jobs.cancel(|job| job.id == id);
        Ok(())
    }
}
