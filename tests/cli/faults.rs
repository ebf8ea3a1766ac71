//! Programs that are killed, disks that fill up, files that change under a job: every output is whole or absent, every session opens,
//! and what was left behind is gone after the next start.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nascape_model::{
    Bundle,
    bundle::{Card, Weights},
};
use serde_json::{Value, json};

use crate::harness::{Nascape, assert_holds, bundle, folder, k562, k562_file, nascape, sha256, whole_genome};

/// Programs killed in a run of the tests; `make faults` kills more.
const KILLS: u32 = 24;

/// A region that takes a second or so, base by base.
const LONG: &str = "chr1:1-60,000,000";

fn kills() -> u32 {
    std::env::var("KILLS").map_or(KILLS, |kills| kills.parse().expect("KILLS is a number"))
}

/// Random numbers, the same in every run.
struct Dice(u64);

impl Dice {
    /// Below 1.
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Ends a program at a random moment, by SIGKILL, SIGTERM or SIGHUP; its exit status, where it has one.
fn end_within(mut child: Child, longest: Duration, dice: &mut Dice) -> Option<i32> {
    thread::sleep(longest.mul_f64(dice.share()));
    let name = match dice.share() {
        ..0.7 => "-KILL",
        ..0.9 => "-TERM",
        _ => "-HUP",
    };
    let _ = Command::new("kill").args([name, &child.id().to_string()]).stderr(Stdio::null()).status();
    let status = child.wait().unwrap().code();
    assert!(matches!(status, None | Some(0 | 129 | 143)), "{name} ended it with {status:?}");
    status
}

/// The files of a folder that are not hidden, and how many are.
fn holds(folder: &Path) -> (BTreeMap<String, PathBuf>, usize) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let all: BTreeMap<String, PathBuf> =
        entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())).collect();
    let hidden = all.keys().filter(|name| name.starts_with('.')).count();
    (all.into_iter().filter(|(name, _)| !name.starts_with('.')).collect(), hidden)
}

/// Kills `job` again and again; whatever is in `output` then has the bytes of `whole`. A last run to the end leaves nothing else.
fn assert_whole_or_absent(job: &Nascape, output: &Path, whole: &Path, kills: u32, seed: u64) {
    let mut dice = Dice(seed);
    let expected: BTreeMap<String, String> =
        holds(whole).0.into_iter().map(|(name, path)| (name, sha256(&path))).collect();
    let began = Instant::now();
    job.command().output().unwrap();
    let longest = began.elapsed().mul_f64(1.1);
    fs::remove_dir_all(output).unwrap();
    fs::create_dir(output).unwrap();
    let (mut ended, mut left) = (0, 0);
    for kill in 0..kills {
        // Half of the times something whole is there already, and must stay whole.
        if kill % 2 == 0 {
            holds(output).0.values().for_each(|path| fs::remove_file(path).unwrap());
        }
        ended += u32::from(end_within(job.command().spawn().unwrap(), longest, &mut dice) == Some(0));
        let (files, hidden) = holds(output);
        left += u32::from(hidden > 0);
        for (name, path) in files {
            assert_eq!(Some(&sha256(&path)), expected.get(&name), "kill {kill}: {name} is neither whole nor absent");
        }
    }
    println!("{kills} ends, {ended} after the job's, {left} with something left behind");
    assert!(job.command().output().unwrap().status.success());
    assert_holds(output, &expected.keys().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn imputations_that_are_killed_leave_whole_tracks_or_none() {
    let folder = folder();
    let job = |name: &str| {
        let output = folder.path().join(name);
        let command = nascape("impute").assay(&k562()).with("--model", bundle()).with("--model", "H3K4me3.windows-gbt");
        (command.with("--region", "chr21:20,000,001-40,000,000").with("--output", &output), output)
    };
    let ((whole, expected), (job, output)) = (job("whole"), job("killed"));
    whole.run().succeeds();
    assert_whole_or_absent(&job, &output, &expected, kills() / 3, 1);
}

#[test]
fn binnings_that_are_killed_leave_whole_files_or_none() {
    let folder = folder();
    let job = |name: &str| {
        let output = folder.path().join(name);
        fs::create_dir(&output).unwrap();
        let command = nascape("bin").with("--signal", k562().plus).with("--bin-size", "10");
        (command.with("--output", output.join("bins.bw")), output)
    };
    let ((whole, expected), (job, output)) = (job("whole"), job("killed"));
    whole.run().succeeds();
    assert_whole_or_absent(&job, &output, &expected, kills() / 6, 2);
}

#[test]
fn trainings_that_are_killed_leave_whole_bundles_or_none_and_go_on() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let train = |name: &str| {
        nascape("train")
            .assay(&k562())
            .with("--target", format!("H3K4me3={}", k562_file("K562.H3K4me3.peaks.bed").display()))
            .with("--train", "chr21:33,000,001-35,000,000")
            .with("--validation", "chr21:36,000,001-36,500,000")
            .with("--epochs", "8")
            .with("--patience", "8")
            .with("--output", at(name).join("mark"))
    };
    fs::create_dir(at("whole")).unwrap();
    fs::create_dir(at("killed")).unwrap();
    let began = Instant::now();
    train("whole").run().succeeds();
    let longest = began.elapsed();
    let weights = |name: &str| sha256(&at(name).join("mark/weights.safetensors"));
    let (mut dice, mut finished) = (Dice(3), 0);
    for kill in 0..kills() / 4 {
        end_within(train("killed").flag("--resume").command().spawn().unwrap(), longest, &mut dice);
        if at("killed/mark").exists() {
            nascape("models").flag("verify").flag(at("killed/mark")).run().succeeds();
            assert_eq!(weights("killed"), weights("whole"), "kill {kill}");
            finished += 1;
            fs::remove_dir_all(at("killed/mark")).unwrap();
        }
    }
    println!("{} ends, {finished} after the job's", kills() / 4);
    train("killed").flag("--resume").run().succeeds();
    assert_eq!(weights("killed"), weights("whole"), "as if it had never been interrupted");
    assert_holds(at("killed"), &["mark"]);
}

/// A window's server on a folder, asked as its page asks it.
struct Window {
    child: Child,
    address: String,
    token: String,
}

impl Window {
    fn open(root: &Path, home: &Path, bytes: Option<u64>) -> Self {
        let serve = nascape("serve").with("--root", root);
        let mut command = bytes.into_iter().fold(serve, Nascape::files_of_at_most).command();
        for variable in ["HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"] {
            command.env(variable, home);
        }
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let (_, url) = line.trim().split_once("http://").unwrap();
        let (address, token) = url.split_once("/?token=").unwrap();
        Self { child, address: address.to_owned(), token: token.to_owned() }
    }

    /// The answer with its status; nothing when the server was killed meanwhile.
    fn ask(&self, method: &str, arguments: &Value) -> Option<(u16, Value)> {
        let Self { address, token, .. } = self;
        let mut stream = TcpStream::connect(address).ok()?;
        let body = arguments.to_string();
        write!(
            stream,
            "POST /api/{method} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
        let status = std::str::from_utf8(&answer[..end]).ok()?.split(' ').nth(1)?.parse().ok()?;
        Some((status, serde_json::from_slice(&answer[end + 4..]).unwrap_or_default()))
    }

    fn open_assay(&self, root: &Path) -> Value {
        let paths = ["K562.plus.bw", "K562.minus.bw"].map(|name| root.join(name));
        let request = json!({"request": {"paths": paths, "assembly": null, "apart": false}});
        self.ask("open_files", &request).unwrap().1["tracks"][0]["id"].clone()
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder to serve, with K562's strands, and a home.
fn served() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = folder();
    let (root, home) = (folder.path().join("root"), folder.path().join("home"));
    fs::create_dir_all(&root).unwrap();
    fs::copy(k562().plus, root.join("K562.plus.bw")).unwrap();
    fs::copy(k562().minus, root.join("K562.minus.bw")).unwrap();
    let root = root.canonicalize().unwrap();
    (folder, root, home)
}

#[test]
fn a_window_that_is_killed_leaves_whole_exports_and_sessions_that_open() {
    let (_folder, root, home) = served();
    let session = root.join("work.nascape.json");
    let export = |track: &Value, region: &str| {
        json!({"request": {"track": track, "imputed": [{"bundle": "H3K4me3.blend", "target": "H3K4me3"}], "format": "big_wig",
            "regions": [region], "intervals": false, "fdr": null, "observed": null, "folder": root}})
    };
    let dice = Dice(4);
    let (mut exports, mut sessions, mut saved) = (0, 0, 0_u64);
    for kill in 0..kills() / 4 {
        let mut window = Window::open(&root, &home, None);
        // What the last one saved opens, asked for by name and as what is recovered.
        for path in [json!(session), Value::Null] {
            if kill > 0 && saved > 0 {
                let (status, opened) = window
                    .ask("open_session", &json!({"request": {"path": path, "moved": [], "answers": [], "window": ""}}))
                    .unwrap();
                assert_eq!((status, &opened["missing"]), (200, &json!([])), "kill {kill}: {opened}");
                let number = opened["view"]["number"].as_u64().unwrap();
                assert!(number + 1 >= saved, "kill {kill}: a session that was saved is saved: {number} of {saved}");
                sessions += 1;
            }
        }
        let track = window.open_assay(&root);
        window.ask("start_export", &export(&track, "chr21:30,000,001-36,000,000")).unwrap();
        // Its end comes while it exports, and while sessions are saved without pause.
        let child = std::mem::replace(&mut window.child, Command::new("true").spawn().unwrap());
        let mut ends = Dice(dice.0 ^ u64::from(kill));
        let killer = thread::spawn(move || end_within(child, Duration::from_millis(1_500), &mut ends));
        loop {
            let view = json!({"number": saved + 1, "long": "x".repeat(200_000)});
            let both = [json!(session), Value::Null].map(|path| {
                let request = json!({"request": {"path": path, "tracks": [track], "view": view, "window": "one"}});
                window.ask("save_session", &request).is_some_and(|(status, _)| status == 200)
            });
            if both != [true, true] {
                break;
            }
            saved += 1;
        }
        killer.join().unwrap();
        for (name, path) in holds(&root).0.into_iter().filter(|(_, path)| path.is_dir()) {
            assert!(name.starts_with("K562.imputed"), "{name}");
            let told = nascape("reproduce").flag(path.join("run.json")).run().succeeds();
            assert_eq!(told.stdout.trim(), "same     H3K4me3.bw");
            exports += 1;
            fs::remove_dir_all(path).unwrap();
        }
    }
    println!("{} ends, {exports} whole exports, {saved} sessions saved, {sessions} opened", kills() / 4);
    let window = Window::open(&root, &home, None);
    let track = window.open_assay(&root);
    window.ask("start_export", &export(&track, "chr21:33,000,001-33,100,000")).unwrap();
    let began = Instant::now();
    while !root.join("K562.imputed").exists() {
        assert!(began.elapsed() < Duration::from_secs(60), "{:?}", window.ask("jobs", &json!({})));
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(holds(&root).1, 0, "what was left behind is gone");
}

#[test]
fn a_window_whose_disk_is_full_browses_on_and_keeps_the_old_session() {
    let (_folder, root, home) = served();
    let window = Window::open(&root, &home, Some(50_000));
    let track = window.open_assay(&root);
    let session = root.join("work.nascape.json");
    let save = |long: usize| {
        let view = json!({"long": "x".repeat(long)});
        let request = json!({"request": {"path": session, "tracks": [track], "view": view, "window": "one"}});
        window.ask("save_session", &request).unwrap()
    };
    assert_eq!(save(10).0, 200);
    let old = fs::read(&session).unwrap();
    let (status, fault) = save(100_000);
    assert_eq!(status, 422);
    assert!(fault["message"].as_str().unwrap().contains("cannot be written"), "{fault}");
    assert_eq!(fs::read(&session).unwrap(), old);
    // A run is 4,096 bins of two numbers: its file would not fit any more than the session, and the tile comes all the same.
    let imputed = json!({"bundle": "H3K4me3.cnn", "target": "H3K4me3"});
    let tile = json!({"request": {"ticket": 1, "track": track, "imputed": imputed, "chromosome": "chr21", "step": 50, "index": 1290}});
    assert_eq!(window.ask("tile", &tile).unwrap().0, 200);
    let request = json!({"request": {"track": track, "imputed": [imputed], "format": "big_wig",
        "regions": ["chr21:33,000,001-34,000,000"], "intervals": false, "fdr": null, "observed": null, "folder": root}});
    window.ask("start_export", &request).unwrap();
    let began = Instant::now();
    let job = loop {
        let job = window.ask("jobs", &json!({})).unwrap().1[0].clone();
        if !["waiting", "running"].contains(&job["state"].as_str().unwrap()) {
            break job;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{job}");
        thread::sleep(Duration::from_millis(50));
    };
    assert!(job["state"] == "failed" && job["message"].as_str().unwrap().contains("cannot be written"), "{job}");
    let (files, hidden) = holds(&root);
    assert_eq!((files.len(), hidden), (3, 0), "{files:?}");
}

#[test]
fn a_full_disk_stops_every_other_verb_with_a_sentence() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let peaks = k562_file("K562.H3K4me3.peaks.bed");
    let region = "chr21:33,000,001-34,000,000";
    let impute = nascape("impute").assay(&k562()).with("--model", bundle()).with("--region", region);
    impute.with("--output", at("imputed")).run().succeeds();
    let track = at("imputed/H3K4me3.bw");
    let refused = |command: Nascape, bytes: u64, output: &str| {
        let outcome = command.files_of_at_most(bytes).run();
        assert!(outcome.status == 1 && outcome.stderr.contains("File too large"), "{output}: {outcome:#?}");
        assert!(
            outcome.stderr.contains("cannot be written") || outcome.stderr.contains("could not be saved"),
            "{outcome:#?}"
        );
        let hidden = if at(output).is_dir() { holds(&at(output)).1 } else { 0 };
        assert_eq!((hidden, holds(folder.path()).1), (0, 0), "{output}");
    };
    let evaluate = nascape("evaluate").with("--imputed", &track).with("--observed", &peaks).with("--region", region);
    refused(evaluate.with("--output", at("evaluation")), 5_000, "evaluation");
    let compare = nascape("compare").assay(&k562()).with("--bundle", bundle()).with("--region", region);
    let compare = compare.with("--observed", format!("H3K4me3={}", peaks.display()));
    refused(compare.with("--output", at("comparison")), 5_000, "comparison");
    assert_holds(at("comparison"), &[]);
    let command =
        nascape("peaks").with("--imputed", &track).with("--threshold", "0").with("--output", at("p.narrowPeak"));
    refused(command, 10, "p.narrowPeak");
    refused(nascape("tirs").assay(&k562()).with("--output", at("t.bed")), 1_000, "t.bed");
    let export = nascape("models").flag("export").flag(bundle()).with("--output", at("b.nascape"));
    refused(export, 5_000, "b.nascape");
    let home = at("home");
    refused(nascape("models").flag("keep").flag(bundle()).keeping_in(&home), 5_000, "home/nascape/bundles");
    assert_holds(home.join("nascape/bundles"), &[]);
    assert_holds(folder.path(), &["imputed", "evaluation", "comparison", "home"]);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_told_and_gives_no_output() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    for how in ["replaced", "truncated", "moved away"] {
        fs::copy(whole_genome().plus, at("plus.bw")).unwrap();
        fs::copy(whole_genome().minus, at("minus.bw")).unwrap();
        fs::copy(whole_genome().minus, at("other.bw")).unwrap();
        let bin = nascape("bin").with("--signal", at("plus.bw")).with("--bin-size", "1").with("--region", LONG);
        let impute = nascape("impute").with("--plus", at("plus.bw")).with("--minus", at("minus.bw"));
        let impute = impute.with("--model", bundle()).with("--region", "chr1").with("--output", at("output"));
        for command in [bin.with("--output", at("output/bins.bw")), impute] {
            fs::create_dir_all(at("output")).unwrap();
            fs::copy(whole_genome().plus, at("plus.bw")).unwrap();
            let child = command.command().spawn().unwrap();
            while holds(&at("output")).1 == 0 {
                thread::sleep(Duration::from_millis(2));
            }
            match how {
                "replaced" => fs::rename(at("other.bw"), at("plus.bw")).unwrap(),
                "truncated" => fs::File::options().write(true).open(at("plus.bw")).unwrap().set_len(100_000).unwrap(),
                _ => fs::rename(at("plus.bw"), at("other.bw")).unwrap(),
            }
            let output = child.wait_with_output().unwrap();
            let outcome = crate::harness::Outcome::of(output.status, &output.stdout, &output.stderr);
            outcome.fails(&["plus.bw changed while it was read", "nothing was written"]);
            assert_holds(at("output"), &[]);
            fs::copy(whole_genome().minus, at("other.bw")).unwrap();
        }
    }
}

#[test]
fn what_a_killed_program_left_is_removed_and_what_a_living_one_writes_is_not() {
    let folder = folder();
    let left = folder.path().join(".H3K4me3.bw.nascape-a1B2c3.partial");
    let users = folder.path().join(".notes.partial");
    fs::write(&left, "half").unwrap();
    fs::write(&users, "mine").unwrap();
    let long = nascape("bin").with("--signal", whole_genome().plus).with("--bin-size", "1").with("--region", LONG);
    let mut living = long.with("--output", folder.path().join("living.bw")).command().spawn().unwrap();
    while left.exists() || holds(folder.path()).1 < 2 {
        thread::sleep(Duration::from_millis(5));
    }
    let bin = nascape("bin").with("--signal", k562().plus).with("--region", "chr21:33,000,001-33,100,000");
    bin.with("--output", folder.path().join("short.bw")).run().succeeds();
    assert!(living.wait().unwrap().success(), "its partial file was not taken from it");
    assert_holds(
        folder.path(),
        &[".notes.partial", "living.bw", "living.bw.run.json", "short.bw", "short.bw.run.json"],
    );
}

/// Kills this test program again and again while it does nothing but put one bundle in another's place.
#[cfg(unix)]
#[test]
fn a_bundle_that_replaces_another_is_there_as_a_whole_or_the_other_is() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let whole = Bundle::open(bundle()).unwrap();
    let names = ["one", "two"];
    for (name, factor) in names.iter().zip([1.0, 2.0]) {
        let Weights::Network(mut tensors) = whole.weights.clone() else { panic!("a network") };
        tensors.values_mut().flatten().for_each(|weight| *weight *= factor);
        let card = Card { licence: (*name).to_owned(), ..whole.card.clone() };
        Bundle::save(&at(name), &card, &Weights::Network(tensors)).unwrap();
    }
    nascape("models").flag("verify").flag(at("two")).run().succeeds();
    fs::create_dir(at("place")).unwrap();
    let place = at("place/mark");
    Bundle::save(&place, &whole.card, &whole.weights).unwrap();
    fs::write(place.join("notes.txt"), "mine").unwrap();
    let (mut dice, mut seen) = (Dice(7), [0; 3]);
    for kill in 0..kills() * 2 {
        let mut replacing = Command::new(std::env::current_exe().unwrap());
        replacing.args(["--exact", "faults::replaces_a_bundle_without_end", "--ignored"]);
        let mut replacing = replacing.env("NASCAPE_REPLACED", folder.path()).stdout(Stdio::null()).spawn().unwrap();
        while !at("begun").exists() {
            assert!(replacing.try_wait().unwrap().is_none(), "it has no end");
            thread::sleep(Duration::from_millis(2));
        }
        thread::sleep(Duration::from_millis(40).mul_f64(dice.share()));
        replacing.kill().unwrap();
        replacing.wait().unwrap();
        fs::remove_file(at("begun")).unwrap();
        // Its weights are those that its card has the checksum of.
        let there = Bundle::open(&place).unwrap_or_else(|fault| panic!("kill {kill}: {fault}"));
        seen[names.iter().position(|name| there.card.licence == *name).unwrap_or(2)] += 1;
        assert_eq!(fs::read_to_string(place.join("notes.txt")).unwrap(), "mine", "kill {kill}");
    }
    println!("{} kills at the exchange of two bundles, {seen:?} found of each, and of the first", kills() * 2);
    // The next program that writes there leaves nothing of them.
    let bin = nascape("bin").with("--signal", k562().plus).with("--region", "chr21:33,000,001-33,100,000");
    bin.with("--output", at("place/bins.bw")).run().succeeds();
    assert_holds(at("place"), &["bins.bw", "bins.bw.run.json", "mark"]);
}

/// What is killed by the test above.
#[test]
#[ignore = "has no end: the test above starts and kills it"]
fn replaces_a_bundle_without_end() {
    let Some(folder) = std::env::var_os("NASCAPE_REPLACED").map(PathBuf::from) else { return };
    let bundles = ["one", "two"].map(|name| Bundle::open(&folder.join(name)).unwrap());
    fs::write(folder.join("begun"), "").unwrap();
    loop {
        bundles.iter().for_each(|one| Bundle::save(&folder.join("place/mark"), &one.card, &one.weights).unwrap());
    }
}

/// A server that sends three parts of a file, and of every later one the half, and then nothing more.
fn stalling_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/plus.bw", listener.local_addr().unwrap());
    let file: Vec<u8> = fs::read(k562().plus).unwrap();
    thread::spawn(move || {
        for (past, stream) in listener.incoming().enumerate() {
            let (stream, file) = (stream.unwrap(), file.clone());
            thread::spawn(move || {
                let head = BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
                let range =
                    head.filter_map(|line| line.to_lowercase().strip_prefix("range: bytes=").map(str::to_owned)).last();
                let range = range.unwrap();
                let (first, last) = range.split_once('-').unwrap();
                let first: usize = first.parse().unwrap();
                let last = last.parse::<usize>().unwrap().min(file.len() - 1);
                let part = &file[first..=last];
                let sent = if past < 3 { part } else { &part[..part.len() / 2] };
                let _ = write!(
                    &stream,
                    "HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\nContent-Range: bytes {first}-{last}/{}\r\nConnection: close\r\n\r\n",
                    part.len(),
                    file.len()
                );
                let _ = (&stream).write_all(sent);
                if past >= 3 {
                    thread::sleep(Duration::from_secs(300));
                }
            });
        }
    });
    address
}

#[test]
fn a_server_that_stalls_keeps_nobody_who_asked_to_stop() {
    let folder = folder();
    let bin = nascape("bin").with("--signal", stalling_server()).with("--output", folder.path().join("bins.bw"));
    let mut child = bin.command().stderr(Stdio::piped()).spawn().unwrap();
    thread::sleep(Duration::from_secs(2));
    let began = Instant::now();
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(began.elapsed() < Duration::from_secs(8), "it waited for the server");
    assert_holds(folder.path(), &[]);
}

#[test]
#[ignore = "waits as long as a user would: make faults"]
fn a_server_that_stalls_is_told_and_gives_no_output() {
    let folder = folder();
    let address = stalling_server();
    let bin = nascape("bin").with("--signal", &address).with("--output", folder.path().join("bins.bw"));
    let began = Instant::now();
    bin.run().fails(&[&address, "silent for 15 s", "bytes from byte", "try again later, or download the file"]);
    assert!(began.elapsed() > Duration::from_secs(5), "a slow server is waited for");
    assert_holds(folder.path(), &[]);
}
