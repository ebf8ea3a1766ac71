//! Who is told what happens.

use std::{
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
};

use super::{Browser, wire::Event};

/// Everyone who listens.
#[derive(Default)]
pub(super) struct Listeners(Mutex<Vec<Sender<Event>>>);

impl Listeners {
    pub fn tell(&self, event: &Event) {
        let mut listeners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever hung up is forgotten.
        listeners.retain(|listener| listener.send(event.clone()).is_ok());
    }
}

impl Browser {
    /// Everything that happens from now on; dropping the receiver ends it.
    pub fn subscribe(&self) -> Receiver<Event> {
        let (sender, receiver) = channel();
        self.listeners.0.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        receiver
    }

    /// Tells the window of files that the user dropped on it, or named to a second start of the program; they may be opened.
    pub fn files_arrived(&self, paths: Vec<PathBuf>) {
        self.allow(paths.iter().cloned());
        let paths = paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        self.listeners.tell(&Event::Files { paths });
    }
}
