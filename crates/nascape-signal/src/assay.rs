//! One nascent-transcription experiment: two strands, or one unstranded signal.

use std::{
    ops::{ControlFlow, Range},
    path::Path,
};

use rayon::prelude::*;

use crate::{
    Error, Region, Result, Signal, SignalOptions, Summary,
    assembly::{Chromosome, Names},
    format::{Format, sniff},
    wanted,
};

/// An open assay.
pub enum Assay {
    /// A signal a strand. Boxed: a signal is large, and an assay is made once.
    Stranded {
        /// RNAs of the plus strand.
        plus: Box<Signal>,
        /// RNAs of the minus strand; its values may be negative in the file.
        minus: Box<Signal>,
    },
    /// Both strands in one signal.
    Unstranded(Box<Signal>),
}

/// The bins of both strands over one region, every value positive. An unstranded assay has all its reads in `plus`.
#[derive(Clone, Debug, PartialEq)]
pub struct StrandBins {
    /// One value per bin.
    pub plus: Vec<f32>,
    /// One value per bin; zeros for an unstranded assay.
    pub minus: Vec<f32>,
}

impl Assay {
    /// Opens two strands with what the files say of themselves.
    ///
    /// # Errors
    /// As [`Assay::open_strands`].
    pub fn open(plus: &Path, minus: &Path) -> Result<Self> {
        Self::open_strands(plus, minus, &SignalOptions::default())
    }

    /// Opens two strands. The same BAM for both is one file with both strands.
    ///
    /// # Errors
    /// Those of either file; [`Error::AssemblyMismatch`] or [`Error::NoSharedChromosome`] when they do not belong together;
    /// [`Error::SameStrandTwice`] when they hold the same intervals.
    pub fn open_strands(plus: &Path, minus: &Path, options: &SignalOptions) -> Result<Self> {
        if plus == minus && sniff(plus)? == Format::Bam {
            return Self::open_single(plus, options);
        }
        let (plus, minus) = wanted::join(|| Signal::open(plus, options), || Signal::open(minus, options));
        let (plus, minus) = (plus?, minus?);
        plus.same_assembly_as(&minus)?;
        if same_intervals(&plus, &minus)? {
            return Err(Error::SameStrandTwice { path: minus.path().to_owned() });
        }
        Ok(Self::Stranded { plus: Box::new(plus), minus: Box::new(minus) })
    }

    /// Opens one file: a BAM gives both strands, anything else an unstranded assay.
    ///
    /// # Errors
    /// Those of the file.
    pub fn open_single(path: &Path, options: &SignalOptions) -> Result<Self> {
        if !options.coverage && sniff(path)? == Format::Bam {
            let (plus, minus) = Signal::open_bam_strands(path, options)?;
            return Ok(Self::Stranded { plus: Box::new(plus), minus: Box::new(minus) });
        }
        Ok(Self::Unstranded(Box::new(Signal::open(path, options)?)))
    }

    /// The signals: plus and minus, or the only one.
    pub fn signals(&self) -> Vec<&Signal> {
        match self {
            Self::Stranded { plus, minus } => vec![plus, minus],
            Self::Unstranded(signal) => vec![signal],
        }
    }

    /// The signal that stands for the assay where either would do: names, assembly.
    pub fn first(&self) -> &Signal {
        match self {
            Self::Stranded { plus, .. } => plus,
            Self::Unstranded(signal) => signal,
        }
    }

    /// True when the strands are apart.
    pub fn is_stranded(&self) -> bool {
        matches!(self, Self::Stranded { .. })
    }

    /// The chromosomes on which either strand has a read, in the first strand's names and order.
    ///
    /// # Errors
    /// As [`Signal::chromosomes_with_data`].
    pub fn chromosomes_with_data(&self) -> Result<Vec<Chromosome>> {
        let mut chromosomes: Vec<Chromosome> = Vec::new();
        let mut names = Names::default();
        for signal in self.signals() {
            for chromosome in signal.chromosomes_with_data()? {
                if names.add(&chromosome.name, chromosomes.len()) {
                    chromosomes.push(chromosome);
                }
            }
        }
        Ok(chromosomes)
    }

    /// The region in the names of the strand that has its chromosome, cut at its end.
    ///
    /// # Errors
    /// [`Error::UnknownChromosome`], [`Error::RegionBeyondEnd`].
    pub fn resolve(&self, region: &Region) -> Result<Region> {
        match self {
            Self::Stranded { plus, minus } if plus.find(&region.chromosome).is_none() => {
                minus.resolve(region).or_else(|_| plus.resolve(region))
            }
            _ => self.first().resolve(region),
        }
    }

    /// One value per bin and strand for every bin that `region` touches (see [`Signal::bins`]). Missing values (means of
    /// uncovered bins, a chromosome that one strand lacks) are 0: where no read ended, there is none.
    ///
    /// # Errors
    /// As [`Signal::scan`].
    pub fn bins(&self, region: &Region, bin_size: u32, summary: Summary) -> Result<StrandBins> {
        let region = self.resolve(region)?;
        let count = region.bins(bin_size).len();
        let strand = |signal: &Signal| -> Result<Vec<f32>> {
            if signal.find(&region.chromosome).is_none() {
                return Ok(vec![0.0; count]);
            }
            let mut bins = signal.magnitude_bins(&region, bin_size, summary)?;
            bins.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = 0.0);
            Ok(bins)
        };
        match self {
            Self::Stranded { plus, minus } => {
                let (plus, minus) = wanted::join(|| strand(plus), || strand(minus));
                Ok(StrandBins { plus: plus?, minus: minus? })
            }
            Self::Unstranded(signal) => Ok(StrandBins { plus: strand(signal)?, minus: vec![0.0; count] }),
        }
    }

    /// The reads of some 50 bp bins of either strand of a chromosome, counted from its start: sums as [`Assay::bins`] gives them, kept for a
    /// while for who asks again. A strand that lacks the chromosome has none.
    ///
    /// # Errors
    /// As [`Signal::scan`]; [`Error::UnknownChromosome`] when neither strand has it.
    pub fn reads(&self, chromosome: &str, bins: Range<usize>) -> Result<StrandBins> {
        let chromosome = &self.resolve(&Region::new(chromosome, 0, Region::TO_THE_END))?.chromosome;
        let strand = |signal: &Signal| match signal.find(chromosome) {
            Some(_) => signal.reads(chromosome, bins.clone()),
            None => Ok(vec![0.0; bins.len()]),
        };
        match self {
            Self::Stranded { plus, minus } => {
                let (plus, minus) = wanted::join(|| strand(plus), || strand(minus));
                Ok(StrandBins { plus: plus?, minus: minus? })
            }
            Self::Unstranded(signal) => Ok(StrandBins { plus: strand(signal)?, minus: vec![0.0; bins.len()] }),
        }
    }

    /// Reads (summed magnitudes over bases) per kb of the chromosomes that hold any: the depth of the library.
    ///
    /// # Errors
    /// As [`Signal::scan`].
    pub fn reads_per_kb(&self) -> Result<f64> {
        let chromosomes = self.chromosomes_with_data()?;
        let kilobases: f64 = chromosomes.iter().map(|c| f64::from(c.length) / 1_000.0).sum();
        // The strands side by side, each from its own file.
        let of_signal = |signal: &&Signal| -> Result<Vec<f64>> {
            let of_chromosome = |chromosome: &Chromosome| {
                let mut reads = 0.0;
                if signal.find(&chromosome.name).is_some() {
                    signal.scan(&Region::new(&chromosome.name, 0, chromosome.length), |item| {
                        if item.value.is_finite() {
                            reads += f64::from(item.value.abs()) * f64::from(item.bases());
                        }
                    })?;
                }
                Ok(reads)
            };
            chromosomes.iter().map(of_chromosome).collect()
        };
        let of_signals: Vec<Vec<f64>> = self.signals().par_iter().map(of_signal).collect::<Result<_>>()?;
        let reads: f64 = of_signals.iter().flatten().sum();
        Ok(if kilobases > 0.0 { reads / kilobases } else { 0.0 })
    }
}

/// True when the first data of every chromosome are the same in both: one file given twice, or a copy of it.
fn same_intervals(plus: &Signal, minus: &Signal) -> Result<bool> {
    const ENOUGH: usize = 2_000;
    let mut compared = false;
    for chromosome in plus.chromosomes_with_data()? {
        let region = Region::new(&chromosome.name, 0, chromosome.length);
        if minus.find(&chromosome.name).is_none() {
            return Ok(false);
        }
        let starts = |signal: &Signal| -> Result<Vec<(u32, u32, u32)>> {
            let mut items = Vec::new();
            signal.scan_until(&region, |item| {
                if item.value != 0.0 {
                    items.push((item.start, item.end, item.value.abs().to_bits()));
                }
                if items.len() < ENOUGH { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })?;
            Ok(items)
        };
        let (of_plus, of_minus) = (starts(plus)?, starts(minus)?);
        if of_plus != of_minus {
            return Ok(false);
        }
        compared |= !of_plus.is_empty();
    }
    Ok(compared)
}
