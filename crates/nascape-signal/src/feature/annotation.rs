//! Genes of GTF and GFF3, put together from their lines.

use std::collections::HashMap;

use super::Feature;

/// The lines of an annotation, read so far.
#[derive(Default)]
pub(super) struct Annotation {
    genes: Vec<(String, Feature)>,
    transcripts: Vec<(String, Feature)>,
    /// A transcript's gene (GFF3).
    gene_of: HashMap<String, String>,
    /// Exons by what they name as parent: a transcript, in GTF its gene too.
    exons: Vec<(Vec<String>, [u32; 2])>,
    /// What exons tell of genes, as long as no gene and no transcript has a line of its own; such are the GTFs of UCSC's Table Browser.
    told_by_exons: ToldByExons,
}

/// Genes put together from exons that name them, in the order of the file.
#[derive(Default)]
struct ToldByExons {
    genes: Vec<Feature>,
    /// The place of each by its id, chromosome and strand: a gene's copies elsewhere may share its id.
    places: HashMap<(String, String, char), usize>,
}

impl ToldByExons {
    fn add(&mut self, id: String, exon: Feature) {
        let [start, end] = [exon.start, exon.end];
        let place = *self.places.entry((id, exon.chromosome.clone(), exon.strand)).or_insert(self.genes.len());
        if place == self.genes.len() {
            self.genes.push(exon);
        }
        let gene = &mut self.genes[place];
        (gene.start, gene.end) = (gene.start.min(start), gene.end.max(end));
        gene.exons.push([start, end]);
    }
}

impl Annotation {
    /// Adds a line of nine columns.
    pub fn add(&mut self, fields: &[&str]) -> Result<(), String> {
        let [chromosome, _, kind, first, last, score, strand, _, attributes] = fields else {
            return Err("a GTF or GFF3 line has nine columns, parted by tabs.".to_owned());
        };
        let kind = *kind;
        let is_gene = kind == "gene" || kind.ends_with("_gene") || kind == "pseudogene";
        let is_transcript =
            matches!(kind, "transcript" | "mRNA") || kind.ends_with("RNA") || kind.ends_with("_transcript");
        if !is_gene && !is_transcript && kind != "exon" {
            return Ok(());
        }
        let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) else {
            return Err("columns 4 and 5 of a GTF or GFF3 are positions; these are not.".to_owned());
        };
        if first == 0 || last < first {
            return Err(format!(
                "{first} to {last} is no stretch: positions start at 1, and the last is not before the first."
            ));
        }
        let attributes = parse(attributes);
        let value = |names: &[&str]| {
            let named = |name: &&str| attributes.iter().find(|(key, _)| key == *name).map(|(_, value)| value.clone());
            names.iter().find_map(named)
        };
        let (start, end) = (first - 1, last);
        let feature = |names: &[&str]| Feature {
            chromosome: (*chromosome).to_owned(),
            start,
            end,
            name: value(names).unwrap_or_default(),
            strand: strand.chars().next().filter(|strand| "+-".contains(*strand)).unwrap_or('.'),
            score: score.parse().ok(),
            exons: Vec::new(),
        };
        if kind == "exon" {
            if self.genes.is_empty() && self.transcripts.is_empty() {
                let id = value(&["gene_id", "Parent", "transcript_id"]).unwrap_or_default();
                self.told_by_exons
                    .add(id, Feature { score: None, ..feature(&["gene_name", "gene_id", "Parent", "transcript_id"]) });
            }
            let parents = value(&["Parent"]).map_or_else(
                || [value(&["transcript_id"]), value(&["gene_id"])].into_iter().flatten().collect(),
                |parents| parents.split(',').map(str::to_owned).collect(),
            );
            self.exons.push((parents, [start, end]));
            return Ok(());
        }
        if is_gene {
            let names = ["gene_name", "Name", "gene", "gene_id", "ID"];
            self.genes.push((value(&["ID", "gene_id"]).unwrap_or_default(), feature(&names)));
        } else {
            let id = value(&["ID", "transcript_id"]).unwrap_or_default();
            if let Some(gene) = value(&["Parent"]) {
                self.gene_of.insert(id.clone(), gene);
            }
            let names = ["gene_name", "transcript_name", "Name", "transcript_id", "ID"];
            self.transcripts.push((id, feature(&names)));
        }
        Ok(())
    }

    /// The genes with their exons, or the transcripts where there is no gene, or what the exons tell of genes where there is neither.
    pub fn finish(self) -> Vec<Feature> {
        if self.genes.is_empty() && self.transcripts.is_empty() {
            return self.told_by_exons.genes.into_iter().map(with_exons_joined).collect();
        }
        let mut found = if self.genes.is_empty() { self.transcripts } else { self.genes };
        let places: HashMap<String, usize> =
            found.iter().enumerate().map(|(place, (id, _))| (id.clone(), place)).collect();
        for (parents, exon) in self.exons {
            let mut of: Vec<usize> = parents
                .iter()
                .filter_map(|parent| places.get(parent).or_else(|| places.get(self.gene_of.get(parent)?)).copied())
                .collect();
            of.dedup();
            of.into_iter().for_each(|place| found[place].1.exons.push(exon));
        }
        found.into_iter().map(|(_, feature)| with_exons_joined(feature)).collect()
    }
}

fn with_exons_joined(feature: Feature) -> Feature {
    Feature { exons: joined(feature.exons), ..feature }
}

/// Sorted stretches, overlapping ones as one.
fn joined(mut exons: Vec<[u32; 2]>) -> Vec<[u32; 2]> {
    exons.sort_unstable();
    let mut joined: Vec<[u32; 2]> = Vec::new();
    for exon in exons {
        match joined.last_mut() {
            Some(last) if exon[0] <= last[1] => last[1] = last[1].max(exon[1]),
            _ => joined.push(exon),
        }
    }
    joined
}

/// `key "value";` (GTF) or `key=value;` (GFF3, with its %-codes).
fn parse(attributes: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = attributes.trim();
    while !rest.is_empty() {
        // A quoted value may hold semicolons.
        let mut quoted = false;
        let end = rest.find(|c| {
            quoted ^= c == '"';
            c == ';' && !quoted
        });
        let (part, after) = rest.split_at(end.unwrap_or(rest.len()));
        let part = part.trim();
        if let Some((key, value)) = part.split_once('=').filter(|(key, _)| !key.contains([' ', '"'])) {
            found.push((key.to_owned(), decoded(value)));
        } else if let Some((key, value)) = part.split_once(' ') {
            found.push((key.to_owned(), value.trim().trim_matches('"').to_owned()));
        }
        rest = after.trim_start_matches(';').trim_start();
    }
    found
}

/// GFF3 writes commas, semicolons and others as %2C, %3B.
fn decoded(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [byte, after @ ..] = rest {
        let code = match (byte, after) {
            (b'%', [a, b, ..]) => std::str::from_utf8(&[*a, *b]).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok()),
            _ => None,
        };
        bytes.push(code.unwrap_or(*byte));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
