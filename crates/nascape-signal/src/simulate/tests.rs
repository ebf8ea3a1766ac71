//! What the simulation promises.

use std::sync::OnceLock;

use super::*;

const OPTIONS: Options = Options { seed: 7, cell: 0, reads: 400_000 };

/// A whole chromosome that several tests look at.
fn example() -> &'static Chromosome {
    static EXAMPLE: OnceLock<Chromosome> = OnceLock::new();
    EXAMPLE.get_or_init(|| simulate_chromosome("test", 12_000_000, &OPTIONS))
}

fn reads(strand: &[Interval]) -> u64 {
    strand.iter().map(|i| u64::from(i.end - i.start) * i.value as u64).sum()
}

/// Reads on `start..end`.
fn within(strand: &[Interval], start: i64, end: i64) -> f64 {
    let overlap = |i: &Interval| (end.min(i.end.into()) - start.max(i.start.into())).max(0);
    let first = strand.partition_point(|i| i64::from(i.end) <= start);
    strand[first..]
        .iter()
        .take_while(|i| i64::from(i.start) < end)
        .map(|i| overlap(i) as f64 * f64::from(i.value))
        .sum()
}

/// Reads from `from` to `to` bases along `direction` from `origin`, on that strand if `sense`, else on the other.
fn along(direction: Strand, origin: u32, from: i64, to: i64, sense: bool) -> f64 {
    let origin = i64::from(origin);
    let strand = if sense { direction } else { direction.opposite() };
    let strand = if strand == Strand::Plus { &example().plus } else { &example().minus };
    match direction {
        Strand::Plus => within(strand, origin + from, origin + to),
        Strand::Minus => within(strand, origin - to + 1, origin - from + 1),
    }
}

/// Sum over the well-transcribed genes of a strand.
fn over_genes(strand: Strand, from: i64, to: i64, sense: bool) -> f64 {
    let genes = example().genes.iter().filter(|gene| gene.strand == strand && gene.initiation > 1.0);
    genes.map(|gene| along(strand, gene.tss(), from, to, sense)).sum()
}

fn assert_sound(chromosome: &Chromosome, length: u32) {
    let tracks = chromosome.marks.iter().map(|mark| &mark.signal);
    for track in [&chromosome.plus, &chromosome.minus].into_iter().chain(tracks) {
        assert!(track.iter().all(|i| i.start < i.end && i.end <= length && i.value > 0.0));
        for pair in track.windows(2) {
            assert!(pair[0].end <= pair[1].start, "{pair:?} overlap or are out of order");
            assert!(pair[0].end < pair[1].start || pair[0].value != pair[1].value, "{pair:?} should be one");
        }
    }
    for peaks in chromosome.marks.iter().map(|mark| &mark.peaks) {
        assert!(peaks.iter().all(|peak| peak.start < peak.end && peak.end <= length && peak.score <= 1000));
        assert!(peaks.windows(2).all(|pair| pair[0].end <= pair[1].start));
    }
    assert!(chromosome.genes.iter().all(|gene| gene.start < gene.end && gene.end <= length));
    assert!(chromosome.genes.windows(2).all(|pair| pair[0].start <= pair[1].start));
    assert!(chromosome.enhancers.windows(2).all(|pair| pair[0].centre <= pair[1].centre));
}

#[test]
fn the_same_options_give_the_same_chromosome() {
    assert_eq!(&simulate_chromosome("test", 12_000_000, &OPTIONS), example());
    assert_ne!(simulate_chromosome("other", 12_000_000, &OPTIONS).genes, example().genes);
}

/// Fails when any draw changes, on this machine or another: whoever changes the model on purpose writes the new numbers here.
#[test]
fn every_machine_gives_these_bits() {
    let words =
        |track: &[Interval]| -> Vec<u32> { track.iter().flat_map(|i| [i.start, i.end, i.value.to_bits()]).collect() };
    let mark = |mark: usize| words(&example().marks[mark].signal);
    let all = [words(&example().plus), words(&example().minus), mark(0), mark(1), mark(2), mark(3)].concat();
    let digest = all.iter().fold(0_u64, |sum, word| sum.wrapping_mul(0x0100_0000_01b3) ^ u64::from(*word));
    assert_eq!(digest, 0x058e_495e_6033_c7cd, "{digest:#x}");
}

#[test]
fn logarithm_and_exponential_agree_with_the_system() {
    for i in 1..4_000 {
        let x = f64::from(i) * 0.173;
        assert!((dice::ln(x) - x.ln()).abs() < 1e-14 * x.ln().abs().max(1.0), "ln {x}");
        for x in [x, -x] {
            assert!((dice::exp(x) / x.exp() - 1.0).abs() < 1e-12, "exp {x}");
        }
    }
    assert_eq!(dice::exp(-1e9), 0.0);
}

#[test]
fn every_read_asked_for_is_there_and_no_other() {
    for asked in [1, 2, 99, 5_000, 400_000] {
        let made = simulate_chromosome("test", 12_000_000, &Options { reads: asked, ..OPTIONS });
        assert_eq!(reads(&made.plus) + reads(&made.minus), asked);
    }
}

#[test]
fn tracks_and_peaks_are_sorted_apart_and_inside() {
    assert_sound(example(), 12_000_000);
    assert!(example().marks.iter().all(|mark| mark.peaks.len() > 10));
    assert_eq!(Mark::ALL, example().marks.each_ref().map(|track| track.mark));
}

#[test]
fn short_chromosomes_are_no_trouble() {
    for (name, length) in [("chrM", 16_569), ("tiny", 10_000), ("one", 1), ("edge", 5_000_000), ("chr21", 5_000_001)] {
        let made = simulate_chromosome(name, length, &Options { reads: 3_000, ..OPTIONS });
        assert_sound(&made, length);
        assert_eq!(reads(&made.plus) + reads(&made.minus), 3_000, "{name}");
    }
    let nothing = simulate_chromosome("nothing", 0, &OPTIONS);
    assert!(nothing.plus.is_empty() && nothing.minus.is_empty() && nothing.genes.is_empty());
}

#[test]
fn no_reads_asked_gives_empty_strands_and_the_same_truth() {
    let made = simulate_chromosome("test", 12_000_000, &Options { reads: 0, ..OPTIONS });
    assert!(made.plus.is_empty() && made.minus.is_empty());
    assert_eq!((&made.genes, &made.enhancers, &made.marks), (&example().genes, &example().enhancers, &example().marks));
}

#[test]
fn another_cell_keeps_the_genes_in_place_and_changes_their_level() {
    let other = simulate_chromosome("test", 12_000_000, &Options { cell: 1, reads: 0, ..OPTIONS });
    let places =
        |c: &Chromosome| c.genes.iter().map(|g| (g.name.clone(), g.start, g.end, g.strand)).collect::<Vec<_>>();
    assert_eq!(places(&other), places(example()));
    let repeats = |cell| landscape::Landscape::new("test", 12_000_000, &Options { cell, ..OPTIONS }).unmappable;
    assert_eq!(repeats(0), repeats(1));
    assert_ne!(other.genes, example().genes);
    assert_ne!(other.marks, example().marks);
}

#[test]
fn polymerase_pauses_just_inside_the_gene_on_both_strands() {
    for strand in [Strand::Plus, Strand::Minus] {
        let pause = over_genes(strand, 15, 75, true);
        assert!(pause > 10.0 * over_genes(strand, -75, -15, true), "{strand:?}: the pause is not downstream");
        assert!(pause > 3.0 * over_genes(strand, 1_000, 1_060, true), "{strand:?}: the pause is not above the body");
    }
}

#[test]
fn divergent_transcripts_lie_upstream_on_the_other_strand() {
    for strand in [Strand::Plus, Strand::Minus] {
        let upstream = over_genes(strand, -400, -100, false);
        assert!(upstream > 5.0 * over_genes(strand, 100, 400, false), "{strand:?}: antisense is not upstream");
        assert!(upstream > 3.0 * over_genes(strand, -3_000, -2_700, false), "{strand:?}: antisense does not die away");
        assert!(upstream < over_genes(strand, 0, 300, true), "{strand:?}: antisense is not the weaker");
    }
}

#[test]
fn enhancers_are_transcribed_away_from_their_centre() {
    // Those in or behind a gene are drowned by it on the gene's strand.
    let clear = |enhancer: &&Enhancer| {
        let reach = |gene: &Gene| gene.start.saturating_sub(40_000)..gene.end + 40_000;
        example().genes.iter().filter(|gene| gene.elongation > 0.0).all(|gene| !reach(gene).contains(&enhancer.centre))
    };
    let alone: Vec<&Enhancer> = example().enhancers.iter().filter(clear).collect();
    assert!(alone.len() > 10, "{}", alone.len());
    let sum =
        |strand, from, to| -> f64 { alone.iter().map(|enhancer| along(strand, enhancer.centre, from, to, true)).sum() };
    for strand in [Strand::Plus, Strand::Minus] {
        let (away, towards) = (sum(strand, 60, 160), sum(strand, -160, -60));
        assert!(away > 10.0 * towards, "{strand:?}: {away} {towards}");
    }
}

#[test]
fn h3k4me3_stands_beside_the_tss_and_highest_after_it() {
    let track = &example().marks[0].signal;
    let mean = |from: i64, to: i64| -> f64 {
        let active = example().genes.iter().filter(|gene| gene.initiation > 2.0);
        let at = |gene: &Gene| match gene.strand {
            Strand::Plus => within(track, i64::from(gene.start) + from, i64::from(gene.start) + to),
            Strand::Minus => within(track, i64::from(gene.end) - to, i64::from(gene.end) - from),
        };
        active.map(at).sum::<f64>() / (to - from) as f64
    };
    let (before, dip, after) = (mean(-260, -200), mean(-90, -30), mean(100, 160));
    assert!(after > before && before > dip, "{before} {dip} {after}");
}

#[test]
fn h3k27me3_keeps_off_active_genes() {
    let domains = &example().marks[2].peaks;
    for gene in example().genes.iter().filter(|gene| gene.elongation > 0.02) {
        assert!(domains.iter().all(|domain| domain.end <= gene.start || domain.start >= gene.end), "{}", gene.name);
    }
}

#[test]
fn human_gaps_hold_no_read_and_no_gene() {
    let made = simulate_chromosome("chr21", 46_709_983, &OPTIONS);
    for (start, end) in [(0, 8_190_000), (10_410_000, 13_190_000)] {
        assert_eq!(within(&made.plus, start, end) + within(&made.minus, start, end), 0.0);
        assert!(made.genes.iter().all(|gene| i64::from(gene.end) <= start || i64::from(gene.start) >= end));
    }
}
