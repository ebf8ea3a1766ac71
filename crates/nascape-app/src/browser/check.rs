//! The import doctor's report on an open assay.

use nascape_signal::doctor::{Code, Files, Finding, Severity};

use super::{
    Browser,
    fault::Answer,
    wire::{Checkup, FindingLine, Fix},
    words::in_the_window,
};

impl Browser {
    /// Examines an assay's files.
    ///
    /// # Errors
    /// When the track was closed or holds features.
    pub fn check_assay(&self, track: &str) -> Answer<Checkup> {
        let track = self.track(track)?;
        let source = &track.signal()?.source;
        let two_files = matches!(source.files, Files::Strands(..));
        let report = source.check(None)?;
        let line = |finding: Finding| {
            let swapped = finding.code == Code::Orientation && finding.severity == Severity::Error;
            let Finding { code, severity, message, remedy } = finding;
            let (message, remedy) = (in_the_window(&message), in_the_window(&remedy));
            FindingLine { code, severity, message, remedy, fix: (swapped && two_files).then_some(Fix::SwapStrands) }
        };
        Ok(Checkup { verdict: report.verdict, findings: report.findings.into_iter().map(line).collect() })
    }
}
