//! Who is told what happens.

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use super::{Browser, wire::Event};

/// Says whether it will hear of the next event too.
type Listener = Box<dyn FnMut(Event) -> bool + Send>;

/// Everyone who listens.
#[derive(Default)]
pub(super) struct Listeners(Mutex<Vec<Listener>>);

impl Listeners {
    pub fn tell(&self, event: &Event) {
        let mut listeners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain_mut(|heard| heard(event.clone()));
    }
}

impl Browser {
    /// Calls `heard` for everything that happens from now on, until it answers `false`. It must not wait.
    pub fn listen(&self, heard: impl FnMut(Event) -> bool + Send + 'static) {
        self.listeners.0.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(heard));
    }

    /// Tells the window something that only its shell can know.
    pub fn tell(&self, event: Event) {
        self.listeners.tell(&event);
    }

    /// Tells the window of files that the user dropped on it, or named to a second start of the program; they may be opened.
    pub fn receive(&self, paths: Vec<PathBuf>) {
        self.allow(paths.iter().cloned());
        let paths = paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        self.tell(Event::Files { paths });
    }
}
