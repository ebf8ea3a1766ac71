//! What was measured, for people: `compare.md`, and the table on the terminal.

use std::fmt::Write as _;

use nascape_model::{
    bundle::{TargetKind, TargetTransform},
    metrics::bootstrap::Statistic,
};
use nascape_signal::region::with_commas;

use super::{
    difference::{Difference, Verdict},
    report::{Comparison, Line},
};

/// A column of numbers.
struct Column {
    name: &'static str,
    value: fn(&Line, usize) -> Option<f64>,
    /// Which end is the better one.
    best: Best,
    /// Digits behind the point.
    places: usize,
}

enum Best {
    Highest,
    Lowest,
    /// It is no merit.
    Neither,
}

const fn merit(name: &'static str, value: fn(&Line, usize) -> Option<f64>) -> Column {
    Column { name, value, best: Best::Highest, places: 3 }
}

const AUPRC: Column = merit("AUPRC", |line, at| line.resolutions[at].measures.auprc);
const PEARSON: Column = merit("Pearson", |line, at| line.resolutions[at].measures.pearson);

/// The columns of finding marked bins.
const OF_CALLS: [Column; 6] = [
    AUPRC,
    merit("AUROC", |line, at| line.resolutions[at].measures.auroc),
    merit("recall", |line, at| line.resolutions[at].measures.recall),
    merit("precision", |line, at| line.resolutions[at].measures.precision),
    merit("F1", |line, at| line.resolutions[at].measures.f1),
    merit("accuracy", |line, at| line.resolutions[at].measures.accuracy),
];

/// The columns of a quantity.
const OF_QUANTITY: [Column; 4] = [
    PEARSON,
    merit("Spearman", |line, at| line.resolutions[at].measures.spearman),
    Column { best: Best::Lowest, ..merit("RMSE", |line, at| line.resolutions[at].measures.rmse) },
    merit("R2", |line, at| line.resolutions[at].measures.r2),
];

/// The columns at resolution `at` (0 is 50 bp), the one that sorts the table first.
fn columns(comparison: &Comparison, at: usize) -> Vec<Column> {
    let mut columns = match (comparison.kind, comparison.positives) {
        (TargetKind::Presence, _) => Vec::from(OF_CALLS),
        (TargetKind::Signal, None) => Vec::from(OF_QUANTITY),
        (TargetKind::Signal, Some(_)) => OF_QUANTITY.into_iter().chain(OF_CALLS).collect(),
    };
    if at == 0 && comparison.smooth.is_some() {
        columns.push(merit("Pearson, smoothed", |line, _| line.pearson_smoothed));
    }
    let cost = |name, value, places| Column { name, value, best: Best::Neither, places };
    columns.push(cost("parameters", |line, _| line.parameters.map(|number| number as f64), 0));
    if comparison.lines.iter().any(|line| line.seconds.is_some()) {
        columns.push(cost("seconds", |line, _| line.seconds, 2));
    }
    columns
}

/// The table at resolution `at`, best first; `bold` marks the best of each column.
fn table(comparison: &Comparison, at: usize, bold: bool) -> String {
    let columns = columns(comparison, at);
    let mut lines: Vec<&Line> = comparison.lines.iter().collect();
    let key = |line: &Line| (columns[0].value)(line, at).unwrap_or(f64::NEG_INFINITY);
    lines.sort_by(|a, b| key(b).total_cmp(&key(a)));
    let mut rows = vec![vec![String::new()]];
    rows[0].extend(columns.iter().map(|column| column.name.to_owned()));
    let best: Vec<Option<String>> = columns.iter().map(|column| column.best_of(&lines, at)).collect();
    for line in lines {
        let cell = |(column, best): (&Column, &Option<String>)| match (column.value)(line, at) {
            // What reads the same is equally good.
            Some(value) if bold && *best == Some(column.written(value)) => format!("**{}**", column.written(value)),
            value => value.map_or_else(String::new, |value| column.written(value)),
        };
        let name = line.name.replace('|', "\\|").replace(char::is_control, " ");
        rows.push([name].into_iter().chain(columns.iter().zip(&best).map(cell)).collect());
    }
    aligned(&rows)
}

impl Column {
    /// `None` where no line has a value, or the column is no merit.
    fn best_of(&self, lines: &[&Line], at: usize) -> Option<String> {
        let values = lines.iter().filter_map(|line| (self.value)(line, at));
        let best = match self.best {
            Best::Highest => values.max_by(f64::total_cmp),
            Best::Lowest => values.min_by(f64::total_cmp),
            Best::Neither => None,
        };
        best.map(|value| self.written(value))
    }

    fn written(&self, value: f64) -> String {
        match self.places {
            0 => with_commas(value as u64),
            places => format!("{value:.places$}"),
        }
    }
}

/// Rows as a markdown table, padded so that it reads well as it is: names left, numbers right. The first row is the head.
fn aligned(rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0).max(3);
    let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
    let mut text = String::new();
    for (at, row) in rows.iter().enumerate() {
        let cell = |(column, cell): (usize, &String)| match column {
            0 => format!("{cell:<0$}", widths[0]),
            _ => format!("{cell:>0$}", widths[column]),
        };
        let cells: Vec<String> = row.iter().enumerate().map(cell).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
        if at == 0 {
            let rule = |(column, width): (usize, &usize)| match column {
                0 => "-".repeat(*width),
                _ => format!("{}:", "-".repeat(width - 1)),
            };
            let rules: Vec<String> = widths.iter().enumerate().map(rule).collect();
            let _ = writeln!(text, "| {} |", rules.join(" | "));
        }
    }
    text
}

/// The table at 50 bp, for the terminal.
pub fn text(comparison: &Comparison) -> String {
    let counted = format!("{}, {}, 50 bp: {}\n", comparison.mark, comparison.regions.join(", "), counted(comparison));
    [counted, table(comparison, 0, false), differences(comparison), warnings(comparison)].concat()
}

/// `compare.md`.
pub(super) fn markdown(comparison: &Comparison) -> String {
    let mut text = format!("# {}: bundles and baselines on the same held-out bins\n\n", comparison.mark);
    let mut say = |line: String| text += &format!("- {line}\n");
    say(format!("regions: {}", comparison.regions.join(", ")));
    say(format!("bins of 50 bp: {}", counted(comparison)));
    for file in &comparison.files {
        let checksum =
            if file.sha256.is_empty() { String::new() } else { format!(" (SHA-256 {}…)", &file.sha256[..12]) };
        say(format!("{}: {}{checksum}", file.role, file.name));
    }
    if comparison.transform == TargetTransform::LogPerMillion {
        say("observed signals: ln(1 + value / the chromosome's sum in millions)".to_owned());
    }
    if let Some(threshold) = comparison.threshold {
        say(format!("recall, precision, F1 and accuracy: calls from {threshold} on"));
    }
    if let Some(sigma) = comparison.smooth {
        say(format!("smoothed: observed and imputed by a Gaussian of {sigma} bins"));
    }
    say(format!("Nascape {}: `{}`", comparison.nascape_version, comparison.command));
    for at in 0..comparison.lines.first().map_or(0, |line| line.resolutions.len()) {
        let bin_size = comparison.lines[0].resolutions[at].bin_size;
        let size =
            if bin_size.is_multiple_of(1_000) { format!("{} kb", bin_size / 1_000) } else { format!("{bin_size} bp") };
        text += &format!("\n## {size}\n\n{}", table(comparison, at, true));
    }
    text += &differences(comparison);
    text += &warnings(comparison);
    text
}

/// Every other bundle against the first, a line each; nothing where there is one bundle.
fn differences(comparison: &Comparison) -> String {
    let line = |difference: &Difference| {
        let Difference { name, than, statistic, bin_size, found, verdict } = difference;
        let figure = match statistic {
            Statistic::Auprc => "AUPRC",
            Statistic::Pearson => "Pearson",
        };
        let says = match verdict {
            Verdict::Better => "better",
            Verdict::NoDifferent => "no different",
            Verdict::Worse => "worse",
        };
        let (value, lower, upper) = (found.value, found.lower, found.upper);
        format!(
            "- {name} against {than}: {says}; {figure} at {bin_size} bp {value:+.3}, 95 % interval {lower:+.3} to {upper:+.3}\n"
        )
    };
    match &comparison.differences[..] {
        [] => String::new(),
        all => format!("\nIntervals over draws of blocks of 1 Mb:\n\n{}", all.iter().map(line).collect::<String>()),
    }
}

/// The bins, and how many of them are positive.
fn counted(comparison: &Comparison) -> String {
    let share = |positives: u64| 100.0 * positives as f64 / comparison.bins.max(1) as f64;
    let positives = |n: u64| format!(", {} of them positive ({:.2} %)", with_commas(n), share(n));
    with_commas(comparison.bins) + " assessed" + &comparison.positives.map_or_else(String::new, positives)
}

/// Which bundles have met the held-out regions; nothing when none has.
fn warnings(comparison: &Comparison) -> String {
    let met = comparison.bundles.iter().filter(|bundle| !bundle.met.is_empty());
    let lines: String = met.map(|bundle| format!("- {}: {}\n", bundle.name, bundle.met.join(", "))).collect();
    if lines.is_empty() {
        return lines;
    }
    format!("\nLearned from, or chosen on, part of these regions, so that the measures flatter it:\n\n{lines}")
}

#[cfg(test)]
mod tests {
    use nascape_model::metrics::Measures;

    use super::*;
    use crate::compare::report::{AtResolution, Role};

    fn line(name: &str, auprc: Option<f64>, pearson: f64) -> Line {
        let measures = Measures { auprc, pearson: Some(pearson), rmse: Some(1.0 - pearson), ..Measures::default() };
        Line {
            name: name.to_owned(),
            role: Role::Baseline,
            parameters: None,
            seconds: None,
            resolutions: vec![AtResolution { bin_size: 50, measures }],
            pearson_smoothed: None,
        }
    }

    fn comparison(kind: TargetKind, lines: Vec<Line>) -> Comparison {
        Comparison {
            nascape_version: "0",
            command: "nascape compare".to_owned(),
            mark: "H3K4me3".to_owned(),
            kind,
            transform: TargetTransform::Identity,
            smooth: None,
            threshold: None,
            regions: vec!["chr21:1-5,000".to_owned()],
            bins: 100,
            positives: (kind == TargetKind::Presence).then_some(4),
            files: Vec::new(),
            bundles: Vec::new(),
            lines,
            differences: Vec::new(),
            loci: Vec::new(),
            figures: Vec::new(),
        }
    }

    #[test]
    fn peaks_are_sorted_by_auprc_and_the_best_is_bold() {
        let lines = vec![line("a|b", Some(0.1), 0.9), line("none", None, 0.1), line("best", Some(0.5), 0.2)];
        let shown = markdown(&comparison(TargetKind::Presence, lines));
        let rows: Vec<&str> = shown.lines().filter(|row| row.starts_with("| ")).skip(2).collect();
        assert!(rows[0].starts_with("| best ") && rows[0].contains("| **0.500** |"), "{shown}");
        assert!(rows[1].starts_with("| a\\|b ") && rows[1].contains("|     0.100 |"), "{shown}");
        assert!(rows[2].starts_with("| none "), "{shown}");
        assert!(shown.contains("100 assessed, 4 of them positive (4.00 %)"), "{shown}");
    }

    #[test]
    fn signals_are_sorted_by_pearson_and_the_lowest_error_is_best() {
        let shown = markdown(&comparison(TargetKind::Signal, vec![line("far", None, 0.2), line("near", None, 0.7)]));
        let rows: Vec<&str> = shown.lines().filter(|row| row.starts_with("| ")).skip(2).collect();
        assert!(
            rows[0].starts_with("| near ") && rows[0].contains("**0.700**") && rows[0].contains("**0.300**"),
            "{shown}"
        );
        assert!(!rows[1].contains("**"), "{shown}");
    }
}
