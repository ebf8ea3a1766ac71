//! Features from binned reads: each is the sum over a run of bins about the bin at hand, transformed.

use serde::{Deserialize, Serialize};

use crate::{input::Strand, logarithm::Logarithms};

/// A run of bins, `from..to` as seen from the bin at hand, which is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// What is counted.
    pub strand: Strand,
    /// The first bin.
    pub from: i32,
    /// The bin after the last.
    pub to: i32,
}

/// What happens to a window's sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// Nothing.
    Identity,
    /// `ln(1 + sum)`.
    Log1p,
}

impl Transform {
    #[inline(always)]
    fn of(self, sum: f32, logarithms: &mut Logarithms) -> f32 {
        match self {
            Self::Identity => sum,
            Self::Log1p => logarithms.of(sum),
        }
    }
}

/// The features of a model in its own order: part of its bundle's card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowSet {
    /// A feature a window.
    pub windows: Vec<Window>,
    /// What happens to every sum.
    pub transform: Transform,
}

/// Where the features of a block of bins lie among its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Feature `f` of bin `i` is value `starts[f] + i`: what [`Columns`](super::Columns) asks for.
    pub starts: Vec<usize>,
    /// The number of values.
    pub values: usize,
    /// Where they lie for the same bins read from right to left with the strands exchanged, where that was asked for.
    pub mirrored: Vec<usize>,
    /// Bins of the block.
    pub bins: usize,
    /// Bins that are looked at on the left and on the right of the block.
    reach: (usize, usize),
    /// The windows of one bin, which are shifts of one row a strand: the offsets that they span.
    shared: Vec<Window>,
    /// The wider windows, each with a row of its own.
    wide: Vec<Window>,
}

impl Window {
    fn is_one_bin(self) -> bool {
        self.to == self.from + 1
    }

    /// What the window is when the bins are read from right to left and the strands exchanged.
    fn mirrored(self) -> Self {
        let strand = match self.strand {
            Strand::Plus => Strand::Minus,
            Strand::Minus => Strand::Plus,
            Strand::Both => Strand::Both,
        };
        Self { strand, from: 1 - self.to, to: 1 - self.from }
    }
}

/// Bins that windows look at on the left of the bin at hand, and on its right.
fn reach(windows: &[Window]) -> (usize, usize) {
    let left = windows.iter().map(|window| window.from.saturating_neg()).max();
    let right = windows.iter().map(|window| window.to.saturating_sub(1)).max();
    let bins = |reach: Option<i32>| usize::try_from(reach.unwrap_or(0)).unwrap_or(0);
    (bins(left), bins(right))
}

impl WindowSet {
    /// The paper's window: 200 bins, from 5 kb (100 bins) before the bin at hand, which is the 101st, to 5 kb after it. A
    /// feature a bin for each of `strands` in turn: 200 of both together, or 200 of the plus strand and then 200 of the minus strand.
    pub fn paper(strands: &[Strand]) -> Self {
        let bins = |&strand| (-100..100).map(move |from| Window { strand, from, to: from + 1 });
        Self { windows: strands.iter().flat_map(bins).collect(), transform: Transform::Log1p }
    }

    /// The bin at hand, and on either side rings of 1, 2, 4 and so on bins, `rings` of them, of each strand: fine where it matters,
    /// coarse further off.
    pub fn rings(rings: u32) -> Self {
        let mut windows = Vec::new();
        for strand in [Strand::Plus, Strand::Minus] {
            windows.push(Window { strand, from: 0, to: 1 });
            for ring in 0..rings {
                let (near, far) = (1 << ring, 2 << ring);
                windows.push(Window { strand, from: near, to: far });
                windows.push(Window { strand, from: 1 - far, to: 1 - near });
            }
        }
        Self { windows, transform: Transform::Log1p }
    }

    /// Bins that the windows look at on the left of the bin at hand, and on its right.
    pub fn reach(&self) -> (usize, usize) {
        reach(&self.windows)
    }

    /// Whether every window holds a bin and reaches no further than 2^20 bins (52 Mb); a card may say anything.
    pub fn is_valid(&self) -> bool {
        const FURTHEST: i32 = 1 << 20;
        self.windows.iter().all(|window| -FURTHEST <= window.from && window.from < window.to && window.to <= FURTHEST)
    }

    /// How the features of a block of `bins` bins are laid out.
    pub fn layout(&self, bins: usize) -> Layout {
        self.layout_of(self.windows.clone(), bins)
    }

    /// The same with the features of both directions: those of the other one are windows of the same reads.
    pub fn layout_of_both_directions(&self, bins: usize) -> Layout {
        let mirrored = self.windows.iter().map(|window| window.mirrored());
        self.layout_of(self.windows.iter().copied().chain(mirrored).collect(), bins)
    }

    fn layout_of(&self, windows: Vec<Window>, bins: usize) -> Layout {
        let (mut shared, mut wide) = (Vec::<Window>::new(), Vec::new());
        for &window in &windows {
            if !window.is_one_bin() {
                if !wide.contains(&window) {
                    wide.push(window);
                }
            } else if let Some(row) = shared.iter_mut().find(|row| row.strand == window.strand) {
                (row.from, row.to) = (row.from.min(window.from), row.to.max(window.to));
            } else {
                shared.push(window);
            }
        }
        let mut values = 0;
        let mut begin = |length| {
            values += length;
            values - length
        };
        let shared_begins: Vec<usize> = shared.iter().map(|&row| begin(shared_length(row, bins))).collect();
        let wide_begins: Vec<usize> = wide.iter().map(|_| begin(bins)).collect();
        let start = |window: &Window| match window.is_one_bin() {
            true => {
                let row = shared.iter().position(|row| row.strand == window.strand).expect("each strand has its row");
                shared_begins[row] + (window.from - shared[row].from) as usize
            }
            false => wide_begins[wide.iter().position(|row| row == window).expect("each window has its row")],
        };
        let mut starts: Vec<usize> = windows.iter().map(start).collect();
        let mirrored = starts.split_off(self.windows.len());
        Layout { starts, mirrored, values, bins, reach: reach(&windows), shared, wide }
    }

    /// Writes the features of the bins `first..first + layout.bins` of a run of bins.
    ///
    /// `plus` and `minus` are the reads of each bin of the run, scaled to the depth that the model knows; the run has
    /// [`reach`](Self::reach) bins on both sides of those asked for, or ends where the chromosome does: beyond it there is
    /// silence. Values that are no finite numbers count as none. `out` is overwritten; read it through
    /// [`Columns`](super::Columns) with the layout's starts.
    ///
    /// A window of one bin is that bin's value. A wider one is summed from values rounded to multiples of 2^-24 reads, whose
    /// sums are exact in f64: so a feature has the same bits whatever the cut into runs and blocks.
    ///
    /// # Panics
    /// When the strands differ in length, or `out` has another length than `layout.values`.
    pub fn block(&self, layout: &Layout, plus: &[f32], minus: &[f32], first: usize, out: &mut [f32]) {
        let run = Run { plus, minus, first };
        let (left, right) = layout.reach;
        let bins = if layout.wide.is_empty() { 0 } else { left + layout.bins + right };
        self.block_from(layout, &run, &run.prefix_sums(left, bins), out);
    }

    /// The same from sums of the whole run ([`prefix_sums`]), which has [`reach`](Self::reach) bins on both sides.
    pub(super) fn block_within(&self, layout: &Layout, run: &Run<'_>, sums: &[[f64; 2]], out: &mut [f32]) {
        self.block_from(layout, run, &sums[run.first - layout.reach.0..], out);
    }

    /// `sums` are those before each bin from the block's reach on.
    fn block_from(&self, layout: &Layout, run: &Run<'_>, sums: &[[f64; 2]], out: &mut [f32]) {
        let lengths = (run.minus.len(), layout.values);
        assert_eq!((run.plus.len(), out.len()), lengths, "the minus strand and the features");
        let (mut rest, mut logarithms) = (out, Logarithms::new());
        for &row in &layout.shared {
            let out = rest.split_off_mut(..shared_length(row, layout.bins)).expect("the layout's length");
            for (at, out) in (row.from as isize..).zip(out) {
                *out = self.transform.of(row.strand.of(run.reads(at)), &mut logarithms);
            }
        }
        let from = |offset: i32| &sums[layout.reach.0.wrapping_add_signed(offset as isize)..];
        for &row in &layout.wide {
            let out = rest.split_off_mut(..layout.bins).expect("the layout's length");
            for ((out, before), end) in out.iter_mut().zip(from(row.from)).zip(from(row.to)) {
                let reads = row.strand.of([end[0] - before[0], end[1] - before[1]]) as f32;
                *out = self.transform.of(reads, &mut logarithms);
            }
        }
    }
}

/// The nearest multiple of 2^-24 reads, 0 for what is no finite number: sums of such up to 2^29 reads are exact in f64, and
/// so do not depend on where they began.
pub(super) fn summable(reads: f32) -> f64 {
    const PARTS: f64 = (1 << 24) as f64;
    // An f32 of at least 1 is such a multiple, and most bins are empty.
    if reads == 0.0 || reads.abs() >= 1.0 && reads.is_finite() {
        return f64::from(reads);
    }
    if reads.is_finite() { (f64::from(reads) * PARTS).round() / PARTS } else { 0.0 }
}

/// Values of a row that windows of one bin share.
fn shared_length(row: Window, bins: usize) -> usize {
    (row.to - row.from) as usize + bins - 1
}

/// Both strands over a run of bins; bin `first` of it is at hand. Beyond its ends there is silence.
pub(super) struct Run<'a> {
    pub(super) plus: &'a [f32],
    pub(super) minus: &'a [f32],
    pub(super) first: usize,
}

impl Run<'_> {
    /// The reads of both strands `offset` bins from the bin at hand.
    #[inline(always)]
    fn reads(&self, offset: isize) -> [f32; 2] {
        let bin = self.first.checked_add_signed(offset).filter(|&bin| bin < self.plus.len());
        let finite = |value: f32| if value.is_finite() { value } else { 0.0 };
        bin.map_or([0.0; 2], |bin| [finite(self.plus[bin]), finite(self.minus[bin])])
    }

    /// The reads of both strands in all bins before each of `bins + 1` bins, from `left` bins before the bin at hand on.
    fn prefix_sums(&self, left: usize, bins: usize) -> Vec<[f64; 2]> {
        let mut sum = [0.0; 2];
        let left = -(left as isize);
        let sums = (left..left + bins as isize).map(|offset| {
            for (sum, reads) in sum.iter_mut().zip(self.reads(offset)) {
                *sum += summable(reads);
            }
            sum
        });
        std::iter::once([0.0; 2]).chain(sums).collect()
    }
}

/// The reads of both strands before each bin of a run, and before its end.
pub(super) fn prefix_sums(plus: &[f32], minus: &[f32]) -> Vec<[f64; 2]> {
    Run { plus, minus, first: 0 }.prefix_sums(0, plus.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::trees::Columns;

    /// The features of one bin, each summed by itself.
    fn directly(set: &WindowSet, plus: &[f32], minus: &[f32], bin: usize) -> Vec<f32> {
        let sum = |row: &[f32], window: &Window| -> f64 {
            let bins = (window.from..window.to).map(|offset| bin as i64 + i64::from(offset));
            bins.filter_map(|at| row.get(usize::try_from(at).ok()?)).map(|&reads| f64::from(reads)).sum()
        };
        let value = |window: &Window| {
            set.transform.of(window.strand.of([sum(plus, window), sum(minus, window)]) as f32, &mut Logarithms::new())
        };
        set.windows.iter().map(value).collect()
    }

    fn features(set: &WindowSet, plus: &[f32], minus: &[f32], first: usize, bins: usize) -> Vec<Vec<f32>> {
        let layout = set.layout(bins);
        let mut values = vec![f32::NAN; layout.values];
        set.block(&layout, plus, minus, first, &mut values);
        let columns = Columns::new(&values, &layout.starts, bins);
        (0..bins).map(|bin| (0..columns.features()).map(|feature| columns.value(feature, bin)).collect()).collect()
    }

    #[test]
    fn the_papers_window_is_200_bins_about_the_101st() {
        let apart = WindowSet::paper(&[Strand::Plus, Strand::Minus]);
        assert_eq!((apart.windows.len(), apart.reach()), (400, (100, 99)));
        let summed = WindowSet::paper(&[Strand::Both]);
        assert_eq!((summed.windows.len(), summed.layout(512).values), (200, 711));
        let plus: Vec<f32> = (0..300).map(|bin| bin as f32).collect();
        let minus = vec![0.5; 300];
        let bin = &features(&summed, &plus, &minus, 100, 1)[0];
        assert_eq!((bin[0], bin[100], bin[199]), (0.5_f32.ln_1p(), 100.5_f32.ln_1p(), 199.5_f32.ln_1p()));
        assert_eq!(features(&apart, &plus, &minus, 100, 1)[0][200], 0.5_f32.ln_1p());
    }

    #[test]
    fn the_card_says_windows_in_plain_words() {
        let set = WindowSet {
            windows: vec![Window { strand: Strand::Both, from: -10, to: 10 }],
            transform: Transform::Log1p,
        };
        let text = r#"{"windows":[{"strand":"both","from":-10,"to":10}],"transform":"log1p"}"#;
        assert_eq!(serde_json::to_string(&set).unwrap(), text);
        assert_eq!(serde_json::from_str::<WindowSet>(text).unwrap(), set);
        assert!(set.is_valid());
    }

    prop_compose! {
        fn window()(strand in prop_oneof![Just(Strand::Plus), Just(Strand::Minus), Just(Strand::Both)],
                    from in -40..40_i32, bins in prop_oneof![Just(1), 1..40_i32]) -> Window {
            Window { strand, from, to: from + bins }
        }
    }

    proptest! {
        #[test]
        fn every_feature_is_its_windows_sum(
            windows in prop::collection::vec(window(), 1..12),
            reads in prop::collection::vec((0_u8..9, 0_u8..9), 1..120),
            log in any::<bool>(),
        ) {
            let set = WindowSet { windows, transform: if log { Transform::Log1p } else { Transform::Identity } };
            // Thirds and sevenths: scaled reads are no whole numbers.
            let (plus, minus): (Vec<f32>, Vec<f32>) =
                reads.iter().map(|&(plus, minus)| (f32::from(plus) / 3.0, f32::from(minus) / 7.0)).unzip();
            let all = features(&set, &plus, &minus, 0, plus.len());
            for (bin, ours) in all.iter().enumerate() {
                for (ours, direct) in ours.iter().zip(directly(&set, &plus, &minus, bin)) {
                    prop_assert!((ours - direct).abs() <= 3e-6 * direct.max(1.0), "bin {}: {} for {}", bin, ours, direct);
                }
            }
        }

        #[test]
        fn features_are_the_same_bits_whatever_the_cut(
            windows in prop::collection::vec(window(), 1..12),
            reads in prop::collection::vec((0.0_f32..9.0, 0.0_f32..1e6), 2..150),
            cut in any::<prop::sample::Index>(),
        ) {
            let set = WindowSet { windows, transform: Transform::Log1p };
            let (plus, minus): (Vec<f32>, Vec<f32>) = reads.into_iter().unzip();
            let whole = features(&set, &plus, &minus, 0, plus.len());
            let cut = 1 + cut.index(plus.len() - 1);
            // The second piece sees its own halo only.
            let halo = set.reach().0.min(cut);
            let second = features(&set, &plus[cut - halo..], &minus[cut - halo..], halo, plus.len() - cut);
            let pieces = [features(&set, &plus, &minus, 0, cut), second].concat();
            prop_assert_eq!(whole, pieces);
        }
    }
}
