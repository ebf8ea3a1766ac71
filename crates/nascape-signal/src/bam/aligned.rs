//! Single reads of a BAM, as a genome browser draws them close up.

use std::{
    collections::{BTreeMap, BinaryHeap},
    fmt::Write,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

use noodles_sam::alignment::record::cigar::op::Kind;

use super::{
    Places,
    alignments::{Alignment, Alignments, fault},
    places::{Held, Order, first_place},
};
use crate::{Error, Region, Result, assembly::Chromosome};

/// Reads looked at for a region; a second's work. Beyond them, nobody sees single ones.
const MOST_LOOKED_AT: u64 = 1_000_000;

/// A read where it was aligned. Positions are from 0, ends are one past the last base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlignedRead {
    /// The name of its fragment.
    pub name: String,
    /// First base.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
    /// True on the minus strand: of the read as it was aligned, whatever its RNA's.
    pub reverse: bool,
    /// How sure the aligner was of the place (MAPQ); nothing where the file does not say.
    pub quality: Option<u8>,
    /// As SAM writes it, `36M` or `20M1200N16M`.
    pub cigar: String,
    /// The bases that it was aligned to, without deletions and introns.
    pub blocks: Vec<[u32; 2]>,
}

/// The reads of a region.
#[derive(Debug, PartialEq, Eq)]
pub struct AlignedReads {
    /// By their starts; a sample where there are more than were asked for, the same reads of it wherever the region begins.
    pub reads: Vec<AlignedRead>,
    /// How many there are, as far as they were looked at.
    pub count: u64,
    /// One past the last base up to which they were looked at: the region's end, but for the very deepest.
    pub until: u32,
}

/// The reads that overlap a region, at most `most` of them: those that [`super::coverage`] counts.
///
/// # Errors
/// [`Error::Unsorted`] for a large BAM that is not in the order of the genome; those of [`super::read`].
pub(crate) fn within(
    path: &Path,
    chromosomes: &[Chromosome],
    places: &Places,
    region: &Region,
    most: usize,
) -> Result<AlignedReads> {
    let none = AlignedReads { reads: Vec::new(), count: 0, until: region.end };
    let Some(chromosome) = chromosomes.iter().position(|known| known.name == region.chromosome) else {
        return Ok(none);
    };
    match &places.order {
        Order::Sorted(windows) => match first_place(&windows[chromosome], region.start, region.end) {
            Some(place) => from_place(Alignments::at(path, chromosomes, place)?, chromosome, region, most),
            None => Ok(none),
        },
        Order::Held(held) => each(path, chromosomes, &held[chromosome], region, most),
        Order::Unsorted => Err(Error::Unsorted { path: path.to_owned() }),
    }
}

/// Goes on from the first of them in a sorted file.
fn from_place(mut file: Alignments<'_>, chromosome: usize, region: &Region, most: usize) -> Result<AlignedReads> {
    let mut sample = Sample::of(most);
    let mut until = region.end;
    let mut looked_at = 0;
    while let Some(read) = file.next()? {
        if read.chromosome != chromosome || read.start >= region.end {
            break;
        }
        looked_at += 1;
        if looked_at > MOST_LOOKED_AT {
            until = read.start;
            break;
        }
        if read.end > region.start && !read.flags.is_duplicate() {
            sample.offer(read.place, || aligned(&read))?;
        }
    }
    let count = sample.count;
    // In the order of the file they come by their starts.
    Ok(AlignedReads { reads: sample.chosen.into_values().collect(), count, until })
}

/// Fetches each of them from where it is in a file that is not sorted.
fn each(path: &Path, chromosomes: &[Chromosome], held: &[Held], region: &Region, most: usize) -> Result<AlignedReads> {
    let mut sample = Sample::of(most);
    for read in &held[..held.partition_point(|read| read.start < region.end)] {
        if read.end > region.start {
            sample.offer(read.place, || Ok(()))?;
        }
    }
    let count = sample.count;
    let mut reads = Vec::new();
    let mut file = Alignments::at(path, chromosomes, 0)?;
    for place in sample.chosen.into_keys() {
        file.go_to(place)?;
        if let Some(read) = file.next()? {
            reads.push(aligned(&read)?);
        }
    }
    reads.sort_by_key(|read| (read.start, read.end));
    Ok(AlignedReads { reads, count, until: region.end })
}

/// Of all that is offered, those whose places have the smallest hashes: a sample that is even, and the same wherever a region begins.
struct Sample<T> {
    most: usize,
    count: u64,
    hashes: BinaryHeap<(u64, u64)>,
    chosen: BTreeMap<u64, T>,
}

impl<T> Sample<T> {
    fn of(most: usize) -> Self {
        Self { most, count: 0, hashes: BinaryHeap::new(), chosen: BTreeMap::new() }
    }

    fn offer(&mut self, place: u64, what: impl FnOnce() -> Result<T>) -> Result<()> {
        self.count += 1;
        let mut hasher = DefaultHasher::new();
        place.hash(&mut hasher);
        let key = (hasher.finish(), place);
        if self.hashes.len() == self.most && self.hashes.peek().is_none_or(|last| *last <= key) {
            return Ok(());
        }
        self.chosen.insert(place, what()?);
        self.hashes.push(key);
        if self.hashes.len() > self.most
            && let Some((_, place)) = self.hashes.pop()
        {
            self.chosen.remove(&place);
        }
        Ok(())
    }
}

fn aligned(read: &Alignment<'_>) -> Result<AlignedRead> {
    let mut cigar = String::new();
    for operation in read.record.cigar().iter() {
        let operation = operation.map_err(|source| fault(read.path, source))?;
        write!(cigar, "{}{}", operation.len(), letter(operation.kind())).expect("a string takes all");
    }
    Ok(AlignedRead {
        name: read.record.name().map(ToString::to_string).unwrap_or_default(),
        start: read.start,
        end: read.end,
        reverse: read.flags.is_reverse_complemented(),
        quality: read.record.mapping_quality().map(u8::from),
        cigar,
        blocks: read.blocks.iter().map(|block| [block.start, block.end]).collect(),
    })
}

fn letter(kind: Kind) -> char {
    match kind {
        Kind::Match => 'M',
        Kind::Insertion => 'I',
        Kind::Deletion => 'D',
        Kind::Skip => 'N',
        Kind::SoftClip => 'S',
        Kind::HardClip => 'H',
        Kind::Pad => 'P',
        Kind::SequenceMatch => '=',
        Kind::SequenceMismatch => 'X',
    }
}
