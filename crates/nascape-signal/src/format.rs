//! Telling the format of a signal file by its content, not by its name.

use std::{fmt, fs::File, io::Read, path::Path};

use crate::{Error, Result, bigwig::as_url, text::is_header};

/// The formats signal is read from, recognised by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// bigWig, local or remote.
    BigWig,
    /// bedGraph, plain or gzipped.
    BedGraph,
    /// BAM; its signal is made of read ends.
    Bam,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BigWig => "bigWig",
            Self::BedGraph => "bedGraph",
            Self::Bam => "BAM",
        })
    }
}

/// Bytes looked at to tell a format: enough for the longest comments.
const SNIFFED: usize = 1 << 16;

/// Tells the format of a signal file from its first bytes.
///
/// # Errors
/// [`Error::Read`], [`Error::Empty`], or [`Error::Format`] for anything else.
pub fn sniff(path: &Path) -> Result<Format> {
    if as_url(path).is_some() {
        return Ok(Format::BigWig);
    }
    let mut start = vec![0; SNIFFED];
    let read_fault = |source| Error::Read { path: path.to_owned(), source };
    let read = read_start(&mut File::open(path).map_err(read_fault)?, &mut start).map_err(read_fault)?;
    let mut start = &start[..read];
    let mut plain = vec![0; SNIFFED];
    let named_bigwig =
        path.extension().is_some_and(|e| e.eq_ignore_ascii_case("bw") || e.eq_ignore_ascii_case("bigwig"));
    let format = |found: &str| {
        let expected = if named_bigwig { "a bigWig file" } else { "a bigWig, bedGraph or BAM file" };
        Error::Format { path: path.to_owned(), expected, found: found.to_owned() }
    };
    if start.is_empty() {
        return Err(Error::Empty { path: path.to_owned() });
    }
    if start.starts_with(&[0x26, 0xfc, 0x8f, 0x88]) || start.starts_with(&[0x88, 0x8f, 0xfc, 0x26]) {
        return Ok(Format::BigWig);
    }
    if start.starts_with(&[0xeb, 0xf2, 0x89, 0x87]) || start.starts_with(&[0x87, 0x89, 0xf2, 0xeb]) {
        return Err(format("is a bigBed"));
    }
    if start.starts_with(b"CRAM") {
        return Err(format("is a CRAM (make a BAM of it: samtools view -b)"));
    }
    if start.starts_with(&[0x1f, 0x8b]) {
        // A failing gzip stream may still give its first bytes; what it gives decides.
        let read = read_start(&mut flate2::read::MultiGzDecoder::new(start), &mut plain).unwrap_or(0);
        start = &plain[..read];
        if start.is_empty() {
            return Err(Error::Damaged {
                path: path.to_owned(),
                detail: "its gzip stream ends before its first byte".to_owned(),
            });
        }
        if start.starts_with(b"BAM\x01") {
            return Ok(Format::Bam);
        }
    }
    // The last character, and the last line, may be cut.
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(fault) if fault.error_len().is_none() => {
            std::str::from_utf8(&start[..fault.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return Err(format("holds binary data of no format known here")),
    };
    if text.is_empty() || text.contains(|c: char| c.is_control() && !"\t\r\n".contains(c)) {
        return Err(format("holds binary data of no format known here"));
    }
    if text.trim_start().starts_with('<') {
        return Err(format("is a web page (did the download ask for a log-in?)"));
    }
    let whole_lines = if text.len() + 4 < SNIFFED { text } else { &text[..text.rfind('\n').unwrap_or(0)] };
    let data_line = whole_lines.lines().find(|line| !is_header(line));
    let columns = data_line.map_or(4, |line| line.split_whitespace().count());
    if named_bigwig {
        return Err(format("is plain text (a bedGraph? then rename it to .bedGraph)"));
    }
    if columns == 4 {
        return Ok(Format::BedGraph);
    }
    Err(format(&format!("is text with {columns} columns, where a bedGraph has 4: chromosome, start, end, value")))
}

/// Fills `buffer` as far as the source goes and gives the number of bytes; an error after some bytes counts as the end.
fn read_start(source: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(_) if filled > 0 => break,
            Err(fault) => return Err(fault),
        }
    }
    Ok(filled)
}
