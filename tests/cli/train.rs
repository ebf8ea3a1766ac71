//! `nascape train` refuses what cannot be learned, and the same seed gives the same weights.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::harness::{Nascape, assert_holds, card, chr22, folder, k562, k562_file, nascape, sha256, whole_genome};

/// A training on K562 but for its parts and its output.
fn on_k562() -> Nascape {
    nascape("train").assay(&k562()).with("--target", target("K562.H3K4me3.peaks.bed"))
}

fn target(name: &str) -> String {
    format!("H3K4me3={}", k562_file(name).display())
}

/// One that takes half a second.
fn short(output: &Path) -> Nascape {
    on_k562()
        .with("--train", "chr21:33,000,001-33,500,000")
        .with("--validation", "chr21:34,000,001-34,500,000")
        .with("--epochs", "1")
        .with("--output", output)
}

#[test]
fn parts_that_overlap_are_refused_with_both_regions() {
    let folder = folder();
    let output = folder.path().join("mark");
    let with = |train: &str, validation: &str, test: &str| {
        let command = on_k562().with("--train", train).with("--validation", validation).with("--test", test);
        command.with("--output", &output).run()
    };
    with("chr21:30,000,001-31,000,000", "chr21:31,000,000-32,000,000", "chr21:33,000,001-34,000,000").fails(&[
        "train",
        "chr21:30,000,001-31,000,000",
        "overlaps",
        "validation",
        "chr21:31,000,000-32,000,000",
    ]);
    with("chr21:30,000,001-31,000,000", "chr21:31,000,001-32,000,000", "21:30,999,999-34,000,000")
        .fails(&["train", "overlaps", "test"]);
    with("chr21:1-31,000,000", "21:32,000,000-33,000,000", "chr21:32,500,000-99,000,000").fails(&[
        "validation",
        "overlaps",
        "test",
    ]);
    with("chr21", "chr21:1-10", "chr21:20").fails(&["overlaps"]);
    assert_holds(folder.path(), &[]);
}

#[test]
fn a_part_where_there_is_nothing_to_learn_is_refused() {
    let folder = folder();
    let output = folder.path().join("mark");
    let with = |train: &str, validation: &str| {
        on_k562().with("--train", train).with("--validation", validation).with("--output", &output)
    };
    let (empty, marked) = ("chr21:1-5,000,000", "chr21:33,000,001-34,000,000");
    with(empty, marked).run().fails(&["H3K4me3", "no signal in the train part", empty, "Choose regions"]);
    with(marked, empty).run().fails(&["H3K4me3", "no signal in the validation part", empty]);
    let excluded = folder.path().join("all.bed");
    fs::write(&excluded, "21\t0\t48129895\n").unwrap();
    let nothing = with(marked, "chr21:34,000,001-34,500,000").with("--exclude", &excluded);
    nothing.run().fails(&["train part", "excluded"]);
    with("chr1", marked).run().fails(&["no chromosome 'chr1'"]);
    with("chr21:60,000,001-", marked).run().fails(&["beyond the end"]);
    assert_holds(folder.path(), &["all.bed"]);
}

#[test]
fn a_target_of_another_assembly_or_chromosome_is_refused() {
    let folder = folder();
    let output = folder.path().join("mark");
    let parts = |command: Nascape| {
        let command =
            command.with("--train", "chr21:30,000,001-31,000,000").with("--validation", "chr21:33,000,001-34,000,000");
        command.with("--output", &output).run()
    };
    let with =
        |target: &Path| nascape("train").assay(&k562()).with("--target", format!("H3K4me3={}", target.display()));
    parts(with(&chr22("K562.H3K4me3.peaks.bed"))).fails(&["share no chromosome", "chr22", "chr21"]);
    parts(with(&chr22("K562.accessibility.bw"))).fails(&[
        "K562.accessibility.bw",
        "different assemblies",
        "hg19",
        "hg38",
    ]);
    let on_hg38 = nascape("train").assay(&whole_genome()).with("--target", target("K562.H3K27ac.peaks.bed"));
    parts(on_hg38).fails(&["K562.H3K27ac.peaks.bed", "beyond the end of chr21", "hg38"]);
    let hg38_signal = with(&whole_genome().plus);
    parts(hg38_signal).fails(&["different assemblies", "hg19", "hg38"]);
    assert_holds(folder.path(), &[]);
}

#[test]
fn a_target_that_cannot_be_read_is_refused() {
    let folder = folder();
    let output = folder.path().join("mark");
    let with = |target: String| {
        let command = nascape("train").assay(&k562()).with("--target", target);
        let command = command.with("--train", "chr21:1-2").with("--validation", "chr21:3-4");
        command.with("--output", &output).run()
    };
    with("peaks.bed".to_owned()).misused(&["H3K4me3=peaks.bed"]);
    with("=peaks.bed".to_owned()).misused(&["H3K4me3=peaks.bed"]);
    with("H3K4me3=".to_owned()).misused(&["H3K4me3=peaks.bed"]);
    with("H3K4me3=missing.bed".to_owned()).fails(&["missing.bed", "cannot be read", "spelling"]);
    let bad = folder.path().join("bad.bed");
    fs::write(&bad, "chr21\t1\t2\nchr21\t9\t5\n").unwrap();
    with(format!("H3K4me3={}", bad.display())).fails(&["bad.bed, line 2", "behind the start"]);
    fs::write(&bad, "").unwrap();
    with(format!("H3K4me3={}", bad.display())).fails(&["bad.bed", "empty"]);
    let three = folder.path().join("three.bed");
    fs::write(&three, "chr21\t1\t2\n").unwrap();
    let score = short(&output).with("--target", format!("x={}", three.display()));
    score.run().misused(&["--target"]);
    assert_holds(folder.path(), &["bad.bed", "three.bed"]);
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let folder = folder();
    let output = folder.path().join("mark");
    let with = |option: &str, value: &str| short(&output).flag(format!("{option}={value}")).run();
    for rate in ["NaN", "-0.001", "0", "inf", "-inf"] {
        with("--learning-rate", rate).refused(&["learning rate", "positive number"]);
    }
    with("--learning-rate", "fast").misused(&["--learning-rate"]);
    for decay in ["1", "-0.1", "NaN", "2"] {
        with("--weight-decay", decay).refused(&["weight decay", "at least 0 and less than 1"]);
    }
    for share in ["0", "-0.1", "NaN", "1.1"] {
        with("--thinning", share).refused(&["thinning", "more than 0, at most 1"]);
    }
    for sigma in ["0", "-1", "NaN", "inf"] {
        with("--smooth", sigma).refused(&["sigma", "positive"]);
    }
    for option in ["--patience", "--batch-tiles", "--tile-bins"] {
        with(option, "0").refused(&["at least 1"]);
    }
    let none =
        on_k562().with("--train", "chr21:33,000,001-33,500,000").with("--validation", "chr21:34,000,001-34,500,000");
    none.with("--epochs", "0").with("--output", &output).run().refused(&["at least 1"]);
    short(&output).with("--peak-value", "height").run().misused(&["height", "presence, score, signal"]);
    short(&output).with("--architecture", "oracle").run().misused(&["oracle", "cnn"]);
    short(&output).with("--device", "cuda").run().refused(&["no cuda device", "--device cpu"]);
    assert_holds(folder.path(), &[]);
}

#[test]
fn tiles_larger_than_any_memory_are_refused() {
    let folder = folder();
    short(&folder.path().join("mark")).with("--tile-bins", "1000000000000000").run().refused(&["tile"]);
    assert_holds(folder.path(), &[]);
}

#[test]
fn a_smoothing_wider_than_any_chromosome_is_refused() {
    let folder = folder();
    short(&folder.path().join("mark")).with("--smooth", "1e30").run().refused(&["sigma"]);
    assert_holds(folder.path(), &[]);
}

#[test]
fn the_same_seed_gives_the_same_weights_whatever_the_threads() {
    let folder = folder();
    let train = |name: &str, seed: &str, threads: &str| {
        let output = folder.path().join(name);
        let command = on_k562()
            .with("--train", "chr21:33,000,001-34,000,000")
            .with("--validation", "chr21:34,000,001-34,500,000");
        let command = command.with("--strands", "apart").with("--epochs", "2");
        command.with("--seed", seed).with("--threads", threads).with("--output", &output).run().succeeds();
        sha256(&output.join("weights.safetensors"))
    };
    let one = train("one", "7", "1");
    assert_eq!(one, train("two", "7", "2"));
    assert_ne!(one, train("other", "8", "2"));
    let without_command = |name: &str| {
        let mut card = card(&folder.path().join(name));
        card["training"]["command"] = Value::Null;
        card["name"] = Value::Null;
        card
    };
    assert_eq!(without_command("one"), without_command("two"), "the losses and measures too");
}

#[test]
fn the_card_says_what_was_trained_on_what() {
    let folder = folder();
    let output = folder.path().join("my-mark");
    let excluded = folder.path().join("excluded.bed");
    fs::write(&excluded, "chr21\t33200000\t33210000\n").unwrap();
    let command =
        short(&output).with("--test", "chr21:35,000,001-36,000,000").with("--exclude", &excluded).with("--seed", "5");
    let outcome = command.with("--licence", "CC BY 4.0").flag("--json").run().succeeds();
    assert!(outcome.stderr.contains("epoch   1"), "{}", outcome.stderr);
    assert_holds(&output, &["model.json", "run.json", "weights.safetensors"]);
    let card = card(&output);
    assert_eq!(outcome.json(), card, "--json prints the card");
    assert_eq!(card["format"], "nascape-bundle");
    assert_eq!(card["format_version"], 2);
    assert_eq!(card["nascape_version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(card["name"], "my-mark");
    let target = &card["targets"][0];
    assert_eq!(card["targets"].as_array().unwrap().len(), 1);
    assert_eq!((&target["name"], &target["kind"]), (&json!("H3K4me3"), &json!("presence")));
    assert_eq!((&target["loss"], &target["output"]), (&json!("cross-entropy"), &json!("logistic")));
    assert_eq!(card["architecture"], json!({"name": "cnn", "dropout": 0.1}));
    assert_eq!(
        (&card["parameters"], &card["bin_size"], &card["window_bins"]),
        (&json!(8385), &json!(50), &json!(2561))
    );
    assert_eq!(card["input"], json!({"channels": [{"strand": "both", "bins": 1}]}));
    assert!((card["reads_per_kb"].as_f64().unwrap() - 2_953_343.0 / 48_129.895).abs() < 1e-6);
    assert_eq!(card["licence"], "CC BY 4.0");
    let training = &card["training"];
    let experiment = &training["experiments"][0];
    assert_eq!(experiment["assembly"], "hg19");
    assert_eq!(experiment["reads_per_kb"], card["reads_per_kb"]);
    assert_eq!(experiment["train"], json!(["chr21:33,000,001-33,500,000"]));
    assert_eq!(experiment["validation"], json!(["chr21:34,000,001-34,500,000"]));
    assert_eq!(experiment["test"], json!(["chr21:35,000,001-36,000,000"]));
    assert_eq!((&training["schedule"]["seed"], &training["best_epoch"]), (&json!(5), &json!(1)));
    assert_eq!(training["epochs"].as_array().unwrap().len(), 1);
    let files: Vec<(&str, &str)> = (experiment["files"].as_array().unwrap().iter())
        .map(|file| (file["role"].as_str().unwrap(), file["sha256"].as_str().unwrap()))
        .collect();
    let checksums =
        [&k562().plus, &k562().minus, &k562_file("K562.H3K4me3.peaks.bed"), &excluded].map(|path| sha256(path));
    let roles = ["plus", "minus", "H3K4me3", "exclude"];
    assert_eq!(files, roles.into_iter().zip(checksums.iter().map(String::as_str)).collect::<Vec<_>>());
    assert_eq!(card["weights"][0]["sha256"], sha256(&output.join("weights.safetensors")));
    // Bins of the excluded stretch are counted in no measure; here it lies in the train part.
    assert_eq!(target["validation"]["bins"], 10_000);
    assert_eq!(target["test"]["bins"], 20_000);
    for measure in ["auprc", "auroc", "pearson"] {
        assert!(target["test"][measure].is_number(), "{measure}");
    }
    let text = fs::read_to_string(output.join("model.json")).unwrap();
    assert!(!text.contains(folder.path().to_str().unwrap()), "a card tells no stranger of our folders");
    let shown = nascape("models").flag("show").flag(&output).run().succeeds().stdout;
    for words in ["my-mark", "H3K4me3", "8385 parameters", "seed 5", "CC BY 4.0", "K562.PROseq.minus.bw"] {
        assert!(shown.contains(words), "'{words}' is not in:\n{shown}");
    }
}

#[test]
fn the_cards_command_makes_the_bundle_again() {
    let folder = folder();
    let output = folder.path().join("mark");
    let command = nascape("train")
        .flag(format!("--plus={}", k562().plus.display()))
        .flag(format!("--minus={}", k562().minus.display()))
        .flag(format!("--target={}", target("K562.H3K4me3.peaks.bed")))
        .flag("--train=chr21:33,000,001-33,500,000")
        .flag("--validation=chr21:34,000,001-34,500,000")
        .flag("--epochs=1")
        .with("--licence", "CC0 / public domain")
        .with("--output", &output);
    command.run().succeeds();
    let card = card(&output);
    let words = card["training"]["command"].as_str().unwrap();
    for part in [
        "--plus=K562.PROseq.plus.bw",
        "--minus=K562.PROseq.minus.bw",
        "--target=H3K4me3=K562.H3K4me3.peaks.bed",
        "--train=chr21:33,000,001-33,500,000",
        "--epochs=1",
        "CC0 / public domain",
        "mark",
    ] {
        assert!(words.contains(part), "'{part}' is not in the card's command:\n{words}");
    }
    assert!(!words.contains(folder.path().to_str().unwrap()), "{words}");
}

#[test]
fn a_signal_is_learned_as_its_own_quantity() {
    let folder = folder();
    let output = folder.path().join("accessibility");
    nascape("train")
        .with("--plus", chr22("MCF7.nascent.plus.bw"))
        .with("--minus", chr22("MCF7.nascent.minus.bw"))
        .with("--target", format!("DNase={}", chr22("MCF7.accessibility.bw").display()))
        .with("--train", "chr22:24,000,001-24,500,000")
        .with("--validation", "chr22:25,000,001-25,500,000")
        .with("--smooth", "10")
        .with("--target-transform", "log-per-million")
        .with("--epochs", "1")
        .with("--output", &output)
        .run()
        .succeeds();
    let card = card(&output);
    let target = &card["targets"][0];
    assert_eq!((&target["kind"], &target["output"]), (&json!("signal"), &json!("identity")));
    assert_eq!(target["transform"], "log_per_million");
    assert_eq!(card["training"]["target_smoothing"], 10.0);
    assert_eq!(card["training"]["experiments"][0]["assembly"], "hg38");
    assert!(target["validation"]["auprc"].is_null() && target["validation"]["rmse"].is_number());
}

#[test]
fn a_bundle_that_needs_both_strands_is_not_trained_on_one_file() {
    let folder = folder();
    let output = folder.path().join("mark");
    let command = nascape("train").with("--signal", k562().plus).with("--target", target("K562.H3K4me3.peaks.bed"));
    let command =
        command.with("--train", "chr21:33,000,001-33,500,000").with("--validation", "chr21:34,000,001-34,500,000");
    let outcome = command.with("--strands", "apart").with("--epochs", "1").with("--output", &output).run();
    outcome.fails(&["both strands", "--plus and --minus"]);
    assert_holds(folder.path(), &[]);
}

#[test]
fn test_regions_within_reach_of_the_train_part_are_warned_of() {
    let folder = folder();
    let train = |test: &str, name: &str| {
        let command = short(&folder.path().join(name)).with("--smooth", "10").with("--test", test);
        command.run().succeeds().stderr
    };
    // The network looks at 1,280 bins on its longer side; the smoothing at 40.
    let near = train("chr21:33,565,901-34,000,000", "near");
    for words in
        ["warning: ", "chr21:33,565,901-34,000,000 lies 65,900 bp from", "chr21:33,000,001-33,500,000", "66,000 bp"]
    {
        assert!(near.contains(words), "the warning lacks '{words}':\n{near}");
    }
    let left = train("chr21:32,000,001-32,999,950", "left");
    assert!(left.contains("lies 50 bp from"), "{left}");
    let far = train("chr21:33,566,001-34,000,000", "far");
    assert!(!far.contains("warning"), "{far}");
}

#[test]
fn training_again_replaces_the_bundle_and_nothing_else() {
    let folder = folder();
    let output = folder.path().join("mark");
    short(&output).run().succeeds();
    let before = sha256(&output.join("weights.safetensors"));
    fs::write(output.join("notes.txt"), "months of work").unwrap();
    let again = short(&output).with("--seed", "2").run();
    assert!(output.join("notes.txt").exists(), "a file that is no part of the bundle was deleted");
    if again.status == 0 {
        assert_ne!(sha256(&output.join("weights.safetensors")), before);
    } else {
        again.fails(&["mark"]);
        assert_eq!(sha256(&output.join("weights.safetensors")), before);
    }
}

#[test]
fn a_folder_of_other_things_is_not_taken_for_a_bundle() {
    let folder = folder();
    let output = folder.path().join("mine");
    fs::create_dir(&output).unwrap();
    fs::write(output.join("thesis.txt"), "years of work").unwrap();
    short(&output).run().fails(&["mine", "holds other things"]);
    assert_holds(&output, &["thesis.txt"]);
    assert_holds(folder.path(), &["mine"]);
}
