//! Tensors on disk: safetensors, every name and shape checked against what the architecture asks for.

use std::{
    collections::HashMap,
    fmt::Write as _,
    fs::File,
    io::{self, Read},
    path::Path,
};

use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use sha2::{Digest, Sha256};

type Shapes = [(String, Vec<usize>)];

/// The tensors by name, each of exactly the wanted shape.
///
/// # Errors
/// A sentence that names the tensor.
pub(super) fn parse(bytes: &[u8], wanted: &Shapes) -> Result<HashMap<String, Vec<f32>>, String> {
    let file = SafeTensors::deserialize(bytes)
        .map_err(|fault| format!("the weights are not a safetensors file ({fault})."))?;
    if let Some(extra) = file.names().into_iter().find(|name| !wanted.iter().any(|(known, _)| known.as_str() == *name))
    {
        return Err(format!("the weights hold a tensor '{extra}' that the architecture does not have."));
    }
    let mut tensors = HashMap::new();
    for (name, shape) in wanted {
        let tensor = file.tensor(name).map_err(|_| format!("the weights lack the tensor '{name}'."))?;
        if tensor.dtype() != Dtype::F32 || tensor.shape() != shape.as_slice() {
            return Err(format!(
                "the tensor '{name}' is {:?} {:?}; the architecture asks for F32 {shape:?}.",
                tensor.dtype(),
                tensor.shape()
            ));
        }
        let values = tensor.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        let values: Vec<f32> = values.collect();
        if values.iter().any(|value| !value.is_finite()) {
            return Err(format!("the tensor '{name}' holds a value that is not a finite number."));
        }
        tensors.insert(name.clone(), values);
    }
    Ok(tensors)
}

/// The bytes of a safetensors file.
pub(super) fn serialize(tensors: &HashMap<String, Vec<f32>>, shapes: &Shapes) -> Vec<u8> {
    let bytes: Vec<(&String, &Vec<usize>, Vec<u8>)> = shapes
        .iter()
        .map(|(name, shape)| (name, shape, tensors[name].iter().flat_map(|value| value.to_le_bytes()).collect()))
        .collect();
    let views = bytes.iter().map(|(name, shape, data)| {
        (name.as_str(), TensorView::new(Dtype::F32, shape.to_vec(), data).expect("as many values as the shape says"))
    });
    safetensors::serialize(views, None).expect("plain tensors serialise")
}

/// SHA-256 in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// SHA-256 of a file in hexadecimal, read in pieces.
///
/// # Errors
/// [`nascape_signal::Error::Read`].
pub fn sha256_of_file(path: &Path) -> nascape_signal::Result<String> {
    let fault = |source: io::Error| nascape_signal::Error::Read { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(fault)?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        match file.read(&mut piece).map_err(fault)? {
            0 => return Ok(hexadecimal(&hasher.finalize())),
            read => hasher.update(&piece[..read]),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
