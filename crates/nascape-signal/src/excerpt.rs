//! A stretch of an assay held in memory, from which reads can be taken away: what would be, had they not been there?

use crate::{Assay, Interval, Region, Result, Signal};

/// One of the two strands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strand {
    /// RNAs of the plus strand; all reads of an unstranded assay.
    Plus,
    /// RNAs of the minus strand.
    Minus,
}

impl Assay {
    /// The reads of `region` alone, in memory; chromosomes and assembly stay those of the files.
    ///
    /// # Errors
    /// As [`Signal::scan`].
    pub fn excerpt(&self, region: &Region) -> Result<Self> {
        self.each(|signal, _| held(signal, region, |_| true))
    }

    /// The same without the reads that one strand has in `region`; meant for an [excerpt](Self::excerpt).
    ///
    /// # Errors
    /// As [`Signal::scan`].
    pub fn without(&self, region: &Region, strand: Strand) -> Result<Self> {
        self.each(|signal, of| {
            let whole = Region::new(&region.chromosome, 0, Region::TO_THE_END);
            held(signal, &whole, |base| of != strand || !(region.start..region.end).contains(&base))
        })
    }

    /// The reads (summed magnitudes over bases) of one strand in `region`.
    ///
    /// # Errors
    /// As [`Signal::scan`].
    pub fn reads_in(&self, region: &Region, strand: Strand) -> Result<f64> {
        let mut reads = 0.0;
        for (signal, of) in self.signals().into_iter().zip([Strand::Plus, Strand::Minus]) {
            if of == strand && signal.find(&region.chromosome).is_some() {
                signal.scan(region, |item| {
                    if item.value.is_finite() {
                        reads += f64::from(item.value.abs()) * f64::from(item.bases());
                    }
                })?;
            }
        }
        Ok(reads)
    }

    fn each(&self, made: impl Fn(&Signal, Strand) -> Result<Signal>) -> Result<Self> {
        Ok(match self {
            Self::Stranded { plus, minus } => Self::Stranded {
                plus: Box::new(made(plus, Strand::Plus)?),
                minus: Box::new(made(minus, Strand::Minus)?),
            },
            Self::Unstranded(signal) => Self::Unstranded(Box::new(made(signal, Strand::Plus)?)),
        })
    }
}

/// The items of `region`, cut to the bases that are kept.
fn held(signal: &Signal, region: &Region, kept: impl Fn(u32) -> bool) -> Result<Signal> {
    let mut items = Vec::new();
    if signal.find(&region.chromosome).is_some() {
        signal.scan(region, |item| {
            if kept(item.start) && kept(item.end - 1) && item.bases() == 1 {
                items.push(item);
                return;
            }
            let mut start = item.start;
            while start < item.end {
                // Runs of bases that are kept.
                let end = (start..item.end).find(|&base| kept(base) != kept(start)).unwrap_or(item.end);
                if kept(start) {
                    items.push(Interval { start, end, ..item });
                }
                start = end;
            }
        })?;
    }
    Ok(signal.with_items(&region.chromosome, items))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Summary;

    #[test]
    fn an_excerpt_has_the_reads_of_its_region_and_less_what_is_taken() -> Result<()> {
        let folder = tempfile::tempdir().unwrap();
        let (plus, minus) = crate::simulated_pair(folder.path())?;
        let assay = Assay::open(&plus, &minus)?;
        let region = Region::new("chr21", 9_500_000, 9_600_000);
        let excerpt = assay.excerpt(&region)?;
        let bins = |assay: &Assay| assay.bins(&region, 50, Summary::Sum);
        assert_eq!(bins(&excerpt)?, bins(&assay)?);
        let outside = Region::new("chr21", 9_600_000, 12_000_000);
        assert_eq!(excerpt.reads_in(&outside, Strand::Plus)?, 0.0);
        let part = Region::new("chr21", 9_520_000, 9_540_000);
        let without = excerpt.without(&part, Strand::Plus)?;
        assert_eq!(without.reads_in(&part, Strand::Plus)?, 0.0);
        assert_eq!(without.reads_in(&part, Strand::Minus)?, assay.reads_in(&part, Strand::Minus)?);
        let taken = assay.reads_in(&part, Strand::Plus)?;
        assert_eq!(without.reads_in(&region, Strand::Plus)?, assay.reads_in(&region, Strand::Plus)? - taken);
        Ok(())
    }
}
