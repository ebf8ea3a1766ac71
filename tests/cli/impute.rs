//! `nascape impute` gives one number a bin, whatever the cut and the threads, and says what made it.

use std::{fs, path::Path};

use crate::harness::{
    Nascape, Pair, assert_holds, bam, bigwig_items, bigwig_values, bundle, copy_folder, folder, hek293, k562,
    k562_items, nascape, sha256, stranded_bundle, track, whole_genome, write_bigwig,
};

const LAST_BIN: u32 = 48_129_895_u32.div_ceil(50);

fn impute(pair: &Pair, output: &Path) -> Nascape {
    nascape("impute").assay(pair).with("--model", bundle()).with("--output", output)
}

fn record(folder: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(folder.join("run.json")).unwrap()).unwrap()
}

#[test]
fn neither_regions_nor_threads_change_a_bit() {
    let folder = folder();
    let whole = folder.path().join("whole");
    impute(&k562(), &whole).with("--threads", "1").run().succeeds();
    let expected = bigwig_values(&track(&whole), "chr21", 0, LAST_BIN);
    assert!(expected.iter().all(Option::is_some), "every bin has a number");

    // Ends inside a bin, at the border of the pieces in which work is done (2^18 bins), and at both ends of the chromosome.
    for (i, (region, first, last)) in [
        ("21:30,000,001-31,000,013", 600_000, 620_001),
        ("chr21:13,100,000-13,110,000", 261_999, 262_200),
        ("chr21:1-10", 0, 1),
        ("chr21:48,000,001-", 960_000, LAST_BIN),
        ("chr21:48,129,895", LAST_BIN - 1, LAST_BIN),
        ("chr21:48,120,000-60,000,000", 962_399, LAST_BIN),
    ]
    .into_iter()
    .enumerate()
    {
        let cut = folder.path().join(format!("cut-{i}"));
        let threads = if i % 2 == 0 { "2" } else { "3" };
        impute(&k562(), &cut).with("--region", region).with("--threads", threads).run().succeeds();
        let values = bigwig_values(&track(&cut), "chr21", 0, LAST_BIN);
        for (bin, (value, expected)) in values.iter().zip(&expected).enumerate() {
            let inside = (first..last).contains(&(bin as u32));
            assert_eq!(*value, if inside { *expected } else { None }, "{region}, bin {bin}");
        }
    }

    let many = folder.path().join("many");
    impute(&k562(), &many).with("--threads", "4").run().succeeds();
    assert_eq!(sha256(&track(&many)), sha256(&track(&whole)), "the same bytes with 1 and 4 threads");
    assert_eq!(fs::read(many.join("run.json")).unwrap(), fs::read(whole.join("run.json")).unwrap());
}

#[test]
fn several_regions_are_sorted_and_joined() {
    let folder = folder();
    let outcome = impute(&k562(), folder.path())
        .with("--region", "chr21:33,000,001-33,100,000")
        .with("--region", "21:30,000,001-30,100,000")
        .with("--region", "chr21:30,050,001-30,200,000")
        .flag("--json")
        .run()
        .succeeds()
        .json();
    let regions = serde_json::json!(["chr21:30,000,001-30,200,000", "chr21:33,000,001-33,100,000"]);
    assert_eq!(outcome["regions"], regions);
    assert_eq!(outcome["bins"], 6_000);
    let items = bigwig_items(&track(folder.path()), "chr21");
    let bases: u32 = items.iter().map(|item| item.end - item.start).sum();
    assert_eq!(bases, 300_000);
}

#[test]
fn the_record_says_what_made_the_track() {
    let folder = folder();
    impute(&k562(), folder.path()).with("--region", "chr21:33,000,001-33,100,000").run().succeeds();
    let track = track(folder.path());
    assert_holds(folder.path(), &[track.file_name().unwrap().to_str().unwrap(), "run.json"]);
    let record = record(folder.path());
    assert_eq!(record["nascape_version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(record["verb"], "impute");
    assert_eq!(record["regions"], serde_json::json!(["chr21:33,000,001-33,100,000"]));
    let checksums: Vec<(&str, &str)> = (record["inputs"].as_array().unwrap().iter())
        .map(|file| (file["role"].as_str().unwrap(), file["sha256"].as_str().unwrap()))
        .collect();
    assert_eq!(checksums, [("plus", &*sha256(&k562().plus)), ("minus", &*sha256(&k562().minus))]);
    let track_name = track.file_name().unwrap().to_str().unwrap();
    let used = &record["bundles"][0];
    assert_eq!(used["weights_sha256"], serde_json::json!([sha256(&bundle().join("weights.safetensors"))]));
    assert_eq!(used["tracks"], serde_json::json!([track_name]));
    assert_eq!(record["outputs"][0]["sha256"], sha256(&track));
    assert_eq!(record["outputs"][0]["name"], track_name);
    assert!(!record.to_string().contains(folder.path().to_str().unwrap()), "a record tells no stranger of our folders");
}

#[test]
fn the_same_command_gives_the_same_bytes_and_replaces_the_old_track() {
    let folder = folder();
    let run = |region: &str| {
        impute(&k562(), folder.path()).with("--region", region).run().succeeds();
        (sha256(&track(folder.path())), sha256(&folder.path().join("run.json")))
    };
    let first = run("chr21:33,000,001-34,000,000");
    let other = run("chr21:34,000,001-35,000,000");
    assert_ne!(first.0, other.0);
    assert_eq!(run("chr21:33,000,001-34,000,000"), first);
}

#[test]
fn the_sign_of_the_minus_strand_and_the_style_of_names_do_not_change_a_bit() {
    let folder = folder();
    let (plus, minus) = k562_items();
    let minus: Vec<_> = minus.into_iter().map(|item| crate::harness::Item { value: -item.value, ..item }).collect();
    let pair = Pair::new(folder.path().join("p.bw"), folder.path().join("m.bw"));
    write_bigwig(&pair.plus, &[("21", 48_129_895, &plus)]);
    write_bigwig(&pair.minus, &[("21", 48_129_895, &minus)]);
    let run = |pair: &Pair, name: &str| {
        let output = folder.path().join(name);
        impute(pair, &output).with("--region", "chr21:33,000,001-34,000,000").run().succeeds();
        track(&output)
    };
    let (ours, theirs) = (run(&pair, "ours"), run(&k562(), "theirs"));
    let expected = bigwig_values(&theirs, "chr21", 660_000, 680_000);
    assert!(expected.iter().all(Option::is_some));
    assert_eq!(bigwig_values(&ours, "21", 660_000, 680_000), expected, "outputs keep the file's names");
}

#[test]
fn a_place_that_is_not_there_is_an_error() {
    let folder = folder();
    let output = folder.path().join("imputed");
    let at = |region: &str| impute(&k562(), &output).with("--region", region).run();
    at("chr22").fails(&["K562.PROseq.plus.bw", "no chromosome 'chr22'", "chr21"]);
    at("chr21:50,000,001-50,000,100").fails(&["beyond the end", "chr21"]);
    at("chr21:48,129,896").fails(&["beyond the end"]);
    assert_holds(&output, &[]);
}

#[test]
fn assays_of_every_format_are_imputed() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let model = || nascape("impute").with("--model", bundle());
    let from_bam = model().with("--signal", bam()).with("--assay", "gro").with("--output", at("bam"));
    from_bam.with("--region", "chr7:1-5,000,000").run().succeeds();
    let bedgraphs = model().assay(&hek293()).with("--output", at("bedgraph"));
    bedgraphs.with("--region", "chr22:20,000,001-21,000,000").run().succeeds();
    let genome = model().assay(&whole_genome()).with("--output", at("genome"));
    genome.with("--region", "chrY").with("--region", "chr9:1-100").run().succeeds();
    assert_eq!(record(&at("genome"))["regions"], serde_json::json!(["chr9:1-100", "chrY:1-57,227,415"]));
    for (name, chromosome) in [("bam", "chr7"), ("bedgraph", "chr22"), ("genome", "chrY")] {
        let items = bigwig_items(&track(&at(name)), chromosome);
        assert!(items.iter().all(|item| (0.0..=1.0).contains(&item.value)) && !items.is_empty(), "{name}");
    }
}

#[test]
fn an_unstranded_signal_needs_a_bundle_that_sums_the_strands() {
    let folder = folder();
    let at = |model: &Path, name: &str| {
        let output = folder.path().join(name);
        let region = "chr21:33,000,001-33,100,000";
        let command = nascape("impute").with("--signal", k562().plus).with("--model", model).with("--region", region);
        command.with("--output", output).run()
    };
    at(bundle(), "summed").succeeds();
    let name = stranded_bundle().file_name().unwrap().to_str().unwrap();
    at(stranded_bundle(), "apart").fails(&[name, "both strands", "--plus and --minus"]);
    assert_holds(folder.path().join("apart"), &[]);
}

#[test]
fn bundles_of_one_mark_get_a_track_each() {
    let folder = folder();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    copy_folder(bundle(), &one);
    copy_folder(stranded_bundle(), &two);
    let output = folder.path().join("imputed");
    let outcome = nascape("impute")
        .assay(&k562())
        .with("--model", one)
        .with("--model", two)
        .with("--region", "chr21:33,000,001-33,100,000")
        .with("--output", &output)
        .flag("--json")
        .run()
        .succeeds()
        .json();
    let tracks = outcome["tracks"].as_array().unwrap();
    assert_eq!(tracks.len(), 2);
    assert_ne!(tracks[0]["path"], tracks[1]["path"]);
    assert!(tracks.iter().all(|track| Path::new(track["path"].as_str().unwrap()).is_file()));
    assert_eq!(record(&output)["outputs"].as_array().unwrap().len(), 2);
}

#[test]
fn two_bundles_of_one_name_do_not_overwrite_each_others_track() {
    let folder = folder();
    let copy = |name: &str, of: &Path| {
        let copy = folder.path().join(name);
        copy_folder(of, &copy);
        let card = copy.join("model.json");
        let mut value: serde_json::Value = serde_json::from_slice(&fs::read(&card).unwrap()).unwrap();
        value["name"] = "mine".into();
        fs::write(card, value.to_string()).unwrap();
        copy
    };
    let output = folder.path().join("imputed");
    let impute =
        nascape("impute").assay(&k562()).with("--region", "chr21:33,000,001-33,100,000").with("--output", &output);
    let both = impute.with("--model", copy("old", bundle())).with("--model", copy("new", stranded_bundle()));
    let outcome = both.flag("--json").run();
    if outcome.status == 0 {
        let tracks = outcome.json()["tracks"].as_array().unwrap().clone();
        let paths: std::collections::BTreeSet<String> = tracks.iter().map(|track| track["path"].to_string()).collect();
        assert_eq!(paths.len(), 2, "two tracks were written to one file: {tracks:#?}");
    } else {
        outcome.refused(&["mine"]);
        assert_holds(output, &[]);
    }
}

#[test]
fn an_assay_without_a_read_has_nothing_to_impute() {
    let folder = folder();
    let pair = Pair::new(folder.path().join("p.bw"), folder.path().join("m.bw"));
    write_bigwig(&pair.plus, &[("chr21", 48_129_895, &[])]);
    write_bigwig(&pair.minus, &[("chr21", 48_129_895, &[])]);
    let output = folder.path().join("imputed");
    impute(&pair, &output).run().fails(&["p.bw", "no chromosome holds a read"]);
    assert_holds(&output, &[]);
}

#[test]
fn what_the_doctor_calls_an_error_is_not_imputed_in_silence() {
    let folder = folder();
    let output = folder.path().join("imputed");
    impute(&Pair::new(k562().plus, k562().plus), &output).run().fails(&["identical"]);
    impute(&Pair::new(k562().plus, whole_genome().minus), &output).run().fails(&["different assemblies"]);
    let half = folder.path().join("half.bw");
    let whole = fs::read(k562().plus).unwrap();
    fs::write(&half, &whole[..whole.len() / 2]).unwrap();
    impute(&Pair::new(half, k562().minus), &output).run().fails(&["half.bw", "damaged or cut short"]);
    assert_holds(&output, &[]);
}

#[test]
fn of_bundles_of_several_marks_only_those_asked_for_are_written_and_reproduced() {
    let folder = folder();
    let ask = |name: &str, marks: &[&str]| {
        let command = nascape("impute").assay(&k562()).with("--model", "marks.nascape");
        let command = command.with("--region", "chr21:33,000,001-33,100,000");
        let command = command.with("--output", folder.path().join(name));
        marks.iter().fold(command, |command, mark| command.with("--mark", mark))
    };
    ask("all", &[]).run().succeeds();
    ask("two", &["H3K27ac", "DNase"]).run().succeeds();
    let (all, two) = (folder.path().join("all"), folder.path().join("two"));
    assert_holds(&two, &["DNase.bw", "H3K27ac.bw", "run.json"]);
    for mark in ["DNase.bw", "H3K27ac.bw"] {
        assert_eq!(sha256(&two.join(mark)), sha256(&all.join(mark)), "{mark}");
    }
    let again = nascape("reproduce").flag(two.join("run.json")).flag("--json").run().succeeds().json();
    assert_eq!((again["same"].as_bool(), again["outputs"].as_array().map(Vec::len)), (Some(true), Some(2)), "{again}");
    ask("none", &["H3K9me3"]).run().misused(&["no bundle here imputes H3K9me3", "H3K27me3"]);
}

#[test]
fn a_value_that_is_no_number_does_not_spoil_the_others() {
    let folder = folder();
    let (mut plus, minus) = k562_items();
    let whole = Pair::new(folder.path().join("p.bw"), folder.path().join("m.bw"));
    write_bigwig(&whole.plus, &[("chr21", 48_129_895, &plus)]);
    write_bigwig(&whole.minus, &[("chr21", 48_129_895, &minus)]);
    plus[10].value = f32::NAN;
    let spoilt = Pair::new(folder.path().join("spoilt.bw"), whole.minus.clone());
    write_bigwig(&spoilt.plus, &[("chr21", 48_129_895, &plus)]);
    let run = |pair: &Pair, name: &str| {
        let output = folder.path().join(name);
        let outcome = impute(pair, &output).with("--region", "chr21:33,000,001-33,100,000").run();
        (outcome.status == 0).then(|| bigwig_values(&track(&output), "chr21", 660_000, 662_000))
    };
    // Far from the value the track is as if it were not there (but for the depth, one read in three million), or the file is refused.
    if let Some(values) = run(&spoilt, "spoilt") {
        let expected = run(&whole, "whole").unwrap();
        for (value, expected) in values.iter().zip(&expected) {
            let (value, expected) = (f32::from_bits(value.unwrap()), f32::from_bits(expected.unwrap()));
            assert!((value - expected).abs() < 1e-4, "{value} where {expected} is due");
        }
    }
}
