//! A stretch of one chromosome, and how people write it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Bases `start..end` of a chromosome, 0-based half-open.
///
/// Written and read the way genome browsers do, 1-based with the last base included: `chr21:33,031,597-33,041,570`.
/// A name alone is the whole chromosome; its `end` is [`Region::TO_THE_END`] until [`Region::within`] meets the length.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Region {
    /// The chromosome as the user or the file writes it; `21` and `chr21` meet when a file is asked.
    pub chromosome: String,
    /// First base, from 0.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
}

impl Region {
    /// The `end` of a region that reaches to the end of a chromosome whose length is not known yet.
    pub const TO_THE_END: u32 = u32::MAX;

    /// Bases `start..end` of `chromosome`.
    pub fn new(chromosome: impl Into<String>, start: u32, end: u32) -> Self {
        Self { chromosome: chromosome.into(), start, end }
    }

    /// The region on a chromosome of `length` bases that the file calls `name`: an end past the chromosome is cut.
    ///
    /// # Errors
    /// [`Error::RegionBeyondEnd`] when nothing of it lies on the chromosome.
    pub fn within(&self, name: &str, length: u32) -> Result<Self> {
        if self.start >= length {
            return Err(Error::RegionBeyondEnd { region: self.to_string(), chromosome: name.to_owned(), length });
        }
        Ok(Self::new(name, self.start, self.end.min(length)))
    }

    /// Number of bases.
    pub fn bases(&self) -> u32 {
        self.end - self.start
    }

    /// The bins of `bin_size` bases that the region touches: `first..last` indices from the chromosome's start.
    pub fn bins(&self, bin_size: u32) -> std::ops::Range<usize> {
        (self.start / bin_size) as usize..self.end.div_ceil(bin_size) as usize
    }

    /// True when the two share a base.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.chromosome == other.chromosome && self.start < other.end && other.start < self.end
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.start, self.end) {
            // A name that ends as bases do (HLA-A*01:01) would be read as such.
            (0, Self::TO_THE_END) if parted(&self.chromosome).1.is_some() => write!(f, "{}:1-", self.chromosome),
            (0, Self::TO_THE_END) => f.write_str(&self.chromosome),
            (start, Self::TO_THE_END) => write!(f, "{}:{}-", self.chromosome, with_commas(u64::from(start) + 1)),
            (start, end) => {
                write!(f, "{}:{}-{}", self.chromosome, with_commas(u64::from(start) + 1), with_commas(end.into()))
            }
        }
    }
}

impl From<Region> for String {
    fn from(region: Region) -> Self {
        region.to_string()
    }
}

impl TryFrom<String> for Region {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl FromStr for Region {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let fault = |detail| Error::RegionSyntax { text: text.to_owned(), detail };
        let trimmed = text.trim();
        let (chromosome, bases) = match parted(trimmed) {
            (_, Some("")) => return Err(fault("there is nothing after the colon")),
            (_, Some(bases)) if bases.starts_with('-') => return Err(fault("the first base is missing or negative")),
            parts => parts,
        };
        if chromosome.is_empty() {
            return Err(fault("it names no chromosome"));
        }
        if chromosome.contains(char::is_whitespace) {
            return Err(fault("a chromosome name has no spaces"));
        }
        let Some(bases) = bases else { return Ok(Self::new(chromosome, 0, Self::TO_THE_END)) };
        let number = |part: &str| -> Result<u32> {
            let digits: String = part.trim().chars().filter(|&c| c != ',').collect();
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return Err(fault("a position is not a whole number"));
            }
            digits.parse().map_err(|_| fault("a position is larger than any chromosome"))
        };
        let (first, last) = match bases.split_once('-') {
            Some((first, "")) => (number(first)?, Self::TO_THE_END),
            Some((first, last)) => (number(first)?, number(last)?),
            None => {
                let base = number(bases)?;
                (base, base)
            }
        };
        if first == 0 {
            return Err(fault("positions start at 1"));
        }
        if last < first {
            return Err(fault("the last base comes before the first"));
        }
        Ok(Self::new(chromosome, first - 1, last))
    }
}

/// The chromosome and the bases of a region's text. Scaffold names may hold colons (HLA:...): the last one parts name and bases, if bases
/// follow, or what is left of them.
fn parted(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((name, bases)) if bases.is_empty() || bases.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
            (name, Some(bases))
        }
        _ => (text, None),
    }
}

/// `1234567` as `1,234,567`.
pub fn with_commas(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_read_as_browsers_write_them() {
        let region: Region = "chr21:33,031,597-33,041,570".parse().unwrap();
        assert_eq!(region, Region::new("chr21", 33_031_596, 33_041_570));
        assert_eq!(region.to_string(), "chr21:33,031,597-33,041,570");
        assert_eq!("chr21".parse::<Region>().unwrap(), Region::new("chr21", 0, Region::TO_THE_END));
        assert_eq!("chrX:5".parse::<Region>().unwrap(), Region::new("chrX", 4, 5));
        assert_eq!("HLA:DRB1:7-9".parse::<Region>().unwrap(), Region::new("HLA:DRB1", 6, 9));
        assert_eq!("HLA:DRB1".parse::<Region>().unwrap(), Region::new("HLA:DRB1", 0, Region::TO_THE_END));
    }

    #[test]
    fn a_region_is_written_so_that_it_reads_back() {
        for text in ["chr21", "chr21:5-", "HLA-A*01:01:1-", "HLA-A*01:01:1-7", "a:1,-b:1-", "X:1-4294967295"] {
            let region: Region = text.parse().unwrap();
            assert_eq!(region.to_string().parse::<Region>().unwrap(), region, "{text}");
        }
    }

    #[test]
    fn what_is_not_a_region_is_refused() {
        for text in
            ["", ":1-5", "chr21:", "chr21:0-5", "chr21:9-5", "chr21:-5", "chr21:1-x", "chr21:1-99999999999", "a b:1-2"]
        {
            assert!(matches!(text.parse::<Region>(), Err(Error::RegionSyntax { .. })), "{text:?}");
        }
    }

    #[test]
    fn a_region_is_cut_at_the_end_of_its_chromosome() {
        let whole: Region = "21".parse().unwrap();
        assert_eq!(whole.within("chr21", 1_000).unwrap(), Region::new("chr21", 0, 1_000));
        assert!("21:1,001-2,000".parse::<Region>().unwrap().within("chr21", 1_000).is_err());
        assert_eq!(Region::new("chr21", 0, 1_001).bins(50), 0..21);
    }
}
