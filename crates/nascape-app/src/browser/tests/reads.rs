//! Single reads of a BAM beside the assay.

use std::fs;

use super::Desk;
use crate::browser::wire::{OpenFiles, ReadsRequest};

const BAM: &str = "MCF7.GROseq.chr7.hg19.bam";

/// A desk with the BAM, and its track beside an assay, or as one.
fn with_bam(beside: bool) -> (Desk, String) {
    let desk = Desk::new();
    let data = super::k562("K562.PROseq.plus.bw");
    fs::copy(data.parent().unwrap().with_file_name("formats").join(BAM), desk.path(BAM)).unwrap();
    let paths = vec![desk.path(BAM).to_string_lossy().into_owned()];
    let opened = desk.browser.open_files(&OpenFiles { paths, assembly: None, apart: beside }).unwrap();
    let track = opened.tracks[0].id.clone();
    (desk, track)
}

fn request(track: &str, chromosome: &str, start: u32, end: u32) -> ReadsRequest {
    ReadsRequest { track: track.to_owned(), chromosome: chromosome.to_owned(), start, end }
}

#[test]
fn the_reads_of_a_stretch_stand_in_rows_in_which_none_overlap() {
    let (desk, track) = with_bam(true);
    let told = desk.browser.reads(&request(&track, "7", 5_560_000, 5_590_000)).unwrap();
    assert!(told.count > 300 && told.reads.len() as u64 == told.count, "{}", told.count);
    let mut ends = vec![0; told.reads.len()];
    for read in &told.reads {
        assert!(read.start >= ends[read.row as usize] && "+-".contains(read.strand), "{read:?}");
        ends[read.row as usize] = read.end;
    }
    let deepest = told.reads.iter().map(|read| read.row).max().unwrap();
    assert!(deepest < 200, "{deepest} rows");
    assert_eq!(desk.browser.reads(&request(&track, "chr21", 0, 30_000)).unwrap().count, 0);
    assert_eq!(desk.browser.reads(&request(&track, "chr7", 159_138_000, 159_200_000)).unwrap().count, 0);
}

#[test]
fn reads_are_drawn_of_a_bam_beside_the_assay_alone_close_up_and_while_its_file_stands() {
    let (desk, track) = with_bam(true);
    let fault = desk.browser.reads(&request(&track, "chr7", 0, 200_000)).unwrap_err();
    assert!(fault.message.contains("too long"), "{fault}");
    fs::remove_file(desk.path(BAM)).unwrap();
    let fault = desk.browser.reads(&request(&track, "chr7", 0, 30_000)).unwrap_err();
    assert!(fault.message.contains("was moved or deleted"), "{fault}");
    let (desk, assay) = with_bam(false);
    let fault = desk.browser.reads(&request(&assay, "chr7", 0, 30_000)).unwrap_err();
    assert!(fault.message.contains("no BAM beside the assay"), "{fault}");
    assert!(desk.browser.reads(&request("nothing", "chr7", 0, 30_000)).is_err());
}
