//! Sessions that are saved and come back.

use std::{fs, io::ErrorKind, net::TcpListener, path::PathBuf};

use nascape_signal::BIN;
use serde_json::json;

use super::{Desk, bits};
use crate::browser::wire::{AddressAnswer, OpenFiles, OpenSession, SaveSession};

fn save(desk: &Desk, window: &str, track: &str, note: &str) -> Result<(), String> {
    let request = SaveSession {
        path: Some(desk.path("my.nascape.json").to_string_lossy().into_owned()),
        tracks: vec![track.to_owned()],
        view: json!({"locus": "chr21:1-1,000", "note": note}),
        window: window.to_owned(),
    };
    desk.browser.save_session(&request).map_err(|fault| fault.message)
}

fn open(desk: &Desk, window: &str, moved: Vec<[String; 2]>) -> crate::browser::wire::OpenedSession {
    let path = Some(desk.path("my.nascape.json").to_string_lossy().into_owned());
    desk.browser.open_session(&OpenSession { path, moved, answers: vec![], window: window.to_owned() }).unwrap()
}

#[test]
fn a_session_comes_back_and_a_moved_file_is_asked_for() {
    let desk = Desk::new();
    let track = desk.assay();
    let tile = desk.tile(&track, None, BIN, 1_290).concat();
    save(&desk, "a", &track, "mine").unwrap();
    let desk = desk.restarted();
    let opened = open(&desk, "a", vec![]);
    assert_eq!((opened.view["note"].as_str(), opened.missing.len()), (Some("mine"), 0));
    assert_eq!(opened.tracks[0].saved_id, track);
    assert_eq!(bits(&desk.tile(&opened.tracks[0].track.id, None, BIN, 1_290).concat()), bits(&tile));

    fs::create_dir(desk.path("moved")).unwrap();
    let (old, new) = (desk.path("K562.plus.bw"), desk.path("moved/K562.plus.bw"));
    fs::rename(&old, &new).unwrap();
    let opened = open(&desk, "a", vec![]);
    assert_eq!((opened.tracks.len(), opened.missing.len()), (0, 1));
    assert!(opened.missing[0].message.contains("is not there any more"), "{:?}", opened.missing);
    let moved = [opened.missing[0].path.clone(), new.to_string_lossy().into_owned()];
    let opened = open(&desk, "a", vec![moved]);
    assert_eq!((opened.tracks.len(), opened.missing.len()), (1, 0));

    // Another file in its place is not taken for it.
    fs::copy(desk.path("K562.minus.bw"), &old).unwrap();
    let opened = open(&desk, "a", vec![]);
    assert!(opened.missing[0].message.contains("its content changed"), "{:?}", opened.missing);
}

#[test]
fn a_folder_that_moved_with_its_session_opens() {
    let desk = Desk::new();
    fs::create_dir(desk.path("one")).unwrap();
    for strand in ["plus", "minus"] {
        fs::rename(desk.path(&format!("K562.{strand}.bw")), desk.path(&format!("one/K562.{strand}.bw"))).unwrap();
    }
    let track = desk.open(&["one/K562.plus.bw", "one/K562.minus.bw"]).tracks[0].id.clone();
    let session = |folder: &str| Some(desk.path(&format!("{folder}/s.json")).to_string_lossy().into_owned());
    let request = SaveSession { path: session("one"), tracks: vec![track], view: json!(1), window: "a".to_owned() };
    desk.browser.save_session(&request).unwrap();
    fs::rename(desk.path("one"), desk.path("two")).unwrap();
    let opened = desk
        .browser
        .open_session(&OpenSession { path: session("two"), moved: vec![], answers: vec![], window: "a".to_owned() })
        .unwrap();
    assert_eq!((opened.tracks.len(), opened.missing.len()), (1, 0));
    assert!(opened.tracks[0].track.files[0].path.ends_with("two/K562.plus.bw"));
}

#[test]
fn of_two_windows_the_later_does_not_overwrite_unasked() {
    let desk = Desk::new();
    let track = desk.assay();
    save(&desk, "a", &track, "first").unwrap();
    open(&desk, "b", vec![]);
    save(&desk, "a", &track, "second, from a, and longer").unwrap();
    let fault = save(&desk, "b", &track, "from b").unwrap_err();
    assert!(fault.contains("was saved by another window"), "{fault}");
    assert_eq!(open(&desk, "b", vec![]).view["note"], "second, from a, and longer");
    save(&desk, "b", &track, "from b").unwrap();
}

#[test]
fn a_crash_loses_nothing_and_what_is_no_session_is_told() {
    let desk = Desk::new();
    let track = desk.assay();
    let autosave = SaveSession { path: None, tracks: vec![track], view: json!({"n": 1}), window: "a".to_owned() };
    desk.browser.save_session(&autosave).unwrap();
    assert_eq!(desk.browser.about().unwrap().unsaved, None);
    let desk = desk.restarted();
    assert!(desk.browser.about().unwrap().unsaved.is_some());
    let recovered = desk
        .browser
        .open_session(&OpenSession { path: None, moved: vec![], answers: vec![], window: "a".to_owned() })
        .unwrap();
    assert_eq!((&recovered.view, recovered.tracks.len()), (&json!({"n": 1}), 1));
    desk.browser.close();
    let desk = desk.restarted();
    assert_eq!(desk.browser.about().unwrap().unsaved, None);
    assert!(desk.browser.about().unwrap().recent.iter().any(|recent| recent.name == "K562"));
    let path = Some(desk.path("K562.plus.bw").to_string_lossy().into_owned());
    let fault = desk
        .browser
        .open_session(&OpenSession { path, moved: vec![], answers: vec![], window: "a".to_owned() })
        .unwrap_err();
    assert!(fault.message.contains("this is no session of Nascape"), "{fault}");
}

#[test]
fn a_sessions_address_is_asked_for_only_in_public() {
    let desk = Desk::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let addresses = ["localhost", "127.1", "2130706433"].map(|host| format!("http://{host}:{port}/x.bw"));
    // Even those that the user named himself.
    desk.browser.allow(addresses.iter().map(PathBuf::from));
    write_session_of(&desk, &addresses);
    let opened = open(&desk, "a", vec![]);
    assert_eq!((opened.tracks.len(), opened.missing.len()), (0, 3));
    for missing in opened.missing {
        assert!(missing.message.contains("127.0.0.1, which is not on the public internet"), "{missing:?}");
    }
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "nobody came");
}

/// Writes a session whose tracks lie at these addresses.
fn write_session_of(desk: &Desk, addresses: &[String]) {
    let track = |path: &String| {
        let file = json!({"path": path, "relative": null, "bytes": 0, "changed": "0", "sha256_of_ends": ""});
        json!({"id": path, "files": [file], "assembly": null})
    };
    let tracks: Vec<_> = addresses.iter().map(track).collect();
    let session =
        json!({"format": "nascape-session", "version": 1, "nascape_version": "", "tracks": tracks, "view": null});
    fs::write(desk.path("my.nascape.json"), session.to_string()).unwrap();
}

fn answered(desk: &Desk, answers: &[(&String, bool)]) -> crate::browser::wire::OpenedSession {
    let answer = |(address, fetch): &(&String, bool)| AddressAnswer { address: (*address).clone(), fetch: *fetch };
    let path = Some(desk.path("my.nascape.json").to_string_lossy().into_owned());
    let answers = answers.iter().map(answer).collect();
    desk.browser.open_session(&OpenSession { path, moved: vec![], answers, window: "a".to_owned() }).unwrap()
}

#[test]
fn a_new_address_is_asked_about_and_nothing_is_opened_before_the_answer() {
    let desk = Desk::new();
    let addresses =
        ["http://data.invalid/a.bw", "http://data.invalid:81/b.bw", "http://other.invalid/c.bw"].map(str::to_owned);
    write_session_of(&desk, &addresses);
    let opened = answered(&desk, &[]);
    assert_eq!((opened.tracks.len(), opened.missing.len()), (0, 0));
    let hosts: Vec<&str> = opened.unanswered.iter().map(|asked| asked.host.as_str()).collect();
    assert_eq!(hosts, ["data.invalid", "data.invalid:81", "other.invalid"]);
    // As long as one is not answered, none is asked for anything; an answer is for its address alone.
    let [a, b, c] = &addresses;
    let opened = answered(&desk, &[(a, true), (b, false)]);
    assert_eq!((opened.unanswered.len(), opened.missing.len()), (1, 0));
    assert_eq!(opened.unanswered[0].address, *c);
    // What was agreed to is fetched; there is no such server. What was left out is not spoken of.
    let opened = answered(&desk, &[(b, false), (c, false)]);
    assert_eq!((opened.unanswered.len(), opened.missing.len()), (0, 1), "{opened:?}");
    assert!(opened.missing[0].path == *a && opened.missing[0].message.contains("cannot be reached"), "{opened:?}");
    // Agreed to for a session, it is nothing that the user picked: elsewhere it might lead into this network.
    let request = OpenFiles { paths: vec![a.clone()], assembly: None, apart: true };
    assert!(desk.browser.open_files(&request).unwrap().faults[0].message.contains("did not name yourself"));
}

#[test]
fn no_answer_leads_into_this_network() {
    let desk = Desk::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    // Some say themselves where they lead and are no question; of others it is found out on the way.
    let hosts = ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "2130706433", "127.1"];
    let addresses = hosts.map(|host| format!("http://{host}:{port}/x.bw"));
    write_session_of(&desk, &addresses);
    let asked = answered(&desk, &[]).unanswered;
    assert!(asked.iter().all(|one| [&addresses[5], &addresses[6]].contains(&&one.address)), "{asked:?}");
    let yes: Vec<_> = addresses.iter().map(|address| (address, true)).collect();
    let opened = answered(&desk, &yes);
    assert_eq!((opened.tracks.len(), opened.missing.len(), opened.unanswered.len()), (0, hosts.len(), 0));
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "nobody came");
}
