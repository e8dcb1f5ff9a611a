//! Maps the words used in CSV recordings to AIS codes.
//!
//! The words are those of the Danish Maritime Authority, which writes out what AIS sends as numbers. NOAA writes
//! numbers, with types of its own in older years. A word that is not listed counts as not available.

/// The field, unless it is empty, `Unknown`, `Undefined` or `Unknown value`.
pub(super) fn said(text: &[u8]) -> Option<&[u8]> {
    let nothing: [&[u8]; 4] = [b"", b"Unknown", b"Undefined", b"Unknown value"];
    (!nothing.contains(&text)).then_some(text)
}

/// Kind of station that sent the report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mobile {
    /// Class A.
    A,
    /// Class B.
    B,
    /// Base station.
    Base,
    /// Aid to navigation.
    Aid,
    /// Any other station, and rows that do not say.
    Other,
}

/// Kind of station from `Type of mobile` or `TransceiverClass`.
pub(super) fn mobile(text: &[u8]) -> Mobile {
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes()));
    match text {
        _ if is(&["A", "Class A"]) => Mobile::A,
        _ if is(&["B", "Class B"]) => Mobile::B,
        _ if is(&["Base Station"]) => Mobile::Base,
        _ if is(&["AtoN"]) => Mobile::Aid,
        _ => Mobile::Other,
    }
}

/// Navigational status 0-15 from a number (`5`, `5.0`) or from words. Words are compared by their beginning, so
/// that spellings that differ at the end are known. `None` for anything else.
pub(super) fn status(text: &[u8]) -> Option<u8> {
    let words: [(&[u8], u8); 15] = [
        (b"unknown value", 15),
        (b"undefined", 15),
        (b"not defined", 15),
        (b"under way using engine", 0),
        (b"at anchor", 1),
        (b"not under command", 2),
        (b"restricted man", 3),
        (b"constrained by her draught", 4),
        (b"moored", 5),
        (b"aground", 6),
        (b"engaged in fishing", 7),
        (b"under way sailing", 8),
        (b"power-driven vessel towing", 11),
        (b"power-driven vessel pushing", 12),
        (b"ais-sart", 14),
    ];
    if let Some(code) = code(text) {
        return u8::try_from(code).ok().filter(|code| *code <= 15);
    }
    let text = text.to_ascii_lowercase();
    let known = words.iter().find(|(words, _)| text.starts_with(words));
    if let Some((_, code)) = known {
        return Some(*code);
    }
    // "Reserved for future amendment [HSC]", "Reserved for future use [11]"
    let inner = text.strip_suffix(b"]")?;
    let start = inner.iter().rposition(|byte| *byte == b'[')?;
    match &inner[start + 1..] {
        b"hsc" => Some(9),
        b"wig" => Some(10),
        digits => code(digits).and_then(|code| u8::try_from(code).ok().filter(|c| *c <= 15)),
    }
}

/// Ship type 1-99 from a number (including the codes 1001-1025 of older MarineCadastre years) or from words.
/// `None` for 0, for types from 100 on, and for words that are not listed.
pub(super) fn ship_type(text: &[u8]) -> Option<u8> {
    if let Some(code) = code(text) {
        return match code {
            1..=99 => Some(code as u8),
            // Vessel groups of older MarineCadastre years: fishing, cargo, passenger, tanker, pleasure, sailing, military, tug.
            1001 | 1002 => Some(30),
            1003 | 1004 | 1016 => Some(70),
            1012..=1015 => Some(60),
            1017 | 1024 => Some(80),
            1018 => Some(37),
            1019 => Some(36),
            1021 => Some(35),
            1023 | 1025 => Some(52),
            _ => None,
        };
    }
    let code = match &text.to_ascii_lowercase()[..] {
        b"wig" => 20,
        b"fishing" => 30,
        b"towing" => 31,
        b"towing long/wide" => 32,
        b"dredging" => 33,
        b"diving" => 34,
        b"military" => 35,
        b"sailing" => 36,
        b"pleasure" => 37,
        b"hsc" => 40,
        b"pilot" => 50,
        b"sar" => 51,
        b"tug" => 52,
        b"port tender" => 53,
        b"anti-pollution" => 54,
        b"law enforcement" => 55,
        b"medical" => 58,
        b"not party to conflict" => 59,
        b"passenger" => 60,
        b"cargo" => 70,
        b"tanker" => 80,
        b"other" => 90,
        _ => return None,
    };
    Some(code)
}

/// A code written as a whole number, possibly with a decimal zero.
fn code(text: &[u8]) -> Option<i64> {
    let text = text.strip_suffix(b".0").unwrap_or(text);
    super::moment::number(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_become_codes() {
        assert_eq!(status(b"Under way using engine"), Some(0));
        assert_eq!(status(b"Restricted maneuverability"), Some(3));
        assert_eq!(status(b"Reserved for future amendment [HSC]"), Some(9));
        assert_eq!(status(b"Reserved for future use [13]"), Some(13));
        assert_eq!(status(b"8.0"), Some(8));
        assert_eq!(status(b"15"), Some(15));
        assert_eq!(status(b"16"), None);
        assert_eq!(status(b"Unknown value"), Some(15));
        assert_eq!(ship_type(b"Fishing"), Some(30));
        assert_eq!(ship_type(b"70.0"), Some(70));
        assert_eq!(ship_type(b"1024"), Some(80));
        assert_eq!(ship_type(b"1099"), None);
        assert_eq!(ship_type(b"0"), None);
        assert_eq!(mobile(b"Class B"), Mobile::B);
        assert_eq!(said(b"Unknown"), None);
    }
}
