//! The marks that go with a landscape: the truth, the peaks called from it, and the track an experiment would give.

use super::dice::{Dice, exp};
use super::landscape::{Kind, Landscape};
use super::sequencing::joined;
use super::transcription::Wander;
use super::{Interval, Mark, MarkTrack, Peak, Strand};

/// How a mark's track is laid out and its peaks are called.
struct Rule {
    /// Bases to a step of the track.
    step: u32,
    /// Fold change at which a peak begins.
    threshold: f32,
    /// Peaks closer than this are one.
    join: u32,
    /// Shorter ones are dropped.
    shortest: u32,
    /// Fold change that scores 1000.
    full: f32,
}

const fn rule(mark: Mark) -> Rule {
    match mark {
        Mark::H3k4me3 => Rule { step: 50, threshold: 9.0, join: 150, shortest: 200, full: 60.0 },
        Mark::H3k27ac => Rule { step: 50, threshold: 3.5, join: 500, shortest: 200, full: 30.0 },
        Mark::H3k27me3 => Rule { step: 200, threshold: 2.0, join: 2_000, shortest: 5_000, full: 8.0 },
        Mark::Dnase => Rule { step: 50, threshold: 3.0, join: 0, shortest: 100, full: 40.0 },
    }
}

/// Nucleosomes about a promoter: distance of the centre from the TSS along the gene, spread, height. The gap at 0 is the
/// nucleosome-depleted region; +1 stands highest.
const NUCLEOSOMES: [(f64, f64, f64); 9] = [
    (-620.0, 110.0, 0.18),
    (-430.0, 90.0, 0.32),
    (-240.0, 75.0, 0.55),
    (125.0, 70.0, 1.0),
    (315.0, 80.0, 0.85),
    (505.0, 90.0, 0.65),
    (700.0, 110.0, 0.42),
    (900.0, 130.0, 0.25),
    (1120.0, 150.0, 0.12),
];

/// One mark over a landscape.
pub fn mark(mark: Mark, name: &str, landscape: &Landscape, dice: &mut Dice) -> MarkTrack {
    let rule = rule(mark);
    let mut canvas = Canvas { step: rule.step, values: Vec::new() };
    match mark {
        Mark::H3k4me3 => h3k4me3(&mut canvas, landscape, dice),
        Mark::H3k27ac => h3k27ac(&mut canvas, landscape, dice),
        Mark::H3k27me3 => h3k27me3(&mut canvas, landscape, dice),
        Mark::Dnase => dnase(&mut canvas, landscape, dice),
    }
    let truth = canvas.finish(landscape);
    let peaks = call(&truth, &rule, mark, name);
    MarkTrack { mark, peaks, signal: measure(&truth, landscape, dice) }
}

/// Saturating rise of a mark with transcription.
fn saturate(height: f64, x: f64, half: f64) -> f64 {
    height * x / (x + half)
}

fn h3k4me3(canvas: &mut Canvas, landscape: &Landscape, dice: &mut Dice) {
    for gene in &landscape.genes {
        let height = saturate(60.0, gene.initiation.into(), 1.2) * dice.log_normal(1.0, 0.35);
        let stretch = dice.log_normal(0.7, 0.45);
        let sign = if gene.strand == Strand::Plus { 1.0 } else { -1.0 };
        for (centre, spread, relative) in NUCLEOSOMES {
            // The +1 nucleosome stays where it is; the rest of the row is longer at some promoters than at others.
            let centre =
                if centre > 0.0 { 125.0 + (centre - 125.0) * stretch } else { -165.0 + (centre + 165.0) * stretch };
            canvas.bump(f64::from(gene.tss()) + sign * centre, spread * stretch.max(0.8), height * relative);
        }
    }
    for enhancer in &landscape.enhancers {
        canvas.bump(enhancer.centre.into(), 250.0, saturate(8.0, enhancer.activity.into(), 2.0));
    }
}

fn h3k27ac(canvas: &mut Canvas, landscape: &Landscape, dice: &mut Dice) {
    for gene in &landscape.genes {
        let height = saturate(24.0, gene.initiation.into(), 1.0) * dice.log_normal(1.0, 0.4);
        let spread = dice.log_normal(260.0, 0.45);
        let sign = if gene.strand == Strand::Plus { 1.0 } else { -1.0 };
        canvas.bump(f64::from(gene.tss()) - sign * (150.0 + 0.9 * spread), spread, 0.7 * height);
        canvas.bump(f64::from(gene.tss()) + sign * (150.0 + 1.1 * spread), 1.3 * spread, height);
        // Strong genes are acetylated far into the body.
        let reach = (dice.log_normal(13_000.0, 0.9) * f64::from(gene.elongation).min(2.0)) as u32;
        let reach = reach.min(gene.end - gene.start);
        let level = saturate(9.0, gene.elongation.into(), 0.6);
        let (from, to) = match gene.strand {
            Strand::Plus => (gene.start, gene.start + reach),
            Strand::Minus => (gene.end - reach, gene.end),
        };
        canvas.plateau(from, to, level, 0.35, 0.95, dice);
    }
    for enhancer in &landscape.enhancers {
        let height = saturate(24.0, enhancer.activity.into(), 0.25) * dice.log_normal(1.0, 0.4);
        let spread = dice.log_normal(85.0, 0.45);
        for side in [-1.0, 1.0] {
            let lean = dice.between(0.6, 1.0);
            canvas.bump(f64::from(enhancer.centre) + side * (60.0 + spread), spread, lean * height);
        }
    }
    for site in landscape.open_sites.iter().filter(|site| site.acetylated) {
        let height = saturate(16.0, site.height, 0.25) * dice.log_normal(1.0, 0.4);
        canvas.bump(site.centre.into(), dice.log_normal(170.0, 0.35), height);
    }
}

fn dnase(canvas: &mut Canvas, landscape: &Landscape, dice: &mut Dice) {
    for gene in &landscape.genes {
        let sign = if gene.strand == Strand::Plus { 1.0 } else { -1.0 };
        let height = saturate(60.0, gene.initiation.into(), 1.0) * dice.log_normal(1.0, 0.4);
        canvas.bump(f64::from(gene.tss()) - sign * 35.0, dice.between(40.0, 70.0), height);
    }
    for enhancer in &landscape.enhancers {
        let height = saturate(40.0, enhancer.activity.into(), 0.2) * dice.log_normal(1.0, 0.4);
        canvas.bump(enhancer.centre.into(), dice.between(38.0, 52.0), height);
    }
    for site in &landscape.open_sites {
        canvas.bump(site.centre.into(), dice.between(34.0, 50.0), 40.0 * site.height);
    }
}

fn h3k27me3(canvas: &mut Canvas, landscape: &Landscape, dice: &mut Dice) {
    // What is transcribed or acetylated keeps the mark away, with a margin on both sides.
    let acetylated = (landscape.enhancers.iter().map(|enhancer| enhancer.centre))
        .chain(landscape.open_sites.iter().filter(|site| site.acetylated).map(|site| site.centre));
    let mut active: Vec<(u32, u32)> = (landscape.genes.iter().filter(|gene| gene.elongation > 0.02))
        .map(|gene| (gene.start.saturating_sub(4_000), gene.end.saturating_add(8_000)))
        .chain(acetylated.map(|centre| (centre.saturating_sub(1_500), centre.saturating_add(1_500))))
        .collect();
    active.sort_unstable();
    for domain in &landscape.domains {
        let (covered, apart, height) = match domain.kind {
            Kind::Polycomb => (50_000.0, 14_000.0, 5.0),
            Kind::Active => (30_000.0, 60_000.0, 4.0),
            Kind::Desert => (25_000.0, 300_000.0, 3.5),
        };
        let mut at = domain.span.start.saturating_add(dice.log_normal(apart / 2.0, 0.8) as u32);
        while at < domain.span.end {
            let end =
                at.saturating_add(dice.log_normal(covered, 0.8).clamp(10_000.0, 200_000.0) as u32).min(domain.span.end);
            let height = height * dice.log_normal(1.0, 0.2);
            let mut from = at;
            for &(start, stop) in active.iter().filter(|&&(start, stop)| stop > at && start < end) {
                if start > from && start - from >= 5_000 {
                    canvas.plateau(from, start, height, 0.25, 0.9, dice);
                }
                from = from.max(stop);
            }
            if end > from && end - from >= 5_000 {
                canvas.plateau(from, end, height, 0.25, 0.9, dice);
            }
            at = end.saturating_add(dice.log_normal(apart, 0.8) as u32 + 1_000);
        }
    }
}

/// Steps of a track, in any order while it is painted: memory goes with what is marked, not with the chromosome.
struct Canvas {
    step: u32,
    values: Vec<(u32, f32)>,
}

impl Canvas {
    fn bump(&mut self, centre: f64, sigma: f64, height: f64) {
        if height < 0.05 {
            return;
        }
        let step = f64::from(self.step);
        let (from, to) =
            (((centre - 3.0 * sigma) / step).max(0.0) as u32, ((centre + 3.0 * sigma) / step).max(0.0) as u32);
        for i in from..=to {
            let z = ((f64::from(i) + 0.5) * step - centre) / sigma;
            self.values.push((i, (height * exp(-z * z / 2.0)) as f32));
        }
    }

    /// A flat stretch whose level drifts about `height`.
    fn plateau(&mut self, start: u32, end: u32, height: f64, sigma: f64, memory: f64, dice: &mut Dice) {
        if height < 0.05 {
            return;
        }
        let mut wander = Wander::new(sigma, memory, dice);
        for i in start / self.step..end / self.step {
            self.values.push((i, (height * wander.next(dice)) as f32));
        }
    }

    /// Sums what was painted on each step; what fell outside the assembled stretches is cut away.
    fn finish(mut self, landscape: &Landscape) -> Vec<Interval> {
        self.values.sort_by_key(|value| value.0);
        let mut open = landscape.open.iter().peekable();
        let mut steps = Vec::new();
        for here in self.values.chunk_by(|a, b| a.0 == b.0) {
            let (start, end) = (here[0].0 * self.step, (here[0].0 + 1) * self.step);
            while open.next_if(|span| span.end <= start).is_some() {}
            let Some(span) = open.peek() else { break };
            let (start, end) = (start.max(span.start), end.min(span.end));
            let value: f32 = here.iter().map(|value| value.1).sum();
            if start < end && value >= 0.05 {
                steps.push(Interval { start, end, value });
            }
        }
        steps
    }
}

fn call(truth: &[Interval], rule: &Rule, mark: Mark, name: &str) -> Vec<Peak> {
    let mut runs: Vec<Interval> = Vec::new();
    for step in truth.iter().filter(|step| step.value >= rule.threshold) {
        match runs.last_mut() {
            Some(run) if step.start - run.end <= rule.join => {
                run.end = step.end;
                run.value = run.value.max(step.value);
            }
            _ => runs.push(*step),
        }
    }
    runs.retain(|run| run.end - run.start >= rule.shortest);
    let peak = |(i, run): (usize, Interval)| Peak {
        start: run.start,
        end: run.end,
        name: format!("{name}.{mark}.{}", i + 1),
        score: (1000.0 * run.value / rule.full).min(1000.0) as u16,
    };
    runs.into_iter().enumerate().map(peak).collect()
}

/// The track of an experiment: the truth under noise that neighbouring steps share, and stray fragments in between.
fn measure(truth: &[Interval], landscape: &Landscape, dice: &mut Dice) -> Vec<Interval> {
    let mut noise = Wander::new(0.2, 0.7, dice);
    let mut measured: Vec<Interval> = truth
        .iter()
        .map(|step| Interval { value: (f64::from(step.value) * noise.next(dice)) as f32, ..*step })
        .collect();
    for span in &landscape.open {
        let mut at = span.start;
        loop {
            at = at.saturating_add(dice.log_normal(2_000.0, 0.9) as u32) / 50 * 50 + 50;
            let end = at.saturating_add(200);
            if end > span.end {
                break;
            }
            // Not where there is signal already.
            let i = truth.partition_point(|step| step.end <= at);
            if truth.get(i).is_none_or(|step| step.start >= end) {
                measured.push(Interval { start: at, end, value: dice.log_normal(0.7, 0.5) as f32 });
            }
            at = end;
        }
    }
    measured.sort_unstable_by_key(|step| step.start);
    // Two decimals are more than an assay resolves, and make runs of equal steps that can be joined.
    let rounded = measured.into_iter().map(|step| Interval { value: (step.value * 100.0).round() / 100.0, ..step });
    joined(rounded.filter(|step| step.value > 0.0))
}
