//! The weighted mean of several predictors' raw numbers, of which some may say a scale beside a value and others not.

/// Of each target, whether its raw value is followed by the logarithm of its scale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout(pub Vec<bool>);

impl Layout {
    /// Raw numbers of each bin.
    pub fn rows(&self) -> usize {
        self.0.iter().map(|has_scale| if *has_scale { 2 } else { 1 }).sum()
    }

    /// The rows of each target's value and of its scale.
    fn of_targets(&self) -> impl Iterator<Item = (usize, Option<usize>)> {
        let mut next = 0;
        self.0.iter().map(move |&has_scale| {
            let value = next;
            next += if has_scale { 2 } else { 1 };
            (value, has_scale.then_some(value + 1))
        })
    }
}

/// How members' raw numbers become their mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Mean {
    rows: usize,
    /// For each row of each member: the mean's row that it is added to, and times what.
    adds: Vec<Vec<(usize, f32)>>,
}

impl Mean {
    /// Values are weighted by `weights`, on the scale on which they were learned. Scales are weighted by what those members that say
    /// one have of them, as logarithms; where none does, the scale is 1. A `member` says no scale where the `mean` has none.
    pub fn new(weights: &[f32], members: &[Layout], mean: &Layout) -> Self {
        let mut adds: Vec<Vec<(usize, f32)>> = members.iter().map(|member| vec![(0, 0.0); member.rows()]).collect();
        for (target, (value, scale)) in mean.of_targets().enumerate() {
            let rows = |member: &Layout| member.of_targets().nth(target).expect("members have the blend's targets");
            let saying = weights.iter().zip(members).filter(|(_, member)| rows(member).1.is_some());
            let whole: f32 = saying.map(|(weight, _)| weight).sum();
            for ((adds, &weight), member) in adds.iter_mut().zip(weights).zip(members) {
                let (of_value, of_scale) = rows(member);
                adds[of_value] = (value, weight);
                if let (Some(scale), Some(of_scale)) = (scale, of_scale) {
                    adds[of_scale] = (scale, if whole > 0.0 { weight / whole } else { 0.0 });
                }
            }
        }
        Self { rows: mean.rows(), adds }
    }

    /// Raw numbers of each bin.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The mean of each member's rows over `bins` bins.
    pub fn of<'a>(&self, members: impl Iterator<Item = &'a Vec<Vec<f32>>>, bins: usize) -> Vec<Vec<f32>> {
        let mut mean = vec![vec![0.0; bins]; self.rows];
        for (adds, rows) in self.adds.iter().zip(members) {
            for (&(to, weight), row) in adds.iter().zip(rows) {
                mean[to].iter_mut().zip(row).for_each(|(sum, z)| *sum += weight * z);
            }
        }
        mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_weighted_and_scales_among_those_that_say_one() {
        let layouts = [Layout(vec![true]), Layout(vec![false]), Layout(vec![true])];
        let mean = Mean::new(&[0.5, 0.3, 0.2], &layouts, &Layout(vec![true]));
        let rows = [vec![vec![1.0], vec![-0.7]], vec![vec![2.0]], vec![vec![4.0], vec![1.4]]];
        let of = mean.of(rows.iter(), 1);
        assert!((of[0][0] - (0.5 + 0.6 + 0.8)).abs() < 1e-6, "{of:?}");
        assert!((of[1][0] - (-0.7 * 0.5 + 1.4 * 0.2) / 0.7).abs() < 1e-6, "{of:?}");
    }

    #[test]
    fn where_nobody_says_a_scale_it_is_one() {
        let mean = Mean::new(&[0.0, 1.0], &[Layout(vec![true]), Layout(vec![false])], &Layout(vec![true]));
        assert_eq!(mean.of([vec![vec![1.0], vec![-9.0]], vec![vec![2.0]]].iter(), 1), [[2.0], [0.0]]);
    }

    #[test]
    fn several_targets_keep_their_rows() {
        let layouts = [Layout(vec![false, true, false]), Layout(vec![true, true, false])];
        let mean = Mean::new(&[0.25, 0.75], &layouts, &Layout(vec![true, true, false]));
        let first: Vec<Vec<f32>> = [1.0, 2.0, 3.0, 4.0].map(|z| vec![z]).to_vec();
        let second: Vec<Vec<f32>> = [5.0, 6.0, 7.0, 8.0, 9.0].map(|z| vec![z]).to_vec();
        assert_eq!(mean.of([first, second].iter(), 1), [[4.0], [6.0], [5.75], [6.75], [7.75]]);
    }
}
