//! `folds` in a recipe: the bundle learns from all, and is judged by what was imputed where it had not learned.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::harness::{
    Nascape, Recipe, assert_holds, bigwig_values, card, experiment, folder, k562, k562_file, nascape, sha256, small,
    track, trained,
};

/// Blocks end at 33 Mb: the first fold is 300 kb of the train part, the other is the rest of it and the validation part.
const LEFT_OUT: [&[&str]; 2] =
    [&["chr21:32,700,001-33,000,000"], &["chr21:33,000,001-33,200,000", "chr21:33,600,001-33,800,000"]];
const ALL: [&str; 2] = ["chr21:32,700,001-33,200,000", "chr21:33,600,001-33,800,000"];

/// A recipe of K562 whose train and validation part are these.
fn recipe(architecture: &str, parts: &[(&str, &str)], epochs: usize) -> Recipe {
    let head = format!(
        "targets = ['H3K4me3']\narchitecture = {architecture}\n\
         schedule = {{ epochs = {epochs}, tile_bins = 512, keep_last = true }}\n"
    );
    let peaks = k562_file("K562.H3K4me3.peaks.bed");
    let observed = format!("{{ H3K4me3 = \"{}\" }}", peaks.display());
    Recipe { head, experiments: vec![experiment("K562", &k562(), &observed, parts)] }
}

fn in_folds(architecture: &str, epochs: usize) -> Recipe {
    let parts = [("train", ALL[0]), ("validation", ALL[1]), ("test", "chr21:36,000,001-37,000,000")];
    recipe(architecture, &parts, epochs).line("folds = 2")
}

/// Trains an architecture in folds; its bundle.
fn train(folder: &Path, architecture: &str) -> PathBuf {
    let output = folder.join(architecture);
    in_folds(&small(architecture), 2).train(&folder.join("folds.toml"), &output).run().succeeds();
    output
}

/// The bundle that was trained without a fold.
fn without(bundle: &Path, fold: usize) -> PathBuf {
    let name = bundle.file_name().unwrap().to_str().unwrap();
    bundle.with_file_name(format!("{name}.folds")).join(fold.to_string())
}

/// First and last bin of a region of chr21.
fn bins(region: &str) -> (u32, u32) {
    let (start, end) = region.strip_prefix("chr21:").unwrap().split_once('-').unwrap();
    let base = |text: &str| text.replace(',', "").parse::<u32>().unwrap();
    ((base(start) - 1) / 50, base(end) / 50)
}

/// What was observed and what a bundle imputes on a region, bin by bin.
fn pairs(bundle: &Path, region: &str) -> Vec<(f64, f64)> {
    let folder = folder();
    let output = folder.path().join("imputed");
    let impute = nascape("impute").assay(&k562()).with("--model", bundle).with("--output", &output);
    impute.with("--region", region).run().succeeds();
    let (first, last) = bins(region);
    let values = bigwig_values(&track(&output), "chr21", first, last);
    let peaks = fs::read_to_string(k562_file("K562.H3K4me3.peaks.bed")).unwrap();
    let peaks: Vec<(u32, u32)> = peaks
        .lines()
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            (fields[1].parse::<u32>().unwrap() / 50, fields[2].parse::<u32>().unwrap().div_ceil(50))
        })
        .collect();
    let observed = |bin: u32| peaks.iter().any(|(start, end)| (*start..*end).contains(&bin));
    let value = |value: Option<u32>| f64::from(f32::from_bits(value.expect("every bin has a number")));
    (first..last).zip(values).map(|(bin, found)| (f64::from(u8::from(observed(bin))), value(found))).collect()
}

fn pearson(pairs: &[(f64, f64)]) -> f64 {
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / pairs.len() as f64;
    let (a, b) = (mean(&|pair| pair.0), mean(&|pair| pair.1));
    let covariance = mean(&|pair| (pair.0 - a) * (pair.1 - b));
    covariance / (mean(&|pair| (pair.0 - a).powi(2)) * mean(&|pair| (pair.1 - b).powi(2))).sqrt()
}

#[test]
fn a_bundle_learns_from_all_and_is_judged_where_it_did_not() {
    for architecture in ["nascape", "windows-gbt"] {
        let folder = folder();
        let bundle = train(folder.path(), architecture);
        let found = card(&bundle);
        let (training, target) = (&found["training"], &found["targets"][0]);
        assert_eq!((&training["folds"], &training["experiments"][0]["train"]), (&json!(2), &json!(ALL)));
        assert_eq!(training["experiments"][0]["validation"], json!([]));
        assert_eq!((&target["validation"]["bins"], &target["calibration"]["bins"]), (&json!(14_000), &json!(14_000)));
        assert_eq!(target["test"]["bins"], 20_000);
        // Each of the folds was left out once, and what was imputed there is what the card says of the validation.
        let mut unseen = Vec::new();
        for (fold, regions) in LEFT_OUT.iter().enumerate() {
            let part = card(&without(&bundle, fold + 1));
            assert_eq!(part["training"]["experiments"][0]["validation"], json!(regions));
            let others: Vec<&str> = LEFT_OUT[1 - fold].to_vec();
            assert_eq!(part["training"]["experiments"][0]["train"], json!(others));
            for region in *regions {
                unseen.extend(pairs(&without(&bundle, fold + 1), region));
            }
        }
        let (said, recomputed) = (target["validation"]["pearson"].as_f64().unwrap(), pearson(&unseen));
        assert!((said - recomputed).abs() < 1e-6, "{architecture}: {said} and {recomputed}");
        // A calibration part is learned from as well, and what calibrates is what was imputed there by who had not.
        let said = in_folds(&small(architecture), 2);
        let said = Recipe { experiments: vec![said.experiments[0].replace("validation =", "calibration =")], ..said };
        let calibrated = folder.path().join("calibrated");
        said.train(&folder.path().join("said.toml"), &calibrated).run().succeeds();
        let part = card(&calibrated);
        assert_eq!(part["targets"][0]["validation"], target["validation"]);
        assert_eq!(part["targets"][0]["calibration"]["bins"], 4_000);
        assert_eq!(part["training"]["experiments"][0]["calibration"], json!([ALL[1]]));
        assert_eq!(part["weights"], found["weights"]);
        // The weights are those of a training on all.
        let parts = [("train", "chr21:1-2"), ("validation", "chr21:34,000,001-34,500,000")];
        let mut plain = recipe(&small(architecture), &parts, 2);
        plain.experiments[0] = plain.experiments[0].replace("[\"chr21:1-2\"]", &format!("{ALL:?}"));
        let output = folder.path().join("plain");
        plain.train(&folder.path().join("plain.toml"), &output).run().succeeds();
        let weights = |bundle: &Path| sha256(&bundle.join(card(bundle)["weights"][0]["file"].as_str().unwrap()));
        assert_eq!(weights(&bundle), weights(&output), "{architecture}");
        nascape("models").flag("verify").flag(&bundle).run().succeeds();
    }
}

#[test]
fn a_blend_in_folds_is_chosen_and_calibrated_by_what_its_members_had_not_seen() {
    let folder = folder();
    let members = ["windows-gbt", "nascape"].map(|architecture| train(folder.path(), architecture));
    let blend = |members: &[&Path]| {
        let members: Vec<String> =
            members.iter().map(|member| format!("{{ bundle = \"{}\" }}", member.display())).collect();
        in_folds(&format!("{{ name = 'blend', members = [{}] }}", members.join(", ")), 2)
    };
    let output = folder.path().join("blend");
    let run = |recipe: Recipe| recipe.train(&folder.path().join("blend.toml"), &output).run();
    run(blend(&[&members[0], &members[1]])).succeeds();
    let found = card(&output);
    let target = &found["targets"][0];
    assert_eq!((&target["validation"]["bins"], &target["calibration"]["bins"]), (&json!(14_000), &json!(14_000)));
    // A blend of one is that one, in what was left out, too.
    run(blend(&[&members[0]])).succeeds();
    let (alone, member) = (card(&output), card(&members[0]));
    assert_eq!(alone["targets"][0]["validation"], member["targets"][0]["validation"]);
    assert_eq!(alone["targets"][0]["calibration"]["rates"], member["targets"][0]["calibration"]["rates"]);
    // One that has seen everything, or other regions, cannot be judged.
    let sentence = ["windows-gbt", "cannot be blended in 2 folds", ".folds/", "Train the member"];
    run(blend(&[trained("windows-gbt")])).refused(&sentence);
    let other = in_folds(&small("windows-gbt"), 2);
    let moved = other.experiments[0].replace("33,800,000", "33,850,000");
    let other = Recipe { experiments: vec![moved], ..other };
    other.train(&folder.path().join("other.toml"), &members[0]).run().succeeds();
    run(blend(&[&members[0], &members[1]])).refused(&sentence);
}

#[test]
fn an_interrupted_training_keeps_the_folds_that_are_done() {
    let folder = folder();
    let training = |name: &str| -> Nascape {
        in_folds(&small("nascape"), 12).train(&folder.path().join("folds.toml"), &folder.path().join(name))
    };
    training("whole").run().succeeds();
    let stopped = folder.path().join("stopped");
    training("stopped").start().until("without fold 2 of 2").signal("INT").stopped(130, &["cancelled", "--resume"]);
    assert!(!stopped.exists());
    let written = |fold: usize| fs::metadata(without(&stopped, fold).join("model.json")).unwrap().modified().unwrap();
    let first = written(1);
    training("stopped").flag("--resume").run().succeeds();
    assert_eq!(written(1), first, "what had ended is not trained again");
    let figures = |name: &str| -> (Value, Value) {
        let card = card(&folder.path().join(name));
        (card["weights"].clone(), card["targets"].clone())
    };
    assert_eq!(figures("stopped"), figures("whole"));
    // Without --resume all of it is.
    training("stopped").run().succeeds();
    assert_ne!(written(1), first);
}

#[test]
fn folds_that_make_no_sense_are_refused() {
    let folder = folder();
    let output = folder.path().join("mark");
    let run = |recipe: Recipe| recipe.train(&folder.path().join("folds.toml"), &output).run();
    let changed = |recipe: Recipe, from: &str, to: &str| {
        assert!(recipe.head.contains(from));
        Recipe { head: recipe.head.replace(from, to), ..recipe }
    };
    for folds in ["0", "1", "11"] {
        let folds = format!("folds = {folds}");
        run(changed(in_folds(&small("nascape"), 2), "folds = 2", &folds)).refused(&["folds", "2 to 10"]);
    }
    let network = in_folds(&small("nascape"), 2);
    run(changed(network, "keep_last = true", "keep_last = false")).refused(&["keep_last = true", "[schedule]"]);
    let trees = in_folds(&small("windows-gbt"), 2);
    run(changed(trees, "patience = 0", "patience = 5")).refused(&["patience = 0", "[architecture.boosting]"]);
    let on = in_folds(&small("nascape"), 2).train(&folder.path().join("folds.toml"), &output);
    on.with("--from", trained("nascape")).run().refused(&["--from", "folds"]);
    // A fold without a peak teaches nobody how good the others are.
    run(changed(in_folds(&small("nascape"), 2), "folds = 2", "folds = 3")).fails(&["left-out", "H3K4me3", "no signal"]);
    assert_holds(folder.path(), &["folds.toml"]);
}
