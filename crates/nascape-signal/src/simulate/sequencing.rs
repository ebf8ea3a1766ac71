//! Reads drawn from densities.

use std::ops::Range;

use super::Interval;
use super::dice::{Dice, ln};
use super::landscape::Landscape;
use super::transcription::{Piece, Transcription};

/// Shape of the negative binomial that a base's molecules follow: variance = mean + mean^2 / SHAPE.
///
/// Fitted to K562 PRO-seq (dREG's example, chr21): there the share of empty bases is .918, .757 and .640 where a base's mean
/// count over 500 bp is .14, .7 and 1.7, and .90, .75 and .66 for a shape of .18. Some of that is the roughness that
/// [`Transcription`] has already, which leaves this.
const SHAPE: f64 = 0.24;
/// Chance that a molecule is sequenced once more: without unique identifiers even the emptiest regions have doublets.
const DUPLICATE: f64 = 0.25;

/// 3' ends at one base.
#[derive(Clone, Copy)]
struct Pile {
    position: u32,
    reads: u32,
}

/// Draws exactly `reads` reads, or none where there is nothing to draw from; plus strand first.
///
/// Time and memory grow with the reads, not with the bases: a negative binomial at every base of a piece is the same thing as
/// occupied bases strewn at random, each with a logarithmic-series count, so that empty bases are never visited.
pub fn sequence(
    landscape: &Landscape,
    transcription: &Transcription,
    reads: u64,
    dice: &mut Dice,
) -> [Vec<Interval>; 2] {
    let weight: f64 = [&transcription.plus, &transcription.minus]
        .into_iter()
        .flatten()
        .map(|piece| piece.density * (piece.span.end - piece.span.start) as f64)
        .sum();
    if reads == 0 || weight <= 0.0 {
        return [Vec::new(), Vec::new()];
    }
    // Drawn a little too deep, for what falls on repeats and for bad luck, then thinned by lot to the number asked for.
    let mut depth = 1.1 * reads as f64 / weight;
    let (mut strands, mut total) = loop {
        let strands =
            [&transcription.plus, &transcription.minus].map(|pieces| draw(pieces, &landscape.unmappable, depth, dice));
        let total: u64 = strands.iter().flatten().map(|pile| u64::from(pile.reads)).sum();
        if total >= reads {
            break (strands, total);
        }
        depth *= 1.2;
    };
    let mut wanted = reads;
    for pile in strands.iter_mut().flatten() {
        let mut kept = 0;
        for _ in 0..pile.reads {
            if dice.chance(wanted as f64 / total as f64) {
                kept += 1;
                wanted -= 1;
            }
            total -= 1;
        }
        pile.reads = kept;
    }
    strands.map(intervals)
}

fn draw(pieces: &[Piece], unmappable: &[Range<u32>], depth: f64, dice: &mut Dice) -> Vec<Pile> {
    let mut piles = Vec::new();
    for piece in pieces {
        let width = piece.span.end - piece.span.start;
        let molecules = piece.density * depth * (1.0 - DUPLICATE);
        let occupied = dice.poisson(f64::from(width) * SHAPE * ln(1.0 + molecules / SHAPE));
        let p = molecules / (molecules + SHAPE);
        for _ in 0..occupied {
            let mut reads = 0;
            for _ in 0..dice.log_series(p) {
                reads += 1;
                while dice.chance(DUPLICATE) {
                    reads += 1;
                }
            }
            let position = piece.span.start + dice.below(width);
            let i = unmappable.partition_point(|repeat| repeat.end <= position);
            if unmappable.get(i).is_none_or(|repeat| repeat.start > position) {
                piles.push(Pile { position, reads });
            }
        }
    }
    piles
}

/// Sorts piles into intervals: piles at a base add up, and equal neighbours become one interval.
fn intervals(mut piles: Vec<Pile>) -> Vec<Interval> {
    piles.sort_unstable_by_key(|pile| pile.position);
    let points = piles.chunk_by(|a, b| a.position == b.position).map(|here| {
        let reads: u32 = here.iter().map(|pile| pile.reads).sum();
        Interval { start: here[0].position, end: here[0].position + 1, value: reads as f32 }
    });
    joined(points.filter(|point| point.value > 0.0))
}

/// Joins touching intervals of one value. `intervals` must come in order and not overlap.
pub fn joined(intervals: impl Iterator<Item = Interval>) -> Vec<Interval> {
    let mut all: Vec<Interval> = Vec::new();
    for next in intervals {
        match all.last_mut() {
            Some(last) if last.end == next.start && last.value == next.value => last.end = next.end,
            _ => all.push(next),
        }
    }
    all
}
