//! The rows of one clearance, when each of them last changed, and which vessels are gone.

use std::collections::{BTreeMap, VecDeque};

use axum::body::Bytes;

use super::frame::{Head, encode};
use super::keys::Keyed;
use super::row::Row;
use atalaia_core::engine::questions::Picture;
use atalaia_core::geo::Bounds;
use atalaia_core::picture::tracks::TrackKey;

/// Number of pictures for which vessels that are gone are remembered. A reader who was away for longer gets the whole picture.
const KEPT: u32 = 120;
/// Number of frames of one picture that are kept for other readers: usually all ask for the whole picture or for one of the last two.
const FRAMES: usize = 6;

/// A vessel, and when it changed.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Its track, by which the entries are ordered.
    track: TrackKey,
    /// The vessel as last shown.
    row: Row,
    /// Cursor of the picture in which the row last changed.
    changed: u32,
}

/// What readers of one clearance see.
#[derive(Debug)]
pub(super) struct Board {
    /// Cursor of the picture that it shows; 0 before the first.
    cursor: u32,
    /// The first cursor that can be answered with changes.
    since: u32,
    /// Ordered by track.
    entries: Vec<Entry>,
    /// Vessels that are gone, each with the cursor of the first picture without it; the earliest first.
    gone: VecDeque<(u32, u32)>,
    /// Frames of this picture that were made already, by the cursor that the reader had.
    frames: Vec<(Option<u32>, Bytes)>,
}

impl Board {
    /// An empty board that is to begin with the picture of this cursor.
    pub(super) fn new(cursor: u32) -> Board {
        Board { cursor: 0, since: cursor, entries: Vec::new(), gone: VecDeque::new(), frames: Vec::new() }
    }

    /// Shows another picture: the tracks with their numbers that its readers may see, in order, and the flags of those with open alerts.
    pub(super) fn show<'a>(
        &mut self,
        cursor: u32,
        picture: &Picture,
        tracks: impl Iterator<Item = &'a Keyed>,
        marks: &BTreeMap<TrackKey, u16>,
    ) {
        let mut before = std::mem::take(&mut self.entries).into_iter().peekable();
        self.entries.reserve(tracks.size_hint().1.unwrap_or_default());
        for keyed in tracks {
            while let Some(entry) = before.next_if(|entry| entry.track < keyed.track) {
                self.gone.push_back((cursor, entry.row.key));
            }
            let flags = marks.get(&keyed.track).copied().unwrap_or(0);
            let row = Row::of(keyed, &picture.vessels[keyed.place], flags, picture.at);
            let known = before.next_if(|entry| entry.track == keyed.track);
            // A track that was dropped and came back has another number.
            if let Some(other) = known.filter(|entry| entry.row.key != row.key) {
                self.gone.push_back((cursor, other.row.key));
            }
            let changed = known.filter(|entry| entry.row == row).map_or(cursor, |entry| entry.changed);
            self.entries.push(Entry { track: keyed.track, row, changed });
        }
        self.gone.extend(before.map(|entry| (cursor, entry.row.key)));
        self.forget(cursor);
        self.cursor = cursor;
        self.frames.clear();
    }

    /// Whether it shows an earlier picture.
    pub(super) fn is_behind(&self, cursor: u32) -> bool {
        self.cursor != cursor
    }

    /// Drops departures older than [`KEPT`] pictures; readers that far behind get a full frame.
    fn forget(&mut self, cursor: u32) {
        let since = cursor.saturating_sub(KEPT);
        // Vessels that left in the picture `since` are not needed by a reader who has that picture.
        let needless = self.gone.iter().take_while(|(left, _)| *left <= since).count();
        self.gone.drain(..needless);
        self.since = self.since.max(since);
    }

    /// A frame for a reader who has the picture `after`. Whole if the reader has none, or one that is too old or unknown. Within `bounds`
    /// only; a vessel that has changed and is not within them is listed as gone, because the reader may have it.
    pub(super) fn frame(&mut self, after: Option<u32>, bounds: Option<&Bounds>, head: Head) -> Bytes {
        let after = after.filter(|after| (self.since..=self.cursor).contains(after));
        let made = self.frames.iter().find(|(made, _)| bounds.is_none() && *made == after);
        if let Some((_, bytes)) = made {
            return bytes.clone();
        }
        let head = Head { whole: after.is_none(), cursor: self.cursor, ..head };
        let changed = self.entries.iter().filter(|entry| after.is_none_or(|after| after < entry.changed));
        let within = |row: &Row| bounds.is_none_or(|bounds| bounds.hold(row.position()));
        let (rows, outside): (Vec<&Row>, Vec<&Row>) = changed.map(|entry| &entry.row).partition(|row| within(row));
        let mut gone = Vec::new();
        if let Some(after) = after {
            gone.extend(self.gone.iter().filter(|(left, _)| after < *left).map(|(_, key)| *key));
            gone.extend(outside.iter().map(|row| row.key));
        }
        let bytes = Bytes::from(encode(&head, &rows, &gone));
        if bounds.is_none() && self.frames.len() < FRAMES {
            self.frames.push((after, bytes.clone()));
        }
        bytes
    }
}
