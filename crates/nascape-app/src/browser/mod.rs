//! The genome browser below its window: open tracks, tiles, genes, exports, sessions.
//!
//! A [`Browser`] has a method for every method of the window's `backend.ts`. All of them block, take `&self` and may be called from many
//! threads: a shell runs each on a thread of its own.

mod allowed;
mod bam;
mod bundle_folders;
mod bundles;
mod check;
mod example;
mod explain;
mod export;
mod fault;
mod features;
mod find;
mod folder;
mod genes;
mod genome;
mod igv;
mod imputing;
mod jobs;
mod memory;
mod open;
mod pairing;
mod picture;
mod reads;
mod recent;
mod retraining;
mod session;
mod stamp;
mod state;
#[cfg(test)]
mod tests;
mod tiles;
mod told;
mod track;
pub mod wire;
mod words;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc, Mutex, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use allowed::Allowed;
use bundles::Bundles;
pub use fault::Answer;
use imputing::Runs;
use jobs::Jobs;
use memory::Memory;
use session::{Autosave, Seen};
pub use state::Settings;
use tiles::{Summaries, Tickets, TileKey};
use told::Listeners;
use track::Track;
use wire::About;

/// Bytes of imputed runs, of summaries of signals, and of finished tiles that are held in memory.
const RUN_BYTES: usize = 64 << 20;
const SUMMARY_BYTES: usize = 32 << 20;
const TILE_BYTES: usize = 16 << 20;

/// The browser: everything that is open.
pub struct Browser {
    tracks: RwLock<BTreeMap<String, Arc<Track>>>,
    ids: AtomicU64,
    bundles: Arc<Bundles>,
    allowed: Allowed,
    runs: Runs,
    summaries: Summaries,
    tickets: Tickets,
    listeners: Arc<Listeners>,
    jobs: Jobs,
    autosave: Autosave,
    seen: Mutex<Seen>,
    finished: Mutex<Memory<TileKey, Arc<[f32]>>>,
    /// Held while the list of recent files, or of folders of bundles, is changed.
    recent: Mutex<()>,
    state: PathBuf,
    start: PathBuf,
    files: Vec<PathBuf>,
    /// Plus and minus strands that the user named as such.
    strands: Mutex<Vec<[PathBuf; 2]>>,
    trainer: PathBuf,
}

impl Browser {
    /// Nothing is open yet.
    ///
    /// # Errors
    /// When the root is no folder.
    pub fn new(settings: Settings) -> Answer<Self> {
        let allowed = Allowed::open(settings.root.as_deref(), &settings.state)?;
        allowed.add(settings.files.iter().cloned());
        // As the rest of the program knows them: links followed.
        let real = |path: &PathBuf| allowed.check(path);
        let files = settings.files.iter().map(real).collect::<Answer<_>>()?;
        let strands = match &settings.strands {
            Some([plus, minus]) => vec![[real(plus)?, real(minus)?]],
            None => Vec::new(),
        };
        let listeners = Arc::default();
        let browser = Self {
            tracks: RwLock::default(),
            ids: AtomicU64::new(1),
            bundles: Arc::default(),
            runs: Runs::new(&settings.cache, RUN_BYTES, rayon::current_num_threads()),
            summaries: Summaries::new(SUMMARY_BYTES),
            tickets: Tickets::default(),
            finished: Mutex::new(Memory::new(TILE_BYTES)),
            jobs: Jobs::new(Arc::clone(&listeners)),
            autosave: Autosave::take(&settings.state),
            seen: Mutex::default(),
            listeners,
            recent: Mutex::default(),
            allowed,
            files,
            strands: Mutex::new(strands),
            start: settings.folder,
            state: settings.state,
            trainer: settings.trainer,
        };
        browser.restore_retrainings();
        Ok(browser)
    }

    /// What the window learns when it opens.
    ///
    /// # Errors
    /// When a shipped bundle is damaged.
    pub fn about(&self) -> Answer<About> {
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        let lost = self.reopen_bundles();
        Ok(About {
            version: crate::record::VERSION.to_owned(),
            threads: rayon::current_num_threads(),
            bundles: self.bundle_lines()?,
            lost,
            files: self.files.iter().map(text).collect(),
            folder: text(&self.start),
            unsaved: self.autosave.unsaved().as_ref().map(text),
            recent: self.recently(),
        })
    }

    /// Lets the window open what the user picked in a dialog, dropped, or typed at the command line; of a folder, all that is in it.
    pub fn allow(&self, paths: impl IntoIterator<Item = PathBuf>) {
        self.allowed.add(paths);
    }

    /// Something else than the user ends the program: jobs are stopped and waited for, and the session can be recovered.
    pub fn end(&self) {
        self.jobs.close();
    }

    /// The user ends the program: jobs are stopped and waited for, and nothing is left to recover but retrainings on their way. A program that ends without it
    /// crashed.
    pub fn close(&self) {
        self.jobs.close();
        self.autosave.close();
    }

    fn next_id(&self) -> String {
        format!("t{}", self.ids.fetch_add(1, Ordering::Relaxed))
    }
}
