//! The lengths in a BAM, checked as they pass: noodles allocates what they say before it reads a byte of it.

use std::io::{self, ErrorKind, Read};

/// Bytes of the header's text.
const LONGEST_TEXT: u32 = 16 << 20;
/// Reference sequences.
const MOST_REFERENCES: u32 = 1 << 20;
/// Bytes of a reference sequence's name.
const LONGEST_NAME: u32 = 1 << 12;
/// Bytes of an alignment; those of the longest nanopore reads have some ten million.
const LONGEST_ALIGNMENT: u32 = 1 << 26;
/// Bytes of the fields that every alignment has (SAM specification, 4.2).
const SHORTEST_ALIGNMENT: u32 = 32;

/// The unpacked bytes of a BAM.
pub(super) struct Checked<R> {
    inner: R,
    next: Length,
    /// The bytes of the number at hand that have passed.
    bytes: [u8; 4],
    passed: usize,
    /// Bytes to the next number.
    skip: u32,
    references: u32,
}

/// What the next number of four bytes is.
#[derive(Clone, Copy)]
enum Length {
    Magic,
    Text,
    References,
    Name,
    Reference,
    Alignment,
}

impl<R> Checked<R> {
    pub fn new(inner: R) -> Self {
        Self { inner, next: Length::Magic, bytes: [0; 4], passed: 0, skip: 0, references: 0 }
    }

    /// Of a stream that stands where an alignment begins.
    pub fn at_alignment(inner: R) -> Self {
        Self { next: Length::Alignment, ..Self::new(inner) }
    }

    pub fn inner(&self) -> &R {
        &self.inner
    }

    pub fn inner_mut(&mut self) -> &mut R {
        &mut self.inner
    }

    fn follow(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while let [first, rest @ ..] = bytes {
            if self.skip > 0 {
                let skipped = (self.skip as usize).min(bytes.len());
                self.skip -= skipped as u32;
                bytes = &bytes[skipped..];
                continue;
            }
            self.bytes[self.passed] = *first;
            self.passed += 1;
            bytes = rest;
            if self.passed == self.bytes.len() {
                self.passed = 0;
                self.number(u32::from_le_bytes(self.bytes))?;
            }
        }
        Ok(())
    }

    fn number(&mut self, number: u32) -> io::Result<()> {
        let within = |what: &str, least: u32, most: u32| match (least..=most).contains(&number) {
            true => Ok(number),
            false => Err(io::Error::new(
                ErrorKind::InvalidData,
                format!("{what} of {number}, where from {least} to {most} are read"),
            )),
        };
        match self.next {
            Length::Magic => self.next = Length::Text,
            Length::Text => {
                self.skip = within("a header's text in bytes", 0, LONGEST_TEXT)?;
                self.next = Length::References;
            }
            Length::References => {
                self.references = within("a number of reference sequences", 0, MOST_REFERENCES)?;
                self.next = if self.references > 0 { Length::Name } else { Length::Alignment };
            }
            Length::Name => {
                self.skip = within("a reference's name in bytes", 1, LONGEST_NAME)?;
                self.next = Length::Reference;
            }
            Length::Reference => {
                self.references -= 1;
                self.next = if self.references > 0 { Length::Name } else { Length::Alignment };
            }
            // An alignment of no bytes would end the file for noodles, with no word of what follows.
            Length::Alignment => self.skip = within("an alignment in bytes", SHORTEST_ALIGNMENT, LONGEST_ALIGNMENT)?,
        }
        Ok(())
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.follow(&buffer[..read])?;
        Ok(read)
    }
}
