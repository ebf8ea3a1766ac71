//! A bundle: a folder with `model.json` (the card) and the weights, checked when it is opened.

mod card;
mod weights;

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

pub use card::{
    Card, Epoch, ExperimentUsed, FORMAT, FORMAT_VERSION, Output, SourceFile, Target, TargetKind, TargetTransform,
    Training, WeightsFile,
};
pub use weights::sha256_of_file;

use crate::{
    Error, Result,
    network::Network,
    predictor::{Engine, Predictor},
};

/// The card's file name.
pub const CARD: &str = "model.json";
/// The file name of a network's weights.
pub const WEIGHTS: &str = "weights.safetensors";

/// A trained predictor, ready to impute.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// What it is and where it comes from.
    pub card: Card,
    /// What computes, with its weights packed for the processor.
    pub predictor: Predictor,
    /// The weights as they were trained, to go on from.
    pub weights: Weights,
}

/// What training gave, to be saved.
#[derive(Clone, Debug)]
pub enum Weights {
    /// A network's tensors by name.
    Network(HashMap<String, Vec<f32>>),
}

impl Bundle {
    /// Opens a bundle folder and checks version, checksum, and every tensor's name and shape.
    ///
    /// # Errors
    /// [`Error::Bundle`] with the name of what is missing, unknown or wrong.
    pub fn open(folder: &Path) -> Result<Self> {
        Self::read(folder, &|name| fs::read(folder.join(name)))
    }

    /// A bundle from its files, which `read` gives by their names; `name` stands for the bundle in errors.
    ///
    /// # Errors
    /// As [`Bundle::open`].
    pub fn read(name: &Path, read: &dyn Fn(&str) -> io::Result<Vec<u8>>) -> Result<Self> {
        let file = |file: &str| {
            read(file).map_err(|source| {
                fault(name, format!("{file} cannot be read ({source}). A bundle is a folder with {CARD} and the weights that it names."))
            })
        };
        let card = Card::parse(&file(CARD)?).map_err(|detail| fault(name, detail))?;
        let checked = |used: &WeightsFile| {
            let bytes = file(&used.file)?;
            let found = weights::sha256(&bytes);
            match found == used.sha256 {
                true => Ok(bytes),
                false => Err(fault(
                    name,
                    format!(
                        "{} is not the file that the card was made for (SHA-256 {found}, on the card {}). Fetch the bundle again.",
                        used.file, used.sha256
                    ),
                )),
            }
        };
        let files = card.weights.iter().map(checked).collect::<Result<Vec<_>>>()?;
        let (predictor, weights) = predictor(&card, &files).map_err(|detail| fault(name, detail))?;
        let window = 2 * predictor.reach() + 1;
        for (field, on_card, needed) in
            [("window_bins", card.window_bins, window), ("parameters", card.parameters, predictor.parameters())]
        {
            if on_card != needed {
                return Err(fault(name, format!("the card's {field} is {on_card}; its architecture has {needed}.")));
            }
        }
        Ok(Self { card, predictor, weights })
    }

    /// Writes a bundle beside its place and renames it when whole. An older bundle of the name is replaced, other files in its
    /// folder stay.
    ///
    /// # Errors
    /// [`nascape_signal::Error::Write`]; nothing is left behind then, and an older bundle is as it was.
    pub fn save(folder: &Path, card: &Card, trained: &Weights) -> Result<()> {
        let write_fault = |path: PathBuf| move |source| nascape_signal::Error::Write { path, source };
        let files = match trained {
            Weights::Network(tensors) => {
                let plan = card.architecture.plan(inputs(card), outputs(card));
                vec![(WEIGHTS.to_owned(), weights::serialize(tensors, &plan.tensors()))]
            }
        };
        let used = |(file, bytes): &(String, Vec<u8>)| WeightsFile { file: file.clone(), sha256: weights::sha256(bytes) };
        let card = Card { weights: files.iter().map(used).collect(), ..card.clone() };
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(write_fault(parent.to_owned()))?;
        let partial = tempfile::Builder::new().prefix(".bundle.").suffix(".partial").tempdir_in(parent);
        let partial = partial.map_err(write_fault(folder.to_owned()))?;
        // The card comes last, and does not fit other weights.
        let files = [files, vec![(CARD.to_owned(), card.to_json().into_bytes())]].concat();
        for (name, bytes) in &files {
            fs::write(partial.path().join(name), bytes).map_err(write_fault(folder.join(name)))?;
        }
        open_to_readers(partial.path()).map_err(write_fault(folder.to_owned()))?;
        if folder.is_dir() {
            // Only the bundle's own files are replaced.
            for (name, _) in &files {
                fs::rename(partial.path().join(name), folder.join(name)).map_err(write_fault(folder.join(name)))?;
            }
            return Ok(());
        }
        fs::rename(partial.path(), folder).map_err(write_fault(folder.to_owned()))?;
        let _ = partial.keep(); // Renamed: there is nothing left to remove.
        Ok(())
    }
}

/// What computes, from the card and the files that it names.
///
/// # Errors
/// A sentence that names the field or the tensor.
fn predictor(card: &Card, files: &[Vec<u8>]) -> std::result::Result<(Predictor, Weights), String> {
    card.architecture.check().map_err(|fault| format!("the card's architecture: {fault}"))?;
    let input = card.input.clone().ok_or("the card lacks 'input', the network's channels.")?;
    input.check()?;
    let plan = card.architecture.plan(inputs(card), outputs(card));
    let [bytes] = files else { return Err(format!("a network has one file of weights, {WEIGHTS}.")) };
    let tensors = weights::parse(bytes, &plan.tensors())?;
    let engine = Engine::Network(input, Network::new(plan, &tensors));
    let predictor = Predictor { reads_per_kb: card.reads_per_kb, both_directions: card.both_directions, engine };
    Ok((predictor, Weights::Network(tensors)))
}

fn inputs(card: &Card) -> usize {
    card.input.as_ref().map_or(0, |input| input.channels.len())
}

fn outputs(card: &Card) -> usize {
    card.targets.iter().map(|target| if target.scale_output { 2 } else { 1 }).sum()
}

/// Temporary folders are private to their owner; a bundle is as open as any new folder.
fn open_to_readers(folder: &Path) -> io::Result<()> {
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
