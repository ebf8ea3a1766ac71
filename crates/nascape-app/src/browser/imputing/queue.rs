//! Who waits for which runs.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    ops::Range,
    sync::Arc,
};

use super::{Layer, PIECE, Run, ended};
use crate::browser::{fault::Answer, memory::Memory, wire::Fault};

/// A request: the runs it waits for and those it has.
pub(super) struct Want {
    ticket: u64,
    layer: Arc<Layer>,
    pub missing: BTreeSet<u32>,
    /// Held here, so that the memory's bound cannot take them away again.
    found: BTreeMap<u32, Run>,
    fault: Option<Fault>,
}

impl Want {
    pub fn new(ticket: u64, layer: &Arc<Layer>, wanted: Range<u32>) -> Self {
        Self { ticket, layer: Arc::clone(layer), missing: wanted.collect(), found: BTreeMap::new(), fault: None }
    }

    pub fn add(&mut self, run: u32, imputed: &Run) {
        if self.missing.remove(&run) {
            self.found.insert(run, Arc::clone(imputed));
        }
    }

    /// The runs in their order.
    pub fn runs(self) -> Vec<Run> {
        self.found.into_values().collect()
    }
}

/// Runs to impute in one call.
pub(super) struct Piece {
    pub layer: Arc<Layer>,
    pub first: u32,
    pub count: usize,
}

impl Piece {
    /// The numbers of its runs.
    pub fn runs(&self) -> Range<u32> {
        self.first..self.first + self.count as u32
    }
}

/// Everything that is asked for and at hand.
pub(super) struct Queue {
    memory: Memory<(String, u32), Run>,
    /// By arrival; a number without a want is still asking the disk.
    wants: BTreeMap<u64, Want>,
    /// Tickets of numbers that are still asking the disk, and whether they were cancelled.
    entering: BTreeMap<u64, (u64, bool)>,
    computing: HashSet<(String, u32)>,
    arrivals: u64,
    pub calls: usize,
    pub closed: bool,
}

impl Queue {
    pub fn new(memory: usize) -> Self {
        Self {
            memory: Memory::new(memory),
            wants: BTreeMap::new(),
            entering: BTreeMap::new(),
            computing: HashSet::new(),
            arrivals: 0,
            calls: 0,
            closed: false,
        }
    }

    /// Takes what is in memory.
    pub fn recall(&mut self, want: &mut Want) {
        for run in want.missing.clone() {
            if let Some(known) = self.memory.get(&(want.layer.id.clone(), run)) {
                want.add(run, &known);
            }
        }
    }

    /// Gives a request its number.
    pub fn enter(&mut self, ticket: u64) -> u64 {
        self.arrivals += 1;
        self.entering.insert(self.arrivals, (ticket, false));
        self.arrivals
    }

    /// Forgets a request that waits for nothing.
    pub fn leave(&mut self, number: u64) {
        self.entering.remove(&number);
    }

    /// Puts a request in the queue.
    pub fn ask(&mut self, number: u64, mut want: Want) {
        if self.entering.remove(&number).is_some_and(|(_, cancelled)| cancelled) {
            want.fault = Some(Fault::cancelled());
        }
        self.wants.insert(number, want);
    }

    /// What became of a request; nothing while it waits.
    pub fn answer(&mut self, number: u64) -> Option<Answer<Vec<Run>>> {
        let want = self.wants.get(&number)?;
        if want.fault.is_none() && !want.missing.is_empty() {
            return None;
        }
        let want = self.wants.remove(&number)?;
        Some(if want.missing.is_empty() { Ok(want.runs()) } else { Err(ended(want.fault)) })
    }

    pub fn cancel(&mut self, tickets: &[u64]) {
        for want in self.wants.values_mut().filter(|want| tickets.contains(&want.ticket)) {
            want.fault = Some(Fault::cancelled());
        }
        for (_, cancelled) in self.entering.values_mut().filter(|(ticket, _)| tickets.contains(ticket)) {
            *cancelled = true;
        }
    }

    /// The next call: of the request that came first, what is missing, together with what others want beside it.
    pub fn next(&mut self) -> Option<Piece> {
        let waiting = || self.wants.values().filter(|want| want.fault.is_none());
        let free = |layer: &Arc<Layer>, run: u32| !self.computing.contains(&(layer.id.clone(), run));
        let (layer, first) = waiting().find_map(|want| {
            let first = want.missing.iter().find(|&&run| free(&want.layer, run))?;
            Some((Arc::clone(&want.layer), *first))
        })?;
        let of_layer = waiting().filter(|want| want.layer.id == layer.id);
        let wanted: BTreeSet<u32> =
            of_layer.flat_map(|want| want.missing.iter().copied()).filter(|&run| free(&layer, run)).collect();
        let (mut start, mut end) = (first, first + 1);
        while wanted.contains(&end) && ((end - start) as usize) < PIECE {
            end += 1;
        }
        while start > 0 && wanted.contains(&(start - 1)) && ((end - start) as usize) < PIECE {
            start -= 1;
        }
        self.computing.extend((start..end).map(|run| (layer.id.clone(), run)));
        self.calls += 1;
        Some(Piece { layer, first: start, count: (end - start) as usize })
    }

    /// Whether anybody waits for any of these runs of a layer.
    pub fn waits_for(&self, layer: &str, runs: &Range<u32>) -> bool {
        let waiting = |want: &Want| want.fault.is_none() && want.layer.id == layer;
        self.wants.values().any(|want| waiting(want) && want.missing.range(runs.clone()).next().is_some())
    }

    /// Keeps a run in memory.
    pub fn keep(&mut self, layer: &Layer, run: u32, imputed: &Run) {
        self.memory.put((layer.id.clone(), run), Arc::clone(imputed), layer.bytes());
    }

    /// Gives the outcome of a call to everyone who waits for it.
    pub fn tell(&mut self, piece: &Piece, outcome: &Answer<Vec<Run>>) {
        let runs = piece.runs();
        for run in runs.clone() {
            self.computing.remove(&(piece.layer.id.clone(), run));
        }
        match outcome {
            Ok(imputed) => {
                for (run, imputed) in runs.zip(imputed) {
                    self.keep(&piece.layer, run, imputed);
                    for want in self.wants.values_mut().filter(|want| want.layer.id == piece.layer.id) {
                        want.add(run, imputed);
                    }
                }
            }
            Err(fault) => {
                let touched = |want: &&mut Want| {
                    want.layer.id == piece.layer.id && want.missing.range(runs.clone()).next().is_some()
                };
                self.wants.values_mut().filter(touched).for_each(|want| want.fault = Some(fault.clone()));
            }
        }
    }
}
