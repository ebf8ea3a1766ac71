//! A job inside a job.

use nascape_signal::Progress;

/// A job that is part of a whole: its progress runs from one share of the whole to another.
pub(crate) struct Portion<'a> {
    pub whole: &'a dyn Progress,
    pub from: f64,
    pub to: f64,
}

impl Progress for Portion<'_> {
    fn advance(&self, done: u64, total: u64) {
        const FINE: f64 = 1e6;
        let share = done as f64 / total.max(1) as f64;
        self.whole.advance(((self.from + (self.to - self.from) * share) * FINE) as u64, FINE as u64);
    }

    fn cancelled(&self) -> bool {
        self.whole.cancelled()
    }

    fn enough(&self) -> bool {
        self.whole.enough()
    }
}
