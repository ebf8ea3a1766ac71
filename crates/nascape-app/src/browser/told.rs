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
pub(super) struct Listeners(Mutex<Told>);

#[derive(Default)]
struct Told {
    listeners: Vec<Listener>,
    /// Files that came while nobody listened yet: a window takes a moment to open.
    early: Vec<Event>,
}

impl Listeners {
    pub fn tell(&self, event: &Event) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.listeners.retain_mut(|heard| heard(event.clone()));
        if told.listeners.is_empty() && matches!(event, Event::Files { .. }) {
            told.early.push(event.clone());
        }
    }

    fn add(&self, mut heard: Listener) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.early.drain(..).all(&mut heard) {
            told.listeners.push(heard);
        }
    }
}

impl Browser {
    /// Calls `heard` for everything that happens from now on, and for files that came before anybody listened, until it answers
    /// `false`. It must not wait.
    pub fn listen(&self, heard: impl FnMut(Event) -> bool + Send + 'static) {
        self.listeners.add(Box::new(heard));
    }

    /// Tells the window something that only its shell can know.
    pub fn tell(&self, event: Event) {
        self.listeners.tell(&event);
    }

    /// Tells the window of files that the user dropped on it, or named to a second start of the program; they may be opened. `strands`
    /// are a plus and a minus strand among them that the user named as such.
    pub fn receive(&self, paths: Vec<PathBuf>, strands: Option<[PathBuf; 2]>) {
        self.allow(paths.iter().cloned());
        // As the rest of the program knows them: links followed.
        let real =
            |[plus, minus]: [PathBuf; 2]| Some([self.allowed.check(&plus).ok()?, self.allowed.check(&minus).ok()?]);
        self.strands.lock().unwrap_or_else(PoisonError::into_inner).extend(strands.and_then(real));
        let paths = paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        self.tell(Event::Files { paths });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn files_that_come_before_the_window_listens_reach_it_once() {
        let listeners = Listeners::default();
        let files = |name: &str| Event::Files { paths: vec![name.to_owned()] };
        listeners.tell(&files("early.bw"));
        let heard = Arc::new(Mutex::new(Vec::new()));
        for _ in 0..2 {
            let heard = Arc::clone(&heard);
            listeners.add(Box::new(move |event| {
                let Event::Files { paths } = event else { return true };
                heard.lock().unwrap().extend(paths);
                true
            }));
        }
        assert_eq!(*heard.lock().unwrap(), ["early.bw"]);
        listeners.tell(&files("late.bw"));
        assert_eq!(*heard.lock().unwrap(), ["early.bw", "late.bw", "late.bw"]);
    }
}
