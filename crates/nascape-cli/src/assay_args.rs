//! The arguments that name an assay, the same for every verb.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use nascape_app::{AssaySource, Result};
use nascape_signal::{Assembly, SignalOptions, bam::Library, doctor::Files};

/// An assay: two strands, or one file.
#[derive(Args)]
pub struct AssayArgs {
    /// The plus strand: bigWig (file or http address), bedGraph or bedGraph.gz
    #[arg(
        long,
        value_name = "FILE",
        requires = "minus",
        required_unless_present = "signal",
        conflicts_with = "signal"
    )]
    plus: Option<PathBuf>,

    /// The minus strand; negative values are counted as positive
    #[arg(long, value_name = "FILE", requires = "plus", conflicts_with = "signal")]
    minus: Option<PathBuf>,

    /// One unstranded file instead of two strands, or a BAM (which holds both)
    #[arg(long, value_name = "FILE")]
    signal: Option<PathBuf>,

    #[command(flatten)]
    format: FormatArgs,
}

/// The same for a verb that can do without an assay.
#[derive(Args)]
pub struct OptionalAssayArgs {
    /// The plus strand of the assay: bigWig (file or http address), bedGraph or bedGraph.gz
    #[arg(long, value_name = "FILE", requires = "minus", conflicts_with = "signal")]
    plus: Option<PathBuf>,

    /// The minus strand; negative values are counted as positive
    #[arg(long, value_name = "FILE", requires = "plus")]
    minus: Option<PathBuf>,

    /// One unstranded file instead of two strands, or a BAM (which holds both)
    #[arg(long, value_name = "FILE")]
    signal: Option<PathBuf>,

    #[command(flatten)]
    pub format: FormatArgs,
}

/// What a user may say about a file that the file does not say itself.
#[derive(Args)]
pub struct FormatArgs {
    /// Genome assembly, for files without chromosome lengths: hg19, hg38, mm10, mm39
    #[arg(long, value_name = "NAME", conflicts_with = "chrom_sizes")]
    assembly: Option<String>,

    /// Chromosome lengths of any other assembly: a name and a length a line
    #[arg(long, value_name = "FILE")]
    chrom_sizes: Option<PathBuf>,

    /// What a BAM's reads come from: the 3' end of the RNA is taken for PRO-seq, the 5' end for GRO-seq
    #[arg(long, value_enum, default_value_t = AssayKind::Pro)]
    assay: AssayKind,

    /// Whether a BAM's reads are the reverse complement of the RNA [default: reversed for PRO-seq, forward for GRO-seq]
    #[arg(long, value_enum)]
    library: Option<LibraryStrand>,
}

#[derive(Clone, Copy, ValueEnum)]
enum AssayKind {
    /// GRO-seq, GRO-cap: 5' ends
    Gro,
    /// PRO-seq, ChRO-seq, mNET-seq: 3' ends, where the polymerase is
    Pro,
}

#[derive(Clone, Copy, ValueEnum)]
enum LibraryStrand {
    /// Reads are the reverse complement of the RNA (usual for PRO-seq)
    Reversed,
    /// Reads are in the sense of the RNA (usual for GRO-seq)
    Forward,
}

impl FormatArgs {
    pub fn options(&self) -> Result<SignalOptions> {
        let assembly = match (&self.assembly, &self.chrom_sizes) {
            (Some(name), _) => Some(Assembly::named(name)?.clone()),
            (None, Some(path)) => Some(Assembly::from_sizes(path)?),
            (None, None) => None,
        };
        let usual = match self.assay {
            AssayKind::Gro => Library::GRO,
            AssayKind::Pro => Library::PRO,
        };
        let reversed = self.library.map_or(usual.reversed, |strand| matches!(strand, LibraryStrand::Reversed));
        Ok(SignalOptions { assembly, library: Library { reversed, ..usual }, ..SignalOptions::default() })
    }
}

impl AssayArgs {
    pub fn source(self) -> Result<AssaySource> {
        let options = self.format.options()?;
        let files = files(self.plus, self.minus, self.signal).expect("clap asks for an assay");
        Ok(AssaySource { files, options })
    }
}

impl OptionalAssayArgs {
    pub fn source(self) -> Result<Option<AssaySource>> {
        let options = self.format.options()?;
        Ok(files(self.plus, self.minus, self.signal).map(|files| AssaySource { files, options }))
    }
}

fn files(plus: Option<PathBuf>, minus: Option<PathBuf>, signal: Option<PathBuf>) -> Option<Files> {
    match (plus, minus, signal) {
        (Some(plus), Some(minus), _) => Some(Files::Strands(plus, minus)),
        (_, _, signal) => signal.map(Files::Single),
    }
}
