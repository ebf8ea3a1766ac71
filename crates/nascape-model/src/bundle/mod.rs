//! A bundle: a folder with `model.json` (the card) and the weights, checked when it is opened.

mod card;
mod others;
mod weights;

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Write},
    path::{Component, Path, PathBuf},
};

use nascape_signal::partial::PartialFolder;

pub use card::{
    Card, Epoch, ExperimentUsed, FORMAT, FORMAT_VERSION, Output, SourceFile, Target, TargetKind, TargetTransform,
    Training, WeightsFile,
};
use nascape_signal::bounded;
pub use weights::sha256_of_file;

use crate::{
    Error, Result,
    architecture::{Architecture, Kind, blend},
    network::Network,
    predictor::{Engine, Layout, Mean, Predictor},
    trees::Forest,
};

/// Bytes that a file of a bundle may have; real ones have less than one megabyte.
const MOST: u64 = 1 << 27;
/// The card's file name.
pub const CARD: &str = "model.json";
/// The file name of a network's weights.
pub const WEIGHTS: &str = "weights.safetensors";
/// The file name of a forest, in XGBoost's own format.
pub const FOREST: &str = "forest.ubj";

/// A trained predictor, ready to impute.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// Where it was opened: a folder, a file, or the name of a shipped one.
    pub place: PathBuf,
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
    /// XGBoost's own UBJSON.
    Forest(Vec<u8>),
    /// The members of a blend with their folders.
    Blend(Vec<(String, Bundle)>),
}

impl Bundle {
    /// Opens a bundle folder and checks version, checksum, and every tensor's name and shape.
    ///
    /// # Errors
    /// [`Error::Bundle`] with the name of what is missing, unknown or wrong.
    pub fn open(folder: &Path) -> Result<Self> {
        Self::read(folder, &|name| bounded::read(&folder.join(name), MOST))
    }

    /// A bundle from its files, which `read` gives by their names; `name` stands for the bundle in errors.
    ///
    /// # Errors
    /// As [`Bundle::open`].
    pub fn read(name: &Path, read: &dyn Fn(&str) -> io::Result<Vec<u8>>) -> Result<Self> {
        Self::read_member(name, read, false)
    }

    fn read_member(name: &Path, read: &dyn Fn(&str) -> io::Result<Vec<u8>>, is_member: bool) -> Result<Self> {
        let file = |file: &str| {
            read(file).map_err(|source| {
                fault(name, format!("{file} cannot be read ({source}). A bundle is a folder with {CARD} and the weights that it names."))
            })
        };
        let card = Card::parse(&file(CARD)?).map_err(|detail| fault(name, detail))?;
        let checked = |used: &WeightsFile| {
            if !Path::new(&used.file).components().all(|part| matches!(part, Component::Normal(_))) {
                return Err(fault(
                    name,
                    format!("a file of weights must lie in the bundle's folder, not at '{}'.", used.file),
                ));
            }
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
        let weights = match &card.architecture {
            Architecture::Blend(settings) if !is_member => {
                card.architecture
                    .check()
                    .map_err(|detail| fault(name, format!("the card's architecture: {detail}")))?;
                let member = |member: &blend::Member| {
                    let folder = &member.bundle;
                    let inside = folder.chars().all(|c| c.is_ascii_alphanumeric() || "-_.+".contains(c));
                    if !inside || folder.is_empty() || folder.starts_with('.') {
                        return Err(fault(
                            name,
                            format!("a member's folder must lie in the blend's, not at '{folder}'."),
                        ));
                    }
                    let read = |file: &str| read(&format!("{folder}/{file}"));
                    Ok((folder.clone(), Self::read_member(&name.join(folder), &read, true)?))
                };
                Weights::Blend(settings.members.iter().map(member).collect::<Result<_>>()?)
            }
            _ => weights_of(&card, files).map_err(|detail| fault(name, detail))?,
        };
        let predictor = predictor(&card, &weights).map_err(|detail| fault(name, detail))?;
        let window = 2 * predictor.reach() + 1;
        for (field, on_card, needed) in
            [("window_bins", card.window_bins, window), ("parameters", card.parameters, predictor.parameters())]
        {
            if on_card != needed {
                return Err(fault(name, format!("the card's {field} is {on_card}; its architecture has {needed}.")));
            }
        }
        Ok(Self { place: name.to_owned(), card, predictor, weights })
    }

    /// SHA-256 of the card as this program writes it, in hexadecimal.
    pub fn card_sha256(&self) -> String {
        weights::sha256(self.card.to_json().as_bytes())
    }

    /// The files of the bundle by their names, the card last.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        whole(&self.card, &self.weights)
    }

    /// Writes a bundle beside its place and renames it when whole. An older bundle of the name is replaced as a whole, in one step; other
    /// files in its folder stay.
    ///
    /// # Errors
    /// [`nascape_signal::Error::Write`]; nothing is left behind then, and an older bundle is as it was.
    pub fn save(folder: &Path, card: &Card, trained: &Weights) -> Result<()> {
        let write_fault = |path: PathBuf| move |source| nascape_signal::Error::Write { path, source };
        // A link stays, and what it leads to is replaced.
        let led_to = folder.is_symlink().then(|| fs::canonicalize(folder).ok()).flatten();
        let folder = led_to.as_deref().unwrap_or(folder);
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(write_fault(parent.to_owned()))?;
        let partial = PartialFolder::create(parent, "bundle").map_err(write_fault(folder.to_owned()))?;
        let files = whole(card, trained);
        for (name, bytes) in &files {
            let path = partial.path().join(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)
                    .and_then(|()| open_to_readers(parent))
                    .map_err(write_fault(folder.join(name)))?;
            }
            // Nothing takes an older bundle's place before the disk has it.
            File::create(path)
                .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
                .map_err(write_fault(folder.join(name)))?;
        }
        open_to_readers(partial.path()).map_err(write_fault(folder.to_owned()))?;
        if folder.is_dir() {
            others::carry_over(folder, partial.path()).map_err(write_fault(folder.to_owned()))?;
            return Ok(partial.replace(folder).map_err(write_fault(folder.to_owned()))?);
        }
        Ok(partial.finish(folder).map_err(write_fault(folder.to_owned()))?)
    }
}

/// The files of a bundle. The card comes last, and does not fit other weights.
fn whole(card: &Card, trained: &Weights) -> Vec<(String, Vec<u8>)> {
    let mut files = files(card, trained, "");
    let used = |(file, bytes): &(String, Vec<u8>)| WeightsFile { file: file.clone(), sha256: weights::sha256(bytes) };
    let card = Card { weights: files.iter().map(used).collect(), ..card.clone() };
    files.push((CARD.to_owned(), card.to_json().into_bytes()));
    files
}

/// The files of a bundle, less its card; `folder` is where they lie inside an enclosing one.
fn files(card: &Card, weights: &Weights, folder: &str) -> Vec<(String, Vec<u8>)> {
    match weights {
        Weights::Network(tensors) => match card.architecture.kind(inputs(card), outputs(card)) {
            Kind::Network(plan) => vec![(format!("{folder}{WEIGHTS}"), weights::serialize(tensors, &plan.tensors()))],
            _ => unreachable!("tensors are of a network"),
        },
        Weights::Forest(model) => vec![(format!("{folder}{FOREST}"), model.clone())],
        Weights::Blend(members) => {
            let of_member = |(name, member): &(String, Bundle)| {
                let folder = format!("{folder}{name}/");
                let card = (format!("{folder}{CARD}"), member.card.to_json().into_bytes());
                [files(&member.card, &member.weights, &folder), vec![card]].concat()
            };
            members.iter().flat_map(of_member).collect()
        }
    }
}

/// What was trained, from the files that the card names.
///
/// # Errors
/// A sentence that names the tensor.
fn weights_of(card: &Card, files: Vec<Vec<u8>>) -> std::result::Result<Weights, String> {
    card.architecture.check().map_err(|fault| format!("the card's architecture: {fault}"))?;
    let Ok([bytes]) = <[Vec<u8>; 1]>::try_from(files) else {
        return Err("a network or a forest has one file of weights.".to_owned());
    };
    match card.architecture.kind(inputs(card), outputs(card)) {
        Kind::Network(plan) => Ok(Weights::Network(weights::parse(&bytes, &plan.tensors())?)),
        Kind::Forest(_) => Ok(Weights::Forest(bytes)),
        Kind::Blend(_) => Err("a blend cannot be the member of another.".to_owned()),
    }
}

/// What computes, from a card and what was trained.
///
/// # Errors
/// A sentence that names the field.
pub fn predictor(card: &Card, weights: &Weights) -> std::result::Result<Predictor, String> {
    card.architecture.check().map_err(|fault| format!("the card's architecture: {fault}"))?;
    let engine = match (card.architecture.kind(inputs(card), outputs(card)), weights) {
        (Kind::Network(plan), Weights::Network(tensors)) => {
            let input = card.input.clone().ok_or("the card lacks 'input', the network's channels.")?;
            input.check()?;
            Engine::Network(input, Network::new(plan, tensors))
        }
        (Kind::Forest(settings), Weights::Forest(model)) => {
            let (features, forest) =
                (settings.features.features()?, Forest::from_ubj(model).map_err(|f| f.to_string())?);
            if outputs(card) != 1 || forest.features() != features.count() {
                return Err(format!(
                    "the forest looks at {} features and the card names {}, for one target.",
                    forest.features(),
                    features.count()
                ));
            }
            Engine::Forest(features, forest, settings.smoothing)
        }
        (Kind::Blend(settings), Weights::Blend(members)) => {
            let same = |member: &Bundle| {
                let pairs = || member.card.targets.iter().zip(&card.targets);
                member.card.targets.len() == card.targets.len()
                    && pairs().all(|(one, blended)| one.can_be_blended_into(blended))
            };
            if let Some((folder, _)) = members.iter().find(|(_, member)| !same(member)) {
                return Err(format!("the member {folder} imputes other targets than the blend, or in another unit."));
            }
            let weights: Vec<f32> = settings.members.iter().map(|member| member.weight.unwrap_or(1.0)).collect();
            let layouts: Vec<Layout> = members.iter().map(|(_, member)| member.card.layout()).collect();
            let predictors: Vec<Predictor> = members.iter().map(|(_, member)| member.predictor.clone()).collect();
            if predictors.iter().any(|member| member.step() != predictors[0].step()) {
                return Err("its members look at bins of different sizes.".to_owned());
            }
            Engine::Blend(Mean::new(&weights, &layouts, &card.layout(), settings.offset), predictors)
        }
        _ => return Err("the weights are not those of the card's architecture.".to_owned()),
    };
    Ok(Predictor { reads_per_kb: card.reads_per_kb, both_directions: card.both_directions, engine })
}

fn inputs(card: &Card) -> usize {
    card.input.as_ref().map_or(0, |input| input.channels.len())
}

fn outputs(card: &Card) -> usize {
    card.layout().rows()
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
