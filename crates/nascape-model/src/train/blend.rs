//! The weights of a blend, chosen on the validation part.

use super::{Losses, Part, Stretch};
use crate::predictor::{Layout, Mean, Predictor};

/// Steps into which a weight's range is cut.
const STEPS: usize = 20;

/// The weights, which sum to 1, under which the members' mean has the lowest loss on `part`: by exchanging twentieths between members
/// as long as that helps, from `begin` on, or from equal weights where it is all zeros. Weights that moved are drawn towards even ones by
/// `evenness`. A member comes with what its raw numbers are.
pub fn weights(
    members: &[(&Predictor, Layout)],
    begin: &[f32],
    evenness: f32,
    losses: &Losses,
    part: &Part,
) -> Vec<f32> {
    // The raw numbers of each region by each member, computed once.
    let of_members = |stretch: &Stretch| members.iter().map(|(member, _)| stretch.raw(member)).collect();
    let raw: Vec<Vec<Vec<Vec<f32>>>> = part.stretches().iter().map(of_members).collect();
    let layouts: Vec<Layout> = members.iter().map(|(_, layout)| layout.clone()).collect();
    let loss = |shares: &[usize]| {
        let none = vec![0.0; losses.0.len()];
        let mean = Mean::new(&as_weights(shares), &layouts, &losses.layout());
        let (mut sums, mut counted) = (Vec::new(), Vec::new());
        for (stretch, raw) in part.stretches().iter().zip(&raw) {
            let z = mean.of(raw.iter(), stretch.bins()).concat();
            sums.push(losses.sum(&z, stretch.targets(), &none).0);
            counted.push(losses.counted(stretch.targets()));
        }
        losses.of_whole(&super::total(sums.into_iter()), &super::total(counted.into_iter()))
    };
    let begun = shares(begin);
    let mut shares = begun.clone();
    let mut lowest = loss(&shares);
    loop {
        let pairs = (0..members.len()).flat_map(|from| (0..members.len()).map(move |to| (from, to)));
        let exchanged = pairs.filter(|&(from, to)| from != to && shares[from] > 0).map(|(from, to)| {
            let mut shares = shares.clone();
            shares[from] -= 1;
            shares[to] += 1;
            (loss(&shares), shares)
        });
        match exchanged.min_by(|a, b| a.0.total_cmp(&b.0)) {
            Some((better, found)) if better < lowest => (lowest, shares) = (better, found),
            _ => break,
        }
    }
    let found = as_weights(&shares);
    // What nothing is better than stays as it is.
    if shares == begun { found } else { drawn(&found, evenness) }
}

/// Weights, drawn towards even ones.
fn drawn(weights: &[f32], evenness: f32) -> Vec<f32> {
    weights.iter().map(|weight| (1.0 - evenness) * weight + evenness / weights.len() as f32).collect()
}

fn as_weights(shares: &[usize]) -> Vec<f32> {
    shares.iter().map(|&share| share as f32 / STEPS as f32).collect()
}

/// Weights as so many twentieths, which sum to all of them.
fn shares(weights: &[f32]) -> Vec<usize> {
    let equal = vec![1.0; weights.len()];
    let weights = if weights.iter().all(|weight| *weight == 0.0) { &equal } else { weights };
    let whole: f32 = weights.iter().sum();
    // Cut where the running sum passes a twentieth, so that nothing is lost to rounding.
    let mut upto = 0.0;
    let cuts: Vec<usize> = weights
        .iter()
        .map(|weight| {
            upto += weight;
            (upto / whole * STEPS as f32).round() as usize
        })
        .collect();
    cuts.iter().enumerate().map(|(at, cut)| cut - at.checked_sub(1).map_or(0, |before| cuts[before])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_weights_sum_to_one_and_leave_nobody_out() {
        assert_eq!(drawn(&[1.0, 0.0], 0.5), [0.75, 0.25]);
        assert_eq!(drawn(&[0.65, 0.35], 0.0), [0.65, 0.35]);
        assert_eq!(drawn(&[1.0, 0.0, 0.0, 0.0], 1.0), [0.25; 4]);
    }

    #[test]
    fn shares_are_twentieths_of_the_weights() {
        assert_eq!(shares(&[0.65, 0.35, 0.0]), [13, 7, 0]);
        assert_eq!(shares(&[0.0, 0.0, 0.0]), [7, 6, 7]);
        assert_eq!(shares(&[1.0]), [20]);
    }
}
