//! Genes that came with the program: symbols and places, from tables that genomes/README.md names with their source.

use std::{io::Read, sync::LazyLock};

use flate2::read::GzDecoder;
use nascape_signal::feature::Feature;

use super::features::Features;

static HG38: LazyLock<Features> = LazyLock::new(|| read(include_bytes!("../../genomes/hg38.genes.tsv.gz")));
static MM10: LazyLock<Features> = LazyLock::new(|| read(include_bytes!("../../genomes/mm10.genes.tsv.gz")));

/// The genes of an assembly; nothing where none came with the program.
pub(super) fn of(assembly: &str) -> Option<&'static Features> {
    match assembly {
        "hg38" => Some(&HG38),
        "mm10" => Some(&MM10),
        _ => None,
    }
}

/// A gene a line: chromosome, start, end, name.
fn read(table: &[u8]) -> Features {
    let mut text = String::new();
    GzDecoder::new(table).read_to_string(&mut text).expect("the table is part of the program");
    let gene = |line: &str| {
        let mut fields = line.split('\t');
        let (chromosome, start, end, name) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let (start, end) = (start.parse().ok()?, end.parse().ok()?);
        let (chromosome, name) = (chromosome.to_owned(), name.to_owned());
        Some(Feature { chromosome, start, end, name, strand: '.', score: None, exons: Vec::new() })
    };
    Features::new(text.lines().filter(|line| !line.starts_with('#')).filter_map(gene).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genes_lie_where_everybody_knows_them() {
        let (exact, _) = of("hg38").unwrap().named("sod1");
        assert_eq!((exact[0].chromosome.as_str(), exact[0].start / 10_000), ("chr21", 3_165));
        assert!(of("mm10").unwrap().named("Sox2").0.len() == 1);
        assert!(of("hg19").is_none());
    }
}
