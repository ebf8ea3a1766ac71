//! A bundle: a folder with `model.json` (the card) and the weights, checked when it is opened.

mod card;
mod weights;

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

pub use card::{
    Architecture, Card, Epoch, FORMAT, FORMAT_VERSION, Output, SourceFile, TargetKind, Training, WeightsFile,
};
pub use weights::sha256_of_file;

use crate::{
    Error, Result,
    cnn::{self, DenseCnn},
};

/// The card's file name.
pub const CARD: &str = "model.json";
/// The weights' file name.
pub const WEIGHTS: &str = "weights.safetensors";

/// A trained network, ready to impute.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// What it is and where it comes from.
    pub card: Card,
    /// The network with its weights packed for the processor.
    pub network: DenseCnn,
}

impl Bundle {
    /// Opens a bundle folder and checks version, checksum, and every tensor's name and shape.
    ///
    /// # Errors
    /// [`Error::Bundle`] with the name of what is missing, unknown or wrong.
    pub fn open(folder: &Path) -> Result<Self> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).map_err(|source| {
                fault(
                    folder,
                    format!("{name} cannot be read ({source}). A bundle is a folder with {CARD} and {WEIGHTS}."),
                )
            })
        };
        Self::from_bytes(folder, &read(CARD)?, &read(WEIGHTS)?)
    }

    /// A bundle from its card and its weights; `name` stands for it in errors.
    ///
    /// # Errors
    /// As [`Bundle::open`].
    pub fn from_bytes(name: &Path, card: &[u8], weights: &[u8]) -> Result<Self> {
        let card = Card::parse(card).map_err(|detail| fault(name, detail))?;
        let found = weights::sha256(weights);
        if found != card.weights.sha256 {
            let detail = format!(
                "{WEIGHTS} is not the file that the card was made for (SHA-256 {found}, on the card {}). Fetch the bundle again.",
                card.weights.sha256
            );
            return Err(fault(name, detail));
        }
        let channels = card.input.strands.channels();
        let tensors = weights::parse(weights, &cnn::tensors(channels)).map_err(|detail| fault(name, detail))?;
        for (field, on_card, needed) in
            [("window_bins", card.window_bins, cnn::WINDOW), ("parameters", card.parameters, cnn::parameters(channels))]
        {
            if on_card != needed {
                return Err(fault(name, format!("the card's {field} is {on_card}; its architecture has {needed}.")));
            }
        }
        let network = DenseCnn::new(channels, &tensors);
        Ok(Self { card, network })
    }

    /// Writes a bundle beside its place and renames it when whole. An older bundle of the name is replaced, other files in its
    /// folder stay.
    ///
    /// # Errors
    /// [`nascape_signal::Error::Write`]; nothing is left behind then, and an older bundle is as it was.
    pub fn save(folder: &Path, card: &Card, tensors: &HashMap<String, Vec<f32>>) -> Result<()> {
        let write_fault = |path: PathBuf| move |source| nascape_signal::Error::Write { path, source };
        let weights = weights::serialize(tensors, &cnn::tensors(card.input.strands.channels()));
        let card = Card {
            weights: WeightsFile { file: WEIGHTS.to_owned(), sha256: weights::sha256(&weights) },
            ..card.clone()
        };
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(write_fault(parent.to_owned()))?;
        let partial = tempfile::Builder::new().prefix(".bundle.").suffix(".partial").tempdir_in(parent);
        let partial = partial.map_err(write_fault(folder.to_owned()))?;
        for (name, bytes) in [(CARD, card.to_json().as_bytes()), (WEIGHTS, &weights)] {
            fs::write(partial.path().join(name), bytes).map_err(write_fault(folder.join(name)))?;
        }
        open_to_readers(partial.path()).map_err(write_fault(folder.to_owned()))?;
        if folder.is_dir() {
            // Only the bundle's own files are replaced; the card comes last, and does not fit other weights.
            for name in [WEIGHTS, CARD] {
                fs::rename(partial.path().join(name), folder.join(name)).map_err(write_fault(folder.join(name)))?;
            }
            return Ok(());
        }
        fs::rename(partial.path(), folder).map_err(write_fault(folder.to_owned()))?;
        let _ = partial.keep(); // Renamed: there is nothing left to remove.
        Ok(())
    }
}

/// Temporary folders are private to their owner; a bundle is as open as any new folder.
fn open_to_readers(folder: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    }
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

fn fault(bundle: &Path, detail: String) -> Error {
    Error::Bundle { bundle: bundle.to_owned(), detail }
}
