//! The genome browser below its window.

pub mod wire;
