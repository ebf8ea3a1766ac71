//! The smallest files at which a library that we read with panics, loops or takes memory for what a file only says (docs/reliability.md
//! lists them): each is refused in a sentence before the library sees it.

use std::{io::Write, path::PathBuf};

use nascape_signal::{Assay, Assembly, Interval, Region, Signal, SignalOptions};

use crate::seeds::{blocks, layout};

/// What is said of a file of these bytes.
#[track_caller]
fn refused(name: &str, bytes: &[u8], words: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a temporary file");
    let read = Signal::open(&path, &SignalOptions::default()).and_then(|signal| {
        let chromosomes = signal.chromosomes_with_data()?;
        chromosomes.iter().try_for_each(|one| signal.scan(&Region::new(&one.name, 0, one.length), |_| {}))
    });
    let sentence = read.expect_err("a file that lies").to_string();
    assert!(sentence.contains(name) && sentence.contains(words), "{sentence}");
}

/// Where the parts of [`layout::bigwig`] lie, with three chromosomes of names of 8 bytes.
const CHROMOSOMES: usize = 64;
const DATA: usize = CHROMOSOMES + 32 + 4 + 3 * 16;

fn bigwig(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let items: Vec<Interval> = (0..40).map(|at| Interval { start: 50 * at, end: 50 * at + 50, value: 1.5 }).collect();
    let mut bytes = layout::bigwig(&items, 1, false);
    change(&mut bytes);
    bytes
}

fn put(bytes: &mut [u8], at: usize, number: &[u8]) {
    bytes[at..at + number.len()].copy_from_slice(number);
}

/// The first leaf of the index lies behind its root of three entries.
fn root(bytes: &[u8]) -> usize {
    48 + u64::from_le_bytes(bytes[24..32].try_into().expect("8 bytes")) as usize
}

fn leaf(bytes: &[u8]) -> usize {
    root(bytes) + 4 + 3 * 24
}

#[test]
fn sizes_and_offsets_of_a_bigwig_are_not_taken_at_their_word() {
    let endless = u64::MAX.to_le_bytes();
    for (words, change) in [
        ("bytes a block", (|bytes| put(bytes, 52, &u32::MAX.to_le_bytes())) as fn(&mut Vec<u8>)),
        ("it holds 18446744073709551615 chromosomes", |bytes| put(bytes, CHROMOSOMES + 16, &u64::MAX.to_le_bytes())),
        ("names of 4294967295", |bytes| put(bytes, CHROMOSOMES + 8, &u32::MAX.to_le_bytes())),
        ("entries of 4 bytes", |bytes| put(bytes, CHROMOSOMES + 12, &[4])),
        // Each node is its own child.
        ("chromosome list leads in a circle", |bytes| {
            put(bytes, CHROMOSOMES + 32, &[0, 0, 1, 0]);
            put(bytes, CHROMOSOMES + 32 + 4 + 8, &(CHROMOSOMES as u64 + 32).to_le_bytes());
        }),
        ("index leads in a circle", |bytes| {
            let root = root(bytes);
            put(bytes, root + 4 + 16, &(root as u64).to_le_bytes());
        }),
        ("leads beyond its end", |bytes| {
            let root = root(bytes);
            put(bytes, root + 4 + 16, &u64::MAX.to_le_bytes());
        }),
        ("of the kind 7, not 0 or 1", |bytes| {
            let root = root(bytes);
            put(bytes, root, &[7]);
        }),
        ("more than any bigWig has", |bytes| {
            let size = leaf(bytes) + 4 + 24;
            put(bytes, size, &(1_u64 << 40).to_le_bytes());
        }),
        ("shorter than its header", |bytes| {
            let size = leaf(bytes) + 4 + 24;
            put(bytes, size, &23_u64.to_le_bytes());
        }),
        ("holds 65535 items and is too short", |bytes| put(bytes, DATA + 8 + 22, &[0xff, 0xff])),
        ("a block of the kind 9", |bytes| put(bytes, DATA + 8 + 20, &[9])),
        // What is not compressed is said to be.
        ("does not decompress", |bytes| put(bytes, 52, &32_768_u32.to_le_bytes())),
    ] {
        refused("lies.bw", &bigwig(change), words);
    }
    refused("lies.bw", &bigwig(|bytes| put(bytes, 24, &endless)), "its index should be at byte");
}

#[test]
fn an_index_that_names_a_block_a_thousand_times_is_refused() {
    let bytes = bigwig(|bytes| {
        let root = root(bytes);
        let entry = bytes[leaf(bytes) + 4..leaf(bytes) + 36].to_vec();
        bytes.truncate(root);
        bytes.extend([1, 0, 0xe8, 3]);
        (0..1_000).for_each(|_| bytes.extend(&entry));
    });
    refused("twice.bw", &bytes, "blocks overlap");
}

#[test]
fn sizes_of_a_bam_are_not_taken_at_their_word() {
    let number = |number: u32| number.to_le_bytes().to_vec();
    let header = |text: u32, references: u32| [b"BAM\x01".to_vec(), number(text), number(references)].concat();
    let one = [header(0, 1), number(5), b"chr1\0".to_vec(), number(1_000)].concat();
    for (bytes, words) in [
        (header(u32::MAX, 0), "text in bytes of 4294967295"),
        (header(0, u32::MAX), "reference sequences of 4294967295"),
        ([header(0, 1), number(u32::MAX)].concat(), "name in bytes of 4294967295"),
        ([&one[..], &number(u32::MAX)].concat(), "alignment in bytes of 4294967295"),
        ([&one[..], &number(0), b"what follows would not be read"].concat(), "alignment in bytes of 0"),
    ] {
        refused("lies.bam", &blocks(&bytes), words);
    }
}

#[test]
fn a_bedgraph_that_unpacks_without_end_is_refused() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(b"chr21\t9411193\t9411194\t1\n").expect("memory");
    for _ in 0..80 {
        packed.write_all(&[b'\n'; 1 << 20]).expect("memory");
    }
    refused("bomb.bedGraph.gz", &packed.finish().expect("memory"), "unpacks to more than 100 times its size");
}

/// Each name of one file was looked for among all of the other: hours for two drafts of a genome.
#[test]
fn strands_with_fifty_thousand_scaffolds_each_open() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let strand = |name: &str| -> PathBuf {
        let lines: String = (0..50_000).map(|at| format!("{name}_{at}\t{at}\t{}\t1\n", at + 1)).collect();
        let path = folder.path().join(format!("{name}.bedGraph"));
        std::fs::write(&path, lines + "shared\t5\t6\t2\n").expect("a temporary file");
        path
    };
    let (plus, minus) = (strand("plus"), strand("minus"));
    let assembly = Some(Assembly::named("hg38").expect("built in").clone());
    let assay = Assay::open_strands(&plus, &minus, &SignalOptions { assembly, ..SignalOptions::default() });
    let sentence = assay.err().map(|fault| fault.to_string());
    assert_eq!(sentence, None);
}
