//! `nascape models`: the bundles at hand.

use std::{path::PathBuf, process::ExitCode};

use clap::Subcommand;
use nascape_app::{
    Library, Result,
    library::{Listed, archive, describe, kept},
};

use crate::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  nascape models list
  nascape models show H3K4me3.cnn --json
  nascape models verify path/to/my-bundle
  nascape models keep path/to/my-bundle           from then on it has a name, here and in the window
  nascape models default my-bundle                and is used for its mark when no --model is named
  nascape models export my-bundle --output my-bundle.nascape    one file, for a colleague's 'models keep'";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// One line a bundle: the shipped ones and yours
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
    /// Keep a bundle among yours, under a name
    Keep {
        /// A bundle's folder, or a .nascape file
        bundle: String,

        /// The name [default: the bundle's own]
        #[arg(long)]
        name: Option<String>,
    },
    /// Remove one of your bundles from the disk
    Remove {
        /// Its name
        name: String,
    },
    /// Use a bundle for its mark when no --model is named
    Default {
        /// The name of a shipped bundle or of one of yours
        name: String,
    },
    /// Write a bundle into one file
    Export {
        /// A bundle's folder, or the name of a shipped one or of one of yours
        name: String,

        /// The file
        #[arg(long, short, value_name = "FILE.nascape")]
        output: PathBuf,
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
        Action::Keep { bundle, name } => {
            let bundle = Library::open(&bundle)?;
            let name = name.unwrap_or_else(|| bundle.card.name.clone());
            kept::keep(&bundle, &name)?;
            terminal.result(&name, || format!("{name}: kept in {}", kept::folder().display()))
        }
        Action::Remove { name } => {
            kept::remove(&name)?;
            terminal.result(&name, || format!("{name}: removed"))
        }
        Action::Default { name } => {
            let card = Library::named(&name)?.card;
            kept::make_default(&name, card.targets.iter().map(|target| target.name.clone()))?;
            terminal.result(&name, || format!("{name}: used for {} from now on", card.target_names()))
        }
        Action::Export { name, output } => {
            archive::write(&Library::open(&name)?, &output)?;
            terminal.result(&output, || format!("{}: the bundle {name}", output.display()))
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
    let mut text = format!(
        "{:<names$}  {:<architectures$}  parameters  default  yours  test part      target\n",
        "name", "architecture"
    );
    for bundle in bundles {
        let measured = match (bundle.test_auprc, bundle.test_pearson) {
            (Some(auprc), _) => format!("AUPRC {auprc:.3}"),
            (None, Some(pearson)) => format!("Pearson {pearson:.3}"),
            (None, None) => "not measured".to_owned(),
        };
        let yes = |is: bool| if is { "yes" } else { "" };
        let Listed { name, architecture, parameters, target, .. } = bundle;
        let (default, yours) = (yes(bundle.default), yes(!bundle.shipped));
        text += &format!(
            "{name:<names$}  {architecture:<architectures$}  {parameters:>10}  {default:<7}  {yours:<5}  {measured:<13}  {target}\n"
        );
    }
    text
}
