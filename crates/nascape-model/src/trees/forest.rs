//! Boosted trees as they were read, and their values over blocks of bins.

use pulp::{Arch, Simd, WithSimd};
use serde::{Deserialize, Serialize};

use super::{
    columns::Columns,
    complete::{Complete, Scratch, VECTORS, extremes, load, store},
};

/// What a model was trained for, and with it what its raw margin means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Objective {
    /// `reg:squarederror`: the margin is the prediction.
    #[serde(rename = "reg:squarederror")]
    SquaredError,
    /// `binary:logistic`: the margin is the log odds.
    #[serde(rename = "binary:logistic")]
    Logistic,
    /// `binary:hinge`: a margin above 0 stands for 1, any other for 0.
    #[serde(rename = "binary:hinge")]
    Hinge,
}

impl Objective {
    /// XGBoost's name of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::SquaredError => "reg:squarederror",
            Self::Logistic => "binary:logistic",
            Self::Hinge => "binary:hinge",
        }
    }

    /// Turns raw margins into predictions, in place.
    pub fn apply(self, margins: &mut [f32]) {
        match self {
            Self::SquaredError => {}
            Self::Logistic => margins.iter_mut().for_each(|z| *z = 1.0 / (1.0 + (-*z).exp())),
            Self::Hinge => margins.iter_mut().for_each(|z| *z = if *z > 0.0 { 1.0 } else { 0.0 }),
        }
    }
}

/// A model of boosted trees ([`Forest::from_ubj`], [`Forest::from_json`]), ready to predict.
#[derive(Clone, Debug)]
pub struct Forest {
    features: usize,
    objective: Objective,
    /// The margin before the first tree.
    base: f32,
    trees: Vec<Tree>,
    /// The features whose extremes tell which parts of padded trees are needed.
    decisive: Vec<usize>,
}

/// One tree, twice: to be walked, and padded where that is faster.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    complete: Option<Complete>,
}

/// A split or a leaf, 12 bytes. A tree's first node is its root.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// A split's threshold, a leaf's value.
    pub(super) value: f32,
    /// A split's feature; the highest bit is set when a missing value goes left.
    feature: u32,
    /// The left child, which the right one follows; 0, which is nobody's child, for a leaf.
    left: u32,
}

const MISSING_LEFT: u32 = 1 << 31;

impl Node {
    pub(super) fn leaf(value: f32) -> Self {
        Self { value, feature: 0, left: 0 }
    }

    /// Values below `threshold` go to node `left`, all others to the one after it. `feature` is less than 2^31.
    pub(super) fn split(feature: u32, threshold: f32, missing_left: bool, left: u32) -> Self {
        Self { value: threshold, feature: feature | if missing_left { MISSING_LEFT } else { 0 }, left }
    }

    pub(super) fn feature(self) -> usize {
        (self.feature & !MISSING_LEFT) as usize
    }

    /// A split's children, left and right.
    pub(super) fn children(self) -> Option<(usize, usize)> {
        (self.left != 0).then_some((self.left as usize, self.left as usize + 1))
    }
}

impl Tree {
    /// `nodes` as [`Node`] says, the deepest leaf `depth` splits below the root.
    pub(super) fn new(nodes: Vec<Node>, depth: usize, features: usize) -> Self {
        Self { complete: Complete::new(&nodes, depth, features), nodes }
    }

    /// The value of the leaf that a bin comes to.
    fn walk(&self, columns: Columns<'_>, bin: usize) -> f32 {
        let mut node = self.nodes[0];
        while node.left != 0 {
            let x = columns.value(node.feature(), bin);
            let left = if x.is_nan() { node.feature & MISSING_LEFT != 0 } else { x < node.value };
            node = self.nodes[node.left as usize + usize::from(!left)];
        }
        node.value
    }
}

impl Forest {
    pub(super) fn new(features: usize, objective: Objective, base: f32, trees: Vec<Tree>) -> Self {
        let mut decisive: Vec<usize> =
            trees.iter().filter_map(|tree| tree.complete.as_ref()).flat_map(Complete::high_features).collect();
        decisive.sort_unstable();
        decisive.dedup();
        Self { features, objective, base, trees, decisive }
    }

    /// The number of features that a bin needs.
    pub fn features(&self) -> usize {
        self.features
    }

    /// The number of trees.
    pub fn trees(&self) -> usize {
        self.trees.len()
    }

    /// The number of splits and leaves of all trees.
    pub fn nodes(&self) -> usize {
        self.trees.iter().map(|tree| tree.nodes.len()).sum()
    }

    /// What it was trained for.
    pub fn objective(&self) -> Objective {
        self.objective
    }

    /// Overwrites `margins` with the raw margin of each bin: the base score and the trees' values, added in f32 in the trees'
    /// order as XGBoost does, to the same bits. A bin's margin depends on its features alone. Missing values (NaN) go where
    /// the trees send them; blocks that hold some take longer.
    ///
    /// # Panics
    /// When the features or the bins are not as many as the forest and `margins` need.
    pub fn predict(&self, columns: Columns<'_>, margins: &mut [f32]) {
        self.predict_on(Arch::new(), columns, margins);
    }

    pub(super) fn predict_on(&self, arch: Arch, columns: Columns<'_>, margins: &mut [f32]) {
        assert_eq!((columns.features(), columns.bins()), (self.features, margins.len()), "features and bins");
        let extremes = vec![[0.0; 2]; self.features];
        arch.dispatch(Predict { forest: self, padded: !columns.has_missing(), columns, extremes, margins });
    }
}

struct Predict<'a> {
    forest: &'a Forest,
    /// Whether padded trees may be used, which know of no missing values.
    padded: bool,
    columns: Columns<'a>,
    /// Of each decisive feature, over the group at hand.
    extremes: Vec<[f32; 2]>,
    margins: &'a mut [f32],
}

impl WithSimd for Predict<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        self.margins.fill(self.forest.base);
        let (bins, group) = (self.margins.len(), VECTORS * S::F32_LANES);
        let whole = bins - bins % group;
        let mut scratch = Scratch::<S, VECTORS>::new(simd);
        for start in (0..whole).step_by(group) {
            self.group(simd, start, group, &mut scratch);
        }
        let mut scratch = Scratch::<S, 1>::new(simd);
        for start in (whole..bins).step_by(S::F32_LANES) {
            self.group(simd, start, S::F32_LANES.min(bins - start), &mut scratch);
        }
    }
}

impl Predict<'_> {
    /// All trees over one group of bins, whose features stay in the first cache.
    #[inline(always)]
    fn group<S: Simd, const V: usize>(&mut self, simd: S, start: usize, bins: usize, scratch: &mut Scratch<S, V>) {
        let margins = &mut self.margins[start..][..bins];
        if self.padded {
            for &feature in &self.forest.decisive {
                self.extremes[feature] = extremes::<S, V>(simd, self.columns.cut(feature, start, bins));
            }
        }
        let mut sums = load::<S, V>(simd, margins);
        for tree in &self.forest.trees {
            match &tree.complete {
                Some(complete) if self.padded => {
                    let values = complete.values(simd, self.columns, (start, bins), &self.extremes, scratch);
                    for (sum, value) in sums.iter_mut().zip(values) {
                        *sum = simd.add_f32s(*sum, value);
                    }
                }
                _ => {
                    store(simd, margins, &sums);
                    for (bin, margin) in margins.iter_mut().enumerate() {
                        *margin += tree.walk(self.columns, start + bin);
                    }
                    sums = load(simd, margins);
                }
            }
        }
        store(simd, margins, &sums);
    }
}
