//! Finds rows by number, call sign or name without keeping any of them: hashes of what is searched for lead to rows, which are then
//! compared.

use crate::zones::likeness::FUZZY_FROM;

/// What a key is of.
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

/// Bits of an entry that are the row; the others are bits of its key, which spare nearly all comparisons in vain.
const ROW_BITS: u32 = 21;
/// What fits into them.
pub(super) const MOST_ROWS: usize = 1 << ROW_BITS;
/// Entries of a bucket, about: a line of the processor's cache.
const BUCKET: usize = 12;
/// Characters of a name that are left out at a time. Of two, a name of twelve has six keys; of one, it would have twelve.
const WINDOW: usize = 2;

/// Rows by hashes, in buckets that lie behind one another.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// Where each bucket begins; the last is the end of all.
    starts: Box<[u32]>,
    entries: Box<[u32]>,
}

impl Index {
    /// Heap bytes of an index with so many entries.
    pub(super) fn bytes_of(entries: usize) -> usize {
        size_of::<u32>() * (entries + buckets(entries) + 1)
    }

    /// Heap bytes held.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.starts) + size_of_val(&*self.entries)
    }

    /// Of `entries` keys in all: `keys` hands each with its row to the function it is given, twice the same.
    pub(super) fn build(entries: usize, keys: impl Fn(&mut dyn FnMut(u64, u32))) -> Index {
        let mut starts = vec![0_u32; buckets(entries) + 1];
        let last = starts.len() - 1;
        keys(&mut |key, _| starts[bucket(key, last)] += 1);
        let mut all = 0;
        for start in &mut starts {
            all += *start;
            *start = all;
        }
        // Filled from behind: each start comes to lie where its bucket begins.
        let mut filled = vec![0; all as usize];
        keys(&mut |key, row| {
            let start = &mut starts[bucket(key, last)];
            *start -= 1;
            filled[*start as usize] = row | mark(key);
        });
        Index { starts: starts.into(), entries: filled.into() }
    }

    /// Hands on the rows of a key, and seldom some of others.
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

fn buckets(entries: usize) -> usize {
    entries / BUCKET + 1
}

/// The bucket of a key, of so many.
fn bucket(key: u64, of: usize) -> usize {
    ((u128::from(key) * of as u128) >> 64) as usize
}

/// The bits of a key that stand in its entries. The bucket is chosen by the highest bits, these are the lowest.
fn mark(key: u64) -> u32 {
    (key as u32) << ROW_BITS
}

/// The key of a number.
pub(super) fn number_key(kind: Kind, number: u32) -> u64 {
    mixed(u64::from(number) << 8 | kind as u64)
}

/// A folded text, hashed from its beginning and from its end, so that the key of what is left without some characters in a row costs
/// nothing.
pub(super) struct Hashed {
    kind: Kind,
    text: Vec<char>,
    /// By how many characters there are before.
    heads: Vec<u64>,
    /// By how many characters are left out before it.
    tails: Vec<u64>,
}

impl Hashed {
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

    /// Hands on the keys of a listed text: of all of it and, if it is long enough to be met by one edit, without each window.
    pub(super) fn listed(&self, mut each: impl FnMut(u64)) {
        each(self.whole(self.heads[self.text.len()]));
        for from in self.windows(self.text.len()) {
            each(self.without(from, from + WINDOW));
        }
    }

    /// How many keys a listed text of so many characters has.
    pub(super) fn keys_of(characters: usize) -> usize {
        if characters < FUZZY_FROM { 1 } else { 1 + characters.div_ceil(WINDOW) }
    }

    /// Hands on the keys that a listed text which is the same has, or one that is one edit apart.
    pub(super) fn alike(&self, mut each: impl FnMut(u64)) {
        let length = self.text.len();
        each(self.whole(self.heads[length]));
        if length < FUZZY_FROM {
            return;
        }
        // One character is another: both stand in one window. Or the listed text has one less, or one more, in it.
        for from in self.windows(length) {
            each(self.without(from, from + WINDOW));
        }
        for from in self.windows(length - 1) {
            each(self.without(from, (from + WINDOW).min(length - 1) + 1));
        }
        for from in self.windows(length + 1) {
            each(self.without(from, (from + WINDOW).min(length + 1) - 1));
        }
        // Two that are swapped stand in one window, or here.
        for second in (WINDOW..length).step_by(WINDOW) {
            let swapped = step(step(self.heads[second - 1], self.text[second]), self.text[second - 1]);
            each(self.whole(self.text[second + 1..].iter().fold(swapped, |hash, c| step(hash, *c))));
        }
    }

    /// Where the windows of a listed text of so many characters begin.
    fn windows(&self, characters: usize) -> impl Iterator<Item = usize> + use<> {
        let end = if characters < FUZZY_FROM { 0 } else { characters };
        (0..end).step_by(WINDOW)
    }

    fn without(&self, from: usize, until: usize) -> u64 {
        let tail = self.tails[until.min(self.text.len())];
        mixed(self.heads[from] ^ mixed(tail ^ self.kind as u64))
    }

    fn whole(&self, hash: u64) -> u64 {
        mixed(hash ^ mixed(self.kind as u64))
    }
}

fn step(hash: u64, c: char) -> u64 {
    (hash.rotate_left(5) ^ u64::from(u32::from(c))).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Spreads all bits over all (the finisher of SplitMix64).
fn mixed(bits: u64) -> u64 {
    let bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}
