//! bedGraph, plain or gzipped, in and out. Text formats are held in memory: 12 bytes a line.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};

use crate::{
    Error, Interval, Result,
    partial::PartialFile,
    text::{bed_fields, for_each_line, is_header},
};

/// Reads a bedGraph into intervals per chromosome, sorted by start.
///
/// # Errors
/// [`Error::Line`] for a line that does not parse, a value that is not a finite number, or an item that overlaps another;
/// [`Error::Read`] and [`Error::Damaged`] as the file system and gzip give them.
pub fn read(path: &Path) -> Result<BTreeMap<String, Vec<Interval>>> {
    let mut chromosomes: BTreeMap<String, Vec<Interval>> = BTreeMap::new();
    for_each_line(path, |number, line| {
        if is_header(line) {
            return Ok(());
        }
        let (chromosome, interval) =
            parse(line).map_err(|detail| Error::Line { path: path.to_owned(), line: number, detail })?;
        match chromosomes.get_mut(chromosome) {
            Some(intervals) => intervals.push(interval),
            None => drop(chromosomes.insert(chromosome.to_owned(), vec![interval])),
        }
        Ok(())
    })?;
    for (chromosome, intervals) in &mut chromosomes {
        intervals.sort_by_key(|interval| interval.start);
        if let Some(pair) = intervals.windows(2).find(|pair| pair[0].end > pair[1].start) {
            let detail = format!(
                "two items overlap at {chromosome}:{}. A bedGraph has one value a base: was it merged from both strands or from \
                 several files? Give one file a strand.",
                pair[1].start
            );
            return Err(Error::Damaged { path: path.to_owned(), detail });
        }
    }
    Ok(chromosomes)
}

fn parse(line: &str) -> std::result::Result<(&str, Interval), String> {
    let (chromosome, start, end, mut fields) = bed_fields(line)?;
    let field = fields.next().ok_or("the fourth column, the value, is missing.")?;
    let value: f32 = field.trim().parse().map_err(|_| format!("the value '{field}' is not a number."))?;
    if !value.is_finite() {
        return Err(format!("the value '{field}' is not a finite number; leave such bases out of the file."));
    }
    Ok((chromosome, Interval { start, end, value }))
}

/// A bedGraph being written, gzipped when the name ends in `.gz`. Dropped unfinished, nothing is left on the disk.
pub struct BedGraphWriter {
    path: PathBuf,
    partial: PartialFile,
    out: Out,
}

enum Out {
    Plain(BufWriter<File>),
    /// Boxed: gzip's state is large.
    Gzipped(Box<GzEncoder<BufWriter<File>>>),
}

impl Out {
    fn lines(&mut self, chromosome: &str, intervals: &[Interval]) -> io::Result<()> {
        let out: &mut dyn Write = match self {
            Self::Plain(out) => out,
            Self::Gzipped(out) => out,
        };
        intervals
            .iter()
            .try_for_each(|item| writeln!(out, "{chromosome}\t{}\t{}\t{}", item.start, item.end, item.value))
    }

    /// Writes what is still held, gzip's last block included: dropped silently, it could be lost on a full disk.
    fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(mut out) => out.flush(),
            Self::Gzipped(out) => out.finish()?.flush(),
        }
    }
}

impl BedGraphWriter {
    /// # Errors
    /// [`Error::Write`] when the folder is missing, full or read-only.
    pub fn create(path: &Path) -> Result<Self> {
        let partial = PartialFile::create(path)?;
        let file = BufWriter::new(partial.handle()?);
        let gzipped = path.extension().is_some_and(|extension| extension == "gz");
        let out = if gzipped {
            Out::Gzipped(Box::new(GzEncoder::new(file, Compression::default())))
        } else {
            Out::Plain(file)
        };
        Ok(Self { path: path.to_owned(), partial, out })
    }

    /// Adds intervals of one chromosome. Values are written in the fewest digits that read back to the same number.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write(&mut self, chromosome: &str, intervals: &[Interval]) -> Result<()> {
        self.out.lines(chromosome, intervals).map_err(|source| Error::Write { path: self.path.clone(), source })
    }

    /// # Errors
    /// [`Error::Write`]; the file is not there then.
    pub fn finish(self) -> Result<()> {
        let Self { path, partial, out } = self;
        out.finish().map_err(|source| Error::Write { path, source })?;
        partial.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn read_text(text: &str) -> Result<BTreeMap<String, Vec<Interval>>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        read(file.path())
    }

    #[test]
    fn headers_spaces_and_disorder_are_read() {
        let text = "track type=bedGraph\n#c\nchr2 10 20 1.5\nchr1\t5\t6\t-2\r\nchr1\t1\t3\t7\n";
        let chromosomes = read_text(text).unwrap();
        assert_eq!(chromosomes["chr1"].iter().map(|i| (i.start, i.value)).collect::<Vec<_>>(), [(1, 7.0), (5, -2.0)]);
        assert_eq!(chromosomes["chr2"][0], Interval { start: 10, end: 20, value: 1.5 });
    }

    #[test]
    fn faults_name_the_line() {
        for (text, line) in [
            ("chr1\t1\t2\tnan\n", 1),
            ("chr1\t1\t2\t3\nchr1\t9\t8\t1\n", 2),
            ("chr1\t1\tx\t1\n", 1),
            ("chr1\t1\t2\n", 1),
        ] {
            let error = read_text(text).unwrap_err();
            assert!(matches!(&error, Error::Line { line: at, .. } if *at == line), "{error}");
        }
        let overlap = read_text("chr1\t1\t5\t1\nchr1\t4\t6\t1\n").unwrap_err();
        assert!(overlap.to_string().contains("overlap at chr1:4"), "{overlap}");
    }

    #[test]
    fn written_values_read_back_bit_for_bit() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["t.bedGraph", "t.bedGraph.gz"] {
            let path = folder.path().join(name);
            let items =
                [Interval { start: 0, end: 50, value: 0.1 + 0.2 }, Interval { start: 50, end: 100, value: 1e-30 }];
            let mut writer = BedGraphWriter::create(&path).unwrap();
            writer.write("chr1", &items).unwrap();
            writer.finish().unwrap();
            assert_eq!(read(&path).unwrap()["chr1"], items);
        }
    }
}
