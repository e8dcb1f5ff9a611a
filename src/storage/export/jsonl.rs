//! JSON lines: complete alerts, each beginning with the marking of the file. Characters that a terminal or editor acts on are escaped.
//!
//! The only format that keeps everything: tracks, evidence, and texts exactly as received. Programs should read this one.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};

use super::marking;
use atalaia_core::ais::hidden;

/// A compact JSON formatter that escapes characters that hide or reorder text. Parsing restores the same text.
struct Visible;

/// Writes one line per alert. A value that is not an object is written as it is.
pub(super) fn write(alerts: &[Value], out: &mut impl Write) -> io::Result<()> {
    let tlp = marking::highest(alerts);
    for alert in alerts {
        let mut line = Vec::new();
        let alert = match (alert, tlp.clone()) {
            (Value::Object(fields), Some(tlp)) => {
                let file = std::iter::once((marking::FILE.to_owned(), tlp.into()));
                // A stored field of that name would contradict the marking of the file.
                let own = fields.clone().into_iter().filter(|(key, _)| key != marking::FILE);
                Value::Object(file.chain(own).collect())
            }
            (other, _) => other.clone(),
        };
        alert.serialize(&mut Serializer::with_formatter(&mut line, Visible))?;
        line.push(b'\n');
        out.write_all(&line)?;
    }
    Ok(())
}

impl Formatter for Visible {
    /// Called for text that needs no escape in JSON, between those that do.
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, found)) = rest.char_indices().find(|(_, c)| hidden(*c) || c.is_control()) {
            writer.write_all(&rest.as_bytes()[..at])?;
            // JSON escapes are units of UTF-16: a character beyond them takes two.
            for unit in found.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + found.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_is_the_same_alert_and_shows_every_character() {
        let alert = json!({"id": "a", "vessels": [{"name": "A\u{202e}B\u{9b}31m\u{2028}\u{e0041}\n\u{85}Ñ\"\\"}], "n": [1.5, null]});
        let mut out = Vec::new();
        write(&[alert.clone(), json!({})], &mut out).expect("memory takes it");
        let text = String::from_utf8(out).expect("UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        let mut read: Value = serde_json::from_str(lines[0]).expect("JSON");
        let file = read.as_object_mut().and_then(|fields| fields.shift_remove("file_tlp"));
        assert_eq!((read, file), (alert, Some(json!("TLP:RED"))));
        assert!(lines[0].contains(r#"A\u202eB\u009b31m\u2028\udb40\udc41\n\u0085Ñ\"\\"#), "{}", lines[0]);
    }
}
