//! NumPy's `.npy`, for people who go on in Python.

use std::{io::Write, path::Path};

use ndarray::ArrayView1;
use ndarray_npy::WriteNpyExt;

use crate::{Error, Result, partial::PartialFile};

/// Writes `values` as a one-dimensional float32 array that `numpy.load` opens.
///
/// # Errors
/// [`Error::Write`]; an older file of the name stays as it was then.
pub fn write(path: &Path, values: &[f32]) -> Result<()> {
    let mut partial = PartialFile::create(path)?;
    let mut bytes = Vec::with_capacity(values.len() * 4 + 128);
    let fault = |source| Error::Write { path: path.to_owned(), source };
    ArrayView1::from(values).write_npy(&mut bytes).map_err(|e| fault(std::io::Error::other(e)))?;
    partial.file().write_all(&bytes).map_err(fault)?;
    partial.finish()
}
