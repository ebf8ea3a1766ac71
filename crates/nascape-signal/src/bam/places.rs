//! Where in a BAM file the reads of a region are. Of a file in the order of the genome: what a .bai's linear index says, learned while
//! the file is read for its coverage, so that no index is needed and none can be out of date. Of any other: where each read is.

use std::path::Path;

use super::alignments::{Alignment, Alignments};
use crate::{Result, assembly::Chromosome};

/// Bases of a window; as in a .bai.
const WINDOW: u32 = 1 << 14;
const NOWHERE: u64 = u64::MAX;
/// Reads of a file that is not sorted whose places are held, 16 bytes each.
const MOST_HELD: u64 = 8_000_000;

/// Where a file's reads are, by chromosome.
pub struct Places {
    pub(super) order: Order,
    reads: u64,
    last: (usize, u32),
}

pub(super) enum Order {
    /// For each window, where the first read that overlaps it begins in the file.
    Sorted(Vec<Vec<u64>>),
    /// Each read, by its start.
    Held(Vec<Vec<Held>>),
    /// Neither sorted nor few.
    Unsorted,
}

/// A read of a file that is not sorted.
#[derive(Clone, Copy)]
pub(super) struct Held {
    pub start: u32,
    pub end: u32,
    pub place: u64,
}

impl Places {
    pub(super) fn of(chromosomes: &[Chromosome]) -> Self {
        Self { order: Order::Sorted(vec![Vec::new(); chromosomes.len()]), reads: 0, last: (0, 0) }
    }

    /// Takes the reads in the order of the file.
    pub(super) fn add(&mut self, read: &Alignment<'_>) {
        self.reads += 1;
        let here = (read.chromosome, read.start);
        if here < self.last {
            self.order = Order::Unsorted;
        }
        self.last = here;
        let Order::Sorted(windows) = &mut self.order else { return };
        let windows = &mut windows[read.chromosome];
        let (first, last) = ((read.start / WINDOW) as usize, ((read.end - 1) / WINDOW) as usize);
        if windows.len() <= last {
            windows.resize(last + 1, NOWHERE);
        }
        for place in &mut windows[first..=last] {
            *place = (*place).min(read.place);
        }
    }

    /// After all reads: goes over a file that is not sorted once more, if its reads are few enough.
    pub(super) fn finished(mut self, path: &Path) -> Result<Self> {
        if matches!(self.order, Order::Unsorted) && self.reads <= MOST_HELD {
            let mut file = Alignments::open(path)?;
            let mut held = vec![Vec::new(); file.chromosomes.len()];
            while let Some(read) = file.next()? {
                if !read.flags.is_duplicate() {
                    held[read.chromosome].push(Held { start: read.start, end: read.end, place: read.place });
                }
            }
            for reads in &mut held {
                reads.sort_unstable_by_key(|read| (read.start, read.place));
            }
            self.order = Order::Held(held);
        }
        Ok(self)
    }
}

/// From where on in the file all reads lie that overlap `start..end`; nothing where there are none.
pub(super) fn first_place(windows: &[u64], start: u32, end: u32) -> Option<u64> {
    let last = (end.div_ceil(WINDOW) as usize).min(windows.len());
    let of_region = windows.get((start / WINDOW) as usize..last)?;
    of_region.iter().copied().min().filter(|place| *place != NOWHERE)
}
