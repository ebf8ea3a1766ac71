//! Genome assemblies: chromosome lengths, the names they go by, and which assembly a file is on.

mod names;

use std::{fmt, fs, path::Path, sync::LazyLock};

pub(crate) use self::names::Names;
use self::names::Sequences;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// One sequence of an assembly, or of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chromosome {
    /// The name as the assembly or the file writes it.
    pub name: String,
    /// Length in bp.
    pub length: u32,
}

/// The chromosomes of a genome assembly. Written down, a built-in one is its name, any other the names and lengths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub struct Assembly {
    /// `hg38`, or the file name of a chrom.sizes file.
    pub name: String,
    sequences: Sequences,
}

/// An assembly as a record writes it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    BuiltIn(String),
    Sizes { name: String, lengths: Vec<(String, u32)> },
}

impl From<Assembly> for Written {
    fn from(assembly: Assembly) -> Self {
        if BUILT_IN.contains(&assembly) {
            return Self::BuiltIn(assembly.name);
        }
        let lengths = assembly.chromosomes().map(|one| (one.name.clone(), one.length)).collect();
        Self::Sizes { name: assembly.name, lengths }
    }
}

impl TryFrom<Written> for Assembly {
    type Error = Error;

    fn try_from(written: Written) -> Result<Self> {
        Ok(match written {
            Written::BuiltIn(name) => Self::named(&name)?.clone(),
            Written::Sizes { name, lengths } => Self {
                name,
                sequences: lengths.into_iter().map(|(name, length)| Sequence::named(name, length)).collect(),
            },
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Sequence {
    chromosome: Chromosome,
    /// An assembled chromosome, not a scaffold.
    assembled: bool,
    aliases: Vec<String>,
}

impl Sequence {
    /// A chromosome of which nothing more is known.
    fn named(name: String, length: u32) -> Self {
        Self { chromosome: Chromosome { name, length }, assembled: true, aliases: Vec::new() }
    }
}

static BUILT_IN: LazyLock<Vec<Assembly>> = LazyLock::new(|| {
    [
        ("hg19", include_str!("../assemblies/hg19.tsv")),
        ("hg38", include_str!("../assemblies/hg38.tsv")),
        ("mm10", include_str!("../assemblies/mm10.tsv")),
        ("mm39", include_str!("../assemblies/mm39.tsv")),
    ]
    .map(|(name, table)| Assembly {
        name: name.to_owned(),
        sequences: table.lines().filter_map(built_in_line).collect(),
    })
    .into()
});

/// A line of our own tables: name, length, assembled, aliases.
fn built_in_line(line: &str) -> Option<Sequence> {
    let mut fields = line.split('\t');
    let name = fields.next().filter(|name| !name.starts_with('#'))?;
    let length = fields.next()?.parse().ok()?;
    let assembled = fields.next()? == "yes";
    let aliases = fields.next().unwrap_or_default().split(',').map(str::to_owned).collect();
    Some(Sequence { chromosome: Chromosome { name: name.to_owned(), length }, assembled, aliases })
}

impl Assembly {
    /// The built-in assemblies: hg19, hg38, mm10, mm39.
    pub fn built_in() -> &'static [Self] {
        &BUILT_IN
    }

    /// A built-in assembly by its UCSC name or its Genome Reference Consortium name.
    ///
    /// # Errors
    /// [`Error::UnknownAssembly`] for any other name.
    pub fn named(name: &str) -> Result<&'static Self> {
        let ucsc = match name.to_ascii_lowercase().as_str() {
            "grch37" => "hg19".to_owned(),
            "grch38" => "hg38".to_owned(),
            "grcm38" => "mm10".to_owned(),
            "grcm39" => "mm39".to_owned(),
            other => other.to_owned(),
        };
        let unknown = || Error::UnknownAssembly { name: name.to_owned() };
        BUILT_IN.iter().find(|assembly| assembly.name == ucsc).ok_or_else(unknown)
    }

    /// An assembly from a chrom.sizes file: a name and a length a line, parted by white space.
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Empty`], or [`Error::Line`] for a line without a name and a length.
    pub fn from_sizes(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let mut sequences = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut fields = line.split_whitespace();
            let (name, length) = (fields.next(), fields.next().and_then(|length| length.parse().ok()));
            let (Some(name), Some(length)) = (name, length) else {
                let detail = "expected a chromosome name and its length in bp, such as 'chr21 46709983'.".to_owned();
                return Err(Error::Line { path: path.to_owned(), line: number as u64 + 1, detail });
            };
            sequences.push(Sequence::named(name.to_owned(), length));
        }
        if sequences.is_empty() {
            return Err(Error::Empty { path: path.to_owned() });
        }
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Ok(Self { name, sequences: sequences.into_iter().collect() })
    }

    /// All sequences, assembled chromosomes first.
    pub fn chromosomes(&self) -> impl Iterator<Item = &Chromosome> {
        self.sequences.list.iter().map(|sequence| &sequence.chromosome)
    }

    /// The assembled chromosomes (no scaffolds), in karyotype order.
    pub fn assembled(&self) -> impl Iterator<Item = &Chromosome> {
        self.sequences.list.iter().filter(|sequence| sequence.assembled).map(|sequence| &sequence.chromosome)
    }

    /// A chromosome by any of its names: `chr21`, `21`, `NC_000021.9`; `chrM`, `MT`.
    pub fn find(&self, name: &str) -> Option<&Chromosome> {
        self.sequence(name).map(|sequence| &sequence.chromosome)
    }

    fn sequence(&self, name: &str) -> Option<&Sequence> {
        Some(&self.sequences.list[self.sequences.place(name)?])
    }
}

/// A chromosome name without its style: `chr21`, `Chr21` and `21` give `21`; `chrM`, `chrMT` and `MT` give `M`.
pub fn plain_name(name: &str) -> &str {
    let plain = match name.get(..3) {
        Some(prefix) if prefix.eq_ignore_ascii_case("chr") => &name[3..],
        _ => name,
    };
    if plain.eq_ignore_ascii_case("MT") { "M" } else { plain }
}

/// True when two names mean the same chromosome, by their plain form or by an accession in a built-in assembly.
pub fn same_chromosome(a: &str, b: &str) -> bool {
    plain_name(a) == plain_name(b)
        || BUILT_IN.iter().any(|assembly| {
            let place = assembly.sequences.place(a);
            place.is_some() && place == assembly.sequences.place(b)
        })
}

/// Which assembly a file is on, as far as its chromosomes tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recognition {
    /// This one and no other.
    Known(String),
    /// Several fit; lengths or names that would part them are not in the file.
    Ambiguous(Vec<String>),
    /// None fits.
    Unknown,
}

impl fmt::Display for Recognition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(name) => f.write_str(name),
            Self::Ambiguous(names) => write!(f, "{}", names.join(" or ")),
            Self::Unknown => f.write_str("no known assembly"),
        }
    }
}

/// Tells the assembly from a file's own chromosome lengths: every assembled chromosome must have the assembly's length.
///
/// Scaffolds are not asked for, since files often leave them out or carry others.
pub fn recognise(chromosomes: &[Chromosome]) -> Recognition {
    one_of(BUILT_IN.iter().filter(|assembly| {
        let known = chromosomes.iter().filter_map(|c| Some((c, assembly.sequence(&c.name)?)));
        let mut matches = 0;
        let wrong = known.filter(|(c, sequence)| sequence.assembled && c.name != "chrM").any(|(c, sequence)| {
            matches += 1;
            sequence.chromosome.length != c.length
        });
        !wrong && matches > 0
    }))
}

/// Tells the assembly from names and the largest coordinate of each (text formats carry no lengths): an assembly fits when it
/// knows every chromosome and none of the data lies beyond an end.
pub fn recognise_extents(extents: &[Chromosome]) -> Recognition {
    one_of(BUILT_IN.iter().filter(|assembly| {
        !extents.is_empty()
            && extents.iter().all(|c| assembly.find(&c.name).is_some_and(|known| c.length <= known.length))
    }))
}

fn one_of<'a>(fitting: impl Iterator<Item = &'a Assembly>) -> Recognition {
    let mut names: Vec<String> = fitting.map(|assembly| assembly.name.clone()).collect();
    match names.len() {
        0 => Recognition::Unknown,
        1 => Recognition::Known(names.remove(0)),
        _ => Recognition::Ambiguous(names),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(chromosomes: &[(&str, u32)]) -> Vec<Chromosome> {
        chromosomes.iter().map(|&(name, length)| Chromosome { name: name.to_owned(), length }).collect()
    }

    #[test]
    fn names_of_one_chromosome_meet() {
        assert!(same_chromosome("21", "chr21"));
        assert!(same_chromosome("chrM", "MT"));
        assert!(same_chromosome("NC_000021.9", "chr21"));
        assert!(!same_chromosome("chr2", "chr21"));
        assert_eq!(Assembly::named("GRCh38").unwrap().find("X").unwrap().length, 156_040_895);
        // GRCh37's MT is not UCSC's chrM of hg19.
        assert_eq!(Assembly::named("hg19").unwrap().find("chrM").unwrap().length, 16_571);
    }

    #[test]
    fn the_assembly_is_told_from_lengths() {
        assert_eq!(recognise(&file(&[("21", 48_129_895)])), Recognition::Known("hg19".into()));
        assert_eq!(
            recognise(&file(&[("chr21", 46_709_983), ("chr22", 50_818_468)])),
            Recognition::Known("hg38".into())
        );
        assert_eq!(recognise(&file(&[("chr19", 61_431_566)])), Recognition::Known("mm10".into()));
        assert_eq!(recognise(&file(&[("chr21", 46_709_983), ("chr22", 51_304_566)])), Recognition::Unknown);
        assert_eq!(recognise(&file(&[("scaffold_1", 1_000)])), Recognition::Unknown);
    }

    #[test]
    fn the_assembly_is_told_from_names_when_lengths_are_not_there() {
        let chr22_only = file(&[("chr22", 50_807_818)]);
        assert_eq!(recognise_extents(&chr22_only), Recognition::Ambiguous(vec!["hg19".into(), "hg38".into()]));
        let with_scaffold = file(&[("chr22", 50_807_818), ("chr22_KI270738v1_random", 90_753)]);
        assert_eq!(recognise_extents(&with_scaffold), Recognition::Known("hg38".into()));
        assert_eq!(recognise_extents(&file(&[("chr22", 51_000_000)])), Recognition::Known("hg19".into()));
    }

    #[test]
    fn a_sizes_file_names_the_line_it_cannot_read() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        std::io::Write::write_all(&mut file, b"chr1\t1000\nchr2 many\n").unwrap();
        let error = Assembly::from_sizes(file.path()).unwrap_err();
        assert!(matches!(error, Error::Line { line: 2, .. }), "{error}");
    }
}
