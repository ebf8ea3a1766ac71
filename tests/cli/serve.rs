//! `nascape serve`, asked as a page asks it, and as pages that are none of ours would.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::harness::Server;

#[test]
fn a_page_gets_what_it_asks_for() {
    let server = Server::start();
    let about = server.ask("about", json!({})).json();
    assert_eq!(about["files"], json!([server.path("K562.plus.bw")]));
    assert_eq!(about["bundles"][0]["name"], "H3K4me3.blend");
    let paths = [server.path("K562.plus.bw"), server.path("K562.minus.bw")];
    let opened =
        server.ask("open_files", json!({"request": {"paths": paths, "assembly": null, "apart": false}})).json();
    let track = &opened["tracks"][0]["id"];
    assert_eq!(opened["tracks"][0]["kind"], "assay");
    let imputed = json!({"bundle": "H3K4me3.cnn", "target": "H3K4me3"});
    for (imputed, rows) in [(Value::Null, 4), (imputed, 4)] {
        let request =
            json!({"ticket": 1, "track": track, "imputed": imputed, "chromosome": "chr21", "step": 50, "index": 1290});
        let tile = server.ask("tile", json!({"request": request}));
        assert_eq!((tile.status, tile.body.len()), (200, rows * 512 * 4));
        assert!(tile.head.contains("content-type: application/octet-stream"));
        let numbers = tile.body.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
        assert!(numbers.fold(0.0, f32::max) > 0.1);
    }
    let found = server.ask("find", json!({"track": track, "text": "21:33,031,597-33,041,570"})).json();
    assert_eq!(found[0]["start"], 33_031_596);
    assert_eq!(server.ask("close_track", json!({"track": track})).json(), Value::Null);
    let fault = server.ask("genome", json!({"track": track}));
    assert_eq!(fault.status, 422);
    let fault: Value = serde_json::from_slice(&fault.body).unwrap();
    assert_eq!((fault["cancelled"].as_bool(), fault["message"].is_string()), (Some(false), true));
    let unreadable = server.ask("genome", json!({}));
    assert_eq!(unreadable.status, 422);
    assert_eq!(server.ask("no_such_method", json!({})).status, 404);
    assert_eq!(server.signal("INT"), Some(0), "Ctrl-C ends it in order");
}

#[test]
fn the_window_comes_with_its_policy() {
    let server = Server::start();
    let page = server.request("GET /?token=x", &[format!("Host: {}", server.address)], "");
    assert_eq!(page.status, 200);
    for line in [
        "content-type: text/html",
        "content-security-policy: default-src 'self'; script-src 'self';",
        "frame-ancestors 'none'",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
    ] {
        assert!(page.head.contains(line), "{line} is not in\n{}", page.head);
    }
    assert_eq!(server.request("GET /../Cargo.toml", &[format!("Host: {}", server.address)], "").status, 404);
}

#[test]
fn whoever_lacks_the_token_or_comes_from_elsewhere_is_refused() {
    let server = Server::start();
    let with = |at: usize, header: Option<&str>| {
        let mut headers = server.headers();
        match header {
            Some(header) => header.clone_into(&mut headers[at]),
            None => drop(headers.remove(at)),
        }
        server.request("POST /api/about", &headers, "{}").status
    };
    assert_eq!(with(2, Some("Authorization: Bearer 00000000000000000000000000000000")), 401);
    assert_eq!(with(2, Some(&format!("Authorization: Bearer {}0", server.token))), 401);
    assert_eq!(with(2, None), 401);
    assert_eq!(with(0, Some("Host: evil.example")), 403);
    assert_eq!(with(0, Some("Host: 127.0.0.1.evil.example:80")), 403);
    assert_eq!(with(1, Some("Origin: http://evil.example")), 403);
    assert_eq!(with(1, Some("Origin: http://localhost:1")), 403);
    assert_eq!(with(1, Some("Origin: null")), 403);
    assert_eq!(with(1, None), 200, "a program that is no page sends none");
    // A tunnel has a port of its own.
    let mut tunnel = server.headers();
    tunnel[0] = "Host: localhost:9".to_owned();
    tunnel[1] = "Origin: http://localhost:9".to_owned();
    assert_eq!(server.request("POST /api/about", &tunnel, "{}").status, 200);
    let asked = server.request("OPTIONS /api/about", &server.headers(), "");
    assert!(!asked.head.contains("access-control-allow"), "no page elsewhere is let in:\n{}", asked.head);
}

#[test]
fn nothing_outside_the_root_is_shown_opened_or_written() {
    let server = Server::start();
    let outside = Path::new(&server.path("")).join("../secret.bed");
    fs::write(&outside, "chr21\t1\t2\n").unwrap();
    let outside = outside.to_string_lossy().into_owned();
    assert_eq!(server.ask("folder", json!({"path": "/"})).status, 422);
    assert_eq!(server.ask("folder", json!({"path": server.path("..")})).status, 422);
    assert_eq!(server.ask("folder", json!({"path": null})).json()["entries"].as_array().unwrap().len(), 2);
    let opened =
        server.ask("open_files", json!({"request": {"paths": [outside], "assembly": null, "apart": false}})).json();
    assert!(opened["faults"][0]["message"].as_str().unwrap().contains("lies outside"), "{opened}");
    assert_eq!(server.save_picture(&outside, "<>").status, 422);
    assert_eq!(server.ask("add_bundle", json!({"folder": "/"})).status, 422);
    assert_eq!(server.save_picture(&server.path("a.svg"), "<>").json(), Value::Null);
    assert_eq!(fs::read(server.path("a.svg")).unwrap(), b"<>");
    assert_eq!(server.ask("save_picture", json!({"path": server.path("b.svg")})).status, 422);
}
