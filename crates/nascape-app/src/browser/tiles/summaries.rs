//! Summaries of 50 bp of a signal, in runs: wide columns are added up from them, so that a chromosome is read once.

use std::{
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use nascape_signal::{BIN, Interval, Region, Result, Signal};

use super::columns::Columns;
use crate::browser::memory::Memory;

/// Bins of a run.
pub(super) const RUN: u32 = 4_096;

/// What 50 bp of a signal hold, bin by bin.
pub(super) struct Run {
    pub sum: Vec<f32>,
    pub covered: Vec<u8>,
    /// NaN where nothing is covered.
    pub max: Vec<f32>,
}

/// Names a run: track, strand, chromosome, number.
type Key = (String, usize, String, u32);

/// The summaries at hand.
pub struct Summaries(Mutex<Memory<Key, Arc<Run>>>);

impl Summaries {
    pub fn new(bound: usize) -> Self {
        Self(Mutex::new(Memory::new(bound)))
    }

    /// The runs `wanted` of a chromosome of `length` bases; `value` is applied to every item. Missing neighbours are read at once.
    pub(super) fn runs(
        &self,
        (track, strand, signal): (&str, usize, &Signal),
        (chromosome, length): (&str, u32),
        wanted: Range<u32>,
        value: fn(f32) -> f32,
    ) -> Result<Vec<Arc<Run>>> {
        let key = |run: u32| (track.to_owned(), strand, chromosome.to_owned(), run);
        let mut found: Vec<Option<Arc<Run>>> = {
            let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            wanted.clone().map(|run| memory.get(&key(run))).collect()
        };
        let missing: Vec<u32> = wanted.clone().filter(|run| found[(run - wanted.start) as usize].is_none()).collect();
        for gap in missing.chunk_by(|a, b| a + 1 == *b) {
            let (first, last) = (gap[0], gap[gap.len() - 1] + 1);
            let start = first * RUN * BIN;
            let end = (u64::from(last) * u64::from(RUN * BIN)).min(length.into()) as u32;
            let mut columns = Columns::new(start, BIN, (last - first) as usize * RUN as usize);
            signal.scan(&Region::new(chromosome, start, end), |item| {
                columns.add(Interval { value: value(item.value), ..item });
            })?;
            let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for (at, run) in (first..last).enumerate() {
                let bins = at * RUN as usize..(at + 1) * RUN as usize;
                let made = Arc::new(Run {
                    sum: columns.sum[bins.clone()].iter().map(|&sum| sum as f32).collect(),
                    covered: columns.covered[bins.clone()].iter().map(|&bases| bases.min(BIN) as u8).collect(),
                    max: columns.max[bins].to_vec(),
                });
                memory.put(key(run), Arc::clone(&made), 9 * RUN as usize);
                found[(run - wanted.start) as usize] = Some(made);
            }
        }
        Ok(found.into_iter().flatten().collect())
    }
}
