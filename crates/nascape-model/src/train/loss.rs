//! What training makes small, and its gradient with respect to a network's raw outputs.

use serde::{Deserialize, Serialize};

use crate::bundle::Output;

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
            _ => Output::Identity,
        }
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

    /// The sum over all bins and targets, how many counted, and (when asked) the gradient with respect to `z`.
    ///
    /// `z` holds a row a raw output: a value a target, followed by its log scale where there is one. `targets` holds a row a target,
    /// NaN where nothing was assessed.
    pub fn sum(self, z: &[f32], targets: &[Vec<f32>], mut gradient: Option<&mut [f32]>) -> (f64, f64) {
        let (mut sum, mut counted) = (0.0, 0.0);
        let rows = if self.has_scale() { 2 } else { 1 };
        for (at, target) in targets.iter().enumerate() {
            let bins = target.len();
            let value = rows * at * bins;
            for (bin, &target) in target.iter().enumerate().filter(|(_, target)| self.counts(**target)) {
                let log_scale = if rows == 2 { z[value + bins + bin] } else { 0.0 };
                let (loss, dz, ds) = self.of_bin(z[value + bin], log_scale, target);
                sum += loss;
                counted += 1.0;
                if let Some(gradient) = gradient.as_deref_mut() {
                    gradient[value + bin] = dz;
                    if rows == 2 {
                        gradient[value + bins + bin] = ds;
                    }
                }
            }
        }
        (sum, counted)
    }

    /// The loss of a mini-batch from its sum, and what the sum's gradient is multiplied by.
    pub fn of_batch(self, sum: f64, counted: f64) -> (f64, f64) {
        let mean = sum / counted.max(1.0);
        match self {
            Self::RootMeanSquaredError => (mean.sqrt(), 0.5 / mean.sqrt().max(1e-12) / counted.max(1.0)),
            _ => (mean, 1.0 / counted.max(1.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_are_finite_differences() {
        let targets = vec![vec![0.0, 1.0, f32::NAN, 3.0]];
        for loss in
            [Loss::CrossEntropy, Loss::SquaredError, Loss::RootMeanSquaredError, Loss::MaskedSquaredError, Loss::Robust]
        {
            let z: Vec<f32> = vec![0.3, -0.7, 9.0, 0.4, -0.2, 0.5, 0.0, 0.8];
            let z = &z[..if loss.has_scale() { 8 } else { 4 }];
            let mut gradient = vec![0.0; z.len()];
            let (sum, counted) = loss.sum(z, &targets, Some(&mut gradient));
            let (_, factor) = loss.of_batch(sum, counted);
            for at in 0..z.len() {
                let moved = |by: f32| {
                    let mut z = z.to_vec();
                    z[at] += by;
                    let (sum, counted) = loss.sum(&z, &targets, None);
                    loss.of_batch(sum, counted).0
                };
                let expected = (moved(1e-2) - moved(-1e-2)) / 2e-2;
                // The value's gradient leaves the scale's loss out.
                if loss != Loss::Robust || at >= 4 {
                    let found = f64::from(gradient[at]) * factor;
                    assert!((found - expected).abs() < 1e-3, "{loss:?}, {at}: {found} and {expected}");
                }
            }
        }
    }

    #[test]
    fn bins_without_signal_cost_nothing_under_the_mask() {
        let targets = vec![vec![0.0, 2.0]];
        assert_eq!(Loss::MaskedSquaredError.sum(&[9.0, 1.0], &targets, None), (1.0, 1.0));
        assert_eq!(Loss::SquaredError.sum(&[9.0, 1.0], &targets, None), (82.0, 2.0));
    }
}
