//! Bins kept for who asks next: neighbouring pieces of a job, several bundles, a view that moves. All of them look at the same reads
//! with a halo, and reading is dearer than remembering.

use std::{
    collections::HashMap,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::Result;

/// Bins of a page: 205 kb.
const PAGE: usize = 1 << 12;

/// Pages that are kept: 4 MB, more than a piece of a job, its halo and the next piece need.
const KEPT: usize = 256;

/// The most recently used pages of one signal.
#[derive(Default)]
pub(crate) struct Pages(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// By chromosome and page; with when it was used last.
    pages: HashMap<(usize, usize), (Arc<Page>, u64)>,
    uses: u64,
}

/// A page's bins, once they are read. Whoever reads them holds the lock, so that nobody else reads them too.
type Page = Mutex<Option<Vec<f32>>>;

impl Pages {
    /// The bins `asked` of the `all` bins of chromosome number `chromosome`; `read` gives those of a run of bins that are not kept.
    ///
    /// # Errors
    /// Those of `read`.
    pub(crate) fn bins(
        &self,
        chromosome: usize,
        asked: Range<usize>,
        all: usize,
        read: impl Fn(Range<usize>) -> Result<Vec<f32>>,
    ) -> Result<Vec<f32>> {
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let numbers = asked.start / PAGE..asked.end.div_ceil(PAGE);
        let pages = lock(&self.0).pages(chromosome, numbers.clone());
        // In order, so that two who ask for some of the same pages do not wait for each other.
        let mut pages: Vec<MutexGuard<'_, _>> = pages.iter().map(|page| lock(page)).collect();
        let mut bins = Vec::with_capacity(asked.len());
        let mut place = 0;
        while place < pages.len() {
            let missing = pages[place..].iter().take_while(|page| page.is_none()).count();
            if missing > 0 {
                let first = (numbers.start + place) * PAGE;
                let read = read(first..(first + missing * PAGE).min(all))?;
                for (page, bins) in pages[place..].iter_mut().zip(read.chunks(PAGE)) {
                    **page = Some(bins.to_vec());
                }
            }
            let page = pages[place].as_deref().unwrap_or_default();
            let first = (numbers.start + place) * PAGE;
            bins.extend_from_slice(&page[asked.start.saturating_sub(first)..(asked.end - first).min(page.len())]);
            place += 1;
        }
        Ok(bins)
    }
}

impl Kept {
    /// The pages of some numbers, there or not; the longest unused ones make room.
    fn pages(&mut self, chromosome: usize, numbers: Range<usize>) -> Vec<Arc<Page>> {
        self.uses += 1;
        let uses = self.uses;
        let mut page = |number| {
            let page = self.pages.entry((chromosome, number)).or_default();
            page.1 = uses;
            Arc::clone(&page.0)
        };
        let pages = numbers.map(&mut page).collect();
        if self.pages.len() > KEPT {
            let mut used: Vec<u64> = self.pages.values().map(|(_, used)| *used).collect();
            used.sort_unstable();
            let oldest = used[used.len() - KEPT];
            self.pages.retain(|_, (_, used)| *used >= oldest);
        }
        pages
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn every_bin_is_read_once_and_given_as_often_as_asked() {
        let pages = Pages::default();
        let all = 5 * PAGE + 77;
        let read = AtomicUsize::new(0);
        let bins = |range: Range<usize>| {
            read.fetch_add(range.len(), Ordering::Relaxed);
            Ok(range.map(|bin| bin as f32).collect())
        };
        for asked in [PAGE - 3..PAGE + 3, 0..1, 3 * PAGE..all, all - 1..all, 5..5, 0..all] {
            let expected: Vec<f32> = asked.clone().map(|bin| bin as f32).collect();
            assert_eq!(pages.bins(0, asked, all, bins).unwrap(), expected);
        }
        assert_eq!(read.into_inner(), all);
    }

    #[test]
    fn pages_that_nobody_used_for_long_make_room() {
        let pages = Pages::default();
        let bins = |range: Range<usize>| Ok(vec![0.0; range.len()]);
        for number in 0..3 * KEPT {
            pages.bins(number % 2, number * PAGE..(number + 1) * PAGE, usize::MAX, bins).unwrap();
        }
        let kept = lock(&pages.0);
        assert_eq!(kept.pages.len(), KEPT);
        assert!(kept.pages.keys().all(|&(_, number)| number >= 2 * KEPT));
    }
}
