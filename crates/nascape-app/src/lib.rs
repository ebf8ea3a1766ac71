//! The application without a window: what the command line, the server and the desktop do, a function a verb.
//!
//! Every function takes a plain request, reports to a [`Progress`](nascape_signal::Progress), and leaves whole outputs or none.

pub mod bin;
pub mod browser;
pub mod compare;
pub mod device;
pub mod error;
pub mod evaluate;
pub mod figure;
pub mod impute;
pub mod library;
mod locus;
pub mod peaks;
mod portion;
pub mod recipe;
pub mod record;
pub mod reproduce;
pub mod retrain;
pub mod simulate;
pub mod source;
pub mod stretch;
pub mod tirs;
pub mod train;

pub use error::{Error, Result};
pub use library::Library;
pub use source::AssaySource;

/// Sets the number of threads for everything computed from here on.
///
/// # Errors
/// When the pool of threads exists already.
pub fn set_threads(threads: usize) -> std::result::Result<(), rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()
}
