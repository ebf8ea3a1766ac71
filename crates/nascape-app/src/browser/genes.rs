//! Genes that came with the program: symbols, places, strands and exons, from tables that genomes/README.md names with their source.

use std::{io::Read, sync::LazyLock};

use flate2::read::GzDecoder;
use nascape_signal::feature::Feature;

use super::features::Features;

/// Read when a gene is first looked at, so that starting takes no longer than without them.
static TABLES: [(&str, LazyLock<Features>); 4] = [
    ("hg19", LazyLock::new(|| read(include_bytes!("../../genomes/hg19.genes.tsv.gz")))),
    ("hg38", LazyLock::new(|| read(include_bytes!("../../genomes/hg38.genes.tsv.gz")))),
    ("mm10", LazyLock::new(|| read(include_bytes!("../../genomes/mm10.genes.tsv.gz")))),
    ("mm39", LazyLock::new(|| read(include_bytes!("../../genomes/mm39.genes.tsv.gz")))),
];

/// Whether the genes of an assembly came with the program; reads nothing.
pub(super) fn known(assembly: &str) -> bool {
    TABLES.iter().any(|(name, _)| *name == assembly)
}

/// The genes of an assembly; nothing where none came with the program.
pub(super) fn of(assembly: &str) -> Option<&'static Features> {
    TABLES.iter().find(|(name, _)| *name == assembly).map(|(_, table)| &**table)
}

fn read(table: &[u8]) -> Features {
    let mut text = String::new();
    GzDecoder::new(table).read_to_string(&mut text).expect("the table is part of the program");
    Features::new(text.lines().filter(|line| !line.starts_with('#')).filter_map(gene).collect())
}

/// A gene a line: chromosome, start, end, name, strand, exons.
fn gene(line: &str) -> Option<Feature> {
    let mut fields = line.split('\t');
    let (chromosome, start, end, name) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let strand = fields.next()?.chars().next()?;
    let exons = exons(start.parse().ok()?, fields.next()?);
    let (start, end) = (start.parse().ok()?, end.parse().ok()?);
    Some(Feature { chromosome: chromosome.to_owned(), start, end, name: name.to_owned(), strand, score: None, exons })
}

/// Exons, each told by the bases before it and its length.
fn exons(start: u32, numbers: &str) -> Vec<[u32; 2]> {
    let numbers: Vec<u32> = numbers.split(',').filter_map(|number| number.parse().ok()).collect();
    let exon = |last: &mut u32, pair: &[u32]| {
        let from = *last + pair[0];
        *last = from + pair[1];
        Some([from, *last])
    };
    numbers.chunks_exact(2).scan(start, exon).collect()
}

#[cfg(test)]
mod tests {
    use nascape_signal::Assembly;

    use super::*;

    fn one<'a>(genes: &'a Features, name: &str) -> &'a Feature {
        let (exact, _) = genes.named(name);
        assert_eq!(exact.len(), 1, "{name}");
        exact[0]
    }

    /// As NCBI and Ensembl publish them, from 1, to the kilobase: annotations differ in where a transcript begins.
    #[test]
    fn genes_lie_where_everybody_knows_them() {
        for (assembly, name, chromosome, first, last, strand) in [
            ("hg19", "RUNX1", "chr21", 36_160_098, 36_421_641, '-'),
            ("hg19", "SOD1", "chr21", 33_031_935, 33_041_243, '+'),
            ("hg19", "IFNAR1", "chr21", 34_697_214, 34_732_128, '+'),
            ("hg19", "APP", "chr21", 27_252_861, 27_543_446, '-'),
            ("hg19", "TP53", "chr17", 7_571_720, 7_590_868, '-'),
            ("hg38", "SOD1", "chr21", 31_659_622, 31_668_931, '+'),
            ("hg38", "MYC", "chr8", 127_735_434, 127_742_951, '+'),
            ("mm10", "Sox2", "chr3", 34_650_405, 34_652_461, '+'),
            ("mm10", "Trp53", "chr11", 69_580_359, 69_591_873, '+'),
            ("mm39", "Trp53", "chr11", 69_471_185, 69_482_699, '+'),
            ("mm39", "Actb", "chr5", 142_888_870, 142_892_509, '-'),
        ] {
            let gene = one(of(assembly).unwrap(), name);
            assert_eq!((gene.chromosome.as_str(), gene.strand), (chromosome, strand), "{assembly} {name}");
            for (found, published) in [(gene.start + 1, first), (gene.end, last)] {
                assert!(found.abs_diff(published) <= 1000, "{assembly} {name}: {found}, published {published}");
            }
        }
    }

    #[test]
    fn exons_fill_their_gene_from_end_to_end() {
        for (assembly, least) in [("hg19", 1.0), ("hg38", 1.0), ("mm10", 1.0), ("mm39", 0.3)] {
            let (mut with, mut all) = (0, 0);
            let known = Assembly::named(assembly).unwrap();
            for chromosome in known.assembled() {
                for gene in of(assembly).unwrap().within(&chromosome.name, 0, chromosome.length) {
                    all += 1;
                    assert!("+-".contains(gene.strand) && gene.start < gene.end && gene.end <= chromosome.length);
                    let (Some(first), Some(last)) = (gene.exons.first(), gene.exons.last()) else { continue };
                    with += 1;
                    assert_eq!([first[0], last[1]], [gene.start, gene.end], "{assembly} {}", gene.name);
                    assert!(gene.exons.iter().all(|[start, end]| start < end), "{assembly} {}", gene.name);
                    assert!(gene.exons.windows(2).all(|pair| pair[0][1] < pair[1][0]), "{assembly} {}", gene.name);
                }
            }
            assert!(all > 25_000 && f64::from(with) >= least * f64::from(all), "{assembly}: {with} of {all}");
        }
        assert_eq!(one(of("hg19").unwrap(), "SOD1").exons.len(), 5);
        assert_eq!(one(of("mm39").unwrap(), "Trp53").exons.first(), Some(&[69_471_184, 69_471_341]));
    }

    #[test]
    fn an_assembly_without_genes_is_told_apart_without_reading_any() {
        assert!(known("hg19") && known("mm39") && !known("dm6"));
        assert!(of("dm6").is_none());
    }
}
