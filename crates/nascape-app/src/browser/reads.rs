//! Single reads of a BAM beside the assay, in rows.

use std::{cmp::Reverse, collections::BinaryHeap};

use nascape_signal::{Region, bam::AlignedRead};

use super::{
    Browser,
    fault::Answer,
    wire::{Fault, Read, Reads, ReadsRequest},
};

/// Reads of a stretch that are drawn; of more, a sample.
const MOST: usize = 3_000;
/// The longest stretch: three windows of 30 kb, so that there is something to drag in.
const LONGEST: u32 = 100_000;
/// Bases between two reads of a row.
const GAP: u32 = 4;

impl Browser {
    /// The single reads of a stretch.
    ///
    /// # Errors
    /// When the track was closed, is no BAM beside the assay, or its file changed; when the stretch is too long, or the BAM is not
    /// sorted.
    pub fn reads(&self, request: &ReadsRequest) -> Answer<Reads> {
        let track = self.track(&request.track)?;
        track.check()?;
        let region = Region::new(&request.chromosome, request.start, request.end);
        if region.end.saturating_sub(region.start) > LONGEST {
            return Err(Fault::new(format!(
                "{region} is too long to draw single reads: at most {} kb.",
                LONGEST / 1000
            )));
        }
        let signal = track.signal()?;
        // A chromosome that the file lacks has no reads.
        let Some((chromosome, length)) = signal.chromosome(&request.chromosome) else {
            return Ok(Reads { reads: Vec::new(), count: 0, until: request.end });
        };
        let region = Region::new(&chromosome, request.start.min(length), request.end.min(length));
        let Some(found) = signal.assay.first().aligned(&region, MOST)? else {
            return Err(Fault::new(format!("{} is no BAM beside the assay: it has no single reads.", track.info.name)));
        };
        Ok(Reads { reads: in_rows(found.reads), count: found.count, until: found.until.max(region.start) })
    }
}

/// Each read in the first row that is free where it begins. They come by their starts.
fn in_rows(reads: Vec<AlignedRead>) -> Vec<Read> {
    let mut free: BinaryHeap<Reverse<u32>> = BinaryHeap::new();
    let mut taken: BinaryHeap<Reverse<(u32, u32)>> = BinaryHeap::new();
    let mut rows = 0;
    let placed = reads.into_iter().map(|read| {
        while let Some(Reverse((end, row))) = taken.peek().copied()
            && end + GAP <= read.start
        {
            taken.pop();
            free.push(Reverse(row));
        }
        let row = free.pop().map_or_else(
            || {
                rows += 1;
                rows - 1
            },
            |Reverse(row)| row,
        );
        taken.push(Reverse((read.end, row)));
        let AlignedRead { name, start, end, reverse, quality, cigar, blocks } = read;
        Read { start, end, row, name, strand: if reverse { '-' } else { '+' }, quality, cigar, blocks }
    });
    placed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(start: u32, end: u32) -> AlignedRead {
        AlignedRead {
            name: String::new(),
            start,
            end,
            reverse: false,
            quality: None,
            cigar: format!("{}M", end - start),
            blocks: vec![[start, end]],
        }
    }

    #[test]
    fn reads_of_a_row_do_not_touch_and_rows_fill_from_the_top() {
        let reads = [(0, 50), (10, 20), (10, 60), (24, 30), (25, 40), (60, 70), (64, 90)];
        let rows: Vec<u32> = in_rows(reads.iter().map(|(start, end)| read(*start, *end)).collect())
            .iter()
            .map(|read| read.row)
            .collect();
        assert_eq!(rows, [0, 1, 2, 1, 3, 0, 1]);
    }
}
