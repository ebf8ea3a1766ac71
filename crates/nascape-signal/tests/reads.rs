//! Single reads of a BAM against a plain pass over all its records.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
};

use nascape_signal::{Error, Region, Signal, SignalOptions, bam::AlignedReads};
use noodles_bam as bam;
use noodles_sam::{
    self as sam,
    alignment::{Record as _, io::Write as _},
};

const END: u32 = 159_138_663;

/// GRO-seq of MCF7, chr7: 210,615 reads without an index, in no order.
fn gro() -> PathBuf {
    let root = env::var_os("NASCAPE_DATA").expect("NASCAPE_DATA names the folder of real experiments");
    Path::new(&root).join("formats/MCF7.GROseq.chr7.hg19.bam")
}

fn records(path: &Path) -> (sam::Header, Vec<bam::Record>) {
    let mut reader = File::open(path).map(bam::io::Reader::new).unwrap();
    let header = reader.read_header().unwrap();
    (header, reader.records().collect::<Result<_, _>>().unwrap())
}

fn write<'a>(path: &Path, header: &sam::Header, records: impl Iterator<Item = &'a bam::Record>) {
    let mut writer = bam::io::Writer::new(File::create(path).unwrap());
    writer.write_header(header).unwrap();
    records.for_each(|record| writer.write_alignment_record(header, record).unwrap());
    writer.try_finish().unwrap();
}

fn start(record: &bam::Record) -> u32 {
    usize::from(record.alignment_start().unwrap().unwrap()) as u32 - 1
}

/// The same reads in the order of the genome.
fn sorted(folder: &Path) -> PathBuf {
    let (header, mut reads) = records(&gro());
    reads.sort_by_key(start);
    let path = folder.join("sorted.bam");
    write(&path, &header, reads.iter());
    path
}

fn opened(path: &Path) -> Signal {
    Signal::open(path, &SignalOptions { coverage: true, ..SignalOptions::default() }).unwrap()
}

fn within(signal: &Signal, start: u32, end: u32, most: usize) -> AlignedReads {
    signal.aligned(&Region::new("7", start, end), most).unwrap().unwrap()
}

#[test]
fn the_reads_of_a_region_are_those_of_the_file_sorted_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let (_, all) = records(&gro());
    for path in [gro(), sorted(folder.path())] {
        let signal = opened(&path);
        for from in [0, 5_560_000, 26_228_000, 55_086_700, 73_245_000, 100_026_000, END - 30_000] {
            let to = from + 30_000;
            let found = within(&signal, from, to, usize::MAX);
            let mut expected: Vec<(u32, u32, bool, u8)> = Vec::new();
            for record in &all {
                let first = start(record);
                let last = usize::from(record.alignment_end().unwrap().unwrap()) as u32;
                let quality = record.mapping_quality().map_or(255, u8::from);
                if first < to && last > from {
                    expected.push((first, last, record.flags().is_reverse_complemented(), quality));
                }
            }
            let mut reads: Vec<(u32, u32, bool, u8)> = found
                .reads
                .iter()
                .map(|read| (read.start, read.end, read.reverse, read.quality.unwrap_or(255)))
                .collect();
            assert!(reads.is_sorted_by_key(|read| read.0), "{}: {from}", path.display());
            expected.sort_unstable();
            reads.sort_unstable();
            assert_eq!(reads, expected, "{}: {from}", path.display());
            assert_eq!((found.count, found.until), (expected.len() as u64, to));
            for read in &found.reads {
                assert_eq!(read.cigar, format!("{}M", read.end - read.start));
                assert_eq!(read.blocks, [[read.start, read.end]]);
            }
        }
    }
}

#[test]
fn of_too_many_reads_the_same_sample_is_shown_wherever_the_region_begins() {
    let folder = tempfile::tempdir().unwrap();
    for path in [gro(), sorted(folder.path())] {
        let signal = opened(&path);
        let [one, other] = [100_026_000, 100_026_010].map(|from| within(&signal, from, from + 1_000, 200));
        assert!(one.count > 1_000 && one.reads.len() == 200, "{}", one.count);
        let shared = one.reads.iter().filter(|read| other.reads.contains(read)).count();
        assert!(shared > 180, "{shared} of 200");
    }
}

#[test]
fn a_read_that_skips_an_intron_is_found_in_the_intron_and_its_blocks_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spliced.bam");
    let text = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr7\tLN:159138663\n\
        early\t0\tchr7\t1001\t60\t5S10M100000N8M2D4M1I2M\t*\t0\t0\t*\t*\n\
        late\t16\tchr7\t101001\t0\t10M\t*\t0\t0\t*\t*\n\
        copy\t1024\tchr7\t101002\t0\t10M\t*\t0\t0\t*\t*\n\
        second\t256\tchr7\t101003\t0\t10M\t*\t0\t0\t*\t*\n";
    let mut reader = sam::io::Reader::new(text.as_bytes());
    let header = reader.read_header().unwrap();
    let mut writer = bam::io::Writer::new(File::create(&path).unwrap());
    writer.write_header(&header).unwrap();
    for record in reader.records() {
        writer.write_alignment_record(&header, &record.unwrap()).unwrap();
    }
    writer.try_finish().unwrap();
    let signal = opened(&path);
    let found = within(&signal, 50_000, 60_000, 10);
    assert_eq!(found.count, 1);
    let read = &found.reads[0];
    assert_eq!((read.name.as_str(), read.cigar.as_str()), ("early", "5S10M100000N8M2D4M1I2M"));
    assert_eq!((read.start, read.end, read.reverse, read.quality), (1_000, 101_026, false, Some(60)));
    assert_eq!(read.blocks, [[1_000, 1_010], [101_010, 101_018], [101_020, 101_024], [101_024, 101_026]]);
    let names: Vec<String> = within(&signal, 101_000, 101_020, 10).reads.into_iter().map(|read| read.name).collect();
    assert_eq!(names, ["early", "late"], "duplicates and secondary alignments are not counted either");
    assert_eq!(within(&signal, END - 10, END, 10).count, 0);
}

#[test]
fn a_bam_that_was_cut_is_refused_and_one_that_shrank_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = sorted(folder.path());
    let bytes = fs::read(&path).unwrap();
    let signal = opened(&path);
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let refused = Signal::open(&path, &SignalOptions { coverage: true, ..SignalOptions::default() });
    assert!(matches!(refused, Err(Error::Damaged { .. })));
    let fault = signal.aligned(&Region::new("chr7", END - 200_000, END), 10).unwrap_err();
    assert!(fault.to_string().contains("sorted.bam"), "{fault}");
}
