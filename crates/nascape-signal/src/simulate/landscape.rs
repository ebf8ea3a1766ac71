//! Where domains, genes, enhancers and other open sites lie, and how active each is in one cell.

use std::ops::Range;

use super::dice::{Dice, Use, exp};
use super::karyotype::karyotype;
use super::{Enhancer, Gene, Options, Strand};

/// What a topological domain is like, in every cell.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Crowded with genes, most of them transcribed.
    Active,
    /// Genes kept silent under H3K27me3.
    Polycomb,
    /// Few genes, no mark.
    Desert,
}

/// A stretch of one kind, some hundred kb long.
pub struct Domain {
    pub span: Range<u32>,
    pub kind: Kind,
}

/// A DNase site with no transcription of its own: CTCF and the like.
pub struct OpenSite {
    pub centre: u32,
    /// 1 is the height of a strong enhancer.
    pub height: f64,
    /// Poised, or transcribed too little to be heard.
    pub acetylated: bool,
}

/// Everything about a chromosome that reads and marks are drawn from.
pub struct Landscape {
    /// Assembled stretches; nothing is found outside them.
    pub open: Vec<Range<u32>>,
    /// Repeats in them, 50 to 300 bp each, to which no read can be assigned.
    pub unmappable: Vec<Range<u32>>,
    pub domains: Vec<Domain>,
    pub genes: Vec<Gene>,
    pub enhancers: Vec<Enhancer>,
    pub open_sites: Vec<OpenSite>,
}

impl Landscape {
    /// Lays out a chromosome. The places depend on seed, name and length alone, the activities on the cell as well.
    pub fn new(name: &str, length: u32, options: &Options) -> Self {
        let mut layout = Dice::new(options.seed, 0, name, Use::Layout);
        let mut activity = Dice::new(options.seed, options.cell, name, Use::Activity);
        let (open, share) = karyotype(name, length);
        let domains: Vec<Domain> = open.iter().flat_map(|span| domains(span, share, &mut layout)).collect();
        let genes = genes(name, &open, &domains, &mut layout, &mut activity);
        let enhancers = enhancers(name, &domains, &genes, &mut layout, &mut activity);
        let unmappable = open.iter().flat_map(|span| repeats(span, &mut layout)).collect();
        // Last, because the draws are as many as the cell's enhancers, and all before must be the same in every cell.
        let open_sites = open_sites(&domains, &enhancers, &mut layout);
        Self { open, unmappable, domains, genes, enhancers, open_sites }
    }

    /// The assembled stretch that holds a position.
    pub fn stretch(&self, position: u32) -> Range<u32> {
        let i = self.open.partition_point(|span| span.end <= position);
        self.open.get(i).filter(|span| span.contains(&position)).cloned().unwrap_or(0..0)
    }
}

fn domains(span: &Range<u32>, share: f64, layout: &mut Dice) -> Vec<Domain> {
    let mut domains: Vec<Domain> = Vec::new();
    let mut start = span.start;
    let active = (0.41 * share).min(0.9);
    while start < span.end {
        let end = start.saturating_add(layout.log_normal(350_000.0, 0.6) as u32 + 20_000).min(span.end);
        // Domains of a kind keep company, which makes the megabase-wide bands of a real chromosome.
        let kind = match domains.last() {
            Some(last) if layout.chance(0.45) => last.kind,
            _ if layout.chance(active) => Kind::Active,
            _ if layout.chance(0.5) => Kind::Polycomb,
            _ => Kind::Desert,
        };
        domains.push(Domain { span: start..end, kind });
        start = end;
    }
    domains
}

fn repeats(span: &Range<u32>, layout: &mut Dice) -> Vec<Range<u32>> {
    let mut repeats = Vec::new();
    let mut at = span.start;
    loop {
        let start = at.saturating_add(layout.log_normal(500.0, 1.3) as u32 + 50);
        let end = start.saturating_add(layout.log_normal(85.0, 0.6) as u32);
        if end >= span.end {
            return repeats;
        }
        repeats.push(start..end);
        at = end;
    }
}

fn genes(name: &str, open: &[Range<u32>], domains: &[Domain], layout: &mut Dice, activity: &mut Dice) -> Vec<Gene> {
    let mut genes: Vec<Gene> = Vec::new();
    let mut previous: Option<(Strand, u32)> = None;
    for domain in domains {
        let (spacing, shift) = match domain.kind {
            Kind::Active => (14_000.0, 0.6),
            Kind::Polycomb => (60_000.0, -0.9),
            Kind::Desert => (250_000.0, -0.7),
        };
        let limit = open.iter().find(|span| span.contains(&domain.span.start)).map_or(0, |span| span.end);
        let mut cursor = domain.span.start;
        if let Some((_, end)) = previous.filter(|(_, end)| *end > cursor) {
            cursor = end;
        } else {
            previous = None;
        }
        loop {
            let gap = layout.log_normal(spacing, 1.1) as u32;
            let length = layout.log_normal(20_000.0, 1.2).clamp(400.0, 900_000.0) as u32;
            let (mut start, mut strand) =
                (cursor.saturating_add(gap), if layout.chance(0.5) { Strand::Plus } else { Strand::Minus });
            let company = layout.uniform();
            match previous {
                // Back to back with a promoter in common, as one human gene in ten is.
                Some((Strand::Minus, end)) if company < 0.22 => {
                    start = end.saturating_add(150 + layout.below(700));
                    strand = Strand::Plus;
                }
                // Tail to tail, the ends overlapping a little.
                Some((Strand::Plus, end)) if company < 0.08 => {
                    start = end.saturating_sub(layout.below(300));
                    strand = Strand::Minus;
                }
                _ => {}
            }
            if start >= domain.span.end {
                break;
            }
            let end = start.saturating_add(length).min(limit);
            cursor = end;
            // A cell keeps most of a gene's level: levels in two cells correlate at about 0.7.
            let level = 0.85 * layout.normal() + 0.53 * activity.normal() + shift;
            // Levels saturate at the top and fall away below, which leaves a third of the genes with next to nothing.
            let expression = 0.9 - 6.0 * exp(-2.0 * level);
            let elongation = exp(expression + 0.5 * activity.normal());
            let initiation = 3.0 * exp(0.6 * expression + 0.8 * activity.normal());
            let heard = elongation > 3e-4;
            previous = Some((strand, end));
            genes.push(Gene {
                name: String::new(),
                start,
                end,
                strand,
                elongation: if heard { elongation as f32 } else { 0.0 },
                initiation: if heard { initiation as f32 } else { 0.0 },
            });
        }
    }
    genes.retain(|gene| gene.end - gene.start >= 200);
    genes.sort_by_key(|gene| (gene.start, gene.end));
    for (i, gene) in genes.iter_mut().enumerate() {
        gene.name = format!("{name}.G{:04}", i + 1);
    }
    genes
}

fn enhancers(name: &str, domains: &[Domain], genes: &[Gene], layout: &mut Dice, activity: &mut Dice) -> Vec<Enhancer> {
    let mut starts: Vec<u32> = genes.iter().map(Gene::tss).collect();
    starts.sort_unstable();
    let mut enhancers = Vec::new();
    for domain in domains {
        let spacing = match domain.kind {
            Kind::Active => 24_000.0,
            Kind::Polycomb => 150_000.0,
            Kind::Desert => 300_000.0,
        };
        let mut cursor = domain.span.start;
        loop {
            cursor = cursor.saturating_add(layout.log_normal(spacing, 0.9) as u32 + 1_000);
            // A neighbourhood of one to a dozen, its members of a like strength: the long ones are super-enhancers.
            let members = 1 + (layout.log_normal(1.2, 0.9) as u32).min(12);
            let (shared, used) = (layout.log_normal(1.0, 0.9), activity.chance(0.75));
            for _ in 0..members {
                let strength = 0.07 * shared * layout.log_normal(1.0, 0.7) * activity.log_normal(1.0, 0.5);
                let i = starts.partition_point(|&tss| tss < cursor);
                let near = starts[i.saturating_sub(1)..(i + 1).min(starts.len())]
                    .iter()
                    .any(|&tss| tss.abs_diff(cursor) < 1_500);
                if cursor.saturating_add(500) < domain.span.end && !near && used {
                    enhancers.push(Enhancer { name: String::new(), centre: cursor, activity: strength as f32 });
                }
                cursor = cursor.saturating_add(900 + layout.log_normal(1_200.0, 0.7) as u32);
            }
            if cursor >= domain.span.end {
                break;
            }
        }
    }
    for (i, enhancer) in enhancers.iter_mut().enumerate() {
        enhancer.name = format!("{name}.E{:04}", i + 1);
    }
    enhancers
}

fn open_sites(domains: &[Domain], enhancers: &[Enhancer], layout: &mut Dice) -> Vec<OpenSite> {
    let mut sites = Vec::new();
    for domain in domains {
        let spacing = match domain.kind {
            Kind::Active => 5_500.0,
            Kind::Polycomb => 18_000.0,
            Kind::Desert => 60_000.0,
        };
        let mut cursor = domain.span.start;
        loop {
            cursor = cursor.saturating_add(layout.log_normal(spacing, 1.0) as u32 + 300);
            if cursor >= domain.span.end {
                break;
            }
            let acetylated = domain.kind == Kind::Active && layout.chance(0.33);
            sites.push(OpenSite { centre: cursor, height: layout.log_normal(0.25, 0.8), acetylated });
        }
    }
    // An enhancer is seldom one site: its neighbours are open too.
    for enhancer in enhancers {
        let centre = enhancer.centre.saturating_add(350 + layout.below(400));
        let height = layout.log_normal(0.25, 0.6);
        if layout.chance(0.5) {
            sites.push(OpenSite { centre, height, acetylated: false });
        }
    }
    sites.sort_by_key(|site| site.centre);
    sites
}
