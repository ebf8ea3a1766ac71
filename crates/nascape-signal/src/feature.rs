//! Features to show beside a signal: BED (3 to 12 columns), narrowPeak, broadPeak, GTF and GFF3, plain or gzipped.
//!
//! A line reader of our own, as for all text here: it says file, line and remedy, takes a genome's annotation in one pass, and GTF and
//! GFF3 differ in how a line names its parent and nothing else that is drawn.

mod annotation;

use std::path::Path;

use annotation::Annotation;

use crate::{
    Error, Result,
    text::{bed_fields, for_each_line, is_header},
};

/// Something with a place on a chromosome.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    /// The chromosome as the file writes it.
    pub chromosome: String,
    /// First base, from 0.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
    /// Empty where the file has none.
    pub name: String,
    /// `+`, `-` or `.`.
    pub strand: char,
    /// The score, where the file has one.
    pub score: Option<f32>,
    /// Exons or blocks, sorted; empty where the file has none.
    pub exons: Vec<[u32; 2]>,
}

/// Reads features in the order of the file. Of a GTF or GFF3: the genes with the exons of all their transcripts, or the transcripts where
/// there are no genes, or what exons tell of their genes where there is nothing else.
///
/// # Errors
/// [`Error::Line`] for a line that does not parse; [`Error::Empty`] when there is no feature; [`Error::Read`], [`Error::Damaged`].
pub fn read(path: &Path) -> Result<Vec<Feature>> {
    let mut features = Vec::new();
    let mut annotation = Annotation::default();
    for_each_line(path, |number, line| {
        if is_header(line) {
            return Ok(());
        }
        let fields: Vec<&str> = line.split('\t').collect();
        // GTF and GFF3 have nine columns; a BED of nine has positions in its second and third.
        let outcome = match fields[..] {
            [_, _, kind, ..] if fields.len() == 9 && kind.parse::<u32>().is_err() => annotation.add(&fields),
            _ => bed(line).map(|feature| features.push(feature)),
        };
        outcome.map_err(|detail| Error::Line { path: path.to_owned(), line: number, detail })
    })?;
    features.extend(annotation.finish());
    if features.is_empty() { Err(Error::Empty { path: path.to_owned() }) } else { Ok(features) }
}

fn bed(line: &str) -> std::result::Result<Feature, String> {
    let (chromosome, start, end, fields) = bed_fields(line)?;
    let fields: Vec<&str> = fields.collect();
    let field = |column: usize| fields.get(column - 4).copied();
    let name = field(4).filter(|name| *name != ".").unwrap_or_default().to_owned();
    let strand = match field(6) {
        Some("+") => '+',
        Some("-") => '-',
        _ => '.',
    };
    let score = field(5).and_then(|score| score.parse::<f32>().ok()).filter(|score| score.is_finite());
    let numbers = |column: usize| -> Option<Vec<u32>> {
        field(column)?.split(',').filter(|part| !part.is_empty()).map(|part| part.trim().parse().ok()).collect()
    };
    let mut exons = Vec::new();
    if let (Some(sizes), Some(starts)) = (numbers(11), numbers(12)) {
        for (offset, size) in starts.iter().zip(&sizes) {
            let first = start.saturating_add(*offset);
            let last = first.saturating_add(*size);
            if last > end {
                return Err(format!("a block ends at {last}, behind the feature's end {end}."));
            }
            exons.push([first, last]);
        }
        exons.sort_unstable();
    }
    Ok(Feature { chromosome: chromosome.to_owned(), start, end, name, strand, score, exons })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn features(text: &str) -> Result<Vec<Feature>> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        read(file.path())
    }

    #[test]
    fn blocks_of_bed12_are_exons() {
        let found =
            features("track name=x\nchr1\t100\t900\tT1\t5\t-\t100\t900\t0\t2\t50,100,\t0,700,\nchr2\t5\t6\n").unwrap();
        assert_eq!((found[0].name.as_str(), found[0].strand, found[0].score), ("T1", '-', Some(5.0)));
        assert_eq!(found[0].exons, [[100, 150], [800, 900]]);
        assert_eq!((found[1].name.as_str(), found[1].strand, found[1].exons.len()), ("", '.', 0));
    }

    #[test]
    fn a_gene_of_gtf_has_the_exons_of_its_transcripts() {
        let gtf = "chr1\tx\tgene\t101\t900\t.\t+\t.\tgene_id \"G1\"; gene_name \"AB; C\";\n\
                   chr1\tx\ttranscript\t101\t900\t.\t+\t.\tgene_id \"G1\"; transcript_id \"T1\";\n\
                   chr1\tx\texon\t101\t200\t.\t+\t.\tgene_id \"G1\"; transcript_id \"T1\";\n\
                   chr1\tx\texon\t151\t300\t.\t+\t.\tgene_id \"G1\"; transcript_id \"T2\";\n";
        let found = features(gtf).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].name.as_str(), found[0].start, found[0].end), ("AB; C", 100, 900));
        assert_eq!(found[0].exons, [[100, 300]]);
    }

    #[test]
    fn a_gene_of_gff3_has_the_exons_of_its_transcripts() {
        let gff = "##gff-version 3\n\
                   1\tx\tgene\t101\t900\t.\t-\t.\tID=gene:G1;Name=ABC%2C1\n\
                   1\tx\tmRNA\t101\t900\t.\t-\t.\tID=t1;Parent=gene:G1\n\
                   1\tx\texon\t101\t200\t.\t-\t.\tParent=t1\n";
        let found = features(gff).unwrap();
        assert_eq!((found.len(), found[0].name.as_str(), found[0].strand), (1, "ABC,1", '-'));
        assert_eq!(found[0].exons, [[100, 200]]);
    }

    #[test]
    fn exons_alone_tell_of_their_genes() {
        // As UCSC's Table Browser writes them: the second copy of NM_2 lies on another chromosome.
        let exon = |chromosome: &str, kind: &str, first: u32, last: u32, strand: &str, id: &str| {
            let attributes = format!("gene_id \"{id}\"; transcript_id \"{id}\";");
            format!("{chromosome}\thg19_refGene\t{kind}\t{first}\t{last}\t0.000000\t{strand}\t.\t{attributes}\n")
        };
        let gtf = [
            exon("chr1", "CDS", 320, 400, "-", "NM_1"),
            exon("chr1", "exon", 301, 400, "-", "NM_1"),
            exon("chrX", "exon", 11, 20, "+", "NM_2"),
            exon("chr1", "exon", 101, 200, "-", "NM_1"),
            exon("chrY", "exon", 11, 20, "+", "NM_2"),
        ];
        let found = features(&gtf.concat()).unwrap();
        let places: Vec<_> = found.iter().map(|gene| (gene.chromosome.as_str(), gene.start, gene.end)).collect();
        assert_eq!(places, [("chr1", 100, 400), ("chrX", 10, 20), ("chrY", 10, 20)]);
        assert_eq!((found[0].name.as_str(), found[0].strand), ("NM_1", '-'));
        assert_eq!(found[0].exons, [[100, 200], [300, 400]]);
    }

    #[test]
    fn a_line_that_is_no_feature_is_named() {
        let fault = features("chr1\t1\t2\nchr1\tten\t20\n").unwrap_err();
        assert!(matches!(fault, Error::Line { line: 2, .. }), "{fault}");
        assert!(matches!(features("# nothing\n"), Err(Error::Empty { .. })));
    }
}
