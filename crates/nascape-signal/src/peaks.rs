//! Peak files: BED, narrowPeak and broadPeak, plain or gzipped.

use std::{num::NonZeroU32, path::Path};

use crate::{
    Error, Result,
    text::{bed_fields, for_each_line, is_header},
};

/// One line of a peak file.
#[derive(Clone, Debug, PartialEq)]
pub struct Peak {
    /// The chromosome as the file writes it.
    pub chromosome: String,
    /// First base, from 0.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
    /// The fifth column, 0-1000; comparable inside one file only.
    pub score: Option<f32>,
    /// The seventh column of narrowPeak and broadPeak: average enrichment.
    pub signal_value: Option<f32>,
    /// The highest base, from 0; from the tenth column of narrowPeak.
    pub summit: Option<u32>,
}

impl Peak {
    /// Leaves of a longer peak the `longest` bases about its summit, or about its middle where no summit is known.
    pub(crate) fn cut(&mut self, longest: NonZeroU32) {
        let length = longest.get();
        if self.end - self.start > length {
            let centre = self.summit.unwrap_or(self.start + (self.end - self.start) / 2);
            self.start = centre.saturating_sub(length / 2).clamp(self.start, self.end - length);
            self.end = self.start + length;
        }
    }
}

/// Reads the peaks in the order of the file.
///
/// # Errors
/// [`Error::Line`] for a line that does not parse; [`Error::Read`], [`Error::Damaged`].
pub fn read(path: &Path) -> Result<Vec<Peak>> {
    let mut peaks = Vec::new();
    for_each_line(path, |number, line| {
        if !is_header(line) {
            peaks.push(parse(line).map_err(|detail| Error::Line { path: path.to_owned(), line: number, detail })?);
        }
        Ok(())
    })?;
    Ok(peaks)
}

fn parse(line: &str) -> std::result::Result<Peak, String> {
    let (chromosome, start, end, fields) = bed_fields(line)?;
    let fields: Vec<&str> = fields.collect();
    // name, score, strand, signalValue, pValue, qValue, summit: columns 4 to 10.
    let number =
        |at: usize| fields.get(at).and_then(|field| field.parse::<f32>().ok()).filter(|value| value.is_finite());
    let signal_value = if fields.len() >= 4 { number(3) } else { None };
    // narrowPeak alone has ten columns. Bases from the start; -1 where no summit was called.
    let offset = fields.get(6).filter(|_| fields.len() == 7).and_then(|field| field.parse::<u32>().ok());
    let offset = offset.filter(|offset| *offset < end - start);
    let summit = offset.map(|offset| start + offset);
    Ok(Peak { chromosome: chromosome.to_owned(), start, end, score: number(1), signal_value, summit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bed_and_narrow_peak_columns_are_told_apart() {
        let bed = parse("chr1\t10\t20\tp1\t840").unwrap();
        assert_eq!((bed.score, bed.signal_value), (Some(840.0), None));
        let narrow = parse("chr1\t10\t20\tp1\t840\t.\t12.5\t-1\t3.2\t5").unwrap();
        assert_eq!((narrow.score, narrow.signal_value), (Some(840.0), Some(12.5)));
        assert_eq!(parse("chr1 10 20").unwrap().score, None);
        assert_eq!((bed.summit, narrow.summit), (None, Some(15)));
        assert_eq!(parse("chr1\t10\t20\tp1\t840\t.\t12.5\t-1\t3.2\t-1").unwrap().summit, None);
        // BED12: the tenth column counts blocks.
        assert_eq!(parse("chr1\t10\t20\tt1\t0\t+\t10\t20\t0\t1\t10,\t0,").unwrap().summit, None);
        assert!(parse("chr1\t20\t10").is_err());
    }

    #[test]
    fn a_long_peak_is_cut_to_what_lies_about_its_summit() {
        let cut = |line: &str, longest: u32| {
            let mut peak = parse(line).unwrap();
            peak.cut(longest.try_into().unwrap());
            (peak.start, peak.end)
        };
        let summit_at = |offset: i32| format!("chr1\t1000\t1800\tp1\t840\t.\t12.5\t-1\t3.2\t{offset}");
        assert_eq!(cut("chr1\t1000\t1800", 150), (1325, 1475));
        assert_eq!(cut("chr1\t1000\t1150", 150), (1000, 1150));
        assert_eq!(cut(&summit_at(600), 150), (1525, 1675));
        // Never beyond what was called.
        assert_eq!(cut(&summit_at(10), 150), (1000, 1150));
        assert_eq!(cut(&summit_at(799), 150), (1650, 1800));
        assert_eq!(cut(&summit_at(-1), 1), (1400, 1401));
    }
}
