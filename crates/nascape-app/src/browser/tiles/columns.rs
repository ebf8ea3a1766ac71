//! Bases or bins summed up in columns.

use nascape_signal::Interval;

/// Sums, covered bases and the largest value of each of several columns of `step` bases from `start` on.
pub(super) struct Columns {
    pub start: u32,
    pub step: u32,
    pub sum: Vec<f64>,
    pub covered: Vec<u32>,
    /// NaN where nothing is covered.
    pub max: Vec<f32>,
}

impl Columns {
    pub fn new(start: u32, step: u32, count: usize) -> Self {
        Self { start, step, sum: vec![0.0; count], covered: vec![0; count], max: vec![f32::NAN; count] }
    }

    /// Adds an interval; parts outside the columns and values that are no finite numbers are left out.
    pub fn add(&mut self, item: Interval) {
        let end = u64::from(self.start) + self.sum.len() as u64 * u64::from(self.step);
        let Some(item) = item.clipped(self.start, end.min(u64::from(u32::MAX)) as u32) else { return };
        if !item.value.is_finite() {
            return;
        }
        let mut start = item.start;
        while start < item.end {
            let column = (start - self.start) / self.step;
            let stop =
                (u64::from(self.start) + u64::from(column + 1) * u64::from(self.step)).min(item.end.into()) as u32;
            self.merge(column as usize, f64::from(item.value) * f64::from(stop - start), stop - start, item.value);
            start = stop;
        }
    }

    /// Adds what is known of some bases of a column.
    pub fn merge(&mut self, column: usize, sum: f64, covered: u32, max: f32) {
        self.sum[column] += sum;
        self.covered[column] += covered;
        // `max` of a NaN and a number is the number.
        self.max[column] = self.max[column].max(max);
    }
}
