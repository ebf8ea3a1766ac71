//! `nascape retrain` learns from regions, keeps what the bundle knew, and says honestly whether that helped elsewhere.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::harness::{
    Nascape, Pair, assert_holds, bundle, card, chr22, folder, k562, k562_file, nascape, sha256, stranded_bundle,
    trained, whole_genome,
};

fn mcf7() -> Pair {
    Pair::new(chr22("MCF7.nascent.plus.bw"), chr22("MCF7.nascent.minus.bw"))
}

/// A retraining on MCF7, another cell, library and assembly, but for the bundle it starts from, its regions and its output.
fn on_mcf7(from: &Path) -> Nascape {
    nascape("retrain").with("--from", from).assay(&mcf7()).with("--observed", chr22("MCF7.H3K4me3.peaks.bed"))
}

fn verdict(output: &Path) -> Value {
    serde_json::from_slice(&fs::read(output.join("retraining/verdict.json")).unwrap()).unwrap()
}

#[test]
fn a_bundle_of_another_cell_becomes_better_elsewhere_and_stays_as_it_was_itself() {
    let folder = folder();
    let from = trained("nascape");
    let before = sha256(&from.join("weights.safetensors"));
    let retrain = |name: &str| {
        let output = folder.path().join(name);
        let command = on_mcf7(from).with("--region", "chr22:28,500,001-30,500,000");
        command.with("--test", "chr22:31,500,001-36,000,000").with("--output", &output).run().succeeds();
        output
    };
    let output = retrain("H3K4me3.MCF7");
    assert_eq!(sha256(&from.join("weights.safetensors")), before, "the starting bundle is not touched");
    let told = verdict(&output);
    assert_eq!(told["difference"]["verdict"], "better", "{told:#}");
    assert!(told["difference"]["lower"].as_f64() > Some(0.0), "{told:#}");
    assert!(told["sentence"].as_str().unwrap().starts_with("Better elsewhere: AUPRC"), "{told:#}");
    let line = |at: usize| told["comparison"]["lines"][at]["resolutions"][0]["measures"]["auprc"].clone();
    assert_eq!(told["elsewhere"], json!([line(0), line(1)]), "the verdict is that of the table");
    assert_holds(
        output.join("retraining"),
        &[
            "compare.json",
            "compare.md",
            "precision-recall.png",
            "precision-recall.svg",
            "profiles.png",
            "profiles.svg",
            "verdict.json",
        ],
    );
    // What was started from, and what was learned from, is on the card.
    assert_eq!(card(&output)["name"], "H3K4me3.MCF7");
    assert_eq!(card(&output)["training"]["experiments"][0]["train"], told["parts"]["train"]);
    nascape("models").flag("verify").flag(&output).run().succeeds();
    let imputed = folder.path().join("imputed");
    let impute =
        nascape("impute").assay(&mcf7()).with("--model", &output).with("--region", "chr22:36,000,001-36,200,000");
    impute.with("--output", &imputed).flag("--intervals").run().succeeds();
    // Intervals and rates come from the part that was kept to choose by, and the card says so.
    assert_holds(&imputed, &["H3K4me3.bw", "H3K4me3.lower.bw", "H3K4me3.upper.bw", "run.json"]);
    let used = card(&output)["training"]["experiments"][0].clone();
    assert_eq!(used["calibration"], used["validation"]);
    let peaks = nascape("peaks").with("--imputed", imputed.join("H3K4me3.bw")).with("--bundle", &output);
    peaks.with("--fdr", "0.2").with("--output", folder.path().join("peaks.narrowPeak")).run().succeeds();

    let again = retrain("again");
    assert_eq!(verdict(&again)["elsewhere"], told["elsewhere"], "the same regions give the same bundle");
}

#[test]
fn a_signal_is_retrained_by_a_forest_beside_the_network_and_keeps_its_intervals() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let train = nascape("train").assay(&mcf7()).with("--architecture", "nascape").with("--epochs", "2");
    let observed = chr22("MCF7.accessibility.bw");
    let train = train.with("--target", format!("accessibility={}", observed.display()));
    let train =
        train.with("--train", "chr22:32,000,001-32,400,000").with("--validation", "chr22:33,000,001-33,200,000");
    train.with("--output", path("from")).run().succeeds();
    let retrain = nascape("retrain").with("--from", path("from")).assay(&mcf7()).with("--observed", observed);
    let retrain = retrain.with("--region", "chr22:24,000,001-25,600,000").with("--test", "chr22:36,000,001-38,000,000");
    retrain.with("--output", path("retrained")).run().succeeds();
    let card = card(&path("retrained"));
    let members: Vec<&str> =
        card["architecture"]["members"].as_array().unwrap().iter().map(|m| m["bundle"].as_str().unwrap()).collect();
    assert_eq!(members, ["1.nascape", "2.nascape", "3.windows-gbt"], "what it was, tuned, and grown on the regions");
    let target = &card["targets"][0];
    assert_eq!((&target["scale_output"], &target["transform"]), (&json!(true), &json!("identity")));
    assert!(target["calibration"]["test_coverage"]["all"].as_f64() > Some(0.7), "{target:#}");
    let told = verdict(&path("retrained"));
    assert!(told["sentence"].as_str().unwrap().contains("Pearson's correlation at 1 kb"), "{told:#}");
}

#[test]
fn without_a_test_region_everything_else_that_was_observed_is_measured() {
    let folder = folder();
    let output = folder.path().join("mark");
    let command = on_mcf7(bundle()).with("--region", "chr22:28,500,001-29,500,000").with("--output", &output);
    command.run().succeeds();
    assert!(card(&output)["targets"][0]["calibration"].is_null(), "200 kb to choose by are too little for rates");
    let parts = verdict(&output)["parts"].clone();
    assert_eq!(parts["test"], json!(["chr22:1-28,400,000", "chr22:29,600,001-50,818,468"]));
    let [train, validation] = ["train", "validation"].map(|part| parts[part].as_array().unwrap().len());
    assert!((1..=2).contains(&train) && validation == 1, "{parts:#}");
}

#[test]
fn what_cannot_be_retrained_on_is_refused_with_what_to_do() {
    let folder = folder();
    let output = folder.path().join("mark");
    let with = |from: &Path, region: &str| on_mcf7(from).with("--region", region).with("--output", &output);
    with(stranded_bundle(), "chr22:30,000,001-30,100,000").run().fails(&["100,000 bp", "too little", "200,000 bp"]);
    with(stranded_bundle(), "chr22:1-5,000,000").run().fails(&["are marked", "Choose regions with more of the mark"]);
    with(stranded_bundle(), "chr22").run().fails(&["nothing is left to measure", "leave part of"]);
    with(stranded_bundle(), "chr22:28,500,001-30,500,000")
        .with("--test", "chr22:30,000,001-31,000,000")
        .run()
        .fails(&["overlaps"]);
    with(trained("multitask-cnn"), "chr22:28,500,001-30,500,000").run().fails(&["H3K4me3, DNase at once", "one mark"]);
    let other = nascape("retrain").with("--from", stranded_bundle()).assay(&whole_genome());
    let other =
        other.with("--observed", k562_file("K562.H3K4me3.peaks.bed")).with("--region", "chr21:33,000,001-35,000,000");
    other.with("--output", &output).run().fails(&["hg38", "chr21"]);
    let unknown = nascape("retrain")
        .with("--from", "nothing")
        .assay(&k562())
        .with("--observed", k562_file("K562.H3K4me3.peaks.bed"));
    unknown
        .with("--region", "chr21:33,000,001-35,000,000")
        .with("--output", &output)
        .run()
        .fails(&["no bundle 'nothing'"]);
    assert_holds(folder.path(), &[]);
}
