//! What can go wrong between a file and its bins, in sentences that say what to do next.

use std::{io, path::PathBuf};

use crate::region::with_commas;

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// A fault of a file, a region or an assembly. Every message names the file, the place and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be opened or read by the operating system.
    #[error("{path}: cannot be read: {source}.{}", hint(source))]
    Read {
        /// The file or address.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file cannot be written by the operating system.
    #[error("{path}: cannot be written: {source}.{}", hint(source))]
    Write {
        /// The file that was to be written.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file has no bytes.
    #[error("{path}: the file is empty. Was the download or the copy interrupted? Fetch it again.")]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The content is of no format that Nascape reads.
    #[error(
        "{path}: this is not {expected}: it {found}. Check that the right file was given; a renamed file keeps its old format."
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// The formats that would do.
        expected: &'static str,
        /// What the first bytes look like.
        found: String,
    },
    /// The file is cut short or damaged.
    #[error("{path}: the file is damaged or cut short ({detail}). Fetch or make it again.")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was being read.
        detail: String,
    },
    /// The reads of a large BAM are not in the order of the genome.
    #[error(
        "{path}: its many reads are not in the order of the genome, so single ones cannot be found; their coverage can be drawn. Sort it with 'samtools sort' and open it again."
    )]
    Unsorted {
        /// The file.
        path: PathBuf,
    },
    /// A line of a text file does not parse.
    #[error("{path}, line {line}: {detail}")]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong and how to mend it.
        detail: String,
    },
    /// A text file gives no chromosome lengths and its assembly cannot be told from its names.
    #[error(
        "{path}: the file does not say which genome assembly it is on{fits}. Say it with --assembly (hg19, hg38, mm10, mm39) or --chrom-sizes FILE."
    )]
    AssemblyNotStated {
        /// The file.
        path: PathBuf,
        /// The assemblies whose chromosomes its coordinates fit, as a half sentence.
        fits: String,
    },
    /// A chromosome ends before the file's data do.
    #[error(
        "{path}: data at {chromosome}:{end} lie beyond the end of {chromosome} in {assembly} ({length} bp). The file is on another assembly: say which with --assembly."
    )]
    BeyondChromosome {
        /// The file.
        path: PathBuf,
        /// The chromosome.
        chromosome: String,
        /// The largest end of an item there.
        end: u32,
        /// The assembly's name.
        assembly: String,
        /// The chromosome's length in it.
        length: u32,
    },
    /// An assembly that is not built in.
    #[error(
        "no assembly is called '{name}'. Built in are hg19, hg38, mm10 and mm39; for any other give --chrom-sizes FILE."
    )]
    UnknownAssembly {
        /// The name asked for.
        name: String,
    },
    /// Two files disagree on a chromosome's length.
    #[error(transparent)]
    AssemblyMismatch(Box<AssemblyMismatch>),
    /// Two files share no chromosome.
    #[error(
        "{first} and {second} share no chromosome: the first has {first_chromosomes}, the second {second_chromosomes}. Pick files of one experiment and one assembly."
    )]
    NoSharedChromosome {
        /// One file.
        first: PathBuf,
        /// Its chromosomes.
        first_chromosomes: String,
        /// The other file.
        second: PathBuf,
        /// Its chromosomes.
        second_chromosomes: String,
    },
    /// The same file stands for both strands.
    #[error(
        "{path}: the minus strand is identical to the plus strand. Were both files given the same name? Pass the minus-strand file with --minus, or one unstranded file with --signal."
    )]
    SameStrandTwice {
        /// The file given for the minus strand.
        path: PathBuf,
    },
    /// A region string that does not parse.
    #[error(
        "'{text}' is not a region: {detail}. Write chr21:33,031,597-33,041,570 (1-based, the last base included) or chr21 for a whole chromosome."
    )]
    RegionSyntax {
        /// The text.
        text: String,
        /// What is wrong in it.
        detail: &'static str,
    },
    /// A chromosome that the file lacks.
    #[error("{path}: has no chromosome '{chromosome}'; it has {available}.")]
    UnknownChromosome {
        /// The file.
        path: PathBuf,
        /// The chromosome asked for.
        chromosome: String,
        /// Those it has.
        available: String,
    },
    /// A region past the end of its chromosome.
    #[error("{region} starts beyond the end of {chromosome} ({length} bp).")]
    RegionBeyondEnd {
        /// The region.
        region: String,
        /// The chromosome.
        chromosome: String,
        /// Its length.
        length: u32,
    },
    /// A server that cannot send parts of a file.
    #[error("{url}: {detail}. Download the file and open it from the disk.")]
    Remote {
        /// The address.
        url: String,
        /// What the server did.
        detail: String,
    },
    /// A smoothing width that is no number between 0 and 1,000 bins.
    #[error(
        "smoothing by sigma = {0} bins is not possible: sigma must be a positive number of at most 1,000 bins (50 kb)."
    )]
    Sigma(f64),
    /// The caller's cancellation was seen.
    #[error("cancelled; nothing was written")]
    Cancelled,
}

/// A chromosome that is not equally long in two files.
#[derive(Debug, thiserror::Error)]
#[error(
    "{} and {} are on different assemblies: {chromosome} is {} bp in the first ({}) and {} bp in the second ({}). \
     Lift one of them over, or pick files of one assembly.",
    first.path.display(), second.path.display(), with_commas(first.length.into()), first.assembly,
    with_commas(second.length.into()), second.assembly
)]
pub struct AssemblyMismatch {
    /// The chromosome.
    pub chromosome: String,
    /// One file.
    pub first: OnAssembly,
    /// The other.
    pub second: OnAssembly,
}

/// A chromosome's length in one file.
#[derive(Debug)]
pub struct OnAssembly {
    /// The file, or the option that stated the assembly.
    pub path: PathBuf,
    /// The assembly, as far as it is known.
    pub assembly: String,
    /// The chromosome's length in bp.
    pub length: u32,
}

/// What a biologist can do about the commonest reasons an operating system gives.
fn hint(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::NotFound => " Check the spelling of the path.",
        io::ErrorKind::PermissionDenied => " Ask for access to the file, or choose another folder.",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => " Free some space or choose another disk.",
        io::ErrorKind::IsADirectory => " This is a folder; name a file in it.",
        _ => "",
    }
}

/// Up to eight names, then how many more there are.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    match names.len() {
        0 => "none".to_owned(),
        1..=8 => names.join(", "),
        more => format!("{} and {} more", names[..8].join(", "), more - 8),
    }
}
