//! Genes that came with the program, on the real experiment and on assays of every assembly.

use nascape_signal::{Assay, Assembly, BIN, Interval, Region, Summary, assembly::Chromosome, bigwig::BigWigWriter};

use super::{Desk, k562};
use crate::browser::{
    genes,
    wire::{FeaturesRequest, OpenFiles},
};

/// Bases below a transcription start in which reads are counted.
const BELOW: u32 = 1_000;

/// Reads on the gene's strand and on the other, in the first kilobase.
fn first_reads(assay: &Assay, gene: &nascape_signal::feature::Feature) -> (f64, f64) {
    let (start, end) = match gene.strand {
        '+' => (gene.start, gene.start + BELOW),
        _ => (gene.end - BELOW, gene.end),
    };
    let [start, end] = [start, end].map(|base| base / BIN * BIN);
    let bins = assay.bins(&Region::new("chr21", start, end), BIN, Summary::Sum).unwrap();
    let total = |values: &[f32]| values.iter().map(|value| f64::from(value.abs())).sum::<f64>();
    let (plus, minus) = (total(&bins.plus), total(&bins.minus));
    if gene.strand == '+' { (plus, minus) } else { (minus, plus) }
}

#[test]
fn transcription_begins_where_genes_do_and_on_their_strand() {
    let assay = Assay::open(&k562("K562.PROseq.plus.bw"), &k562("K562.PROseq.minus.bw")).unwrap();
    let genes = genes::of("hg19").unwrap();
    let known = |name: &str| genes.named(name).0.into_iter().find(|gene| gene.chromosome == "chr21").unwrap();
    // Of both strands.
    for name in ["SOD1", "SON", "USP16", "BACH1", "TTC3", "CCT8", "RUNX1", "PSMG1", "HMGN1", "CSTB", "SUMO3", "PTTG1IP"]
    {
        let (sense, antisense) = first_reads(&assay, known(name));
        assert!(sense > 8.0 * antisense && sense > 200.0, "{name}: {sense} reads in its sense, {antisense} against");
    }
    let length = Assembly::named("hg19").unwrap().find("chr21").unwrap().length;
    let (mut right, mut wrong) = (0, 0);
    for gene in genes.within("chr21", 0, length).iter().filter(|gene| gene.end - gene.start > 5_000) {
        let (sense, antisense) = first_reads(&assay, gene);
        if sense + antisense >= 100.0 {
            *if sense > antisense { &mut right } else { &mut wrong } += 1;
        }
    }
    // Those against: genes that another one's promoter lies in.
    assert!(right > 90 && right > 8 * wrong, "{right} genes begin in their sense, {wrong} against it");
}

/// A bigWig of a stranger's: all chromosomes, in the names that Ensembl gives them.
fn write_bigwig(desk: &Desk, assembly: &Assembly) {
    let plain = |known: &Chromosome| Chromosome { name: known.name.replace("chr", ""), length: known.length };
    let chromosomes: Vec<Chromosome> =
        assembly.assembled().filter(|known| known.length > 1_000_010).map(plain).collect();
    let path = desk.path(&format!("{}.bw", assembly.name));
    let mut writer = BigWigWriter::create(&path, &chromosomes).unwrap();
    for chromosome in &chromosomes {
        let read = Interval { start: 1_000_000, end: 1_000_010, value: 1.0 };
        writer.write(&chromosome.name.as_str().into(), vec![read]).unwrap();
    }
    writer.finish().unwrap();
}

#[test]
fn an_assay_of_every_assembly_is_recognised_and_has_its_genes() {
    let desk = Desk::new();
    for (assembly, gene, chromosome, banded) in [
        ("hg19", "tp53", "17", true),
        ("hg38", "TP53", "17", true),
        ("mm10", "trp53", "11", true),
        ("mm39", "Trp53", "11", false),
    ] {
        write_bigwig(&desk, Assembly::named(assembly).unwrap());
        let path = desk.path(&format!("{assembly}.bw")).to_string_lossy().into_owned();
        let opened = desk.browser.open_files(&OpenFiles { paths: vec![path], assembly: None, apart: false }).unwrap();
        let track = &opened.tracks[0];
        assert_eq!(track.assembly.as_deref(), Some(assembly));
        let genome = desk.browser.genome(&track.id).unwrap();
        assert!(genome.genes && genome.name == assembly);
        assert_eq!(!genome.bands.is_empty(), banded, "{assembly}");
        let found = desk.browser.find(&track.id, gene).unwrap();
        assert_eq!((found[0].chromosome.as_str(), found[0].name.to_lowercase()), (chromosome, gene.to_lowercase()));
        let request = FeaturesRequest {
            track: format!("genes:{assembly}"),
            chromosome: chromosome.to_owned(),
            start: found[0].start,
            end: found[0].end,
        };
        let shown = desk.browser.features(&request).unwrap();
        let shown = shown.iter().find(|shown| shown.name.eq_ignore_ascii_case(gene)).unwrap();
        assert!("+-".contains(shown.strand) && shown.exons.len() > 5, "{shown:?}");
    }
}
