//! Texts for formats that other programs read: one line, visible, within a length.
//!
//! Names and destinations in an alert were received over the air. They may hold line ends, control characters and characters that hide or
//! reorder text, so no format uses them unfiltered.

use super::send::SendError;
use atalaia_core::ais::hidden;

/// Maximum length of a word in a topic or subject, in bytes. Ids have 26, the longest name of a behaviour fewer than 30.
const LONGEST_WORD: usize = 64;

/// Collapses a text to one line with single spaces and removes hidden, bidirectional and XML-forbidden characters.
/// For texts that people read and for names. The result has no line end, so it cannot begin another header or field.
pub(super) fn clean(text: &str) -> String {
    let shown = |c: &char| !hidden(*c) && !matches!(c, '\u{fffe}' | '\u{ffff}');
    let visible: String = text.chars().filter(shown).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reduces a text to one line: control characters become spaces, hidden ones are dropped, and the ends are trimmed.
/// For fields of structured formats, where runs of spaces are kept as they are stored. Use [`clean`] where a person reads the line.
pub(super) fn plain(text: &str) -> String {
    let shown = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().filter(|c| !hidden(*c) || c.is_control()).map(shown).collect::<String>().trim().to_owned()
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
pub(super) fn token(word: &str) -> Result<&str, SendError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    match !word.is_empty() && word.len() <= LONGEST_WORD && word.bytes().all(plain) {
        true => Ok(word),
        false => Err(SendError::Refused { reason: "its id or behaviour is not a plain word".to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
