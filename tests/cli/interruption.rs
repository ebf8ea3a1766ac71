//! A job that is stopped ends soon, says so and leaves nothing.

use std::{
    fs,
    path::Path,
    process::{Child, Command},
    time::{Duration, Instant},
};

use crate::harness::{Nascape, Outcome, Running, assert_holds, bundle, folder, k562, k562_file, nascape, whole_genome};

/// Longer than this nobody waits for a program to stop.
const PATIENCE: Duration = Duration::from_secs(120);

fn wait_for(what: &str, mut ready: impl FnMut() -> bool) {
    let started = Instant::now();
    while !ready() {
        assert!(started.elapsed() < Duration::from_secs(60), "waited a minute for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn holds_a_partial_file(folder: &Path) -> bool {
    fs::read_dir(folder)
        .is_ok_and(|entries| entries.flatten().any(|entry| entry.file_name().to_string_lossy().ends_with(".partial")))
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status().unwrap();
    assert!(sent.success(), "the job had ended before it could be stopped");
}

fn end(child: Child) -> Outcome {
    let stopped = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert!(stopped.elapsed() < PATIENCE, "it took {:?} to stop", stopped.elapsed());
    Outcome::of(output.status, &output.stdout, &output.stderr)
}

#[track_caller]
fn assert_stops(command: &Nascape, output: &Path, name: &str) {
    let status = match name {
        "INT" => 130,
        "TERM" => 143,
        _ => 129,
    };
    let child = command.command().spawn().unwrap();
    wait_for("a partial file", || holds_a_partial_file(output));
    signal(&child, name);
    end(child).stopped(status, &["cancelled", "nothing was written"]);
    assert_holds(output, &[]);
}

#[test]
fn ctrl_c_in_the_middle_of_a_simulation_leaves_nothing() {
    let folder = folder();
    assert_stops(&nascape("simulate").with("--output", folder.path()), folder.path(), "INT");
}

#[test]
fn ctrl_c_in_the_middle_of_an_imputation_leaves_nothing() {
    let folder = folder();
    let command = nascape("impute").assay(&whole_genome()).with("--model", bundle()).with("--output", folder.path());
    assert_stops(&command, folder.path(), "INT");
}

#[test]
fn a_request_to_end_is_heard_as_ctrl_c_is() {
    for name in ["TERM", "HUP"] {
        let folder = folder();
        let command =
            nascape("impute").assay(&whole_genome()).with("--model", bundle()).with("--output", folder.path());
        assert_stops(&command, folder.path(), name);
    }
}

#[test]
fn ctrl_c_in_the_middle_of_binning_leaves_nothing() {
    let folder = folder();
    let command = nascape("bin").with("--signal", whole_genome().plus).with("--bin-size", "1").with("--summary", "sum");
    assert_stops(&command.with("--output", folder.path().join("bins.bw")), folder.path(), "INT");
}

#[test]
fn ctrl_c_in_the_middle_of_finding_initiation_regions_leaves_nothing() {
    let folder = folder();
    let command = nascape("tirs").assay(&whole_genome()).with("--output", folder.path().join("tirs.bed"));
    assert_stops(&command, folder.path(), "INT");
}

/// A training that would take long, once its first epoch has ended.
fn training(output: &Path) -> Running {
    let command = nascape("train")
        .assay(&k562())
        .with("--target", format!("H3K4me3={}", k562_file("K562.H3K4me3.peaks.bed").display()))
        .with("--train", "chr21:30,000,001-34,000,000")
        .with("--validation", "chr21:34,000,001-34,500,000")
        .with("--epochs", "100000")
        .with("--patience", "100000")
        .with("--output", output);
    command.start().until("epoch   2")
}

#[test]
fn ctrl_c_in_the_middle_of_a_training_leaves_no_bundle_but_its_checkpoint() {
    let folder = folder();
    training(&folder.path().join("mark")).signal("INT").stopped(130, &["cancelled", "--resume"]);
    assert_holds(folder.path(), &[".mark.checkpoint"]);
}

#[test]
fn a_training_that_was_killed_leaves_no_bundle() {
    let folder = folder();
    training(&folder.path().join("mark")).kill();
    assert!(!folder.path().join("mark").exists());
    assert!(folder.path().join(".mark.checkpoint").is_file());
}

#[test]
fn an_imputation_that_was_killed_leaves_no_track_under_its_name() {
    let folder = folder();
    let command = nascape("impute").assay(&whole_genome()).with("--model", bundle()).with("--output", folder.path());
    let mut child = command.command().spawn().unwrap();
    wait_for("a partial file", || holds_a_partial_file(folder.path()));
    child.kill().unwrap();
    child.wait().unwrap();
    let mut left = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(
        left.all(|name| name.starts_with('.') && name.ends_with(".partial")),
        "what is not whole has no track's name"
    );
    let again =
        nascape("impute").assay(&k562()).with("--model", bundle()).with("--region", "chr21:33,000,001-33,100,000");
    again.with("--output", folder.path()).run().succeeds();
    assert_holds(folder.path(), &["H3K4me3.bw", "run.json"]);
}
