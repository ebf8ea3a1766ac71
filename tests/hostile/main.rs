//! Files that a stranger made: thousands of mutants of every format that is read. Each opens to right numbers or is refused in a sentence
//! that names it; no panic of ours, no hang, no memory beyond what the file itself asks for.
//!
//! `MUTANTS=50000 cargo test --release --package nascape-app --test hostile -- --nocapture` tries more of them and prints a line a format.

mod models;
mod mutate;
mod seeds;
mod signals;
mod upstream;

use std::{
    alloc::System,
    any::Any,
    cell::RefCell,
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use cap::Cap;
use seeds::Seeds;

/// Counts what is allocated. A mutant that makes a reader ask for more ends this process; it is the file of that format in the folder
/// that the test names when it starts.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// Bytes that may be allocated beyond what the test itself holds, by all mutants that are open at once.
const MOST_MEMORY: usize = 512 << 20;
/// Mutants of each format, unless MUTANTS says how many.
const MUTANTS: usize = 2_000;
/// How long a mutant may take; one that took longer on a busy machine is tried again alone.
const LONGEST: Duration = Duration::from_secs(2);
/// How long a mutant may take on a busy machine before it is called a hang.
const HANG: Duration = Duration::from_secs(120);

/// What a reader makes of a mutant.
enum Outcome {
    /// It opened, and what it gave is right as far as the format lets anybody know.
    Opened,
    /// It was refused with this sentence.
    Refused(String),
}

/// How a format is read, and what is right of it. Panics with what is wrong.
type Judge = Box<dyn Fn(&Mutant) -> Outcome + Send + Sync>;

/// A mutant as a judge sees it.
struct Mutant<'a> {
    bytes: &'a [u8],
    /// The seed and the file that it may have been spliced with.
    parents: [&'a [u8]; 2],
    /// Where its bytes lie.
    path: PathBuf,
}

/// A format: what it is called, the target whose seeds it takes and of those the ones whose name holds a text, its ending, its judge.
struct Format {
    name: &'static str,
    seeds: &'static str,
    only: &'static str,
    file: &'static str,
    is_text: bool,
    judge: Judge,
}

impl Format {
    fn new(
        name: &'static str,
        [seeds, only]: [&'static str; 2],
        file: &'static str,
        is_text: bool,
        judge: impl Fn(&Mutant) -> Outcome + Send + Sync + 'static,
    ) -> Self {
        Self { name, seeds, only, file, is_text, judge: Box::new(judge) }
    }
}

#[derive(Default)]
struct Tally {
    opened: usize,
    refused: usize,
    /// Mutants at which a library panicked and was caught.
    caught: usize,
    slowest: Duration,
    slow: Vec<usize>,
}

thread_local! {
    /// Panics of this thread: where each was.
    static PANICS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

#[test]
fn every_mutant_opens_to_right_numbers_or_is_refused_by_name() {
    let data = std::env::var_os("NASCAPE_DATA").map_or_else(|| "../../../shared/data".into(), PathBuf::from);
    let mutants = std::env::var("MUTANTS").map_or(MUTANTS, |many| many.parse().expect("MUTANTS is a number"));
    let seeds = seeds::all(&data);
    let formats: Vec<Format> = [signals::formats(&seeds), models::formats(&seeds)].into_iter().flatten().collect();
    let folder = tempfile::tempdir().expect("a temporary folder");
    eprintln!("mutants are written to {}", folder.path().display());
    set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()));
        PANICS.with_borrow_mut(|panics| panics.push(place));
    }));
    MEMORY.set_limit(MEMORY.allocated() + MOST_MEMORY).expect("more than is allocated");

    let tallies: Vec<Mutex<Tally>> = formats.iter().map(|_| Mutex::default()).collect();
    let faults: Mutex<Vec<String>> = Mutex::default();
    let libraries: Mutex<BTreeMap<String, usize>> = Mutex::default();
    let next = AtomicUsize::new(0);
    let at_work: [Mutex<Option<(Instant, String)>>; 2] = Default::default();
    let try_one = &|worker: usize, format: usize, number: usize| {
        let what = format!("{} mutant {number}", formats[format].name);
        *lock(&at_work[worker]) = Some((Instant::now(), what.clone()));
        let path = folder.path().join(format!("worker-{worker}"));
        std::fs::create_dir_all(&path).expect("a temporary folder");
        let (outcome, panics, took) = judged(&formats[format], &seeds, number, path);
        *lock(&at_work[worker]) = None;
        let ours = panics.iter().any(|place| !place.contains("/.cargo/") && !place.contains("/rustc/"));
        let mut tally = lock(&tallies[format]);
        tally.slowest = tally.slowest.max(took);
        match outcome {
            Ok(Outcome::Opened) => tally.opened += 1,
            Ok(Outcome::Refused(_)) => tally.refused += 1,
            Err(wrong) => lock(&faults).push(format!("{what}: {wrong} {panics:?}")),
        }
        if !panics.is_empty() {
            tally.caught += 1;
            if ours {
                lock(&faults).push(format!("{what}: a panic of ours at {panics:?}"));
            }
            panics.into_iter().for_each(|place| *lock(&libraries).entry(place).or_default() += 1);
        }
        took
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|worker| {
                let (next, formats, tallies) = (&next, &formats, &tallies);
                scope.spawn(move || {
                    loop {
                        let one = next.fetch_add(1, Ordering::Relaxed);
                        let (format, number) = (one / mutants, one % mutants);
                        if format >= formats.len() {
                            break;
                        }
                        if try_one(worker, format, number) > LONGEST {
                            lock(&tallies[format]).slow.push(number);
                        }
                    }
                })
            })
            .collect();
        while workers.iter().any(|worker| !worker.is_finished()) {
            thread::sleep(Duration::from_millis(200));
            for (since, what) in at_work.iter().filter_map(|one| lock(one).clone()) {
                if since.elapsed() > HANG {
                    eprintln!("{what} hangs");
                    std::process::exit(1);
                }
            }
        }
    });
    for (format, tally) in tallies.iter().enumerate() {
        for number in std::mem::take(&mut lock(tally).slow) {
            let (_, _, took) = judged(&formats[format], &seeds, number, folder.path().to_owned());
            if took > LONGEST {
                lock(&faults).push(format!("{} mutant {number} takes {took:?}", formats[format].name));
            }
        }
    }
    println!("| format | mutants | opened right | refused | a library's panic caught | slowest |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for (format, tally) in formats.iter().zip(&tallies) {
        let Tally { opened, refused, caught, slowest, .. } = &*lock(tally);
        println!("| {} | {mutants} | {opened} | {refused} | {caught} | {} ms |", format.name, slowest.as_millis());
    }
    println!("largest memory at once: {} MB", MEMORY.max_allocated() >> 20);
    println!("panics of libraries, caught: {:?}", lock(&libraries));
    let faults = lock(&faults);
    drop(take_hook());
    let first: Vec<&str> = faults.iter().take(20).map(String::as_str).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), first.join("\n"));
}

/// Makes a mutant and reads it: what came of it, where anything panicked meanwhile, and how long it took.
fn judged(
    format: &Format,
    seeds: &Seeds,
    number: usize,
    folder: PathBuf,
) -> (Result<Outcome, String>, Vec<String>, Duration) {
    let of_format: Vec<&[u8]> =
        seeds[format.seeds].iter().filter(|(name, _)| name.contains(format.only)).map(|(_, seed)| &seed[..]).collect();
    let parents = [of_format[number % of_format.len()], of_format[(number / 7) % of_format.len()]];
    let bytes = mutate::mutant(parents[0], parents[1], format.is_text, number as u64);
    let path = folder.join(format.file);
    std::fs::write(&path, &bytes).expect("a temporary file");
    let start = Instant::now();
    let mutant = Mutant { bytes: &bytes, parents, path };
    let outcome = catch_unwind(AssertUnwindSafe(|| (format.judge)(&mutant)));
    let took = start.elapsed();
    let mut panics = PANICS.take();
    let outcome = match outcome {
        Ok(Outcome::Refused(sentence)) if !sentence.contains(format.file) && format.name != "region" => {
            Err(format!("is refused without its name: {sentence}"))
        }
        Ok(outcome) => Ok(outcome),
        Err(panic) => {
            panics.pop();
            Err(message(panic.as_ref()))
        }
    };
    (outcome, panics, took)
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic").to_owned()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
