//! A mark that was measured: a signal, or the peaks called on it.

use std::{
    num::NonZeroU32,
    path::{Path, PathBuf},
    str::FromStr,
};

use serde::{Deserialize, Serialize};

use crate::{
    Error, Region, Result, Signal, SignalOptions, Summary,
    assembly::same_chromosome,
    format::sniff,
    peaks::{self, Peak},
};

/// What a peak file says of a bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeakValue {
    /// 1 when a peak covers any base of the bin, else 0.
    Presence,
    /// The largest score (fifth column) of the peaks that cover the bin, else 0.
    Score,
    /// The largest signalValue (seventh column of narrowPeak and broadPeak), else 0.
    SignalValue,
}

impl FromStr for PeakValue {
    type Err = String;

    fn from_str(name: &str) -> std::result::Result<Self, String> {
        match name {
            "presence" => Ok(Self::Presence),
            "score" => Ok(Self::Score),
            "signal" => Ok(Self::SignalValue),
            _ => Err(format!("'{name}' is none of presence, score, signal")),
        }
    }
}

/// An open observed track.
pub enum Observed {
    /// bigWig or bedGraph: fold change, coverage, any quantity.
    Signal(Box<Signal>),
    /// BED, narrowPeak or broadPeak.
    Peaks(Peaks),
}

/// The peaks of a file and how they become values.
pub struct Peaks {
    path: PathBuf,
    value: PeakValue,
    peaks: Vec<Peak>,
}

impl Observed {
    /// Opens a bigWig or bedGraph as a signal, a BED, narrowPeak or broadPeak as peaks.
    ///
    /// A table of four columns is a bedGraph unless its name says BED or a peak format.
    ///
    /// # Errors
    /// Whatever is wrong with the file; [`Error::Line`] when `value` asks for a column that a peak lacks.
    pub fn open(path: &Path, value: PeakValue, options: &SignalOptions) -> Result<Self> {
        if !is_peak_file(path)? {
            return Ok(Self::Signal(Box::new(Signal::open(path, options)?)));
        }
        let peaks = peaks::read(path)?;
        if peaks.is_empty() {
            return Err(Error::Empty { path: path.to_owned() });
        }
        let column = |peak: &Peak| match value {
            PeakValue::Presence => Some(1.0),
            PeakValue::Score => peak.score,
            PeakValue::SignalValue => peak.signal_value,
        };
        if let Some(at) = peaks.iter().position(|peak| column(peak).is_none()) {
            let column = if value == PeakValue::Score { "score (column 5)" } else { "signalValue (column 7)" };
            let peak = &peaks[at];
            let detail = format!(
                "at {}:{}-{}: the peak has no {column}; ask for 'presence' instead",
                peak.chromosome, peak.start, peak.end
            );
            return Err(Error::Damaged { path: path.to_owned(), detail });
        }
        Ok(Self::Peaks(Peaks { path: path.to_owned(), value, peaks }))
    }

    /// Cuts peaks to the `longest` bases about their summits, or about their middles where the file names no summit; a signal stays.
    pub fn cut_peaks(&mut self, longest: NonZeroU32) {
        if let Self::Peaks(peaks) = self {
            peaks.peaks.iter_mut().for_each(|peak| peak.cut(longest));
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        match self {
            Self::Signal(signal) => signal.path(),
            Self::Peaks(peaks) => &peaks.path,
        }
    }

    /// True when something was observed on a chromosome: a signal has data there, or a peak lies on it.
    ///
    /// # Errors
    /// Those of reading a signal's index.
    pub fn has_data(&self, chromosome: &str) -> Result<bool> {
        match self {
            Self::Signal(signal) => {
                Ok(signal.chromosomes_with_data()?.iter().any(|c| same_chromosome(&c.name, chromosome)))
            }
            Self::Peaks(peaks) => Ok(peaks.peaks.iter().any(|peak| same_chromosome(&peak.chromosome, chromosome))),
        }
    }

    /// True when a bin is either in a peak or not.
    pub fn is_presence(&self) -> bool {
        matches!(self, Self::Peaks(peaks) if peaks.value == PeakValue::Presence)
    }

    /// One value for every bin that `region` touches. Bins that a signal does not cover are 0 with [`Summary::Mean0`] and
    /// [`Summary::Sum`], missing (NaN) otherwise; `summary` does not concern peaks.
    ///
    /// # Errors
    /// As [`Signal::scan`] for a signal.
    pub fn bins(&self, region: &Region, bin_size: u32, summary: Summary) -> Result<Vec<f32>> {
        match self {
            Self::Signal(signal) => signal.bins(region, bin_size, summary),
            Self::Peaks(peaks) => Ok(peaks.bins(region, bin_size)),
        }
    }

    /// Checks that the observed track and the assay can be laid side by side.
    ///
    /// # Errors
    /// [`Error::AssemblyMismatch`], [`Error::NoSharedChromosome`], or [`Error::BeyondChromosome`] for a peak past the end of the
    /// assay's chromosome.
    pub fn same_assembly_as(&self, signal: &Signal) -> Result<()> {
        let peaks = match self {
            Self::Signal(observed) => return observed.same_assembly_as(signal),
            Self::Peaks(peaks) => peaks,
        };
        let mut shared = false;
        for peak in &peaks.peaks {
            let Some(chromosome) = signal.find(&peak.chromosome) else { continue };
            shared = true;
            if peak.end > chromosome.length {
                return Err(Error::BeyondChromosome {
                    path: peaks.path.clone(),
                    chromosome: peak.chromosome.clone(),
                    end: peak.end,
                    assembly: format!("{} ({})", signal.assembly(), signal.path().display()),
                    length: chromosome.length,
                });
            }
        }
        if shared {
            return Ok(());
        }
        let mut theirs: Vec<&str> = peaks.peaks.iter().map(|peak| peak.chromosome.as_str()).collect();
        theirs.dedup();
        Err(Error::NoSharedChromosome {
            first: peaks.path.clone(),
            first_chromosomes: crate::error::listed(theirs),
            second: signal.path().to_owned(),
            second_chromosomes: crate::error::listed(signal.chromosomes().iter().map(|c| c.name.as_str())),
        })
    }
}

impl Peaks {
    /// The peaks that overlap a region, in its chromosome's coordinates.
    pub fn within(&self, region: &Region) -> Vec<std::ops::Range<u64>> {
        let here = self.peaks.iter().filter(|peak| peak.start < region.end && region.start < peak.end);
        here.filter(|peak| same_chromosome(&peak.chromosome, &region.chromosome))
            .map(|peak| peak.start.into()..peak.end.into())
            .collect()
    }

    fn bins(&self, region: &Region, bin_size: u32) -> Vec<f32> {
        let wanted = region.bins(bin_size);
        let mut bins = vec![0.0_f32; wanted.len()];
        for peak in self.peaks.iter().filter(|peak| same_chromosome(&peak.chromosome, &region.chromosome)) {
            let value = match self.value {
                PeakValue::Presence => 1.0,
                PeakValue::Score => peak.score.unwrap_or(0.0),
                PeakValue::SignalValue => peak.signal_value.unwrap_or(0.0),
            };
            let touched = Region::new("", peak.start, peak.end).bins(bin_size);
            let (first, last) = (touched.start.max(wanted.start), touched.end.min(wanted.end));
            if first < last {
                let covered = &mut bins[first - wanted.start..last - wanted.start];
                covered.iter_mut().for_each(|bin| *bin = bin.max(value));
            }
        }
        bins
    }
}

fn is_peak_file(path: &Path) -> Result<bool> {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().to_ascii_lowercase());
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    if [".bed", ".narrowpeak", ".broadpeak"].iter().any(|ending| name.ends_with(ending)) {
        // An empty or unreadable file is told of here, in the words of any other.
        return match sniff(path) {
            Err(fault @ (Error::Read { .. } | Error::Empty { .. })) => Err(fault),
            _ => Ok(true),
        };
    }
    match sniff(path) {
        Ok(_) => Ok(false),
        // Text of other than four columns: a peak list without the usual name.
        Err(Error::Format { found, .. }) if found.starts_with("is text with") => Ok(true),
        Err(fault) => Err(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peaks(text: &str, value: PeakValue) -> Result<Observed> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mark.bed");
        std::fs::write(&path, text).unwrap();
        Observed::open(&path, value, &SignalOptions::default())
    }

    #[test]
    fn a_bin_is_in_a_peak_when_the_peak_covers_any_of_it() {
        let text = "21\t149\t201\ta\t10\n21\t160\t170\tb\t70\nchr2\t0\t50\tc\t5\n";
        let region = Region::new("chr21", 50, 300);
        let presence = peaks(text, PeakValue::Presence).unwrap().bins(&region, 50, Summary::Mean0).unwrap();
        assert_eq!(presence, [0.0, 1.0, 1.0, 1.0, 0.0]);
        let score = peaks(text, PeakValue::Score).unwrap().bins(&region, 50, Summary::Mean0).unwrap();
        assert_eq!(score, [0.0, 10.0, 70.0, 10.0, 0.0]);
    }

    #[test]
    fn a_column_that_is_not_there_is_refused() {
        assert!(peaks("chr1\t1\t2\n", PeakValue::Score).is_err());
        assert!(peaks("chr1\t1\t2\ta\t5\n", PeakValue::SignalValue).is_err());
    }
}
