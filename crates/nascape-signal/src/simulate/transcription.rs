//! How densely polymerase stands on each strand, before any read is drawn.

use std::ops::Range;

use super::dice::{Dice, exp};
use super::landscape::{Kind, Landscape};
use super::{Enhancer, Gene, Strand};

/// A stretch of one strand with one density: the expected reads at a base, where 1 is the body of a typical active gene.
pub struct Piece {
    pub span: Range<u32>,
    pub density: f64,
}

/// Densities of one chromosome. Pieces of a strand are in no order and overlap; what they say adds up.
#[derive(Default)]
pub struct Transcription {
    pub plus: Vec<Piece>,
    pub minus: Vec<Piece>,
}

/// Bases to a step of gene body.
const BODY_STEP: i64 = 100;
const BACKGROUND_STEP: usize = 2_000;

impl Transcription {
    /// Paints every gene, every enhancer and the background.
    pub fn new(landscape: &Landscape, dice: &mut Dice) -> Self {
        let mut all = Self::default();
        for gene in landscape.genes.iter().filter(|gene| gene.elongation > 0.0) {
            all.gene(gene, &landscape.stretch(gene.tss()), dice);
        }
        for enhancer in &landscape.enhancers {
            all.enhancer(enhancer, &landscape.stretch(enhancer.centre), dice);
        }
        all.background(landscape, dice);
        all
    }

    fn gene(&mut self, gene: &Gene, within: &Range<u32>, dice: &mut Dice) {
        let mut pen = Pen { all: self, within, strand: gene.strand, origin: gene.tss() };
        let pause = f64::from(gene.initiation);
        let body = f64::from(gene.elongation);

        // Polymerase waits 20 to 60 bases into the gene; some of it leaks on and thins out over the next few hundred.
        let site = dice.between(26.0, 54.0);
        pen.bump(site, dice.between(7.0, 20.0), 0.45 * pause);
        pen.decay(20, dice.between(80.0, 250.0), 0.55 * pause);
        // The other way, on the other strand: a weaker pause upstream of the promoter, gone within a kilobase or two.
        let antisense = pause * dice.log_normal(0.4, 0.7).min(1.5);
        // Upstream of the gene is downstream of the same origin for the other strand.
        pen.strand = gene.strand.opposite();
        let upstream = dice.between(110.0, 250.0);
        pen.bump(upstream, dice.between(8.0, 20.0), 0.3 * antisense);
        pen.decay(upstream as i64, dice.between(250.0, 600.0), 0.7 * antisense);

        pen.strand = gene.strand;
        let length = i64::from(gene.end - gene.start);
        // A slow drift over kilobases, and the roughness of sequence and mappability on top of it.
        let mut drift = Wander::new(0.35, 0.97, dice);
        let mut rough = Wander::new(0.8, 0.4, dice);
        let mut wander = |dice: &mut Dice| drift.next(dice) * rough.next(dice);
        let mut at = 60;
        while at < length {
            let to = (at + BODY_STEP).min(length);
            pen.stroke(at, to, body * wander(dice));
            at = to;
        }
        // Past the poly-A site polymerase slows, then falls off over several kilobases.
        let slowing = dice.between(700.0, 2_500.0) as i64;
        let mut level = body * dice.log_normal(1.5, 0.5);
        let reach = dice.log_normal(3_000.0, 0.5);
        while at < length + 40_000 && level > 0.002 * body {
            pen.stroke(at, at + BODY_STEP, level * wander(dice));
            at += BODY_STEP;
            if at > length + slowing {
                level *= exp(-BODY_STEP as f64 / reach);
            }
        }
    }

    fn enhancer(&mut self, enhancer: &Enhancer, within: &Range<u32>, dice: &mut Dice) {
        let apart = dice.between(150.0, 250.0);
        let share = dice.between(0.25, 0.75);
        for (strand, share) in [(Strand::Plus, share), (Strand::Minus, 1.0 - share)] {
            let mass = 2.0 * share * f64::from(enhancer.activity);
            let mut pen = Pen { all: self, within, strand, origin: enhancer.centre };
            pen.bump(apart / 2.0, dice.between(8.0, 25.0), 0.4 * mass);
            pen.decay(apart as i64 / 2, dice.between(150.0, 350.0), 0.6 * mass);
        }
    }

    fn background(&mut self, landscape: &Landscape, dice: &mut Dice) {
        for domain in &landscape.domains {
            let level = match domain.kind {
                Kind::Active => 2.5e-3,
                Kind::Polycomb => 2e-4,
                Kind::Desert => 1e-4,
            };
            let level = dice.log_normal(level, 0.8);
            // Strays come in clumps.
            for start in domain.span.clone().step_by(BACKGROUND_STEP) {
                let span = start..(start + BACKGROUND_STEP as u32).min(domain.span.end);
                self.plus.push(Piece { span: span.clone(), density: dice.log_normal(level, 1.3) });
                self.minus.push(Piece { span, density: dice.log_normal(level, 1.3) });
            }
        }
    }
}

/// Writes densities by their distance from an origin, counted along the direction of transcription of `strand`.
struct Pen<'a> {
    all: &'a mut Transcription,
    within: &'a Range<u32>,
    strand: Strand,
    origin: u32,
}

impl Pen<'_> {
    /// One density from `from` to `to` bases downstream, cut at the end of the assembled stretch.
    fn stroke(&mut self, from: i64, to: i64, density: f64) {
        let origin = i64::from(self.origin);
        let (start, end) = match self.strand {
            Strand::Plus => (origin + from, origin + to),
            Strand::Minus => (origin - to + 1, origin - from + 1),
        };
        let (start, end) = (start.max(self.within.start.into()), end.min(self.within.end.into()));
        if start < end {
            let pieces = match self.strand {
                Strand::Plus => &mut self.all.plus,
                Strand::Minus => &mut self.all.minus,
            };
            pieces.push(Piece { span: start as u32..end as u32, density });
        }
    }

    /// A Gaussian of `mass` kilobases' worth of typical gene body.
    fn bump(&mut self, centre: f64, sigma: f64, mass: f64) {
        let step = (sigma / 3.0).max(1.0) as i64;
        let (from, to) = ((centre - 3.0 * sigma) as i64, (centre + 3.0 * sigma) as i64);
        let peak = 1000.0 * mass / (sigma * (2.0 * std::f64::consts::PI).sqrt());
        for at in (from..to).step_by(step as usize) {
            let z = ((at as f64 + step as f64 / 2.0) - centre) / sigma;
            self.stroke(at, at + step, peak * exp(-z * z / 2.0));
        }
    }

    /// An exponential that starts at `from` and loses a factor e every `scale` bases.
    fn decay(&mut self, from: i64, scale: f64, mass: f64) {
        let step = (scale / 8.0).max(1.0) as i64;
        for i in 0..32 {
            let at = from + i * step;
            self.stroke(at, at + step, 1000.0 * mass / scale * exp(-((i * step) as f64 + step as f64 / 2.0) / scale));
        }
    }
}

/// A level that drifts about 1, each step remembering most of the last (a log-normal autoregression of order 1).
pub struct Wander {
    sigma: f64,
    memory: f64,
    state: f64,
}

impl Wander {
    /// `sigma` of the logarithm, and the share of it kept from step to step.
    pub fn new(sigma: f64, memory: f64, dice: &mut Dice) -> Self {
        Self { sigma, memory, state: dice.normal() }
    }

    /// The next level; its mean is 1.
    pub fn next(&mut self, dice: &mut Dice) -> f64 {
        self.state = self.memory * self.state + (1.0 - self.memory * self.memory).sqrt() * dice.normal();
        exp(self.sigma * self.state - self.sigma * self.sigma / 2.0)
    }
}
