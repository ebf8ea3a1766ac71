//! Pictures, which travel as they are: their bytes are the whole request, and where they go stands beside them.

use super::Fault;
use crate::browser::Answer;

/// The header that names the file.
pub const PICTURE_PATH: &str = "nascape-path";

/// The file that the header's value names: JSON text of ASCII characters, since a header has no others.
///
/// # Errors
/// For anything else.
pub fn path_of_picture(value: Option<&[u8]>) -> Answer<String> {
    let fault = || Fault::new(format!("The header '{PICTURE_PATH}' does not name a file."));
    serde_json::from_slice(value.ok_or_else(fault)?).map_err(|_| fault())
}
