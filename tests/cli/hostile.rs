//! Cards and weights that a stranger may have made: a sentence, whatever they say, and no panic.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::harness::{Recipe, assert_holds, card, copy_folder, folder, k562, nascape, sha256, trained};

/// What comes of a copy of a bundle whose folder was changed.
#[track_caller]
fn refused(of: &Path, change: impl FnOnce(&Path), words: &[&str]) {
    let folder = folder();
    let bundle = folder.path().join("hostile");
    copy_folder(of, &bundle);
    change(&bundle);
    let output = folder.path().join("imputed");
    let impute = nascape("impute").assay(&k562()).with("--model", &bundle).with("--output", &output);
    impute.with("--region", "chr21:33,000,001-33,010,000").run().fails(&["hostile"]).fails(words);
    assert_holds(&output, &[]);
    nascape("models").flag("verify").flag(&bundle).run().fails(words);
}

/// The same for a change of the card.
#[track_caller]
fn card_refused(architecture: &str, change: impl FnOnce(&mut Value), words: &[&str]) {
    refused(trained(architecture), |bundle| change_card(bundle, change), words);
}

fn change_card(bundle: &Path, change: impl FnOnce(&mut Value)) {
    let mut changed = card(bundle);
    change(&mut changed);
    fs::write(bundle.join("model.json"), changed.to_string()).unwrap();
}

/// Other bytes in a file of weights, with their checksum on the card.
fn change_weights(bundle: &Path, file: &str, bytes: &[u8]) {
    fs::write(bundle.join(file), bytes).unwrap();
    let sum = sha256(&bundle.join(file));
    change_card(bundle, |card| card["weights"][0]["sha256"] = sum.into());
}

#[test]
fn settings_of_a_network_are_checked() {
    for (architecture, field, value, words) in [
        ("cnn", "dropout", json!(1.0), "dropout"),
        ("cnn", "dropout", json!(-0.1), "dropout"),
        ("cnn", "units", json!(3), "units"),
        ("dnn", "units", json!([16, 8, 0, 4]), "1 to 1,024"),
        ("dnn", "units", json!([16, 8, 8]), "length 3"),
        ("dnn", "units", json!([16, 8, 8, 1_000_000_000]), "1 to 1,024"),
        ("dnn", "units", json!([16, 8, 8, 5]), "dense.3.weight"),
        ("dilated", "stem", json!(0), "1 to 1,024"),
        ("dilated", "trunk", json!(u64::MAX), "1 to 1,024"),
        ("dilated", "trunk", json!(-1), "integer `-1`"),
        ("nascape", "dilated", json!(0), "1 to 12"),
        ("nascape", "dilated", json!(60), "1 to 12"),
        ("nascape", "dilated", json!(5), "coarse.4"),
        ("nascape", "channels", json!([8, 8, 0]), "1 to 1,024"),
        ("multitask-cnn", "taps", json!(8), "odd"),
        ("multitask-cnn", "taps", json!(0), "1 to 1,024"),
        ("multitask-cnn", "convolutions", json!(64), "1 to 12"),
        ("multitask-cnn", "filters", json!(1_024), "convolution.0.weight"),
    ] {
        let change = |card: &mut Value| card["architecture"][field] = value.clone();
        card_refused(architecture, change, &[words]);
    }
}

#[test]
fn what_a_card_says_of_inputs_and_outputs_is_checked() {
    for (pointer, value, words) in [
        ("/input", json!(null), "convolution.0.weight"),
        ("/input/channels", json!([]), "convolution.0.weight"),
        ("/input/channels/0/bins", json!(0), "0 bins wide"),
        ("/input/channels/0/bins", json!(2), "2 bins wide"),
        ("/input/channels/0/bins", json!(1_000_000_001), "1000000001 bins wide"),
        ("/input/channels/0/strand", json!("antisense"), "antisense"),
        ("/targets", json!([]), "no target"),
        ("/targets/0/scale_output", json!(true), "dense"),
        ("/targets/0/output", json!("exp"), "exp"),
        ("/window_bins", json!(3), "window_bins"),
        ("/parameters", json!(1), "parameters"),
        ("/reads_per_kb", json!(0.0), "reads_per_kb"),
        ("/weights", json!([]), "one file of weights"),
        ("/weights/0/file", json!("../secret"), "must lie in the bundle's folder"),
        ("/weights/0/file", json!("/dev/zero"), "must lie in the bundle's folder"),
        ("/weights/0/sha256", json!(""), "SHA-256"),
        ("/architecture", json!({"name": "windows-gbt"}), "features"),
    ] {
        card_refused("cnn", |card| *card.pointer_mut(pointer).unwrap() = value.clone(), &[words]);
    }
    let twice = |card: &mut Value| {
        let target = card["targets"][0].clone();
        card["targets"].as_array_mut().unwrap().push(target);
    };
    card_refused("cnn", twice, &["dense"]);
    card_refused("windows-gbt", twice, &["for one target"]);
}

#[test]
fn a_depth_beyond_all_measure_is_no_panic() {
    for depth in [1e-300, 1e300] {
        let folder = folder();
        for architecture in ["cnn", "nascape", "windows-gbt", "dreg-gbt"] {
            let bundle = folder.path().join(architecture);
            copy_folder(trained(architecture), &bundle);
            change_card(&bundle, |card| card["reads_per_kb"] = depth.into());
            let impute = nascape("impute").assay(&k562()).with("--model", &bundle);
            let outcome =
                impute.with("--region", "chr21:33,000,001-33,010,000").with("--output", folder.path().join("x")).run();
            assert!(outcome.status < 2, "{outcome:#?}");
        }
    }
}

#[test]
fn features_of_trees_are_checked() {
    for (features, words) in [
        (json!({"rings": 0}), "1 to 16"),
        (json!({"rings": 99}), "1 to 16"),
        (json!({"rings": 7}), "looks at 34 features and the card names 30"),
        (json!("dreg"), "the card names 360"),
        (json!("paper_summed"), "the card names 200"),
        (json!("tea_leaves"), "tea_leaves"),
        (json!({"windows": {"windows": [], "transform": "log1p"}}), "window"),
        (json!({"windows": {"windows": [{"strand": "both", "from": 5, "to": 5}], "transform": "log1p"}}), "window"),
        (
            json!({"windows": {"windows": [{"strand": "both", "from": i32::MIN, "to": i32::MAX}], "transform": "log1p"}}),
            "52 Mb",
        ),
    ] {
        card_refused("windows-gbt", |card| card["architecture"]["features"] = features.clone(), &[words]);
    }
    for smoothing in [json!(-1.0), json!(1e9)] {
        card_refused("windows-gbt", |card| card["architecture"]["smoothing"] = smoothing.clone(), &["smoothing"]);
    }
    card_refused("windows-gbt", |card| card["architecture"]["negatives"] = 0.0.into(), &["negatives"]);
}

#[test]
fn a_forest_that_is_cut_or_of_another_model_is_refused() {
    let of = trained("windows-gbt");
    let forest = fs::read(of.join("forest.ubj")).unwrap();
    for bytes in [0, 1, forest.len() / 2, forest.len() - 1] {
        let words = ["boosted trees cannot be used", "UBJSON"];
        refused(of, |bundle| change_weights(bundle, "forest.ubj", &forest[..bytes]), &words);
    }
    let other = fs::read(trained("xgboost-regressor").join("forest.ubj")).unwrap();
    refused(of, |bundle| change_weights(bundle, "forest.ubj", &other), &["200 features", "34"]);
    let network = fs::read(trained("cnn").join("weights.safetensors")).unwrap();
    refused(of, |bundle| change_weights(bundle, "forest.ubj", &network), &["UBJSON"]);
    refused(
        trained("cnn"),
        |bundle| change_weights(bundle, "weights.safetensors", &forest),
        &["not a safetensors file"],
    );
    // Bytes changed here and there: refused, or another forest; never a panic.
    for at in (0..forest.len()).step_by(forest.len() / 12) {
        let folder = folder();
        let bundle = folder.path().join("hostile");
        copy_folder(of, &bundle);
        let mut bytes = forest.clone();
        bytes[at] ^= 0x41;
        change_weights(&bundle, "forest.ubj", &bytes);
        let outcome = nascape("models").flag("verify").flag(&bundle).run();
        assert!(outcome.status < 2, "{outcome:#?}");
    }
}

#[test]
fn a_blends_members_lie_in_its_folder_and_are_whole() {
    let folder = folder();
    let member = |name: &str| format!("{{ bundle = '{}' }}", trained(name).display());
    let architecture = format!("{{ name = 'blend', members = [{}, {}] }}", member("cnn"), member("windows-gbt"));
    let blend = folder.path().join("blend");
    Recipe::new(&["H3K4me3"], &architecture).train(&folder.path().join("blend.toml"), &blend).run().succeeds();
    let first = card(&blend)["architecture"]["members"][0]["bundle"].as_str().unwrap().to_owned();
    let copied = |change: &dyn Fn(&Path), words: &[&str]| {
        let folder = crate::harness::folder();
        let bundle = folder.path().join("hostile");
        fs::create_dir(&bundle).unwrap();
        for entry in fs::read_dir(&blend).unwrap().map(|entry| entry.unwrap()) {
            match entry.file_type().unwrap().is_dir() {
                true => copy_folder(&entry.path(), &bundle.join(entry.file_name())),
                false => drop(fs::copy(entry.path(), bundle.join(entry.file_name())).unwrap()),
            }
        }
        change(&bundle);
        nascape("models").flag("verify").flag(&bundle).run().fails(&["hostile"]).fails(words);
    };
    for outside in ["../x", "/etc", "..", ".", "", "a/../../b", "a\\b", ".hidden"] {
        let words = ["must lie in the blend's"];
        copied(
            &|bundle| change_card(bundle, |card| card["architecture"]["members"][0]["bundle"] = outside.into()),
            &words,
        );
    }
    copied(&|bundle| change_card(bundle, |card| card["architecture"]["members"] = json!([])), &["1 to 8 members"]);
    copied(
        &|bundle| change_card(bundle, |card| card["architecture"]["members"][0]["weight"] = 1e39.into()),
        &["weights of a blend"],
    );
    copied(
        &|bundle| change_card(bundle, |card| card["architecture"]["offset"] = 1e39.into()),
        &["offset of a blend is a number"],
    );
    copied(&|bundle| fs::remove_dir_all(bundle.join(&first)).unwrap(), &["cannot be read"]);
    copied(
        &|bundle| change_card(&bundle.join(&first), |card| card["targets"][0]["name"] = "DNase".into()),
        &["model.json", "SHA-256"],
    );
}
