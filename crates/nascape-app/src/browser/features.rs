//! Features by place and by name: those of a file, or the genes of an assembly.

use std::collections::BTreeMap;

use nascape_signal::{
    Assembly, Region,
    assembly::{Chromosome, Recognition, recognise_extents, same_chromosome},
    feature,
};

use super::{
    Browser,
    fault::Answer,
    genes,
    track::Data,
    wire::{ChromosomeInfo, Fault, Feature, FeaturesRequest, Found},
};

/// Features, sorted by start for each chromosome.
pub(super) struct Features {
    chromosomes: BTreeMap<String, OfChromosome>,
}

struct OfChromosome {
    features: Vec<feature::Feature>,
    /// The largest end of the features up to each: where a search for overlaps may begin.
    reach: Vec<u32>,
}

impl Features {
    pub fn new(features: Vec<feature::Feature>) -> Self {
        let mut by_chromosome: BTreeMap<String, Vec<feature::Feature>> = BTreeMap::new();
        for feature in features {
            match by_chromosome.get_mut(&feature.chromosome) {
                Some(known) => known.push(feature),
                None => drop(by_chromosome.insert(feature.chromosome.clone(), vec![feature])),
            }
        }
        let sorted = |(name, mut features): (String, Vec<feature::Feature>)| {
            features.sort_by_key(|feature| (feature.start, feature.end));
            let ends = features.iter().scan(0, |reach, feature| {
                *reach = feature.end.max(*reach);
                Some(*reach)
            });
            let reach = ends.collect();
            (name, OfChromosome { features, reach })
        };
        Self { chromosomes: by_chromosome.into_iter().map(sorted).collect() }
    }

    /// The assembly that fits, and the chromosomes with features; their lengths are the assembly's, or reach to the last feature.
    pub fn chromosomes(&self, stated: Option<&Assembly>) -> (Option<String>, Vec<ChromosomeInfo>) {
        let end = |of: &OfChromosome| of.reach.last().copied().unwrap_or(0);
        let extents: Vec<Chromosome> =
            self.chromosomes.iter().map(|(name, of)| Chromosome { name: name.clone(), length: end(of) }).collect();
        let recognised = match recognise_extents(&extents) {
            Recognition::Known(name) => Assembly::named(&name).ok(),
            _ => None,
        };
        let assembly = stated.or(recognised);
        let info = |extent: Chromosome| {
            let known = assembly.and_then(|assembly| assembly.find(&extent.name)).map(|known| known.length);
            ChromosomeInfo { length: known.unwrap_or(extent.length), name: extent.name, has_data: true }
        };
        (assembly.map(|assembly| assembly.name.clone()), extents.into_iter().map(info).collect())
    }

    /// The features that share a base with `start..end`.
    pub fn within(&self, chromosome: &str, start: u32, end: u32) -> &[feature::Feature] {
        let Some(of) = self.of(chromosome) else { return &[] };
        let last = of.features.partition_point(|feature| feature.start < end);
        // Before this one, nothing reaches into the stretch.
        let first = of.reach.partition_point(|reach| *reach <= start).min(last);
        &of.features[first..last]
    }

    fn of(&self, chromosome: &str) -> Option<&OfChromosome> {
        self.chromosomes.get(chromosome).or_else(|| {
            let same = |(name, _): &(&String, &OfChromosome)| same_chromosome(name, chromosome);
            self.chromosomes.iter().find(same).map(|(_, of)| of)
        })
    }

    /// The features of that name, and those whose names begin so; upper or lower case.
    pub fn named(&self, text: &str) -> (Vec<&feature::Feature>, Vec<&feature::Feature>) {
        let wanted = text.to_lowercase();
        let all = self.chromosomes.values().flat_map(|of| &of.features);
        let fits = all.filter(|feature| {
            // Cheap first: most names differ in their first letter.
            feature.name.len() >= wanted.len() && feature.name.to_lowercase().starts_with(&wanted)
        });
        fits.partition(|feature| feature.name.to_lowercase() == wanted)
    }
}

impl Browser {
    /// The features of a track, or the genes of an assembly (`genes:hg38`), that share a base with a stretch.
    ///
    /// # Errors
    /// When the track was closed, holds no features, or its file changed.
    pub fn features(&self, request: &FeaturesRequest) -> Answer<Vec<Feature>> {
        let shown = |features: &Features| {
            let within = features.within(&request.chromosome, request.start, request.end).iter();
            within.filter(|feature| feature.end > request.start).map(shown).collect()
        };
        if let Some(assembly) = request.track.strip_prefix("genes:") {
            let genes = genes::of(assembly).ok_or_else(|| {
                Fault::new(format!(
                    "No genes of {assembly} came with Nascape. Open a GTF, GFF3 or BED file of its genes."
                ))
            })?;
            return Ok(shown(genes));
        }
        let track = self.track(&request.track)?;
        track.check()?;
        match &track.data {
            Data::Features(features) => Ok(shown(features)),
            Data::Signal(_) => Err(Fault::new(format!("{} holds a signal, not features.", track.info.name))),
        }
    }
}

fn shown(feature: &feature::Feature) -> Feature {
    Feature {
        start: feature.start,
        end: feature.end,
        name: feature.name.clone(),
        strand: feature.strand,
        score: feature.score,
        exons: feature.exons.clone(),
    }
}

/// A place by a feature's name.
pub(super) fn found(feature: &feature::Feature) -> Found {
    let Region { chromosome, start, end } = Region::new(&feature.chromosome, feature.start, feature.end);
    Found { name: feature.name.clone(), chromosome, start, end }
}
