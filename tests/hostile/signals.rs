//! Signals, peaks, features, sizes and regions. Where a format has no checksum, what is right is what the lines say that no mutation
//! touched.

use std::collections::{BTreeSet, HashSet};

use nascape_signal::{
    Assay, Assembly, Observed, Region, Signal, SignalOptions, Summary, feature, observed::PeakValue, peaks,
};

use crate::{Format, Mutant, Outcome, seeds::Seeds};

/// An item: chromosome, start, end, the value's bits.
type Item = (String, u32, u32, u32);

pub fn formats(seeds: &Seeds) -> Vec<Format> {
    let known = |target: &'static str, only: &str| -> Vec<HashSet<Item>> {
        let files = seeds[target].iter().filter(|(name, _)| name.contains(only));
        files.map(|(name, bytes)| of_seed(name, bytes)).collect()
    };
    let of = |name, target, only: &'static str, file, judge: fn(&Mutant, &[HashSet<Item>]) -> Outcome| {
        let known = known(target, only);
        Format::new(name, [target, only], file, false, move |one| judge(one, &known))
    };
    vec![
        of("bigWig", "bigwig", "packed", "mutant.bw", packed_bigwig),
        Format::new("bigWig, not compressed", ["bigwig", "kind"], "mutant.bw", false, |one| {
            opened(one).map_or_else(Outcome::Refused, |_| Outcome::Opened)
        }),
        Format::new("bedGraph", ["bedgraph", "plain"], "mutant.bedGraph", true, bedgraph),
        of("bedGraph, gzipped", "bedgraph", ".gz", "mutant.bedGraph.gz", whole),
        of("BAM", "bam", "reads.bam", "mutant.bam", whole),
        Format::new("BAM, unpacked", ["bam", "unpacked"], "mutant.bam", false, |one| {
            std::fs::write(&one.path, crate::seeds::blocks(one.bytes)).expect("a temporary file");
            opened(one).map_or_else(Outcome::Refused, |_| Outcome::Opened)
        }),
        Format::new("BED, narrowPeak", ["peaks", ""], "mutant.bed", true, peaks_of),
        Format::new("GTF, GFF3, BED12", ["features", ""], "mutant.gtf", true, features),
        Format::new("chrom.sizes", ["chrom_sizes", ""], "mutant.sizes", true, sizes),
        Format::new("region", ["region", ""], "mutant.region", true, region),
    ]
}

/// Opens a signal and asks for all of it: items in order inside their chromosomes, bins as many as the region has.
fn opened(one: &Mutant) -> Result<Vec<Item>, String> {
    let text = |fault: nascape_signal::Error| fault.to_string();
    // bedGraphs do not say their assembly.
    let is_bedgraph = one.path.to_string_lossy().contains("bedGraph");
    let assembly = is_bedgraph.then(|| Assembly::named("hg38").expect("built in").clone());
    let options = SignalOptions { assembly, ..SignalOptions::default() };
    let signal = Signal::open(&one.path, &options).map_err(text)?;
    let mut items = Vec::new();
    for chromosome in signal.chromosomes_with_data().map_err(text)? {
        let whole = Region::new(&chromosome.name, 0, chromosome.length);
        let mut sum = 0.0_f64;
        let seen = items.len();
        signal
            .scan(&whole, |item| {
                assert!(item.start < item.end && item.end <= chromosome.length, "{item:?} on {chromosome:?}");
                items.push((chromosome.name.clone(), item.start, item.end, item.value.to_bits()));
                if item.value.is_finite() {
                    sum += f64::from(item.value).abs() * f64::from(item.bases());
                }
            })
            .map_err(text)?;
        let Some((_, start, ..)) = items.get(seen) else { continue };
        let window = Region::new(&chromosome.name, *start, chromosome.length.min(start.saturating_add(50_000)));
        let bins = signal.bins(&window, 50, Summary::Sum).map_err(text)?;
        assert_eq!(bins.len(), window.bins(50).len());
        assert!(bins.iter().all(|bin| !bin.is_nan()), "bins that are no numbers");
        assert!(
            bins.iter().all(|bin| f64::from(*bin).abs() <= sum * 1.001 + 1e-3 || sum > 1e38),
            "more than all reads"
        );
    }
    if let Ok(assay) = Assay::open_single(&one.path, &options) {
        assay.chromosomes_with_data().map_err(text)?;
    }
    Ok(items)
}

fn of_seed(name: &str, bytes: &[u8]) -> HashSet<Item> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a temporary file");
    let one = Mutant { bytes, parents: [bytes; 2], path };
    opened(&one).expect("a seed is whole").into_iter().collect()
}

/// The blocks have checksums, the index has none: items may be missing, but none is another than it was.
fn packed_bigwig(one: &Mutant, known: &[HashSet<Item>]) -> Outcome {
    match opened(one) {
        Err(sentence) => Outcome::Refused(sentence),
        Ok(items) => {
            let is_known = |(_, start, end, value): &Item| {
                let mut named = ["chr20", "chr21", "chr22"].into_iter().flat_map(|chromosome| {
                    known.iter().map(move |items| items.contains(&(chromosome.to_owned(), *start, *end, *value)))
                });
                named.any(|is_there| is_there)
            };
            // A chromosome whose length was changed cuts its last item.
            let foreign = items.iter().filter(|item| !is_known(item)).count();
            assert!(foreign <= 3, "{foreign} items that no parent has");
            Outcome::Opened
        }
    }
}

/// Every byte of the data is under a checksum: all items are those of a parent, and none is missing.
fn whole(one: &Mutant, known: &[HashSet<Item>]) -> Outcome {
    match opened(one) {
        Err(sentence) => Outcome::Refused(sentence),
        Ok(items) => {
            let items: HashSet<Item> = items.into_iter().collect();
            assert!(known.contains(&items), "the items are those of no parent");
            Outcome::Opened
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The lines that hold data, as the formats tell them.
fn data_lines(text: &str) -> impl Iterator<Item = &str> {
    let is_header = |line: &&str| {
        let line = line.trim_start_matches('\u{feff}').trim_start();
        !(line.is_empty() || ["#", "track", "browser"].iter().any(|start| line.starts_with(start)))
    };
    text.split('\n').map(|line| line.trim_end_matches('\r')).filter(is_header)
}

/// The lines of a mutant that a parent has too.
fn intact(one: &Mutant) -> Vec<String> {
    let parents = one.parents.map(text);
    let known: BTreeSet<&str> = parents.iter().flat_map(|parent| data_lines(parent)).collect();
    data_lines(&text(one.bytes)).filter(|line| known.contains(line)).map(str::to_owned).collect()
}

/// The first three columns.
fn place(line: &str) -> (String, u32, u32) {
    let fields: Vec<&str> = line.split('\t').collect();
    (fields[0].to_owned(), fields[1].parse().expect("a seed's line"), fields[2].parse().expect("a seed's line"))
}

fn bedgraph(one: &Mutant) -> Outcome {
    match opened(one) {
        Err(sentence) => Outcome::Refused(sentence),
        Ok(items) => {
            assert_eq!(items.len(), data_lines(&text(one.bytes)).count(), "items and lines");
            let found: HashSet<Item> = items.into_iter().collect();
            for line in intact(one) {
                let (chromosome, start, end) = place(&line);
                let value: f32 = line.split('\t').nth(3).and_then(|value| value.parse().ok()).expect("a seed's line");
                assert!(found.contains(&(chromosome, start, end, value.to_bits())), "{line:?} is not there");
            }
            Outcome::Opened
        }
    }
}

fn peaks_of(one: &Mutant) -> Outcome {
    let observed = Observed::open(&one.path, PeakValue::Presence, &SignalOptions::default());
    let read = peaks::read(&one.path);
    match (observed, read) {
        (Ok(observed), Ok(peaks)) => {
            assert_eq!(peaks.len(), data_lines(&text(one.bytes)).count(), "peaks and lines");
            let found: HashSet<_> = peaks.iter().map(|peak| (peak.chromosome.clone(), peak.start, peak.end)).collect();
            for line in intact(one) {
                let (chromosome, start, end) = place(&line);
                let bins = observed.bins(&Region::new(&chromosome, start, end), 50, Summary::Mean0).expect("in memory");
                assert!(bins.iter().all(|bin| *bin == 1.0), "{line:?} is no peak");
                assert!(found.contains(&(chromosome, start, end)), "{line:?} is not there");
            }
            Outcome::Opened
        }
        (Err(fault), _) | (_, Err(fault)) => Outcome::Refused(fault.to_string()),
    }
}

fn features(one: &Mutant) -> Outcome {
    match feature::read(&one.path) {
        Err(fault) => Outcome::Refused(fault.to_string()),
        Ok(features) => {
            assert!(features.len() <= data_lines(&text(one.bytes)).count());
            for feature in &features {
                assert!(feature.start < feature.end && feature.exons.is_sorted(), "{feature:?}");
            }
            let found: HashSet<_> = features.iter().map(|one| (one.chromosome.as_str(), one.start, one.end)).collect();
            for line in intact(one) {
                let fields: Vec<&str> = line.split('\t').collect();
                if let [chromosome, _, "gene", first, last, ..] = fields[..] {
                    let start: u32 = first.parse().expect("a seed's line");
                    let gene = (chromosome, start - 1, last.parse().expect("a seed's line"));
                    assert!(found.contains(&gene), "{line:?} is not there");
                }
            }
            Outcome::Opened
        }
    }
}

fn sizes(one: &Mutant) -> Outcome {
    match Assembly::from_sizes(&one.path) {
        Err(fault) => Outcome::Refused(fault.to_string()),
        Ok(assembly) => {
            let found: HashSet<_> = assembly.chromosomes().map(|one| (one.name.clone(), one.length)).collect();
            for line in intact(one) {
                let (name, length) = line.split_once('\t').expect("a seed's line");
                assert!(found.contains(&(name.to_owned(), length.parse().expect("a seed's line"))), "{line:?}");
                assert!(assembly.find(name).is_some());
            }
            Outcome::Opened
        }
    }
}

fn region(one: &Mutant) -> Outcome {
    let Ok(text) = std::str::from_utf8(one.bytes) else { return Outcome::Refused("no text".to_owned()) };
    match text.parse::<Region>() {
        Err(fault) => Outcome::Refused(fault.to_string()),
        Ok(region) => {
            assert!(region.start < region.end, "{region:?}");
            assert_eq!(region.to_string().parse::<Region>().expect("what we write we read"), region);
            Outcome::Opened
        }
    }
}
