//! What names, passwords and tokens may be.
//!
//! Passwords follow NIST SP 800-63B: a minimum length, no composition rules, no expiry.

use std::str::FromStr;

use ipnet::IpNet;

use crate::storage::store::{Ceilings, Right, Rights};
use atalaia_core::base::time::{Span, Time};

/// Bound on a name, in characters. The audit trail shows names in columns.
const LONGEST_NAME: usize = 64;
/// Shortest password, in characters.
const SHORTEST_PASSWORD: usize = 12;
/// Longest password, in bytes: hashing a longer one would only cost time.
const LONGEST_PASSWORD: usize = 1024;
/// Length from which a name must not be in a password, in characters.
const LEAST_TELLING: usize = 4;
/// Bound on a list in the ceilings or networks: more is a mistake.
const LONGEST_LIST: usize = 100;
/// Longest life of a token.
pub const LONGEST_TOKEN_LIFE: Span = Span::from_hours(366 * 24);

/// What a token may allow. Lowering markings, wide silences and people need a person.
const FOR_TOKENS: [Right; 8] =
    [Right::Status, Right::Read, Right::Search, Right::Act, Right::Silence, Right::Export, Right::Retry, Right::Audit];

/// Why this cannot be the name of a person or token; `None` if it can. Names are shown, sorted, compared and
/// read aloud, so only letters, digits and a few separators are allowed.
pub fn name_fault(name: &str) -> Option<String> {
    let is_plain = |letter: char| letter.is_alphanumeric() || " ._-@'".contains(letter);
    if name.is_empty() || LONGEST_NAME < name.chars().count() {
        return Some(format!("write a name of 1 to {LONGEST_NAME} characters"));
    }
    match name.chars().all(is_plain) && name.trim() == name && !name.contains("  ") {
        true => None,
        false => Some("write letters, digits, single spaces and . _ - @ '".to_owned()),
    }
}

/// Why this cannot be a password of the person; `None` if it can.
pub fn password_fault(password: &str, name: &str) -> Option<String> {
    if password.chars().count() < SHORTEST_PASSWORD {
        return Some(format!("write at least {SHORTEST_PASSWORD} characters"));
    }
    if LONGEST_PASSWORD < password.len() {
        return Some(format!("write at most {LONGEST_PASSWORD} bytes"));
    }
    // A name of one or two letters is part of most passwords.
    let is_name = LEAST_TELLING <= name.chars().count()
        && password.to_lowercase().contains(&name.to_lowercase())
        && password.chars().count() < 2 * SHORTEST_PASSWORD;
    let is_one_letter = password.chars().all(|letter| password.starts_with(letter));
    (is_name || is_one_letter).then(|| "is too easy to guess; write a few words that do not belong together".to_owned())
}

/// Why a token with these values cannot be made, with the key; `None` if it can.
pub fn token_fault(rights: &Rights, networks: &[String], expires: Time, now: Time) -> Option<(&'static str, String)> {
    if rights.iter().next().is_none() {
        return Some(("rights", "write at least one right".to_owned()));
    }
    if rights.iter().any(|right| !FOR_TOKENS.contains(&right)) {
        return Some((
            "rights",
            "a token may have status, read, search, act, silence, export, retry and audit".to_owned(),
        ));
    }
    if expires <= now || now + LONGEST_TOKEN_LIFE < expires {
        return Some(("expires", "write a time within the next year".to_owned()));
    }
    if LONGEST_LIST < networks.len() {
        return Some(("networks", format!("write at most {LONGEST_LIST}")));
    }
    let wrong = networks.iter().any(|network| IpNet::from_str(network).is_err());
    wrong.then(|| ("networks", "write networks as 192.0.2.0/24 or 2001:db8::/32".to_owned()))
}

/// Why these cannot be ceilings, with the key; `None` if they can.
pub fn ceilings_fault(ceilings: &Ceilings) -> Option<(&'static str, String)> {
    if let Some(name) = ceilings.empty_lists().first() {
        return Some((name, "write null for no limit, or at least one".to_owned()));
    }
    let names = ceilings.releasable_to.as_deref().unwrap_or_default();
    let is_wrong = LONGEST_LIST < names.len()
        || names.iter().any(|name| name.trim().is_empty() || LONGEST_NAME < name.chars().count());
    is_wrong.then(|| ("releasable_to", "write names of countries or organisations, as [\"ES\", \"PT\"]".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_can_be_read_aloud() {
        for name in ["m.silva", "Maria Silva", "João", "o'neill@centre", "1"] {
            assert_eq!(name_fault(name), None, "{name}");
        }
        for name in ["", " a", "a  b", "(atalaia)", "<b>x</b>", "a\u{202e}b", "a/b", "a\nb", &"x".repeat(65)] {
            assert!(name_fault(name).is_some(), "{name:?}");
        }
    }

    #[test]
    fn short_and_obvious_passwords_are_refused() {
        assert_eq!(password_fault("four words that rhyme", "silva"), None);
        assert_eq!(password_fault("correct horse bat", "a"), None, "nearly every password has an a");
        for password in ["", "elevenchars", "aaaaaaaaaaaaaaaa", "silvasilvasilva", &"x y".repeat(400)] {
            assert!(password_fault(password, "Silva").is_some(), "{password}");
        }
    }

    #[test]
    fn a_token_has_a_right_an_end_and_networks_that_exist() {
        let now = Time::from_utc(2026, 12, 1, 0, 0, 0).expect("a time");
        let soon = now + Span::from_hours(1);
        let read: Rights = [Right::Read].into_iter().collect();
        assert_eq!(token_fault(&read, &["192.0.2.0/24".to_owned()], soon, now), None);
        let people: Rights = [Right::People].into_iter().collect();
        assert!(token_fault(&people, &[], soon, now).is_some_and(|(key, _)| key == "rights"));
        assert!(token_fault(&Rights::default(), &[], soon, now).is_some_and(|(key, _)| key == "rights"));
        assert!(token_fault(&read, &[], now, now).is_some_and(|(key, _)| key == "expires"));
        assert!(token_fault(&read, &[], now + Span::from_hours(9000), now).is_some_and(|(key, _)| key == "expires"));
        assert!(token_fault(&read, &["here".to_owned()], soon, now).is_some_and(|(key, _)| key == "networks"));
    }
}
