//! The fields of a change that the text formats share, with hidden and control characters removed.

use serde::Deserialize;
use serde_json::Value;

use super::digest::Digest;
use super::send::{Delivery, SendError};
use crate::storage::store::stored_severity;
use atalaia_core::ais::hidden;
use atalaia_core::alerts::{Handling, Severity};
use atalaia_core::base::time::Time;

/// Maximum length of a word in a topic or subject. Bytes.
const LONGEST_WORD: usize = 64;

/// A view of a stored change. Fields that are missing or of an unexpected type read as empty.
#[derive(Clone, Copy)]
pub(super) struct Telling<'a>(&'a Value);

/// A view of one vessel of the alert.
#[derive(Clone, Copy)]
pub(super) struct Named<'a>(&'a Value);

impl<'a> Telling<'a> {
    pub(super) fn of(delivery: &'a Delivery) -> Telling<'a> {
        Telling(&delivery.change)
    }

    /// Views a change as stored.
    pub(super) fn new(change: &'a Value) -> Telling<'a> {
        Telling(change)
    }

    pub(super) fn alert(self) -> &'a Value {
        &self.0["alert"]
    }

    /// A text of the alert that only Atalaia writes, never a vessel. Empty if absent.
    pub(super) fn word(self, key: &str) -> &'a str {
        self.alert()[key].as_str().unwrap_or_default()
    }

    /// Kind of the change: `opened`, `updated`, `ended` or `retracted`.
    pub(super) fn change(self) -> &'a str {
        self.0["change"].as_str().unwrap_or_default()
    }

    /// Whether the alert has ended or was retracted.
    pub(super) fn is_over(self) -> bool {
        matches!(self.change(), "ended" | "retracted")
    }

    pub(super) fn revision(self) -> u64 {
        self.0["revision"].as_u64().unwrap_or_default()
    }

    /// Engine time of the decision.
    pub(super) fn at(self) -> Time {
        self.0["at"].as_str().and_then(Time::parse).unwrap_or(Time::from_millis(0))
    }

    pub(super) fn reason(self) -> String {
        clean(self.0["reason"].as_str().unwrap_or_default())
    }

    pub(super) fn time(self, key: &str) -> Option<Time> {
        Time::parse(self.word(key))
    }

    pub(super) fn severity(self) -> Severity {
        stored_severity(self.alert())
    }

    pub(super) fn score(self) -> i64 {
        self.alert()["score"].as_i64().unwrap_or_default()
    }

    pub(super) fn summary(self) -> String {
        clean(self.word("summary"))
    }

    /// Latitude and longitude in degrees; `None` if the alert has no position.
    pub(super) fn position(self) -> Option<(f64, f64)> {
        let at = &self.alert()["position"];
        Some((at["lat"].as_f64()?, at["lon"].as_f64()?))
    }

    /// The alerts it lists, if it is a digest.
    pub(super) fn digest(self) -> Option<Digest> {
        Digest::of(self.alert())
    }

    pub(super) fn vessels(self) -> impl Iterator<Item = Named<'a>> {
        self.alert()["vessels"].as_array().into_iter().flatten().map(Named)
    }

    /// MMSIs of the vessels, nine digits each, joined by `separator`: `224000001/224000002`.
    pub(super) fn mmsis(self, separator: &str) -> String {
        self.vessels().map(Named::mmsi).collect::<Vec<_>>().join(separator)
    }

    /// Marking of the alert; `None` if it cannot be read.
    pub(super) fn handling(self) -> Option<Handling> {
        Handling::deserialize(&self.alert()["handling"]).ok()
    }

    /// TLP label; `RED`, the strictest, if the marking cannot be read.
    pub(super) fn tlp(self) -> &'static str {
        self.handling().map_or("RED", |handling| handling.tlp.name())
    }

    /// The whole marking on one line.
    pub(super) fn marking(self) -> String {
        self.handling().map_or_else(|| "TLP:RED, marking unreadable".to_owned(), |handling| clean(&handling.line()))
    }

    /// Id as a token of a topic, subject or address. An error if it contains other characters.
    pub(super) fn id(self) -> Result<&'a str, SendError> {
        token(self.word("id"))
    }

    /// Behaviour as a token, under the same rule.
    pub(super) fn behaviour(self) -> Result<&'a str, SendError> {
        token(self.word("behaviour"))
    }
}

impl<'a> Named<'a> {
    pub(super) fn mmsi(self) -> String {
        format!("{:09}", self.0["mmsi"].as_u64().unwrap_or_default())
    }

    /// A text field of the vessel; `None` if it is absent or empty.
    pub(super) fn text(self, key: &str) -> Option<String> {
        self.0[key].as_str().map(clean).filter(|text| !text.is_empty())
    }

    pub(super) fn number(self, key: &str) -> Option<u64> {
        self.0[key].as_u64()
    }

    /// Name of the vessel, or its MMSI if it has none.
    pub(super) fn name(self) -> String {
        self.text("name").unwrap_or_else(|| format!("MMSI {}", self.mmsi()))
    }
}

/// Collapses a text to one line with single spaces and removes hidden, bidirectional and XML-forbidden characters.
pub(super) fn clean(text: &str) -> String {
    let shown = |c: &char| !hidden(*c) && !matches!(c, '\u{fffe}' | '\u{ffff}');
    let visible: String = text.chars().filter(shown).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Longest prefix of a text within `most` bytes, cut at a character boundary.
pub(super) fn cut(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}

/// Accepts only ids and fixed words as names of topics, subjects and files.
fn token(word: &str) -> Result<&str, SendError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    match !word.is_empty() && word.len() <= LONGEST_WORD && word.bytes().all(plain) {
        true => Ok(word),
        false => Err(SendError::Refused { reason: "its id or behaviour is not a plain word".to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::delivery::trial::deliveries;

    #[test]
    fn only_plain_words_name_a_topic() {
        for bad in ["", "a.b", "a/b", "#", "+", "*", ">", "a b", "ä", "a\nb", "$SYS", &"a".repeat(65)] {
            assert!(matches!(token(bad), Err(SendError::Refused { .. })), "{bad:?}");
        }
        assert_eq!(token("zone_entry"), Ok("zone_entry"));
    }

    #[test]
    fn a_text_becomes_one_visible_line() {
        assert_eq!(clean(" a\r\nBcc: x\t\u{0}\u{1b}[31m\u{202e}b\u{fffe} "), "a Bcc: x [31mb");
        assert_eq!(cut("aéb", 2), "a");
        assert_eq!(cut("aéb", 3), "aé");
    }

    #[test]
    fn a_marking_that_cannot_be_read_holds_back() {
        let mut delivery = deliveries().remove(0);
        assert_eq!(Telling::of(&delivery).tlp(), "AMBER");
        Arc::make_mut(&mut delivery.change)["alert"]["handling"]["tlp"] = "WHITE".into();
        assert_eq!(Telling::of(&delivery).tlp(), "RED");
    }
}
