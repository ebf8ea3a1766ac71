//! The weights of a blend, chosen on the validation part.

use super::{Losses, Part};
use crate::predictor::Predictor;

/// Steps into which a weight's range is cut.
const STEPS: usize = 20;

/// The weights, which sum to 1, under which the members' mean has the lowest loss on `part`: by exchanging twentieths between members
/// as long as that helps, from equal weights on.
pub fn weights(members: &[&Predictor], losses: &Losses, part: &Part) -> Vec<f32> {
    // The raw numbers of each region by each member, computed once.
    let raw: Vec<Vec<Vec<f32>>> = members
        .iter()
        .map(|member| part.stretches().iter().map(|stretch| stretch.raw(member).concat()).collect())
        .collect();
    let loss = |shares: &[usize]| {
        let none = vec![0.0; losses.0.len()];
        let (mut sums, mut counted) = (Vec::new(), Vec::new());
        for (at, stretch) in part.stretches().iter().enumerate() {
            let mut z = vec![0.0; raw[0][at].len()];
            for (share, raw) in shares.iter().zip(&raw) {
                let weight = *share as f32 / STEPS as f32;
                z.iter_mut().zip(&raw[at]).for_each(|(sum, z)| *sum += weight * z);
            }
            sums.push(losses.sum(&z, stretch.targets(), &none).0);
            counted.push(losses.counted(stretch.targets()));
        }
        losses.of_whole(&super::total(sums.into_iter()), &super::total(counted.into_iter()))
    };
    let mut shares: Vec<usize> =
        (0..members.len()).map(|at| STEPS * (at + 1) / members.len() - STEPS * at / members.len()).collect();
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
    shares.iter().map(|&share| share as f32 / STEPS as f32).collect()
}
