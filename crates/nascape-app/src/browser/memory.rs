//! What was computed lately, up to so many bytes: the least lately used goes first.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

/// Values by key, with a bound on their bytes.
pub(super) struct Memory<K, V> {
    values: HashMap<K, (V, usize, u64)>,
    /// Keys by when they were last asked for.
    order: BTreeMap<u64, K>,
    clock: u64,
    bytes: usize,
    bound: usize,
}

impl<K: Hash + Eq + Clone, V: Clone> Memory<K, V> {
    pub fn new(bound: usize) -> Self {
        Self { values: HashMap::new(), order: BTreeMap::new(), clock: 0, bytes: 0, bound }
    }

    /// The value, which is young again.
    pub fn get(&mut self, key: &K) -> Option<V> {
        let (value, _, used) = self.values.get_mut(key)?;
        self.clock += 1;
        self.order.remove(used);
        *used = self.clock;
        self.order.insert(self.clock, key.clone());
        Some(value.clone())
    }

    /// Keeps a value of `bytes`; the oldest make room.
    pub fn put(&mut self, key: K, value: V, bytes: usize) {
        self.clock += 1;
        if let Some((_, old, used)) = self.values.insert(key.clone(), (value, bytes, self.clock)) {
            self.bytes -= old;
            self.order.remove(&used);
        }
        self.bytes += bytes;
        self.order.insert(self.clock, key);
        while self.bytes > self.bound {
            let Some((_, oldest)) = self.order.pop_first() else { break };
            if let Some((_, bytes, _)) = self.values.remove(&oldest) {
                self.bytes -= bytes;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_least_lately_makes_room() {
        let mut memory = Memory::new(10);
        memory.put("a", 1, 4);
        memory.put("b", 2, 4);
        assert_eq!(memory.get(&"a"), Some(1));
        memory.put("c", 3, 4);
        assert_eq!((memory.get(&"a"), memory.get(&"b"), memory.get(&"c")), (Some(1), None, Some(3)));
        memory.put("c", 5, 8);
        assert_eq!((memory.get(&"a"), memory.get(&"c"), memory.bytes), (None, Some(5), 8));
    }
}
