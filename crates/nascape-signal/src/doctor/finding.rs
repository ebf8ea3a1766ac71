//! A finding: what, how bad, and what to do.

use serde::Serialize;

use crate::Error;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// As expected.
    Fine,
    /// Not as expected, and mended without a question.
    Mended,
    /// Usable with a caution.
    Warning,
    /// The result would be wrong, or there would be none.
    Error,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// A file cannot be read: missing, empty, damaged, or of another format.
    Unreadable,
    /// Which assembly the files are on.
    Assembly,
    /// The files are on different assemblies.
    AssemblyMismatch,
    /// The same data were given for both strands.
    SameStrandTwice,
    /// Whether plus is plus.
    Orientation,
    /// A strand is written in negative numbers.
    Sign,
    /// A strand has negative and positive numbers.
    MixedSigns,
    /// `21` for `chr21`.
    Naming,
    /// Read coverage instead of read ends.
    Coverage,
    /// Normalised values instead of counts.
    Normalised,
    /// Values that are no finite numbers.
    NotNumbers,
    /// How many reads there are.
    Depth,
    /// Data on one chromosome only.
    OneChromosome,
    /// How even the strands are.
    Balance,
    /// One file for both strands.
    Unstranded,
}

/// One thing found.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What it is about.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What was found, with its evidence.
    pub message: String,
    /// What is done about it, or what the user can do; empty when all is fine.
    pub remedy: String,
}

impl Finding {
    pub(super) fn new(code: Code, severity: Severity, message: String, remedy: impl Into<String>) -> Self {
        Self { code, severity, message, remedy: remedy.into() }
    }

    pub(super) fn fine(code: Code, message: String) -> Self {
        Self::new(code, Severity::Fine, message, "")
    }

    /// The finding that a file cannot be used at all. The error's own sentence holds the remedy.
    pub(super) fn of_error(fault: &Error) -> Self {
        let code = match fault {
            Error::AssemblyMismatch(_) | Error::NoSharedChromosome { .. } => Code::AssemblyMismatch,
            Error::AssemblyNotStated { .. } | Error::BeyondChromosome { .. } => Code::Assembly,
            Error::SameStrandTwice { .. } => Code::SameStrandTwice,
            _ => Code::Unreadable,
        };
        Self::new(code, Severity::Error, fault.to_string(), "")
    }
}
