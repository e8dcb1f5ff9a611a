//! Which changes of static data are real, and which are slips of crews and transponders (part of `identity_change`).

use crate::zones::{Likeness, fold, likeness};

/// Minimum length of a name that may be a truncated longer one. Characters.
const TRUNCATED_FROM: usize = 4;
/// Minimum length of a call sign for one edit to count as a slip. Characters.
const CALL_SIGN_SLIP_FROM: usize = 4;
/// Prefixes of a name that some crews type and others do not.
const PREFIXES: [&str; 9] = ["MV", "MT", "MS", "MY", "SY", "SV", "FV", "SS", "TUG"];
/// Placeholders for a name: yards, test sets and defaults.
const NO_NAMES: [&str; 9] = ["HULL", "NEWBUILD", "NB", "YARD", "TEST", "UNKNOWN", "NONAME", "SHIPNAME", "NOTAVAILABLE"];
/// IMO numbers with a valid check digit that crews enter if their ship has none.
const NO_NUMBERS: [u32; 2] = [1_234_567, 5_555_555];

/// Whether the name really changed. Truncated, padded, differently spaced and mistyped forms are the same name. The first
/// name after a yard's hull number is not a change either.
pub(crate) fn another_name(old: &str, new: &str) -> bool {
    let (old, new) = (core(old), core(new));
    if no_name(&old) || no_name(&new) || old == new {
        return false;
    }
    let (short, long) = if old.len() <= new.len() { (&old, &new) } else { (&new, &old) };
    let truncated = TRUNCATED_FROM <= short.chars().count() && long.starts_with(short.as_str());
    !truncated && likeness(&old, &new) == Likeness::Different
}

/// Whether the call sign really changed, by more than one typing error.
pub(crate) fn another_call_sign(old: &str, new: &str) -> bool {
    // `likeness` looks for slips only from six characters on, so shorter call signs are padded.
    let padded = |text: &str| format!("{}......", fold(text));
    let (old_core, new_core) = (fold(old), fold(new));
    let long = CALL_SIGN_SLIP_FROM <= old_core.len().min(new_core.len());
    match long {
        true => likeness(&padded(old), &padded(new)) == Likeness::Different,
        false => !old_core.is_empty() && !new_core.is_empty() && old_core != new_core,
    }
}

/// Whether the two types are different kinds of ship. For most types the second digit is the hazard of the cargo, which may
/// change with every voyage.
pub(crate) fn another_type(old: u8, new: u8) -> bool {
    kind(old) != kind(new)
}

/// Whether this is an IMO number that crews of several ships enter as a placeholder.
pub(crate) fn is_placeholder_imo(imo: u32) -> bool {
    NO_NUMBERS.contains(&imo)
}

/// Whether this is a placeholder for a name.
pub(crate) fn is_no_name(name: &str) -> bool {
    no_name(&core(name))
}

/// The folded name without a prefix for the kind of ship.
fn core(name: &str) -> String {
    // "M/V X" and "M.V. X" are the same as "MV X".
    let plain: String = name.chars().filter(|c| !matches!(c, '.' | '/')).collect();
    let mut words = plain.split_whitespace();
    let first = words.next().unwrap_or_default();
    let rest: String = words.collect();
    match PREFIXES.contains(&fold(first).as_str()) && !rest.is_empty() {
        true => fold(&rest),
        false => fold(&plain),
    }
}

/// Whether a folded name is a placeholder: empty, a number with at most one letter, or a word of `NO_NAMES` with nothing but
/// digits after it.
fn no_name(core: &str) -> bool {
    let digits = core.chars().filter(char::is_ascii_digit).count();
    let letters = core.chars().count() - digits;
    let number = letters <= 1 && 2 < digits;
    let known = |word: &str| core.strip_prefix(word).is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()));
    core.is_empty() || number || NO_NAMES.iter().any(|word| known(word)) || core.starts_with("NEWBUILDING")
}

/// The group of a ship type. Types whose second digit is the hazard of the cargo count by their first digit. 31 and 52 (towing, tug) are
/// one group, and so are 36 and 37 (sailing, pleasure). Every other type is a group of its own.
fn kind(ship_type: u8) -> u8 {
    match ship_type {
        31 | 52 => 31,
        36 | 37 => 36,
        20..=29 | 40..=49 | 60..=99 => ship_type / 10 * 10,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_another_only_when_people_would_say_so() {
        assert!(another_name("HONMON", "MATTHEW"));
        assert!(another_name("ALFA", "BRAVO"));
        for (old, new) in [
            ("ATLANTIC STAR", "M/V ATLANTIC STAR"),
            ("ATLANTIC STAR", "ATLANTIC-STAR"),
            ("ATLANTIC STAR OF TH", "ATLANTIC STAR OF THE SEA"),
            ("ATLANTIC STAR", "ATLANTIC STRA"),
            ("SÃO JOÃO", "SAO JOAO"),
            ("HULL 1234", "ATLANTIC STAR"),
            ("H1234", "ATLANTIC STAR"),
            ("123456", "ATLANTIC STAR"),
            ("NEWBUILDING NO 7", "ATLANTIC STAR"),
        ] {
            assert!(!another_name(old, new), "{old} {new}");
        }
    }

    #[test]
    fn a_slip_in_a_call_sign_or_another_cargo_is_not_a_change() {
        assert!(another_call_sign("EAAA", "V7XY2"));
        assert!(!another_call_sign("EAAA", "EAAB"));
        assert!(!another_call_sign("EA1234", "EA 1234"));
        assert!(!another_type(70, 74) && !another_type(31, 52) && another_type(70, 30) && another_type(30, 37));
    }
}
