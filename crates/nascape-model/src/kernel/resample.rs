//! Between resolutions: the mean of neighbouring steps on the way down, repetition on the way up, and sums of rows.

use nascape_signal::widest;

use super::rows::{Rows, RowsMut};

/// `y[c, t]` is the mean of the `factor` steps `x[c, factor t ..]`; `x` is `factor` times as long as `y`.
///
/// # Panics
/// When the channels or lengths do not fit.
pub fn mean_pool(x: Rows<'_>, factor: usize, mut y: RowsMut<'_>) {
    assert_eq!((x.channels(), x.length()), (y.channels(), y.length() * factor), "a pool's input");
    let share = 1.0 / factor as f32;
    widest(
        #[inline(always)]
        || {
            for channel in 0..x.channels() {
                for (y, x) in y.row(channel).iter_mut().zip(x.row(channel).chunks_exact(factor)) {
                    *y = x.iter().sum::<f32>() * share;
                }
            }
        },
    );
}

/// Adds the gradient of [`mean_pool`]'s input to `dx`.
///
/// # Panics
/// As [`mean_pool`].
pub fn add_gradient_mean_pool(dy: Rows<'_>, factor: usize, mut dx: RowsMut<'_>) {
    assert_eq!((dx.channels(), dx.length()), (dy.channels(), dy.length() * factor), "the gradient of a pool's input");
    let share = 1.0 / factor as f32;
    for channel in 0..dy.channels() {
        for (dx, &dy) in dx.row(channel).chunks_exact_mut(factor).zip(dy.row(channel)) {
            dx.iter_mut().for_each(|dx| *dx += dy * share);
        }
    }
}

/// `y[c, t] = x[c, (phase + t) / factor]`: every step of `x` stands for `factor` finer ones, of which `phase` lie before `y`.
///
/// # Panics
/// When the channels differ or `x` does not cover `y`.
pub fn repeat(x: Rows<'_>, factor: usize, phase: usize, mut y: RowsMut<'_>) {
    assert_eq!((x.channels(), x.length()), (y.channels(), (phase + y.length()).div_ceil(factor)), "steps to repeat");
    let before = y.length().min((factor - phase) % factor);
    for channel in 0..x.channels() {
        let (first, rest) = y.row(channel).split_at_mut(before);
        if let Some(&x) = x.row(channel).first() {
            first.fill(x);
        }
        let x = &x.row(channel)[usize::from(phase > 0)..];
        match factor {
            // The number of turns of the inner loop is known: one store each.
            4 => {
                let (whole, last) = rest.as_chunks_mut::<4>();
                whole.iter_mut().zip(x).for_each(|(y, &x)| *y = [x; 4]);
                last.fill(x.last().copied().unwrap_or_default());
            }
            _ => rest.chunks_mut(factor).zip(x).for_each(|(y, &x)| y.fill(x)),
        }
    }
}

/// Adds the gradient of [`repeat`]'s input to `dx`.
///
/// # Panics
/// As [`repeat`].
pub fn add_gradient_repeat(dy: Rows<'_>, factor: usize, phase: usize, mut dx: RowsMut<'_>) {
    assert_eq!((dx.channels(), dx.length()), (dy.channels(), (phase + dy.length()).div_ceil(factor)), "repeated steps");
    for channel in 0..dy.channels() {
        let dy = dy.row(channel);
        let (first, rest) = dy.split_at((factor - phase).min(dy.len()));
        let mut groups = std::iter::once(first).chain(rest.chunks(factor));
        for (dx, group) in dx.row(channel).iter_mut().zip(&mut groups) {
            *dx += group.iter().sum::<f32>();
        }
    }
}

/// `y += x`.
///
/// # Panics
/// When channels or lengths differ.
pub fn add(x: Rows<'_>, mut y: RowsMut<'_>) {
    assert_eq!((x.channels(), x.length()), (y.channels(), y.length()), "rows to add");
    for channel in 0..x.channels() {
        y.row(channel).iter_mut().zip(x.row(channel)).for_each(|(y, x)| *y += x);
    }
}

/// `y = a + b`; with `relu`, negative sums become 0.
///
/// # Panics
/// When channels or lengths differ.
pub fn sum(a: Rows<'_>, b: Rows<'_>, relu: bool, mut y: RowsMut<'_>) {
    for x in [a, b] {
        assert_eq!((x.channels(), x.length()), (y.channels(), y.length()), "rows to add");
    }
    widest(
        #[inline(always)]
        || {
            for channel in 0..a.channels() {
                let rows = y.row(channel).iter_mut().zip(a.row(channel)).zip(b.row(channel));
                match relu {
                    true => rows.for_each(|((y, a), b)| *y = (a + b).max(0.0)),
                    false => rows.for_each(|((y, a), b)| *y = a + b),
                }
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::naive::noise;
    use super::*;

    /// The sum over all steps of `a * b`.
    fn product(a: &[f32], b: &[f32]) -> f64 {
        a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
    }

    proptest! {
        /// A linear operation's gradient is its transpose: <dy, A x> = <A' dy, x>.
        #[test]
        fn gradients_are_the_transposes(steps in 1..60_usize, factor in 1..6_usize, phase in 0..5_usize, seed in 0..1000_u64) {
            let (coarse, fine) = (2 * steps, 2 * steps * factor);
            let (x, dy) = (noise(fine, seed), noise(coarse, seed + 1));
            let (mut y, mut dx) = (vec![f32::NAN; coarse], vec![0.0; fine]);
            mean_pool(Rows::new(&x, 2, steps * factor, steps * factor), factor, RowsMut::new(&mut y, 2, steps, steps));
            add_gradient_mean_pool(Rows::new(&dy, 2, steps, steps), factor, RowsMut::new(&mut dx, 2, steps * factor, steps * factor));
            prop_assert!((product(&dy, &y) - product(&dx, &x)).abs() < 1e-3);

            let phase = phase.min(factor - 1);
            let covered = (phase + steps).div_ceil(factor);
            let (x, dy) = (noise(2 * covered, seed + 2), noise(coarse, seed + 3));
            let (mut y, mut dx) = (vec![f32::NAN; coarse], vec![0.0; 2 * covered]);
            repeat(Rows::new(&x, 2, covered, covered), factor, phase, RowsMut::new(&mut y, 2, steps, steps));
            for (t, &value) in y[..steps].iter().enumerate() {
                prop_assert_eq!(value, x[(phase + t) / factor]);
            }
            add_gradient_repeat(Rows::new(&dy, 2, steps, steps), factor, phase, RowsMut::new(&mut dx, 2, covered, covered));
            prop_assert!((product(&dy, &y) - product(&dx, &x)).abs() < 1e-3);
        }
    }
}
