//! The folder of a retraining on its way: what is asked for, what was learned so far. A program that was killed leaves it as it is,
//! and the next one goes on from there.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use nascape_model::{Bundle, architecture::blend};
use serde::{Deserialize, Serialize};

use super::{Parts, Request, asked::Asked, members, parts};
use crate::{
    Error, Result,
    error::write_fault,
    record::{VERSION, source_file, write_json},
};

/// What is asked for; written last, so that a folder that has it is whole.
const REQUEST: &str = "request.json";
/// The bundle that is started from.
const START: &str = "start";
/// Held by the program that retrains; the system lets go of it however that ends.
const LOCK: &str = "lock";
/// There when the user wants no more to be learned.
const ENOUGH: &str = "enough";

/// A retraining on its way. One program at a time has it open.
pub struct Work {
    /// What is retrained on what.
    pub request: Request,
    /// What is learned from, chosen by and measured on.
    pub parts: Parts,
    identity: String,
    folder: PathBuf,
    _lock: File,
}

/// A request as it lies in the folder.
#[derive(Serialize, Deserialize)]
struct Written {
    /// What it is one of: this Nascape, these files, this bundle.
    identity: String,
    asked: Asked,
    parts: Parts,
}

impl Work {
    /// Where a retraining into `output` is on its way when nothing else is said: beside it.
    pub fn beside(output: &Path) -> PathBuf {
        let name = output.file_name().unwrap_or_default().to_string_lossy();
        output.with_file_name(format!(".{name}.retraining"))
    }

    /// Begins a retraining in `folder`; what was on its way there is lost.
    ///
    /// # Errors
    /// Those of [`parts`] and of writing; [`Error::Retrain`] for a folder that another program works in. Nothing is left then.
    pub fn begin(request: Request, folder: &Path) -> Result<Self> {
        let parts = parts(&request)?;
        let identity = identity(&request)?;
        remove(folder)?;
        let begun = Self::write(request, parts, identity, folder);
        if begun.is_err() {
            let _ = fs::remove_dir_all(folder);
        }
        begun
    }

    fn write(request: Request, parts: Parts, identity: String, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).map_err(write_fault(folder))?;
        let lock = lock(folder)?;
        Bundle::save(&folder.join(START), &request.start.card, &request.start.weights)?;
        let written = Written { identity: identity.clone(), asked: Asked::of(&request), parts: parts.clone() };
        write_json(&folder.join(REQUEST), &written)?;
        Ok(Self { request, parts, identity, folder: folder.to_owned(), _lock: lock })
    }

    /// The retraining that is on its way in `folder`; nothing where there is none.
    ///
    /// # Errors
    /// [`Error::Retrain`] when another program works in it, or it cannot be gone on with.
    pub fn open(folder: &Path) -> Result<Option<Self>> {
        let Ok(json) = fs::read(folder.join(REQUEST)) else { return Ok(None) };
        let lock = lock(folder)?;
        let fault = |why: &str| Error::Retrain { detail: format!("{}: {why} Begin anew.", folder.display()) };
        let written: Written =
            serde_json::from_slice(&json).map_err(|_| fault("this was begun by another Nascape."))?;
        let Written { identity: begun, asked, parts } = written;
        let request = asked.from(Bundle::open(&folder.join(START))?);
        if identity(&request)? != begun {
            return Err(fault("its files are not what they were, or it was begun by another Nascape."));
        }
        Ok(Some(Self { request, parts, identity: begun, folder: folder.to_owned(), _lock: lock }))
    }

    /// The retraining of this request that is on its way in `folder`, or a new one where there is none.
    ///
    /// # Errors
    /// As [`Work::open`] and [`Work::begin`]; [`Error::Retrain`] when another request's is on its way there.
    pub fn open_or_begin(request: Request, folder: &Path) -> Result<Self> {
        check(&request)?;
        let Some(work) = Self::open(folder)? else { return Self::begin(request, folder) };
        if work.identity != identity(&request)? {
            let detail = format!(
                "{}: what is on its way there has other files, regions or another bundle. Retrain without --resume to begin anew.",
                folder.display()
            );
            return Err(Error::Retrain { detail });
        }
        // The card says how it was begun.
        Ok(Self { request: Request { command: work.request.command, ..request }, ..work })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether the user wants no more to be learned, as asked by [`Work::say_enough`].
    pub fn is_enough(&self) -> bool {
        self.folder.join(ENOUGH).exists()
    }

    /// Asks for the best of what was learned so far, also of a program that goes on with it later.
    pub fn say_enough(folder: &Path) {
        // At worst the rest is learned too.
        let _ = fs::write(folder.join(ENOUGH), []);
    }

    /// Takes the folder away.
    pub fn remove(self) {
        let folder = self.folder.clone();
        drop(self);
        // What is left of it lacks the request, and is no retraining.
        let _ = fs::remove_file(folder.join(REQUEST));
        let _ = fs::remove_dir_all(folder);
    }
}

/// Takes away a retraining that is on its way in `folder`.
///
/// # Errors
/// [`Error::Retrain`] when another program works in it; those of the file system.
pub fn remove(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    drop(lock(folder)?);
    let _ = fs::remove_file(folder.join(REQUEST));
    fs::remove_dir_all(folder).map_err(write_fault(folder))
}

/// What can be told of a retraining that is on its way, without going on with it.
pub struct Left {
    /// The bundle that is started from.
    pub from: String,
    /// The folder of the retrained bundle.
    pub output: PathBuf,
    /// Its files.
    pub files: Vec<PathBuf>,
}

/// The retraining that is on its way in `folder`; nothing where there is none.
pub fn left(folder: &Path) -> Option<Left> {
    let written: Written = serde_json::from_slice(&fs::read(folder.join(REQUEST)).ok()?).ok()?;
    let from = Bundle::open(&folder.join(START)).ok()?.card.name;
    let Asked { assay, observed, exclude, output, .. } = written.asked;
    let of_assay = assay.named_files().into_iter().map(|(_, path)| path.to_owned());
    let files = [observed].into_iter().chain(of_assay).chain(exclude).collect();
    Some(Left { from, output, files })
}

/// True while a program retrains in `folder`.
pub fn is_open(folder: &Path) -> bool {
    File::open(folder.join(LOCK)).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

fn lock(folder: &Path) -> Result<File> {
    let file = File::create(folder.join(LOCK)).map_err(write_fault(folder))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(Error::Retrain {
            detail: format!(
                "{}: another Nascape is at this retraining. Wait for its end, or stop it.",
                folder.display()
            ),
        }),
        // A file system without locks: one program at a time is then the user's own care.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

/// What can be told of a request before its files are read.
pub(super) fn check(request: &Request) -> Result<()> {
    let start = &request.start.card;
    let fault = |detail: String| Err(Error::Retrain { detail });
    if start.targets.len() != 1 {
        return fault(format!(
            "{} imputes {} at once; retrain a bundle of one mark.",
            start.name,
            start.target_names()
        ));
    }
    let members = members::most(&request.start);
    if members > blend::MOST {
        return fault(format!(
            "{} is a blend of {} bundles, and with what would be learned it might be one of {members}, where {} are the most. Start from \
             the bundle that it was retrained from, on all regions together.",
            start.name,
            members::standing(&request.start).len(),
            blend::MOST
        ));
    }
    if request.output.file_name().is_none() {
        return Err(Error::FolderTaken { path: request.output.clone() });
    }
    if request.output.exists() {
        return fault(format!(
            "{} is there already. Choose another name, or remove it first.",
            request.output.display()
        ));
    }
    Ok(())
}

/// Everything that decides what comes of a retraining.
fn identity(request: &Request) -> Result<String> {
    let mut files = request.assay.named_files();
    files.push(("observed", &request.observed));
    files.extend(request.exclude.as_deref().map(|path| ("exclude", path)));
    let files = files.into_iter().map(|(role, path)| source_file(role, path)).collect::<Result<Vec<_>>>()?;
    let from = (&request.start.card.name, &request.start.card.weights);
    let asked = (VERSION, from, files, &request.assay.options, &request.regions, &request.test);
    Ok(serde_json::to_string(&asked).expect("requests are plain data"))
}
