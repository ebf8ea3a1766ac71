//! Small files of every format: excerpts of the real experiments and of the shipped bundles, made anew for each run so that no real data
//! lie in the repository.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
};

use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use nascape_app::{Library, library::archive};
use nascape_signal::{Assembly, Interval, Region, Signal, SignalOptions, assembly::Chromosome, bigwig::BigWigWriter};
use noodles_bgzf as bgzf;
use serde_json::{Value, json};

#[path = "layout.rs"]
pub mod layout;

/// The files of each format by their names: the first is what mutants are made of, all are what a fuzzer begins with.
pub type Seeds = BTreeMap<&'static str, Vec<(String, Vec<u8>)>>;

/// A recipe that names no other.
const RECIPE: &str = r#"
targets = ["H3K4me3", "DNase"]
architecture = { name = "nascape", channels = [16, 24, 32], dilated = 5 }
schedule = { epochs = 40, seed = 1 }
reads_per_kb = 1.5
target_smoothing = 2.0

[[experiment]]
name = "K562, PRO-seq"
plus = "K562.PROseq.plus.bw"
minus = "K562.PROseq.minus.bw"
assembly = "hg19"
observed = { H3K4me3 = "K562.H3K4me3.peaks.bed", DNase = "K562.DNase.peaks.bed" }
train = ["chr21:1-30,000,000"]
validation = ["chr21:30,000,001-35,000,000"]
test = ["chr21:35,000,001-48,129,895"]
"#;

/// Seeds of every format; the real experiments lie in `data`.
pub fn all(data: &Path) -> Seeds {
    let mut seeds = Seeds::new();
    let mut add = |format: &'static str, name: &str, bytes: Vec<u8>| {
        seeds.entry(format).or_default().push((name.to_owned(), bytes));
    };
    let k562 = |strand: &str| data.join(format!("k562-chr21-hg19/K562.PROseq.{strand}.bw"));
    for strand in ["plus", "minus"] {
        let items = items(&k562(strand));
        add("bigwig", &format!("{strand}.packed.bw"), packed(&items));
        for (kind, big_endian) in [(1, false), (2, true), (3, false)] {
            add("bigwig", &format!("{strand}.kind{kind}.bw"), layout::bigwig(&items, kind, big_endian));
        }
    }
    for strand in ["plus", "minus"] {
        let path = data.join(format!("formats/HEK293.PROseq.chr22.hg38.{strand}.bedGraph.gz"));
        let text = lines(MultiGzDecoder::new(open(&path)), 400);
        add("bedgraph", &format!("{strand}.plain.bedGraph"), text.clone());
        add("bedgraph", &format!("{strand}.bedGraph.gz"), gzipped(&text));
    }
    for name in ["K562.H3K4me3", "K562.H3K27ac"] {
        let bed = lines(open(&data.join(format!("k562-chr21-hg19/{name}.peaks.bed"))), 100);
        add("peaks", &format!("{name}.narrowPeak"), narrow_peaks(&bed));
        add("peaks", &format!("{name}.bed"), bed);
    }
    let reads = unpacked_bam(&data.join("formats/MCF7.GROseq.chr7.hg19.bam"), 300);
    add("bam", "reads.bam", blocks(&reads));
    add("bam", "reads.unpacked", reads);
    let bands = include_bytes!("../../crates/nascape-app/genomes/hg19.bands.tsv");
    for (name, text) in annotations(bands) {
        add("features", name, text.into_bytes());
    }
    let sizes = |assembly: &str| -> String {
        let assembly = Assembly::named(assembly).expect("built in");
        assembly.chromosomes().take(60).map(|one| format!("{}\t{}\n", one.name, one.length)).collect()
    };
    add("chrom_sizes", "hg19.sizes", sizes("hg19").into_bytes());
    add("chrom_sizes", "mm10.sizes", sizes("mm10").into_bytes());
    for text in ["chr21:33,031,597-33,041,570", "chr21", "HLA:DRB1:7-9", "X:5", "chr1:1,000-"] {
        add("region", &text.replace([':', ','], "_"), text.as_bytes().to_vec());
    }
    of_bundles(&mut add);
    add("checkpoint", "small.checkpoint", checkpoint());
    add("session", "there.nascape.json", session());
    add("recipe", "whole.toml", RECIPE.as_bytes().to_vec());
    for entry in fs::read_dir(repository().join("models/recipes")).expect("the recipes").flatten() {
        if entry.path().extension().is_some_and(|ending| ending == "toml") {
            add("recipe", &entry.file_name().to_string_lossy(), fs::read(entry.path()).expect("a recipe"));
        }
    }
    seeds
}

fn of_bundles(add: &mut impl FnMut(&'static str, &str, Vec<u8>)) {
    for name in ["H3K4me3.cnn", "H3K4me3.xgboost-regressor", "H3K4me3.blend"] {
        let bundle = Library::named(name).expect("a shipped bundle");
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        archive::write(&bundle, file.path()).expect("a temporary file");
        if name != "H3K4me3.blend" {
            add("archive", &format!("{name}.nascape"), fs::read(file.path()).expect("just written"));
        }
        let files: BTreeMap<String, Vec<u8>> = bundle.files().into_iter().collect();
        let card = short(&files["model.json"]);
        add("card", &format!("{name}.json"), card.clone());
        for weights in ["weights.safetensors", "forest.ubj"] {
            if let Some(bytes) = files.get(weights) {
                add("bundle", name, [&card[..], &[0], bytes].concat());
                add(if weights == "forest.ubj" { "forest_ubj" } else { "safetensors" }, name, bytes.clone());
            }
        }
    }
    let model = layout::forest();
    add("forest_json", "small.json", model.to_string().into_bytes());
    let mut ubj = Vec::new();
    layout::ubj(&model, &mut ubj);
    add("forest_ubj", "small.ubj", ubj);
}

/// A card without most of its epochs.
fn short(card: &[u8]) -> Vec<u8> {
    let mut card: Value = serde_json::from_slice(card).expect("a card");
    if let Some(epochs) = card.pointer_mut("/training/epochs").and_then(Value::as_array_mut) {
        epochs.truncate(2);
    }
    card.to_string().into_bytes()
}

/// The reads of 200 kb.
fn items(path: &Path) -> Vec<Interval> {
    let signal = Signal::open(path, &SignalOptions::default()).expect("real data");
    let mut items = Vec::new();
    signal.scan(&Region::new("chr21", 33_000_000, 33_200_000), |item| items.push(item)).expect("real data");
    items.truncate(600);
    items
}

/// The chromosomes of the bigWigs: the one with reads, and others that make its list no leaf alone.
pub fn chromosomes() -> Vec<Chromosome> {
    let known = Assembly::named("hg19").expect("built in").assembled();
    known.filter(|one| ["chr20", "chr21", "chr22"].contains(&one.name.as_str())).cloned().collect()
}

fn packed(items: &[Interval]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("packed.bw");
    let mut writer = BigWigWriter::create(&path, &chromosomes()).expect("a temporary folder");
    for (chromosome, first) in [("chr20", 0), ("chr21", 0), ("chr22", 300)] {
        writer.write(&chromosome.into(), items[first..].to_vec()).expect("sorted items");
    }
    writer.finish().expect("a temporary folder");
    fs::read(path).expect("just written")
}

fn narrow_peaks(bed: &[u8]) -> Vec<u8> {
    let lines = bed.lines().map_while(Result::ok);
    lines
        .enumerate()
        .map(|(at, line)| format!("{line}\t.\t{}.25\t-1\t3.5\t40\n", at % 50))
        .collect::<String>()
        .into_bytes()
}

/// Bands as genes of GTF, of GFF3, and as BED of twelve columns.
fn annotations(bands: &[u8]) -> [(&'static str, String); 3] {
    let [mut gtf, mut gff, mut bed] = ["", "##gff-version 3\n", "track name=bands\n"].map(str::to_owned);
    for line in bands.lines().map_while(Result::ok).take(40) {
        let mut fields = line.split('\t');
        let mut field = || fields.next().unwrap_or_default();
        let (chromosome, start, end, name) = (field(), field(), field(), field());
        let first = start.parse::<u32>().expect("a band") + 1;
        let half = first + 900;
        gtf +=
            &format!("{chromosome}\tx\tgene\t{first}\t{end}\t.\t+\t.\tgene_id \"{name}\"; gene_name \"g;{name}\";\n");
        gtf += &format!(
            "{chromosome}\tx\texon\t{first}\t{half}\t.\t+\t.\tgene_id \"{name}\"; transcript_id \"t{name}\";\n"
        );
        gff += &format!("{chromosome}\tx\tgene\t{first}\t{end}\t.\t-\t.\tID=gene:{name};Name=%2C{name}\n");
        gff += &format!("{chromosome}\tx\tmRNA\t{first}\t{end}\t.\t-\t.\tID=t{name};Parent=gene:{name}\n");
        gff += &format!("{chromosome}\tx\texon\t{first}\t{half}\t.\t-\t.\tParent=t{name}\n");
        bed += &format!("{chromosome}\t{start}\t{end}\t{name}\t5\t-\t{start}\t{end}\t0\t2\t50,100,\t0,700,\n");
    }
    [("bands.gtf", gtf), ("bands.gff3", gff), ("bands.bed", bed)]
}

/// The header of a BAM and its first alignments.
fn unpacked_bam(path: &Path, alignments: usize) -> Vec<u8> {
    let mut reader = bgzf::io::Reader::new(open(path));
    let mut bytes = Vec::new();
    let mut copy = |count: usize| {
        let at = bytes.len();
        bytes.resize(at + count, 0);
        reader.read_exact(&mut bytes[at..]).expect("a whole BAM");
        bytes[at..].to_vec()
    };
    let number =
        |copy: &mut dyn FnMut(usize) -> Vec<u8>| u32::from_le_bytes(copy(4).try_into().expect("4 bytes")) as usize;
    copy(4);
    let text = number(&mut copy);
    copy(text);
    for _ in 0..number(&mut copy) {
        let name = number(&mut copy);
        copy(name + 4);
    }
    for _ in 0..alignments {
        let alignment = number(&mut copy);
        copy(alignment);
    }
    bytes
}

/// BGZF of what is unpacked.
pub fn blocks(bytes: &[u8]) -> Vec<u8> {
    let mut writer = bgzf::io::Writer::new(Vec::new());
    writer.write_all(bytes).expect("memory");
    writer.finish().expect("memory")
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::default());
    writer.write_all(bytes).expect("memory");
    writer.finish().expect("memory")
}

fn checkpoint() -> Vec<u8> {
    let numbers: Vec<f32> = (0..8).map(|at| at as f32 / 7.0).collect();
    let epoch = |epoch: usize| json!({ "epoch": epoch, "train_loss": 0.5, "validation_loss": 0.25 });
    let state = json!({ "steps": 9, "mean": numbers, "square": numbers });
    json!({ "identity": "fuzzed", "epochs": [epoch(1), epoch(2)], "parameters": numbers, "adam": state, "best_epoch": 2, "best": numbers })
        .to_string()
        .into_bytes()
}

/// A session of one track, whose file lies beside it.
fn session() -> Vec<u8> {
    let file = json!({
        "path": "/elsewhere/there.bedGraph", "relative": "there.bedGraph", "bytes": 52, "changed": "0",
        "sha256_of_ends": "",
    });
    json!({
        "format": "nascape-session", "version": 1, "nascape_version": "0.1.0",
        "tracks": [{ "id": "t1", "files": [file], "assembly": "hg19" }],
        "view": { "locus": "chr21:1-1,000", "tracks": [{ "id": "t1", "height": 80, "name": "K562 <b>" }] },
    })
    .to_string()
    .into_bytes()
}

fn lines(from: impl Read, count: usize) -> Vec<u8> {
    let lines = BufReader::new(from).lines().map_while(Result::ok).take(count);
    lines.flat_map(|line| (line + "\n").into_bytes()).collect()
}

fn open(path: &Path) -> File {
    File::open(path).unwrap_or_else(|fault| {
        panic!("the real data are needed: {} ({fault}); say where with NASCAPE_DATA", path.display())
    })
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
