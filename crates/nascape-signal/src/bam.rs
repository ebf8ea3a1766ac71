//! Read ends of a BAM file: where the polymerase was (PRO-seq) or where the RNA fragment began (GRO-seq).
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
//! out, and of a pair the first read alone is taken. Reads marked as duplicates count: without molecular barcodes, reads that
//! end at a paused polymerase look like duplicates. No index is needed.

mod checked;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use noodles_bam as bam;
use noodles_bgzf as bgzf;
use noodles_sam::alignment::record::cigar::op::Kind;
use serde::{Deserialize, Serialize};

use self::checked::Checked;
use crate::{Error, Interval, Result, assembly::Chromosome, interval::pile_up, unpacked::Unpacked};

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
/// [`Error::Damaged`] for a file that is cut or does not parse, [`Error::Read`] when the disk fails.
pub fn read(path: &Path, library: Library) -> Result<ReadEnds> {
    let fault = |source: io::Error| match source.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            Error::Damaged { path: path.to_owned(), detail: source.to_string() }
        }
        _ => Error::Read { path: path.to_owned(), source },
    };
    let mut file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    if !ends_whole(&mut file).map_err(fault)? {
        let detail = "it lacks the block that ends every BAM: it was cut, or the program that wrote it did not finish"
            .to_owned();
        return Err(Error::Damaged { path: path.to_owned(), detail });
    }
    let bytes = file.metadata().map_err(fault)?.len();
    let unpacked = Unpacked::new(bgzf::io::Reader::new(file), bytes);
    let mut reader = bam::io::Reader::from(Checked::new(unpacked));
    let header = reader.read_header().map_err(fault)?;
    let chromosomes: Vec<Chromosome> = header
        .reference_sequences()
        .iter()
        .map(|(name, sequence)| Chromosome { name: name.to_string(), length: usize::from(sequence.length()) as u32 })
        .collect();

    let mut bases: [Vec<Vec<u32>>; 2] = [vec![Vec::new(); chromosomes.len()], vec![Vec::new(); chromosomes.len()]];
    for record in reader.records() {
        let record = record.map_err(fault)?;
        let flags = record.flags();
        if flags.is_unmapped()
            || flags.is_secondary()
            || flags.is_supplementary()
            || flags.is_qc_fail()
            || flags.is_last_segment()
        {
            continue;
        }
        let (Some(chromosome), Some(first)) = (record.reference_sequence_id(), record.alignment_start()) else {
            continue;
        };
        let (chromosome, first) = (chromosome.map_err(fault)?, first.map_err(fault)?);
        let start = usize::from(first) as u32 - 1;
        let mut end = start;
        for operation in record.cigar().iter() {
            let operation = operation.map_err(fault)?;
            if matches!(
                operation.kind(),
                Kind::Match | Kind::SequenceMatch | Kind::SequenceMismatch | Kind::Deletion | Kind::Skip
            ) {
                end = end.saturating_add(operation.len() as u32);
            }
        }
        let length = chromosomes.get(chromosome).map_or(0, |c| c.length);
        if end <= start || end > length {
            let detail = format!("a read is aligned to {start}-{end} of reference {chromosome}, which has {length} bp");
            return Err(Error::Damaged { path: path.to_owned(), detail });
        }
        let (base, plus) = library.mark(start, end, flags.is_reverse_complemented());
        bases[usize::from(!plus)][chromosome].push(base);
    }

    let [plus, minus] = bases.map(|strand| {
        let named = chromosomes.iter().map(|c| c.name.clone()).zip(strand);
        named.filter(|(_, bases)| !bases.is_empty()).map(|(name, bases)| (name, pile_up(bases))).collect()
    });
    Ok(ReadEnds { chromosomes, plus, minus })
}

/// True when the file ends with the empty block that marks the end of a BAM (SAM specification, 4.1.2). Leaves it at its start.
fn ends_whole(file: &mut File) -> io::Result<bool> {
    const END: [u8; 28] =
        [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43, 2, 0, 0x1b, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    if file.metadata()?.len() < END.len() as u64 {
        return Ok(false);
    }
    let mut end = [0; END.len()];
    file.seek(SeekFrom::End(-(END.len() as i64)))?;
    file.read_exact(&mut end)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(end == END)
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
}
