//! Lines of a text file, plain or gzipped.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use flate2::read::MultiGzDecoder;

use crate::{Error, Result, unpacked::Unpacked};

/// A line longer than this is not of any format we read: the file is binary, or its line ends are lost.
const LONGEST_LINE: u64 = 1 << 20;

/// Gives each line (without its end) and its number from 1 to `visit`; gzip is recognised by content, not by name.
///
/// # Errors
/// [`Error::Read`], [`Error::Damaged`] for a gzip stream that is cut, [`Error::Line`] for text that is not UTF-8, and whatever
/// `visit` returns.
pub(crate) fn for_each_line(path: &Path, mut visit: impl FnMut(u64, &str) -> Result<()>) -> Result<()> {
    let mut lines = BufReader::with_capacity(1 << 16, open(path)?);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = (&mut lines).take(LONGEST_LINE).read_until(b'\n', &mut line);
        if read.map_err(|source| stream_fault(path, source))? == 0 {
            break;
        }
        let fault = |detail: &str| Error::Line { path: path.to_owned(), line: number, detail: detail.to_owned() };
        if line.len() as u64 == LONGEST_LINE {
            return Err(fault("the line does not end within a megabyte; this is not a text table."));
        }
        let text = std::str::from_utf8(&line).map_err(|_| fault("this is not text; was a binary file renamed?"))?;
        visit(number, text.trim_end_matches(['\n', '\r']))?;
    }
    Ok(())
}

fn open(path: &Path) -> Result<Box<dyn Read>> {
    let fault = |source| Error::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(fault)?;
    let bytes = file.metadata().map_err(fault)?.len();
    let mut buffered = BufReader::new(file);
    let start = buffered.fill_buf().map_err(fault)?;
    Ok(match start.starts_with(&[0x1f, 0x8b]) {
        true => Box::new(Unpacked::new(MultiGzDecoder::new(buffered), bytes)),
        false => Box::new(buffered),
    })
}

fn stream_fault(path: &Path, source: std::io::Error) -> Error {
    use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    match source.kind() {
        UnexpectedEof | InvalidData | InvalidInput => {
            Error::Damaged { path: path.to_owned(), detail: format!("its gzip stream: {source}") }
        }
        _ => Error::Read { path: path.to_owned(), source },
    }
}

/// True for the lines of BED-like files that carry no data.
pub(crate) fn is_header(line: &str) -> bool {
    // Some editors begin a text with a byte order mark.
    let line = line.trim_start_matches('\u{feff}').trim_start();
    line.is_empty() || line.starts_with('#') || line.starts_with("track") || line.starts_with("browser")
}

/// The chromosome, start and end that every BED-like line begins with, and the fields after them.
///
/// # Errors
/// A sentence about the field that is wrong.
pub(crate) fn bed_fields(line: &str) -> std::result::Result<(&str, u32, u32, impl Iterator<Item = &str>), String> {
    // Names may hold spaces where tabs part the fields.
    let tabs = line.contains('\t');
    let mut fields =
        line.split(move |c: char| if tabs { c == '\t' } else { c == ' ' }).filter(|field| !field.is_empty());
    let chromosome = fields.next().unwrap_or_default();
    let mut position = |what: &str| match fields.next().map(|field| (field, field.trim().parse::<u32>())) {
        Some((_, Ok(position))) => Ok(position),
        Some((field, Err(_))) => Err(format!("the {what} '{field}' is not a position.")),
        None => Err(format!("the {what} is missing: expected chromosome, start, end, parted by tabs.")),
    };
    let (start, end) = (position("start")?, position("end")?);
    if start >= end {
        return Err(format!("the end {end} does not lie behind the start {start}."));
    }
    Ok((chromosome, start, end, fields))
}
