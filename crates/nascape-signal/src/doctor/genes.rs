//! Annotated genes as evidence of which strand is which.

use std::path::Path;

use crate::{
    Error, Region, Result, Signal,
    text::{bed_fields, for_each_line, is_header},
};

/// A gene with fewer reads than this on both strands together says nothing.
const ENOUGH_READS: f64 = 20.0;

/// A gene's place and strand.
#[derive(Clone, Debug, PartialEq)]
pub struct Gene {
    /// Where it lies.
    pub region: Region,
    /// True for the plus strand.
    pub plus: bool,
}

/// Reads genes from BED6 (strand in column 6), GTF or GFF3 (lines of type `gene`, or `transcript` where there is no gene).
///
/// # Errors
/// [`Error::Line`] for a line of neither kind; [`Error::Empty`] when no gene has a strand; [`Error::Read`], [`Error::Damaged`].
pub fn read(path: &Path) -> Result<Vec<Gene>> {
    let (mut genes, mut transcripts) = (Vec::new(), Vec::new());
    for_each_line(path, |number, line| {
        if is_header(line) {
            return Ok(());
        }
        let fault = |detail: String| Error::Line { path: path.to_owned(), line: number, detail };
        let fields: Vec<&str> = line.split('\t').collect();
        let (region, strand, into) = match fields[..] {
            // GTF and GFF3: 1-based, the last base included.
            [chromosome, _, kind, first, last, _, strand, _, _] => {
                let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) else {
                    return Err(fault("columns 4 and 5 of a GTF or GFF3 are positions; these are not.".to_owned()));
                };
                let into = match kind {
                    "gene" => &mut genes,
                    "transcript" | "mRNA" => &mut transcripts,
                    _ => return Ok(()),
                };
                (Region::new(chromosome, first.saturating_sub(1), last), strand, into)
            }
            _ => {
                let (chromosome, start, end, mut rest) = bed_fields(line).map_err(fault)?;
                (Region::new(chromosome, start, end), rest.nth(2).unwrap_or("."), &mut genes)
            }
        };
        if strand == "+" || strand == "-" {
            into.push(Gene { region, plus: strand == "+" });
        }
        Ok(())
    })?;
    let found = if genes.is_empty() { transcripts } else { genes };
    if found.is_empty() { Err(Error::Empty { path: path.to_owned() }) } else { Ok(found) }
}

/// The share of transcribed genes with more reads on their own strand than on the other, and how many genes were transcribed.
///
/// # Errors
/// As [`Signal::scan`].
pub(super) fn sense_share(genes: &[Gene], plus: &Signal, minus: &Signal) -> Result<Option<(f64, usize)>> {
    let (mut sense, mut transcribed) = (0, 0);
    for gene in genes {
        let reads = |signal: &Signal| -> Result<f64> {
            let mut reads = 0.0;
            if let Ok(region) = signal.resolve(&gene.region) {
                signal.scan(&region, |item| reads += f64::from(item.value.abs()) * f64::from(item.bases()))?;
            }
            Ok(reads)
        };
        let (on_plus, on_minus) = (reads(plus)?, reads(minus)?);
        if on_plus + on_minus >= ENOUGH_READS {
            transcribed += 1;
            sense += usize::from((on_plus > on_minus) == gene.plus);
        }
    }
    Ok((transcribed >= 10).then(|| (sense as f64 / transcribed as f64, transcribed)))
}
