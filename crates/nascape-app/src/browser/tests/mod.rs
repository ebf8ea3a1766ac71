//! The browser on real files, as a window uses it.

mod bundles;
mod exports;
mod files;
mod genes;
mod reads;
mod sessions;
mod tiles;

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::{
    Browser, Settings,
    wire::{ImputedBy, OpenFiles, Opened, TILE_COLUMNS, TileRequest},
};

/// A browser with folders of its own, its root a folder of copies of K562 PRO-seq, chr21 of hg19.
struct Desk {
    folder: TempDir,
    browser: Browser,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for strand in ["plus", "minus"] {
            fs::copy(k562(&format!("K562.PROseq.{strand}.bw")), folder.path().join(format!("K562.{strand}.bw")))
                .unwrap();
        }
        let browser = Browser::new(Settings::beneath(folder.path())).unwrap();
        Self { folder, browser }
    }

    /// The program started again.
    fn restarted(self) -> Self {
        let Self { folder, browser } = self;
        drop(browser);
        let browser = Browser::new(Settings::beneath(folder.path())).unwrap();
        Self { folder, browser }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    fn open(&self, names: &[&str]) -> Opened {
        let paths = names.iter().map(|name| self.path(name).to_string_lossy().into_owned()).collect();
        self.browser.open_files(&OpenFiles { paths, assembly: None, apart: false }).unwrap()
    }

    /// Opens the assay and gives its id.
    fn assay(&self) -> String {
        let opened = self.open(&["K562.minus.bw", "K562.plus.bw"]);
        assert!(opened.faults.is_empty(), "{:?}", opened.faults);
        opened.tracks[0].id.clone()
    }

    fn tile(&self, track: &str, imputed: Option<ImputedBy>, step: u32, index: u32) -> Vec<Vec<f32>> {
        let request = request(track, imputed, step, index);
        rows(&self.browser.tile(&request).unwrap())
    }
}

fn k562(name: &str) -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = std::env::var_os("NASCAPE_DATA").map_or(beside, PathBuf::from);
    let path = root.join("k562-chr21-hg19").join(name);
    assert!(
        path.is_file(),
        "the tests need the real data: {} is not there; say where with NASCAPE_DATA",
        path.display()
    );
    path
}

fn by(bundle: &str) -> Option<ImputedBy> {
    let target = bundle.split('.').next().unwrap_or_default();
    Some(ImputedBy { bundle: bundle.to_owned(), target: target.to_owned() })
}

fn request(track: &str, imputed: Option<ImputedBy>, step: u32, index: u32) -> TileRequest {
    TileRequest { ticket: 1, track: track.to_owned(), imputed, chromosome: "21".to_owned(), step, index }
}

fn rows(tile: &[f32]) -> Vec<Vec<f32>> {
    tile.chunks(TILE_COLUMNS).map(<[f32]>::to_vec).collect()
}

fn bits(row: &[f32]) -> Vec<u32> {
    row.iter().map(|number| number.to_bits()).collect()
}

/// The largest number of a row that has one.
fn highest(row: &[f32]) -> f32 {
    row.iter().copied().fold(f32::NEG_INFINITY, f32::max)
}
