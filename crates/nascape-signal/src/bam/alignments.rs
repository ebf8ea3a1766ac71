//! The alignments of a BAM file, one after the other.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
    path::Path,
};

use noodles_bam as bam;
use noodles_bgzf as bgzf;
use noodles_sam::alignment::record::{Flags, cigar::op::Kind};

use super::checked::Checked;
use crate::{Error, Result, assembly::Chromosome, unpacked::Unpacked};

/// A read as it was aligned.
pub(super) struct Alignment<'a> {
    /// Its reference sequence, counted from 0.
    pub chromosome: usize,
    /// First base.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
    pub flags: Flags,
    /// The bases that it was aligned to, without deletions and introns.
    pub blocks: &'a [Range<u32>],
    /// Where it begins in the file: a virtual position (SAM specification, 4.1.1).
    pub place: u64,
    /// All else that the file says.
    pub record: &'a bam::Record,
    /// The file.
    pub path: &'a Path,
}

/// The alignments of a BAM file that count: mapped, primary, not failed.
pub(super) struct Alignments<'a> {
    path: &'a Path,
    pub chromosomes: Vec<Chromosome>,
    reader: bam::io::Reader<Checked<Unpacked<bgzf::io::Reader<File>>>>,
    record: bam::Record,
    blocks: Vec<Range<u32>>,
}

impl<'a> Alignments<'a> {
    pub fn open(path: &'a Path) -> Result<Self> {
        let fault = |source| fault(path, source);
        let mut file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        if !ends_whole(&mut file).map_err(fault)? {
            let detail =
                "it lacks the block that ends every BAM: it was cut, or the program that wrote it did not finish"
                    .to_owned();
            return Err(Error::Damaged { path: path.to_owned(), detail });
        }
        let bytes = file.metadata().map_err(fault)?.len();
        let unpacked = Unpacked::new(bgzf::io::Reader::new(file), bytes);
        let mut reader = bam::io::Reader::from(Checked::new(unpacked));
        let header = reader.read_header().map_err(fault)?;
        let sequences = header.reference_sequences().iter();
        let chromosomes = sequences
            .map(|(name, sequence)| Chromosome {
                name: name.to_string(),
                length: usize::from(sequence.length()) as u32,
            })
            .collect();
        Ok(Self { path, chromosomes, reader, record: bam::Record::default(), blocks: Vec::new() })
    }

    /// The alignments from a place on that [`Alignment::place`] told before.
    pub fn at(path: &'a Path, chromosomes: &[Chromosome], place: u64) -> Result<Self> {
        let file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let bytes = file.metadata().map_err(|source| fault(path, source))?.len();
        let unpacked = Unpacked::new(bgzf::io::Reader::new(file), bytes);
        let reader = bam::io::Reader::from(Checked::at_alignment(unpacked));
        let chromosomes = chromosomes.to_vec();
        let mut alignments = Self { path, chromosomes, reader, record: bam::Record::default(), blocks: Vec::new() };
        alignments.go_to(place)?;
        Ok(alignments)
    }

    /// Goes on from such a place, between two alignments.
    pub fn go_to(&mut self, place: u64) -> Result<()> {
        let packed = self.reader.get_mut().inner_mut().inner_mut();
        packed.seek(bgzf::VirtualPosition::from(place)).map_err(|source| fault(self.path, source))?;
        Ok(())
    }

    /// The next one that counts; nothing at the end of the file.
    pub fn next(&mut self) -> Result<Option<Alignment<'_>>> {
        let fault = |source| fault(self.path, source);
        loop {
            let place = u64::from(self.reader.get_ref().inner().inner().virtual_position());
            if self.reader.read_record(&mut self.record).map_err(fault)? == 0 {
                return Ok(None);
            }
            let record = &self.record;
            let flags = record.flags();
            if flags.is_unmapped() || flags.is_secondary() || flags.is_supplementary() || flags.is_qc_fail() {
                continue;
            }
            let (Some(chromosome), Some(first)) = (record.reference_sequence_id(), record.alignment_start()) else {
                continue;
            };
            let (chromosome, first) = (chromosome.map_err(fault)?, first.map_err(fault)?);
            let start = usize::from(first) as u32 - 1;
            let mut end = start;
            self.blocks.clear();
            for operation in record.cigar().iter() {
                let operation = operation.map_err(fault)?;
                let next = end.saturating_add(operation.len() as u32);
                match operation.kind() {
                    Kind::Match | Kind::SequenceMatch | Kind::SequenceMismatch => self.blocks.push(end..next),
                    Kind::Deletion | Kind::Skip => {}
                    _ => continue,
                }
                end = next;
            }
            let length = self.chromosomes.get(chromosome).map_or(0, |c| c.length);
            if end <= start || end > length {
                let detail =
                    format!("a read is aligned to {start}-{end} of reference {chromosome}, which has {length} bp");
                return Err(Error::Damaged { path: self.path.to_owned(), detail });
            }
            let (record, blocks) = (&self.record, &self.blocks);
            return Ok(Some(Alignment { chromosome, start, end, flags, blocks, place, record, path: self.path }));
        }
    }
}

pub(super) fn fault(path: &Path, source: io::Error) -> Error {
    match source.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            Error::Damaged { path: path.to_owned(), detail: source.to_string() }
        }
        _ => Error::Read { path: path.to_owned(), source },
    }
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
