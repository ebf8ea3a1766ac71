//! A simulated experiment on disk, every file labelled 'simulated'.

use std::{
    fs,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Mark, Options, Peak, Strand, simulate_chromosome};
use crate::{
    Error, Interval, Progress, Result, assembly::Chromosome, bigwig::BigWigWriter, partial::PartialFile,
    progress::Unwatched,
};

/// The files of a simulated experiment.
#[derive(Clone, Debug)]
pub struct Files {
    /// 3' ends on the plus strand, counts.
    pub plus: PathBuf,
    /// 3' ends on the minus strand, negative counts, as many tools write them.
    pub minus: PathBuf,
    /// Genes with their strand, BED6.
    pub genes: PathBuf,
    /// Per mark, in the order of [`Mark::ALL`]: fold change as an experiment would measure it, and the true peaks.
    pub marks: Vec<(Mark, PathBuf, PathBuf)>,
}

/// Simulates `chromosomes` with `reads` reads in all (spread by length) into `folder`, which is made if need be. The chromosomes
/// are written in the order of their names.
///
/// # Errors
/// [`Error::Write`]; files that are not whole are removed. [`Error::Cancelled`].
pub fn write(
    folder: &Path,
    chromosomes: &[Chromosome],
    seed: u64,
    reads: u64,
    progress: &dyn Progress,
) -> Result<Files> {
    fs::create_dir_all(folder).map_err(|source| Error::Write { path: folder.to_owned(), source })?;
    let named = |name: &str| folder.join(format!("simulated.{name}"));
    let files = Files {
        plus: named("plus.bw"),
        minus: named("minus.bw"),
        genes: named("genes.bed"),
        marks: Mark::ALL.map(|mark| (mark, named(&format!("{mark}.bw")), named(&format!("{mark}.peaks.bed")))).into(),
    };
    let mut chromosomes = chromosomes.to_vec();
    chromosomes.sort_by(|a, b| a.name.cmp(&b.name));
    chromosomes.dedup();

    let mut plus = BigWigWriter::create(&files.plus, &chromosomes)?;
    let mut minus = BigWigWriter::create(&files.minus, &chromosomes)?;
    let mut genes = Table::create(&files.genes)?;
    let mut marks = Vec::new();
    for (_, signal, peaks) in &files.marks {
        marks.push((BigWigWriter::create(signal, &chromosomes)?, Table::create(peaks)?));
    }
    let total: u64 = chromosomes.iter().map(|c| u64::from(c.length)).sum();
    let mut done = 0;
    for chromosome in &chromosomes {
        progress.check()?;
        progress.advance(done, total);
        let share = |bases: u64| (u128::from(reads) * u128::from(bases) / u128::from(total.max(1))) as u64;
        let before = share(done);
        done += u64::from(chromosome.length);
        let options = Options { seed, cell: 0, reads: share(done) - before };
        let simulated = simulate_chromosome(&chromosome.name, chromosome.length, &options);
        let name: Arc<str> = chromosome.name.as_str().into();
        plus.write(&name, simulated.plus)?;
        minus
            .write(&name, simulated.minus.into_iter().map(|item| Interval { value: -item.value, ..item }).collect())?;
        for gene in &simulated.genes {
            let strand = if gene.strand == Strand::Plus { '+' } else { '-' };
            let expression = (gene.elongation * 100.0).clamp(0.0, 1_000.0).round();
            genes.line(&format!("{name}\t{}\t{}\t{}\t{expression}\t{strand}", gene.start, gene.end, gene.name))?;
        }
        for (track, (signal, peaks)) in simulated.marks.into_iter().zip(&mut marks) {
            signal.write(&name, track.signal)?;
            for Peak { start, end, name: peak, score } in &track.peaks {
                peaks.line(&format!("{name}\t{start}\t{end}\tsimulated.{peak}\t{score}"))?;
            }
        }
    }
    plus.finish()?;
    minus.finish()?;
    genes.finish()?;
    for (signal, peaks) in marks {
        signal.finish()?;
        peaks.finish()?;
    }
    progress.advance(total, total);
    Ok(files)
}

/// A small simulated assay for examples: 60,000 reads on hg38's chr21. Gives the paths of the plus and the minus strand.
///
/// # Errors
/// [`Error::Write`].
pub fn simulated_pair(folder: &Path) -> Result<(PathBuf, PathBuf)> {
    let chr21 = Chromosome { name: "chr21".to_owned(), length: 46_709_983 };
    let files = write(folder, &[chr21], 1, 60_000, &Unwatched)?;
    Ok((files.plus, files.minus))
}

/// A text table that is whole or absent.
struct Table {
    path: PathBuf,
    partial: PartialFile,
    out: BufWriter<fs::File>,
}

impl Table {
    fn create(path: &Path) -> Result<Self> {
        let partial = PartialFile::create(path)?;
        let out = BufWriter::new(partial.handle()?);
        let mut table = Self { path: path.to_owned(), partial, out };
        table.line("# simulated by nascape; not measured")?;
        Ok(table)
    }

    fn line(&mut self, line: &str) -> Result<()> {
        writeln!(self.out, "{line}").map_err(|source| Error::Write { path: self.path.clone(), source })
    }

    fn finish(mut self) -> Result<()> {
        self.out.flush().map_err(|source| Error::Write { path: self.path.clone(), source })?;
        self.partial.finish()
    }
}
