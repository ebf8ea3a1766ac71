//! The weights of a blend, chosen on parts that its members did not see.

use super::{Losses, Part, Stretch, recalibration::Recalibration};
use crate::predictor::{Layout, Mean, Predictor};

/// Steps into which a weight's range is cut.
const STEPS: usize = 20;

/// A part, and the members that impute it: they themselves, or what was trained in their place without this part.
pub type OnPart<'a> = (Vec<&'a Predictor>, &'a Part);

/// What weights are chosen for, and by.
pub struct Choice<'a> {
    /// What the members' raw numbers are.
    pub layouts: &'a [Layout],
    /// The weights to begin with; equal ones where all are zeros.
    pub begin: &'a [f32],
    /// What is added to the mean that is begun with.
    pub offset: f32,
    /// How far weights are drawn towards even ones where a member has one now that began without.
    pub evenness: f32,
    /// What the weights make small.
    pub losses: &'a Losses,
    /// On what.
    pub validation: &'a [OnPart<'a>],
    /// A part that the members which have a weight did not see: on it a recalibration of their mean is fitted, which may take part too. There
    /// is one then.
    pub unseen: Option<OnPart<'a>>,
}

/// What was chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// A weight a member. They sum to 1, unless recalibrated numbers have a share.
    pub weights: Vec<f32>,
    /// Added to the mean's values.
    pub offset: f32,
}

impl Choice<'_> {
    /// The weights under which the members' mean has the lowest loss on the validation parts: by exchanging twentieths between members
    /// as long as that helps. What nothing is better than stays as it is.
    pub fn choose(&self) -> Chosen {
        let raw = self.raw(self.validation);
        let (as_is, recalibrated) = match &self.unseen {
            Some(unseen) => (self.as_is(), self.recalibration(std::slice::from_ref(unseen))),
            None => Default::default(),
        };
        // Those that begin stand a second time at the end, recalibrated.
        let begins: Vec<usize> = (0..self.begin.len()).filter(|&member| self.begin[member] > 0.0).collect();
        let standing = if recalibrated == as_is { Vec::new() } else { begins.clone() };
        let as_chosen = |shares: &[usize]| {
            let (of_members, of_recalibrated) = shares.split_at(self.layouts.len());
            let mut chosen = Chosen { weights: as_weights(of_members), offset: 0.0 };
            for &member in &begins {
                chosen.offset += as_is.offset * chosen.weights[member];
                chosen.weights[member] *= as_is.slope;
            }
            for (&member, share) in standing.iter().zip(as_weights(of_recalibrated)) {
                chosen.weights[member] += recalibrated.slope * share;
                chosen.offset += recalibrated.offset * share;
            }
            chosen
        };
        let loss = |shares: &[usize]| self.loss(&as_chosen(shares), &raw, self.validation);
        let mut shares = [shares(self.begin), vec![0; standing.len()]].concat();
        let mut lowest = loss(&shares);
        loop {
            let all = shares.len();
            let pairs = (0..all).flat_map(|from| (0..all).map(move |to| (from, to)));
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
        let Chosen { weights, offset } = as_chosen(&shares);
        let joins = (0..weights.len()).any(|at| self.begin[at] == 0.0 && weights[at] > 0.0);
        let evenness = if joins { self.evenness } else { 0.0 };
        Chosen { weights: drawn(&weights, evenness), offset: (1.0 - evenness) * offset }
    }

    /// The raw numbers of each region by each member.
    fn raw(&self, parts: &[OnPart<'_>]) -> Vec<Vec<Vec<Vec<f32>>>> {
        let of_members =
            |(members, stretch): (&[&Predictor], &Stretch)| members.iter().map(|member| stretch.raw(member)).collect();
        stretches(parts).map(of_members).collect()
    }

    /// What was done to the mean that is begun with.
    fn as_is(&self) -> Recalibration {
        Recalibration { slope: self.begin.iter().sum(), offset: self.offset }
    }

    /// What is best done to it, on a part that its members did not see.
    fn recalibration(&self, unseen: &[OnPart<'_>]) -> Recalibration {
        let raw = self.raw(unseen);
        let whole = self.as_is().slope;
        let of = |one: &Recalibration| Chosen {
            weights: self.begin.iter().map(|weight| one.slope * weight / whole).collect(),
            offset: one.offset,
        };
        Recalibration::fitted(self.as_is(), |one| self.loss(&of(one), &raw, unseen))
    }

    fn loss(&self, chosen: &Chosen, raw: &[Vec<Vec<Vec<f32>>>], parts: &[OnPart<'_>]) -> f64 {
        let losses = self.losses;
        let mean = Mean::new(&chosen.weights, self.layouts, &losses.layout(), chosen.offset);
        let none = vec![0.0; losses.0.len()];
        let (mut sums, mut counted) = (Vec::new(), Vec::new());
        for ((_, stretch), raw) in stretches(parts).zip(raw) {
            let z = mean.of(raw.iter(), stretch.bins()).concat();
            sums.push(losses.sum(&z, stretch.targets(), &none).0);
            counted.push(losses.counted(stretch.targets()));
        }
        losses.of_whole(&super::total(sums.into_iter()), &super::total(counted.into_iter()))
    }
}

/// The regions of all parts, with the members that impute them.
fn stretches<'a>(parts: &'a [OnPart<'_>]) -> impl Iterator<Item = (&'a [&'a Predictor], &'a Stretch)> {
    parts.iter().flat_map(|(members, part)| part.stretches().iter().map(move |stretch| (&members[..], stretch)))
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
