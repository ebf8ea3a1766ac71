//! Packed files that unpack to more than any table or alignment would.

use std::io::{self, ErrorKind, Read};

/// Unpacked bytes that any file may have.
const ALWAYS: u64 = 16 << 20;
/// Unpacked bytes for each packed one, beyond those: genes in GTF, the best packed of what we read, have some thirty.
const RATIO: u64 = 100;

/// A stream that is unpacked from a file, as far as [`RATIO`] goes.
pub(crate) struct Unpacked<R> {
    inner: R,
    left: u64,
}

impl<R> Unpacked<R> {
    /// What `inner` unpacks from a file of `packed` bytes.
    pub fn new(inner: R, packed: u64) -> Self {
        Self { inner, left: packed.saturating_mul(RATIO).saturating_add(ALWAYS) }
    }

    pub fn inner(&self) -> &R {
        &self.inner
    }

    pub fn inner_mut(&mut self) -> &mut R {
        &mut self.inner
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let detail = || format!("it unpacks to more than {RATIO} times its size, as no such file does");
        self.left =
            self.left.checked_sub(read as u64).ok_or_else(|| io::Error::new(ErrorKind::InvalidData, detail()))?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_unpacks_without_end_ends() {
        let mut sink = vec![0; 1 << 16];
        let mut endless = Unpacked::new(io::repeat(b'\n'), 1_000);
        let unpacked = std::iter::repeat_with(|| endless.read(&mut sink)).take_while(Result::is_ok).count() << 16;
        assert!((16 << 20..=(16 << 20) + 100_000).contains(&unpacked));
    }
}
