//! Small files, read whole: never more than such a file has, whatever lies at its place.

use std::{
    fs::File,
    io::{self, ErrorKind, Read},
    path::Path,
};

/// Reads a file of at most `most` bytes.
///
/// # Errors
/// Those of the system; one of [`ErrorKind::FileTooLarge`] for a larger file, which is not read on.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 <= most {
        true => Ok(bytes),
        false => Err(io::Error::new(
            ErrorKind::FileTooLarge,
            format!("it is larger than {} MB, more than any such file", most >> 20),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_end_is_not_read_to_its_end() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(1_000_001).unwrap();
        assert_eq!(read(file.path(), 1_000_001).unwrap().len(), 1_000_001);
        assert_eq!(read(file.path(), 1_000_000).unwrap_err().kind(), ErrorKind::FileTooLarge);
        #[cfg(target_os = "linux")]
        assert_eq!(read(Path::new("/dev/zero"), 1_000_000).unwrap_err().kind(), ErrorKind::FileTooLarge);
    }
}
