//! `nascape peaks` writes narrowPeak that any other program reads, and says why it cannot.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::harness::{
    Item, Nascape, Pair, assert_holds, bigwig_values, bundle, card, folder, k562, nascape, sorted_lines,
    stranded_bundle, write_bedgraph, write_bigwig,
};

const LENGTH: u32 = 48_129_895;
const REGION: &str = "chr21:33,000,001-36,000,000";

/// The track that a bundle imputes on three megabases.
fn imputed(folder: &Path, bundle: &Path) -> PathBuf {
    let impute = nascape("impute").assay(&k562()).with("--model", bundle).with("--region", REGION);
    let tracks = impute.with("--output", folder).flag("--json").run().succeeds().json();
    PathBuf::from(tracks["tracks"][0]["path"].as_str().unwrap())
}

fn peaks(imputed: &Path, output: &Path) -> Nascape {
    nascape("peaks").with("--imputed", imputed).with("--output", output)
}

fn values(track: &Path) -> Vec<f32> {
    bigwig_values(track, "chr21", 660_000, 720_000).into_iter().map(|value| f32::from_bits(value.unwrap())).collect()
}

/// The value above which all but so many are.
fn rank(values: &[f32], below: usize) -> f32 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    sorted[below]
}

/// A line of a narrowPeak file, its ten columns checked.
struct Line {
    chromosome: String,
    start: u32,
    end: u32,
    score: f32,
    signal_value: f32,
    summit: u32,
}

fn lines(path: &Path) -> Vec<Line> {
    sorted_lines(path, line, |line| (line.chromosome.clone(), line.start))
}

fn line(line: &str) -> Line {
    let columns: Vec<&str> = line.split('\t').collect();
    assert_eq!(columns.len(), 10, "{line}");
    let whole = |at: usize| columns[at].parse::<u32>().unwrap_or_else(|fault| panic!("{line}: {fault}"));
    let (start, end, score, peak) = (whole(1), whole(2), whole(4), whole(9));
    assert!(start < end && score <= 1_000 && peak < end - start, "{line}");
    assert!(!columns[3].is_empty() && columns[5] == "." && columns[7] == "-1", "{line}");
    assert!(columns[8].parse::<f64>().unwrap() >= -1.0, "{line}");
    let signal_value = columns[6].parse().unwrap();
    Line { chromosome: columns[0].to_owned(), start, end, score: score as f32, signal_value, summit: start + peak }
}

#[test]
fn every_bin_from_the_threshold_on_is_in_a_peak() {
    let folder = folder();
    let track = imputed(folder.path(), bundle());
    let values = values(&track);
    let threshold = rank(&values, 59_000);
    let output = folder.path().join("peaks.narrowPeak");
    let call = peaks(&track, &output).with("--threshold", threshold.to_string()).with("--min-width", "0");
    let told = call.flag("--json").run().succeeds().json();
    let called = lines(&output);
    assert!(!called.is_empty());
    assert_eq!(told["peaks"], called.len());
    assert_eq!(told["bases"], called.iter().map(|peak| peak.end - peak.start).sum::<u32>());
    assert_eq!(told["regions"], serde_json::json!(["chr21:1-48,129,895"]));
    assert_eq!(told["highest"].as_f64().unwrap() as f32, rank(&values, 59_999));
    let mut above = 0;
    for peak in &called {
        let inside = &values[(peak.start / 50 - 660_000) as usize..(peak.end / 50 - 660_000) as usize];
        let summit = values[(peak.summit / 50 - 660_000) as usize];
        assert_eq!(peak.summit % 50, 25, "the middle of a bin");
        assert_eq!((summit, peak.signal_value), (inside.iter().copied().fold(f32::MIN, f32::max), summit));
        assert!((peak.score - 1_000.0 * summit).abs() <= 1.0);
        // It starts and ends above, and is nowhere below for more than 200 bp.
        assert!(inside[0] >= threshold && inside[inside.len() - 1] >= threshold);
        assert!(inside.split(|value| *value >= threshold).all(|gap| gap.len() <= 4));
        above += inside.iter().filter(|value| **value >= threshold).count();
    }
    assert_eq!(above, values.iter().filter(|value| **value >= threshold).count());
    for pair in called.windows(2) {
        assert!(pair[1].start - pair[0].end > 200);
    }
}

#[test]
fn narrow_peaks_are_dropped_and_a_region_cuts() {
    let folder = folder();
    let track = imputed(folder.path(), bundle());
    let threshold = rank(&values(&track), 59_000).to_string();
    let count = |options: &[(&str, &str)]| {
        let output = folder.path().join("peaks.narrowPeak");
        let call = peaks(&track, &output).with("--threshold", &threshold);
        options.iter().fold(call, |call, (option, value)| call.with(option, value)).run().succeeds();
        lines(&output)
    };
    let all = count(&[("--min-width", "0")]);
    let wide = count(&[("--min-width", "500")]);
    assert!(wide.len() < all.len() && wide.iter().all(|peak| peak.end - peak.start >= 500));
    let split = count(&[("--min-width", "0"), ("--merge", "0")]);
    assert!(split.len() > all.len());
    let first = all.iter().find(|peak| peak.end - peak.start >= 100).unwrap();
    let middle = format!("21:{}-{}", first.start + 51, first.end);
    let cut = count(&[("--min-width", "0"), ("--region", &middle)]);
    assert_eq!(cut.first().map(|peak| peak.end), Some(first.end));
    assert!(cut.iter().all(|peak| peak.start > first.start && peak.end <= first.end));
}

// On the bundles in models/.
#[test]
fn a_simulated_assay_becomes_peaks_where_its_peaks_are() {
    let folder = folder();
    let simulated = folder.path().join("simulated");
    let simulate =
        nascape("simulate").with("--assembly", "hg19").with("--chromosome", "chr21").with("--reads", "1000000");
    let files = simulate.with("--output", &simulated).flag("--json").run().succeeds().json();
    let pair = Pair::new(files["plus"].as_str().unwrap(), files["minus"].as_str().unwrap());
    let output = folder.path().join("imputed");
    nascape("impute").assay(&pair).with("--output", &output).run().succeeds();
    let called = folder.path().join("H3K4me3.narrowPeak");
    peaks(&output.join("H3K4me3.bw"), &called).with("--threshold", "0.5").run().succeeds();
    let marks = files["marks"].as_array().unwrap();
    let truth = marks.iter().find(|mark| mark["target"] == "H3K4me3").unwrap()["peaks"].as_str().unwrap();
    let truth: Vec<(u32, u32)> = fs::read_to_string(truth)
        .unwrap()
        .lines()
        .filter(|line| line.starts_with("chr"))
        .map(|line| line.split('\t').skip(1).map(|field| field.parse().unwrap_or(0)).collect::<Vec<u32>>())
        .map(|fields| (fields[0], fields[1]))
        .collect();
    let called = lines(&called);
    let hit =
        called.iter().filter(|peak| truth.iter().any(|(start, end)| peak.start < *end && *start < peak.end)).count();
    assert!(called.len() > 20 && hit * 2 > called.len(), "{hit} of {} peaks are true ones", called.len());
}

#[test]
fn without_its_bundle_a_rate_is_refused_with_the_remedy() {
    let folder = folder();
    let made = folder.path().join("imputed");
    let track = imputed(&made, stranded_bundle());
    let output = folder.path().join("peaks.narrowPeak");
    // The record names a bundle that is not shipped, and another one was given.
    peaks(&track, &output).run().fails(&["H3K4me3.bw", "'H3K4me3.apart'", "--bundle", "--threshold"]);
    peaks(&track, &output).with("--bundle", bundle()).run().fails(&["H3K4me3.bw", "Give the bundle that imputed it"]);
    peaks(&track, &output).with("--bundle", "no-such").run().fails(&["there is no bundle 'no-such'"]);
    fs::write(made.join("run.json"), "{}").unwrap();
    peaks(&track, &output).run().fails(&["run.json", "no record of an imputation"]);
    fs::remove_file(made.join("run.json")).unwrap();
    peaks(&track, &output).run().fails(&["run.json", "which bundle imputed", "--bundle", "--threshold"]);
    // A threshold needs neither.
    peaks(&track, &output).with("--threshold", "0.5").run().succeeds();
    assert_holds(folder.path(), &["imputed", "peaks.narrowPeak", "peaks.narrowPeak.run.json"]);
}

#[test]
fn a_bundle_without_false_discovery_rates_says_so() {
    let folder = folder();
    let made = folder.path().join("imputed");
    let track = imputed(&made, bundle());
    let output = folder.path().join("peaks.narrowPeak");
    peaks(&track, &output).with("--bundle", bundle()).run().fails(&["does not say which threshold", "--threshold"]);
    assert_holds(folder.path(), &["imputed"]);
}

#[test]
fn a_rate_is_looked_up_on_the_bundles_card() {
    let folder = folder();
    let track = imputed(&folder.path().join("imputed"), stranded_bundle());
    let output = folder.path().join("peaks.narrowPeak");
    let card = card(stranded_bundle());
    let rates = card["targets"][0]["calibration"]["rates"].as_array().unwrap();
    let rate = |at: usize| rates[at]["false_discovery_rate"].as_f64().unwrap();
    let call = |rate: f64| peaks(&track, &output).with("--bundle", stranded_bundle()).with("--fdr", rate.to_string());
    let middle = rates.len() / 2;
    let told = call(rate(middle)).flag("--json").run().succeeds().json();
    let first = rates.iter().find(|row| row["false_discovery_rate"].as_f64().unwrap() <= rate(middle)).unwrap();
    assert_eq!((&told["threshold"], &told["bundle"]), (&first["threshold"], &card["name"]));
    let lowest = rate(rates.len() - 1);
    if lowest > 1e-3 {
        call(lowest / 2.0).run().fails(&["no threshold of the bundle", "its lowest is"]);
    }
}

// On the bundles in models/.
#[test]
fn a_shipped_bundle_is_found_by_the_record_alone() {
    let folder = folder();
    let track = imputed(&folder.path().join("imputed"), Path::new("H3K4me3.cnn"));
    let output = folder.path().join("peaks.narrowPeak");
    let outcome = peaks(&track, &output).with("--fdr", "0.5").run();
    assert!(outcome.status == 0 || outcome.stderr.contains("'H3K4me3.cnn'"), "{outcome:#?}");
}

#[test]
fn what_cannot_be_called_is_told_and_nothing_is_left() {
    let folder = folder();
    let file = |name: &str| folder.path().join(name);
    write_bigwig(&file("track.bw"), &[("chr21", LENGTH, &[Item::new(0, 1_000, 0.7)])]);
    write_bigwig(&file("empty.bw"), &[("chr21", LENGTH, &[])]);
    write_bedgraph(&file("track.bedGraph"), "chr21", &[Item::new(0, 1_000, 0.7)]);
    let whole = fs::read(k562().plus).unwrap();
    fs::write(file("half.bw"), &whole[..whole.len() / 2]).unwrap();
    let output = file("peaks.narrowPeak");
    let call = |name: &str| peaks(&file(name), &output).with("--threshold", "0.5");
    call("empty.bw").run().fails(&["empty.bw", "no value"]);
    call("half.bw").run().fails(&["half.bw", "damaged or cut short"]);
    call("track.bedGraph").run().fails(&["track.bedGraph", "bedGraph", "nascape impute"]);
    call("absent.bw").run().fails(&["absent.bw", "Check the spelling"]);
    call("track.bw").with("--region", "chr22").run().fails(&["no chromosome 'chr22'"]);
    let far = peaks(&file("track.bw"), &file("no/such/folder/p.narrowPeak")).with("--threshold", "0.5");
    far.run().fails(&["p.narrowPeak", "cannot be written"]);
    for threshold in ["nan", "inf", "high"] {
        peaks(&file("track.bw"), &output).with("--threshold", threshold).run().misused(&["threshold"]);
    }
    for rate in ["0", "1", "-0.1", "nan"] {
        peaks(&file("track.bw"), &output)
            .flag(format!("--fdr={rate}"))
            .run()
            .misused(&["false discovery rate", "0.05"]);
    }
    peaks(&file("track.bw"), &output).with("--threshold", "1").with("--fdr", "0.1").run().misused(&["--fdr"]);
    assert_holds(folder.path(), &["track.bw", "empty.bw", "track.bedGraph", "half.bw"]);
}

#[test]
fn a_threshold_above_every_value_gives_an_empty_file() {
    let folder = folder();
    let (track, output) = (folder.path().join("track.bw"), folder.path().join("peaks.narrowPeak"));
    write_bigwig(&track, &[("chr21", LENGTH, &[Item::new(0, 1_000, 0.7)])]);
    let outcome = peaks(&track, &output).with("--threshold", "0.9").run().succeeds();
    assert!(outcome.stdout.contains("0 peaks") && outcome.stdout.contains("the highest value is 0.7"), "{outcome:?}");
    assert_eq!(fs::read_to_string(&output).unwrap(), "");
}
