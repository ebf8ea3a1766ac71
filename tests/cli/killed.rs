//! A retraining that is killed, or the window that it runs in: nothing is half there, and it ends as it would have ended undisturbed.
//! `make kills` does so 50 times.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    rc::Rc,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Server, chr22, folder};

const FILES: [&str; 3] = ["MCF7.nascent.plus.bw", "MCF7.nascent.minus.bw", "MCF7.H3K4me3.peaks.bed"];

/// A window on MCF7, its peaks beside it.
struct Window {
    server: Server,
    assay: String,
    peaks: String,
}

impl Window {
    fn new() -> Self {
        let folder = folder();
        fs::create_dir(folder.path().join("root")).unwrap();
        for file in FILES {
            fs::copy(chr22(file), folder.path().join("root").join(file)).unwrap();
        }
        Self::on(Rc::new(folder))
    }

    fn on(folder: Rc<TempDir>) -> Self {
        let server = Server::on(folder, &FILES);
        let paths = FILES.map(|file| server.path(file));
        let request = json!({"paths": paths, "assembly": null, "apart": false});
        let opened = server.ask("open_files", json!({"request": request})).json();
        let id = |at: usize| opened["tracks"][at]["id"].as_str().unwrap_or_else(|| panic!("{opened}")).to_owned();
        Self { assay: id(0), peaks: id(1), server }
    }

    /// The window after its program was ended by a signal.
    fn after(self, signal: &str) -> Self {
        let folder = Rc::clone(&self.server.folder);
        self.server.signal(signal);
        Self::on(folder)
    }

    fn ask(&self, method: &str, arguments: Value) -> Value {
        self.server.ask(method, arguments).json()
    }

    /// Seconds of work.
    fn retrain(&self, name: &str) -> u64 {
        let request = json!({
            "track": self.assay, "bundle": "H3K4me3.cnn", "observed": self.peaks, "name": name,
            "regions": ["chr22:28,500,001-30,500,000"]
        });
        self.ask("start_retraining", json!({"request": request}))["id"].as_u64().unwrap()
    }

    fn steer(&self, id: u64, step: &str) {
        self.ask("steer_job", json!({"id": id, "step": step}));
    }

    fn job(&self, id: u64) -> Value {
        let jobs = self.ask("jobs", json!({}));
        let found = jobs.as_array().unwrap().iter().find(|job| job["id"].as_u64() == Some(id));
        found.unwrap_or_else(|| panic!("no job {id} in {jobs}")).clone()
    }

    /// The job when it is in one of these states, which must come within ten minutes.
    #[track_caller]
    fn until(&self, id: u64, states: &[&str]) -> Value {
        wait_for(&format!("{states:?}"), || {
            let job = self.job(id);
            assert!(job["state"] != "failed" || states.contains(&"failed"), "{job:#}");
            states.contains(&job["state"].as_str().unwrap()).then_some(job)
        })
    }

    /// The last job, also of an earlier program, by the bundle that comes of it.
    fn left(&self, bundle: &str) -> Option<u64> {
        let jobs = self.ask("jobs", json!({}));
        jobs.as_array().unwrap().iter().rfind(|job| job["bundle"] == bundle)?["id"].as_u64()
    }

    fn home(&self, folder: &str) -> PathBuf {
        self.server.folder.path().join("home/nascape").join(folder)
    }

    /// The processes that retrain.
    fn workers(&self) -> Vec<u32> {
        let stat = |id: u32| fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let ids = processes.filter_map(|entry| entry.file_name().to_string_lossy().parse().ok());
        let parent = |id: u32| stat(id).rsplit(") ").next()?.split(' ').nth(1)?.parse::<u32>().ok();
        ids.filter(|&id| parent(id) == Some(self.server.id()) && !stat(id).contains(") Z ")).collect()
    }

    /// Waits until the retraining of `mark` has learned for an epoch.
    fn wait_for_an_epoch(&self) {
        let checkpoint = self.home("retraining/mark/.tuned.0.checkpoint");
        wait_for("the first epoch", || checkpoint.exists().then_some(()));
    }

    fn worker(&self) -> u32 {
        wait_for("a worker", || self.workers().first().copied())
    }
}

#[track_caller]
fn wait_for<T>(what: &str, mut ready: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(ready) = ready() {
            return ready;
        }
        assert!(started.elapsed() < Duration::from_secs(600), "waited ten minutes for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn kill(id: u32) -> bool {
    Command::new("kill").args(["-9", &id.to_string()]).output().unwrap().status.success()
}

/// The files of a bundle; the figures on how long it took are no part of it.
fn contents(bundle: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() { walk(&path, into) } else { into.push(path) }
        }
    }
    let mut files = Vec::new();
    walk(bundle, &mut files);
    let timed = |path: &Path| {
        path.starts_with("retraining") && path.extension().is_some_and(|end| end == "json" || end == "md")
    };
    let relative = |path: PathBuf| (path.strip_prefix(bundle).unwrap().to_owned(), path);
    let files = files.into_iter().map(relative).filter(|(name, _)| !timed(name));
    files.map(|(name, path)| (name, fs::read(path).unwrap())).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn killed_at_random_moments_it_ends_as_it_would_have_ended_undisturbed() {
    let kills: usize = std::env::var("KILLS").map_or(6, |text| text.parse().unwrap());
    let mut window = Window::new();
    let began = Instant::now();
    let id = window.retrain("mark");
    window.until(id, &["finished"]);
    let takes = began.elapsed().as_secs_f64();
    let undisturbed = contents(&window.home("bundles/mark"));
    window.ask("remove_bundle", json!({"name": "mark"}));

    let mut id = window.retrain("mark");
    let (mut of_worker, mut of_window, mut bundles) = (0, 0, 0);
    while of_worker + of_window < kills {
        // A session that a crash must not lose.
        let session = json!({"path": null, "tracks": [window.assay], "view": {"version": 1}, "window": "one"});
        window.ask("save_session", json!({"request": session}));
        thread::sleep(Duration::from_secs_f64(takes * rand::random_range(0.0..0.5)));
        if rand::random_bool(0.5) {
            let Some(&worker) = window.workers().first() else { continue };
            of_worker += usize::from(kill(worker));
        } else {
            window = window.after("KILL");
            of_window += 1;
            assert!(window.ask("about", json!({}))["unsaved"].is_string(), "the session was lost");
        }
        eprintln!("{of_worker} kills of the worker, {of_window} of the window");
        // Either it is there and whole, or it can be gone on with.
        let over = wait_for("an end or a stop", || {
            let kept = window.home("bundles/mark/model.json").exists();
            let job = window.left("mark").map(|id| window.job(id));
            match job.as_ref().and_then(|job| job["state"].as_str()) {
                _ if kept && names(&window.home("retraining")).is_empty() => Some(true),
                Some("interrupted") => Some(false),
                _ => None,
            }
        });
        let others: Vec<_> = names(&window.home("bundles"))
            .into_iter()
            .filter(|name| !["mark", "defaults.json"].contains(&name.as_str()))
            .collect();
        assert!(others.is_empty(), "half a bundle was left: {others:?}");
        if over {
            assert!(contents(&window.home("bundles/mark")) == undisturbed, "after {of_worker} and {of_window} kills");
            bundles += 1;
            window.ask("remove_bundle", json!({"name": "mark"}));
            id = window.retrain("mark");
        } else {
            id = window.left("mark").unwrap();
            window.steer(id, "resume");
        }
    }
    window.until(id, &["finished"]);
    assert!(contents(&window.home("bundles/mark")) == undisturbed);
    assert_eq!(names(&window.home("retraining")), [""; 0], "its folder was left");
    eprintln!("{of_worker} kills of the worker, {of_window} of the window; {} bundles, all the same", bundles + 1);
}

#[test]
fn a_training_that_runs_out_of_memory_stops_with_a_sentence_and_the_window_lives() {
    let window = Window::new();
    let id = window.retrain("mark");
    window.wait_for_an_epoch();
    let limit = Command::new("prlimit").args(["--pid", &window.worker().to_string(), "--as=1000000"]).status();
    assert!(limit.unwrap().success());
    let job = window.until(id, &["interrupted"]);
    let message = job["message"].as_str().unwrap();
    assert!(message.contains("memory") && message.contains("Resume"), "{message}");
    assert!(window.workers().is_empty());
    window.steer(id, "resume");
    window.until(id, &["finished"]);
    assert!(window.home("bundles/mark/model.json").exists());
}

#[test]
fn it_is_paused_gone_on_with_after_the_window_was_closed_and_ended_with_its_best_epoch() {
    let window = Window::new();
    let id = window.retrain("mark");
    let second = window.retrain("second");
    window.worker();
    assert_eq!(window.job(second)["state"], "waiting", "one retraining at a time");
    window.ask("cancel_job", json!({"id": second}));
    window.wait_for_an_epoch();
    window.steer(id, "pause");
    assert!(window.until(id, &["paused"])["message"].as_str().unwrap().contains("Resume"));
    assert!(window.workers().is_empty(), "processor and memory are free again");
    let request = json!({
        "track": window.assay, "bundle": "H3K4me3.cnn", "observed": window.peaks, "name": "mark",
        "regions": ["chr22:28,500,001-30,500,000"]
    });
    let taken = window.server.ask("plan_retraining", json!({"request": request}));
    assert!(String::from_utf8_lossy(&taken.body).contains("was stopped and can be gone on with"));

    let window = window.after("TERM");
    let id = wait_for("the retraining of the closed window", || window.left("mark"));
    assert_eq!(window.job(id)["state"], "interrupted");
    assert!(window.left("second").is_none(), "what was discarded does not come back");
    window.steer(id, "keep");
    // The first epoch or two may be no better than what there was; then that is said.
    let job = window.until(id, &["finished", "failed"]);
    if job["state"] == "finished" {
        let epochs = |card: PathBuf| {
            let card: Value = serde_json::from_slice(&fs::read(card).unwrap()).unwrap();
            card["training"]["epochs"].as_array().unwrap().clone()
        };
        let start = epochs(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/H3K4me3.cnn/model.json"));
        // The tuned network is a member, unless others do better without it.
        let networks = names(&window.home("bundles/mark")).into_iter().filter(|member| member.ends_with(".cnn"));
        let tuned = networks.map(|member| epochs(window.home(&format!("bundles/mark/{member}/model.json"))));
        for epochs in tuned.filter(|epochs| *epochs != start) {
            assert!(epochs.len() < 40, "it learned on to epoch {}: {job:#}", epochs.len());
        }
    } else {
        assert!(job["message"].as_str().unwrap().contains("does better than H3K4me3.cnn"), "{job:#}");
    }
    assert_eq!(names(&window.home("retraining")), [""; 0]);
}

#[test]
fn a_retraining_that_is_discarded_leaves_nothing() {
    let window = Window::new();
    let id = window.retrain("mark");
    window.worker();
    window.ask("cancel_job", json!({"id": id}));
    window.until(id, &["cancelled"]);
    assert_eq!((names(&window.home("retraining")), names(&window.home("bundles"))), (Vec::new(), Vec::new()));
    let id = window.retrain("mark");
    kill(window.worker());
    window.until(id, &["interrupted"]);
    window.ask("cancel_job", json!({"id": id}));
    assert_eq!(window.job(id)["state"], "cancelled");
    assert_eq!((names(&window.home("retraining")), names(&window.home("bundles"))), (Vec::new(), Vec::new()));
}
