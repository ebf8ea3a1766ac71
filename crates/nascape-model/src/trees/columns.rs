//! Borrowed features of a block of bins.

/// The features of `bins` neighbouring bins: feature `f` of bin `i` is `values[starts[f] + i]`.
///
/// Features that are shifts of one another (the bins of a window) share their values, so a window of 200 bins over a block of
/// 512 is 711 numbers and not 102,400.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a> {
    values: &'a [f32],
    starts: &'a [usize],
    bins: usize,
}

impl<'a> Columns<'a> {
    /// # Panics
    /// When `values` ends before the last bin of a feature.
    pub fn new(values: &'a [f32], starts: &'a [usize], bins: usize) -> Self {
        let needed = starts.iter().max().map_or(0, |last| last + bins);
        assert!(values.len() >= needed, "{} values for features that need {needed}", values.len());
        Self { values, starts, bins }
    }

    /// The number of features.
    pub fn features(self) -> usize {
        self.starts.len()
    }

    /// The number of bins.
    pub fn bins(self) -> usize {
        self.bins
    }

    /// One feature of `bins` bins from `start`.
    #[inline(always)]
    pub fn cut(self, feature: usize, start: usize, bins: usize) -> &'a [f32] {
        &self.values[self.starts[feature] + start..][..bins]
    }

    /// One feature of one bin.
    #[inline(always)]
    pub fn value(self, feature: usize, bin: usize) -> f32 {
        self.values[self.starts[feature] + bin]
    }

    /// Whether any value is missing (NaN).
    pub fn has_missing(self) -> bool {
        // There are hardly ever any: a loop that looks at all of them takes them several at a time.
        self.values.iter().fold(false, |missing, value| missing | value.is_nan())
    }
}
