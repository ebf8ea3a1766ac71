//! What `nascape serve` refuses: pages of others, whoever keeps it waiting, paths and addresses that nobody chose. SECURITY.md names
//! each of these tests.

use std::{
    fs,
    io::{ErrorKind, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
};

use serde_json::{Value, json};

use crate::harness::Server;

#[test]
fn a_page_elsewhere_can_neither_ask_nor_change_nor_frame_nor_read() {
    let server = Server::start();
    let (host, origin) = (format!("Host: {}", server.address), format!("Origin: http://{}", server.address));
    let token = format!("Authorization: Bearer {}", server.token);
    let status = |line: &str, headers: &[&str]| server.request(line, &headers.owned(), r#"{"track":"t1"}"#).status;
    let (text, foreign) = ("Content-Type: text/plain", "Origin: http://evil.example");
    // A form, which a browser sends to any server without asking.
    assert_eq!(status("POST /api/close_track", &[&host, foreign, text]), 403);
    assert_eq!(status("POST /api/close_track", &[&host, "Origin: null", text]), 403);
    assert_eq!(status("POST /api/close_track", &[&host, text]), 401);
    assert_eq!(status("POST /api/close_track", &[&host, &origin, &token, text]), 415);
    // The token in the address opens the page alone.
    assert_eq!(status(&format!("POST /api/close_track?token={}", server.token), &[&host, &origin]), 401);
    // An image or a link.
    for method in ["close_track", "save_session", "open_files", "tile"] {
        assert_eq!(status(&format!("GET /api/{method}"), &[&host]), 401);
        assert_eq!(status(&format!("GET /api/{method}"), &[&host, &token]), 405);
    }
    // The question before a request with headers of its own.
    let asked = "Access-Control-Request-Headers: authorization";
    assert_eq!(status("OPTIONS /api/about", &[&host, foreign, "Access-Control-Request-Method: POST", asked]), 403);
    assert_eq!(status("OPTIONS /api/about", &[&host, &token]), 405);
    // Another name of this machine, for the page too.
    assert_eq!(status("GET /", &["Host: evil.example"]), 403);
    assert_eq!(status("GET /", &["Host: 127.0.0.1.evil.example"]), 403);
    let answers = ["POST /api/about", "GET /", "GET /nothing", "GET /api/events?x", "OPTIONS /api/about"];
    for (line, headers) in answers.map(|line| (line, if line.contains("events") { vec![] } else { server.headers() })) {
        let answer = server.request(line, &headers, "{}");
        for header in [
            "x-content-type-options: nosniff",
            "x-frame-options: deny",
            "referrer-policy: no-referrer",
            "cross-origin-resource-policy: same-origin",
            "cross-origin-opener-policy: same-origin",
            "cache-control: no-",
        ] {
            assert!(answer.head.contains(header), "{line}: {header} is not in\n{}", answer.head);
        }
        assert!(!answer.head.contains("access-control"), "{line} lets a page elsewhere read it:\n{}", answer.head);
    }
    assert!(server.ask("about", json!({})).head.contains("cache-control: no-store"));
}

/// Header lines as the server's client takes them.
trait Owned {
    fn owned(&self) -> Vec<String>;
}

impl Owned for [&str] {
    fn owned(&self) -> Vec<String> {
        self.iter().map(ToString::to_string).collect()
    }
}

#[test]
fn the_servers_files_are_the_pages_alone() {
    let server = Server::start();
    for path in [
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/..%2f..%2fetc/passwd",
        "//etc/passwd",
        "/assets/../../Cargo.toml",
        "/..\\Cargo.toml",
        "/index.html/..",
        "/.",
        "/assets",
    ] {
        let answer = server.request(&format!("GET {path}"), &[format!("Host: {}", server.address)], "");
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[test]
fn a_request_beyond_all_measure_is_not_taken() {
    let server = Server::start();
    let long = "x".repeat(9 << 20);
    assert_eq!(server.ask("about", json!({ "x": long })).status, 413);
    // Without the token not even its first byte is waited for.
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let head = format!("Host: {}\r\nContent-Length: 4000000000", server.address);
    write!(stream, "POST /api/save_picture HTTP/1.1\r\n{head}\r\n\r\n").unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(answer.as_slice(), b"HTTP/1.1 401");
    let deep = "[".repeat(100_000);
    let answer = server.request("POST /api/open_files", &server.headers(), &format!("{{\"request\":{deep}"));
    assert_eq!(answer.status, 400);
    assert_eq!(server.ask("about", json!({})).status, 200);
}

#[test]
fn whoever_never_ends_a_request_keeps_nobody_waiting_for_long() {
    let server = Server::start();
    // More than are answered at once, each with half a head.
    let begin = |_| {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        write!(stream, "POST /api/about HTTP/1.1\r\nHost: {}\r\nX-Slow:", server.address).unwrap();
        stream
    };
    let slow: Vec<TcpStream> = (0..300).map(begin).collect();
    assert_eq!(server.ask("about", json!({})).status, 200);
    drop(slow);
}

#[test]
fn no_way_up_from_a_folder_that_is_not_there_leads_out_of_the_root() {
    let server = Server::start();
    let outside = Path::new(&server.path("")).join("../made");
    for path in ["missing/../../made/x.svg", "missing/../../made", "../made/x.svg", "missing/../K562.plus.bw"] {
        let path = format!("{}/{path}", server.path(""));
        assert_eq!(server.save_picture(&path, "x").status, 422, "{path}");
        let request = json!({"path": path, "tracks": [], "view": null, "window": ""});
        assert_eq!(server.ask("save_session", json!({"request": request})).status, 422, "{path}");
        assert_eq!(server.ask("export_bundle", json!({"name": "H3K4me3.cnn", "path": path})).status, 422, "{path}");
    }
    assert!(!outside.exists());
    assert!(!Path::new(&server.path("missing")).exists());
}

#[test]
fn an_address_that_nobody_named_is_not_asked_for() {
    let server = Server::start();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let hosts = [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "user@127.0.0.1",
        "169.254.169.254",
        "evil.example",
    ];
    let addresses = hosts.map(|host| format!("http://{host}:{port}/x.bw"));
    let request = json!({"paths": addresses, "assembly": null, "apart": true});
    let opened = server.ask("open_files", json!({ "request": request })).json();
    assert_eq!((opened["tracks"].as_array().unwrap().len(), opened["faults"].as_array().unwrap().len()), (0, 11));
    // The same in a session.
    let file =
        |path: &String| json!({"path": path, "relative": null, "bytes": 0, "changed": "0", "sha256_of_ends": ""});
    let track = |path: &String| json!({"id": path, "files": [file(path)], "assembly": null});
    let tracks: Vec<Value> = addresses.iter().map(track).collect();
    let session = json!({
        "format": "nascape-session", "version": 1, "nascape_version": "0.1.0", "tracks": tracks, "view": {"version": 1}
    });
    fs::write(server.path("strange.nascape-session"), session.to_string()).unwrap();
    let path = server.path("strange.nascape-session");
    let moved: Vec<[&String; 2]> = addresses.iter().map(|address| [address, address]).collect();
    // As files that moved they are what the user did not name; as they are, those in public are asked about, and nobody is asked for
    // anything meanwhile.
    for (moved, asked) in [(json!(moved), 0), (json!([]), 5)] {
        let request = json!({"path": path, "moved": moved, "answers": [], "window": ""});
        let opened = server.ask("open_session", json!({ "request": request })).json();
        let [tracks, missing, unanswered] =
            ["tracks", "missing", "unanswered"].map(|list| opened[list].as_array().unwrap().clone());
        assert_eq!((tracks.len(), unanswered.len()), (0, asked), "{opened:#}");
        assert_eq!(missing.len(), if asked > 0 { 0 } else { 11 });
        for missing in missing {
            let message = missing["message"].as_str().unwrap();
            assert!(message.contains("you did not name yourself"), "{message}");
        }
    }
    // Agreed to, each turns out to lead here, or nowhere.
    let answers: Vec<Value> =
        addresses.iter().map(|address| json!({"address": address, "fetch": !address.contains("evil")})).collect();
    let request = json!({"path": path, "moved": [], "answers": answers, "window": ""});
    let opened = server.ask("open_session", json!({ "request": request })).json();
    assert_eq!((opened["tracks"].as_array().unwrap().len(), opened["missing"].as_array().unwrap().len()), (0, 10));
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "nobody came");
}

#[test]
fn a_session_names_nothing_outside_the_root_and_no_endless_file() {
    let server = Server::start();
    fs::write(Path::new(&server.path("")).join("../secret.bed"), "chr21\t1\t2\n").unwrap();
    let file = |path: &str| {
        let relative = path.strip_prefix("relative:");
        let path = if relative.is_some() { "/nowhere" } else { path };
        json!({"path": path, "relative": relative, "bytes": 0, "changed": "0", "sha256_of_ends": ""})
    };
    let paths =
        ["/etc/passwd", "/dev/zero", "/dev/tty", "../secret.bed", "relative:../secret.bed", "relative:/etc/passwd"];
    let tracks: Vec<Value> =
        paths.iter().map(|path| json!({"id": path, "files": [file(path)], "assembly": null})).collect();
    let open = |session: &Value| {
        fs::write(server.path("s.nascape-session"), session.to_string()).unwrap();
        let request = json!({"path": server.path("s.nascape-session"), "moved": [], "answers": [], "window": ""});
        server.ask("open_session", json!({ "request": request }))
    };
    let session = |tracks: Vec<Value>| json!({"format": "nascape-session", "version": 1, "nascape_version": "", "tracks": tracks, "view": 1});
    let opened = open(&session(tracks.clone())).json();
    let messages: Vec<&str> =
        opened["missing"].as_array().unwrap().iter().map(|missing| missing["message"].as_str().unwrap()).collect();
    assert_eq!((opened["tracks"].as_array().unwrap().len(), messages.len()), (0, paths.len()));
    assert!(messages.iter().all(|message| message.contains("lies outside")), "{messages:?}");
    let many = open(&session(vec![tracks[0].clone(); 1_001]));
    assert!(String::from_utf8_lossy(&many.body).contains("more than 1000"), "{}", many.status);
    let long = open(&json!({"format": "nascape-session", "view": "x".repeat(65 << 20)}));
    assert!(String::from_utf8_lossy(&long.body).contains("larger than 64 MB"), "{}", long.status);
}
