//! How much memory is held, by what it is for.

use std::collections::BTreeMap;

/// Bytes by what they are for: those asked of the allocator, without its heads and holes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Account(BTreeMap<&'static str, usize>);

impl Account {
    /// Adds bytes to what is known under a name.
    pub(crate) fn add(&mut self, name: &'static str, bytes: usize) {
        *self.0.entry(name).or_default() += bytes;
    }

    /// Adds a hash map with this room, from keys to values of these types. It has a power of two of places, of which seven eighths can be
    /// used, and a byte more for each.
    pub(crate) fn add_map<K, V>(&mut self, name: &'static str, capacity: usize) {
        let places = if capacity == 0 { 0 } else { (capacity * 8 / 7).next_power_of_two() };
        self.add(name, places * (size_of::<(K, V)>() + 1));
    }

    /// All entries, the largest first.
    pub fn entries(&self) -> Vec<(&'static str, usize)> {
        let mut entries: Vec<_> = self.0.iter().map(|(name, bytes)| (*name, *bytes)).collect();
        entries.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
        entries
    }

    /// All bytes.
    pub fn total(&self) -> usize {
        self.0.values().sum()
    }
}
