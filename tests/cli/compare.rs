//! `nascape compare` measures bundles and baselines on the same bins, by the route that imputes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use crate::harness::{Nascape, assert_holds, bundle, chr22, folder, k562, k562_file, nascape, sha256, stranded_bundle};

/// Apart from what the harness' bundles learned from.
const REGION: &str = "chr21:30,000,001-32,500,000";
const FIGURES: [&str; 4] = ["precision-recall.png", "precision-recall.svg", "profiles.png", "profiles.svg"];

fn named(name: &str, file: &Path) -> String {
    format!("{name}={}", file.display())
}

fn mark() -> String {
    named("H3K4me3", &k562_file("K562.H3K4me3.peaks.bed"))
}

/// A comparison on K562 but for what is compared.
fn on_k562(output: &Path) -> Nascape {
    nascape("compare").assay(&k562()).with("--observed", mark()).with("--region", REGION).with("--output", output)
}

fn line<'a>(comparison: &'a Value, name: &str) -> &'a Value {
    let mut lines = comparison["lines"].as_array().unwrap().iter();
    lines.find(|line| line["name"] == name).unwrap_or_else(|| panic!("no line '{name}' in {comparison:#}"))
}

fn at_50_bp<'a>(comparison: &'a Value, name: &str) -> &'a Value {
    &line(comparison, name)["resolutions"][0]["measures"]
}

fn names(comparison: &Value) -> Vec<&str> {
    comparison["lines"].as_array().unwrap().iter().map(|line| line["name"].as_str().unwrap()).collect()
}

#[test]
fn every_line_is_measured_on_the_same_bins_and_bundles_as_their_exported_tracks() {
    let folder = folder();
    let output = folder.path().join("comparison");
    let excluded = folder.path().join("excluded.bed");
    fs::write(&excluded, "chr21\t30500000\t30600000\n").unwrap();
    let command = on_k562(&output).with("--bundle", bundle()).with("--bundle", stranded_bundle());
    let command = command.with("--other-cell", named("open chromatin", &k562_file("K562.DNase.peaks.bed")));
    let mut shown = command.with("--exclude", &excluded).with("--smooth", "10").flag("--json").run().succeeds().json();
    assert_holds(&output, &[&FIGURES[..], &["compare.json", "compare.md", "run.json"]].concat());
    let comparison: Value = serde_json::from_slice(&fs::read(output.join("compare.json")).unwrap()).unwrap();
    for line in shown["lines"].as_array_mut().unwrap().iter_mut().filter(|line| line["role"] == "bundle") {
        assert!(line.as_object_mut().unwrap().remove("seconds").unwrap().is_number());
    }
    assert_eq!(comparison, shown, "--json prints compare.json, and the seconds, which differ from run to run");
    let bundles = ["H3K4me3.summed", "H3K4me3.apart"];
    let baselines = ["read count", "reads within 1 kb", "observed in open chromatin", "chance"];
    assert_eq!(names(&comparison), [&bundles[..], &baselines].concat());
    for name in names(&comparison) {
        for resolution in line(&comparison, name)["resolutions"].as_array().unwrap() {
            let bins = if resolution["bin_size"] == 50 { 48_000 } else { 2_400 };
            assert_eq!(resolution["measures"]["bins"], bins, "{name}");
        }
        assert_eq!(at_50_bp(&comparison, name)["positives"], comparison["positives"], "{name}");
    }
    assert_eq!((&comparison["bins"], &comparison["threshold"]), (&json!(48_000), &json!(0.5)));

    for name in bundles {
        let folder = folder.path().join(name);
        let model = if name == "H3K4me3.summed" { bundle() } else { stranded_bundle() };
        let imputed = nascape("impute").assay(&k562()).with("--model", model).with("--region", "chr21");
        imputed.with("--output", &folder).run().succeeds();
        let evaluation = |smooth: Option<&str>| {
            let command = nascape("evaluate").with("--imputed", folder.join("H3K4me3.bw")).with("--region", REGION);
            let command = command.with("--observed", k562_file("K562.H3K4me3.peaks.bed")).with("--exclude", &excluded);
            let command = command.with("--threshold", "0.5").with("--output", folder.join("evaluation"));
            let command = smooth.into_iter().fold(command, |command, sigma| command.with("--smooth", sigma));
            command.flag("--json").run().succeeds().json()["resolutions"].clone()
        };
        let plain = evaluation(None);
        for at in 0..2 {
            assert_eq!(line(&comparison, name)["resolutions"][at]["measures"], plain[at]["all"], "{name}");
        }
        let smoothed = evaluation(Some("10"))[0]["all"]["pearson"].as_f64().unwrap();
        let of_table = line(&comparison, name)["pearson_smoothed"].as_f64().unwrap();
        assert!((smoothed - of_table).abs() < 1e-9, "{name}: {smoothed} {of_table}");
        assert!(line(&comparison, name)["parameters"].is_number());
    }
    let share = comparison["positives"].as_f64().unwrap() / 48_000.0;
    assert_eq!(at_50_bp(&comparison, "chance")["auprc"], share);
    assert!(at_50_bp(&comparison, "reads within 1 kb")["auprc"].as_f64().unwrap() > 3.0 * share);
    assert!(at_50_bp(&comparison, "read count")["recall"].is_null(), "the threshold is not one of reads");
    assert!(at_50_bp(&comparison, "observed in open chromatin")["recall"].is_number());
    assert_eq!(comparison["loci"].as_array().unwrap().len(), 3);
}

#[test]
fn the_record_says_what_was_compared_and_tells_no_stranger_of_our_folders() {
    let folder = folder();
    let output = folder.path().join("comparison");
    let shown = on_k562(&output).with("--bundle", bundle()).with("--bundle", bundle()).run().succeeds().stdout;
    assert!(shown.contains("| H3K4me3.summed (2)") && shown.contains("AUPRC") && shown.contains("chance"), "{shown}");
    let text = fs::read_to_string(output.join("compare.json")).unwrap();
    let comparison: Value = serde_json::from_str(&text).unwrap();
    assert!(!text.contains(folder.path().to_str().unwrap()) && !text.contains(k562().plus.to_str().unwrap()), "{text}");
    let files = comparison["files"].as_array().unwrap();
    let roles: Vec<&str> = files.iter().map(|file| file["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["plus", "minus", "H3K4me3"]);
    assert_eq!(files[2]["sha256"], sha256(&k562_file("K562.H3K4me3.peaks.bed")));
    assert_eq!(comparison["bundles"][0]["weights_sha256"], json!([sha256(&bundle().join("weights.safetensors"))]));
    assert_eq!(comparison["bundles"][0]["met"], json!([]));
    assert_eq!(comparison["regions"], json!([REGION]));
    assert!(comparison["command"].as_str().unwrap().starts_with("nascape compare --plus K562.PROseq.plus.bw"));
    let markdown = fs::read_to_string(output.join("compare.md")).unwrap();
    for words in [REGION, "50,000 assessed", "## 50 bp", "## 1 kb", "**", "K562.H3K4me3.peaks.bed", "| chance"] {
        assert!(markdown.contains(words), "'{words}' is not in:\n{markdown}");
    }
}

#[test]
fn a_bundle_that_has_met_the_region_is_told_of() {
    let folder = folder();
    let command = nascape("compare").assay(&k562()).with("--observed", mark()).with("--bundle", bundle());
    let command = command.with("--region", "21:33,400,000-34,200,000").with("--output", folder.path());
    let shown = command.run().succeeds().stdout;
    for words in ["Learned from", "H3K4me3.summed: chr21:33,000,001-34,000,000, chr21:34,000,001-34,500,000"] {
        assert!(shown.contains(words), "{shown}");
    }
}

#[test]
fn other_cells_are_lines_of_their_own_and_together() {
    let folder = folder();
    let cell = |name: &str, file: &str| named(name, &k562_file(file));
    let command = on_k562(folder.path()).with("--bundle", bundle());
    let command = command.with("--other-cell", cell("same", "K562.H3K4me3.peaks.bed"));
    let comparison = command.with("--other-cell", cell("acetylated", "K562.H3K27ac.peaks.bed")).flag("--json").run();
    let comparison = comparison.succeeds().json();
    let auprc = |name: &str| at_50_bp(&comparison, name)["auprc"].as_f64().unwrap();
    assert_eq!(auprc("observed in same"), 1.0);
    let mean = auprc("mean of other cells");
    assert!(auprc("observed in acetylated") < mean && mean < 1.0, "{mean}");
}

#[test]
fn signals_are_measured_as_quantities() {
    let folder = folder();
    let assay = |command: Nascape, cell: &str| {
        let strand = |strand: &str| chr22(&format!("{cell}.nascent.{strand}.bw"));
        command.with("--plus", strand("plus")).with("--minus", strand("minus"))
    };
    let model = folder.path().join("accessibility");
    let trained = assay(nascape("train"), "MCF7")
        .with("--target", named("DNase", &chr22("MCF7.accessibility.bw")))
        .with("--target-transform", "log-per-million")
        .with("--train", "chr22:24,000,001-25,000,000")
        .with("--validation", "chr22:25,000,001-25,500,000");
    trained.with("--epochs", "2").with("--output", &model).run().succeeds();
    let output = folder.path().join("comparison");
    let compared = |transform: &str| {
        let command = assay(nascape("compare"), "K562")
            .with("--observed", named("DNase", &chr22("K562.accessibility.bw")))
            .with("--other-cell", named("MCF7", &chr22("MCF7.accessibility.bw")))
            .with("--region", "chr22:30,000,001-32,000,000");
        let command = command.with("--bundle", &model).with("--target-transform", transform).flag("--json");
        command.with("--output", &output).run().succeeds().json()
    };
    let comparison = compared("log-per-million");
    assert_holds(&output, &["compare.json", "compare.md", "run.json", "profiles.png", "profiles.svg"]);
    assert_eq!(names(&comparison), ["accessibility", "read count", "reads within 1 kb", "observed in MCF7"]);
    for name in names(&comparison) {
        let measures = at_50_bp(&comparison, name);
        assert!(measures["pearson"].as_f64().unwrap() > 0.1 && measures["auprc"].is_null(), "{name}: {measures}");
        assert_eq!(measures["rmse"].is_null(), name.contains("read"), "reads have no error in the unit of a signal");
    }
    let plain = compared("identity");
    assert!(at_50_bp(&plain, "accessibility")["rmse"].is_null(), "the bundle imputes another unit");
}

#[test]
fn recipes_are_trained_once_and_compared_as_bundles() {
    let folder = folder();
    let (output, recipe) = (folder.path().join("comparison"), folder.path().join("small.toml"));
    let text = "targets = [\"H3K4me3\"]\narchitecture = { name = \"dnn\" }\nschedule = { epochs = 1 }\n[[experiment]]\n\
        name = \"K562\"\nplus = \"K562.PROseq.plus.bw\"\nminus = \"K562.PROseq.minus.bw\"\n\
        observed = { H3K4me3 = \"K562.H3K4me3.peaks.bed\" }\n\
        train = [\"chr21:33,000,001-33,500,000\"]\nvalidation = [\"chr21:34,000,001-34,500,000\"]\n";
    fs::write(&recipe, text).unwrap();
    let data = k562().plus.parent().unwrap().to_owned();
    let command = || on_k562(&output).with("--bundle", bundle()).with("--recipe", &recipe).with("--data", &data);
    let first = command().flag("--json").run().succeeds().json();
    assert_eq!(names(&first)[..2], ["H3K4me3.summed", "small"]);
    let card = output.join("bundles/small/model.json");
    let trained = fs::metadata(&card).unwrap().modified().unwrap();
    let second = command().flag("--json").run().succeeds().json();
    assert_eq!(fs::metadata(&card).unwrap().modified().unwrap(), trained, "it is not trained again");
    let measures = |comparison: &Value| line(comparison, "small")["resolutions"].clone();
    assert_eq!(measures(&first), measures(&second));

    let of_other_mark = folder.path().join("other.toml");
    fs::write(&of_other_mark, text.replace("H3K4me3", "H3K27ac")).unwrap();
    let refused = on_k562(&folder.path().join("none")).with("--recipe", &of_other_mark).with("--data", &data).run();
    refused.refused(&["other.toml", "H3K27ac", "H3K4me3"]);
    assert!(!folder.path().join("none").exists());
}

#[test]
fn a_bundle_without_the_mark_is_refused_by_name() {
    let folder = folder();
    let output = folder.path().join("none");
    let command = nascape("compare").assay(&k562()).with("--bundle", bundle()).with("--region", REGION);
    let observed = named("H3K27ac", &k562_file("K562.H3K27ac.peaks.bed"));
    let outcome = command.with("--observed", observed).with("--output", &output).run();
    outcome.fails(&["H3K4me3.summed", "imputes H3K4me3, not H3K27ac", "Leave it out"]);
    assert_holds(folder.path(), &[]);
}

#[test]
fn regions_where_nothing_was_observed_are_refused() {
    let folder = folder();
    let output = folder.path().join("none");
    let with = |observed: PathBuf, region: &str| {
        let command = nascape("compare").assay(&k562()).with("--bundle", bundle()).with("--region", region);
        command.with("--observed", named("H3K4me3", &observed)).with("--output", &output)
    };
    let here = || k562_file("K562.H3K4me3.peaks.bed");
    with(here(), "chr21:1-5,000,000").run().fails(&["H3K4me3", "held-out", "chr21:1-5,000,000", "Choose regions"]);
    with(chr22("K562.H3K4me3.peaks.bed"), REGION).run().fails(&["share no chromosome", "chr22", "chr21"]);
    let excluded = folder.path().join("all.bed");
    fs::write(&excluded, "21\t0\t48129895\n").unwrap();
    with(here(), REGION).with("--exclude", &excluded).run().fails(&["held-out", "excluded"]);
    assert_holds(folder.path(), &["all.bed"]);
}

#[test]
fn arguments_that_make_no_sense_are_refused() {
    let folder = folder();
    let output = folder.path().join("none");
    nascape("compare")
        .assay(&k562())
        .with("--observed", mark())
        .with("--region", REGION)
        .with("--output", &output)
        .run()
        .misused(&["--bundle"]);
    on_k562(&output).with("--bundle", bundle()).with("--other-cell", "peaks.bed").run().misused(&["MCF7=peaks.bed"]);
    on_k562(&output).with("--bundle", bundle()).with("--smooth", "0").run().misused(&["sigma"]);
    on_k562(&output).with("--bundle", bundle()).flag("--threshold=NaN").run().misused(&["threshold"]);
    on_k562(&output).with("--bundle", "nonesuch").run().fails(&["nonesuch"]);
    assert_holds(folder.path(), &[]);
}

#[test]
fn a_table_that_cannot_be_written_leaves_the_older_one() {
    let folder = folder();
    on_k562(folder.path()).with("--bundle", bundle()).run().succeeds();
    let before = sha256(&folder.path().join("compare.json"));
    let smaller = on_k562(folder.path()).with("--bundle", bundle()).with("--threshold", "0.1").files_of_at_most(4_096);
    smaller.run().fails(&[]);
    assert_eq!(sha256(&folder.path().join("compare.json")), before);
    assert_holds(folder.path(), &[&FIGURES[..], &["compare.json", "compare.md", "run.json"]].concat());
}

#[test]
fn ctrl_c_leaves_nothing() {
    let folder = folder();
    let output = folder.path().join("comparison");
    // Many bundles over the whole chromosome: seconds of work.
    let command = nascape("compare").assay(&k562()).with("--observed", mark()).with("--region", "chr21");
    let command = (0..40).fold(command, |command, _| command.with("--bundle", bundle())).with("--output", &output);
    let child = command.command().spawn().unwrap();
    while !output.exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success() && said.contains("cancelled"), "{said}");
    assert_holds(&output, &[]);
}
