//! Read ends of a BAM file: where the polymerase was (PRO-seq) or where the RNA fragment began (GRO-seq). And coverage, for
//! observed marks beside the assay.
//!
//! | library | wanted end of the RNA | reads are | base taken from a read |
//! | --- | --- | --- | --- |
//! | PRO-seq (the usual, reversed) | 3', the polymerase | reverse complement of the RNA | the read's 5' end, on the other strand |
//! | PRO-seq, forward | 3' | in the sense of the RNA | the read's 3' end, on the read's strand |
//! | GRO-seq (the usual, forward) | 5' | in the sense of the RNA | the read's 5' end, on the read's strand |
//! | GRO-seq, reversed | 5' | reverse complement of the RNA | the read's 3' end, on the other strand |
//!
//! PRO-seq libraries are sequenced from the 3' end of the nascent RNA, so an aligner puts the reads on the strand opposite to the
//! RNA; that is why 'reversed' is the default there. Unmapped, secondary, supplementary and quality-failed alignments are left
//! out, and of a pair the first read alone gives an end. Reads marked as duplicates count: without molecular barcodes, reads that
//! end at a paused polymerase look like duplicates. No index is needed.

mod aligned;
mod alignments;
mod checked;
mod places;

use std::{collections::BTreeMap, ops::Range, path::Path};

use serde::{Deserialize, Serialize};

pub(crate) use self::aligned::within as aligned_within;
use self::alignments::Alignments;
pub use self::{
    aligned::{AlignedRead, AlignedReads},
    places::Places,
};
use crate::{Interval, Result, assembly::Chromosome, interval::pile_up};

/// How reads stand for RNAs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Library {
    /// Which end of the RNA the assay marks.
    pub end: RnaEnd,
    /// True when reads are the reverse complement of the RNA.
    pub reversed: bool,
}

/// An end of the nascent RNA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RnaEnd {
    /// Where the sequenced fragment begins (GRO-seq).
    FivePrime,
    /// Where the polymerase is (PRO-seq).
    ThreePrime,
}

impl Library {
    /// PRO-seq as it is usually made: 3' ends, reads reversed.
    pub const PRO: Self = Self { end: RnaEnd::ThreePrime, reversed: true };
    /// GRO-seq as it is usually made: 5' ends, reads in the sense of the RNA.
    pub const GRO: Self = Self { end: RnaEnd::FivePrime, reversed: false };

    /// The base and strand (`true` = plus) that a read aligned to `start..end` marks.
    fn mark(self, start: u32, end: u32, read_is_reverse: bool) -> (u32, bool) {
        let rna_is_plus = read_is_reverse == self.reversed;
        let left = rna_is_plus == (self.end == RnaEnd::FivePrime);
        (if left { start } else { end - 1 }, rna_is_plus)
    }
}

/// Counts of read ends per chromosome and strand.
pub struct ReadEnds {
    /// The header's reference sequences.
    pub chromosomes: Vec<Chromosome>,
    /// Chromosome name to counts of RNAs on the plus strand.
    pub plus: BTreeMap<String, Vec<Interval>>,
    /// Chromosome name to counts of RNAs on the minus strand.
    pub minus: BTreeMap<String, Vec<Interval>>,
}

/// Counts the read ends of a BAM file. Memory: 4 bytes a read.
///
/// # Errors
/// [`Error::Damaged`](crate::Error) for a file that is cut or does not parse, [`Error::Read`](crate::Error) when the disk fails.
pub fn read(path: &Path, library: Library) -> Result<ReadEnds> {
    let mut file = Alignments::open(path)?;
    let chromosomes = file.chromosomes.clone();
    let mut bases: [Vec<Vec<u32>>; 2] = [vec![Vec::new(); chromosomes.len()], vec![Vec::new(); chromosomes.len()]];
    while let Some(read) = file.next()? {
        if !read.flags.is_last_segment() {
            let (base, plus) = library.mark(read.start, read.end, read.flags.is_reverse_complemented());
            bases[usize::from(!plus)][read.chromosome].push(base);
        }
    }
    let [plus, minus] = bases.map(|strand| {
        let named = chromosomes.iter().map(|c| c.name.clone()).zip(strand);
        named.filter(|(_, bases)| !bases.is_empty()).map(|(name, bases)| (name, pile_up(bases))).collect()
    });
    Ok(ReadEnds { chromosomes, plus, minus })
}

/// How many reads cover each base of a chromosome, by its name: runs of one number.
pub type Coverage = BTreeMap<String, Vec<Interval>>;

/// The reads of a BAM file by where they lie.
pub struct Covered {
    /// The header's reference sequences.
    pub chromosomes: Vec<Chromosome>,
    /// How many reads cover each base.
    pub depth: Coverage,
    /// Where in the file the reads of a region are.
    pub places: Places,
}

/// How many reads cover each base, whatever their strand, as genome browsers draw it: both reads of a pair count, duplicates do
/// not, and neither deletions nor what a spliced read skips are covered. Memory: 8 bytes a block of aligned bases, and 8 for each
/// 16 kb of the genome.
///
/// # Errors
/// As [`read`].
pub fn coverage(path: &Path) -> Result<Covered> {
    let mut file = Alignments::open(path)?;
    let chromosomes = file.chromosomes.clone();
    let mut blocks: Vec<Vec<Range<u32>>> = vec![Vec::new(); chromosomes.len()];
    let mut places = Places::of(&chromosomes);
    while let Some(read) = file.next()? {
        if !read.flags.is_duplicate() {
            blocks[read.chromosome].extend_from_slice(read.blocks);
            places.add(&read);
        }
    }
    let named = chromosomes.iter().map(|c| c.name.clone()).zip(blocks);
    let depth = named.filter(|(_, blocks)| !blocks.is_empty()).map(|(name, blocks)| (name, depth(blocks))).collect();
    Ok(Covered { chromosomes, depth, places: places.finished(path)? })
}

/// How many of the blocks cover each base, as runs of one depth.
fn depth(blocks: Vec<Range<u32>>) -> Vec<Interval> {
    let mut ends: Vec<u32> = blocks.iter().map(|block| block.end).collect();
    let mut starts: Vec<u32> = blocks.into_iter().map(|block| block.start).collect();
    starts.sort_unstable();
    ends.sort_unstable();
    let mut runs: Vec<Interval> = Vec::new();
    let (mut begun, mut at) = (0, 0);
    for (ended, &end) in ends.iter().enumerate() {
        // Up to here: what begins before the next end, run by run.
        while begun < starts.len() && starts[begun] < end {
            push(&mut runs, at..starts[begun], begun - ended);
            at = starts[begun];
            begun += 1;
        }
        push(&mut runs, at..end, begun - ended);
        at = end;
    }
    runs
}

/// Adds a run unless it is empty or of no depth; one that goes on with the last one's depth makes that longer.
fn push(runs: &mut Vec<Interval>, bases: Range<u32>, depth: usize) {
    if bases.is_empty() || depth == 0 {
        return;
    }
    match runs.last_mut() {
        Some(last) if last.end == bases.start && last.value == depth as f32 => last.end = bases.end,
        _ => runs.push(Interval { start: bases.start, end: bases.end, value: depth as f32 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_library_marks_its_own_end() {
        // A read on bases 100..136; forward, then reverse.
        assert_eq!(Library::GRO.mark(100, 136, false), (100, true));
        assert_eq!(Library::GRO.mark(100, 136, true), (135, false));
        // PRO-seq: the RNA is on the other strand and its 3' end is the read's 5' end.
        assert_eq!(Library::PRO.mark(100, 136, false), (100, false));
        assert_eq!(Library::PRO.mark(100, 136, true), (135, true));
        let forward = Library { reversed: false, ..Library::PRO };
        assert_eq!(forward.mark(100, 136, false), (135, true));
        assert_eq!(forward.mark(100, 136, true), (100, false));
        let reversed = Library { reversed: true, ..Library::GRO };
        assert_eq!(reversed.mark(100, 136, false), (135, false));
        assert_eq!(reversed.mark(100, 136, true), (100, true));
    }
    #[test]
    fn coverage_counts_the_reads_over_every_base() {
        let runs = |blocks: &[Range<u32>]| -> Vec<(u32, u32, f32)> {
            depth(blocks.to_vec()).iter().map(|run| (run.start, run.end, run.value)).collect()
        };
        assert_eq!(runs(&[10..20, 15..25, 25..30]), [(10, 15, 1.0), (15, 20, 2.0), (20, 30, 1.0)]);
        assert_eq!(runs(&[40..50, 0..5, 40..50]), [(0, 5, 1.0), (40, 50, 2.0)]);
        assert_eq!(runs(&[0..9, 2..3, 4..5]), [(0, 2, 1.0), (2, 3, 2.0), (3, 4, 1.0), (4, 5, 2.0), (5, 9, 1.0)]);
        assert_eq!(runs(&[7..7, 9..9]), []);
    }
}
