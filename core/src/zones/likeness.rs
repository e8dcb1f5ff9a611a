//! Decides when two names count as one: equal after folding, or one typing error apart.
//!
//! The names of ships are typed by crews and by analysts. Accents, spaces and punctuation differ, and a letter is easily
//! wrong. Watchlists and changes of identity both compare names in this way.

use serde::{Deserialize, Serialize};

/// Shorter names have too many neighbours for one edit to mean anything. Characters.
pub(super) const FUZZY_FROM: usize = 6;

/// How two names compare.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Likeness {
    /// Neither the same nor one edit apart.
    Different,
    /// One character added, left out, changed or swapped with its neighbour; both names have at least six characters.
    OneEdit,
    /// The same except for case, spaces, punctuation and accents.
    Same,
}

/// What makes a name another one that is one edit apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    /// One character more.
    More,
    /// One character less.
    Less,
    /// One character is another.
    Other,
    /// Two neighbouring characters are swapped.
    Swapped,
}

/// What the characters of an edit are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Characters {
    /// Letters.
    Letter,
    /// Digits.
    Digit,
    /// A letter and a digit.
    Mixed,
}

/// How two names that are one edit apart differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Difference {
    /// What was done to the first to make the second.
    pub edit: Edit,
    /// To which characters.
    pub edited: Characters,
}

/// The name in capitals, without spaces, punctuation and accents.
pub fn fold(name: &str) -> String {
    if name.is_ascii() {
        // Fast path: nearly all names are ASCII.
        return name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    }
    let mut folded = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_uppercase) {
        match bare(c) {
            // Letters of other scripts are kept. Combining marks are not letters and are dropped.
            "" if c.is_alphanumeric() => folded.push(c),
            bare => folded.push_str(bare),
        }
    }
    folded
}

/// Compares two folded names. An empty name matches nothing.
pub fn likeness(a: &str, b: &str) -> Likeness {
    if a.is_empty() || b.is_empty() {
        return Likeness::Different;
    }
    if a == b {
        return Likeness::Same;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    match FUZZY_FROM <= a.len().min(b.len()) && one_edit(&a, &b) {
        true => Likeness::OneEdit,
        false => Likeness::Different,
    }
}

/// How the second of two folded names differs from the first; `None` if they are not one edit apart.
pub fn difference(from: &str, to: &str) -> Option<Difference> {
    if likeness(from, to) != Likeness::OneEdit {
        return None;
    }
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let head = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let (edit, touched) = match (from.len(), to.len()) {
        (before, after) if before < after => (Edit::More, vec![to[head]]),
        (before, after) if after < before => (Edit::Less, vec![from[head]]),
        _ if from[head + 1..] == to[head + 1..] => (Edit::Other, vec![from[head], to[head]]),
        _ => (Edit::Swapped, vec![from[head], to[head]]),
    };
    let digits = touched.iter().filter(|c| c.is_numeric()).count();
    let edited = match digits {
        0 => Characters::Letter,
        _ if digits == touched.len() => Characters::Digit,
        _ => Characters::Mixed,
    };
    Some(Difference { edit, edited })
}

/// Whether the IMO number has seven digits and a correct check digit (IMO resolution A.1117(30)).
pub fn imo_check_digit_holds(imo: u32) -> bool {
    if !(1_000_000..=9_999_999).contains(&imo) {
        return false;
    }
    let sum: u32 = (2..=7).map(|weight| imo / 10_u32.pow(weight - 1) % 10 * weight).sum();
    sum % 10 == imo % 10
}

/// Whether two different texts are one edit apart: one character more, less, changed, or swapped with its neighbour.
fn one_edit(a: &[char], b: &[char]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let head = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    match long.len() - short.len() {
        0 => {
            let swapped = head + 1 < long.len() && short[head] == long[head + 1] && short[head + 1] == long[head];
            short[head + 1..] == long[head + 1..] || (swapped && short[head + 2..] == long[head + 2..])
        }
        1 => short[head..] == long[head + 1..],
        _ => false,
    }
}

/// The plain letters of an accented capital; empty for any other character.
fn bare(c: char) -> &'static str {
    match c {
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'Æ' => "AE",
        'Ç' | 'Ć' | 'Ĉ' | 'Ċ' | 'Č' => "C",
        'Ď' | 'Đ' | 'Ð' => "D",
        'È'..='Ë' | 'Ē' | 'Ĕ' | 'Ė' | 'Ę' | 'Ě' => "E",
        'Ğ' | 'Ģ' => "G",
        'Ì'..='Ï' | 'Ī' | 'Į' | 'İ' => "I",
        'Ķ' => "K",
        'Ĺ' | 'Ļ' | 'Ľ' | 'Ł' => "L",
        'Ñ' | 'Ń' | 'Ņ' | 'Ň' => "N",
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ő' => "O",
        'Œ' => "OE",
        'Ŕ' | 'Ř' => "R",
        'Ś' | 'Ş' | 'Š' | 'Ș' => "S",
        'Ţ' | 'Ť' | 'Ț' => "T",
        'Ù'..='Ü' | 'Ū' | 'Ů' | 'Ű' | 'Ų' => "U",
        'Ý' | 'Ÿ' => "Y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_drops_accents_case_and_punctuation() {
        assert_eq!(fold("São João-2"), "SAOJOAO2");
        assert_eq!(fold(" m/v  ALFA. "), "MVALFA");
        assert_eq!(fold("Łódź Straße"), "LODZSTRASSE");
        assert_eq!(fold("Sa\u{303}o"), "SAO");
        assert_eq!(fold("ВОЛГА"), "ВОЛГА");
    }

    #[test]
    fn one_edit_counts_from_six_characters_on() {
        let like = |a: &str, b: &str| likeness(&fold(a), &fold(b));
        assert_eq!(like("Raider", "RAIDER"), Likeness::Same);
        for other in ["RAIDERS", "AIDER1", "RADIER", "RAIDEN", "XRAIDER"] {
            let expected = if other == "AIDER1" { Likeness::Different } else { Likeness::OneEdit };
            assert_eq!(like("RAIDER", other), expected, "{other}");
        }
        assert_eq!(like("RAIDER", "AIDER"), Likeness::Different);
        assert_eq!(like("ALFA", "ALFB"), Likeness::Different);
        assert_eq!(like("", ""), Likeness::Different);
        assert_eq!(like("ABCDEFGH", "ABCDXYGH"), Likeness::Different);
    }

    #[test]
    fn a_difference_says_what_was_done_to_which_characters() {
        let differ = |a: &str, b: &str| difference(&fold(a), &fold(b)).map(|found| (found.edit, found.edited));
        assert_eq!(differ("NORTH STAR", "NORTH STAR 1"), Some((Edit::More, Characters::Digit)));
        assert_eq!(differ("NORTH STAR", "NORTH STARS"), Some((Edit::More, Characters::Letter)));
        assert_eq!(differ("NORTH STAR", "NORT STAR"), Some((Edit::Less, Characters::Letter)));
        assert_eq!(differ("NORTH STAR 2", "NORTH STAR 1"), Some((Edit::Other, Characters::Digit)));
        assert_eq!(differ("RAIDER", "RAIDEN"), Some((Edit::Other, Characters::Letter)));
        assert_eq!(differ("RAIDEI", "RAIDE1"), Some((Edit::Other, Characters::Mixed)));
        assert_eq!(differ("RAIDER", "RADIER"), Some((Edit::Swapped, Characters::Letter)));
        assert_eq!(differ("RAIDER", "RAIDER"), None);
        assert_eq!(differ("RAIDER", "ALFA"), None);
    }

    #[test]
    fn the_check_digit_of_an_imo_number_is_verified() {
        for good in [9_074_729, 9_319_466, 5_000_017] {
            assert!(imo_check_digit_holds(good), "{good}");
        }
        assert!(!imo_check_digit_holds(9_074_728));
        assert!(!imo_check_digit_holds(907_472));
        assert!(!imo_check_digit_holds(0));
    }
}
