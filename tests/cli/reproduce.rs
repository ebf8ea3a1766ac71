//! Every output says enough of itself to be made again, to the bit.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::harness::{
    Nascape, assert_holds, bundle, copy_folder, folder, k562, k562_file, nascape, sha256, stranded_bundle,
};

const REGION: &str = "chr21:33,000,001-33,500,000";

fn impute(output: &Path) -> Nascape {
    nascape("impute")
        .assay(&k562())
        .with("--model", stranded_bundle())
        .with("--region", REGION)
        .with("--output", output)
}

fn reproduce(record: &Path) -> Nascape {
    nascape("reproduce").flag(record)
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn write(path: &Path, record: &Value) {
    fs::write(path, serde_json::to_vec(record).unwrap()).unwrap();
}

/// Every verb that writes files, in one folder.
fn everything(at: &Path) -> Vec<Nascape> {
    let peaks = k562_file("K562.H3K4me3.peaks.bed");
    let imputed = || at.join("imputed/H3K4me3.bw");
    vec![
        impute(&at.join("imputed")).flag("--intervals"),
        nascape("bin").with("--signal", k562().plus).with("--region", REGION).with("--output", at.join("bins.bw")),
        nascape("peaks")
            .with("--imputed", imputed())
            .with("--bundle", stranded_bundle())
            .with("--fdr", "0.98")
            .with("--output", at.join("peaks.narrowPeak")),
        nascape("tirs")
            .assay(&k562())
            .with("--region", "chr21:33,000,001-34,000,000")
            .with("--output", at.join("tirs.bed")),
        nascape("evaluate")
            .with("--imputed", imputed())
            .with("--observed", &peaks)
            .assay(&k562())
            .with("--threshold", "0.1")
            .with("--smooth", "2.5")
            .with("--locus", "chr21:33,030,001-33,045,000")
            .with("--output", at.join("evaluation")),
        nascape("compare")
            .assay(&k562())
            .with("--bundle", bundle())
            .with("--bundle", stranded_bundle())
            .with("--observed", format!("H3K4me3={}", peaks.display()))
            .with("--region", "chr21:35,000,001-36,000,000")
            .with("--output", at.join("comparison")),
        nascape("train")
            .assay(&k562())
            .with("--target", format!("H3K4me3={}", peaks.display()))
            .with("--train", "chr21:33,000,001-33,500,000")
            .with("--validation", "chr21:34,000,001-34,500,000")
            .with("--epochs", "2")
            .with("--thinning", "0.5")
            .with("--output", at.join("bundle")),
        nascape("simulate").with("--chromosome", "chrM").with("--reads", "1000").with("--output", at.join("simulated")),
    ]
}

const RECORDS: [(&str, usize); 8] = [
    ("imputed/run.json", 3),
    ("bins.bw.run.json", 1),
    ("peaks.narrowPeak.run.json", 1),
    ("tirs.bed.run.json", 1),
    ("evaluation/run.json", 7),
    ("comparison/run.json", 6),
    ("bundle/run.json", 2),
    ("simulated/run.json", 11),
];

#[test]
fn what_every_verb_writes_is_made_again_to_the_bit() {
    let folder = folder();
    everything(folder.path()).into_iter().for_each(|command| drop(command.run().succeeds()));
    for (threads, (record, outputs)) in ["1", "2", "8"].iter().cycle().zip(RECORDS) {
        let told =
            reproduce(&folder.path().join(record)).with("--threads", threads).flag("--json").run().succeeds().json();
        assert_eq!((told["same"].as_bool(), &told["warnings"]), (Some(true), &json!([])), "{record}: {told:#}");
        assert_eq!(told["outputs"].as_array().unwrap().len(), outputs, "{record}: {told:#}");
    }
}

#[test]
fn trees_are_grown_again_to_the_bit() {
    let folder = folder();
    let recipe = crate::harness::Recipe::new(&["H3K4me3"], &crate::harness::small("windows-gbt"));
    let bundle = folder.path().join("trees");
    recipe.train(&folder.path().join("recipe.toml"), &bundle).with("--threads", "1").run().succeeds();
    reproduce(&bundle.join("run.json")).with("--threads", "8").run().succeeds();
}

#[test]
fn a_bundle_is_retrained_again_to_the_bit() {
    let folder = folder();
    let output = folder.path().join("H3K4me3.again");
    let retrain = nascape("retrain").with("--from", stranded_bundle()).assay(&k562());
    let retrain = retrain.with("--observed", k562_file("K562.H3K4me3.peaks.bed"));
    let retrain = retrain.with("--region", "chr21:33,000,001-34,000,000").with("--test", "chr21:36,000,001-40,000,000");
    retrain.with("--output", &output).with("--threads", "1").run().succeeds();
    let again = folder.path().join("again");
    let told = reproduce(&output.join("run.json")).with("--threads", "2").with("--output", &again).flag("--json").run();
    let told = told.succeeds().json();
    assert_eq!((told["same"].as_bool(), &told["warnings"]), (Some(true), &json!([])), "{told:#}");
    let names: Vec<&str> =
        told["outputs"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect();
    for name in ["model.json", "retraining/verdict.json", "retraining/compare.md"] {
        assert!(names.contains(&name), "{names:?}");
    }
    assert_holds(&again, &["H3K4me3.again"]);
}

#[test]
fn a_folder_from_a_colleague_is_reproduced_elsewhere() {
    let folder = folder();
    let (theirs, ours) = (folder.path().join("theirs"), folder.path().join("ours"));
    impute(&theirs).run().succeeds();
    copy_folder(&theirs, &ours);
    // The record leads nowhere from here: what lies beside it is taken, the bundle as one file.
    let mut record = json(&ours.join("run.json"));
    for file in record["inputs"].as_array_mut().unwrap() {
        file["path"] = json!("../../nowhere/else.bw");
    }
    record["bundles"][0]["path"] = json!("../../nowhere/bundle");
    write(&ours.join("run.json"), &record);
    reproduce(&ours.join("run.json")).run().fails(&[
        "K562.PROseq.plus.bw (plus) is missing",
        "K562.PROseq.minus.bw (minus) is missing",
        "bundle 'H3K4me3.apart'",
        "beside the record",
        &sha256(&k562().plus),
    ]);
    fs::copy(k562().plus, ours.join("K562.PROseq.plus.bw")).unwrap();
    fs::copy(k562().minus, ours.join("K562.PROseq.minus.bw")).unwrap();
    let file = ours.join("H3K4me3.apart.nascape");
    nascape("models").flag("export").flag(stranded_bundle()).with("--output", &file).run().succeeds();
    let again = folder.path().join("again");
    let told = reproduce(&ours.join("run.json")).with("--output", &again).run().succeeds();
    assert_eq!(told.stdout.trim(), "same     H3K4me3.bw");
    assert_holds(&again, &["H3K4me3.bw", "run.json"]);
    assert_eq!(sha256(&again.join("H3K4me3.bw")), sha256(&theirs.join("H3K4me3.bw")));
}

#[test]
fn another_file_another_bundle_and_another_version_are_told() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    for file in ["plus", "minus"] {
        fs::copy(if file == "plus" { k562().plus } else { k562().minus }, at(&format!("{file}.bw"))).unwrap();
    }
    let pair = crate::harness::Pair::new(at("plus.bw"), at("minus.bw"));
    let command = nascape("impute").assay(&pair).with("--model", bundle()).with("--region", REGION);
    command.with("--output", at("imputed")).run().succeeds();
    let record = at("imputed/run.json");
    let whole = json(&record);

    let mut older = whole.clone();
    older["nascape_version"] = json!("0.0.1");
    write(&record, &older);
    let told = reproduce(&record).run().succeeds();
    assert!(told.stderr.contains("warning") && told.stderr.contains("0.0.1"), "{told:?}");

    let mut other = whole.clone();
    other["outputs"][0]["sha256"] = json!("0".repeat(64));
    write(&record, &other);
    let told = reproduce(&record).run();
    assert_eq!((told.status, told.stdout.trim()), (1, "differs  H3K4me3.bw"));

    let mut other = whole.clone();
    other["bundles"][0]["weights_sha256"][0] = json!("0".repeat(64));
    write(&record, &other);
    reproduce(&record).run().fails(&["bundle 'H3K4me3.summed'", "weights", "not at hand"]);

    write(&record, &whole);
    fs::copy(k562().minus, at("plus.bw")).unwrap();
    reproduce(&record).run().fails(&[
        "plus.bw (plus)",
        "is not the file that was used",
        whole["inputs"][0]["sha256"].as_str().unwrap(),
    ]);
    fs::remove_file(at("plus.bw")).unwrap();
    reproduce(&record).run().fails(&["plus.bw (plus) is missing"]);
    let left: Vec<_> = fs::read_dir(".")
        .unwrap()
        .flatten()
        .filter(|e| e.file_name().to_string_lossy().contains("reproduced"))
        .collect();
    assert!(left.is_empty(), "what is not kept leaves nothing");
}

#[test]
fn what_is_no_record_is_told() {
    let folder = folder();
    let record = folder.path().join("run.json");
    for text in ["", "{}", "[1]", "no JSON"] {
        fs::write(&record, text).unwrap();
        reproduce(&record).run().fails(&["run.json", "no record of a run"]);
    }
    reproduce(&folder.path().join("missing.json")).run().fails(&["missing.json", "cannot be read"]);
    impute(folder.path()).run().succeeds();
    let mut made = json(&record);
    made["verb"] = json!("foretell");
    write(&record, &made);
    reproduce(&record).run().fails(&["run.json", "'foretell'"]);
    made["verb"] = json!("evaluate");
    write(&record, &made);
    reproduce(&record).run().fails(&["run.json", "not one of 'evaluate'"]);
}

#[test]
fn neither_one_thread_nor_eight_change_a_byte() {
    let folder = folder();
    let bytes = |threads: &str| {
        let at = folder.path().join(threads).join("work");
        fs::create_dir_all(&at).unwrap();
        // Not the default bundles alone are run: all four of them, and every verb.
        let defaults = nascape("impute").assay(&k562()).with("--region", "chr21:33,000,001-35,000,000");
        let commands = everything(&at).into_iter().chain([defaults.with("--output", at.join("defaults"))]);
        for command in commands {
            let mut command = command.command();
            let output = command.env("RAYON_NUM_THREADS", threads).current_dir(&at).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        all_files(&at)
    };
    let [one, two, eight] = ["1", "2", "8"].map(bytes);
    for other in [two, eight] {
        assert_eq!(one.len(), other.len());
        for ((name, bytes), (_, others)) in one.iter().zip(&other) {
            assert!(bytes == others, "{name} differs");
        }
    }
}

/// The files beneath a folder by their names, sorted.
fn all_files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                let name = entry.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                files.push((name, fs::read(entry).unwrap()));
            }
        }
    }
    files.sort();
    files
}
