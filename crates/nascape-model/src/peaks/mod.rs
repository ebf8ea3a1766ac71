//! Peaks of an imputed track: where to cut it ([`false_discovery`]), and the runs of bins above the cut ([`Caller`]).

mod call;
mod rate;

pub use call::{Caller, Peak, Rule};
pub use rate::{Rate, false_discovery, rate_at, threshold_for};
