//! A training that was stopped goes on where it was, or says why it cannot.

use std::{fs, path::Path};

use serde_json::Value;

use crate::harness::{Nascape, Recipe, assert_holds, card, folder, k562, k562_file, nascape, sha256, small, trained};

/// 24 epochs of a few hundredths of a second each, with all dice in use.
fn training(folder: &Path, name: &str) -> Nascape {
    let recipe = Recipe::new(&["H3K4me3"], &small("nascape"));
    let schedule = "schedule = { epochs = 24, tile_bins = 512, thinning = 0.3, warm_up = 0.1, weight_decay = 0.01 }";
    let head = recipe.head.lines().filter(|line| !line.starts_with("schedule")).collect::<Vec<_>>().join("\n");
    let recipe = Recipe { head: format!("{head}\n{schedule}\n"), ..recipe };
    recipe.train(&folder.join("recipe.toml"), &folder.join(name))
}

#[test]
fn resumed_training_gives_the_same_weights() {
    let folder = folder();
    training(folder.path(), "whole").run().succeeds();
    let (whole, stopped) = (folder.path().join("whole"), folder.path().join("stopped"));
    let checkpoint = folder.path().join(".stopped.checkpoint");
    let resume = || training(folder.path(), "stopped").flag("--resume");
    // Interrupted, told to end, and killed.
    resume().start().until("epoch   2").signal("INT").stopped(130, &["cancelled", "--resume"]);
    resume().start().until("epoch   5").signal("TERM").stopped(143, &["cancelled"]);
    resume().start().until("epoch   9").kill();
    assert!(checkpoint.is_file() && !stopped.exists());
    let told = resume().run().succeeds().stderr;
    assert!(told.contains("epoch   1") && told.contains("epoch  24"), "the earlier epochs are told again:\n{told}");
    assert!(!checkpoint.exists(), "a finished training needs no checkpoint");
    assert_eq!(sha256(&stopped.join("weights.safetensors")), sha256(&whole.join("weights.safetensors")));
    let figures = |bundle: &Path| {
        let card = card(bundle);
        (card["training"]["epochs"].clone(), card["training"]["best_epoch"].clone(), card["targets"].clone())
    };
    assert_eq!(figures(&stopped), figures(&whole));
}

#[test]
fn without_a_checkpoint_resume_starts_anew() {
    let folder = folder();
    quick(&folder.path().join("mark")).flag("--resume").run().succeeds();
    assert_holds(folder.path(), &["mark"]);
}

/// A training by options alone.
fn quick(output: &Path) -> Nascape {
    nascape("train")
        .assay(&k562())
        .with("--target", format!("H3K4me3={}", k562_file("K562.H3K4me3.peaks.bed").display()))
        .with("--train", "chr21:33,000,001-33,500,000")
        .with("--validation", "chr21:34,000,001-34,500,000")
        .with("--output", output)
}

#[test]
fn a_checkpoint_of_another_training_is_refused() {
    let folder = folder();
    let output = folder.path().join("mark");
    quick(&output).start().until("epoch   2").signal("INT").stopped(130, &["--resume"]);
    for (option, value) in [
        ("--seed", "2"),
        ("--smooth", "10"),
        ("--peak-value", "score"),
        ("--learning-rate", "0.001"),
        ("--test", "chr21:40,000,001-41,000,000"),
        ("--strands", "apart"),
        ("--architecture", "dnn"),
    ] {
        let other = quick(&output).flag("--resume").with(option, value).run();
        other.refused(&[".mark.checkpoint", "other settings or files", "without --resume"]);
    }
    assert_holds(folder.path(), &[".mark.checkpoint"]);
    // Without --resume it is written over.
    quick(&output).with("--seed", "2").with("--epochs", "1").run().succeeds();
    assert_holds(folder.path(), &["mark"]);
}

#[test]
fn a_damaged_checkpoint_is_refused() {
    let folder = folder();
    let output = folder.path().join("mark");
    let path = folder.path().join(".mark.checkpoint");
    quick(&output).start().until("epoch   2").signal("INT").stopped(130, &["--resume"]);
    let whole = fs::read(&path).unwrap();
    let state: Value = serde_json::from_slice(&whole).unwrap();
    let refused = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        quick(&output).flag("--resume").run().refused(&[".mark.checkpoint", "is damaged", "without --resume"]);
    };
    refused(b"");
    refused(&whole[..whole.len() / 2]);
    refused(b"\xFF\xFE");
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut state = state.clone();
        change(&mut state);
        refused(state.to_string().as_bytes());
    };
    changed(&|state| drop(state["parameters"].as_array_mut().unwrap().pop()));
    changed(&|state| state["best"] = Value::Array(Vec::new()));
    changed(&|state| state["adam"]["mean"].as_array_mut().unwrap().push(0.into()));
    changed(&|state| state["best_epoch"] = 99.into());
    changed(&|state| state["epochs"] = Value::Array(Vec::new()));
    assert_holds(folder.path(), &[".mark.checkpoint"]);
}

#[test]
fn a_training_goes_on_from_the_weights_of_a_bundle() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    quick(&path("base")).with("--epochs", "1").run().succeeds();
    let from = |output: &str, rate: &str| {
        let command = quick(&path(output)).with("--from", path("base")).with("--epochs", "1");
        command.with("--learning-rate", rate).with("--seed", "5").run()
    };
    // At no learning rate to speak of, the loss is that of the bundle: its weights, its depth.
    from("same", "1e-12").succeeds();
    let loss = |name: &str| card(&path(name))["training"]["epochs"][0]["validation_loss"].as_f64().unwrap();
    assert!((loss("same") - loss("base")).abs() < 1e-6, "{} and {}", loss("same"), loss("base"));
    from("on", "0.003").succeeds();
    assert_ne!(loss("on"), loss("base"));
    assert!(card(&path("on"))["training"]["command"].as_str().unwrap().contains("--from base"));
}

#[test]
fn weights_that_do_not_fit_are_not_gone_on_from() {
    let folder = folder();
    let output = folder.path().join("mark");
    let on = |bundle: &Path| quick(&output).with("--from", bundle);
    let words = ["--from needs a bundle of the same architecture, settings, input and targets"];
    on(trained("cnn")).with("--strands", "apart").run().refused(&words);
    on(trained("cnn")).with("--architecture", "dnn").run().refused(&words);
    on(trained("nascape")).run().refused(&words);
    on(trained("windows-gbt")).run().refused(&words);
    on(trained("windows-gbt")).with("--architecture", "windows-gbt").run().refused(&["--from", "trained anew"]);
    // The network gives scores of peaks, not a quantity.
    on(trained("cnn")).with("--peak-value", "score").run().refused(&words);
    on(Path::new("no-such-bundle")).run().fails(&["no bundle 'no-such-bundle'"]);
    assert_holds(folder.path(), &[]);
}

#[test]
fn a_loss_that_is_no_number_ends_the_training_with_a_sentence_or_the_last_good_epoch() {
    let folder = folder();
    for rate in ["1e38", "1e300"] {
        let output = folder.path().join("mark");
        let outcome = quick(&output).with("--learning-rate", rate).with("--epochs", "3").run();
        if outcome.status == 0 {
            nascape("models").flag("verify").flag(&output).run().succeeds();
            let loss = card(&output)["training"]["epochs"][0]["validation_loss"].clone();
            assert!(loss.is_number(), "{loss}");
            fs::remove_dir_all(&output).unwrap();
        } else {
            outcome.fails(&["the loss is not a number", "--learning-rate"]);
        }
        assert_holds(folder.path(), &[]);
    }
}
