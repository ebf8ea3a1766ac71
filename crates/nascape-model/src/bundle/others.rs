//! What lies in a bundle's folder beside the bundle: records, verdicts, a user's own.

use std::{collections::BTreeSet, fs, io, path::Path};

use super::{CARD, Card};

/// Puts into a new folder what lies in an old one and is no part of the bundle there, nor in the new one's way.
///
/// # Errors
/// Those of the file system.
pub(super) fn carry_over(old: &Path, new: &Path) -> io::Result<()> {
    carry(old, new, "", &own_files(old))
}

/// The files of the bundle in a folder, as far as its card tells.
fn own_files(folder: &Path) -> BTreeSet<String> {
    let card = fs::read(folder.join(CARD)).ok().and_then(|json| Card::parse(&json).ok());
    let weights: Vec<String> = card.into_iter().flat_map(|card| card.weights).map(|used| used.file).collect();
    let cards = weights.iter().filter_map(|file| Some(format!("{}/{CARD}", file.rsplit_once('/')?.0)));
    cards.chain(weights.iter().cloned()).chain([CARD.to_owned()]).collect()
}

fn carry(old: &Path, new: &Path, within: &str, own: &BTreeSet<String>) -> io::Result<()> {
    for entry in fs::read_dir(old)? {
        let entry = entry?;
        let name = format!("{within}{}", entry.file_name().to_string_lossy());
        let (from, to) = (entry.path(), new.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            let there = to.is_dir();
            if !there {
                fs::create_dir(&to)?;
            }
            carry(&from, &to, &format!("{name}/"), own)?;
            // A folder that held nothing but the old bundle's files.
            if !there && fs::read_dir(&from)?.next().is_some() {
                let _ = fs::remove_dir(&to);
            }
        } else if !own.contains(&name) && fs::symlink_metadata(&to).is_err() {
            // The same file under two names for a moment; a copy where the disk knows no such thing.
            fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(drop))?;
        }
    }
    Ok(())
}
