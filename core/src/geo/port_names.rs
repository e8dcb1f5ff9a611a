//! Finds the harbour that crews mean by a destination: by name, other name, UN/LOCODE, or with one letter wrong.
//!
//! Crews type destinations by hand, into a field of 20 characters, as a name, a UN/LOCODE, or a route of codes. The
//! rules are tried from the strictest to the loosest. A destination that fits several harbours by the loosest rule
//! means none: a wrong port of call is worse than none.

use rustc_hash::{FxHashMap, FxHashSet};

use super::port::Port;

/// Minimum length of a name to match with one letter wrong, missing or added; shorter names must be equal.
const FUZZY_FROM: usize = 5;
/// Minimum length of a name that may be followed by other words.
const LEADS_FROM: usize = 4;
/// Words around a name that describe a part of the port or a purpose.
/// They are removed before codes and names are looked for.
const NOISE: [&str; 18] = [
    "PORT",
    "OF",
    "ANCH",
    "ANCHORAGE",
    "ANCHOR",
    "ROADS",
    "ROAD",
    "PILOT",
    "PILOTS",
    "PS",
    "STATION",
    "OPL",
    "FOR",
    "ORDERS",
    "ORDER",
    "VIA",
    "TO",
    "BUNKERS",
];

/// Harbours indexed by their names and codes.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// Harbour of each folded name, main or other.
    by_name: FxHashMap<String, u32>,
    /// Harbour of each UN/LOCODE, five characters without its space.
    by_code: FxHashMap<String, u32>,
    /// Main names of at least `FUZZY_FROM` letters, in order of the harbours.
    long: Vec<(String, u32)>,
    /// Folded names of all countries, which may follow the name of a port.
    countries: FxHashSet<String>,
}

impl Names {
    /// Indexes these harbours. Of several with the same name the first wins, and a main name takes precedence over another's other name.
    pub(super) fn new(ports: &[Port]) -> Names {
        let mut names = Names {
            by_name: FxHashMap::default(),
            by_code: FxHashMap::default(),
            long: Vec::new(),
            countries: ports.iter().map(|port| folded(&port.country)).collect(),
        };
        for (number, port) in (0_u32..).zip(ports) {
            let name = folded(&port.name);
            if FUZZY_FROM <= name.len() && !names.by_name.contains_key(&name) {
                names.long.push((name.clone(), number));
            }
            names.by_name.entry(name).or_insert(number);
            let code: String = port.locode.chars().filter(|letter| !letter.is_whitespace()).collect();
            if code.len() == 5 {
                names.by_code.entry(code).or_insert(number);
            }
        }
        for (number, port) in (0_u32..).zip(ports) {
            for other in port.other_names.split(';').map(folded).filter(|other| LEADS_FROM <= other.len()) {
                names.by_name.entry(other).or_insert(number);
            }
        }
        // Harbours without a name, or with a name in another script, have nothing to match.
        names.by_name.remove("");
        names
    }

    /// Number of the harbour that the text means; `None` if there is none.
    /// The number is an index into the list given to [`Names::new`].
    pub(super) fn find(&self, said: &str) -> Option<u32> {
        // The last leg of a route counts: `ES ALG>MA TNG` goes to Tangier.
        let last = said.rsplit('>').find(|part| !folded(part).is_empty())?;
        let whole = folded(last);
        let exact = |text: &str| self.by_name.get(text).or_else(|| self.by_code.get(text)).copied();
        if let Some(number) = exact(&whole) {
            return Some(number);
        }
        let words: Vec<&str> = whole.split(' ').filter(|word| !NOISE.contains(word)).collect();
        if words.is_empty() {
            return None;
        }
        let code: String = words.iter().take(2).copied().collect();
        // A code is written as two letters and three, or as five characters in one word.
        let spaced = (words.len() >= 2 && words[0].len() == 2 && words[1].len() == 3).then_some(code.as_str());
        let joined = words.first().copied().filter(|word| word.len() == 5);
        if let Some(number) = [spaced, joined].into_iter().flatten().find_map(|code| self.by_code.get(code)) {
            return Some(*number);
        }
        // The name may be followed by a country, a berth or anything else: try the longest run of leading words that is a name.
        for count in (1..=words.len()).rev() {
            let lead = words[..count].join(" ");
            if LEADS_FROM <= lead.len()
                && let Some(number) = self.by_name.get(&lead)
            {
                return Some(*number);
            }
        }
        let named = match words.iter().rposition(|word| !self.countries.contains(*word)) {
            Some(last) => words[..=last].join(" "),
            None => return None,
        };
        self.nearly(&named)
    }

    /// The only name that is one letter away; `None` if there are several.
    fn nearly(&self, text: &str) -> Option<u32> {
        if text.len() < FUZZY_FROM {
            return None;
        }
        let mut near = self.long.iter().filter(|(name, _)| one_edit(name.as_bytes(), text.as_bytes()));
        let found = near.next()?;
        near.next().is_none().then_some(found.1)
    }
}

/// Letters and digits in capitals without accents, with single spaces between words.
fn folded(text: &str) -> String {
    let plain = |letter: char| match letter {
        'À'..='Å' | 'à'..='å' => 'A',
        'Ç' | 'ç' => 'C',
        'È'..='Ë' | 'è'..='ë' => 'E',
        'Ì'..='Ï' | 'ì'..='ï' => 'I',
        'Ñ' | 'ñ' => 'N',
        'Ò'..='Ö' | 'Ø' | 'ò'..='ö' | 'ø' => 'O',
        'Ù'..='Ü' | 'ù'..='ü' => 'U',
        letter if letter.is_ascii_alphanumeric() => letter.to_ascii_uppercase(),
        '\'' | '.' => '\u{0}',
        _ => ' ',
    };
    let letters: String = text.chars().map(plain).filter(|letter| *letter != '\u{0}').collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the words differ by exactly one letter changed, added or dropped.
fn one_edit(a: &[u8], b: &[u8]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if 1 < long.len() - short.len() {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(one, other)| one == other).count();
    let rest = if short.len() == long.len() { &short[(same + 1).min(short.len())..] } else { &short[same..] };
    same < long.len() && rest == &long[same + 1..]
}

#[cfg(test)]
mod tests {
    use crate::geo::Ports;

    use super::*;

    #[track_caller]
    fn means(said: &str, port: &str) {
        let ports = Ports::built_in();
        assert_eq!(ports.destination(said).map_or("", |port| &*port.name), port, "{said:?}");
    }

    #[test]
    fn names_codes_routes_and_slips_of_one_letter_are_understood() {
        for said in [
            "ALGECIRAS",
            "algeciras",
            "ES ALG",
            "ESALG",
            "ES ALG ANCH",
            "NL RTM>ES ALG",
            "ROTTERDAM > ALGECIRAS",
            "ALGECIRAS, SPAIN",
            "ALGECIRAS ANCHORAGE",
            "PORT OF ALGECIRAS",
            "ALGECIRS",
            "ALGEZIRAS",
            "ALGECIRAS SPAIN",
        ] {
            means(said, "Algeciras");
        }
        means("GDANSK", "Gdansk");
        means("BELFAST", "Belfast");
        means("NLRTM/EUROPOORT", "Rotterdam");
    }

    #[test]
    fn a_text_without_a_known_port_gives_none() {
        for said in ["", "FOR ORDERS", "FISHING", "SEA", "XX XXX", "GRNDS", "12", "> >", "ATLANTIC", "@@@@"] {
            means(said, "");
        }
        assert!(Ports::none().destination("ES ALG").is_none());
    }

    #[test]
    fn one_edit_is_exactly_one_letter() {
        let edit = |a: &str, b: &str| one_edit(a.as_bytes(), b.as_bytes());
        assert!(edit("DAKAR", "DAKER") && edit("DAKAR", "DAKARR") && edit("DAKAR", "DKAR") && edit("DAKAR", "DAKA"));
        assert!(!edit("DAKAR", "DAKAR") && !edit("DAKAR", "DAEKR") && !edit("DAKAR", "DAK"));
    }
}
