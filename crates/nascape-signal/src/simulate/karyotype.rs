//! Where a human chromosome is not assembled, and how crowded it is.

use std::ops::Range;

/// Chromosomes shorter than this (chrM, contigs, test sequences) have no gaps.
const SHORTEST_WITH_GAPS: u32 = 5_000_000;

/// Name, hg38 length in Mb, share of its assembled part in active domains relative to the genome's, and the unassembled or
/// unmappable stretches in Mb. Approximate, after the hg38 assembly: near enough for a simulation, not for annotation.
type Human = (&'static str, f64, f64, &'static [(f64, f64)]);
const HUMAN: [Human; 24] = [
    ("1", 248.956, 1.15, &[(121.7, 143.2)]),
    ("2", 242.194, 0.9, &[(91.8, 95.0)]),
    ("3", 198.296, 0.9, &[(87.8, 93.7)]),
    ("4", 190.215, 0.7, &[(48.2, 51.8)]),
    ("5", 181.538, 0.85, &[(46.1, 51.4)]),
    ("6", 170.806, 0.95, &[(58.5, 62.0)]),
    ("7", 159.346, 0.95, &[(58.1, 62.1)]),
    ("8", 145.139, 0.85, &[(43.2, 47.2)]),
    ("9", 138.395, 1.0, &[(42.2, 65.0)]),
    ("10", 133.797, 1.0, &[(38.0, 41.9)]),
    ("11", 135.087, 1.2, &[(51.0, 54.8)]),
    ("12", 133.275, 1.1, &[(33.2, 37.8)]),
    ("13", 114.364, 0.65, &[(0.0, 18.1)]),
    ("14", 107.044, 1.0, &[(0.0, 18.6)]),
    ("15", 101.991, 1.05, &[(0.0, 20.0)]),
    ("16", 90.338, 1.4, &[(35.3, 46.4)]),
    ("17", 83.257, 1.65, &[(22.7, 26.9)]),
    ("18", 80.373, 0.75, &[(15.4, 21.0)]),
    ("19", 58.618, 1.9, &[(24.4, 27.3)]),
    ("20", 64.444, 1.2, &[(25.6, 30.4)]),
    ("21", 46.710, 1.0, &[(0.0, 8.2), (10.4, 13.2)]),
    ("22", 50.818, 1.45, &[(0.0, 16.5)]),
    ("X", 156.041, 0.8, &[(58.1, 63.0)]),
    ("Y", 57.227, 0.4, &[(10.2, 11.5), (26.6, 56.9)]),
];

/// The assembled stretches of a chromosome, in order, and its share of active domains relative to the genome's (about 1).
///
/// A name that is not human is one stretch less its telomeres, and average.
pub fn karyotype(name: &str, length: u32) -> (Vec<Range<u32>>, f64) {
    if length == 0 {
        return (Vec::new(), 1.0);
    }
    if length < SHORTEST_WITH_GAPS {
        return (std::iter::once(0..length).collect(), 1.0);
    }
    let bare = name.strip_prefix("chr").unwrap_or(name);
    let (megabases, activity, gaps) =
        HUMAN.iter().find(|row| row.0 == bare).map_or((1.0, 1.0, &[][..]), |row| (row.1, row.2, row.3));
    // Stretched to the length given, so that hg19, hg38 and T2T all get the gap in its place.
    let scale = f64::from(length) / megabases;
    let telomere = 10_000;
    let last = (length - telomere) / 1_000 * 1_000;
    let (mut open, mut from) = (Vec::new(), telomere);
    for &(start, end) in gaps {
        let (start, end) = ((start * scale) as u32 / 1_000 * 1_000, (end * scale) as u32 / 1_000 * 1_000);
        if start > from {
            open.push(from..start);
        }
        from = end.max(telomere);
    }
    if from < last {
        open.push(from..last);
    }
    (open, activity)
}
