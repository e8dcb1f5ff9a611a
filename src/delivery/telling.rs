//! A change as the formats for people and machines read it: the fields they share, with what hides or forges taken out.

use serde::Deserialize;
use serde_json::Value;

use super::digest::Digest;
use super::send::{Delivery, SendError};
use crate::ais::hidden;
use crate::alerts::{Handling, Severity};
use crate::store::stored_severity;
use crate::time::Time;

/// Longest word that may stand in a topic or subject.
const LONGEST_WORD: usize = 64;

/// A stored change, read field by field; what is absent or of another kind than it should be is empty.
#[derive(Clone, Copy)]
pub(super) struct Telling<'a>(&'a Value);

/// A vessel of a change.
#[derive(Clone, Copy)]
pub(super) struct Named<'a>(&'a Value);

impl<'a> Telling<'a> {
    pub(super) fn of(delivery: &'a Delivery) -> Telling<'a> {
        Telling(&delivery.change)
    }

    /// A change as it is stored.
    pub(super) fn new(change: &'a Value) -> Telling<'a> {
        Telling(change)
    }

    pub(super) fn alert(self) -> &'a Value {
        &self.0["alert"]
    }

    /// A text of the alert that only Atalaia writes.
    pub(super) fn word(self, key: &str) -> &'a str {
        self.alert()[key].as_str().unwrap_or_default()
    }

    /// `opened`, `updated`, `ended` or `retracted`.
    pub(super) fn change(self) -> &'a str {
        self.0["change"].as_str().unwrap_or_default()
    }

    /// Whether nothing is going on any more.
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

    /// Latitude and longitude. Degrees.
    pub(super) fn position(self) -> Option<(f64, f64)> {
        let at = &self.alert()["position"];
        Some((at["lat"].as_f64()?, at["lon"].as_f64()?))
    }

    /// What it stands for, if it is a digest.
    pub(super) fn digest(self) -> Option<Digest> {
        Digest::of(self.alert())
    }

    pub(super) fn vessels(self) -> impl Iterator<Item = Named<'a>> {
        self.alert()["vessels"].as_array().into_iter().flatten().map(Named)
    }

    /// `224000001/224000002`, each with its nine digits.
    pub(super) fn mmsis(self, separator: &str) -> String {
        self.vessels().map(Named::mmsi).collect::<Vec<_>>().join(separator)
    }

    /// Its marking; `None` if it cannot be read.
    pub(super) fn handling(self) -> Option<Handling> {
        Handling::deserialize(&self.alert()["handling"]).ok()
    }

    /// The word of TLP; what cannot be read is held back as far as can be.
    pub(super) fn tlp(self) -> &'static str {
        self.handling().map_or("RED", |handling| handling.tlp.name())
    }

    /// The whole marking, on one line.
    pub(super) fn marking(self) -> String {
        self.handling().map_or_else(|| "TLP:RED, marking unreadable".to_owned(), |handling| clean(&handling.line()))
    }

    /// The id as a token of a topic, subject or address.
    pub(super) fn id(self) -> Result<&'a str, SendError> {
        token(self.word("id"))
    }

    /// The behaviour, likewise.
    pub(super) fn behaviour(self) -> Result<&'a str, SendError> {
        token(self.word("behaviour"))
    }
}

impl<'a> Named<'a> {
    pub(super) fn mmsi(self) -> String {
        format!("{:09}", self.0["mmsi"].as_u64().unwrap_or_default())
    }

    /// A text of it; `None` if it said none.
    pub(super) fn text(self, key: &str) -> Option<String> {
        self.0[key].as_str().map(clean).filter(|text| !text.is_empty())
    }

    pub(super) fn number(self, key: &str) -> Option<u64> {
        self.0[key].as_u64()
    }

    /// Its name, else its MMSI.
    pub(super) fn name(self) -> String {
        self.text("name").unwrap_or_else(|| format!("MMSI {}", self.mmsi()))
    }
}

/// On one line, single-spaced, without what hides or turns text and without what no XML may hold.
pub(super) fn clean(text: &str) -> String {
    let shown = |c: &char| !hidden(*c) && !matches!(c, '\u{fffe}' | '\u{ffff}');
    let visible: String = text.chars().filter(shown).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The most of a text that fits so many bytes.
pub(super) fn cut(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}

/// Ids and fixed words alone name topics, subjects and files.
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
