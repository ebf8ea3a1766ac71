//! The import doctor's report.

use nascape_signal::doctor::{Code, Severity};
use serde::Serialize;
use ts_rs::TS;

/// The doctor's report.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Checkup {
    /// The worst severity found.
    #[ts(type = "'fine' | 'mended' | 'warning' | 'error'")]
    pub verdict: Severity,
    /// What was found, the worst first.
    pub findings: Vec<FindingLine>,
}

/// One finding.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct FindingLine {
    /// What it is about.
    #[ts(type = "string")]
    pub code: Code,
    /// How bad it is.
    #[ts(type = "'fine' | 'mended' | 'warning' | 'error'")]
    pub severity: Severity,
    /// What was found, with its evidence.
    pub message: String,
    /// What is done about it, or what the user can do; empty when all is fine.
    pub remedy: String,
    /// What the program can do about it.
    pub fix: Option<Fix>,
}

/// What the program can do about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Fix {
    /// Exchange plus and minus.
    SwapStrands,
}
