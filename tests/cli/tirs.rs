//! `nascape tirs` finds initiation where chromatin is open, and measures noise by its mirror image.

use std::{fs, path::Path};

use crate::harness::{
    Nascape, Pair, assert_holds, bam, chr22, folder, hek293, k562, k562_file, nascape, sorted_lines, whole_genome,
    write_bigwig,
};

fn tirs(pair: &Pair, output: &Path) -> Nascape {
    nascape("tirs").assay(pair).with("--output", output)
}

/// A line of the file without its name and shade, which number and compare the lines of one file.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    chromosome: String,
    start: u32,
    end: u32,
    score: f32,
    p: f64,
    q: f64,
    centre: u32,
}

fn lines(path: &Path) -> Vec<Line> {
    sorted_lines(path, line, |line| (line.chromosome.clone(), line.start))
}

fn line(line: &str) -> Line {
    let columns: Vec<&str> = line.split('\t').collect();
    assert_eq!(columns.len(), 10, "{line}");
    let whole = |at: usize| columns[at].parse::<u32>().unwrap_or_else(|fault| panic!("{line}: {fault}"));
    let number = |at: usize| columns[at].parse::<f64>().unwrap_or_else(|fault| panic!("{line}: {fault}"));
    assert!(columns[3].starts_with("TIR_") && whole(4) <= 1_000 && columns[5] == ".", "{line}");
    let found = Line {
        chromosome: columns[0].to_owned(),
        start: whole(1),
        end: whole(2),
        score: number(6) as f32,
        p: number(7),
        q: number(8),
        centre: whole(9),
    };
    assert!(found.start <= found.centre && found.centre < found.end && found.score > 0.0, "{line}");
    assert!(found.p > 0.0 && found.p <= found.q, "{line}");
    found
}

/// The share of the regions that touch a peak of a BED file, once as they are and once moved by a megabase.
fn at_peaks(found: &[Line], peaks: &Path) -> (f64, f64) {
    let text = fs::read_to_string(peaks).unwrap();
    let fields = text.lines().map(|line| line.split('\t').skip(1).take(2).map(|field| field.parse::<u32>().unwrap()));
    let peaks: Vec<Vec<u32>> = fields.map(Iterator::collect).collect();
    let share = |shift: u32| {
        let hit = |line: &&Line| peaks.iter().any(|p| line.start + shift < p[1] && p[0] < line.end + shift);
        found.iter().filter(hit).count() as f64 / found.len() as f64
    };
    (share(0), share(1_000_000))
}

#[test]
fn initiation_lies_in_open_chromatin() {
    let folder = folder();
    let output = folder.path().join("tirs.bed");
    tirs(&k562(), &output).with("--region", "chr21:35,000,001-48,119,895").run().succeeds();
    let (share, moved) = at_peaks(&lines(&output), &k562_file("K562.DNase.peaks.bed"));
    assert!(share > 0.85 && moved < 0.25, "{share} of the regions at DNase peaks, {moved} when moved");

    let capped = Pair::new(chr22("MCF7.nascent.plus.bw"), chr22("MCF7.nascent.minus.bw"));
    tirs(&capped, &output).run().succeeds();
    let (share, moved) = at_peaks(&lines(&output), &chr22("MCF7.H3K4me3.peaks.bed"));
    assert!(share > 0.85 && moved < 0.25, "{share} of the regions at H3K4me3 peaks, {moved} when moved");
}

#[test]
fn exchanged_strands_exchange_signal_and_noise() {
    let folder = folder();
    let output = folder.path().join("tirs.bed");
    let told = |pair: &Pair| tirs(pair, &output).flag("--json").run().succeeds().json();
    let (right, swapped) = (told(&k562()), told(&k562().swapped()));
    assert_eq!((&right["candidates"], &right["mirrored"]), (&swapped["mirrored"], &swapped["candidates"]));
    assert!(right["tirs"].as_u64().unwrap() > 100);
    assert!(swapped["tirs"].as_u64().unwrap() < 10, "convergent reads are no initiation: {swapped:#}");
}

#[test]
fn a_region_has_the_numbers_of_the_whole() {
    let folder = folder();
    let (whole, part) = (folder.path().join("whole.bed"), folder.path().join("part.bed"));
    tirs(&hek293(), &whole).with("--threads", "1").run().succeeds();
    tirs(&hek293(), &part).with("--region", "22:30,000,001-40,000,000").with("--threads", "3").run().succeeds();
    let inside = |line: &Line| line.chromosome == "chr22" && (30_000_000..40_000_000).contains(&line.centre);
    let expected: Vec<Line> = lines(&whole).into_iter().filter(inside).collect();
    assert!(expected.len() > 50);
    assert_eq!(lines(&part), expected);
}

#[test]
fn a_smaller_rate_keeps_the_better_regions() {
    let folder = folder();
    let found = |rate: &str| {
        let output = folder.path().join("tirs.bed");
        tirs(&hek293(), &output).with("--fdr", rate).run().succeeds();
        lines(&output)
    };
    let (loose, strict) = (found("0.2"), found("0.02"));
    assert!(!strict.is_empty() && strict.len() < loose.len());
    for (rate, found) in [(0.2, &loose), (0.02, &strict)] {
        assert!(found.iter().all(|line| line.q <= rate + 1e-3));
    }
    for line in &strict {
        assert!(loose.iter().any(|other| other.start <= line.start && line.end <= other.end));
    }
}

#[test]
fn a_bam_holds_both_strands() {
    let folder = folder();
    let output = folder.path().join("tirs.bed");
    nascape("tirs").with("--signal", bam()).with("--assay", "gro").with("--output", &output).run().succeeds();
    lines(&output);
}

#[test]
fn what_has_no_strands_or_no_reads_is_refused() {
    let folder = folder();
    let output = folder.path().join("tirs.bed");
    let single = nascape("tirs").with("--signal", k562().plus).with("--output", &output);
    single.run().fails(&["K562.PROseq.plus.bw", "unstranded", "--plus"]);
    let empty = Pair::new(folder.path().join("p.bw"), folder.path().join("m.bw"));
    write_bigwig(&empty.plus, &[("chr21", 48_129_895, &[])]);
    write_bigwig(&empty.minus, &[("chr21", 48_129_895, &[])]);
    tirs(&empty, &output).run().fails(&["p.bw", "no chromosome holds a read"]);
    let whole = fs::read(k562().minus).unwrap();
    let half = folder.path().join("half.bw");
    fs::write(&half, &whole[..whole.len() / 2]).unwrap();
    tirs(&Pair::new(k562().plus, &half), &output).run().fails(&["half.bw", "damaged or cut short"]);
    for rate in ["0", "1", "nan"] {
        tirs(&k562(), &output).with("--fdr", rate).run().misused(&["false discovery rate"]);
    }
    tirs(&k562(), &folder.path().join("no/such/tirs.bed")).run().fails(&["tirs.bed", "cannot be written"]);
    tirs(&whole_genome(), &output).with("--region", "chr99").run().fails(&["chr99"]);
    assert_holds(folder.path(), &["p.bw", "m.bw", "half.bw"]);
}
