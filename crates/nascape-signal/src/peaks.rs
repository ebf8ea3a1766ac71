//! Peak files: BED, narrowPeak and broadPeak, plain or gzipped.

use std::path::Path;

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
    // name, score, strand, signalValue: columns 4 to 7.
    let number =
        |at: usize| fields.get(at).and_then(|field| field.parse::<f32>().ok()).filter(|value| value.is_finite());
    let signal_value = if fields.len() >= 4 { number(3) } else { None };
    Ok(Peak { chromosome: chromosome.to_owned(), start, end, score: number(1), signal_value })
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
        assert!(parse("chr1\t20\t10").is_err());
    }
}
