//! A tree padded to a complete one, evaluated without branches with bins in SIMD lanes.
//!
//! From the leaves up, every split picks the left or the right value of its children in all lanes at once. A tree of depth 6
//! so takes 63 comparisons and choices for a few vectors of bins; a walk from the root takes 6 steps a bin, each waiting for
//! the last one's load. Neighbouring bins are alike: where a feature's extremes tell that all of them go one way at a split, the
//! other side is not computed.

use pulp::Simd;

use super::{columns::Columns, forest::Node};

/// The deepest tree that is padded. Each level doubles the splits: past this one walking is as fast.
pub(super) const DEEPEST: usize = 8;

/// The lowest levels of a tree, whose values stay in registers.
const LOW: usize = 3;

/// Vectors of bins that share a load of a split.
pub(super) const VECTORS: usize = 4;

/// A tree padded to a depth of [`LOW`] at least.
#[derive(Clone, Debug)]
pub(super) struct Complete {
    /// The subtrees of depth [`LOW`], from left to right.
    low: Vec<Low>,
    /// The splits above them, level by level from the root, each from left to right.
    high: Vec<Split>,
}

/// A complete subtree of depth 3; the children of split `n` are `2n + 1` and `2n + 2`.
#[derive(Clone, Debug)]
struct Low {
    splits: [Split; 7],
    leaves: [f32; 8],
}

/// Values below the threshold go left.
#[derive(Clone, Copy, Debug)]
struct Split {
    feature: u32,
    threshold: f32,
}

impl Complete {
    /// Pads a tree of `depth` levels, or gives `None` where that is deeper than [`DEEPEST`] or there is no feature.
    /// Below a leaf that lies higher, both sides of every split hold its value.
    pub(super) fn new(nodes: &[Node], depth: usize, features: usize) -> Option<Self> {
        if depth > DEEPEST || features == 0 {
            return None;
        }
        // The nodes at the places of each level, from the root down.
        let mut levels = vec![vec![nodes[0]]];
        for level in 0..depth.max(LOW) {
            let children =
                |node: &Node| node.children().map_or([*node; 2], |(left, right)| [nodes[left], nodes[right]]);
            levels.push(levels[level].iter().flat_map(children).collect());
        }
        let split = |node: &Node| Split { feature: node.feature() as u32, threshold: node.value };
        let leaves = levels.pop().expect("a level of leaves");
        let lowest = levels.split_off(levels.len() - LOW);
        let low = leaves.as_chunks().0.iter().enumerate().map(|(place, leaves)| {
            let at = |level: usize, side: usize| split(&lowest[level][(place << level) + side]);
            let splits = [at(0, 0), at(1, 0), at(1, 1), at(2, 0), at(2, 1), at(2, 2), at(2, 3)];
            Low { splits, leaves: leaves.map(|leaf: Node| leaf.value) }
        });
        let low = low.collect();
        Some(Self { low, high: levels.iter().flatten().map(split).collect() })
    }

    /// The features of the splits above the lowest levels, whose extremes [`add`](Self::add) asks for.
    pub(super) fn high_features(&self) -> impl Iterator<Item = usize> {
        self.high.iter().map(|split| split.feature as usize)
    }

    /// The tree's value for each of `bins` bins of `columns` from `start` on, `V` whole vectors or a single one that may be partial. No
    /// value may be missing. `extremes` are bounds of the values that a feature takes in these bins, from below and from above.
    /// `scratch` is overwritten.
    #[inline(always)]
    pub(super) fn values<S: Simd, const V: usize>(
        &self,
        simd: S,
        columns: Columns<'_>,
        (start, bins): (usize, usize),
        extremes: &[[f32; 2]],
        scratch: &mut Scratch<S, V>,
    ) -> [S::f32s; V] {
        let lanes = Lanes { simd, columns, start, bins };
        // The places of each level that some bin comes to, a bit each.
        let levels = self.low.len().trailing_zeros() as usize;
        let mut reached = [0_u64; DEEPEST - LOW + 1];
        reached[0] = 1;
        for level in 0..levels {
            let splits = &self.high[(1 << level) - 1..];
            for place in places(reached[level]) {
                let Split { feature, threshold } = splits[place];
                let [least, most] = extremes[feature as usize];
                let sides = u64::from(least < threshold) | u64::from(most >= threshold) << 1;
                reached[level + 1] |= sides << (2 * place);
            }
        }
        // Where the values of each place of the level at hand lie: those of a place with one side are that side's.
        let mut held = [0_u8; 1 << (DEEPEST - LOW)];
        for place in places(reached[levels]) {
            scratch.0[place] = lanes.low(&self.low[place]);
            held[place] = place as u8;
        }
        for level in (0..levels).rev() {
            let splits = &self.high[(1 << level) - 1..];
            for place in places(reached[level]) {
                let [left, right] = [held[2 * place], held[2 * place + 1]];
                held[place] = match reached[level + 1] >> (2 * place) & 3 {
                    1 => left,
                    2 => right,
                    _ => {
                        let [of_left, of_right] = [left, right].map(|side| scratch.0[usize::from(side)]);
                        scratch.0[usize::from(left)] = lanes.choose(splits[place], of_left, of_right);
                        left
                    }
                };
            }
        }
        scratch.0[usize::from(held[0])]
    }
}

/// The numbers of the bits that are set.
#[inline(always)]
fn places(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = (bits != 0).then(|| bits.trailing_zeros() as usize);
        bits &= bits.wrapping_sub(1);
        place
    })
}

/// Bounds of the values of one feature over some bins: the least and the largest, and 0 with them when the last vector is partial.
#[inline(always)]
pub(super) fn extremes<S: Simd, const V: usize>(simd: S, values: &[f32]) -> [f32; 2] {
    let [first, rest @ ..] = &load::<S, V>(simd, values)[..] else { unreachable!("at least one vector") };
    let (mut least, mut most) = (*first, *first);
    for &vector in rest {
        least = simd.select_f32s(simd.less_than_f32s(vector, least), vector, least);
        most = simd.select_f32s(simd.less_than_f32s(most, vector), vector, most);
    }
    [simd.reduce_min_f32s(least), simd.reduce_max_f32s(most)]
}

/// The values of the subtrees that are not yet joined.
///
/// Vectors that lie across two lines of the cache would take twice as long.
#[repr(align(64))]
pub(super) struct Scratch<S: Simd, const V: usize>([[S::f32s; V]; 1 << (DEEPEST - LOW)]);

impl<S: Simd, const V: usize> Scratch<S, V> {
    #[inline(always)]
    pub(super) fn new(simd: S) -> Self {
        Self([[simd.splat_f32s(0.0); V]; _])
    }
}

/// The bins that lie in the lanes: `bins` of `columns` from `start`.
#[derive(Clone, Copy)]
struct Lanes<'a, S> {
    simd: S,
    columns: Columns<'a>,
    start: usize,
    bins: usize,
}

impl<S: Simd> Lanes<'_, S> {
    #[inline(always)]
    fn choose<const V: usize>(self, split: Split, left: [S::f32s; V], right: [S::f32s; V]) -> [S::f32s; V] {
        let threshold = self.simd.splat_f32s(split.threshold);
        let mut chosen = load::<S, V>(self.simd, self.columns.cut(split.feature as usize, self.start, self.bins));
        for ((x, left), right) in chosen.iter_mut().zip(left).zip(right) {
            *x = self.simd.select_f32s(self.simd.less_than_f32s(*x, threshold), left, right);
        }
        chosen
    }

    #[inline(always)]
    fn low<const V: usize>(self, low: &Low) -> [S::f32s; V] {
        let left = self.choose(low.splits[1], self.pair(low, 0), self.pair(low, 1));
        let right = self.choose(low.splits[2], self.pair(low, 2), self.pair(low, 3));
        self.choose(low.splits[0], left, right)
    }

    #[inline(always)]
    fn pair<const V: usize>(self, low: &Low, at: usize) -> [S::f32s; V] {
        let [left, right] = [low.leaves[2 * at], low.leaves[2 * at + 1]];
        self.choose(low.splits[3 + at], [self.simd.splat_f32s(left); V], [self.simd.splat_f32s(right); V])
    }
}

/// Loads `V` whole vectors, or a single one that may be partial, its missing lanes 0.
#[inline(always)]
pub(super) fn load<S: Simd, const V: usize>(simd: S, from: &[f32]) -> [S::f32s; V] {
    if V == 1 {
        return [simd.partial_load_f32s(from); V];
    }
    S::as_simd_f32s(from).0.as_chunks::<V>().0[0]
}

/// Stores what [`load`] would load.
#[inline(always)]
pub(super) fn store<S: Simd, const V: usize>(simd: S, to: &mut [f32], vectors: &[S::f32s; V]) {
    if V == 1 {
        return simd.partial_store_f32s(to, vectors[0]);
    }
    S::as_mut_simd_f32s(to).0.as_chunks_mut::<V>().0[0] = *vectors;
}
