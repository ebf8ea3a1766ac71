//! What lies in a folder, for a window that has no file dialog of its own.

use std::{fs, path::Path};

use super::{
    Browser,
    fault::Answer,
    wire::{Fault, FolderEntry, FolderListing},
};

impl Browser {
    /// Lists a folder beneath the root, or the root itself: folders first, by name, nothing hidden.
    ///
    /// # Errors
    /// When nothing beneath a root may be seen, or the folder lies outside or cannot be read.
    pub fn folder(&self, path: Option<&str>) -> Answer<FolderListing> {
        let root = self.allowed.root().ok_or_else(|| Fault::new("Choose files by the dialog of the window."))?;
        let folder = match path {
            Some(path) => self.allowed.check(Path::new(path))?,
            None => root.to_owned(),
        };
        let fault = |source| nascape_signal::Error::Read { path: folder.clone(), source };
        let mut entries = Vec::new();
        for entry in fs::read_dir(&folder).map_err(fault)?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            // A link that leads out of the root is not shown; one that leads nowhere neither.
            let Ok(metadata) =
                self.allowed.check(&entry.path()).and_then(|real| Ok(fs::metadata(real).map_err(fault)?))
            else {
                continue;
            };
            if !name.starts_with('.') {
                let path = entry.path().to_string_lossy().into_owned();
                entries.push(FolderEntry { name, path, folder: metadata.is_dir(), bytes: metadata.len() });
            }
        }
        entries.sort_by_key(|entry| (!entry.folder, entry.name.to_lowercase()));
        let parent = folder.parent().filter(|_| folder != root).map(|parent| parent.to_string_lossy().into_owned());
        Ok(FolderListing { path: folder.to_string_lossy().into_owned(), parent, entries })
    }
}
