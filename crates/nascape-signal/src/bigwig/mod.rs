//! bigWig through bigtools: local files and http(s) addresses in, whole files or none out.

mod checked;
mod reach;
mod read;
mod remote;
mod server;
mod write;

pub use reach::{Reach, public_host};
pub use read::BigWig;
pub(crate) use read::as_url;
pub use write::BigWigWriter;
