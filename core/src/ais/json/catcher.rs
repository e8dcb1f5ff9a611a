//! AIS-catcher: its sentences are decoded here; its own decoding is used only for objects without sentences.

use super::decoded;
use super::head::Head;
use super::object::{Object, Sentences};
use super::values::parse;
use crate::ais::tally::Reject;

/// Reads an object of class `AIS`.
/// Its decoded fields are ignored where it has sentences: versions name them differently, sentences never do.
pub(super) fn read(text: &str) -> Result<Object<'_>, Reject> {
    let mut head: Head<'_> = parse(text)?;
    if head.nmea.is_empty() {
        return decoded::read(text, &head);
    }
    let sentences = std::mem::take(&mut head.nmea).into_iter().map(|sentence| sentence.0).collect();
    Ok(Object::Sentences(Sentences { time: head.time(), station: head.station(), sentences }))
}
