//! Chromosomes by any of their names, found at once: draft assemblies have hundreds of thousands, and so may a file made to stall us.

use std::collections::HashMap;

use super::{BUILT_IN, Chromosome, Sequence, plain_name};

/// The sequences of an assembly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sequences {
    pub list: Vec<Sequence>,
    /// The first of each name.
    exact: HashMap<String, usize>,
    /// The first of each name without its style, and of each alias.
    plain: HashMap<String, usize>,
    aliases: HashMap<String, usize>,
}

impl FromIterator<Sequence> for Sequences {
    fn from_iter<I: IntoIterator<Item = Sequence>>(sequences: I) -> Self {
        let list: Vec<Sequence> = sequences.into_iter().collect();
        let (mut exact, mut plain, mut aliases) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (place, sequence) in list.iter().enumerate() {
            let name = &sequence.chromosome.name;
            first(&mut exact, name, place);
            first(&mut plain, plain_name(name), place);
            sequence.aliases.iter().for_each(|alias| first(&mut aliases, alias, place));
        }
        Self { list, exact, plain, aliases }
    }
}

impl Sequences {
    /// The place of the sequence of a name: its own, else the first that has it in another style or as an alias.
    pub fn place(&self, name: &str) -> Option<usize> {
        let exact = self.exact.get(name).copied();
        exact.or_else(|| {
            let others = [self.plain.get(plain_name(name)), self.aliases.get(name)];
            others.into_iter().flatten().min().copied()
        })
    }
}

fn first(places: &mut HashMap<String, usize>, name: &str, place: usize) {
    if !places.contains_key(name) {
        places.insert(name.to_owned(), place);
    }
}

/// The chromosomes of a file, by their names in it and by all others that mean the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    exact: HashMap<String, usize>,
    same: HashMap<Key, usize>,
}

/// What two names of one chromosome share.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Plain(String),
    /// The place of an assembly among those built in, and of a sequence in it.
    BuiltIn(usize, usize),
}

impl FromIterator<Chromosome> for Names {
    fn from_iter<I: IntoIterator<Item = Chromosome>>(chromosomes: I) -> Self {
        let mut names = Self::default();
        for (place, chromosome) in chromosomes.into_iter().enumerate() {
            names.add(&chromosome.name, place);
        }
        names
    }
}

impl Names {
    /// Adds a chromosome's name; false when it, or another of the same chromosome, was there.
    pub fn add(&mut self, name: &str, place: usize) -> bool {
        let known = self.place(name).is_some();
        first(&mut self.exact, name, place);
        for key in keys(name) {
            self.same.entry(key).or_insert(place);
        }
        !known
    }

    /// The place of the chromosome that is called so; else of the first that means the same.
    pub fn place(&self, name: &str) -> Option<usize> {
        let exact = self.exact.get(name).copied();
        exact.or_else(|| keys(name).filter_map(|key| self.same.get(&key).copied()).min())
    }
}

fn keys(name: &str) -> impl Iterator<Item = Key> {
    let built_in = BUILT_IN.iter().enumerate();
    let built_in =
        built_in.filter_map(move |(assembly, known)| Some(Key::BuiltIn(assembly, known.sequences.place(name)?)));
    std::iter::once(Key::Plain(plain_name(name).to_owned())).chain(built_in)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assembly::same_chromosome;

    #[test]
    fn a_chromosome_is_found_by_every_name_that_means_the_same() {
        let named = ["chr2", "MT", "21", "NC_000022.11", "scaffold_7", "chr21"];
        let names: Names = named.map(|name| Chromosome { name: name.to_owned(), length: 1 }).into_iter().collect();
        for asked in ["2", "chrM", "chr21", "NC_000021.9", "chr22", "22", "scaffold_7", "Chrscaffold_7", "chr7", ""] {
            let expected = named.iter().position(|name| *name == asked);
            let expected = expected.or_else(|| named.iter().position(|name| same_chromosome(name, asked)));
            assert_eq!(names.place(asked), expected, "{asked}");
        }
    }
}
