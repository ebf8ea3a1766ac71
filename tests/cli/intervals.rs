//! `nascape impute --intervals`: the value lies inside, and nine of ten observed values do.

use std::{fs, path::Path};

use crate::harness::{
    CALIBRATION, Pair, Recipe, SINGLE, assert_holds, bigwig_values, bundle, card, chr22, experiment, folder, k562,
    k562_file, nascape, sha256, small, stranded_bundle, trained,
};

/// Value, lower and upper end of every bin of a region.
fn intervals(model: &Path, pair: &Pair, mark: &str, region: (&str, u32, u32), output: &Path) -> Vec<[f32; 3]> {
    let (chromosome, start, end) = region;
    let impute = nascape("impute").assay(pair).with("--model", model).with("--output", output).flag("--intervals");
    impute.with("--region", format!("{chromosome}:{}-{end}", start + 1)).run().succeeds();
    let files = ["", ".lower", ".upper"].map(|end| format!("{mark}{end}.bw"));
    assert_holds(output, &[&files[0], &files[1], &files[2], "run.json"]);
    let rows = files.map(|file| bigwig_values(&output.join(file), chromosome, start / 50, end / 50));
    let value = |row: usize, bin: usize| f32::from_bits(rows[row][bin].expect("every bin has a number"));
    let all: Vec<[f32; 3]> = (0..rows[0].len()).map(|bin| [0, 1, 2].map(|row| value(row, bin))).collect();
    for [value, lower, upper] in &all {
        assert!(lower <= value && value <= upper, "{lower} <= {value} <= {upper}");
    }
    all
}

fn coverage(intervals: &[[f32; 3]], observed: &[f32]) -> f64 {
    let inside =
        intervals.iter().zip(observed).filter(|([_, low, high], seen)| (low - 1e-5..=high + 1e-5).contains(*seen));
    inside.count() as f64 / observed.len() as f64
}

#[test]
fn intervals_of_peaks_hold_nine_of_ten_bins_where_they_were_calibrated() {
    let folder = folder();
    assert_eq!(CALIBRATION, "chr21:44,000,001-47,000,000");
    let region = ("chr21", 44_000_000, 47_000_000);
    let found = intervals(stranded_bundle(), &k562(), "H3K4me3", region, folder.path());
    assert!(found.iter().all(|[_, lower, upper]| *lower >= 0.0 && *upper <= 1.0), "a score is between 0 and 1");
    let mut observed = vec![0.0; found.len()];
    for line in fs::read_to_string(k562_file("K562.H3K4me3.peaks.bed")).unwrap().lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [start, end] = [1, 2].map(|at| fields[at].parse::<u32>().unwrap());
        for bin in start / 50..end.div_ceil(50) {
            if let Some(seen) = bin.checked_sub(880_000).and_then(|bin| observed.get_mut(bin as usize)) {
                *seen = 1.0;
            }
        }
    }
    let all = coverage(&found, &observed);
    assert!((0.88..=0.93).contains(&all), "{all} of the bins");
    let (peaks, ones): (Vec<[f32; 3]>, Vec<f32>) = found.iter().zip(&observed).filter(|(_, seen)| **seen > 0.0).unzip();
    let top = coverage(&peaks, &ones);
    assert!((0.85..=1.0).contains(&top), "{top} of the {} bins in peaks", ones.len());
}

#[test]
fn intervals_of_a_signal_hold_nine_of_ten_bins_where_they_were_calibrated() {
    let folder = folder();
    let mcf7 = Pair::new(chr22("MCF7.nascent.plus.bw"), chr22("MCF7.nascent.minus.bw"));
    let accessibility = chr22("MCF7.accessibility.bw");
    let mut recipe = Recipe::new(&["DNase"], &small("nascape"));
    let parts = [
        ("train", "chr22:30,000,001-30,800,000"),
        ("validation", "chr22:32,000,001-32,400,000"),
        ("calibration", "chr22:24,000,001-25,000,000"),
        ("test", "chr22:26,000,001-27,000,000"),
    ];
    recipe.experiments =
        vec![experiment("MCF7", &mcf7, &format!("{{ DNase = \"{}\" }}", accessibility.display()), &parts)];
    let model = folder.path().join("model");
    recipe.train(&folder.path().join("recipe.toml"), &model).run().succeeds();
    let target = card(&model)["targets"][0].clone();
    assert_eq!((&target["loss"], &target["scale_output"]), (&"robust".into(), &true.into()));
    let found = intervals(&model, &mcf7, "DNase", ("chr22", 24_000_000, 25_000_000), &folder.path().join("imputed"));
    let widths: Vec<f32> = found.iter().map(|[_, lower, upper]| upper - lower).collect();
    assert!(widths.iter().any(|width| (width - widths[0]).abs() > 1e-3), "the scale is learned, not one for all");
    let bins = folder.path().join("observed.npy");
    let bin = nascape("bin").with("--signal", accessibility).with("--summary", "mean0").with("--output", &bins);
    bin.with("--region", "chr22:24,000,001-25,000,000").run().succeeds();
    let all = coverage(&found, &npy(&bins));
    assert!((0.88..=0.93).contains(&all), "{all} of the bins");
    // Elsewhere it is measured, not promised.
    assert!(target["calibration"]["test_coverage"]["all"].is_number());
}

/// The numbers of a NumPy file of one row of float32.
fn npy(path: &Path) -> Vec<f32> {
    let bytes = fs::read(path).unwrap();
    let start = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    bytes[start..].chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

#[test]
fn intervals_change_no_value_and_are_in_the_record() {
    let folder = folder();
    let (with, without) = (folder.path().join("with"), folder.path().join("without"));
    let region = ("chr21", 33_000_000, 33_100_000);
    intervals(stranded_bundle(), &k562(), "H3K4me3", region, &with);
    let impute = nascape("impute").assay(&k562()).with("--model", stranded_bundle()).with("--output", &without);
    impute.with("--region", "chr21:33,000,001-33,100,000").run().succeeds();
    assert_eq!(sha256(&with.join("H3K4me3.bw")), sha256(&without.join("H3K4me3.bw")));
    let record: serde_json::Value = serde_json::from_slice(&fs::read(with.join("run.json")).unwrap()).unwrap();
    let outputs: Vec<&str> =
        record["outputs"].as_array().unwrap().iter().map(|o| o["name"].as_str().unwrap()).collect();
    assert_eq!(outputs, ["H3K4me3.bw", "H3K4me3.lower.bw", "H3K4me3.upper.bw"]);
    assert_eq!(record["request"]["intervals"], true);
}

#[test]
fn a_bundle_without_calibration_says_that_it_has_no_intervals() {
    let folder = folder();
    let impute = nascape("impute").assay(&k562()).with("--model", bundle()).with("--output", folder.path());
    let told = impute.with("--region", "chr21:33,000,001-33,100,000").flag("--intervals").run().succeeds().stderr;
    assert!(told.contains("warning: ") && told.contains("no calibration for H3K4me3"), "{told}");
}

#[test]
fn values_outside_their_unit_lie_in_their_intervals_too() {
    // A regression on peaks, and a network's plain number, may fall below 0.
    let folder = folder();
    for architecture in SINGLE {
        let model = folder.path().join(architecture);
        crate::harness::copy_folder(trained(architecture), &model);
        let mut changed = card(&model);
        let calibration =
            serde_json::json!({"bins": 9, "lower": 0.01, "upper": 0.01, "rates": [], "test_coverage": null});
        changed["targets"][0]["calibration"] = calibration;
        fs::write(model.join("model.json"), changed.to_string()).unwrap();
        let output = folder.path().join(format!("{architecture}.imputed"));
        intervals(&model, &k562(), "H3K4me3", ("chr21", 33_000_000, 33_200_000), &output);
    }
}
