//! A network as a plan: layers in order, each made from earlier ones.
//!
//! Positions count in a layer's own steps (1, 4 or 16 bins): step 0 begins where the tile begins. A layer is computed exactly over
//! the steps that later layers ask for ([`Plan::extents`]), never over invented borders: what lies beyond a tile comes with it as
//! its halo. So a value depends on its inputs alone, not on the tile.

use std::ops::Range;

use crate::kernel::{GruShape, Shape};

/// A layer's place in its plan.
pub type Id = usize;

/// What a layer does with the layers it is made from.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// The input channels.
    Input,
    /// A convolution; its first tap lies `left` steps before the step at hand. Trained, as `<name>.weight` and `<name>.bias`.
    Conv {
        /// The tensors' name.
        name: String,
        /// Channels, taps, dilation.
        shape: Shape,
        /// Steps from the step at hand back to the first tap.
        left: usize,
        /// Negative sums become 0.
        relu: bool,
        /// Share of values that are silenced in training.
        dropout: f64,
        /// True when training starts it from zeros: the last convolution of a residual branch, which then begins as nothing.
        from_zero: bool,
    },
    /// One direction of a gated recurrent unit (Cho et al. 2014, PyTorch's formulas), whose state begins as zero `warm_up` steps before
    /// the first that is asked for. Trained, as `<name>.weight_ih`, `.weight_hh`, `.bias_ih` and `.bias_hh`.
    Gru {
        /// The tensors' name.
        name: String,
        /// Input channels and hidden units.
        shape: GruShape,
        /// True to run from the last step to the first.
        reversed: bool,
        /// Steps in which the state settles before its values are used.
        warm_up: usize,
    },
    /// The larger of a step and the one `distance` further on: a pool of 2, written densely.
    MaxWith {
        /// Steps between the two.
        distance: usize,
    },
    /// The mean of `factor` steps: coarser.
    MeanPool {
        /// Steps in one.
        factor: usize,
    },
    /// Every step repeated `factor` times: finer.
    Repeat {
        /// Steps from one.
        factor: usize,
    },
    /// The sum of two layers, then ReLU where asked.
    Add {
        /// Negative sums become 0.
        relu: bool,
    },
    /// The channels of two layers, one after the other.
    Concat,
}

/// One layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// What it does.
    pub op: Op,
    /// The layers it is made from.
    pub from: Vec<Id>,
    /// Its channels.
    pub channels: usize,
    /// Bins in one of its steps.
    pub step: usize,
}

/// A network's layers; the last one is its output.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    layers: Vec<Layer>,
    /// Bins of every tile, for a network whose numbers depend on where a tile begins.
    chunk: Option<usize>,
}

impl Plan {
    /// A plan that so far is its input, layer 0.
    pub fn new(channels: usize) -> Self {
        Self { layers: vec![Layer { op: Op::Input, from: Vec::new(), channels, step: 1 }], chunk: None }
    }

    /// A centred convolution with ReLU.
    pub fn conv(&mut self, name: &str, from: Id, channels: usize, taps: usize, dilation: usize) -> Id {
        let shape = Shape { c_in: self.layers[from].channels, c_out: channels, taps, dilation };
        self.conv_from(name, from, shape, shape.reach() / 2, true)
    }

    /// A centred convolution without activation.
    pub fn linear(&mut self, name: &str, from: Id, channels: usize, taps: usize) -> Id {
        let shape = Shape { c_in: self.layers[from].channels, c_out: channels, taps, dilation: 1 };
        self.conv_from(name, from, shape, shape.reach() / 2, false)
    }

    /// `from + back(wide(from))`, then ReLU: a residual layer whose branch begins as nothing. `dropout` silences a share of the wide
    /// convolution.
    pub fn residual(&mut self, name: &str, from: Id, taps: usize, dilation: usize, dropout: f64) -> Id {
        let channels = self.layers[from].channels;
        let wide = self.conv(&format!("{name}.wide"), from, channels, taps, dilation);
        if let Op::Conv { dropout: share, .. } = &mut self.layers[wide].op {
            *share = dropout;
        }
        let back = self.linear(&format!("{name}.back"), wide, channels, 1);
        if let Op::Conv { from_zero, .. } = &mut self.layers[back].op {
            *from_zero = true;
        }
        self.add(from, back, true)
    }

    /// A convolution whose first tap lies `left` steps back.
    pub fn conv_from(&mut self, name: &str, from: Id, shape: Shape, left: usize, relu: bool) -> Id {
        let op = Op::Conv { name: name.to_owned(), shape, left, relu, dropout: 0.0, from_zero: false };
        self.push(op, vec![from], shape.c_out, self.layers[from].step)
    }

    /// Silences a share of the last layer's values in training.
    ///
    /// # Panics
    /// When the last layer is no convolution.
    pub fn with_dropout(&mut self, share: f64) {
        match self.layers.last_mut().map(|layer| &mut layer.op) {
            Some(Op::Conv { dropout, .. }) => *dropout = share,
            _ => panic!("only convolutions have dropout"),
        }
    }

    /// One direction of a gated recurrent unit.
    pub fn gru(&mut self, name: &str, from: Id, hidden: usize, reversed: bool, warm_up: usize) -> Id {
        let shape = GruShape { inputs: self.layers[from].channels, hidden };
        let op = Op::Gru { name: name.to_owned(), shape, reversed, warm_up };
        self.push(op, vec![from], hidden, self.layers[from].step)
    }

    /// The larger of a step and the one `distance` further on.
    pub fn max_with(&mut self, from: Id, distance: usize) -> Id {
        self.push(Op::MaxWith { distance }, vec![from], self.layers[from].channels, self.layers[from].step)
    }

    /// `factor` times coarser.
    pub fn mean_pool(&mut self, from: Id, factor: usize) -> Id {
        self.push(Op::MeanPool { factor }, vec![from], self.layers[from].channels, self.layers[from].step * factor)
    }

    /// `factor` times finer.
    pub fn repeat(&mut self, from: Id, factor: usize) -> Id {
        self.push(Op::Repeat { factor }, vec![from], self.layers[from].channels, self.layers[from].step / factor)
    }

    /// The sum of two layers.
    pub fn add(&mut self, a: Id, b: Id, relu: bool) -> Id {
        assert_eq!((self.layers[a].channels, self.layers[a].step), (self.layers[b].channels, self.layers[b].step));
        self.push(Op::Add { relu }, vec![a, b], self.layers[a].channels, self.layers[a].step)
    }

    /// The channels of two layers.
    pub fn concat(&mut self, a: Id, b: Id) -> Id {
        assert_eq!(self.layers[a].step, self.layers[b].step);
        self.push(Op::Concat, vec![a, b], self.layers[a].channels + self.layers[b].channels, self.layers[a].step)
    }

    /// The same with the last layer's first `outputs` channels alone.
    ///
    /// # Panics
    /// When the last layer is no convolution.
    pub fn with_outputs(mut self, outputs: usize) -> Self {
        let last = self.layers.last_mut().expect("a plan has layers");
        last.channels = outputs;
        match &mut last.op {
            Op::Conv { shape, .. } => shape.c_out = outputs,
            _ => panic!("a network ends in a convolution"),
        }
        self
    }

    fn push(&mut self, op: Op, from: Vec<Id>, channels: usize, step: usize) -> Id {
        self.layers.push(Layer { op, from, channels, step });
        self.layers.len() - 1
    }

    /// The layers, input first, output last.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Channels of the input.
    pub fn inputs(&self) -> usize {
        self.layers[0].channels
    }

    /// Channels of the output.
    pub fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1].channels
    }

    /// Cuts every chromosome into chunks of `bins` bins, each computed by itself.
    pub fn in_chunks(&mut self, bins: usize) {
        self.chunk = Some(bins);
    }

    /// Bins of every tile, for a network whose numbers depend on where a tile begins; `None` where any tile gives the same numbers.
    pub fn chunk(&self) -> Option<usize> {
        self.chunk
    }

    /// Tiles begin and end on multiples of this many bins from the chromosome's start.
    pub fn grid(&self) -> usize {
        self.chunk.unwrap_or_else(|| self.layers.iter().map(|layer| layer.step).max().unwrap_or(1))
    }

    /// Bins that a tile's input reaches beyond the tile, on the left and on the right.
    pub fn halo(&self) -> (usize, usize) {
        let tile = self.grid();
        let input = self.extents(tile).swap_remove(0);
        (-input.start as usize, input.end as usize - tile)
    }

    /// Names and shapes of the trained tensors in the order of the layers: what a bundle's weights hold.
    pub fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let tensors = |layer: &Layer| match &layer.op {
            Op::Conv { name, shape, .. } => vec![
                (format!("{name}.weight"), vec![shape.c_out, shape.c_in, shape.taps]),
                (format!("{name}.bias"), vec![shape.c_out]),
            ],
            Op::Gru { name, shape: GruShape { inputs, hidden }, .. } => vec![
                (format!("{name}.weight_ih"), vec![3 * hidden, *inputs]),
                (format!("{name}.weight_hh"), vec![3 * hidden, *hidden]),
                (format!("{name}.bias_ih"), vec![3 * hidden]),
                (format!("{name}.bias_hh"), vec![3 * hidden]),
            ],
            _ => Vec::new(),
        };
        self.layers.iter().flat_map(tensors).collect()
    }

    /// The number of trained numbers.
    pub fn parameters(&self) -> usize {
        self.tensors().iter().map(|(_, shape)| shape.iter().product::<usize>()).sum()
    }

    /// The steps of every layer that a tile of `bins` bins asks for, in the layer's own steps from the tile's start.
    pub fn extents(&self, bins: usize) -> Vec<Range<isize>> {
        let last = self.layers.len() - 1;
        let mut asked: Vec<Option<Range<isize>>> = vec![None; self.layers.len()];
        asked[last] = Some(0..(bins / self.layers[last].step) as isize);
        for id in (0..=last).rev() {
            let layer = &self.layers[id];
            let mut extent = asked[id].clone().expect("every layer is made into another one, or is the output");
            if let Op::Gru { reversed, warm_up, .. } = layer.op {
                match reversed {
                    false => extent.start -= warm_up as isize,
                    true => extent.end += warm_up as isize,
                }
                asked[id] = Some(extent.clone());
            }
            for &from in &layer.from {
                let need = layer.op.need(&extent);
                asked[from] = Some(match asked[from].take() {
                    Some(other) => other.start.min(need.start)..other.end.max(need.end),
                    None => need,
                });
            }
        }
        asked.into_iter().flatten().collect()
    }
}

impl Op {
    /// The steps of its inputs that `extent` is made from.
    pub(super) fn need(&self, extent: &Range<isize>) -> Range<isize> {
        let (start, end) = (extent.start, extent.end);
        match self {
            Self::Input | Self::Gru { .. } | Self::Add { .. } | Self::Concat => start..end,
            Self::Conv { shape, left, .. } => {
                let left = *left as isize;
                start - left..end - left + shape.reach() as isize
            }
            Self::MaxWith { distance } => start..end + *distance as isize,
            Self::MeanPool { factor } => start * *factor as isize..end * *factor as isize,
            Self::Repeat { factor } => {
                let factor = *factor as isize;
                start.div_euclid(factor)..(end + factor - 1).div_euclid(factor)
            }
        }
    }
}
