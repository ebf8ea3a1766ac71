//! The real data, where they lie.

use std::path::{Path, PathBuf};

use super::{Item, bigwig_items};

/// Both strands of an assay.
#[derive(Clone, Debug)]
pub struct Pair {
    pub plus: PathBuf,
    pub minus: PathBuf,
}

impl Pair {
    pub fn new(plus: impl Into<PathBuf>, minus: impl Into<PathBuf>) -> Self {
        Self { plus: plus.into(), minus: minus.into() }
    }

    pub fn swapped(self) -> Self {
        Self { plus: self.minus, minus: self.plus }
    }
}

fn file(name: &str) -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = std::env::var_os("NASCAPE_DATA").map_or(beside, PathBuf::from);
    let path = root.join(name);
    assert!(
        path.is_file(),
        "The tests need the real data: {} is not there. Put the data at ../shared/data beside the repository, or say where \
         they are with the environment variable NASCAPE_DATA.",
        path.display()
    );
    path
}

fn pair(stem: &str, ending: &str) -> Pair {
    Pair::new(file(&format!("{stem}.plus.{ending}")), file(&format!("{stem}.minus.{ending}")))
}

/// Deep PRO-seq, chr21 of hg19, the minus strand negative.
pub fn k562() -> Pair {
    pair("k562-chr21-hg19/K562.PROseq", "bw")
}

/// A mark of K562 on chr21 of hg19.
pub fn k562_file(name: &str) -> PathBuf {
    file(&format!("k562-chr21-hg19/{name}"))
}

/// All items of both strands of [`k562`].
pub fn k562_items() -> (Vec<Item>, Vec<Item>) {
    let pair = k562();
    (bigwig_items(&pair.plus, "chr21"), bigwig_items(&pair.minus, "chr21"))
}

/// Gzipped bedGraph, chr22 of hg38 and a scaffold that hg38 alone has.
pub fn hek293() -> Pair {
    pair("formats/HEK293.PROseq.chr22.hg38", "bedGraph.gz")
}

/// 24 chromosomes, 720,565 reads.
pub fn whole_genome() -> Pair {
    pair("formats/whole-genome.PROseq.hg38", "bw")
}

/// GRO-seq reads on chr7 of hg19, without an index.
pub fn bam() -> PathBuf {
    file("formats/MCF7.GROseq.chr7.hg19.bam")
}

/// A file on chr22 of hg38.
pub fn chr22(name: &str) -> PathBuf {
    file(&format!("chr22-hg38/{name}"))
}
