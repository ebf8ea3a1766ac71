//! A run of bases with one value: what bigWig, bedGraph and read ends all are.

/// `value` at every base of `start..end` (0-based half-open) of a chromosome that the context names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// First base, from 0.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
    /// Reads, coverage or signal; the unit is the file's.
    pub value: f32,
}

impl Interval {
    /// The part inside `start..end`, if any.
    pub fn clipped(self, start: u32, end: u32) -> Option<Self> {
        let clipped = Self { start: self.start.max(start), end: self.end.min(end), ..self };
        (clipped.start < clipped.end).then_some(clipped)
    }

    /// Number of bases.
    pub fn bases(&self) -> u32 {
        self.end - self.start
    }
}

/// Sorts single bases and counts how often each occurs: one interval of 1 bp per base with a read.
pub fn pile_up(mut bases: Vec<u32>) -> Vec<Interval> {
    bases.sort_unstable();
    bases
        .chunk_by(|a, b| a == b)
        .map(|run| Interval { start: run[0], end: run[0] + 1, value: run.len() as f32 })
        .collect()
}
