//! The import doctor: is this assay what the models expect? Each finding comes with its evidence, what is done about it, and
//! what the user can do.
//!
//! What is mended without asking (a negative minus strand, `21` for `chr21`) is reported as [`Severity::Mended`]. Everything
//! else is a warning (usable, with a caution) or an error (the result would be wrong, or there would be none).

mod finding;
mod genes;
mod orientation;
mod survey;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    Assay, Error, Result, Signal, SignalOptions,
    assembly::Assembly,
    format::{Format, sniff},
};
pub use finding::{Code, Finding, Severity};
pub use genes::{Gene, read as read_genes};
pub use orientation::Divergence;
pub use survey::Survey;

/// Blocks at least this long are no read ends; half of all blocks must be for a file to count as coverage.
const COVERAGE_BLOCK_SHARE: f64 = 0.5;
/// Below this many reads a kb a library is shallow (3 million reads a human genome).
const SHALLOW_READS_PER_KB: f64 = 1.0;
/// Below this many reads in all, nothing can be imputed.
const ALMOST_NO_READS: f64 = 1_000.0;
/// A strand with this many times the reads of the other is worth a look.
const UNBALANCED: f64 = 3.0;

/// What to examine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Files {
    /// `--plus` and `--minus`.
    Strands(PathBuf, PathBuf),
    /// `--signal`: an unstranded file, or a BAM.
    Single(PathBuf),
}

/// The findings on an assay, the worst first.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The worst severity found.
    pub verdict: Severity,
    /// The assembly, where it is known.
    pub assembly: Option<String>,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
    /// What was counted, a signal each; empty when a file could not be read.
    pub surveys: Vec<Survey>,
}

/// Examines an assay. What is wrong with the files is in the report, not an `Err`.
///
/// `genes` (BED6, GTF or GFF3) adds the evidence of annotated genes to the question whether the strands are swapped.
///
/// # Errors
/// Only when `genes` cannot be read.
pub fn examine(files: &Files, options: &SignalOptions, genes: Option<&Path>) -> Result<Report> {
    let genes = genes.map(read_genes).transpose()?;
    let mut findings = Vec::new();
    let outcome = match open(files, options, &mut findings) {
        Some(assay) => look(&assay, options, genes.as_deref(), &mut findings),
        None => Ok((None, Vec::new())),
    };
    let (assembly, surveys) = outcome.unwrap_or_else(|fault| {
        findings.push(Finding::of_error(&fault));
        (None, Vec::new())
    });
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let verdict = findings.first().map_or(Severity::Fine, |finding| finding.severity);
    Ok(Report { verdict, assembly, findings, surveys })
}

/// Opens the files one by one, so that the faults of both are told, not only the first.
fn open(files: &Files, options: &SignalOptions, findings: &mut Vec<Finding>) -> Option<Assay> {
    let mut told = |outcome: Result<Assay>| outcome.map_err(|fault| findings.push(Finding::of_error(&fault))).ok();
    match files {
        Files::Single(path) => told(Assay::open_single(path, options)),
        Files::Strands(plus, minus) => {
            let one_bam = plus == minus && matches!(sniff(plus), Ok(Format::Bam));
            if !one_bam {
                let faults: Vec<Error> =
                    [plus, minus].iter().filter_map(|path| Signal::open(path, options).err()).collect();
                if !faults.is_empty() {
                    findings.extend(faults.iter().map(Finding::of_error));
                    return None;
                }
            }
            told(Assay::open_strands(plus, minus, options))
        }
    }
}

fn look(
    assay: &Assay,
    options: &SignalOptions,
    genes: Option<&[Gene]>,
    findings: &mut Vec<Finding>,
) -> Result<(Option<String>, Vec<Survey>)> {
    let surveys = assay.signals().into_iter().map(Survey::of).collect::<Result<Vec<_>>>()?;
    let assembly = name_assembly(assay, options, findings);
    for survey in &surveys {
        naming(survey, findings);
        read_ends(survey, findings);
        counts(survey, findings);
    }
    signs(assay, &surveys, findings);
    depth(assay, &surveys, findings)?;
    match assay {
        Assay::Stranded { plus, minus } => {
            balance(&surveys, findings);
            let swapped_sign = surveys[0].negative_share > 0.99 && surveys[1].negative_share < 0.01;
            let divergence = Divergence::measure(assay)?;
            let sense = genes.map(|genes| genes::sense_share(genes, plus, minus)).transpose()?.flatten();
            let one_bam = plus.path() == minus.path();
            findings.push(orientation::judge(swapped_sign, &divergence, sense, one_bam));
        }
        Assay::Unstranded(signal) => findings.push(Finding::new(
            Code::Unstranded,
            Severity::Warning,
            format!("{}: one file for both strands.", signal.path().display()),
            "Only bundles that sum the strands can use it. Give --plus and --minus where you have them.",
        )),
    }
    Ok((assembly, surveys))
}

fn name_assembly(assay: &Assay, options: &SignalOptions, findings: &mut Vec<Finding>) -> Option<String> {
    use crate::assembly::Recognition;
    let signal = assay.first();
    match signal.assembly() {
        Recognition::Known(name) => {
            let how = match signal.format() {
                _ if options.assembly.is_some() => "as you said",
                Format::BedGraph => "by its chromosome names and coordinates",
                _ => "by its chromosome lengths",
            };
            findings.push(Finding::fine(Code::Assembly, format!("The assembly is {name}, {how}.")));
            Some(name.clone())
        }
        Recognition::Ambiguous(names) => {
            findings.push(Finding::new(
                Code::Assembly,
                Severity::Warning,
                format!("The chromosomes fit {}.", names.join(" and ")),
                "Say which with --assembly.",
            ));
            None
        }
        Recognition::Unknown => {
            let example = signal.chromosomes().first();
            let example = example.map_or_else(String::new, |c| format!(" ({} has {} bp)", c.name, c.length));
            let known: Vec<&str> = Assembly::built_in().iter().map(|assembly| assembly.name.as_str()).collect();
            findings.push(Finding::new(
                Code::Assembly,
                Severity::Warning,
                format!("The chromosome lengths are of none of {}{example}.", known.join(", ")),
                "Imputation works on the file's own chromosomes; if the file should be on one of these assemblies, it is not.",
            ));
            None
        }
    }
}

fn naming(survey: &Survey, findings: &mut Vec<Finding>) {
    if let Some(name) =
        survey.chromosomes.iter().find(|name| !name.starts_with("chr") && crate::assembly::plain_name(name).len() <= 2)
    {
        findings.push(Finding::new(
            Code::Naming,
            Severity::Mended,
            format!("{}: chromosomes are named '{name}', not 'chr{name}'.", survey.path.display()),
            "Both names are understood; outputs keep the file's.",
        ));
    }
}

fn read_ends(survey: &Survey, findings: &mut Vec<Finding>) {
    let share = survey.long_block_share;
    if share > COVERAGE_BLOCK_SHARE {
        findings.push(Finding::new(
            Code::Coverage,
            Severity::Error,
            format!(
                "{}: this looks like read coverage, not read ends: {:.0} % of its runs of covered bases are {} bp or longer (the median is {} bp).",
                survey.path.display(),
                100.0 * share,
                survey::READ_LENGTH,
                survey.median_block
            ),
            "The models count one base a read. Make the tracks again from the BAM with read ends only \
             (bedtools genomecov -bg -5 for GRO-seq, -3 of the RNA for PRO-seq), or give the BAM itself.",
        ));
    } else if survey.items > 0 {
        let message = format!(
            "{}: read ends ({:.1} % of the runs of covered bases are shorter than {} bp).",
            survey.path.display(),
            100.0 * (1.0 - share),
            survey::READ_LENGTH
        );
        findings.push(Finding::fine(Code::Coverage, message));
    }
}

fn counts(survey: &Survey, findings: &mut Vec<Finding>) {
    if survey.not_numbers > 0 {
        findings.push(Finding::new(
            Code::NotNumbers,
            Severity::Warning,
            format!(
                "{}: {} items have a value that is no finite number (NaN or infinite).",
                survey.path.display(),
                survey.not_numbers
            ),
            "They are left out. A pipeline that divides by zero makes such values: look at how the file was made.",
        ));
    }
    if survey.items == 0 {
        return;
    }
    let path = survey.path.display();
    if survey.integer_share > 0.99 {
        findings.push(Finding::fine(
            Code::Normalised,
            format!("{path}: counts ({:.1} % whole numbers).", 100.0 * survey.integer_share),
        ));
        return;
    }
    let message = match survey.unit {
        Some(unit) => format!(
            "{path}: normalised values, not counts: only {:.0} % are whole numbers, but nearly all are multiples of {unit:.5}. \
             If that is reads per million, the library has {:.1} million reads.",
            100.0 * survey.integer_share,
            1.0 / unit
        ),
        None => format!(
            "{path}: values are not counts: only {:.0} % are whole numbers, and they share no unit.",
            100.0 * survey.integer_share
        ),
    };
    let remedy = match survey.unit {
        Some(_) => "Bundles that scale by depth are not disturbed by this; for the others, use the file of raw counts.",
        None => "Smoothed, log-scaled or background-subtracted tracks cannot be used: take the file of raw counts.",
    };
    findings.push(Finding::new(Code::Normalised, Severity::Warning, message, remedy));
}

fn signs(assay: &Assay, surveys: &[Survey], findings: &mut Vec<Finding>) {
    for survey in surveys.iter().filter(|survey| survey.items > 0) {
        let (path, share) = (survey.path.display(), survey.negative_share);
        if (0.001..=0.999).contains(&share) {
            findings.push(Finding::new(
                Code::MixedSigns,
                Severity::Error,
                format!("{path}: both signs in one strand: {:.1} % of the items are negative.", 100.0 * share),
                "It looks like both strands in one file. Split it by sign into --plus and --minus.",
            ));
        } else if share > 0.999 {
            findings.push(Finding::new(
                Code::Sign,
                Severity::Mended,
                format!(
                    "{path}: all values are negative{}.",
                    if assay.is_stranded() { ", as many tools write the minus strand" } else { "" }
                ),
                "They are counted as positive.",
            ));
        }
    }
}

fn depth(assay: &Assay, surveys: &[Survey], findings: &mut Vec<Finding>) -> Result<()> {
    let reads: f64 = surveys.iter().map(|survey| survey.reads).sum();
    let chromosomes = assay.chromosomes_with_data()?;
    let kilobases: f64 = chromosomes.iter().map(|c| f64::from(c.length) / 1_000.0).sum();
    let per_kb = if kilobases > 0.0 { reads / kilobases } else { 0.0 };
    // Coverage counts a read once a base: its sum says nothing about depth.
    if surveys.iter().all(|survey| survey.long_block_share <= COVERAGE_BLOCK_SHARE) {
        let counted = format!("{} reads, {per_kb:.2} per kb", crate::region::with_commas(reads as u64));
        findings.push(if reads < ALMOST_NO_READS {
            let remedy =
                "There is nothing to impute from. Was the right file given, and did the pipeline that made it finish?";
            Finding::new(Code::Depth, Severity::Error, format!("Almost no reads: {counted}."), remedy)
        } else if per_kb < SHALLOW_READS_PER_KB {
            let remedy = "Imputed tracks will be blurred and miss weak sites. Pool replicates where you can.";
            Finding::new(
                Code::Depth,
                Severity::Warning,
                format!("A shallow library: {counted} (3 million a human genome are 1 per kb)."),
                remedy,
            )
        } else {
            Finding::fine(Code::Depth, format!("Depth: {counted}."))
        });
    }
    // A scaffold of a chromosome is no second chromosome.
    let whole: Vec<_> = chromosomes.iter().filter(|c| !c.name.contains('_')).collect();
    if let [only] = &whole[..] {
        findings.push(Finding::new(
            Code::OneChromosome,
            Severity::Warning,
            format!("Only {} holds data.", only.name),
            "Imputation covers what the files cover. If you expected a genome, the files were cut to a chromosome.",
        ));
    }
    Ok(())
}

fn balance(surveys: &[Survey], findings: &mut Vec<Finding>) {
    let (plus, minus) = (surveys[0].reads, surveys[1].reads);
    let percent = 100.0 * plus / (plus + minus).max(1.0);
    if plus.max(minus) > UNBALANCED * plus.min(minus) {
        findings.push(Finding::new(
            Code::Balance,
            Severity::Warning,
            format!("The strands are uneven: {percent:.0} % of the reads are on plus."),
            "Genes are about evenly spread over both strands. Are both files of the same experiment, filtered in the same way?",
        ));
    } else {
        findings.push(Finding::fine(
            Code::Balance,
            format!("The strands are even: {percent:.0} % of the reads are on plus."),
        ));
    }
}
