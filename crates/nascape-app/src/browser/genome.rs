//! The genome on the screen: chromosomes in karyotype order, bands, and whether genes are known.

use nascape_signal::{Assembly, assembly::same_chromosome};

use super::{
    Browser,
    fault::Answer,
    genes,
    track::Track,
    wire::{Band, ChromosomeInfo, Genome},
};

/// Bands of ideograms; genomes/README.md says whose.
const BANDS: [(&str, &str); 3] = [
    ("hg19", include_str!("../../genomes/hg19.bands.tsv")),
    ("hg38", include_str!("../../genomes/hg38.bands.tsv")),
    ("mm10", include_str!("../../genomes/mm10.bands.tsv")),
];

impl Browser {
    /// The genome of an open track, in the names that its file uses.
    ///
    /// # Errors
    /// When the track was closed.
    pub fn genome(&self, track: &str) -> Answer<Genome> {
        let track = self.track(track)?;
        let assembly = track.info.assembly.as_deref();
        let chromosomes = chromosomes(&track);
        let bands = assembly.map(|assembly| bands(assembly, &chromosomes)).unwrap_or_default();
        let genes = assembly.is_some_and(genes::known);
        Ok(Genome { name: assembly.unwrap_or_default().to_owned(), chromosomes, bands, genes })
    }
}

/// The assembly's chromosomes in the file's names, then what else the file has data on.
pub(super) fn chromosomes(track: &Track) -> Vec<ChromosomeInfo> {
    let of_file = &track.info.chromosomes;
    let assembly = track.info.assembly.as_deref().and_then(|name| Assembly::named(name).ok());
    let Some(assembly) = assembly else { return of_file.clone() };
    // '21' where the file says '21', also for the chromosomes that it lacks.
    let plain = !of_file.is_empty() && of_file.iter().all(|chromosome| !chromosome.name.starts_with("chr"));
    let mut chromosomes: Vec<ChromosomeInfo> = Vec::new();
    for known in assembly.assembled() {
        let in_file = of_file.iter().find(|chromosome| same_chromosome(&chromosome.name, &known.name));
        chromosomes.push(in_file.cloned().unwrap_or_else(|| {
            let name = if plain { known.name.trim_start_matches("chr") } else { &known.name };
            ChromosomeInfo { name: name.to_owned(), length: known.length, has_data: false }
        }));
    }
    let others =
        of_file.iter().filter(|other| other.has_data && !chromosomes.iter().any(|known| known.name == other.name));
    let others: Vec<ChromosomeInfo> = others.cloned().collect();
    chromosomes.extend(others);
    chromosomes
}

/// The bands of an assembly, in the names of `chromosomes`.
fn bands(assembly: &str, chromosomes: &[ChromosomeInfo]) -> Vec<Band> {
    let Some((_, table)) = BANDS.iter().find(|(name, _)| *name == assembly) else { return Vec::new() };
    let mut bands = Vec::new();
    let mut last: Option<(&str, Option<String>)> = None;
    for line in table.lines() {
        let mut fields = line.split('\t');
        let (Some(name), Some(start), Some(end), Some(band), Some(stain)) =
            (fields.next(), fields.next(), fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let (Ok(start), Ok(end)) = (start.parse(), end.parse()) else { continue };
        if last.as_ref().is_none_or(|(known, _)| *known != name) {
            let same = chromosomes.iter().find(|chromosome| same_chromosome(&chromosome.name, name));
            last = Some((name, same.map(|chromosome| chromosome.name.clone())));
        }
        let Some((_, Some(chromosome))) = &last else { continue };
        bands.push(Band { chromosome: chromosome.clone(), start, end, name: band.to_owned(), stain: stain.to_owned() });
    }
    bands
}
