//! Dense max-pooling of two bins: what a pool of 2 becomes when every bin is predicted at once.

use nascape_signal::widest;

use super::rows::{Rows, RowsMut};

/// `y[c, t] = max(x[c, t], x[c, t + distance])`; a NaN on either side wins, as in PyTorch.
///
/// `x` has `distance` more bins than `y`.
///
/// # Panics
/// When the channels differ or the lengths do not fit.
pub fn max_pool(x: Rows<'_>, distance: usize, mut y: RowsMut<'_>) {
    assert_eq!((x.channels(), x.length()), (y.channels(), y.length() + distance), "a pool's input");
    widest(
        #[inline(always)]
        || {
            for channel in 0..x.channels() {
                let (first, second) = (x.row(channel), &x.row(channel)[distance..]);
                for ((y, &first), &second) in y.row(channel).iter_mut().zip(first).zip(second) {
                    *y = if second_wins(first, second) { second } else { first };
                }
            }
        },
    );
}

/// Writes the gradient of a pool's input, `dx`, from its input `x` and the gradient of its output, `dy`.
///
/// Each output's gradient goes to the bin that won, on a tie to the first, as in PyTorch's `max_pool1d`. `x` and `dx`
/// have `distance` more bins than `dy`.
///
/// # Panics
/// When the channels differ or the lengths do not fit.
pub fn gradient_max_pool(x: Rows<'_>, distance: usize, dy: Rows<'_>, mut dx: RowsMut<'_>) {
    assert_eq!((x.channels(), x.length()), (dy.channels(), dy.length() + distance), "a pool's input");
    assert_eq!((x.channels(), x.length()), (dx.channels(), dx.length()), "a pool's input and its gradient");
    widest(
        #[inline(always)]
        || {
            for channel in 0..x.channels() {
                let (first, second) = (x.row(channel), &x.row(channel)[distance..]);
                let (dx, dy) = (dx.row(channel), dy.row(channel));
                let wins = first.iter().zip(second).map(|(&first, &second)| second_wins(first, second));
                for ((dx, &dy), second_wins) in dx.iter_mut().zip(dy).zip(wins.clone()) {
                    *dx = if second_wins { 0.0 } else { dy };
                }
                dx[dy.len()..].fill(0.0);
                for ((dx, &dy), second_wins) in dx[distance..].iter_mut().zip(dy).zip(wins) {
                    *dx += if second_wins { dy } else { 0.0 };
                }
            }
        },
    );
}

#[inline(always)]
fn second_wins(first: f32, second: f32) -> bool {
    second > first || second.is_nan()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pool_and_gradient_equal_the_definition(
            bins in 1..300_usize,
            distance in 1..100_usize,
            // Few distinct values, so that ties are common.
            values in prop::collection::vec((0..4_u8).prop_map(f32::from), 2 * 400),
            gradients in prop::collection::vec(-1.0..1.0_f32, 2 * 300),
        ) {
            let length = bins + distance;
            let (x, dy) = (Rows::new(&values, 2, length, 400), Rows::new(&gradients, 2, bins, 300));
            let (mut y, mut dx) = (vec![f32::NAN; 2 * bins], vec![f32::NAN; 2 * length]);
            max_pool(x, distance, RowsMut::new(&mut y, 2, bins, bins));
            gradient_max_pool(x, distance, dy, RowsMut::new(&mut dx, 2, length, length));

            let mut expected_dx = vec![0.0; 2 * length];
            for (channel, t) in (0..2).flat_map(|channel| (0..bins).map(move |t| (channel, t))) {
                let (first, second) = (x.row(channel)[t], x.row(channel)[t + distance]);
                prop_assert_eq!(y[channel * bins + t], first.max(second));
                let winner = if second > first { t + distance } else { t };
                expected_dx[channel * length + winner] += dy.row(channel)[t];
            }
            prop_assert_eq!(dx, expected_dx);
        }
    }

    #[test]
    fn missing_bins_win() {
        let mut y = [0.0; 3];
        max_pool(Rows::new(&[f32::NAN, 1.0, f32::NAN, 2.0], 1, 4, 4), 1, RowsMut::new(&mut y, 1, 3, 3));
        assert!(y.iter().all(|y| y.is_nan()), "{y:?}");
    }
}
