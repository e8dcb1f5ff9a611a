//! The rows of all lists, stored compactly: texts back to back, and values shared by many rows only once.

use std::hash::{BuildHasher, BuildHasherDefault};

use rustc_hash::{FxHashMap, FxHasher};

use super::entry::Listed;
use super::index::{Hashed, Index, Kind, number_key};
use crate::base::time::Time;
use crate::zones::likeness::fold;

/// Marks an absent number or text of a row.
const NONE: u32 = u32::MAX;

/// All rows of all lists.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    /// The rows, in the order of files and lines.
    rows: Box<[Row]>,
    /// Values that many rows have in common, each combination once.
    shared: Box<[Shared]>,
    /// The texts back to back, each preceded by its length.
    texts: Box<[u8]>,
}

/// One row.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// MMSI, or `NONE`.
    mmsi: u32,
    /// IMO number, or `NONE`.
    imo: u32,
    /// Offset of the call sign in `texts`, followed by the name; absent ones are empty texts.
    said: u32,
    /// Index in `Rows::shared`.
    shared: u32,
}

/// The values that many rows share.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Shared {
    /// When the row expires; `None` means never.
    expires: Option<Time>,
    /// Offset of the name of the list in `texts`.
    list: u32,
    /// Offset of the reason in `texts`, or `NONE`.
    reason: u32,
    /// Offset of the owner in `texts`, or `NONE`.
    owner: u32,
    /// Points of the level.
    points: i32,
}

impl Rows {
    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Size on the heap in bytes.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.rows) + size_of_val(&*self.shared) + self.texts.len()
    }

    /// MMSI of a row; `None` if it has none.
    pub(super) fn mmsi(&self, row: u32) -> Option<u32> {
        Some(self.rows[row as usize].mmsi).filter(|mmsi| *mmsi != NONE)
    }

    /// IMO number of a row; `None` if it has none.
    pub(super) fn imo(&self, row: u32) -> Option<u32> {
        Some(self.rows[row as usize].imo).filter(|imo| *imo != NONE)
    }

    pub(super) fn points(&self, row: u32) -> i32 {
        self.shared(row).points
    }

    /// When a row expires; `None` means never.
    pub(super) fn expires(&self, row: u32) -> Option<Time> {
        self.shared(row).expires
    }

    /// A row's call sign and name; empty if it has none.
    pub(super) fn said(&self, row: u32) -> [&str; 2] {
        let (call_sign, next) = self.text(self.rows[row as usize].said);
        [call_sign, self.text(next).0]
    }

    /// The complete row.
    pub(super) fn listed(&self, row: u32) -> Listed {
        let Shared { expires, list, reason, owner, points } = *self.shared(row);
        let [call_sign, name] = self.said(row).map(|text| Some(text).filter(|text| !text.is_empty()));
        let text = |at: u32| Some(at).filter(|at| *at != NONE).map(|at| self.text(at).0.to_owned());
        Listed {
            mmsi: self.mmsi(row),
            imo: self.imo(row),
            call_sign: call_sign.map(str::to_owned),
            name: name.map(str::to_owned),
            list: text(list).unwrap_or_default(),
            reason: text(reason),
            owner: text(owner),
            points,
            expires,
        }
    }

    /// Calls `each` with all keys of every row.
    fn keys(&self, each: &mut dyn FnMut(u64, u32)) {
        for row in 0..self.rows.len() as u32 {
            for (kind, number) in [(Kind::Mmsi, self.mmsi(row)), (Kind::Imo, self.imo(row))] {
                number.into_iter().for_each(|number| each(number_key(kind, number), row));
            }
            let [call_sign, name] = self.said(row).map(fold);
            for (kind, folded) in [(Kind::CallSign, call_sign), (Kind::Name, name)] {
                if !folded.is_empty() {
                    Hashed::new(kind, &folded).listed(|key| each(key, row));
                }
            }
        }
    }

    /// The shared values of a row.
    fn shared(&self, row: u32) -> &Shared {
        &self.shared[self.rows[row as usize].shared as usize]
    }

    /// The text at an offset, and the offset of the next one.
    fn text(&self, at: u32) -> (&str, u32) {
        text_at(&self.texts, at)
    }
}

/// Rows while they are being read.
#[derive(Default)]
pub(super) struct Builder {
    /// As in [`Rows`]; so are the next two.
    rows: Vec<Row>,
    shared: Vec<Shared>,
    texts: Vec<u8>,
    /// Number of keys of all rows.
    keys: usize,
    /// Offsets in `texts` by hash, and indices in `shared` below. On a hash collision the second value is stored each time it occurs.
    known_texts: FxHashMap<u64, u32>,
    known_shared: FxHashMap<u64, u32>,
}

/// A row as read from the file.
pub(super) struct NewRow<'a> {
    pub(super) mmsi: Option<u32>,
    pub(super) imo: Option<u32>,
    pub(super) call_sign: &'a str,
    pub(super) name: &'a str,
    pub(super) list: &'a str,
    pub(super) reason: Option<&'a str>,
    pub(super) owner: Option<&'a str>,
    pub(super) points: i32,
    pub(super) expires: Option<Time>,
}

impl Builder {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Heap size in bytes of the finished rows and index so far.
    pub(super) fn bytes(&self) -> usize {
        let rows = self.rows.len() * size_of::<Row>() + self.shared.len() * size_of::<Shared>() + self.texts.len();
        rows + Index::bytes_of(self.keys)
    }

    /// Adds a row, whose texts are trimmed and may be empty. The caller checks the limits.
    pub(super) fn push(&mut self, read: &NewRow<'_>) {
        let (list, reason) = (self.place(read.list), read.reason.map_or(NONE, |text| self.place(text)));
        let owner = read.owner.map_or(NONE, |text| self.place(text));
        let shared = Shared { expires: read.expires, list, reason, owner, points: read.points };
        let hash = hasher().hash_one(shared);
        let known = self.known_shared.get(&hash).copied();
        let shared = known.filter(|at| self.shared[*at as usize] == shared).unwrap_or_else(|| {
            let at = self.shared.len() as u32;
            self.shared.push(shared);
            self.known_shared.insert(hash, at);
            at
        });
        let said = self.texts.len() as u32;
        self.write(read.call_sign);
        self.write(read.name);
        self.keys += usize::from(read.mmsi.is_some()) + usize::from(read.imo.is_some());
        for text in [read.call_sign, read.name].map(fold) {
            self.keys += if text.is_empty() { 0 } else { Hashed::keys_of(text.chars().count()) };
        }
        self.rows.push(Row { mmsi: read.mmsi.unwrap_or(NONE), imo: read.imo.unwrap_or(NONE), said, shared });
    }

    /// The finished rows and their index.
    pub(super) fn finish(self) -> (Rows, Index) {
        let Builder { rows, shared, texts, keys, known_texts, known_shared } = self;
        drop((known_texts, known_shared));
        let rows = Rows { rows: rows.into(), shared: shared.into(), texts: texts.into() };
        let index = Index::build(keys, |each| rows.keys(each));
        (rows, index)
    }

    /// Offset of a text that other rows may share.
    fn place(&mut self, text: &str) -> u32 {
        let hash = hasher().hash_one(text);
        let known = self.known_texts.get(&hash).copied();
        known.filter(|at| text_at(&self.texts, *at).0 == text).unwrap_or_else(|| {
            let at = self.texts.len() as u32;
            self.write(text);
            self.known_texts.insert(hash, at);
            at
        })
    }

    /// Writes the length as a varint, seven bits per byte, lowest first, with the eighth bit set on all but the last byte; then the text.
    fn write(&mut self, text: &str) {
        let mut length = text.len();
        while 0x7f < length {
            self.texts.push(length as u8 | 0x80);
            length >>= 7;
        }
        self.texts.push(length as u8);
        self.texts.extend(text.as_bytes());
    }
}

/// A hasher without a random seed, so that every run builds the same rows.
fn hasher() -> BuildHasherDefault<FxHasher> {
    BuildHasherDefault::default()
}

/// The text at an offset, and the offset of the next one.
fn text_at(texts: &[u8], at: u32) -> (&str, u32) {
    let (mut at, mut length, mut shift) = (at as usize, 0, 0);
    loop {
        let byte = texts[at];
        length |= usize::from(byte & 0x7f) << shift;
        (at, shift) = (at + 1, shift + 7);
        if byte & 0x80 == 0 {
            break;
        }
    }
    let text = &texts[at..at + length];
    (str::from_utf8(text).unwrap_or_default(), (at + length) as u32)
}
