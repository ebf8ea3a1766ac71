//! Two convolutions and a sum, a block at a time: what lies between them stays in the cache.

use super::{
    conv::{Activation, PackedConv},
    rows::{Rows, RowsMut},
};

/// Bins that are computed at a time.
const BLOCK: usize = 768;

/// A residual layer: `other + back(wide(x))` with ReLU after `wide` and after the sum.
#[derive(Clone, Debug)]
pub struct PackedResidual {
    wide: PackedConv,
    back: PackedConv,
}

impl PackedResidual {
    /// # Panics
    /// When `back` is of more than one tap or of other channels than `wide` gives.
    pub fn new(wide: PackedConv, back: PackedConv) -> Self {
        assert_eq!(
            (back.shape().c_in, back.shape().taps),
            (wide.shape().c_out, 1),
            "a residual layer's second convolution"
        );
        Self { wide, back }
    }

    /// Writes the layer's values to `y`; `scratch` is overwritten.
    ///
    /// # Panics
    /// When channels or lengths disagree with the shapes.
    pub fn forward(&self, x: Rows<'_>, other: Rows<'_>, scratch: &mut Vec<f32>, mut y: RowsMut<'_>) {
        let (reach, c_mid) = (self.wide.shape().reach(), self.wide.shape().c_out);
        assert_eq!(x.length(), y.length() + reach, "input bins for {:?}", self.wide.shape());
        for start in (0..y.length()).step_by(BLOCK) {
            let bins = BLOCK.min(y.length() - start);
            scratch.resize(scratch.len().max(c_mid * bins), 0.0);
            self.wide.forward(x.cut(start, bins + reach), Activation::Relu, RowsMut::new(scratch, c_mid, bins, bins));
            let wide = Rows::new(scratch, c_mid, bins, bins);
            self.back.forward_adding(wide, other.cut(start, bins), Activation::Relu, y.cut(start, bins));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{
        conv::Shape,
        naive::{bits, noise, shapes},
        resample::sum,
    };
    use super::*;

    proptest! {
        #[test]
        fn it_has_the_bits_of_its_parts_one_after_the_other(
            shape in shapes(), c_out in 1..6_usize, bins in prop_oneof![1..300_usize, 700..2_000_usize], seed in 0..1000_u64,
        ) {
            let length = bins + shape.reach();
            let conv = |shape: Shape, seed| PackedConv::new(shape, &noise(shape.weights(), seed), &noise(shape.c_out, seed + 1));
            let wide = conv(shape, seed);
            let back = conv(Shape { c_in: shape.c_out, c_out, taps: 1, dilation: 1 }, seed + 2);
            let (x, other) = (noise(shape.c_in * length, seed + 4), noise(c_out * bins, seed + 5));
            let (x, other) = (Rows::new(&x, shape.c_in, length, length), Rows::new(&other, c_out, bins, bins));

            let mut between = vec![f32::NAN; shape.c_out * bins];
            wide.forward(x, Activation::Relu, RowsMut::new(&mut between, shape.c_out, bins, bins));
            let mut sums = vec![f32::NAN; c_out * bins];
            back.forward(Rows::new(&between, shape.c_out, bins, bins), Activation::Linear, RowsMut::new(&mut sums, c_out, bins, bins));
            let mut expected = vec![f32::NAN; c_out * bins];
            sum(other, Rows::new(&sums, c_out, bins, bins), true, RowsMut::new(&mut expected, c_out, bins, bins));

            // Scratch left over from another call must not show.
            let (mut scratch, mut y) = (vec![f32::NAN; 7], vec![f32::NAN; c_out * bins]);
            let layer = PackedResidual::new(wide, back);
            layer.forward(x, other, &mut scratch, RowsMut::new(&mut y, c_out, bins, bins));
            prop_assert_eq!(bits(Rows::new(&y, c_out, bins, bins)), bits(Rows::new(&expected, c_out, bins, bins)));
        }
    }
}
