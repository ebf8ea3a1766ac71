//! The verbs of the command line, a file each.

pub mod bin;
pub mod check;
pub mod compare;
pub mod evaluate;
pub mod impute;
pub mod models;
pub mod peaks;
pub mod reproduce;
pub mod retrain;
pub mod retrain_worker;
pub mod serve;
pub mod simulate;
pub mod tirs;
pub mod train;
