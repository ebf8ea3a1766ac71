//! bigWig through bigtools: local files and http(s) addresses in, whole files or none out.

mod checked;
mod reach;
mod read;
mod remote;
mod write;

pub use reach::Reach;
pub use read::BigWig;
pub(crate) use read::as_url;
pub use write::BigWigWriter;
