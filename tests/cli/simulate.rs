//! `nascape simulate` makes the same labelled files from the same arguments, and the doctor believes them.

use std::{fs, path::Path};

use crate::harness::{Nascape, Pair, assert_holds, bigwig_items, folder, nascape, sha256};

const FILES: [&str; 11] = [
    "simulated.plus.bw",
    "simulated.minus.bw",
    "simulated.genes.bed",
    "simulated.H3K4me3.bw",
    "simulated.H3K4me3.peaks.bed",
    "simulated.H3K27ac.bw",
    "simulated.H3K27ac.peaks.bed",
    "simulated.H3K27me3.bw",
    "simulated.H3K27me3.peaks.bed",
    "simulated.DNase.bw",
    "simulated.DNase.peaks.bed",
];

/// All that is written: the files and their record.
const WRITTEN: [&str; 12] = {
    let mut all = ["run.json"; 12];
    let mut at = 0;
    while at < FILES.len() {
        all[at] = FILES[at];
        at += 1;
    }
    all
};

fn simulate(output: &Path) -> Nascape {
    nascape("simulate").with("--output", output)
}

fn chr21(output: &Path) -> Nascape {
    simulate(output).with("--chromosome", "chr21").with("--reads", "500000")
}

fn checksums(folder: &Path) -> Vec<String> {
    FILES.iter().map(|name| sha256(&folder.join(name))).collect()
}

fn reads(folder: &Path, strand: &str, chromosome: &str) -> f64 {
    let items = bigwig_items(&folder.join(format!("simulated.{strand}.bw")), chromosome);
    items.iter().map(|item| f64::from(item.value.abs()) * f64::from(item.end - item.start)).sum()
}

#[test]
fn the_same_arguments_give_the_same_bytes_whatever_the_threads() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    chr21(&at("one")).with("--threads", "1").run().succeeds();
    chr21(&at("four")).with("--threads", "4").run().succeeds();
    assert_eq!(checksums(&at("one")), checksums(&at("four")));
    chr21(&at("other")).with("--seed", "2").run().succeeds();
    for (name, (one, other)) in FILES.iter().zip(checksums(&at("one")).iter().zip(&checksums(&at("other")))) {
        assert_ne!(one, other, "{name} does not depend on the seed");
    }
}

#[test]
fn every_file_is_labelled_simulated() {
    let folder = folder();
    let made = chr21(folder.path()).flag("--json").run().succeeds().json();
    assert_holds(folder.path(), &WRITTEN);
    assert_eq!(made["simulated"], true);
    assert_eq!(made["marks"].as_array().unwrap().len(), 4);
    for name in FILES.iter().filter(|name| name.ends_with(".bed")) {
        let text = fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(text.starts_with("# simulated"), "{name} does not say so in its first line");
        assert!(text.lines().count() > 10, "{name} holds next to nothing");
    }
    let text = simulate(folder.path()).with("--chromosome", "chrM").run().succeeds().stdout;
    assert!(text.starts_with("simulated, not measured"), "{text}");
}

#[test]
fn every_read_is_placed() {
    let folder = folder();
    chr21(folder.path()).run().succeeds();
    let (plus, minus) = (reads(folder.path(), "plus", "chr21"), reads(folder.path(), "minus", "chr21"));
    assert_eq!(plus + minus, 500_000.0);
    let minus = bigwig_items(&folder.path().join("simulated.minus.bw"), "chr21");
    assert!(minus.iter().all(|item| item.value < 0.0), "as many tools write the minus strand");
}

#[test]
fn the_doctor_finds_a_simulated_assay_fine_but_for_its_one_chromosome() {
    let folder = folder();
    chr21(folder.path()).run().succeeds();
    let at = |name: &str| folder.path().join(format!("simulated.{name}"));
    let pair = Pair::new(at("plus.bw"), at("minus.bw"));
    let report = nascape("check").assay(&pair).with("--genes", at("genes.bed")).flag("--json").run().succeeds().json();
    assert_eq!(report["assembly"], "hg38");
    let of = |severity: &str| -> Vec<&str> {
        let findings = report["findings"].as_array().unwrap().iter();
        findings.filter(|finding| finding["severity"] == severity).map(|f| f["code"].as_str().unwrap()).collect()
    };
    assert_eq!((of("error"), of("warning"), of("mended")), (vec![], vec!["one_chromosome"], vec!["sign"]));
    let swapped = nascape("check").assay(&pair.swapped()).run();
    assert_eq!(swapped.status, 1);
    assert!(swapped.stdout.contains("swapped"), "{}", swapped.stdout);
}

#[test]
fn a_simulated_mark_can_be_learned() {
    let folder = folder();
    chr21(folder.path()).run().succeeds();
    let at = |name: &str| folder.path().join(format!("simulated.{name}"));
    let train = |target: &str, output: &str| {
        let command = nascape("train").assay(&Pair::new(at("plus.bw"), at("minus.bw")));
        let command = command.with("--target", format!("mark={}", at(target).display()));
        let command =
            command.with("--train", "chr21:20,000,001-24,000,000").with("--validation", "chr21:25,000,001-27,000,000");
        command.with("--epochs", "1").with("--output", folder.path().join(output)).run().succeeds();
    };
    train("H3K4me3.peaks.bed", "peaks");
    train("H3K27ac.bw", "signal");
}

#[test]
fn no_reads_are_an_assay_without_reads() {
    let folder = folder();
    simulate(folder.path()).with("--chromosome", "chr21").with("--reads", "0").run().succeeds();
    assert_holds(folder.path(), &WRITTEN);
    let at = |name: &str| folder.path().join(format!("simulated.{name}"));
    let report = nascape("check").assay(&Pair::new(at("plus.bw"), at("minus.bw"))).flag("--json").run();
    assert_eq!(report.status, 1);
    let message = report.json()["findings"][0]["message"].to_string();
    assert!(message.contains("Almost no reads"), "{message}");
    assert!(!bigwig_items(&at("H3K4me3.bw"), "chr21").is_empty(), "marks do not depend on the reads");
}

#[test]
fn small_chromosomes_are_simulated() {
    let folder = folder();
    for (assembly, chromosome, length) in [("mm10", "chrM", 16_299), ("hg19", "chrM", 16_571), ("mm39", "chrM", 16_299)]
    {
        let output = folder.path().join(assembly);
        let command = simulate(&output).with("--assembly", assembly).with("--chromosome", chromosome);
        command.with("--reads", "1000").run().succeeds();
        assert_holds(&output, &WRITTEN);
        assert_eq!(reads(&output, "plus", chromosome) + reads(&output, "minus", chromosome), 1_000.0, "{assembly}");
        let items = bigwig_items(&output.join("simulated.plus.bw"), chromosome);
        assert!(items.iter().all(|item| item.end <= length));
        let pair = Pair::new(output.join("simulated.plus.bw"), output.join("simulated.minus.bw"));
        let _ = nascape("check").assay(&pair).run();
    }
}

#[test]
fn one_read_is_simulated() {
    let folder = folder();
    simulate(folder.path())
        .with("--chromosome", "chrM")
        .with("--chromosome", "chr21")
        .with("--reads", "1")
        .run()
        .succeeds();
    let reads: f64 = ["chrM", "chr21"]
        .iter()
        .flat_map(|chromosome| ["plus", "minus"].map(|strand| reads(folder.path(), strand, chromosome)))
        .sum();
    assert_eq!(reads, 1.0);
}

#[test]
fn a_chromosome_by_another_name_or_given_twice_is_made_once() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let with = |output: &str, names: &[&str]| {
        let command = simulate(&at(output)).with("--reads", "1000");
        names.iter().fold(command, |command, name| command.with("--chromosome", name)).run().succeeds();
        checksums(&at(output))
    };
    let expected = with("one", &["chrM"]);
    assert_eq!(with("alias", &["MT"]), expected);
    assert_eq!(with("twice", &["chrM", "chrM"]), expected);
    assert_eq!(with("order", &["chr21", "chrM"]), with("turned", &["chrM", "chr21"]));
}

#[test]
fn what_cannot_be_simulated_leaves_no_file() {
    let folder = folder();
    let output = folder.path().join("simulated");
    simulate(&output).with("--chromosome", "chr99").run().fails(&["hg38", "no chromosome 'chr99'", "chr1, chr2"]);
    simulate(&output).with("--assembly", "hg17").run().refused(&["hg17", "hg19"]);
    simulate(&output).with("--assembly", "mm10").with("--chromosome", "chr22").run().fails(&["mm10", "'chr22'"]);
    assert_holds(&output, &[]);
}
