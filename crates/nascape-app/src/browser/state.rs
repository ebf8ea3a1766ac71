//! Where the browser keeps what it remembers between two starts, and how it writes it.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use super::{fault::Answer, wire::Fault};

/// How a [`Browser`](super::Browser) is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of imputed tiles; it may be deleted at any time.
    pub cache: PathBuf,
    /// The folder of what is remembered: recent files, picked paths, the autosaved session, the example.
    pub state: PathBuf,
    /// Where the user is first shown files.
    pub folder: PathBuf,
    /// Everything beneath this folder may be opened without having been picked.
    pub root: Option<PathBuf>,
    /// Files named when the program was started; they count as picked.
    pub files: Vec<PathBuf>,
    /// A plus and a minus strand among them that the user named as such.
    pub strands: Option<[PathBuf; 2]>,
    /// The program `nascape`, which retrains in a process of its own.
    pub trainer: PathBuf,
}

impl Settings {
    /// The usual folders of this user, `nascape` beside the program that runs; nothing is open, nothing allowed beyond what is picked.
    pub fn of_user() -> Self {
        let home = || dirs::home_dir().unwrap_or_else(std::env::temp_dir);
        let cache = dirs::cache_dir().unwrap_or_else(|| home().join(".cache")).join("nascape");
        let state = dirs::state_dir().or_else(dirs::data_local_dir).unwrap_or_else(home).join("nascape");
        let trainer = format!("nascape{}", std::env::consts::EXE_SUFFIX);
        let trainer = std::env::current_exe().unwrap_or_default().with_file_name(trainer);
        Self { cache, state, folder: home(), root: None, files: Vec::new(), strands: None, trainer }
    }

    /// Everything in one folder, and nothing beyond it to be opened.
    pub fn beneath(folder: &Path) -> Self {
        let [cache, state, trainer] = [".cache", ".state", "none"].map(|name| folder.join(name));
        let (root, folder) = (Some(folder.to_owned()), folder.to_owned());
        Self { cache, state, folder, root, files: Vec::new(), strands: None, trainer }
    }
}

/// Writes a file whole or not at all, its folder too if need be.
///
/// # Errors
/// What the system refused, as a sentence.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Answer<()> {
    let fault = |source| Fault::from(nascape_signal::Error::Write { path: path.to_owned(), source });
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fault)?;
    }
    let mut partial = nascape_signal::partial::PartialFile::create(path)?;
    partial.file().write_all(bytes).map_err(fault)?;
    Ok(partial.finish()?)
}
