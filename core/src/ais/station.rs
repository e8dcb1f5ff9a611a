//! The name of a station as feeds write it.
//!
//! Feeds name stations in TAG field `s`, in the suffix of the US Coast Guard form, in `$PGHP` lines, and
//! in JSON objects.

use serde::{Deserialize, Serialize};

/// A station name as feeds write it, stored inline; empty means that the feed does not give one. It fills three
/// machine words, because it is copied and compared for every line.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[repr(align(8))]
pub(super) struct StationText {
    /// The name, padded with zeros.
    bytes: [u8; 23],
    /// Length of the name, 0-23.
    len: u8,
}

impl StationText {
    /// Creates a name from printable ASCII, cut to 23 characters; any other character makes it empty.
    pub(super) fn new(text: &[u8]) -> StationText {
        let text = &text[..text.len().min(23)];
        let mut station = StationText::default();
        if text.iter().all(u8::is_ascii_graphic) {
            station.bytes[..text.len()].copy_from_slice(text);
            station.len = text.len() as u8;
        }
        station
    }

    /// The name; empty if the feed does not give one.
    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or_default()
    }

    /// Whether the feed does not give a name.
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// This name, or `other` if this one is empty.
    pub(super) fn or(self, other: StationText) -> StationText {
        if self.is_empty() { other } else { self }
    }

    /// Whether the name is made from this MMSI: its digits form that number, or it contains the number in nine digits.
    pub(super) fn names(&self, mmsi: u32) -> bool {
        let digits = self.as_str().bytes().filter(u8::is_ascii_digit);
        let number = digits.fold(0u64, |number, digit| number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0')));
        number == u64::from(mmsi) && mmsi != 0 || self.as_str().contains(&format!("{mmsi:09}"))
    }
}
