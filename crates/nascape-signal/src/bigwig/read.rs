//! Reading intervals of a bigWig, from the disk or over http(s).

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use bigtools::{BBIReadError, BigWigRead, BigWigReadOpenError};
use byteordered::Endianness;

use super::{
    checked::{Checked, number},
    reach::Reach,
    remote::RemoteFile,
    server::is_not_wanted,
};
use crate::{Error, Interval, Result, assembly::Chromosome, guard::guarded, region::Region};

const MAGIC: u32 = 0x888F_FC26;

/// An open bigWig. It may be read from several threads, one at a time.
pub struct BigWig {
    path: PathBuf,
    chromosomes: Vec<Chromosome>,
    reader: Mutex<BigWigRead<Checked>>,
}

pub(super) trait Source: Read + Seek + Send {}
impl<T: Read + Seek + Send> Source for T {}

impl BigWig {
    /// Opens a bigWig file, or an address that starts with `http://` or `https://` and that the user named.
    ///
    /// # Errors
    /// As [`BigWig::open_within`].
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_within(path, Reach::Named)
    }

    /// Opens a bigWig file, or an address, as far as it may reach.
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Remote`] when the server cannot send parts of the file, [`Error::Damaged`] when its header
    /// points past its end or its index does not read.
    pub fn open_within(path: &Path, reach: Reach) -> Result<Self> {
        let source = check_header(path, open_source(path, reach)?)?;
        let opened = guarded(|| BigWigRead::open(source)).map_err(|detail| damaged(path, detail))?;
        let reader = opened.map_err(|fault| match fault {
            BigWigReadOpenError::IoError(source) => read_fault(path, source),
            other => damaged(path, format!("its header: {other}")),
        })?;
        let chromosomes: Vec<Chromosome> =
            reader.chroms().iter().map(|c| Chromosome { name: c.name.clone(), length: c.length }).collect();
        let bigwig = Self { path: path.to_owned(), chromosomes, reader: Mutex::new(reader) };
        if let Some(first) = bigwig.chromosomes.first() {
            // The index lies behind the data: a file that was cut fails here, not in the middle of a long job.
            bigwig.scan(&Region::new(&first.name, 0, 1), |_| {})?;
        }
        Ok(bigwig)
    }

    /// The chromosomes of the header; some may hold no data.
    pub fn chromosomes(&self) -> &[Chromosome] {
        &self.chromosomes
    }

    /// True when the index knows of data on `chromosome`.
    ///
    /// # Errors
    /// As [`BigWig::scan`].
    pub fn has_data(&self, chromosome: &Chromosome) -> Result<bool> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.inner_read().begin();
        let first =
            guarded(|| reader.get_interval(&chromosome.name, 0, chromosome.length).map(|mut items| items.next()));
        match first.map_err(|detail| damaged(&self.path, detail))? {
            Ok(None) => Ok(false),
            Ok(Some(Ok(_))) => Ok(true),
            Ok(Some(Err(fault))) | Err(fault) => Err(self.fault(fault, &chromosome.name)),
        }
    }

    /// Gives every interval that overlaps `region` to `visit`, clipped to it and in order.
    ///
    /// # Errors
    /// [`Error::Damaged`] where a block does not decompress or parse, [`Error::Read`] when the disk or the server fails.
    pub fn scan(&self, region: &Region, mut visit: impl FnMut(Interval)) -> Result<()> {
        self.scan_until(region, |item| {
            visit(item);
            ControlFlow::Continue(())
        })
    }

    /// The same until `visit` breaks off.
    ///
    /// # Errors
    /// As [`BigWig::scan`].
    pub fn scan_until(&self, region: &Region, mut visit: impl FnMut(Interval) -> ControlFlow<()>) -> Result<()> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.inner_read().begin();
        let outcome = guarded(|| -> std::result::Result<(), BBIReadError> {
            for item in reader.get_interval(&region.chromosome, region.start, region.end)? {
                let item = item?;
                let interval = Interval { start: item.start, end: item.end, value: item.value };
                if let Some(interval) = interval.clipped(region.start, region.end)
                    && visit(interval).is_break()
                {
                    break;
                }
            }
            Ok(())
        });
        outcome.map_err(|detail| damaged(&self.path, detail))?.map_err(|fault| self.fault(fault, &region.to_string()))
    }

    fn fault(&self, fault: BBIReadError, place: &str) -> Error {
        match fault {
            BBIReadError::IoError(source) => read_fault(&self.path, source),
            other => damaged(&self.path, format!("at {place}: {other}")),
        }
    }
}

fn damaged(path: &Path, detail: impl Into<String>) -> Error {
    Error::Damaged { path: path.to_owned(), detail: detail.into() }
}

fn read_fault(path: &Path, source: std::io::Error) -> Error {
    match source.kind() {
        _ if is_not_wanted(&source) => Error::Cancelled,
        std::io::ErrorKind::UnexpectedEof => damaged(path, "it ends before its index does"),
        std::io::ErrorKind::InvalidData => damaged(path, source.to_string()),
        // No file is long enough for the place that was to be read.
        std::io::ErrorKind::InvalidInput => damaged(path, "its index leads beyond its end"),
        _ => Error::Read { path: path.to_owned(), source },
    }
}

fn open_source(path: &Path, reach: Reach) -> Result<Box<dyn Source>> {
    if let Some(url) = as_url(path) {
        return Ok(Box::new(RemoteFile::open(url, reach)?));
    }
    let file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    Ok(Box::new(file))
}

/// The path as an http(s) address, if it is one.
pub(crate) fn as_url(path: &Path) -> Option<&str> {
    path.to_str().filter(|text| text.starts_with("http://") || text.starts_with("https://"))
}

/// Checks the magic number, that the tables which the header points to lie inside the file, and what [`Checked::open`] checks.
fn check_header(path: &Path, mut source: Box<dyn Source>) -> Result<Checked> {
    let mut header = [0; 64];
    source.read_exact(&mut header).map_err(|fault| read_fault(path, fault))?;
    let magic: [u8; 4] = header[..4].try_into().expect("4 bytes");
    let order = match (u32::from_le_bytes(magic), u32::from_be_bytes(magic)) {
        (MAGIC, _) => Endianness::Little,
        (_, MAGIC) => Endianness::Big,
        _ => return Err(damaged(path, "it does not start as a bigWig does")),
    };
    let length = source.seek(SeekFrom::End(0)).map_err(|fault| read_fault(path, fault))?;
    for (table, at) in [("chromosome list", 8), ("data", 16), ("index", 24)] {
        let offset = number(order, &header, at, 8);
        if offset >= length {
            let detail = format!("its {table} should be at byte {offset}, but the file ends at byte {length}");
            return Err(damaged(path, detail));
        }
    }
    Checked::open(source, length, &header, order).map_err(|fault| read_fault(path, fault))
}
