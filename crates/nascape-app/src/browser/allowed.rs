//! Which files and addresses the window may name: what the user picked, and what lies beneath a root.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::{fault::Answer, stamp::is_address, state::write_whole, wire::Fault};

/// Paths remembered; the oldest are forgotten.
const REMEMBERED: usize = 2_000;

/// The paths that may be read and written. A page that is not ours, should one ever run in the window, gets no further.
pub(super) struct Allowed {
    root: Option<PathBuf>,
    /// Where picked paths are kept between two starts, so that sessions open again.
    file: PathBuf,
    picked: Mutex<Vec<PathBuf>>,
}

impl Allowed {
    pub fn open(root: Option<&Path>, state: &Path) -> Answer<Self> {
        let canonical = |root: &Path| {
            fs::canonicalize(root)
                .map_err(|fault| Fault::new(format!("{}: the folder cannot be read ({fault}).", root.display())))
        };
        let file = state.join("picked.json");
        // Beneath a root nothing counts that was picked without one.
        let known = if root.is_none() { fs::read(&file).ok() } else { None };
        let picked = known.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default();
        Ok(Self { root: root.map(canonical).transpose()?, file, picked: Mutex::new(picked) })
    }

    /// The folder beneath which everything is allowed.
    pub fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// Remembers paths that the user picked; a folder stands for what lies in it.
    pub fn add(&self, paths: impl IntoIterator<Item = PathBuf>) {
        let mut picked = self.picked.lock().unwrap_or_else(PoisonError::into_inner);
        let before = picked.len();
        let known: BTreeSet<PathBuf> = picked.iter().cloned().collect();
        picked.extend(paths.into_iter().map(|path| real(&path)).filter(|path| !known.contains(path)));
        if picked.len() > before && self.root.is_none() {
            let surplus = picked.len().saturating_sub(REMEMBERED);
            picked.drain(..surplus);
            // Forgetting costs a question after the next start, no more.
            let _ = write_whole(&self.file, &serde_json::to_vec(&*picked).expect("paths are text"));
        }
    }

    /// The path itself, links followed; an address as it is.
    ///
    /// # Errors
    /// When nobody picked the path and it does not lie beneath the root; links that lead out of it count as outside. When nobody
    /// named the address.
    pub fn check(&self, path: &Path) -> Answer<PathBuf> {
        let real = real(path);
        // What leads up from a folder that is not there leads nowhere yet, and anywhere once the folder is made.
        let told = !real.components().any(|part| part == Component::ParentDir);
        let beneath_root = self.root.as_ref().is_some_and(|root| real.starts_with(root));
        let picked = self.picked.lock().unwrap_or_else(PoisonError::into_inner);
        let stands_for = |known: &PathBuf| if is_address(&real) { *known == real } else { real.starts_with(known) };
        if told && (beneath_root || picked.iter().any(stands_for)) {
            return Ok(real);
        }
        if is_address(path) {
            return Err(Fault::new(format!(
                "{} is an address that you did not name yourself, so it was not asked for. If you trust it, name it when you start Nascape, or download the file.",
                path.display()
            )));
        }
        Err(Fault::new(match &self.root {
            Some(root) => format!(
                "{} lies outside {}, beyond which nothing may be opened. Start nascape serve with --root on a folder that holds both.",
                path.display(),
                root.display()
            ),
            None => {
                format!("{} was not chosen by you. Open it by File > Open, or drop it on the window.", path.display())
            }
        }))
    }
}

/// The path with links followed; of one that is not there yet, its folder's. An address as it is.
fn real(path: &Path) -> PathBuf {
    if is_address(path) {
        return path.to_owned();
    }
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match (absolute.parent().and_then(|folder| fs::canonicalize(folder).ok()), absolute.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => absolute,
    }
}
