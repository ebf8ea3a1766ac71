//! `nascape models`: the bundles at hand.

use std::process::ExitCode;

use clap::Subcommand;
use nascape_app::{
    Library, Result,
    library::{Listed, describe},
};

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
