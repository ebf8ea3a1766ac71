//! bigWigs at an http address, from a server in this process.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::harness::{assert_holds, bundle, folder, k562, nascape, sha256};

/// How a server treats what it is asked for.
#[derive(Clone, Copy, PartialEq)]
enum Manners {
    /// Sends the part that was asked for (206).
    Ranges,
    /// Sends everything, whatever was asked for (200).
    Everything,
    /// Has no such file (404).
    NotFound,
    /// Sends parts at first and then fails (500).
    FailsLater,
    /// Sends parts at first and then closes the line.
    HangsUpLater,
    /// Sends a log-in page in place of every part.
    LogIn,
}

/// A server of two strands. It lives as long as the test program.
struct Server {
    address: String,
    requests: Arc<AtomicUsize>,
}

impl Server {
    fn new(manners: Manners) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&requests);
        let files = Arc::new([k562().plus, k562().minus].map(|path| fs::read(path).unwrap()));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (files, count) = (Arc::clone(&files), Arc::clone(&count));
                thread::spawn(move || {
                    let past = count.fetch_add(1, Ordering::Relaxed);
                    // A client that goes away is no fault of the server.
                    let _ = answer(&stream.unwrap(), &files, manners, past);
                });
            }
        });
        Self { address, requests }
    }

    fn file(&self, strand: &str) -> String {
        format!("{}/{strand}.bw", self.address)
    }
}

fn answer(stream: &TcpStream, files: &[Vec<u8>; 2], manners: Manners, past: usize) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let asked = lines.next().transpose()?.unwrap_or_default();
    let mut range = None;
    for line in lines {
        let line = line?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(bytes) = line.strip_prefix("range: bytes=") {
            let (first, last) = bytes.split_once('-').expect("a closed range");
            range = Some((first.parse::<usize>().unwrap(), last.parse::<usize>().unwrap()));
        }
    }
    let file = &files[usize::from(asked.contains("minus"))];
    let mut out = stream;
    let mut send = |status: &str, extra: &str, body: &[u8]| {
        write!(out, "HTTP/1.1 {status}\r\nContent-Length: {}\r\n{extra}Connection: close\r\n\r\n", body.len())?;
        out.write_all(body)
    };
    match (manners, range) {
        (Manners::NotFound, _) => send("404 Not Found", "", b"no such file"),
        (Manners::FailsLater, _) if past >= 3 => send("500 Internal Server Error", "", b"oh"),
        (Manners::HangsUpLater, _) if past >= 3 => Ok(()),
        (Manners::Everything, _) | (_, None) => send("200 OK", "", file),
        (Manners::LogIn, _) => {
            send("206 Partial Content", "", b"<!DOCTYPE html><title>Please log in</title>".repeat(9).as_slice())
        }
        (_, Some((first, _))) if first >= file.len() => send("416 Range Not Satisfiable", "", b""),
        (_, Some((first, last))) => {
            let last = last.min(file.len() - 1);
            let extra = format!("Content-Range: bytes {first}-{last}/{}\r\n", file.len());
            send("206 Partial Content", &extra, &file[first..=last])
        }
    }
}

#[test]
fn a_remote_bigwig_gives_the_same_bins_as_the_file() {
    let folder = folder();
    let server = Server::new(Manners::Ranges);
    let at = |name: &str| folder.path().join(name);
    let bin = |signal: &str, output: &str| {
        let command = nascape("bin").with("--signal", signal).with("--region", "chr21:30,000,001-34,000,000");
        command.with("--output", at(output)).run().succeeds();
    };
    bin(&server.file("plus"), "remote.bw");
    bin(k562().plus.to_str().unwrap(), "local.bw");
    assert_eq!(sha256(&at("remote.bw")), sha256(&at("local.bw")));
    assert!(server.requests.load(Ordering::Relaxed) > 1);
}

#[test]
fn a_remote_assay_is_checked_and_imputed_as_a_local_one() {
    let folder = folder();
    let server = Server::new(Manners::Ranges);
    let remote = |verb: &str| nascape(verb).with("--plus", server.file("plus")).with("--minus", server.file("minus"));
    let report = remote("check").flag("--json").run().succeeds().json();
    let local = nascape("check").assay(&k562()).flag("--json").run().succeeds().json();
    assert_eq!(report["assembly"], "hg19");
    for (theirs, ours) in report["surveys"].as_array().unwrap().iter().zip(local["surveys"].as_array().unwrap()) {
        assert_eq!((&theirs["reads"], &theirs["items"]), (&ours["reads"], &ours["items"]));
    }
    let impute = |command: crate::harness::Nascape, output: &str| {
        let output = folder.path().join(output);
        let command = command.with("--model", bundle()).with("--region", "chr21:33,000,001-34,000,000");
        command.with("--output", &output).run().succeeds();
        let record: serde_json::Value = serde_json::from_slice(&fs::read(output.join("run.json")).unwrap()).unwrap();
        record
    };
    let (theirs, ours) = (impute(remote("impute"), "remote"), impute(nascape("impute").assay(&k562()), "local"));
    assert_eq!(theirs["outputs"], ours["outputs"], "the same track, to the checksum");
    assert_eq!(theirs["inputs"][0]["name"], server.file("plus"));
    assert_eq!(theirs["inputs"][0]["sha256"], "");
}

/// What `bin` says of an address; `check` finds the same.
fn assert_refused(address: &str, words: &[&str]) {
    let folder = folder();
    let words: Vec<&str> = words.iter().copied().chain([address]).collect();
    let bin = nascape("bin").with("--signal", address).with("--output", folder.path().join("bins.bw"));
    bin.run().fails(&words);
    assert_holds(folder.path(), &[]);
    let check = nascape("check").with("--signal", address).flag("--json").run();
    assert_eq!(check.status, 1);
    let message = check.json()["findings"][0]["message"].as_str().unwrap().to_owned();
    words.iter().for_each(|word| assert!(message.contains(word), "'{word}' is not in: {message}"));
}

#[test]
fn a_server_that_sends_no_parts_is_told_from_one_that_does() {
    let server = Server::new(Manners::Everything);
    assert_refused(&server.file("plus"), &["does not send parts", "Download the file"]);
    assert!(server.requests.load(Ordering::Relaxed) <= 2, "a request a run is enough to see it");
}

#[test]
fn a_file_that_the_server_lacks_is_told() {
    assert_refused(&Server::new(Manners::NotFound).file("plus"), &["404"]);
}

#[test]
fn a_server_that_is_not_there_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/plus.bw", listener.local_addr().unwrap());
    drop(listener);
    assert_refused(&address, &["cannot be reached"]);
    assert_refused("http://no-such-host.invalid/plus.bw", &["cannot be reached"]);
}

#[test]
fn an_address_of_a_page_is_told() {
    assert_refused(&Server::new(Manners::LogIn).file("plus"), &["does not start as a bigWig does"]);
}

#[test]
fn a_server_that_fails_in_the_middle_is_told() {
    for manners in [Manners::FailsLater, Manners::HangsUpLater] {
        let folder = folder();
        let server = Server::new(manners);
        let bin = nascape("bin").with("--signal", server.file("plus")).with("--output", folder.path().join("bins.bw"));
        bin.run().fails(&[&server.file("plus")]);
        assert_holds(folder.path(), &[]);
    }
}
