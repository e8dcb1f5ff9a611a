//! A list that is saved a few items at a time while its items change.
//!
//! A save of all items at once would hold up the engine. A copy of the list would take as much memory again. Here a change pays for
//! itself: it saves one item early, and only during a save.

use std::ops::{Index, IndexMut, Range};
use std::slice::Iter;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::state::{Damaged, put, take};

/// Maximum number of items in one record.
const TOGETHER: usize = 16;

/// Items by index. An item that changes while a save is in progress is saved just before its first change. So every item is saved as it was
/// when the save began, however long that takes.
///
/// In a snapshot the items are in records, in no fixed order. A record has the number of the slab, the index of its first item, the number
/// of its items, and the items.
#[derive(Debug)]
pub(crate) struct Slab<T> {
    /// The items by index.
    items: Vec<T>,
    /// Number of the slab in the records of the save in progress.
    number: u32,
    /// The items whose turn to be saved has not come; empty if no save is in progress.
    unsaved: Range<usize>,
    /// Whether each item was saved before its turn, during a save; whether it was restored, while a snapshot is read.
    done: Vec<bool>,
    /// Records of the items saved before their turn that `save_some` has not handed out.
    early: Vec<u8>,
}

impl<T> Default for Slab<T> {
    fn default() -> Slab<T> {
        Slab { items: Vec::new(), number: 0, unsaved: 0..0, done: Vec::new(), early: Vec::new() }
    }
}

impl<T> Slab<T> {
    /// Number of items.
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// Adds an item at the end. It is not part of a save that has begun.
    pub(crate) fn push(&mut self, item: T) {
        self.items.push(item);
    }

    /// The items in the order of their indices.
    pub(crate) fn iter(&self) -> Iter<'_, T> {
        self.items.iter()
    }
}

impl<T: Serialize> Slab<T> {
    /// Appends the records of all items to a snapshot, as the slab with this number.
    pub(crate) fn save_items(&self, number: u32, into: &mut Vec<u8>) {
        for (batch, items) in self.items.chunks(TOGETHER).enumerate() {
            put_record(number, batch * TOGETHER, items, into);
        }
    }

    /// Begins to save all items as they are, as the slab with this number.
    pub(crate) fn begin_save(&mut self, number: u32) {
        (self.number, self.unsaved) = (number, 0..self.items.len());
        self.done = vec![false; self.items.len()];
        self.early.clear();
    }

    /// Appends records until `into` has at least `length` bytes. Returns whether records remain.
    pub(crate) fn save_some(&mut self, length: usize, into: &mut Vec<u8>) -> bool {
        into.append(&mut self.early);
        while !self.unsaved.is_empty() && into.len() < length {
            let start = self.unsaved.start;
            // A record ends at `TOGETHER` items, or before an item that was saved early.
            let ahead = &self.done[start..(start + TOGETHER).min(self.unsaved.end)];
            let count = ahead.iter().position(|done| *done).unwrap_or(ahead.len());
            if 0 < count {
                put_record(self.number, start, &self.items[start..start + count], into);
            }
            let passed = ahead[count..].iter().take_while(|done| **done).count();
            self.unsaved.start += count + passed;
        }
        if self.unsaved.is_empty() {
            (self.done, self.early) = (Vec::new(), Vec::new());
        }
        !self.unsaved.is_empty()
    }

    /// Ends the save in progress, if any, and drops the records that were not handed out. From now on changes cost nothing.
    pub(crate) fn end_save(&mut self) {
        (self.unsaved, self.done, self.early) = (0..0, Vec::new(), Vec::new());
    }

    /// Saves an item before its turn, once. Out of line, so that a change outside a save costs only a comparison.
    #[cold]
    #[inline(never)]
    fn save_early(&mut self, index: usize) {
        if !std::mem::replace(&mut self.done[index], true) {
            put_record(self.number, index, &self.items[index..=index], &mut self.early);
        }
    }
}

/// Appends one record: the number of the slab, the index of the first item, the number of items, and the items.
fn put_record<T: Serialize>(number: u32, first: usize, items: &[T], into: &mut Vec<u8>) {
    put(&(number, first as u32, items.len() as u32), into);
    items.iter().for_each(|item| put(item, into));
}

impl<T: DeserializeOwned + Default> Slab<T> {
    /// Makes room for this many items of a snapshot.
    /// Their values are the default until their records come.
    pub(crate) fn begin_restore(&mut self, count: usize) {
        self.items.clear();
        self.items.resize_with(count, T::default);
        self.done = vec![false; count];
    }

    /// Takes the next item from a record of a snapshot.
    /// Fails as [`Slab::check_item`] does.
    pub(crate) fn restore_item(&mut self, index: u32, from: &mut &[u8]) -> Result<(), Damaged> {
        self.items[index as usize] = self.next_item(index, from)?;
        Ok(())
    }

    /// Checks that the next item can be restored, and drops it, so that memory stays small.
    pub(crate) fn check_item(&mut self, index: u32, from: &mut &[u8]) -> Result<(), Damaged> {
        self.next_item(index, from).map(drop)
    }

    /// Reads an item and notes that it has come. Fails if its index is beyond the slab or came before.
    fn next_item(&mut self, index: u32, from: &mut &[u8]) -> Result<T, Damaged> {
        let item = take(from)?;
        match self.done.get_mut(index as usize).filter(|done| !**done) {
            Some(done) => *done = true,
            None => return Err(Damaged(format!("item {index} comes twice or is one too many"))),
        }
        Ok(item)
    }

    /// Checks that every item of the snapshot has come.
    pub(crate) fn restored(&mut self) -> Result<(), Damaged> {
        match std::mem::take(&mut self.done).iter().filter(|done| !**done).count() {
            0 => Ok(()),
            missing => Err(Damaged(format!("{missing} items are missing"))),
        }
    }
}

impl<T> Index<usize> for Slab<T> {
    type Output = T;

    fn index(&self, index: usize) -> &T {
        &self.items[index]
    }
}

impl<T: Serialize> IndexMut<usize> for Slab<T> {
    /// The item may change, so it is saved first if its turn is still to come.
    fn index_mut(&mut self, index: usize) -> &mut T {
        if self.unsaved.contains(&index) {
            self.save_early(index);
        }
        &mut self.items[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads records back, each item with its index.
    fn items_of(mut records: &[u8]) -> Vec<(u32, u64)> {
        let mut items = Vec::new();
        while !records.is_empty() {
            let (number, first, count): (u32, u32, u32) = take(&mut records).expect("a record");
            assert_eq!(number, 5);
            items.extend((0..count).map(|place| (first + place, take(&mut records).expect("an item"))));
        }
        items.sort_unstable();
        items
    }

    #[test]
    fn whatever_changes_meanwhile_every_item_is_saved_once_and_as_it_was() {
        let mut chance = fastrand::Rng::with_seed(1);
        let mut slab = Slab::default();
        for round in 0..200 {
            (0..chance.usize(0..300)).for_each(|_| slab.push(chance.u64(..)));
            let as_it_was: Vec<(u32, u64)> = (0..).zip(slab.iter().copied()).collect();
            let mut at_once = Vec::new();
            slab.save_items(5, &mut at_once);
            assert_eq!(items_of(&at_once), as_it_was);
            slab.begin_save(5);
            let (mut saved, mut more) = (Vec::new(), true);
            while more {
                for _ in 0..chance.usize(0..20).min(slab.len()) {
                    let place = chance.usize(0..slab.len());
                    slab[place] = chance.u64(..);
                }
                slab.push(chance.u64(..));
                let length = saved.len() + chance.usize(0..900);
                more = slab.save_some(length, &mut saved);
            }
            assert_eq!(items_of(&saved), as_it_was, "round {round}");
        }
    }
    #[test]
    fn a_save_that_ends_early_keeps_nothing() {
        let mut slab = Slab::default();
        (0..40_u64).for_each(|item| slab.push(item));
        slab.begin_save(5);
        slab[39] = 7;
        assert!(slab.save_some(1, &mut Vec::new()));
        slab[38] = 7;
        slab.end_save();
        slab[37] = 7;
        assert!(slab.unsaved.is_empty() && slab.done.is_empty() && slab.early.is_empty());
        let mut rest = Vec::new();
        assert!(!slab.save_some(9_000, &mut rest) && rest.is_empty());
    }
}
