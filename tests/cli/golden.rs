//! The whole route on real data, from the reads of K562 to imputed bigWigs, has the bits that it had when `golden/k562-chr21.tsv` was
//! made. After a change that is meant to change numbers: `make golden`, and say so in CHANGELOG.md.

use std::{fmt::Write as _, fs, path::Path};

use crate::harness::{bigwig_items, folder, k562, nascape};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cli/golden/k562-chr21.tsv");
const MARKS: [&str; 4] = ["H3K4me3", "H3K27ac", "H3K27me3", "DNase"];
const LENGTH: usize = 48_129_895;
/// Bins of 50 bp in a part: 4 Mb.
const PART: usize = 80_000;

/// A part of a stage: checksum of its bits, and its mean for processors and systems whose arithmetic rounds otherwise.
struct Part {
    stage: String,
    number: usize,
    checksum: u64,
    mean: f64,
}

fn parts(stage: &str, bigwig: &Path) -> Vec<Part> {
    let mut values = vec![0.0_f32; LENGTH.div_ceil(50)];
    for item in bigwig_items(bigwig, "chr21") {
        values[item.start as usize / 50..item.end.div_ceil(50) as usize].fill(item.value);
    }
    let part = |(number, values): (usize, &[f32])| Part {
        stage: stage.to_owned(),
        number,
        checksum: fnv1a(values),
        mean: values.iter().map(|&value| f64::from(value)).sum::<f64>() / values.len() as f64,
    };
    values.chunks(PART).enumerate().map(part).collect()
}

/// FNV-1a over the bits, little-endian.
fn fnv1a(values: &[f32]) -> u64 {
    let bytes = values.iter().flat_map(|value| value.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The route, stage by stage: the bins of both strands, then each mark.
fn route() -> Vec<Part> {
    let folder = folder();
    let mut route = Vec::new();
    for (strand, signal) in [("plus", k562().plus), ("minus", k562().minus)] {
        let output = folder.path().join(format!("{strand}.bw"));
        nascape("bin").with("--signal", signal).with("--summary", "sum").with("--output", &output).run().succeeds();
        route.extend(parts(&format!("bins.{strand}"), &output));
    }
    nascape("impute").assay(&k562()).with("--output", folder.path()).run().succeeds();
    for mark in MARKS {
        route.extend(parts(mark, &folder.path().join(format!("{mark}.bw"))));
    }
    route
}

fn golden() -> Vec<Part> {
    let text = fs::read_to_string(GOLDEN).unwrap_or_else(|fault| panic!("{GOLDEN}: {fault}; make golden writes it"));
    let line = |line: &str| {
        let [stage, number, checksum, mean] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        Part {
            stage: stage.to_owned(),
            number: number.parse().unwrap(),
            checksum: u64::from_str_radix(checksum, 16).unwrap(),
            mean: mean.parse().unwrap(),
        }
    };
    text.lines().filter(|line| !line.starts_with('#')).map(line).collect()
}

/// The golden bits are those of processors with fused multiply-add and of glibc's logarithm; others may round otherwise in the last
/// place, and then means are compared. Bins are sums of counts, the same everywhere.
fn has_golden_arithmetic() -> bool {
    #[cfg(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu"))]
    let golden = std::arch::is_x86_feature_detected!("fma");
    #[cfg(not(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu")))]
    let golden = false;
    golden
}

#[test]
fn the_route_from_reads_to_imputed_tracks_has_its_golden_bits() {
    let now = route();
    let was = golden();
    assert_eq!(now.len(), was.len(), "the golden file has other parts");
    let exact = has_golden_arithmetic();
    let differs = |(now, was): &(&Part, &Part)| {
        let close = (now.mean - was.mean).abs() <= 1e-5 * was.mean.abs().max(1e-3);
        if exact || now.stage.starts_with("bins") { now.checksum != was.checksum } else { !close }
    };
    let pairs = || now.iter().zip(&was);
    if let Some((first, golden)) = pairs().find(differs) {
        let all: Vec<String> =
            pairs().filter(differs).map(|(now, _)| format!("{} part {}", now.stage, now.number)).collect();
        let (start, end) = (first.number * PART * 50 + 1, ((first.number + 1) * PART * 50).min(LENGTH));
        panic!(
            "{} changed first, at chr21:{start}-{end}: mean {} where it was {}. {} of {} parts differ: {}. If that was meant: make golden.",
            first.stage,
            first.mean,
            golden.mean,
            all.len(),
            was.len(),
            all.join(", ")
        );
    }
}

/// `make golden` runs it.
#[test]
#[ignore = "writes the golden file anew"]
fn make_golden() {
    assert!(
        has_golden_arithmetic(),
        "the golden bits are those of x86-64 with fused multiply-add, on Linux with glibc"
    );
    let mut text = "# K562 PRO-seq, chr21 of hg19, in parts of 4 Mb: stage, part, FNV-1a of the f32 bits, mean. make golden writes it.\n".to_owned();
    for part in route() {
        let _ = writeln!(text, "{}\t{}\t{:016x}\t{:e}", part.stage, part.number, part.checksum, part.mean);
    }
    fs::write(GOLDEN, text).unwrap();
}
