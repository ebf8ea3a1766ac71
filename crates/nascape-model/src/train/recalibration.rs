//! An output calibration: raw numbers made right for another library, in their order.

/// The number to begin with, for slope and offset.
const STEP: f32 = 0.5;
/// The step below which nothing is looked for.
const FINEST: f32 = 1.0 / 256.0;
/// The least slope: the order of the numbers stays.
const FLATTEST: f32 = 1.0 / 16.0;

/// What becomes of a raw number `z`: `slope z + offset`, which rises with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Recalibration {
    pub slope: f32,
    pub offset: f32,
}

impl Default for Recalibration {
    fn default() -> Self {
        Self { slope: 1.0, offset: 0.0 }
    }
}

impl Recalibration {
    /// The one with the lowest `loss`, which has no hollows: downhill from `from`, in ever finer steps.
    pub fn fitted(from: Self, loss: impl Fn(&Self) -> f64) -> Self {
        let mut found = from;
        let mut lowest = loss(&found);
        let mut step = STEP;
        while step >= FINEST {
            let Self { slope, offset } = found;
            let around = [(step, 0.0), (-step, 0.0), (0.0, step), (0.0, -step), (step, -step), (-step, step)];
            let around = around.map(|(a, b)| Self { slope: (slope + a).max(FLATTEST), offset: offset + b });
            let lower = around.into_iter().map(|one| (loss(&one), one)).min_by(|a, b| a.0.total_cmp(&b.0));
            match lower {
                Some((lower, one)) if lower < lowest => (lowest, found) = (lower, one),
                _ => step *= 0.5,
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_the_line_through_the_targets_and_never_turns_them_over() {
        let line = |slope: f32, offset: f32| {
            move |one: &Recalibration| {
                let error = |z: f32| f64::from(one.slope * z + one.offset - slope * z - offset).powi(2);
                (-20..40).map(|z| error(z as f32 / 10.0)).sum::<f64>()
            }
        };
        let found = Recalibration::fitted(Recalibration::default(), line(1.7, -0.4));
        assert!((found.slope - 1.7).abs() < 0.01 && (found.offset + 0.4).abs() < 0.01, "{found:?}");
        assert_eq!(Recalibration::fitted(Recalibration::default(), line(-1.0, 0.0)).slope, FLATTEST);
        assert_eq!(Recalibration::fitted(Recalibration::default(), line(1.0, 0.0)), Recalibration::default());
    }
}
