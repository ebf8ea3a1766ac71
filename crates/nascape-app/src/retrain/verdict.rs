//! Did it help? The retrained bundle beside the one it started from.

use std::path::Path;

use nascape_model::{Bundle, bundle::Card, metrics::bootstrap::Statistic};
use nascape_signal::{Progress, Region};
use serde::Serialize;

use super::{FOLDER, Parts, Request};
use crate::{
    Result,
    compare::{self, Comparison, Difference},
};

/// The verdict on a retraining.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// The bundle that was started from.
    pub from: String,
    /// SHA-256 of each file of its weights.
    pub from_weights_sha256: Vec<String>,
    /// The retrained bundle.
    pub bundle: String,
    /// What was learned from, chosen by and measured on.
    pub parts: Parts,
    /// The figure that decides, old and new, on the regions that were learned from.
    pub learned: [f64; 2],
    /// The same where neither learned.
    pub elsewhere: [f64; 2],
    /// Their difference elsewhere, with its interval.
    pub difference: Difference,
    /// What it says, in words.
    pub sentence: String,
    /// All measures of both, with baselines.
    pub comparison: Comparison,
}

impl Verdict {
    pub(super) fn measure(
        request: &Request,
        bundle: &Path,
        parts: Parts,
        card: &Card,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let retrained = Bundle::open(bundle)?;
        let comparison = compare(request, &retrained, &parts.test, &bundle.join(FOLDER), progress)?;
        let scratch = tempfile::tempdir().map_err(crate::error::write_fault(&std::env::temp_dir()))?;
        let on_learned = compare(request, &retrained, &parts.train, scratch.path(), progress)?;
        let difference = comparison.differences[0].clone();
        let [learned, elsewhere] = [&on_learned, &comparison].map(figures);
        let sentence = sentence(&difference, learned, elsewhere);
        let start = &request.start.card;
        Ok(Self {
            from: start.name.clone(),
            from_weights_sha256: start.weights.iter().map(|file| file.sha256.clone()).collect(),
            bundle: card.name.clone(),
            parts,
            learned,
            elsewhere,
            difference,
            sentence,
            comparison,
        })
    }
}

fn compare(
    request: &Request,
    retrained: &Bundle,
    regions: &[Region],
    output: &Path,
    progress: &dyn Progress,
) -> Result<Comparison> {
    let target = &request.start.card.targets[0];
    let comparison = compare::Request {
        bundles: vec![request.start.clone(), retrained.clone()],
        recipes: Vec::new(),
        data: None,
        assay: request.assay.clone(),
        mark: target.name.clone(),
        observed: request.observed.clone(),
        other_cells: Vec::new(),
        regions: regions.to_vec(),
        exclude: request.exclude.clone(),
        smooth: None,
        transform: target.transform,
        threshold: None,
        command: request.command.clone(),
        output: output.to_owned(),
    };
    compare::run(&comparison, progress)
}

/// The deciding figure of the old bundle and of the new one.
fn figures(comparison: &Comparison) -> [f64; 2] {
    let Difference { statistic, bin_size, .. } = comparison.differences[0];
    [0, 1].map(|line| {
        let at = comparison.lines[line].resolutions.iter().find(|at| at.bin_size == bin_size);
        let measures = &at.expect("measured at this size").measures;
        match statistic {
            Statistic::Auprc => measures.auprc,
            Statistic::Pearson => measures.pearson,
        }
        .unwrap_or(f64::NAN)
    })
}

fn sentence(difference: &Difference, [was, is]: [f64; 2], [before, after]: [f64; 2]) -> String {
    let figure = match difference.statistic {
        Statistic::Auprc => "AUPRC",
        Statistic::Pearson => "Pearson's correlation at 1 kb",
    };
    let (lower, upper) = (difference.found.lower, difference.found.upper);
    let measured =
        format!("{figure} {before:.3} -> {after:.3} (95 % interval of the difference {lower:+.3} to {upper:+.3})");
    match difference.verdict {
        compare::Verdict::Better => format!("Better elsewhere: {measured}."),
        compare::Verdict::Worse => format!("Worse elsewhere: {measured}. Keep the starting bundle."),
        compare::Verdict::NoDifferent if is > was + 0.02 => format!(
            "No different elsewhere: {measured}. On the chosen regions it rose from {was:.3} to {is:.3}: it has learned them by heart. \
             Keep the starting bundle, or retrain on more."
        ),
        compare::Verdict::NoDifferent => {
            format!("No different elsewhere: {measured}. Keep the starting bundle, or retrain on more.")
        }
    }
}
