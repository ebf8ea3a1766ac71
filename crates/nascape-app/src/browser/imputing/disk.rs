//! Imputed runs on the disk: a file each, in a folder a layer. All of it may be deleted at any time.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::SystemTime,
};

use nascape_model::impute::Imputed;
use nascape_signal::partial::{self, PartialFile};

use super::{Layer, Run};

/// Bytes kept; layers that were not used for the longest time go first.
const BOUND: u64 = 4 << 30;
/// Bytes written between two looks at the bound.
const SWEEP_EVERY: u64 = 256 << 20;
/// Touched when a layer is used.
const USED: &str = "used";

/// The folder of runs.
pub(super) struct Disk {
    folder: PathBuf,
    written: AtomicU64,
}

impl Disk {
    pub fn new(cache: &Path) -> Self {
        Self { folder: cache.join("imputed"), written: AtomicU64::new(0) }
    }

    fn path(&self, layer: &Layer, run: u32) -> PathBuf {
        self.folder.join(&layer.id).join(format!("{run}.f32"))
    }

    /// A run, if it is there and whole.
    pub fn read(&self, layer: &Layer, run: u32) -> Option<Run> {
        whole(&fs::read(self.path(layer, run)).ok()?, layer.targets(), layer.bins(run))
    }

    /// Keeps a run. A disk that is full or read-only costs only that it is imputed again.
    pub fn write(&self, layer: &Layer, run: u32, imputed: &Run) {
        let rows = imputed.iter().flat_map(|track| track.value.iter().chain(&track.scale));
        let numbers: Vec<u8> = rows.flat_map(|number| number.to_le_bytes()).collect();
        let bytes = [&crc32fast::hash(&numbers).to_le_bytes()[..], &numbers].concat();
        let path = self.path(layer, run);
        let Some(folder) = path.parent() else { return };
        let write = || {
            fs::create_dir_all(folder).ok()?;
            fs::write(folder.join(USED), []).ok()?;
            let mut partial = PartialFile::create(&path).ok()?;
            partial.file().write_all(&bytes).ok()?;
            // The checksum tells what a machine that lost its power left behind.
            partial.finish_unforced().ok()
        };
        if write().is_some() {
            let before = self.written.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            if (before + bytes.len() as u64) / SWEEP_EVERY > before / SWEEP_EVERY {
                self.sweep();
            }
        }
    }

    /// Says that a layer is in use.
    pub fn touch(&self, layer: &Layer) {
        let folder = self.folder.join(&layer.id);
        if folder.is_dir() {
            let _ = fs::write(folder.join(USED), []);
        }
    }

    /// Removes what killed programs left half-written, and deletes the layers that were not used for the longest time, until the rest is within the bound.
    pub fn sweep(&self) {
        let layers: Vec<PathBuf> =
            fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        layers.iter().for_each(|layer| partial::clean(layer));
        let mut layers: Vec<(SystemTime, u64, PathBuf)> = layers.iter().map(|layer| weighed(layer)).collect();
        layers.sort();
        let mut total: u64 = layers.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, bytes, folder) in layers {
            if total <= BOUND {
                break;
            }
            if fs::remove_dir_all(folder).is_ok() {
                total -= bytes;
            }
        }
    }
}

/// The run that a file holds: a checksum, then of each of `targets` tracks the values and the scales of `bins` bins. Nothing where the file
/// holds anything else: a crash leaves it half-written, and anybody may write into the cache.
fn whole(bytes: &[u8], targets: usize, bins: usize) -> Option<Run> {
    let (checksum, numbers) = bytes.split_first_chunk::<4>()?;
    let is_whole = u32::from_le_bytes(*checksum) == crc32fast::hash(numbers)
        && numbers.len() == targets * 2 * 4 * bins
        && bins > 0;
    if !is_whole {
        return None;
    }
    let row = |bytes: &[u8]| bytes.as_chunks::<4>().0.iter().map(|&number| f32::from_le_bytes(number)).collect();
    let track = |bytes: &[u8]| Imputed { value: row(&bytes[..4 * bins]), scale: row(&bytes[4 * bins..]) };
    Some(numbers.chunks(8 * bins).map(track).collect())
}

/// When a layer was last used, and its bytes.
fn weighed(folder: &Path) -> (SystemTime, u64, PathBuf) {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let bytes = files.filter_map(|file| file.metadata().ok()).map(|metadata| metadata.len()).sum();
    let used = fs::metadata(folder.join(USED)).and_then(|metadata| metadata.modified());
    (used.unwrap_or(SystemTime::UNIX_EPOCH), bytes, folder.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_is_cut_or_changed_anywhere_is_none() {
        let (targets, bins) = (2, 5);
        let numbers: Vec<u8> = (0..targets * 2 * bins).flat_map(|at| (at as f32).to_le_bytes()).collect();
        let file = |numbers: &[u8]| [&crc32fast::hash(numbers).to_le_bytes()[..], numbers].concat();
        let bytes = file(&numbers);
        let run = whole(&bytes, targets, bins).unwrap();
        assert_eq!((run.len(), run[1].scale.clone()), (2, vec![15.0, 16.0, 17.0, 18.0, 19.0]));
        for bit in 0..8 * bytes.len() {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(whole(&changed, targets, bins).is_none(), "bit {bit}");
        }
        for length in 0..bytes.len() {
            assert!(whole(&bytes[..length], targets, bins).is_none(), "{length} bytes");
        }
        // Checksums that fit what is too short, too long, or nothing at all.
        for numbers in [&numbers[..numbers.len() - 4], &[&numbers[..], &[0; 4]].concat(), &[]] {
            assert!(whole(&file(numbers), targets, bins).is_none());
        }
        assert!(whole(&file(&[]), targets, 0).is_none());
    }
}
