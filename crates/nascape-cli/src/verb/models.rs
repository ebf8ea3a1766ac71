//! `nascape models`: the bundles at hand.

use std::process::ExitCode;

use clap::Subcommand;
use nascape_app::{Library, Result, library::Listed, train::headline};
use nascape_model::bundle::{Card, TargetKind};

use crate::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  nascape models list
  nascape models show H3K4me3.cnn --json
  nascape models verify path/to/my-bundle";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// One line a shipped bundle
    List,
    /// The card of a bundle: what it was trained on and how good it is
    Show {
        /// A bundle's folder, or the name of a shipped one
        name: String,
    },
    /// Check a bundle's version, checksum and tensors
    Verify {
        /// A bundle's folder, or the name of a shipped one
        name: String,
    },
}

pub fn run(args: Args, terminal: &Terminal) -> Result<ExitCode> {
    match args.action {
        Action::List => {
            let bundles = Library::list()?;
            terminal.result(&bundles, || table(&bundles))
        }
        Action::Show { name } => {
            let card = Library::open(&name)?.card;
            terminal.result(&card, || describe(&card))
        }
        Action::Verify { name } => {
            let card = Library::open(&name)?.card;
            terminal.result(&card.weights, || {
                let sums: Vec<&str> = card.weights.iter().map(|file| file.sha256.as_str()).collect();
                format!(
                    "{name}: whole. Format version {}, {} parameters, SHA-256 {}",
                    card.format_version,
                    card.parameters,
                    sums.join(", ")
                )
            })
        }
    }
}

fn table(bundles: &[Listed]) -> String {
    let width = |of: fn(&Listed) -> &str| bundles.iter().map(|bundle| of(bundle).len()).max().unwrap_or(0);
    let (names, architectures) = (width(|bundle| &bundle.name), width(|bundle| bundle.architecture));
    let mut text =
        format!("{:<names$}  {:<architectures$}  parameters  default  test part  target\n", "name", "architecture");
    for bundle in bundles {
        let measured = match (bundle.test_auprc, bundle.test_pearson) {
            (Some(auprc), _) => format!("AUPRC {auprc:.3}"),
            (None, Some(pearson)) => format!("Pearson {pearson:.3}"),
            (None, None) => "not measured".to_owned(),
        };
        let default = if bundle.default { "yes" } else { "" };
        text += &format!(
            "{:<names$}  {:<architectures$}  {:>10}  {default:<7}  {measured}  {}\n",
            bundle.name, bundle.architecture, bundle.parameters, bundle.target
        );
    }
    text
}

fn describe(card: &Card) -> String {
    let training = &card.training;
    let schedule = training.schedule.as_ref().map_or_else(String::new, |schedule| {
        format!("epoch {} of {}, seed {}", training.best_epoch, training.epochs.len(), schedule.seed)
    });
    let mut text = format!(
        "{name}: {architecture} for {target}, {parameters} parameters, {schedule}\n\
         window       {window} bins of {bin} bp\n\
         command      {command}\n\
         licence      {licence}\n",
        name = card.name,
        architecture = card.architecture.name(),
        target = card.target_names(),
        parameters = card.parameters,
        window = card.window_bins,
        bin = card.bin_size,
        command = training.command,
        licence = card.licence,
    );
    for target in &card.targets {
        let kind = match target.kind {
            TargetKind::Presence => "a score between 0 and 1 for 'the bin is in a peak'; not fold change",
            TargetKind::Signal => "the observed track's own quantity",
        };
        let test = target.test.as_ref().map_or_else(|| "not measured".to_owned(), |test| headline(target.kind, test));
        text += &format!(
            "{}\n  value      {kind}\n  validation {}\n  test       {test}\n",
            target.name,
            headline(target.kind, &target.validation)
        );
        if let Some(coverage) = target.calibration.as_ref().and_then(|calibration| calibration.test_coverage) {
            text += &format!(
                "  intervals  hold {:.1} % of the test part's bins, {:.1} % of the highest 5 %\n",
                100.0 * coverage.all,
                100.0 * coverage.top
            );
        }
    }
    for experiment in &training.experiments {
        text += &format!("{} ({})\n", experiment.name, experiment.assembly.as_deref().unwrap_or("assembly not known"));
        for (part, regions) in [
            ("train", &experiment.train),
            ("validation", &experiment.validation),
            ("calibration", &experiment.calibration),
            ("test", &experiment.test),
        ] {
            if !regions.is_empty() {
                text += &format!("  {part:<11} {}\n", regions.join(", "));
            }
        }
        for file in &experiment.files {
            text += &format!("  {:<11} {}  SHA-256 {}\n", file.role, file.name, file.sha256);
        }
    }
    for file in &card.weights {
        text += &format!("weights      {}  SHA-256 {}\n", file.file, file.sha256);
    }
    text.trim_end().to_owned()
}
