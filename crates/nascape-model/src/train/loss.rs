//! What training makes small, and its gradient with respect to a network's raw outputs.

use serde::{Deserialize, Serialize};

use crate::{bundle::Output, predictor::Layout};

/// Weight of the scale's likelihood beside the value's error: the layers below serve the value first.
const SCALE: f32 = 0.1;

/// What training makes small. All but the masked one count every assessed bin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// Cross-entropy of `1 / (1 + exp(-z))`: for peaks.
    CrossEntropy,
    /// Squared error.
    SquaredError,
    /// The root of a mini-batch's mean squared error (the paper's dense network).
    RootMeanSquaredError,
    /// Squared error over bins whose observed value is not zero (the paper's network of several marks); false signal elsewhere
    /// costs nothing.
    MaskedSquaredError,
    /// Hinge loss of a margin: `max(0, 1 - z)` in a peak, `max(0, 1 + z)` outside (XGBoost's `binary:hinge`).
    Hinge,
    /// Squared error up to 1, linear beyond, so that outliers do not rule; and beside it the value's scale, learned as that of a
    /// Laplace distribution of the errors.
    Robust,
}

impl Loss {
    /// True when the network gives a scale beside each value.
    pub fn has_scale(self) -> bool {
        self == Self::Robust
    }

    /// What turns raw outputs into values.
    pub fn output(self) -> Output {
        match self {
            Self::CrossEntropy => Output::Logistic,
            Self::Hinge => Output::Step,
            _ => Output::Identity,
        }
    }

    /// True when the root of the mean is what is made small.
    pub(super) fn is_root(self) -> bool {
        self == Self::RootMeanSquaredError
    }

    /// True when a bin with this target counts.
    fn counts(self, target: f32) -> bool {
        !target.is_nan() && (self != Self::MaskedSquaredError || target != 0.0)
    }

    /// The loss of one bin, and its gradient with respect to the value's and the scale's raw outputs.
    fn of_bin(self, z: f32, log_scale: f32, target: f32) -> (f64, f32, f32) {
        let error = z - target;
        match self {
            Self::CrossEntropy => {
                // In the form that does not overflow.
                let loss = f64::from(z.max(0.0) - z * target) + f64::from((-z.abs()).exp()).ln_1p();
                (loss, 1.0 / (1.0 + (-z).exp()) - target, 0.0)
            }
            Self::SquaredError | Self::RootMeanSquaredError | Self::MaskedSquaredError => {
                (f64::from(error * error), 2.0 * error, 0.0)
            }
            Self::Hinge => {
                let side = if target > 0.5 { 1.0 } else { -1.0 };
                let short = 1.0 - side * z;
                if short > 0.0 { (f64::from(short), -side, 0.0) } else { (0.0, 0.0, 0.0) }
            }
            Self::Robust => {
                let (huber, slope) = match error.abs() {
                    size if size <= 1.0 => (0.5 * error * error, error),
                    size => (size - 0.5, error.signum()),
                };
                // The value does not see the scale's loss: it would trade accuracy for certainty.
                let share = error.abs() * (-log_scale).exp();
                (f64::from(huber + SCALE * (share + log_scale)), slope, SCALE * (1.0 - share))
            }
        }
    }
}

/// The loss of each target of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Losses(pub Vec<Loss>);

impl Losses {
    /// Raw outputs of a network for these targets.
    pub fn outputs(&self) -> usize {
        self.layout().rows()
    }

    /// Which targets have a scale beside their value.
    pub fn layout(&self) -> Layout {
        Layout(self.0.iter().map(|loss| loss.has_scale()).collect())
    }

    /// How many bins count for each target. `targets` holds a row a target, NaN where nothing was assessed.
    pub fn counted(&self, targets: &[Vec<f32>]) -> Vec<f64> {
        let of_target =
            |(loss, row): (&Loss, &Vec<f32>)| row.iter().filter(|&&value| loss.counts(value)).count() as f64;
        self.0.iter().zip(targets).map(of_target).collect()
    }

    /// The sum of each target's losses, and their gradient with respect to `z`, each target's times its `weight`.
    ///
    /// `z` holds a row a raw output: a value a target, followed by its log scale where there is one.
    pub fn sum(&self, z: &[f32], targets: &[Vec<f32>], weights: &[f64]) -> (Vec<f64>, Vec<f32>) {
        let mut gradient = vec![0.0; z.len()];
        let mut sums = Vec::with_capacity(targets.len());
        let mut row = 0;
        for ((loss, target), &weight) in self.0.iter().zip(targets).zip(weights) {
            let bins = target.len();
            let (value, scale) = (row * bins, (row + 1) * bins);
            row += if loss.has_scale() { 2 } else { 1 };
            let mut sum = 0.0;
            for (bin, &target) in target.iter().enumerate().filter(|(_, target)| loss.counts(**target)) {
                let log_scale = if loss.has_scale() { z[scale + bin] } else { 0.0 };
                let (of_bin, dz, ds) = loss.of_bin(z[value + bin], log_scale, target);
                sum += of_bin;
                gradient[value + bin] = dz * weight as f32;
                if loss.has_scale() {
                    gradient[scale + bin] = ds * weight as f32;
                }
            }
            sums.push(sum);
        }
        (sums, gradient)
    }

    /// The loss of a whole: the sum over the targets of each one's mean, or of its root.
    pub fn of_whole(&self, sums: &[f64], counted: &[f64]) -> f64 {
        let each = self.0.iter().zip(sums).zip(counted).filter(|(_, counted)| **counted > 0.0);
        each.map(|((loss, sum), counted)| if loss.is_root() { (sum / counted).sqrt() } else { sum / counted }).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_are_finite_differences() {
        let targets = vec![vec![0.0, 1.0, f32::NAN, 3.0], vec![1.0, 0.0, 0.0, f32::NAN]];
        for loss in [Loss::CrossEntropy, Loss::SquaredError, Loss::MaskedSquaredError, Loss::Robust] {
            let losses = Losses(vec![loss, Loss::CrossEntropy]);
            let z: Vec<f32> = vec![0.3, -0.7, 9.0, 0.4, -0.2, 0.5, 0.0, 0.8, 0.6, -0.9, 0.1, 0.2];
            let z = &z[..4 * losses.outputs()];
            let weights: Vec<f64> = losses.counted(&targets).iter().map(|counted| 1.0 / counted).collect();
            let (_, gradient) = losses.sum(z, &targets, &weights);
            let of = |z: &[f32]| losses.of_whole(&losses.sum(z, &targets, &weights).0, &losses.counted(&targets));
            for at in 0..z.len() {
                let moved = |by: f32| {
                    let mut z = z.to_vec();
                    z[at] += by;
                    of(&z)
                };
                let expected = (moved(1e-2) - moved(-1e-2)) / 2e-2;
                // The value's gradient leaves the scale's loss out.
                if loss != Loss::Robust || at >= 4 {
                    assert!(
                        (f64::from(gradient[at]) - expected).abs() < 1e-3,
                        "{loss:?}, {at}: {} {expected}",
                        gradient[at]
                    );
                }
            }
        }
    }

    #[test]
    fn bins_without_signal_cost_nothing_under_the_mask() {
        let sum = |loss| Losses(vec![loss]).sum(&[9.0, 1.0], &[vec![0.0, 2.0]], &[1.0]).0[0];
        assert_eq!((sum(Loss::MaskedSquaredError), sum(Loss::SquaredError)), (1.0, 82.0));
    }
}
