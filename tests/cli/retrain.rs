//! `nascape retrain` learns from regions, keeps what the bundle knew, and says honestly whether that helped elsewhere.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::harness::{
    Item, Nascape, Pair, Recipe, assert_holds, bundle, card, chr22, folder, k562, k562_file, nascape, sha256,
    stranded_bundle, trained, whole_genome, write_bigwig,
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
            "run.json",
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
    let peaks =
        nascape("peaks").with("--imputed", imputed.join("H3K4me3.bw")).with("--bundle", &output).with("--fdr", "0.2");
    peaks.with("--output", folder.path().join("peaks.narrowPeak")).run().succeeds();

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
fn a_retraining_that_was_stopped_goes_on_and_ends_with_the_same_bytes() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name).join("mark");
    let retrain = |name: &str| {
        fs::create_dir_all(folder.path().join(name)).unwrap();
        let command = on_mcf7(trained("nascape")).with("--region", "chr22:28,500,001-29,500,000");
        command.with("--test", "chr22:31,500,001-33,000,000").with("--output", path(name))
    };
    retrain("whole").run().succeeds();
    let resume = || retrain("stopped").flag("--resume");
    // Interrupted and killed: in a training, and at another time.
    retrain("stopped").start().until("epoch   3").signal("INT").stopped(130, &["cancelled", "--resume"]);
    assert_holds(folder.path().join("stopped"), &[".mark.retraining"]);
    resume().start().until("epoch   9").kill();
    let other = on_mcf7(trained("nascape")).with("--region", "chr22:28,500,001-29,400,000").flag("--resume");
    other.with("--output", path("stopped")).run().fails(&["other files, regions", "without --resume"]);
    let told = resume().run().succeeds().stderr;
    assert!(told.contains("epoch   1"), "the earlier epochs are told again:\n{told}");
    assert_holds(folder.path().join("stopped"), &["mark"]);
    for file in ["model.json", "2.nascape/weights.safetensors", "3.windows-gbt/forest.ubj", "retraining/profiles.svg"] {
        let [whole, stopped] = ["whole", "stopped"].map(|name| fs::read(path(name).join(file)).unwrap_or_default());
        assert!(!whole.is_empty() && whole == stopped, "{file} differs");
    }
    assert_eq!(verdict(&path("whole"))["elsewhere"], verdict(&path("stopped"))["elsewhere"]);
}

#[test]
fn one_program_at_a_time_retrains_into_a_folder() {
    let folder = folder();
    let output = folder.path().join("mark");
    let retrain =
        || on_mcf7(trained("nascape")).with("--region", "chr22:28,500,001-29,500,000").with("--output", &output);
    let first = retrain().start().until("epoch   1");
    retrain().run().fails(&["another Nascape is at this retraining"]);
    retrain().flag("--resume").run().fails(&["another Nascape is at this retraining"]);
    first.signal("INT").stopped(130, &["cancelled"]);
    assert_holds(folder.path(), &[".mark.retraining"]);
}

#[test]
fn a_full_disk_is_a_sentence_and_what_was_learned_is_gone_on_with() {
    let folder = folder();
    let output = folder.path().join("mark");
    let retrain = || {
        let command = on_mcf7(trained("nascape")).with("--region", "chr22:28,500,001-29,500,000");
        command.with("--test", "chr22:31,500,001-33,000,000").with("--output", &output).flag("--resume")
    };
    retrain().files_of_at_most(2_000).run().fails(&["cannot be written"]);
    assert_holds(folder.path(), &[]);
    // Enough for the bundle, not for a checkpoint.
    retrain().files_of_at_most(100_000).run().fails(&["cannot be written", "--resume"]);
    retrain().run().succeeds();
    assert_holds(folder.path(), &["mark"]);
}

#[test]
fn what_was_observed_must_say_something_of_the_regions() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let on = |observed: &Path| {
        let command = nascape("retrain").with("--from", stranded_bundle()).assay(&mcf7()).with("--observed", observed);
        command.with("--region", "chr22:28,500,001-30,500,000").with("--output", path("mark"))
    };
    let length = 50_818_468;
    let signal = |name: &str, value: f32| {
        write_bigwig(&path(name), &[("chr22", length, &[Item::new(0, length, value)])]);
        path(name)
    };
    on(&signal("zeros.bw", 0.0)).run().fails(&["zeros.bw", "0 of its bins", "Choose regions with more of the mark"]);
    on(&signal("nan.bw", f32::NAN)).run().fails(&["nan.bw"]);
    // The same chromosome of another assembly.
    write_bigwig(&path("hg19.bw"), &[("chr22", 51_304_566, &[Item::new(28_500_000, 30_500_000, 1.0)])]);
    on(&path("hg19.bw")).run().fails(&["hg19", "hg38"]);
    // Nothing is transcribed where the short arm ends.
    fs::write(path("silent.bed"), "chr22\t1000000\t2000000\n").unwrap();
    let silent = nascape("retrain").with("--from", stranded_bundle()).assay(&mcf7());
    let silent = silent.with("--observed", path("silent.bed")).with("--region", "chr22:500,001-5,000,000");
    silent.with("--output", path("mark")).run().fails(&["has no read there", "Choose regions that are transcribed"]);
    // Wherever nothing was assessed there is nothing to learn.
    fs::write(path("all.bed"), format!("chr22\t0\t{length}\n")).unwrap();
    let excluded = on(&chr22("MCF7.H3K4me3.peaks.bed")).with("--exclude", path("all.bed"));
    excluded.run().fails(&["says nothing of any bin", "Choose regions where the mark was measured"]);
    assert_holds(folder.path(), &["all.bed", "hg19.bw", "nan.bw", "silent.bed", "zeros.bw"]);
}

#[test]
fn a_blend_that_would_have_too_many_members_is_told_before_anything_is_learned() {
    let folder = folder();
    let member = format!("{{ bundle = '{}', weight = 1.0 }}", stranded_bundle().display());
    let blend = format!("{{ name = 'blend', members = [{}] }}", [member.as_str(); 4].join(", "));
    let from = folder.path().join("from");
    Recipe::new(&["H3K4me3"], &blend).train(&folder.path().join("recipe.toml"), &from).run().succeeds();
    let retrain = on_mcf7(&from).with("--region", "chr22:28,500,001-30,500,000");
    retrain.with("--output", folder.path().join("mark")).run().fails(&[
        "from is a blend of 4 bundles",
        "one of 9",
        "8 are the most",
        "Start from the bundle that it was retrained from",
    ]);
    assert_holds(folder.path(), &["recipe.toml", "from"]);
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
