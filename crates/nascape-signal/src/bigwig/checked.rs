//! What bigtools takes at its word, checked before it does: sizes and counts that it allocates by, and offsets that it follows.
//!
//! No table may be larger than its file, no node of an index or of the list of chromosomes is read twice in a search, so that a circle
//! ends, and a block's items lie in the block. docs/reliability.md names the faults of bigtools 0.5.8 that this keeps away.

use std::{
    cell::Cell,
    io::{self, ErrorKind, Read, Seek, SeekFrom},
};

use bigtools::{BBIFileInfo, BBIFileRead, Block};
use byteordered::Endianness;
use smallvec::SmallVec;

use super::read::Source;
use crate::guard::guarded;

/// Bytes that a block may have, compressed or not: 65,535 items, the most that its header can count, are less than one megabyte;
/// blocks of zoom levels, whose size the header states too, are as long as their writer chose.
const LARGEST_BLOCK: u64 = 16 << 20;
/// Bytes of a chromosome's name.
const LONGEST_NAME: u32 = 1 << 10;
/// Chromosomes that a list may hold where the file's length is not known.
const MOST_CHROMOSOMES: u64 = 1 << 22;

/// A bigWig's bytes, for bigtools to read.
pub(super) struct Checked {
    source: Box<dyn Source>,
    length: u64,
    /// Bytes of the index, and of the data, that the search at hand has not read yet: no more than the file has.
    index_left: Cell<u64>,
    data_left: Cell<u64>,
}

impl Checked {
    /// Checks the header's sizes and the list of chromosomes; `header` is the file's first 64 bytes.
    ///
    /// # Errors
    /// Of [`ErrorKind::InvalidData`] with half a sentence when the file is no bigWig that could be; those of reading.
    pub fn open(mut source: Box<dyn Source>, length: u64, header: &[u8; 64], order: Endianness) -> io::Result<Self> {
        let unpacked = number(order, header, 52, 4);
        if unpacked > LARGEST_BLOCK {
            return Err(invalid(format!("its header asks for {unpacked} bytes a block, more than any bigWig")));
        }
        check_chromosomes(&mut source, length, order, number(order, header, 8, 8))?;
        source.seek(SeekFrom::Start(0))?;
        Ok(Self { source, length, index_left: Cell::new(length), data_left: Cell::new(length) })
    }

    /// A search begins.
    pub fn begin(&self) {
        self.index_left.set(self.length);
        self.data_left.set(self.length);
    }
}

impl BBIFileRead for Checked {
    type Reader = Box<dyn Source>;

    fn get_block_data(&mut self, info: &BBIFileInfo, block: &Block) -> io::Result<Vec<u8>> {
        if block.size() > LARGEST_BLOCK {
            return Err(invalid(format!("a block of {} bytes, more than any bigWig has", block.size())));
        }
        take(&self.data_left, block.size(), "its blocks overlap, or the index leads to some of them twice")?;
        let data = guarded(|| self.source.get_block_data(info, block))
            .map_err(|detail| invalid(format!("a block does not decompress ({detail})")))??;
        check_block(info.header.endianness, &data)?;
        Ok(data)
    }

    fn blocks_for_cir_tree_node(
        &mut self,
        endianness: Endianness,
        node_offset: u64,
        chrom_ix: u32,
        start: u32,
        end: u32,
    ) -> io::Result<(SmallVec<[u64; 4]>, SmallVec<[Block; 4]>)> {
        let (is_leaf, count) = node(&mut self.source, endianness, node_offset)?;
        let bytes = 4 + count * if is_leaf { 32 } else { 24 };
        take(&self.index_left, bytes, "its index leads in a circle")?;
        self.source.blocks_for_cir_tree_node(endianness, node_offset, chrom_ix, start, end)
    }

    fn raw_reader(&mut self) -> &mut Box<dyn Source> {
        &mut self.source
    }
}

/// The list of chromosomes: a tree whose leaves hold names, numbers and lengths.
fn check_chromosomes(source: &mut Box<dyn Source>, length: u64, order: Endianness, at: u64) -> io::Result<()> {
    let header: [u8; 32] = read_at(source, at)?;
    let (key, value) = (number(order, &header, 8, 4), number(order, &header, 12, 4));
    let count = number(order, &header, 16, 8);
    if value != 8 || !(1..=u64::from(LONGEST_NAME)).contains(&key) {
        return Err(invalid(format!("its chromosome list has names of {key} and entries of {value} bytes")));
    }
    let item = key + value;
    if count > MOST_CHROMOSOMES || count.saturating_mul(item) > length {
        return Err(invalid(format!("its chromosome list says that it holds {count} chromosomes")));
    }
    let left = Cell::new(length);
    let mut nodes = vec![at + 32];
    while let Some(at) = nodes.pop() {
        let (is_leaf, count) = node(source, order, at)?;
        take(&left, 4 + count * item, "its chromosome list leads in a circle")?;
        if !is_leaf {
            let mut entry = vec![0; item as usize];
            for _ in 0..count {
                source.read_exact(&mut entry)?;
                nodes.push(number(order, &entry, key as usize, 8));
            }
        }
    }
    Ok(())
}

/// Whether a node of a tree is a leaf, and its entries; the source is left at the first of them.
fn node(source: &mut Box<dyn Source>, order: Endianness, at: u64) -> io::Result<(bool, u64)> {
    let header: [u8; 4] = read_at(source, at)?;
    match header[0] {
        kind @ (0 | 1) => Ok((kind == 1, number(order, &header, 2, 2))),
        kind => Err(invalid(format!("a node of its index is of the kind {kind}, not 0 or 1"))),
    }
}

/// Checks that a block of data holds the items that it says it does.
fn check_block(order: Endianness, data: &[u8]) -> io::Result<()> {
    let Some((header, items)) = data.split_first_chunk::<24>() else {
        return Err(invalid("a block is shorter than its header"));
    };
    let item = match header[20] {
        1 => 12,
        2 => 8,
        3 => 4,
        kind => return Err(invalid(format!("a block of the kind {kind}, not 1, 2 or 3"))),
    };
    let count = number(order, header, 22, 2);
    match count * item <= items.len() as u64 {
        true => Ok(()),
        false => Err(invalid(format!("a block says that it holds {count} items and is too short for them"))),
    }
}

fn read_at<const N: usize>(source: &mut Box<dyn Source>, at: u64) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    source.seek(SeekFrom::Start(at))?;
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The number of `width` bytes at `at`.
pub(super) fn number(order: Endianness, bytes: &[u8], at: usize, width: usize) -> u64 {
    let bytes = bytes[at..at + width].iter();
    let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
    match order {
        Endianness::Big => bytes.fold(0, add),
        Endianness::Little => bytes.rev().fold(0, add),
    }
}

/// Takes `bytes` off what is left.
fn take(left: &Cell<u64>, bytes: u64, otherwise: &str) -> io::Result<()> {
    left.set(left.get().checked_sub(bytes).ok_or_else(|| invalid(otherwise))?);
    Ok(())
}

fn invalid(detail: impl Into<String>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, detail.into())
}
