//! `nascape check` is right about each kind of file that people really bring.

use std::{fs, path::Path};

use serde_json::Value;

use crate::harness::{
    Item, Nascape, Pair, bam, bigwig_items, chr22, folder, hek293, k562, k562_file, k562_items, nascape, whole_genome,
    write_bedgraph, write_bigwig,
};

const HG19_CHR21: u32 = 48_129_895;

/// A report, after checking what holds for all of them.
struct Report(Value);

impl Report {
    #[track_caller]
    fn of(command: Nascape) -> Self {
        let outcome = command.flag("--json").run();
        let report = Self(outcome.json());
        assert_eq!(outcome.status, i32::from(report.verdict() == "error"), "the status says what the verdict says");
        let severities = ["error", "warning", "mended", "fine"];
        let rank = |finding: &Value| severities.iter().position(|&s| finding["severity"] == s).expect("a severity");
        let ranks: Vec<usize> = report.findings().iter().map(rank).collect();
        assert!(ranks.is_sorted(), "the worst comes first: {report:#?}", report = report.0);
        report
    }

    #[track_caller]
    fn on(pair: &Pair) -> Self {
        Self::of(nascape("check").assay(pair))
    }

    fn verdict(&self) -> &str {
        self.0["verdict"].as_str().unwrap()
    }

    fn findings(&self) -> &[Value] {
        self.0["findings"].as_array().unwrap()
    }

    /// The codes of all findings of a severity.
    fn codes(&self, severity: &str) -> Vec<&str> {
        let here = self.findings().iter().filter(|finding| finding["severity"] == severity);
        here.map(|finding| finding["code"].as_str().unwrap()).collect()
    }

    /// There is a finding of this code and severity, and its message or remedy holds all `words`.
    #[track_caller]
    fn finds(&self, severity: &str, code: &str, words: &[&str]) -> &Self {
        let here: Vec<String> = (self.findings().iter())
            .filter(|finding| finding["severity"] == severity && finding["code"] == code)
            .map(|finding| {
                format!("{} -> {}", finding["message"].as_str().unwrap(), finding["remedy"].as_str().unwrap())
            })
            .collect();
        let fits = here.iter().any(|text| words.iter().all(|word| text.contains(word)));
        assert!(fits, "no {severity} '{code}' with {words:?} among {:#?}", self.0["findings"]);
        self
    }

    /// Not usable, for one reason only, with a sentence that holds all `words`.
    #[track_caller]
    fn refuses(&self, code: &str, words: &[&str]) {
        assert_eq!(self.codes("error"), [code], "{:#?}", self.0["findings"]);
        self.finds("error", code, words);
    }
}

/// The file cannot be read as a plus strand nor alone; the sentence names it and holds `words`.
#[track_caller]
fn assert_unreadable(path: &Path, words: &[&str]) {
    let name = path.file_name().unwrap().to_str().unwrap();
    let words: Vec<&str> = words.iter().copied().chain([name]).collect();
    Report::on(&Pair::new(path, k562().minus)).refuses("unreadable", &words);
    Report::of(nascape("check").with("--signal", path)).refuses("unreadable", &words);
}

fn pair_of_bigwigs(folder: &Path, chromosome: &str, length: u32, plus: &[Item], minus: &[Item]) -> Pair {
    let pair = Pair::new(folder.join("plus.bw"), folder.join("minus.bw"));
    write_bigwig(&pair.plus, &[(chromosome, length, plus)]);
    write_bigwig(&pair.minus, &[(chromosome, length, minus)]);
    pair
}

fn scaled(items: &[Item], factor: f32) -> Vec<Item> {
    items.iter().map(|item| Item { value: item.value * factor, ..*item }).collect()
}

/// Each read end becomes the `length` bases of its read; towards lower coordinates for a plus-strand 3' end.
fn coverage(ends: &[Item], length: u32, plus: bool) -> Vec<Item> {
    let mut changes = std::collections::BTreeMap::<u32, f64>::new();
    for item in ends {
        for base in item.start..item.end {
            let start = if plus { (base + 1).saturating_sub(length) } else { base };
            *changes.entry(start).or_default() += f64::from(item.value);
            *changes.entry(start + length).or_default() -= f64::from(item.value);
        }
    }
    let (mut items, mut depth) = (Vec::new(), 0.0);
    let steps: Vec<(u32, f64)> = changes.into_iter().filter(|(_, change)| *change != 0.0).collect();
    for pair in steps.windows(2) {
        depth += pair[0].1;
        if depth != 0.0 {
            items.push(Item::new(pair[0].0, pair[1].0, depth as f32));
        }
    }
    items
}

#[test]
fn deep_counts_of_one_chromosome_are_fine_but_for_being_one() {
    let report = Report::on(&k562());
    assert_eq!(report.verdict(), "warning");
    assert_eq!(report.codes("warning"), ["one_chromosome"]);
    assert_eq!(report.codes("mended"), ["sign"]);
    assert_eq!(report.0["assembly"], "hg19");
    report
        .finds("warning", "one_chromosome", &["Only chr21"])
        .finds("mended", "sign", &["K562.PROseq.minus.bw", "negative", "counted as positive"])
        .finds("fine", "assembly", &["hg19"])
        .finds("fine", "coverage", &["K562.PROseq.plus.bw", "read ends"])
        .finds("fine", "coverage", &["K562.PROseq.minus.bw", "read ends"])
        .finds("fine", "normalised", &["K562.PROseq.plus.bw", "counts"])
        .finds("fine", "normalised", &["K562.PROseq.minus.bw", "counts"])
        .finds("fine", "depth", &["2,953,343 reads"])
        .finds("fine", "balance", &[])
        .finds("fine", "orientation", &["right way round"]);
    let surveys = report.0["surveys"].as_array().unwrap();
    assert_eq!(surveys.len(), 2);
    assert_eq!(surveys[0]["chromosomes"], serde_json::json!(["chr21"]));
    assert_eq!(surveys[0]["reads"].as_f64().unwrap() + surveys[1]["reads"].as_f64().unwrap(), 2_953_343.0);
}

#[test]
fn the_text_report_says_the_same_and_what_to_do() {
    let outcome = nascape("check").assay(&k562()).run().succeeds();
    for words in ["warning  Only chr21", "mended ", "-> They are counted as positive", "mind the warnings"] {
        assert!(outcome.stdout.contains(words), "'{words}' is not in:\n{}", outcome.stdout);
    }
    assert_eq!(outcome.stderr, "");
    let outcome = nascape("check").assay(&k562().swapped()).run();
    assert_eq!(outcome.status, 1);
    assert!(outcome.stdout.contains("error    The strands look swapped"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("This assay cannot be used as it is."), "{}", outcome.stdout);
}

#[test]
fn bedgraphs_tell_their_assembly_by_the_names_of_scaffolds() {
    let report = Report::on(&hek293());
    assert_eq!(report.0["assembly"], "hg38");
    assert_eq!(
        (report.codes("error"), report.codes("warning")),
        (vec![], vec!["one_chromosome"]),
        "a scaffold is no chromosome"
    );
    report.finds("mended", "sign", &["minus.bedGraph.gz"]).finds("fine", "orientation", &[]).finds(
        "fine",
        "coverage",
        &[],
    );
}

#[test]
fn a_whole_genome_of_few_reads_is_shallow() {
    let report = Report::on(&whole_genome());
    assert_eq!(report.0["assembly"], "hg38");
    assert_eq!(report.codes("warning"), ["depth"]);
    report.finds("warning", "depth", &["720,565 reads", "shallow"]).finds("fine", "orientation", &[]);
    assert_eq!(report.0["surveys"][0]["chromosomes"].as_array().unwrap().len(), 24);
}

#[test]
fn a_bam_of_gro_seq_is_right_as_gro_and_looks_swapped_as_pro() {
    let check = || nascape("check").with("--signal", bam());
    let gro = Report::of(check().with("--assay", "gro"));
    assert_eq!(gro.0["assembly"], "hg19");
    assert_eq!(gro.codes("warning"), ["one_chromosome"]);
    gro.finds("fine", "orientation", &[]).finds("warning", "one_chromosome", &["chr7"]);
    assert_eq!(gro.0["surveys"][0]["format"], "BAM");
    let pro = Report::of(check().with("--assay", "pro"));
    pro.refuses("orientation", &["look swapped", "--library"]);
    let mended = Report::of(check().with("--assay", "pro").with("--library", "forward"));
    mended.finds("fine", "orientation", &[]);
}

#[test]
fn a_bam_given_for_both_strands_is_read_once() {
    let report = Report::of(nascape("check").assay(&Pair::new(bam(), bam())).with("--assay", "gro"));
    assert!(report.codes("error").is_empty(), "{:#?}", report.0["findings"]);
    report.finds("fine", "orientation", &[]);
}

#[test]
fn swapped_strands_are_an_error() {
    for pair in [k562(), hek293(), whole_genome()] {
        let report = Report::on(&pair.swapped());
        report.refuses("orientation", &["swapped", "Exchange --plus and --minus"]);
    }
    // Without the sign, the geometry of promoters alone tells.
    let folder = folder();
    let (plus, minus) = k562_items();
    let pair = pair_of_bigwigs(folder.path(), "chr21", HG19_CHR21, &plus, &scaled(&minus, -1.0));
    let right = Report::on(&pair);
    assert!(right.codes("mended").is_empty());
    right.finds("fine", "orientation", &[]);
    Report::on(&pair.swapped()).refuses("orientation", &["inwards"]);
}

#[test]
fn annotated_genes_tell_which_strand_is_which() {
    let folder = folder();
    let made =
        nascape("simulate").with("--chromosome", "chr21").with("--reads", "300000").with("--output", folder.path());
    made.run().succeeds();
    let named = |name: &str| folder.path().join(format!("simulated.{name}"));
    let pair = Pair::new(named("plus.bw"), named("minus.bw"));
    let with_genes = |pair: &Pair| Report::of(nascape("check").assay(pair).with("--genes", named("genes.bed")));
    with_genes(&pair).finds("fine", "orientation", &["transcribed genes"]);
    with_genes(&pair.swapped()).refuses("orientation", &["transcribed genes"]);
    let missing = nascape("check").assay(&k562()).with("--genes", named("none.gtf")).run();
    missing.fails(&["none.gtf", "cannot be read", "Check the spelling"]);
    fs::write(named("bad.bed"), "chr21\t1\t2\tg\t0\t+\nchr21\tx\t9\tg\t0\t+\n").unwrap();
    nascape("check").assay(&k562()).with("--genes", named("bad.bed")).run().fails(&["bad.bed, line 2", "'x'"]);
}

#[test]
fn one_strand_given_twice_is_an_error() {
    let folder = folder();
    let plus = k562().plus;
    let copy = folder.path().join("surely-minus.bw");
    fs::copy(&plus, &copy).unwrap();
    let words = ["identical", "--minus"];
    Report::on(&Pair::new(&plus, &plus)).refuses("same_strand_twice", &words);
    Report::on(&Pair::new(&plus, &copy)).refuses("same_strand_twice", &[&words[..], &["surely-minus.bw"]].concat());
    // Even where somebody turned the sign.
    let turned = folder.path().join("turned.bw");
    write_bigwig(&turned, &[("chr21", HG19_CHR21, &scaled(&k562_items().0, -1.0))]);
    Report::on(&Pair::new(&plus, &turned)).refuses("same_strand_twice", &words);
}

#[test]
fn a_bigwig_that_was_cut_is_damaged_wherever_it_was_cut() {
    let folder = folder();
    let whole = fs::read(k562().plus).unwrap();
    // Of this file the data end at 71 %, their index at 73 %.
    for length in [10, 100, 5_000, whole.len() / 4, whole.len() / 2, whole.len() * 72 / 100] {
        let path = folder.path().join(format!("cut-at-{length}.bw"));
        fs::write(&path, &whole[..length]).unwrap();
        assert_unreadable(&path, &["damaged or cut short", "again"]);
    }
}

#[test]
fn a_bigwig_that_lost_only_zoom_levels_is_damaged_or_counted_in_full() {
    let folder = folder();
    let whole = fs::read(k562().plus).unwrap();
    let reads = Report::on(&k562()).0["surveys"][0]["reads"].clone();
    for length in [whole.len() * 3 / 4, whole.len() * 9 / 10, whole.len() - 1_000, whole.len() - 1] {
        let path = folder.path().join("cut.bw");
        fs::write(&path, &whole[..length]).unwrap();
        let report = Report::on(&Pair::new(&path, k562().minus));
        if report.verdict() == "error" {
            report.refuses("unreadable", &["cut.bw", "damaged or cut short"]);
        } else {
            assert_eq!(report.0["surveys"][0]["reads"], reads, "cut at {length}");
        }
    }
}

#[test]
fn a_bigwig_with_damaged_data_is_an_error_wherever_it_is_damaged() {
    let folder = folder();
    let whole = fs::read(k562().plus).unwrap();
    for share in [1, 3, 5, 7, 9] {
        let mut bytes = whole.clone();
        let at = whole.len() * share / 10;
        bytes[at..at + 64].fill(0xA5);
        let path = folder.path().join(format!("damaged-{share}.bw"));
        fs::write(&path, bytes).unwrap();
        let report = Report::on(&Pair::new(&path, k562().minus));
        // A zoom level may be what was hit; the data are whole then.
        if report.verdict() == "error" {
            report.refuses("unreadable", &["damaged", &format!("damaged-{share}.bw")]);
        } else {
            assert!(share > 5, "damage at {share}0 % was not seen");
        }
    }
}

#[test]
fn what_is_no_signal_file_is_named_for_what_it_is() {
    let folder = folder();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    assert_unreadable(&write("text.bw", "chr21\t1\t2\t3\n"), &["not a bigWig", "plain text", "rename"]);
    assert_unreadable(&write("page.bw", "<!DOCTYPE html>\n<html></html>\n"), &["not a bigWig", "web page"]);
    assert_unreadable(&write("empty.bw", ""), &["empty", "Fetch it again"]);
    assert_unreadable(&write("empty.bedGraph", ""), &["empty"]);
    assert_unreadable(&write("peaks.txt", "chr21\t1\t2\tname\t5\n"), &["5 columns", "bedGraph"]);
    assert_unreadable(&write("binary.bw", "\u{1}\u{2}\u{3}\u{4} nothing known"), &["binary data"]);
    assert_unreadable(&folder.path().join("missing.bw"), &["cannot be read", "Check the spelling"]);
    assert_unreadable(folder.path(), &["cannot be read", "folder"]);
}

#[test]
fn the_faults_of_both_files_are_told_at_once() {
    let report = Report::on(&Pair::new("nowhere.plus.bw", "nowhere.minus.bw"));
    assert_eq!(report.codes("error"), ["unreadable", "unreadable"]);
    report.finds("error", "unreadable", &["nowhere.plus.bw"]).finds("error", "unreadable", &["nowhere.minus.bw"]);
}

#[test]
fn a_gzip_that_was_cut_is_damaged() {
    let folder = folder();
    let whole = fs::read(hek293().plus).unwrap();
    for length in [1_000, whole.len() / 2, whole.len() - 4] {
        let path = folder.path().join(format!("cut-at-{length}.bedGraph.gz"));
        fs::write(&path, &whole[..length]).unwrap();
        let report = Report::on(&Pair::new(&path, hek293().minus));
        let (name, again) = (path.file_name().unwrap().to_str().unwrap(), "again");
        assert_eq!(report.codes("error"), ["unreadable"], "cut at {length}: {:#?}", report.0["findings"]);
        report.finds("error", "unreadable", &[name, again]);
    }
}

#[test]
fn a_bam_that_was_cut_is_damaged() {
    let folder = folder();
    let whole = fs::read(bam()).unwrap();
    // BGZF blocks say their own size: a cut between two of them is as much a cut as one inside.
    let mut block = 0;
    while block < whole.len() / 2 {
        block += usize::from(u16::from_le_bytes([whole[block + 16], whole[block + 17]])) + 1;
    }
    for length in [whole.len() / 2, block, whole.len() - 28] {
        let path = folder.path().join(format!("cut-at-{length}.bam"));
        fs::write(&path, &whole[..length]).unwrap();
        let report = Report::of(nascape("check").with("--signal", &path).with("--assay", "gro"));
        assert_eq!(report.codes("error"), ["unreadable"], "cut at {length} of {}: {:#?}", whole.len(), report.0);
        report.finds("error", "unreadable", &["cut-at", "again"]);
    }
}

#[test]
fn strands_of_two_assemblies_are_an_error() {
    let same_chromosome = Pair::new(k562().plus, whole_genome().minus);
    Report::on(&same_chromosome).refuses("assembly_mismatch", &["hg19", "hg38", "chr21", "Lift"]);
    let nothing_shared = Pair::new(k562().plus, hek293().minus);
    Report::on(&nothing_shared).refuses("assembly_mismatch", &["share no chromosome", "chr21", "chr22"]);
}

#[test]
fn an_assembly_that_the_file_contradicts_is_an_error() {
    let report = Report::of(nascape("check").assay(&k562()).with("--assembly", "hg38"));
    assert_eq!(report.verdict(), "error");
    report.finds("error", "assembly_mismatch", &["hg19", "hg38", "chr21"]);
    let outcome = nascape("check").assay(&k562()).with("--assembly", "hg17").run();
    outcome.refused(&["hg17", "hg19, hg38, mm10", "--chrom-sizes"]);
}

#[test]
fn read_coverage_is_told_from_read_ends() {
    let folder = folder();
    // Deep: reads overlap. Shallow: most reads stand alone.
    let (plus, minus) = k562_items();
    let (plus, minus) = (coverage(&plus, 36, true), coverage(&scaled(&minus, -1.0), 36, false));
    let deep = pair_of_bigwigs(folder.path(), "chr21", HG19_CHR21, &plus, &minus);
    let report = Report::on(&deep);
    report.finds("error", "coverage", &["plus.bw", "read coverage, not read ends", "genomecov", "BAM"]);
    report.finds("error", "coverage", &["minus.bw"]);

    let pair = whole_genome();
    let (plus, minus) = (bigwig_items(&pair.plus, "chr1"), bigwig_items(&pair.minus, "chr1"));
    let (plus, minus) = (coverage(&plus, 36, true), coverage(&scaled(&minus, -1.0), 36, false));
    let shallow = Pair::new(folder.path().join("plus.bedGraph"), folder.path().join("minus.bedGraph"));
    write_bedgraph(&shallow.plus, "chr1", &plus);
    write_bedgraph(&shallow.minus, "chr1", &minus);
    let report = Report::of(nascape("check").assay(&shallow).with("--assembly", "hg38"));
    report.finds("error", "coverage", &["plus.bedGraph", "36 bp"]).finds(
        "error",
        "coverage",
        &["minus.bedGraph", "36 bp"],
    );
}

#[test]
fn reads_per_million_are_told_from_counts() {
    let folder = folder();
    let scaled_plus = folder.path().join("plus.rpm.bw");
    let rpm = 1e6 / 2_953_343.0;
    write_bigwig(&scaled_plus, &[("chr21", HG19_CHR21, &scaled(&k562_items().0, rpm))]);
    let report = Report::on(&Pair::new(&scaled_plus, k562().minus));
    assert!(report.codes("error").is_empty(), "{:#?}", report.0["findings"]);
    report.finds("warning", "normalised", &["plus.rpm.bw", "not counts", "3.0 million reads"]).finds(
        "fine",
        "normalised",
        &["K562.PROseq.minus.bw"],
    );
}

#[test]
fn the_depth_of_reads_per_million_is_that_of_the_library() {
    let folder = folder();
    let (plus, minus) = k562_items();
    let rpm = 1e6 / 2_953_343.0;
    let pair = pair_of_bigwigs(folder.path(), "chr21", HG19_CHR21, &scaled(&plus, rpm), &scaled(&minus, rpm));
    let report = Report::on(&pair);
    let depth = report.findings().iter().find(|finding| finding["code"] == "depth").unwrap();
    let message = depth["message"].as_str().unwrap();
    assert!(!message.contains("1,000,000 reads"), "a library of 2,953,343 reads is said to have a million: {message}");
}

#[test]
fn values_that_share_no_unit_are_no_counts() {
    let folder = folder();
    let (plus, minus) = k562_items();
    let logged = |items: &[Item]| -> Vec<Item> {
        items.iter().map(|item| Item { value: (item.value.abs() + 0.7).ln() + 1.0, ..*item }).collect()
    };
    let pair = pair_of_bigwigs(folder.path(), "chr21", HG19_CHR21, &logged(&plus), &logged(&minus));
    Report::on(&pair).finds("warning", "normalised", &["share no unit", "raw counts"]);
}

#[test]
fn both_signs_in_one_strand_are_an_error() {
    let folder = folder();
    let (plus, minus) = k562_items();
    // The usual way to put both strands into one file: minus counts are negative.
    let mut mixed: Vec<Item> = plus.iter().chain(&minus).copied().collect();
    mixed.sort_by_key(|item| item.start);
    mixed.dedup_by(|later, earlier| earlier.end > later.start);
    let path = folder.path().join("both.bw");
    write_bigwig(&path, &[("chr21", HG19_CHR21, &mixed)]);
    let report = Report::of(nascape("check").with("--signal", &path));
    report.refuses("mixed_signs", &["both.bw", "both signs", "Split it by sign"]);
    let report = Report::on(&Pair::new(&path, k562().minus));
    report.finds("error", "mixed_signs", &["both.bw"]);
}

#[test]
fn chromosomes_without_chr_are_understood() {
    let folder = folder();
    let (plus, minus) = k562_items();
    let pair = pair_of_bigwigs(folder.path(), "21", HG19_CHR21, &plus, &minus);
    let report = Report::on(&pair);
    assert_eq!(report.0["assembly"], "hg19");
    assert_eq!(report.codes("warning"), ["one_chromosome"]);
    report.finds("mended", "naming", &["plus.bw", "'21'"]).finds("mended", "naming", &["minus.bw"]);
    // And where the strands are named in two ways.
    let report = Report::on(&Pair::new(k562().plus, &pair.minus));
    assert!(report.codes("error").is_empty(), "{:#?}", report.0["findings"]);
    report.finds("fine", "depth", &["2,953,343 reads"]).finds("fine", "orientation", &[]);
}

#[test]
fn almost_no_reads_are_an_error() {
    let folder = folder();
    let (plus, minus) = k562_items();
    let pair = pair_of_bigwigs(folder.path(), "chr21", HG19_CHR21, &plus[..20], &minus[..20]);
    let report = Report::on(&pair);
    report.finds("error", "depth", &["Almost no reads", "right file"]);
    let pair = pair_of_bigwigs(folder.path(), "chr21", HG19_CHR21, &[], &[]);
    let report = Report::on(&pair);
    assert_eq!(report.verdict(), "error", "{:#?}", report.0);
    report.finds("error", "depth", &["0 reads"]);
}

#[test]
fn a_bedgraph_of_headers_alone_has_no_data() {
    let folder = folder();
    let path = folder.path().join("header.bedGraph");
    fs::write(&path, "track type=bedGraph name=\"plus\"\n").unwrap();
    let report = Report::of(nascape("check").with("--signal", &path));
    assert_eq!(report.verdict(), "error");
    let message = report.findings()[0]["message"].as_str().unwrap();
    assert!(message.contains("header.bedGraph"), "{message}");
    assert!(!message.contains("assembly"), "the fault is that there are no data, not the assembly: {message}");
}

#[test]
fn a_bedgraph_whose_assembly_is_open_asks_for_it_and_is_mended_by_saying_it() {
    let folder = folder();
    let pair = Pair::new(folder.path().join("plus.bedGraph"), folder.path().join("minus.bedGraph"));
    write_bedgraph(&pair.plus, "chr22", &bigwig_items(&chr22("MCF7.nascent.plus.bw"), "chr22"));
    write_bedgraph(&pair.minus, "chr22", &bigwig_items(&chr22("MCF7.nascent.minus.bw"), "chr22"));
    let report = Report::on(&pair);
    assert_eq!(report.codes("error"), ["assembly", "assembly"], "one a file");
    report.finds("error", "assembly", &["plus.bedGraph", "hg19 and hg38", "--assembly"]);
    let mended = Report::of(nascape("check").assay(&pair).with("--assembly", "hg38"));
    assert!(mended.codes("error").is_empty(), "{:#?}", mended.0["findings"]);
    assert_eq!(mended.0["assembly"], "hg38");
    mended.finds("fine", "orientation", &[]);
    let sizes = folder.path().join("mine.chrom.sizes");
    fs::write(&sizes, "chr22\t50818468\n").unwrap();
    let mended = Report::of(nascape("check").assay(&pair).with("--chrom-sizes", &sizes));
    assert!(mended.codes("error").is_empty(), "{:#?}", mended.0["findings"]);
    let mouse = Report::of(nascape("check").assay(&pair).with("--assembly", "mm10"));
    assert_eq!(mouse.verdict(), "error", "mice have no chr22: {:#?}", mouse.0);
}

#[test]
fn a_bedgraph_with_a_bad_line_is_refused_with_the_line() {
    let folder = folder();
    let good = "track type=bedGraph\nchr22\t20000000\t20000001\t2\n";
    let bad = [
        ("chr22\t20000005\t20000004\t1", &["behind the start"][..]),
        ("chr22\ttwenty\t20000004\t1", &["'twenty'"]),
        ("chr22\t20000005\t20000006\tmany", &["'many'", "not a number"]),
        ("chr22\t20000005\t20000006\tNaN", &["NaN", "finite"]),
        ("chr22\t20000005\t20000006\tinf", &["inf", "finite"]),
        ("chr22\t20000005\t20000006", &["fourth column"]),
        ("chr22\t-5\t20000006\t1", &["'-5'"]),
        ("chr22\t20000005\t99999999999\t1", &["'99999999999'"]),
        ("chr22", &["start is missing"]),
    ];
    for (line, words) in bad {
        let path = folder.path().join("bad.bedGraph");
        fs::write(&path, format!("{good}{line}\nchr22\t20000010\t20000011\t1\n")).unwrap();
        let report = Report::of(nascape("check").with("--signal", &path).with("--assembly", "hg38"));
        report.refuses("unreadable", &[&["bad.bedGraph, line 3"], words].concat());
    }
}

#[test]
fn a_bedgraph_with_items_that_overlap_is_refused_with_the_place() {
    let folder = folder();
    let path = folder.path().join("overlap.bedGraph");
    fs::write(&path, "chr22\t20000000\t20000010\t1\nchr22\t20000005\t20000006\t1\n").unwrap();
    let report = Report::of(nascape("check").with("--signal", &path).with("--assembly", "hg38"));
    report.refuses("unreadable", &["overlap.bedGraph", "overlap at chr22:20000005", "Give one file a strand"]);
}

#[test]
fn an_unsorted_bedgraph_is_as_good_as_a_sorted_one() {
    let folder = folder();
    let made = |name: &str, turned: bool| {
        let mut items = bigwig_items(&chr22("MCF7.nascent.plus.bw"), "chr22");
        if turned {
            items.reverse();
        }
        let path = folder.path().join(name);
        write_bedgraph(&path, "chr22", &items);
        let report = Report::of(nascape("check").with("--signal", path).with("--assembly", "hg38"));
        (
            report.0["surveys"][0]["reads"].clone(),
            report.0["surveys"][0]["long_block_share"].clone(),
            report.0["verdict"].clone(),
        )
    };
    assert_eq!(made("sorted.bedGraph", false), made("unsorted.bedGraph", true));
}

#[test]
fn lines_of_any_system_and_spaces_for_tabs_are_read() {
    let folder = folder();
    let items = bigwig_items(&chr22("MCF7.nascent.plus.bw"), "chr22");
    let plain = folder.path().join("plain.bedGraph");
    write_bedgraph(&plain, "chr22", &items);
    let text = fs::read_to_string(&plain).unwrap();
    let variants = [
        ("windows.bedGraph", text.replace('\n', "\r\n")),
        ("spaces.bedGraph", text.replace('\t', " ")),
        ("no-last-newline.bedGraph", text.trim_end().to_owned()),
        ("comments.bedGraph", format!("browser position chr22\n# made by hand\n\n{text}")),
    ];
    for (name, text) in variants {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let report = Report::of(nascape("check").with("--signal", &path).with("--assembly", "hg38"));
        assert!(report.codes("error").is_empty(), "{name}: {:#?}", report.0["findings"]);
        assert_eq!(report.0["surveys"][0]["items"], items.len(), "{name}");
    }
}

/// A small bedGraph behind other first lines is read in full.
#[track_caller]
fn assert_read_behind(first_lines: &str) {
    let folder = folder();
    let path = folder.path().join("plus.bedGraph");
    let items = &bigwig_items(&chr22("MCF7.nascent.plus.bw"), "chr22")[..5_000];
    write_bedgraph(&path, "chr22", items);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{first_lines}{text}")).unwrap();
    let report = Report::of(nascape("check").with("--signal", &path).with("--assembly", "hg38"));
    assert!(report.codes("error").is_empty(), "{:#?}", report.0["findings"]);
    assert_eq!(report.0["surveys"][0]["items"], items.len());
}

#[test]
fn a_track_name_in_any_language_is_no_binary_data() {
    assert_read_behind("track type=bedGraph name=\"Zellkern-RNA, λ, 新生\"\n");
    assert_read_behind("\u{feff}track type=bedGraph name=\"saved by an editor of Windows\"\n");
}

#[test]
fn a_long_comment_does_not_hide_the_columns() {
    // The first line of data is cut, wherever the first bytes that are looked at end.
    for length in [240, 250, 1_000, 1_010, 1_015, 1_020, 5_000] {
        assert_read_behind(&format!("#{}\n", "x".repeat(length)));
    }
}

#[test]
fn values_in_a_bigwig_that_are_no_numbers_are_told() {
    let folder = folder();
    let (plus, minus) = k562_items();
    for value in [f32::NAN, f32::INFINITY] {
        let mut plus = plus.clone();
        plus[1_000].value = value;
        let pair = pair_of_bigwigs(folder.path(), "chr21", HG19_CHR21, &plus, &minus);
        let report = Report::on(&pair);
        let told = report
            .findings()
            .iter()
            .any(|finding| finding["severity"] != "fine" && finding["message"].as_str().unwrap().contains("plus.bw"));
        assert!(told, "nothing is said of the value {value}: {:#?}", report.0["findings"]);
    }
}

#[test]
fn one_unstranded_file_can_be_used_with_a_caution() {
    let report = Report::of(nascape("check").with("--signal", k562().plus));
    assert_eq!(report.verdict(), "warning");
    report.finds("warning", "unstranded", &["--plus and --minus"]);
}

#[test]
fn a_peak_file_for_a_strand_is_refused() {
    assert_unreadable(&k562_file("K562.H3K4me3.peaks.bed"), &["5 columns"]);
}
