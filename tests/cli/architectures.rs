//! Every architecture trains, is opened again, and imputes the same numbers whatever the cut and the threads.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::harness::{
    Item, Pair, SINGLE, assert_holds, bigwig_values, card, folder, k562, k562_items, nascape, sha256, trained,
    write_bigwig,
};

/// The tracks of a bundle over a region, by name.
fn imputed(bundle: &Path, pair: &Pair, region: &str, threads: &str, output: &Path) -> Vec<PathBuf> {
    let impute = nascape("impute").assay(pair).with("--model", bundle).with("--region", region);
    impute.with("--threads", threads).with("--output", output).run().succeeds();
    let targets = card(bundle)["targets"].as_array().unwrap().clone();
    targets.iter().map(|target| output.join(format!("{}.bw", target["name"].as_str().unwrap()))).collect()
}

#[track_caller]
fn neither_cut_nor_threads_change_a_bit(architecture: &str) {
    let folder = folder();
    let bundle = trained(architecture);
    let impute =
        |region: &str, threads: &str, name: &str| imputed(bundle, &k562(), region, threads, &folder.path().join(name));
    let whole = impute("chr21:33,000,001-34,200,000", "1", "one");
    let again = impute("chr21:33,000,001-34,200,000", "2", "two");
    // Neither end lies on a multiple of 800 bp, nor on that of a tile.
    let part = impute("chr21:33,801,151-33,900,950", "2", "part");
    for ((whole, again), part) in whole.iter().zip(&again).zip(&part) {
        assert_eq!(sha256(whole), sha256(again), "the same bytes with 1 and 2 threads");
        let expected = bigwig_values(whole, "chr21", 676_023, 678_019);
        assert!(expected.iter().all(Option::is_some), "every bin has a number");
        // A few trees of the classifier may call no bin at all.
        let all = bigwig_values(whole, "chr21", 660_000, 684_000);
        let alike = all.iter().all(|value| *value == all[0]);
        assert!(!alike || architecture == "xgboost-classifier", "all bins alike");
        assert_eq!(bigwig_values(part, "chr21", 676_023, 678_019), expected);
    }
}

macro_rules! each {
    ($($test:ident $name:literal),+ $(,)?) => {
        /// The names that have their test.
        const TESTED: &[&str] = &[$($name),+];
        $(#[test]
        fn $test() {
            neither_cut_nor_threads_change_a_bit($name);
        })+
    };
}

each! {
    cnn_gives_the_same_bits "cnn",
    dnn_gives_the_same_bits "dnn",
    rnn_gives_the_same_bits "rnn",
    dilated_gives_the_same_bits "dilated",
    nascape_gives_the_same_bits "nascape",
    xgboost_regressor_gives_the_same_bits "xgboost-regressor",
    xgboost_classifier_gives_the_same_bits "xgboost-classifier",
    dreg_gbt_gives_the_same_bits "dreg-gbt",
    windows_gbt_gives_the_same_bits "windows-gbt",
    multitask_cnn_gives_the_same_bits "multitask-cnn",
}

#[test]
fn every_architecture_of_the_help_is_tested() {
    let help = nascape("train").flag("--help").run().succeeds().stdout;
    let listed = help.split("--architecture <").nth(1).unwrap().split("--strands").next().unwrap();
    for name in SINGLE.iter().chain(&["multitask-cnn"]) {
        assert!(listed.contains(&format!("- {name}:")), "{name} is not in:\n{listed}");
        assert!(TESTED.contains(name), "{name}");
    }
    let values = listed.lines().filter(|line| line.trim_start().starts_with("- ")).count();
    assert_eq!(values, TESTED.len(), "{listed}");
}

#[test]
fn a_bundle_holds_its_card_and_its_weights() {
    for architecture in SINGLE.iter().chain(&["multitask-cnn"]) {
        let bundle = trained(architecture);
        let weights = if architecture.contains("gb") { "forest.ubj" } else { "weights.safetensors" };
        assert_holds(bundle, &["model.json", "run.json", weights]);
        let card = card(bundle);
        assert_eq!(card["architecture"]["name"], *architecture);
        assert_eq!(card["weights"], json!([{"file": weights, "sha256": sha256(&bundle.join(weights))}]));
        assert_eq!(card["input"].is_null(), weights == "forest.ubj");
        nascape("models").flag("verify").flag(bundle).run().succeeds();
        nascape("models").flag("show").flag(bundle).run().succeeds();
    }
}

/// 2 Mb of K562 as a chromosome of its own, 2,500 times 800 bp long, and the same read from right to left with the strands exchanged.
fn there_and_back(folder: &Path) -> [Pair; 2] {
    const START: u32 = 33_000_000;
    let (plus, minus) = k562_items();
    let cut = |items: &[Item]| -> Vec<Item> {
        let inside = items.iter().filter(|item| item.start >= START && item.end <= START + LENGTH);
        inside.map(|item| Item::new(item.start - START, item.end - START, item.value.abs())).collect()
    };
    let reversed = |items: &[Item]| -> Vec<Item> {
        items.iter().rev().map(|item| Item::new(LENGTH - item.end, LENGTH - item.start, item.value)).collect()
    };
    let (plus, minus) = (cut(&plus), cut(&minus));
    let write = |name: &str, items: &[Item]| {
        let path = folder.join(name);
        write_bigwig(&path, &[("chr21", LENGTH, items)]);
        path
    };
    [
        Pair::new(write("there.plus.bw", &plus), write("there.minus.bw", &minus)),
        Pair::new(write("back.plus.bw", &reversed(&minus)), write("back.minus.bw", &reversed(&plus))),
    ]
}

const LENGTH: u32 = 2_000_000;

fn floats(track: &Path) -> Vec<f32> {
    bigwig_values(track, "chr21", 0, LENGTH / 50).into_iter().map(|value| f32::from_bits(value.unwrap())).collect()
}

#[test]
fn an_assay_read_backwards_gives_the_track_read_backwards() {
    let folder = folder();
    let pairs = there_and_back(folder.path());
    for architecture in ["nascape", "windows-gbt"] {
        let [there, back] = [0, 1].map(|at| {
            let output = folder.path().join(format!("{architecture}.{at}"));
            floats(&imputed(trained(architecture), &pairs[at], "chr21", "2", &output)[0])
        });
        let apart = there.iter().zip(back.iter().rev()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 1e-4, "{architecture}: {apart}");
        let asymmetry = there.iter().zip(&back).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(asymmetry > 1e-3, "{architecture}: the assay is no mirror image of itself");
    }
}

#[test]
fn half_of_the_reads_give_nearly_the_same_track() {
    let folder = folder();
    let [whole, _] = there_and_back(folder.path());
    // Every other read, by a generator of Lehmer's.
    let mut dice = 1_u64;
    let mut kept = |item: &Item| {
        let toss = |dice: &mut u64| {
            *dice = *dice * 48_271 % 0x7FFF_FFFF;
            *dice & 1 == 1
        };
        let reads = (0..item.value as u32).filter(|_| toss(&mut dice)).count();
        (reads > 0).then(|| Item::new(item.start, item.end, reads as f32))
    };
    let mut thin = |path: &Path, name: &str| {
        let items: Vec<Item> = crate::harness::bigwig_items(path, "chr21").iter().filter_map(&mut kept).collect();
        let thinned = folder.path().join(name);
        write_bigwig(&thinned, &[("chr21", LENGTH, &items)]);
        thinned
    };
    let half = Pair::new(thin(&whole.plus, "half.plus.bw"), thin(&whole.minus, "half.minus.bw"));
    // The trees are a handful, which step where a network slopes.
    for (architecture, least) in [("cnn", 0.9), ("nascape", 0.9), ("windows-gbt", 0.5)] {
        let track = |pair: &Pair, name: &str| {
            floats(&imputed(trained(architecture), pair, "chr21", "2", &folder.path().join(name))[0])
        };
        let r = pearson(&track(&whole, "whole"), &track(&half, "half"));
        assert!(r > least, "{architecture}: {r}");
    }
}

fn pearson(a: &[f32], b: &[f32]) -> f64 {
    let mean = |values: &[f32]| values.iter().map(|&value| f64::from(value)).sum::<f64>() / values.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        a.iter().zip(b).map(|(&a, &b)| of(f64::from(a) - mean_a, f64::from(b) - mean_b)).sum()
    };
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

#[test]
fn an_architecture_that_needs_both_strands_refuses_one_file() {
    let folder = folder();
    for architecture in ["nascape", "windows-gbt", "dreg-gbt"] {
        let impute = nascape("impute").with("--signal", k562().plus).with("--model", trained(architecture));
        impute.with("--output", folder.path()).run().fails(&["both strands", "--plus and --minus"]);
    }
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none());
}
