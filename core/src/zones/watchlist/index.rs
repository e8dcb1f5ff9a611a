//! Finds rows by number, call sign or name without storing any of these: their hashes lead to candidate rows, which are then compared.
//!
//! A fuzzy match needs a key that both texts share though one of their characters differs. Texts are divided into
//! windows of two characters, and there is a key of the text without each window. Two texts that are one edit apart
//! share the key without the window that has the edit. A ship's name is looked up under all keys that such a listed
//! text could have.

use crate::zones::likeness::FUZZY_FROM;

/// Kind of value that a key is the hash of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// An MMSI.
    Mmsi,
    /// An IMO number.
    Imo,
    /// A folded call sign.
    CallSign,
    /// A folded name.
    Name,
}

/// Bits of an entry for the row number. The other bits are from its key and avoid nearly all useless comparisons.
const ROW_BITS: u32 = 21;
/// Maximum number of rows that these bits can address.
pub(super) const MOST_ROWS: usize = 1 << ROW_BITS;
/// Average entries per bucket: about one cache line.
const BUCKET: usize = 12;
/// Characters left out at a time for fuzzy keys. With two, a name of twelve characters has six such keys; with one, it would have twelve.
const WINDOW: usize = 2;

/// Rows by hash, in consecutive buckets.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// Start of each bucket in `entries`; the last element is the end of all.
    starts: Box<[u32]>,
    /// The row in the lowest `ROW_BITS` bits, and bits of its key above them.
    entries: Box<[u32]>,
}

impl Index {
    /// Heap size in bytes of an index with this many entries.
    pub(super) fn bytes_of(entries: usize) -> usize {
        size_of::<u32>() * (entries + buckets(entries) + 1)
    }

    /// Size on the heap in bytes.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.starts) + size_of_val(&*self.entries)
    }

    /// Builds an index of `entries` keys. `keys` passes each key with its row to the given function; it is called
    /// twice and must pass the same pairs.
    pub(super) fn build(entries: usize, keys: impl Fn(&mut dyn FnMut(u64, u32))) -> Index {
        let mut starts = vec![0_u32; buckets(entries) + 1];
        let last = starts.len() - 1;
        keys(&mut |key, _| starts[bucket(key, last)] += 1);
        let mut all = 0;
        for start in &mut starts {
            all += *start;
            *start = all;
        }
        // Filled from the back: each start ends up at the beginning of its bucket.
        let mut filled = vec![0; all as usize];
        keys(&mut |key, row| {
            let start = &mut starts[bucket(key, last)];
            *start -= 1;
            filled[*start as usize] = row | mark(key);
        });
        Index { starts: starts.into(), entries: filled.into() }
    }

    /// Calls `each` with the rows of a key, and rarely with rows of other keys.
    pub(super) fn rows(&self, key: u64, mut each: impl FnMut(u32)) {
        let Some(last) = self.starts.len().checked_sub(1) else {
            return;
        };
        let place = bucket(key, last);
        let within = self.starts[place] as usize..self.starts[place + 1] as usize;
        let wanted = mark(key);
        for entry in &self.entries[within] {
            if entry & !(MOST_ROWS as u32 - 1) == wanted {
                each(entry & (MOST_ROWS as u32 - 1));
            }
        }
    }
}

/// Number of buckets for this many entries.
fn buckets(entries: usize) -> usize {
    entries / BUCKET + 1
}

/// Bucket of a key, out of `of` buckets.
fn bucket(key: u64, of: usize) -> usize {
    ((u128::from(key) * of as u128) >> 64) as usize
}

/// The bits of a key stored in its entry. These are its lowest bits; the highest ones choose the bucket.
fn mark(key: u64) -> u32 {
    (key as u32) << ROW_BITS
}

/// Key of an MMSI or IMO number.
pub(super) fn number_key(kind: Kind, number: u32) -> u64 {
    mixed(u64::from(number) << 8 | kind as u64)
}

/// A folded text with hashes of all its prefixes and suffixes, so that the key of the text without some consecutive characters is cheap.
pub(super) struct Hashed {
    /// Kind of the text; the same text of another kind has other keys.
    kind: Kind,
    /// The folded text.
    text: Vec<char>,
    /// Hash of each prefix, by its length.
    heads: Vec<u64>,
    /// Hash of each suffix, by the number of characters left out before it.
    tails: Vec<u64>,
}

impl Hashed {
    /// Hashes a folded text from both ends.
    pub(super) fn new(kind: Kind, folded: &str) -> Hashed {
        let text: Vec<char> = folded.chars().collect();
        let mut heads = vec![1; text.len() + 1];
        let mut tails = vec![2; text.len() + 1];
        for at in 0..text.len() {
            heads[at + 1] = step(heads[at], text[at]);
        }
        for at in (0..text.len()).rev() {
            tails[at] = step(tails[at + 1], text[at]);
        }
        Hashed { kind, text, heads, tails }
    }

    /// Calls `each` with the keys of a listed text: the key of the whole text and, if it is long enough for fuzzy matches, one without each
    /// window.
    pub(super) fn listed(&self, mut each: impl FnMut(u64)) {
        each(self.whole(self.heads[self.text.len()]));
        for from in self.windows(self.text.len()) {
            each(self.without(from, from + WINDOW));
        }
    }

    /// Number of keys of a listed text with this many characters.
    pub(super) fn keys_of(characters: usize) -> usize {
        if characters < FUZZY_FROM { 1 } else { 1 + characters.div_ceil(WINDOW) }
    }

    /// Calls `each` with the keys that an equal listed text would have, or one that is one edit apart.
    pub(super) fn alike(&self, mut each: impl FnMut(u64)) {
        let length = self.text.len();
        each(self.whole(self.heads[length]));
        if length < FUZZY_FROM {
            return;
        }
        // For one changed character, both versions of it are in the same window; or the listed text has one character less, or more, in it.
        for from in self.windows(length) {
            each(self.without(from, from + WINDOW));
        }
        for from in self.windows(length - 1) {
            each(self.without(from, (from + WINDOW).min(length - 1) + 1));
        }
        for from in self.windows(length + 1) {
            each(self.without(from, (from + WINDOW).min(length + 1) - 1));
        }
        // Two swapped characters are in one window, or across two windows, handled here.
        for second in (WINDOW..length).step_by(WINDOW) {
            let swapped = step(step(self.heads[second - 1], self.text[second]), self.text[second - 1]);
            each(self.whole(self.text[second + 1..].iter().fold(swapped, |hash, c| step(hash, *c))));
        }
    }

    /// Start of each window of a listed text with this many characters.
    fn windows(&self, characters: usize) -> impl Iterator<Item = usize> + use<> {
        let end = if characters < FUZZY_FROM { 0 } else { characters };
        (0..end).step_by(WINDOW)
    }

    /// Key of the text without the characters `from..until`.
    fn without(&self, from: usize, until: usize) -> u64 {
        let tail = self.tails[until.min(self.text.len())];
        mixed(self.heads[from] ^ mixed(tail ^ self.kind as u64))
    }

    /// Key of a whole text with this hash.
    fn whole(&self, hash: u64) -> u64 {
        mixed(hash ^ mixed(self.kind as u64))
    }
}

/// Adds a character to a hash: rotate, mix, multiply by an odd number near 2^64 divided by the golden ratio.
fn step(hash: u64, c: char) -> u64 {
    (hash.rotate_left(5) ^ u64::from(u32::from(c))).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Spreads the bits of a hash over all 64 bits (the finaliser of SplitMix64).
fn mixed(bits: u64) -> u64 {
    let bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}
