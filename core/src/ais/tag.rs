//! TAG blocks of NMEA 4.10 and IEC 61162-450: time, station and group of the sentence that follows.
//!
//! A TAG block precedes its sentence, between backslashes: `\s:2573555,c:1707873398*05\!BSVDM,…`. Keys other than
//! `c` (time), `s` (station) and the two forms of a group are skipped. The block has a checksum of its own.

use memchr::memchr;
use serde::{Deserialize, Serialize};

use super::moment::unix_time;
use super::sentence::{hex_byte, xor};
use super::station::StationText;
use crate::base::time::Time;

/// The fields of a TAG block that the decoder uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Tag {
    /// Field `c`, in seconds or milliseconds.
    pub(super) time: Option<Time>,
    /// Field `s`.
    pub(super) station: StationText,
    /// Group id from field `g` (`1-2-73874`) or from IEC's `1G2:73874`.
    pub(super) group: Option<u32>,
}

impl Tag {
    /// Reads the text between the two backslashes; `None` if its checksum is wrong or missing.
    pub(super) fn read(block: &[u8]) -> Option<Tag> {
        let (fields, sum) = block.split_at(block.len().checked_sub(3)?);
        let [b'*', sum @ ..] = sum else { return None };
        let sum = hex_byte(sum)?;
        let fields = match sum == xor(fields) {
            true => fields,
            // Some relays insert a group in front and keep the old checksum: the fields it covers are still good.
            false => after_group(fields).filter(|covered| xor(covered) == sum)?,
        };
        let mut tag = Tag::default();
        let mut rest = fields;
        while !rest.is_empty() {
            let end = memchr(b',', rest).unwrap_or(rest.len());
            let field = &rest[..end];
            rest = rest.get(end + 1..).unwrap_or_default();
            let colon = field.iter().position(|byte| *byte == b':');
            let Some((key, [_, value @ ..])) = colon.map(|colon| field.split_at(colon)) else {
                continue;
            };
            match key {
                b"c" => tag.time = unix_time(value),
                b"s" => tag.station = StationText::new(value),
                b"g" => {
                    let id = value.rsplit(|byte| *byte == b'-').next();
                    tag.group = id.and_then(number);
                }
                // IEC 61162-450 writes sentence number, `G` and number of sentences as the key.
                [b'0'..=b'9', middle @ .., b'0'..=b'9'] if middle.contains(&b'G') => {
                    tag.group = number(value);
                }
                _ => {}
            }
        }
        Some(tag)
    }

    /// Fills the absent fields from another block of the same group.
    /// The fields of this block win.
    pub(super) fn or(self, other: Tag) -> Tag {
        Tag {
            time: self.time.or(other.time),
            station: self.station.or(other.station),
            group: self.group.or(other.group),
        }
    }
}

/// The fields after a leading `g`; `None` if the block does not start with one.
fn after_group(fields: &[u8]) -> Option<&[u8]> {
    let comma = memchr(b',', fields.strip_prefix(b"g:")?)?;
    // Two bytes for `g:`, and one for the comma itself.
    fields.get(comma + 3..)
}

/// A decimal number of at most 32 bits; `None` for anything else.
fn number(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tag_forms_seen_in_feeds_are_read() {
        let tag = Tag::read(b"s:2573555,c:1707873398*05").expect("its checksum is right");
        assert_eq!(tag.time, Some(Time::from_seconds(1_707_873_398)));
        assert_eq!(tag.station.as_str(), "2573555");
        let tag = Tag::read(b"g:1-2-73874,n:157036,s:r003669945,c:1241544035*4A").expect("as above");
        assert_eq!(tag.group, Some(73_874));
        assert_eq!(tag.station.as_str(), "r003669945");
        assert!(tag.station.names(3_669_945));
        assert!(!tag.station.names(366_994));
        let sealed = |fields: &str| format!("{fields}*{:02X}", xor(fields.as_bytes()));
        let tag = Tag::read(sealed("1G2:73874,c:1241544035123").as_bytes()).expect("sealed here");
        assert_eq!(tag.group, Some(73_874));
        assert_eq!(tag.time, Some(Time::from_millis(1_241_544_035_123)));
        let tag = Tag::read(sealed("c:1241544035.25,q:u,T:x").as_bytes()).expect("sealed here");
        assert_eq!(tag.time, Some(Time::from_millis(1_241_544_035_250)));
    }

    #[test]
    fn a_group_inserted_without_a_new_checksum_is_dropped_and_the_rest_kept() {
        let tag = Tag::read(b"g:1-2-9999,c:1565218798*53").expect("it covers the time");
        assert_eq!(tag.time, Some(Time::from_seconds(1_565_218_798)));
        assert_eq!(tag.group, None);
        assert_eq!(Tag::read(b"g:1-2-9999,c:1565218799*53"), None);
        assert_eq!(Tag::read(b"s:1-2-9999,c:1565218798*53"), None);
    }

    #[test]
    fn a_wrong_checksum_or_a_time_outside_2000_to_2050_is_ignored() {
        assert_eq!(Tag::read(b"s:2573555,c:1707873398*06"), None);
        assert_eq!(Tag::read(b"s:2573555,c:1707873398"), None);
        assert_eq!(Tag::read(b""), None);
        let fields = b"c:99";
        let block = [&fields[..], format!("*{:02X}", xor(fields)).as_bytes()].concat();
        assert_eq!(Tag::read(&block).map(|tag| tag.time), Some(None));
    }
}
