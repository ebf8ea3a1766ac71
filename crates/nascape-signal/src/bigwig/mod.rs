//! bigWig through bigtools: local files and http(s) addresses in, whole files or none out.

mod checked;
mod read;
mod write;

pub use read::BigWig;
pub(crate) use read::as_url;
pub use write::BigWigWriter;
