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
    picked: Kept,
    /// Addresses that a session named and the user agreed to: good for sessions alone, which reach nothing but the public internet.
    agreed: Kept,
}

/// Paths that are kept between two starts, so that sessions open again.
struct Kept {
    /// Nothing where they are not kept.
    file: Option<PathBuf>,
    paths: Mutex<Vec<PathBuf>>,
}

impl Kept {
    fn open(file: Option<PathBuf>) -> Self {
        let known = file.as_ref().and_then(|file| fs::read(file).ok());
        let paths = known.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default();
        Self { file, paths: Mutex::new(paths) }
    }

    fn add(&self, paths: impl IntoIterator<Item = PathBuf>) {
        let mut kept = self.paths.lock().unwrap_or_else(PoisonError::into_inner);
        let before = kept.len();
        let known: BTreeSet<PathBuf> = kept.iter().cloned().collect();
        kept.extend(paths.into_iter().filter(|path| !known.contains(path)));
        if let Some(file) = self.file.as_ref().filter(|_| kept.len() > before) {
            let surplus = kept.len().saturating_sub(REMEMBERED);
            kept.drain(..surplus);
            // Forgetting costs a question after the next start, no more.
            let _ = write_whole(file, &serde_json::to_vec(&*kept).expect("paths are text"));
        }
    }

    fn any(&self, is: impl Fn(&PathBuf) -> bool) -> bool {
        self.paths.lock().unwrap_or_else(PoisonError::into_inner).iter().any(is)
    }
}

impl Allowed {
    pub fn open(root: Option<&Path>, state: &Path) -> Answer<Self> {
        let canonical = |root: &Path| {
            fs::canonicalize(root)
                .map_err(|fault| Fault::new(format!("{}: the folder cannot be read ({fault}).", root.display())))
        };
        // Beneath a root nothing counts that was picked without one.
        let kept = |name: &str| Kept::open(root.is_none().then(|| state.join(name)));
        Ok(Self {
            root: root.map(canonical).transpose()?,
            picked: kept("picked.json"),
            agreed: kept("agreed-addresses.json"),
        })
    }

    /// The folder beneath which everything is allowed.
    pub fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// Remembers paths that the user picked; a folder stands for what lies in it.
    pub fn add(&self, paths: impl IntoIterator<Item = PathBuf>) {
        self.picked.add(paths.into_iter().map(|path| real(&path)));
    }

    /// Remembers an address that the user agreed to when a session named it.
    pub fn agree(&self, address: &Path) {
        self.agreed.add([address.to_owned()]);
    }

    /// As [`check`](Self::check), for what a session names: addresses too that the user agreed to.
    ///
    /// # Errors
    /// Those of [`check`](Self::check).
    pub fn check_for_session(&self, path: &Path) -> Answer<PathBuf> {
        match is_address(path) && self.agreed.any(|known| known == path) {
            true => Ok(path.to_owned()),
            false => self.check(path),
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
        let stands_for = |known: &PathBuf| if is_address(&real) { *known == real } else { real.starts_with(known) };
        if told && (beneath_root || self.picked.any(stands_for)) {
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
