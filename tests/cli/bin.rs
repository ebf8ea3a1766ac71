//! `nascape bin` writes the same bins in every format.

use std::{collections::BTreeMap, fs, path::Path};

use crate::harness::{
    Item, Nascape, assert_holds, bam, bigwig_items, folder, k562, k562_items, nascape, sha256, whole_genome,
    write_bedgraph,
};

/// The numbers of a one-dimensional float32 `.npy`.
fn npy(path: &Path) -> Vec<f32> {
    let bytes = fs::read(path).unwrap();
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00", "version 1.0");
    let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    assert_eq!(header % 64, 0, "NumPy aligns the numbers");
    let about = std::str::from_utf8(&bytes[10..header]).unwrap();
    assert!(about.contains("'descr': '<f4'") && about.contains("'fortran_order': False"), "{about}");
    let values: Vec<f32> =
        bytes[header..].chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect();
    assert!(about.contains(&format!("'shape': ({},)", values.len())), "{about}");
    values
}

fn bin(output: &Path) -> Nascape {
    nascape("bin").with("--signal", k562().plus).with("--output", output)
}

/// Three items and a chromosome of 1,030 bp: 0-10 is 1, 40-60 is 3, 1020-1030 is -2.
fn small(folder: &Path) -> Nascape {
    let (signal, sizes) = (folder.join("small.bedGraph"), folder.join("small.sizes"));
    write_bedgraph(&signal, "c", &[Item::new(0, 10, 1.0), Item::new(40, 60, 3.0), Item::new(1_020, 1_030, -2.0)]);
    fs::write(&sizes, "c\t1030\n").unwrap();
    nascape("bin").with("--signal", signal).with("--chrom-sizes", sizes)
}

#[test]
fn each_summary_is_what_it_says() {
    let folder = folder();
    let output = folder.path().join("bins.npy");
    let of = |summary: &str| {
        small(folder.path()).with("--summary", summary).with("--output", &output).run().succeeds();
        let values = npy(&output);
        assert_eq!(values.len(), 21, "the last bin is shorter");
        (values[0], values[1], values[2], values[20])
    };
    assert_eq!(of("sum"), (40.0, 30.0, 0.0, -20.0));
    assert_eq!(of("mean0"), (0.8, 0.6, 0.0, -20.0 / 30.0));
    for (summary, expected) in [("mean", (2.0, 3.0, -2.0)), ("min", (1.0, 3.0, -2.0)), ("max", (3.0, 3.0, -2.0))] {
        let (first, second, empty, last) = of(summary);
        assert_eq!((first, second, last), expected, "{summary}");
        assert!(empty.is_nan(), "a bin without a covered base has no {summary}");
    }
}

#[test]
fn every_format_holds_the_same_bins() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    for name in ["bins.npy", "bins.bw", "bins.bigWig", "bins.bedGraph", "bins.bg", "bins.bedGraph.gz", "BINS.BW"] {
        bin(&at(name)).run().succeeds();
    }
    let values = npy(&at("bins.npy"));
    assert_eq!(values.len(), 48_129_895_usize.div_ceil(50));
    assert_eq!(values.iter().map(|&value| f64::from(value)).sum::<f64>(), 1_549_575.0, "every read is in a bin");
    let unrolled = |items: Vec<Item>| -> Vec<f32> {
        let bins = |item: Item| std::iter::repeat_n(item.value, (item.end.div_ceil(50) - item.start / 50) as usize);
        items.into_iter().flat_map(bins).collect()
    };
    assert_eq!(unrolled(bigwig_items(&at("bins.bw"), "chr21")), values);
    assert_eq!(sha256(&at("bins.bw")), sha256(&at("bins.bigWig")));
    assert_eq!(sha256(&at("bins.bw")), sha256(&at("BINS.BW")));
    assert_eq!(sha256(&at("bins.bedGraph")), sha256(&at("bins.bg")));
    let text = fs::read_to_string(at("bins.bedGraph")).unwrap();
    let items = text.lines().map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        assert_eq!(fields[0], "chr21");
        Item::new(fields[1].parse().unwrap(), fields[2].parse().unwrap(), fields[3].parse().unwrap())
    });
    assert_eq!(unrolled(items.collect()), values);
    let gzip = std::process::Command::new("gzip").arg("-dc").arg(at("bins.bedGraph.gz")).output().unwrap();
    assert!(gzip.status.success(), "{}", String::from_utf8_lossy(&gzip.stderr));
    assert!(gzip.stdout == text.as_bytes(), "the gzipped text is the text");
    // What was written can be read again: bins of bins are the same bins (a sum over 50 bases of a value a base).
    let again = nascape("bin").with("--signal", at("bins.bw")).with("--summary", "mean");
    again.with("--output", at("again.npy")).run().succeeds();
    assert_eq!(npy(&at("again.npy")), values);
}

#[test]
fn regions_are_sorted_and_joined_and_json_says_their_order() {
    let folder = folder();
    let output = folder.path().join("bins.npy");
    let whole = folder.path().join("whole.npy");
    bin(&whole).run().succeeds();
    let whole = npy(&whole);
    let binned = bin(&output)
        .with("--region", "chr21:33,000,001-33,000,100")
        .with("--region", "21:30,000,026-30,000,060")
        .with("--region", "chr21:30,000,101-30,000,200")
        .with("--region", "chr21:48,129,895-50,000,000")
        .flag("--json")
        .run()
        .succeeds()
        .json();
    let expected = serde_json::json!([
        {"region": "chr21:30,000,001-30,000,200", "bins": 4},
        {"region": "chr21:33,000,001-33,000,100", "bins": 2},
        {"region": "chr21:48,129,851-48,129,895", "bins": 1},
    ]);
    assert_eq!(binned["stretches"], expected);
    let bins = [&whole[600_000..600_004], &whole[660_000..660_002], &whole[962_597..]].concat();
    assert_eq!(npy(&output), bins);
}

#[test]
fn chromosomes_follow_in_the_order_of_their_names() {
    let folder = folder();
    let output = folder.path().join("bins.bw");
    let all = nascape("bin").with("--signal", whole_genome().plus).with("--bin-size", "1000").with("--output", &output);
    let binned = all.flag("--json").run().succeeds().json();
    let names: Vec<&str> = (binned["stretches"].as_array().unwrap().iter())
        .map(|stretch| stretch["region"].as_str().unwrap().split(':').next().unwrap())
        .collect();
    assert_eq!(names.len(), 24);
    assert!(names.is_sorted(), "{names:?}");
    let reads = |path: &Path, bases: bool| -> BTreeMap<&str, f64> {
        let reads = |name: &str| -> f64 {
            let items = bigwig_items(path, name);
            // A bin's sum stands at each of its bases.
            let weight = |item: &Item| {
                if bases {
                    f64::from(item.end - item.start)
                } else {
                    f64::from((item.end - item.start).div_ceil(1_000))
                }
            };
            items.iter().map(|item| f64::from(item.value) * weight(item)).sum()
        };
        names.iter().map(|&name| (name, reads(name))).collect()
    };
    assert_eq!(reads(&output, false), reads(&whole_genome().plus, true), "no read is lost");
}

#[test]
fn bins_of_any_size_hold_all_reads() {
    let folder = folder();
    let output = folder.path().join("bins.npy");
    for size in [1, 7, 50, 12_345, 48_129_895, 100_000_000] {
        bin(&output).with("--bin-size", size.to_string()).run().succeeds();
        let values = npy(&output);
        assert_eq!(values.len(), 48_129_895_usize.div_ceil(size));
        assert_eq!(values.iter().map(|&value| f64::from(value)).sum::<f64>(), 1_549_575.0, "bins of {size} bp");
    }
}

#[test]
fn bins_of_one_base_are_the_items_themselves() {
    let folder = folder();
    let output = folder.path().join("bins.bw");
    bin(&output).with("--bin-size", "1").with("--summary", "mean").run().succeeds();
    let mut joined: Vec<Item> = Vec::new();
    for item in k562_items().0 {
        match joined.last_mut() {
            Some(last) if last.end == item.start && last.value == item.value => last.end = item.end,
            _ => joined.push(item),
        }
    }
    assert_eq!(bigwig_items(&output, "chr21"), joined);
}

#[test]
fn the_reads_of_a_bam_are_counted_once() {
    let folder = folder();
    let output = folder.path().join("bins.npy");
    for kind in ["gro", "pro"] {
        nascape("bin").with("--signal", bam()).with("--assay", kind).with("--output", &output).run().succeeds();
        assert_eq!(npy(&output).iter().sum::<f32>(), 210_615.0, "{kind}");
    }
}

#[test]
fn threads_do_not_change_a_byte() {
    let folder = folder();
    let (one, four) = (folder.path().join("one.bw"), folder.path().join("four.bw"));
    bin(&one).with("--threads", "1").run().succeeds();
    bin(&four).with("--threads", "4").run().succeeds();
    assert_eq!(sha256(&one), sha256(&four));
}

#[test]
fn an_output_of_no_known_ending_is_refused_before_any_work() {
    let folder = folder();
    for name in ["bins", "bins.txt", "bins.wig", "bins.npz", "bins.bw.gz"] {
        bin(&folder.path().join(name)).run().refused(&[name, ".bw, .bedGraph, .bedGraph.gz or .npy"]);
    }
    assert_holds(folder.path(), &[]);
}

#[test]
fn a_signal_that_cannot_be_binned_leaves_no_file() {
    let folder = folder();
    let output = folder.path().join("bins.bw");
    bin(&output).with("--region", "chr5").run().fails(&["no chromosome 'chr5'", "chr21"]);
    bin(&output).with("--region", "chr21:50,000,000-").run().fails(&["beyond the end"]);
    bin(&output).with("--assembly", "hg38").run().fails(&["different assemblies", "hg19"]);
    bin(&output).with("--chrom-sizes", "nowhere.sizes").run().fails(&["nowhere.sizes", "cannot be read"]);
    nascape("bin").with("--signal", "nowhere.bw").with("--output", &output).run().fails(&["nowhere.bw", "spelling"]);
    let damaged = folder.path().join("damaged.bw");
    let mut bytes = fs::read(k562().plus).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0xA5);
    fs::write(&damaged, bytes).unwrap();
    let damaged = nascape("bin").with("--signal", &damaged).with("--output", &output);
    damaged.run().fails(&["damaged.bw", "damaged or cut short"]);
    assert_holds(folder.path(), &["damaged.bw"]);
}

#[test]
fn the_input_may_be_its_own_output() {
    let folder = folder();
    let path = folder.path().join("signal.bw");
    fs::copy(k562().plus, &path).unwrap();
    let other = folder.path().join("other.bw");
    bin(&other).run().succeeds();
    nascape("bin").with("--signal", &path).with("--output", &path).run().succeeds();
    assert_eq!(sha256(&path), sha256(&other));
}
