//! A made-up PRO-seq experiment whose truth is known, one chromosome at a time.
//!
//! Genes stand in domains that are active, silenced or deserted; each is transcribed (a promoter-proximal pause, an even body,
//! a tail past the poly-A site, a divergent transcript upstream) or silent; enhancers are transcribed both ways; and the four
//! marks follow. Reads are 3' ends, overdispersed as they are in real libraries. It is tuned to K562 PRO-seq on chr21.
//!
//! The same name, length and [`Options`] give the same chromosome on every run and every machine.

mod chromatin;
mod dice;
mod files;
mod karyotype;
mod landscape;
mod sequencing;
#[cfg(test)]
mod tests;
mod transcription;

use std::fmt;

use dice::{Dice, Use};
pub use files::{Files, simulated_pair, write};
use landscape::Landscape;
use transcription::Transcription;

use crate::Interval;

/// What to simulate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The genome: genes and enhancers lie where this seed puts them.
    pub seed: u64,
    /// The cell line: another number keeps every gene in its place and changes how active it is.
    pub cell: u64,
    /// Reads on this chromosome, both strands together.
    pub reads: u64,
}

/// The strand that is transcribed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strand {
    /// Towards higher coordinates.
    Plus,
    /// Towards lower coordinates.
    Minus,
}

impl Strand {
    /// The other strand.
    pub const fn opposite(self) -> Self {
        match self {
            Self::Plus => Self::Minus,
            Self::Minus => Self::Plus,
        }
    }
}

/// A gene and what it does in this cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Gene {
    /// Unique on the genome, as `chr21.G0007`.
    pub name: String,
    /// First base, 0-based.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
    /// The transcribed strand.
    pub strand: Strand,
    /// Density of polymerase in the body, 1 for a typical active gene; 0 when silent.
    pub elongation: f32,
    /// Polymerase at the promoter, in kilobases of a typical active body; 0 when silent.
    pub initiation: f32,
}

impl Gene {
    /// The first transcribed base.
    pub const fn tss(&self) -> u32 {
        match self.strand {
            Strand::Plus => self.start,
            Strand::Minus => self.end - 1,
        }
    }
}

/// An enhancer that is transcribed in this cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Enhancer {
    /// Unique in the cell, as `chr21.E0007`.
    pub name: String,
    /// The base between its two divergent transcripts.
    pub centre: u32,
    /// Polymerase on it, in kilobases of a typical active gene body and strand.
    pub activity: f32,
}

/// A mark of chromatin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// Active promoters.
    H3k4me3,
    /// Active promoters and enhancers.
    H3k27ac,
    /// Broad domains over silenced genes.
    H3k27me3,
    /// Open chromatin.
    Dnase,
}

impl Mark {
    /// All four, in the order of [`Chromosome::marks`].
    pub const ALL: [Self; 4] = [Self::H3k4me3, Self::H3k27ac, Self::H3k27me3, Self::Dnase];
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::H3k4me3 => "H3K4me3",
            Self::H3k27ac => "H3K27ac",
            Self::H3k27me3 => "H3K27me3",
            Self::Dnase => "DNase",
        })
    }
}

/// A peak (or, for H3K27me3, a domain).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peak {
    /// First base, 0-based.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
    /// Unique on the genome, as `chr21.H3K4me3.7`.
    pub name: String,
    /// Height of the summit, 0 to 1000; comparable within one mark.
    pub score: u16,
}

/// One mark on one chromosome. Peaks and steps are sorted and do not overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct MarkTrack {
    /// Which mark.
    pub mark: Mark,
    /// Called from the truth, before measurement noise.
    pub peaks: Vec<Peak>,
    /// Fold change over control as an experiment would measure it, in steps of 50 bp or more; zero where there is no step.
    pub signal: Vec<Interval>,
}

/// One simulated chromosome. Intervals of a strand are sorted and do not overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct Chromosome {
    /// 3' ends on the plus strand, reads at each base.
    pub plus: Vec<Interval>,
    /// 3' ends on the minus strand; counts are positive here too.
    pub minus: Vec<Interval>,
    /// By start.
    pub genes: Vec<Gene>,
    /// By centre.
    pub enhancers: Vec<Enhancer>,
    /// In the order of [`Mark::ALL`].
    pub marks: [MarkTrack; 4],
}

/// Simulates chromosome `name` of `length` bases.
///
/// Human names (`chr21` or `21`) get that chromosome's assembly gaps, without a read, and its crowdedness, whichever assembly
/// the length is from; any other name gets average crowdedness and no gap. Gaps apply from 5 Mb up.
/// Exactly `options.reads` reads are placed, unless `length` is 0. Genes, enhancers and marks do not depend on the reads.
/// Memory and time grow with the reads and with the genes; one chromosome of 249 Mb and 4 M reads takes about a second.
pub fn simulate_chromosome(name: &str, length: u32, options: &Options) -> Chromosome {
    let landscape = Landscape::new(name, length, options);
    let mut dice = Dice::new(options.seed, options.cell, name, Use::Reads);
    let transcription = Transcription::new(&landscape, &mut dice);
    let [plus, minus] = sequencing::sequence(&landscape, &transcription, options.reads, &mut dice);
    let mut dice = Dice::new(options.seed, options.cell, name, Use::Chromatin);
    let marks = Mark::ALL.map(|mark| chromatin::mark(mark, name, &landscape, &mut dice));
    Chromosome { plus, minus, genes: landscape.genes, enhancers: landscape.enhancers, marks }
}
