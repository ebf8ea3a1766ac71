//! How likely noise makes a score, and how many of the kept regions it made.

/// What the candidates' scores mean beside those of noise.
#[derive(Clone, Debug)]
pub struct Significance {
    /// Score, p-value and q-value of every candidate, from the lowest score.
    rows: Vec<(f32, f64, f64)>,
}

impl Significance {
    /// `noise` holds the scores of the mirrored candidates.
    pub fn new(mut candidates: Vec<f32>, noise: &[f32]) -> Self {
        candidates.sort_by(f32::total_cmp);
        let p_values = p_values(&candidates, noise);
        let q_values = benjamini_hochberg(&p_values);
        let rows = candidates.into_iter().zip(p_values).zip(q_values).map(|((score, p), q)| (score, p, q));
        Self { rows: rows.collect() }
    }

    /// The lowest candidate's score that is kept at a false discovery rate; `None` when no candidate is.
    pub fn threshold(&self, rate: f64) -> Option<f32> {
        self.rows.iter().find(|(_, _, q)| *q <= rate).map(|(score, ..)| *score)
    }

    /// The p-value and the q-value of a candidate's score; `None` for a score that no candidate has.
    pub fn of(&self, score: f32) -> Option<(f64, f64)> {
        let at = self.rows.partition_point(|(other, ..)| *other < score);
        self.rows.get(at).filter(|(other, ..)| *other == score).map(|(_, p, q)| (*p, *q))
    }
}

/// The share of the noise that scores at least as high, for every score: (1 + such noise) / (1 + all noise), which is never 0.
///
/// `noise` holds the scores of the mirrored candidates. Source: Davison and Hinkley 1997, section 4.2.
pub fn p_values(scores: &[f32], noise: &[f32]) -> Vec<f64> {
    let mut noise = noise.to_vec();
    noise.sort_by(f32::total_cmp);
    let share = |score: &f32| {
        let higher = noise.len() - noise.partition_point(|other| other < score);
        (1 + higher) as f64 / (1 + noise.len()) as f64
    };
    scores.iter().map(share).collect()
}

/// The q-values of Benjamini and Hochberg (1995), as `scipy.stats.false_discovery_control`: the least false discovery rate at which
/// each p-value is kept.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut q_values = vec![1.0; p_values.len()];
    let mut least = 1.0_f64;
    for (rank, &at) in order.iter().enumerate().rev() {
        least = least.min(p_values[at] * p_values.len() as f64 / (rank + 1) as f64);
        q_values[at] = least;
    }
    q_values
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn p_values_count_the_noise_above() {
        assert_eq!(p_values(&[3.0, 1.0, 0.5], &[2.0, 1.0, 0.1]), [0.25, 0.75, 0.75]);
        assert_eq!(p_values(&[3.0], &[]), [1.0]);
    }

    #[test]
    fn a_threshold_keeps_what_noise_rarely_reaches() {
        let candidates: Vec<f32> = (0..100).map(|score| score as f32).collect();
        let noise: Vec<f32> = (0..99).map(|score| score as f32 / 2.0).collect();
        let significance = Significance::new(candidates, &noise);
        // 51 candidates reach 49, and 1 of 99 mirrored ones does: p = 0.02, q = 0.02 x 100 / 51.
        assert_eq!(significance.of(49.0), Some((0.02, 2.0 / 51.0)));
        assert_eq!(significance.of(49.5), None);
        assert_eq!(significance.threshold(0.04), Some(49.0));
        assert_eq!(significance.threshold(0.001), None);
    }

    #[test]
    fn q_values_by_hand() {
        assert_eq!(benjamini_hochberg(&[0.04, 0.01, 0.5, 0.02]), [0.16 / 3.0, 0.04, 0.5, 0.04]);
    }

    proptest! {
        #[test]
        fn a_q_value_is_the_least_rate_that_keeps_it(p in prop::collection::vec(0.001_f64..1.0, 1..60)) {
            let q_values = benjamini_hochberg(&p);
            for (own, q) in p.iter().zip(&q_values) {
                let rates = p.iter().filter(|cut| *cut >= own).map(|cut| {
                    let kept = p.iter().filter(|other| *other <= cut).count();
                    cut * p.len() as f64 / kept as f64
                });
                prop_assert_eq!(*q, rates.fold(1.0, f64::min));
            }
        }
    }
}
