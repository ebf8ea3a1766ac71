//! Borrowed channels x bins matrices whose rows may lie further apart than they are long.

/// A matrix that a kernel reads: `channels` rows of `length` bins, row `c` starting at `c * stride`.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    values: &'a [f32],
    channels: usize,
    length: usize,
    stride: usize,
}

impl<'a> Rows<'a> {
    /// Views `values` as `channels` rows of `length` bins, `stride` values from one row's start to the next.
    ///
    /// # Panics
    /// When `stride < length`, or when `values` ends before the last row does.
    pub fn new(values: &'a [f32], channels: usize, length: usize, stride: usize) -> Self {
        check(values.len(), channels, length, stride);
        Self { values, channels, length, stride }
    }

    /// The number of rows.
    pub fn channels(self) -> usize {
        self.channels
    }

    /// The number of bins in every row.
    pub fn length(self) -> usize {
        self.length
    }

    /// The bins of one channel.
    #[inline(always)]
    pub fn row(self, channel: usize) -> &'a [f32] {
        &self.values[channel * self.stride..][..self.length]
    }

    /// The same channels over bins `start..start + length` only.
    ///
    /// # Panics
    /// When that range leaves the rows.
    pub fn cut(self, start: usize, length: usize) -> Self {
        assert!(start + length <= self.length, "bins {start}+{length} of {}", self.length);
        Self { values: &self.values[start.min(self.values.len())..], length, ..self }
    }
}

/// A matrix that a kernel writes: as [`Rows`], mutably.
#[derive(Debug)]
pub struct RowsMut<'a> {
    values: &'a mut [f32],
    channels: usize,
    length: usize,
    stride: usize,
}

impl<'a> RowsMut<'a> {
    /// Views `values` as `channels` rows of `length` bins, `stride` values from one row's start to the next.
    ///
    /// # Panics
    /// When `stride < length`, or when `values` ends before the last row does.
    pub fn new(values: &'a mut [f32], channels: usize, length: usize, stride: usize) -> Self {
        check(values.len(), channels, length, stride);
        Self { values, channels, length, stride }
    }

    /// The number of rows.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// The number of bins in every row.
    pub fn length(&self) -> usize {
        self.length
    }

    /// The bins of one channel.
    #[inline(always)]
    pub fn row(&mut self, channel: usize) -> &mut [f32] {
        &mut self.values[channel * self.stride..][..self.length]
    }

    /// The same channels over bins `start..start + length` only.
    ///
    /// # Panics
    /// When that range leaves the rows.
    pub fn cut(&mut self, start: usize, length: usize) -> RowsMut<'_> {
        assert!(start + length <= self.length, "bins {start}+{length} of {}", self.length);
        let start = start.min(self.values.len());
        RowsMut { values: &mut self.values[start..], channels: self.channels, length, stride: self.stride }
    }
}

fn check(values: usize, channels: usize, length: usize, stride: usize) {
    assert!(stride >= length, "rows of {length} bins overlap at a stride of {stride}");
    let needed = channels.checked_sub(1).map_or(0, |last| last * stride + length);
    assert!(values >= needed, "{values} values for {channels} rows of {length} bins at a stride of {stride}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_cuts_skip_the_gap_between_rows() {
        let values = [1.0, 2.0, 3.0, f32::NAN, 4.0, 5.0, 6.0];
        let rows = Rows::new(&values, 2, 3, 4);
        assert_eq!((rows.row(0), rows.row(1)), (&[1.0, 2.0, 3.0][..], &[4.0, 5.0, 6.0][..]));
        let cut = rows.cut(1, 2);
        assert_eq!((cut.row(0), cut.row(1)), (&[2.0, 3.0][..], &[5.0, 6.0][..]));
    }

    #[test]
    #[should_panic(expected = "6 values for 2 rows of 3 bins at a stride of 4")]
    fn a_last_row_cut_short_is_refused() {
        Rows::new(&[0.0; 6], 2, 3, 4);
    }
}
