use proptest::prelude::*;
use pulp::Arch;

use super::{BLOCK, GruShape, GruTape, PackedGru, naive};
use crate::kernel::naive::{bits, instruction_sets, noise};
use crate::kernel::rows::{Rows, RowsMut};

/// A GRU whose gates bend, and an input and a gradient of its output.
#[derive(Debug)]
struct Example {
    shape: GruShape,
    length: usize,
    reversed: bool,
    parameters: Vec<f32>,
    x: Vec<f32>,
    dy: Vec<f32>,
}

impl Example {
    fn new(inputs: usize, hidden: usize, length: usize, reversed: bool, seed: u64) -> Self {
        let shape = GruShape { inputs, hidden };
        let scale = 2.0 / (hidden as f32).sqrt();
        Self {
            shape,
            length,
            reversed,
            parameters: noise(shape.parameters(), seed).iter().map(|p| p * scale).collect(),
            x: noise(inputs * length, seed + 1).iter().map(|x| 2.0 * x).collect(),
            dy: noise(hidden * length, seed + 2),
        }
    }

    fn x(&self) -> Rows<'_> {
        Rows::new(&self.x, self.shape.inputs, self.length, self.length)
    }

    fn dy(&self) -> Rows<'_> {
        Rows::new(&self.dy, self.shape.hidden, self.length, self.length)
    }

    fn forward(&self, arch: Arch, tape: &mut GruTape) -> Vec<f32> {
        let mut y = vec![f32::NAN; self.dy.len()];
        let rows = RowsMut::new(&mut y, self.shape.hidden, self.length, self.length);
        PackedGru::new(self.shape, &self.parameters).forward_on(arch, self.x(), self.reversed, rows, tape);
        y
    }

    /// The gradients of the parameters and of `x`.
    fn gradients(&self, arch: Arch, tape: &mut GruTape) -> (Vec<f32>, Vec<f32>) {
        self.forward(arch, tape);
        let (mut gradient, mut dx) = (vec![0.0; self.parameters.len()], vec![0.0; self.x.len()]);
        let rows = RowsMut::new(&mut dx, self.shape.inputs, self.length, self.length);
        let gru = PackedGru::new(self.shape, &self.parameters);
        gru.backward_on(arch, self.x(), self.reversed, self.dy(), tape, &mut gradient, rows);
        (gradient, dx)
    }

    /// `[bin][hidden unit]` by the definition, with `parameters` and `x` in `f64`.
    fn naive(&self, parameters: &[f64], x: &[f64]) -> Vec<Vec<f64>> {
        let x: Vec<Vec<f64>> =
            (0..self.length).map(|bin| x.iter().skip(bin).step_by(self.length).copied().collect()).collect();
        naive::forward(self.shape, parameters, &x, self.reversed)
    }

    /// What `dy` is the gradient of: the sum of all outputs, each times its `dy`.
    fn loss(&self, parameters: &[f64], x: &[f64]) -> f64 {
        let y = self.naive(parameters, x);
        let term = |(unit, bin): (usize, usize)| f64::from(self.dy[unit * self.length + bin]) * y[bin][unit];
        (0..self.shape.hidden).flat_map(|unit| (0..self.length).map(move |bin| (unit, bin))).map(term).sum()
    }

    /// The slope of the loss along `direction`, which runs over the parameters and then over `x`.
    fn slope(&self, direction: &[f64]) -> f64 {
        let at = |step: f64| {
            let moved: Vec<f64> =
                self.parameters.iter().chain(&self.x).zip(direction).map(|(&v, d)| f64::from(v) + step * d).collect();
            let (parameters, x) = moved.split_at(self.parameters.len());
            self.loss(parameters, x)
        };
        (at(1e-5) - at(-1e-5)) / 2e-5
    }
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

fn examples(
    sizes: impl Strategy<Value = usize>,
    lengths: impl Strategy<Value = usize>,
) -> impl Strategy<Value = Example> {
    (1..6_usize, sizes, lengths, any::<bool>(), 0..1000_u64)
        .prop_map(|(inputs, hidden, length, reversed, seed)| Example::new(inputs, hidden, length, reversed, seed))
}

proptest! {
    #[test]
    fn forward_equals_the_definition(example in examples(1..40_usize, prop_oneof![1..60_usize, BLOCK - 5..BLOCK + 20])) {
        let expected = example.naive(&wide(&example.parameters), &wide(&example.x));
        let mut tape = GruTape::default();
        for arch in instruction_sets() {
            let y = example.forward(arch, &mut tape);
            for (unit, row) in y.chunks_exact(example.length).enumerate() {
                for (bin, (&y, expected)) in row.iter().zip(&expected).enumerate() {
                    let error = (f64::from(y) - expected[unit]).abs();
                    prop_assert!(error < 1e-5, "{arch:?}: {y} but {} in bin {bin} of unit {unit}", expected[unit]);
                }
            }
        }
    }

    #[test]
    fn every_gradient_equals_a_finite_difference(example in examples(1..5_usize, 1..9_usize)) {
        let count = example.parameters.len();
        let slope = |at: usize| {
            let mut direction = vec![0.0; count + example.x.len()];
            direction[at] = 1.0;
            example.slope(&direction)
        };
        let expected: Vec<f64> = (0..count + example.x.len()).map(slope).collect();
        for arch in instruction_sets() {
            let (gradient, dx) = example.gradients(arch, &mut GruTape::default());
            for (at, (&got, &expected)) in gradient.iter().chain(&dx).zip(&expected).enumerate() {
                let error = (f64::from(got) - expected).abs();
                prop_assert!(error < 2e-5 * (1.0 + expected.abs()), "{arch:?}: {got} but {expected} at {at}");
            }
        }
    }

    #[test]
    fn gradients_of_many_units_and_bins_equal_slopes(
        example in examples(10..40_usize, prop_oneof![20..60_usize, BLOCK - 5..BLOCK + 20]),
    ) {
        let direction = wide(&noise(example.parameters.len() + example.x.len(), 99));
        // The parameters' gradients are sums over all bins: each kind is looked at on its own.
        let [weight_ih, weight_hh, bias_ih, bias_hh] = example.shape.split(&example.parameters);
        let ends = [weight_ih.len(), weight_hh.len(), bias_ih.len(), bias_hh.len(), example.x.len()];
        for arch in instruction_sets() {
            let (gradient, dx) = example.gradients(arch, &mut GruTape::default());
            let gradient: Vec<f64> = gradient.iter().chain(&dx).copied().map(f64::from).collect();
            let mut start = 0;
            for count in ends {
                let mut part = vec![0.0; direction.len()];
                part[start..start + count].copy_from_slice(&direction[start..start + count]);
                let expected = example.slope(&part);
                let products = || gradient.iter().zip(&part).map(|(g, d)| g * d);
                let (got, scale) = (products().sum::<f64>(), products().map(f64::abs).sum::<f64>());
                prop_assert!((got - expected).abs() < 1e-4 * scale, "{arch:?}: {got} but {expected} from {start}");
                start += count;
            }
        }
    }

    #[test]
    fn a_reversed_run_has_the_bits_of_a_run_over_the_mirrored_input(
        example in examples(1..40_usize, prop_oneof![1..60_usize, BLOCK - 5..2 * BLOCK + 20]),
    ) {
        let mirror = |values: &[f32]| -> Vec<f32> {
            values.chunks_exact(example.length).flat_map(|row| row.iter().rev().copied()).collect()
        };
        let mirrored = Example {
            reversed: !example.reversed,
            parameters: example.parameters.clone(),
            x: mirror(&example.x),
            dy: mirror(&example.dy),
            ..example
        };
        for arch in instruction_sets() {
            let (y, expected) = (example.forward(arch, &mut GruTape::default()), mirrored.forward(arch, &mut GruTape::default()));
            let rows = |values| bits(Rows::new(values, example.shape.hidden, example.length, example.length));
            prop_assert_eq!(rows(&y), rows(&mirror(&expected)), "{:?}", arch);
        }
    }
}

#[test]
fn a_used_tape_changes_nothing() {
    let arch = Arch::new();
    let mut tape = GruTape::default();
    let used = [(3, 40, 700), (2, 5, 1300), (4, 17, 1), (1, 1, 600), (3, 40, 33)];
    for (seed, (inputs, hidden, length)) in used.into_iter().enumerate() {
        let example = Example::new(inputs, hidden, length, seed % 2 == 1, seed as u64);
        let (y, gradients) = (example.forward(arch, &mut tape), example.gradients(arch, &mut tape));
        // What lies past the last unit must be zero whatever lay there before.
        tape.states.fill(f32::NAN);
        assert_eq!(y, example.forward(arch, &mut GruTape::default()), "{:?}", example.shape);
        assert_eq!(gradients, example.gradients(arch, &mut GruTape::default()), "{:?}", example.shape);
    }
}

#[test]
fn gradients_add_to_what_is_there() {
    let example = Example::new(2, 3, 5, true, 7);
    let mut tape = GruTape::default();
    let (once, dx_once) = example.gradients(Arch::new(), &mut tape);
    let (mut gradient, mut dx) = (once.clone(), dx_once.clone());
    let rows = RowsMut::new(&mut dx, 2, 5, 5);
    PackedGru::new(example.shape, &example.parameters).backward(
        example.x(),
        true,
        example.dy(),
        &mut tape,
        &mut gradient,
        rows,
    );
    for (twice, once) in gradient.iter().chain(&dx).zip(once.iter().chain(&dx_once)) {
        assert!((twice - 2.0 * once).abs() <= 1e-6 * (1.0 + once.abs()), "{twice} but {once} once");
    }
}

#[test]
fn strides_and_gaps_are_kept() {
    let example = Example::new(3, 18, 21, false, 3);
    let mut tape = GruTape::default();
    let expected = example.forward(Arch::new(), &mut tape);
    let mut spread = vec![f32::NAN; 3 * 30];
    for (spread, row) in spread.chunks_exact_mut(30).zip(example.x.chunks_exact(21)) {
        spread[4..25].copy_from_slice(row);
    }
    let mut y = vec![f32::NAN; 18 * 25];
    PackedGru::new(example.shape, &example.parameters).forward(
        Rows::new(&spread, 3, 30, 30).cut(4, 21),
        false,
        RowsMut::new(&mut y, 18, 21, 25),
        &mut tape,
    );
    for (y, expected) in y.chunks(25).zip(expected.chunks_exact(21)) {
        assert_eq!(&y[..21], expected);
        assert!(y[21..].iter().all(|gap| gap.is_nan()), "wrote between the rows");
    }
}

#[test]
fn nothing_comes_of_no_bins() {
    let example = Example::new(3, 4, 0, false, 3);
    let (gradient, dx) = example.gradients(Arch::new(), &mut GruTape::default());
    assert!(gradient.iter().all(|&g| g == 0.0) && dx.is_empty());
}

#[test]
fn missing_input_is_missing_from_there_on() {
    let mut example = Example::new(1, 4, 10, false, 3);
    example.x[6] = f32::NAN;
    for arch in instruction_sets() {
        let y = example.forward(arch, &mut GruTape::default());
        assert!(
            y.chunks_exact(10).all(|row| row[..6].iter().all(|y| y.is_finite()) && row[6..].iter().all(|y| y.is_nan()))
        );
    }
}

#[test]
#[should_panic(expected = "the tape's shape and bins")]
fn a_tape_of_another_length_is_refused() {
    let (short, long) = (Example::new(2, 3, 5, false, 1), Example::new(2, 3, 6, false, 1));
    let mut tape = GruTape::default();
    short.forward(Arch::new(), &mut tape);
    let (mut gradient, mut dx) = (vec![0.0; long.parameters.len()], vec![0.0; long.x.len()]);
    PackedGru::new(long.shape, &long.parameters).backward(
        long.x(),
        false,
        long.dy(),
        &mut tape,
        &mut gradient,
        RowsMut::new(&mut dx, 2, 6, 6),
    );
}
