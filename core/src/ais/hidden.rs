//! Invisible characters and those that change text direction. They are never displayed, whatever the source of the text.
//!
//! Names and destinations come from the air, and reach terminals, mails, pages and spreadsheets. A character that
//! reverses the text after it can make one name look like another.

/// Whether a character is invisible or changes the direction of what follows. These are controls other than white
/// space and all of Unicode's default-ignorable code points (`DerivedCoreProperties`, `Default_Ignorable_Code_Point`):
/// bidirectional controls, tags, variation selectors, zero-width characters and fillers. Line and paragraph
/// separators, annotation marks and the empty Braille pattern are hidden as well.
pub fn hidden(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(
            c,
            '\u{00ad}'
                | '\u{034f}'
                | '\u{061c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// The visible characters of a text from the air. White space of any kind becomes a space.
pub(super) fn visible(said: &str) -> impl Iterator<Item = char> {
    said.chars().filter(|c| !hidden(*c)).map(|c| if c.is_whitespace() { ' ' } else { c })
}

/// Longest text from a vessel that reaches an alert, in characters.
const LONGEST: usize = 64;

/// Text from the air without control and direction characters, single-spaced and of bounded length; `None` if nothing is left.
pub fn clean(said: &str) -> Option<String> {
    // Four times the limit is enough for any text with spaces to lose, and bounds the work on hostile input.
    let spaced: String = visible(said).take(4 * LONGEST).collect();
    let words: Vec<&str> = spaced.split(' ').filter(|word| !word.is_empty()).collect();
    let text: String = words.join(" ").chars().take(LONGEST).collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks both ends of each range, and visible neighbours.
    #[test]
    fn every_class_of_invisible_unicode_is_hidden() {
        let classes: [(&str, &[u32]); 6] = [
            ("controls", &[0x00, 0x07, 0x1b, 0x7f, 0x80, 0x9b, 0x9f]),
            ("bidirectional controls", &[0x61c, 0x200e, 0x200f, 0x202a, 0x202e, 0x2066, 0x2069]),
            ("tags", &[0xe0001, 0xe0020, 0xe0041, 0xe007f]),
            ("variation selectors", &[0x180b, 0x180d, 0x180f, 0xfe00, 0xfe0f, 0xe0100, 0xe01ef]),
            ("zero-width characters", &[0xad, 0x34f, 0x180e, 0x200b, 0x200d, 0x2060, 0x2064, 0x206f, 0xfeff]),
            ("fillers and annotations", &[0x115f, 0x1160, 0x17b4, 0x2800, 0x3164, 0xffa0, 0xfff9, 0xfffb, 0x1d173]),
        ];
        for (class, codes) in classes {
            for code in codes {
                assert!(char::from_u32(*code).is_some_and(hidden), "{class}: U+{code:04X} is shown");
            }
        }
    }

    #[test]
    fn letters_signs_and_spaces_are_shown() {
        for c in " \t\nAZaz09<\"\u{a0}ÑÅßŁĞ’…–ÆΩЖא文\u{3000}\u{fffd}\u{1f6a2}".chars() {
            assert!(!hidden(c), "U+{:04X} is hidden", u32::from(c));
        }
    }

    #[test]
    fn hidden_and_direction_characters_are_removed_from_received_names() {
        assert_eq!(clean("ALFA\u{202e}OFLA"), Some("ALFAOFLA".to_owned()));
        assert_eq!(clean(" A\u{7}\tB\n\u{200b}C "), Some("A B C".to_owned()));
        assert_eq!(clean("\u{202a}\u{0}"), None);
        assert_eq!(clean(&"X".repeat(5000)).map(|name| name.len()), Some(LONGEST));
        assert_eq!(clean("<b>\"Ñ"), Some("<b>\"Ñ".to_owned()));
        for unseen in ["\u{61c}", "\u{2066}", "\u{e0041}", "\u{fe0f}", "\u{e0100}", "\u{200d}", "\u{feff}", "\u{180b}"]
        {
            assert_eq!(clean(&format!("AL{unseen}FA")), Some("ALFA".to_owned()), "{}", unseen.escape_unicode());
        }
    }
}
