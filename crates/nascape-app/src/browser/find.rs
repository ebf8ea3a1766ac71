//! What the user typed in the locus box: a region, or a gene.

use nascape_signal::{Region, assembly::same_chromosome};

use super::{
    Browser,
    fault::Answer,
    features::{Features, found},
    genes, genome,
    track::Data,
    wire::{ChromosomeInfo, Found},
};

/// Places told at the most.
const MOST: usize = 20;

impl Browser {
    /// Places that fit `text`, the best first: a region, then genes and open features of that name, then those whose names begin so.
    ///
    /// # Errors
    /// When the track was closed.
    pub fn find(&self, track: &str, text: &str) -> Answer<Vec<Found>> {
        let track = self.track(track)?;
        let chromosomes = genome::chromosomes(&track);
        let text = text.trim();
        let mut places: Vec<Found> = region(text, &chromosomes).into_iter().collect();
        if text.is_empty() {
            return Ok(places);
        }
        let open = self.open_features();
        let files = open.iter().filter_map(|track| match &track.data {
            Data::Features(features) => Some(features),
            Data::Signal(_) => None,
        });
        let bundled = track.info.assembly.as_deref().and_then(genes::of);
        // The user's own annotation knows more of a gene than ours.
        let sources: Vec<&Features> = files.chain(bundled).collect();
        let named: Vec<_> = sources.iter().map(|features| features.named(text)).collect();
        let mut begun: Vec<_> = named.iter().flat_map(|(_, begun)| begun).collect();
        begun.sort_by(|a, b| (a.name.len(), &a.name).cmp(&(b.name.len(), &b.name)));
        for feature in named.iter().flat_map(|(exact, _)| exact).chain(begun) {
            let Some(place) = on_screen(found(feature), &chromosomes) else { continue };
            let known = |other: &Found| other.name == place.name && other.chromosome == place.chromosome;
            // A gene that two sources know is one place.
            if !places.iter().any(known) {
                places.push(place);
            }
            if places.len() == MOST {
                break;
            }
        }
        Ok(places)
    }
}

/// The place in the names of the genome on the screen, if it has the chromosome.
fn on_screen(place: Found, chromosomes: &[ChromosomeInfo]) -> Option<Found> {
    let same = chromosomes.iter().find(|known| same_chromosome(&known.name, &place.chromosome))?;
    (place.start < same.length).then(|| Found {
        chromosome: same.name.clone(),
        end: place.end.min(same.length),
        ..place
    })
}

/// A region as browsers write it, or with spaces between its numbers as tables have it.
fn region(text: &str, chromosomes: &[ChromosomeInfo]) -> Option<Found> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let parsed: Region = match fields[..] {
        [chromosome, first, last] => format!("{chromosome}:{first}-{last}").parse().ok()?,
        [chromosome, bases] => format!("{chromosome}:{bases}").parse().ok()?,
        _ => fields.concat().parse().ok()?,
    };
    let wanted = parsed.chromosome.as_str();
    // 'CHRX' and 'x' too: no two chromosomes differ in case alone.
    let same = |known: &&ChromosomeInfo| {
        same_chromosome(&known.name, wanted)
            || known.name.eq_ignore_ascii_case(wanted)
            || known.name.eq_ignore_ascii_case(&format!("chr{wanted}"))
    };
    let chromosome = chromosomes.iter().find(same)?;
    let region = parsed.within(&chromosome.name, chromosome.length).ok()?;
    let Region { start, end, .. } = region;
    Some(Found { name: region.to_string(), chromosome: chromosome.name.clone(), start, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_understood_however_it_is_typed() {
        let chromosomes =
            ["chr21", "chrX"].map(|name| ChromosomeInfo { name: name.to_owned(), length: 48_129_895, has_data: true });
        for text in [
            "chr21:33,031,597-33,041,570",
            "21:33031597-33041570",
            "CHR21 33031597 33041570",
            "chr21 33031597-33041570",
            " chr21 : 33031597 - 33041570 ",
        ] {
            let place = region(text, &chromosomes).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (place.chromosome.as_str(), place.start, place.end),
                ("chr21", 33_031_596, 33_041_570),
                "{text}"
            );
        }
        let whole = region("x", &chromosomes).unwrap();
        assert_eq!((whole.chromosome.as_str(), whole.start, whole.end), ("chrX", 0, 48_129_895));
        assert!(region("chr7", &chromosomes).is_none() && region("SOD1", &chromosomes).is_none());
    }
}
