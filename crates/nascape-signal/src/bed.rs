//! BED lines on their way to the disk: narrowPeak, and any other format of a line an item.

use std::{
    fmt::{self, Display},
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use crate::{Error, Result, partial::PartialFile};

/// A line of narrowPeak (ENCODE's BED6+4), as UCSC defines its columns and MACS and Genrich fill them.
#[derive(Clone, Debug, PartialEq)]
pub struct NarrowPeak {
    /// Column 1.
    pub chromosome: String,
    /// Column 2: first base, from 0.
    pub start: u32,
    /// Column 3: one past the last base.
    pub end: u32,
    /// Column 4: unique in its file.
    pub name: String,
    /// Column 5: 0 to 1000, for shading. Column 6, the strand, is always '.'.
    pub score: u16,
    /// Column 7, signalValue: in its own unit.
    pub signal_value: f32,
    /// Column 8, pValue: -log10, or nothing, which is written -1.
    pub p_value: Option<f64>,
    /// Column 9, qValue: -log10, or nothing, which is written -1.
    pub q_value: Option<f64>,
    /// Column 10, peak: the summit's base, counted from `start`.
    pub peak: u32,
}

impl Display for NarrowPeak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { chromosome, start, end, name, score, signal_value, peak, .. } = self;
        write!(f, "{chromosome}\t{start}\t{end}\t{name}\t{score}\t.\t{signal_value}")?;
        for value in [self.p_value, self.q_value] {
            match value {
                Some(value) => write!(f, "\t{value:.5}")?,
                None => f.write_str("\t-1")?,
            }
        }
        write!(f, "\t{peak}")
    }
}

/// A BED file being written. Dropped unfinished, nothing is left on the disk.
pub struct BedWriter {
    path: PathBuf,
    partial: PartialFile,
    out: BufWriter<File>,
}

impl BedWriter {
    /// Starts a file beside `path`.
    ///
    /// # Errors
    /// [`Error::Write`] when the folder is missing, full or read-only.
    pub fn create(path: &Path) -> Result<Self> {
        let partial = PartialFile::create(path)?;
        let out = BufWriter::new(partial.handle()?);
        Ok(Self { path: path.to_owned(), partial, out })
    }

    /// Adds a line; whoever writes keeps them sorted by chromosome and start.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write(&mut self, line: &impl Display) -> Result<()> {
        writeln!(self.out, "{line}").map_err(|source| Error::Write { path: self.path.clone(), source })
    }

    /// Puts the whole file in its place.
    ///
    /// # Errors
    /// [`Error::Write`]; nothing is left behind then.
    pub fn finish(self) -> Result<()> {
        let Self { path, partial, mut out } = self;
        out.flush().map_err(|source| Error::Write { path, source })?;
        partial.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peaks;

    #[test]
    fn written_peaks_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("peaks.narrowPeak");
        let mut writer = BedWriter::create(&path).unwrap();
        let peak = NarrowPeak {
            chromosome: "chr1".to_owned(),
            start: 100,
            end: 300,
            name: "peak_1".to_owned(),
            score: 875,
            signal_value: 0.875,
            p_value: None,
            q_value: Some(1.5),
            peak: 75,
        };
        assert_eq!(peak.to_string(), "chr1\t100\t300\tpeak_1\t875\t.\t0.875\t-1\t1.50000\t75");
        writer.write(&peak).unwrap();
        writer.finish().unwrap();
        let read = peaks::read(&path).unwrap();
        assert_eq!((read[0].start, read[0].end, read[0].signal_value), (100, 300, Some(0.875)));
    }
}
