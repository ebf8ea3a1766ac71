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
                format!(
                    "{name}: whole. Format version {}, {} parameters, SHA-256 {}",
                    card.format_version, card.parameters, card.weights.sha256
                )
            })
        }
    }
}

fn table(bundles: &[Listed]) -> String {
    let mut text = format!(
        "{:<24} {:<12} {:<10} {:>10}  {:<8} {}\n",
        "name", "target", "network", "parameters", "default", "test part"
    );
    for bundle in bundles {
        let measured = match (bundle.test_auprc, bundle.test_pearson) {
            (Some(auprc), _) => format!("AUPRC {auprc:.3}"),
            (None, Some(pearson)) => format!("Pearson {pearson:.3}"),
            (None, None) => "not measured".to_owned(),
        };
        let default = if bundle.default { "yes" } else { "" };
        text += &format!(
            "{:<24} {:<12} {:<10} {:>10}  {default:<8} {measured}\n",
            bundle.name, bundle.target, bundle.architecture, bundle.parameters
        );
    }
    text
}

fn describe(card: &Card) -> String {
    let kind = match card.target_kind {
        TargetKind::Presence => "a score between 0 and 1 for 'the bin is in a peak'; not fold change",
        TargetKind::Signal => "the observed track's own quantity",
    };
    let training = &card.training;
    let files: Vec<String> = training
        .files
        .iter()
        .map(|file| format!("  {:<8} {}  SHA-256 {}", file.role, file.name, file.sha256))
        .collect();
    let test =
        card.test_measures.as_ref().map_or_else(|| "not measured".to_owned(), |test| headline(card.target_kind, test));
    format!(
        "{name}: {architecture} for {target}, {parameters} parameters\n\
         value        {kind}\n\
         window       {window} bins of {bin} bp\n\
         trained on   {train} ({assembly}), epoch {best} of {epochs}, seed {seed}\n\
         validation   {validation}: {validation_headline}\n\
         test         {test_regions}: {test}\n\
         files\n{files}\n\
         command      {command}\n\
         licence      {licence}\n\
         weights      SHA-256 {sha}",
        name = card.name,
        architecture = card.architecture.name(),
        target = card.target,
        parameters = card.parameters,
        window = card.window_bins,
        bin = card.bin_size,
        train = training.train.join(", "),
        assembly = card.assembly.as_deref().unwrap_or("assembly not known"),
        best = training.best_epoch,
        epochs = training.epochs.len(),
        seed = training.seed,
        validation = training.validation.join(", "),
        validation_headline = headline(card.target_kind, &card.validation_measures),
        test_regions = training.test.join(", "),
        files = files.join("\n"),
        command = training.command,
        licence = card.licence,
        sha = card.weights.sha256,
    )
}
