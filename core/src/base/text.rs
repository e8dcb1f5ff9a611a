//! Numbers, distances and times as sentences write them, and suggestions for misspelt words.
//!
//! These are the only formats of numbers in alerts, explanations and messages, so that one value
//! looks alike everywhere.

use crate::base::time::{Span, Time};
use crate::base::units::{METRES_PER_NM, conversion};

/// A number with one decimal, or none if that is zero.
pub fn decimals(value: impl Into<f64>) -> String {
    let value: f64 = value.into();
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A distance in nautical miles: in metres below 1 nm (in steps of 50 m from half a mile on), otherwise in nautical miles with one
/// decimal below 10.
pub fn distance(nm: impl Into<f64>) -> String {
    let nm: f64 = nm.into();
    match nm {
        ..0.5 => format!("{:.0} m", nm * METRES_PER_NM),
        0.5..1.0 => format!("{:.0} m", (nm * METRES_PER_NM / 50.0).round() * 50.0),
        1.0..9.95 => format!("{nm:.1} nm"),
        _ => format!("{nm:.0} nm"),
    }
}

/// A count with its noun, whose plural ends in s: `1 alert`, `2 alerts`.
pub fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A whole number with two significant digits, for counts that are no more exact than that: `8`, `570`, `4900`.
pub fn about(number: impl Into<f64>) -> String {
    let number: f64 = number.into();
    let digits = number.abs().max(1.0).log10().floor() as i32;
    let step = 10_f64.powi((digits - 1).max(0));
    format!("{:.0}", (number / step).round() * step)
}

/// `4.5 h`, `34 h`: hours with a tenth only below 10.
pub fn about_hours(hours: impl Into<f64>) -> String {
    let hours: f64 = hours.into();
    match hours {
        ..9.95 => format!("{} h", decimals(hours)),
        _ => format!("{hours:.0} h"),
    }
}

/// `2nd`, `11th`, `23rd`. Negative numbers count as 0.
pub fn ordinal(number: f64) -> String {
    let whole = number.max(0.0).round() as u64;
    let end = match (whole % 10, whole % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{whole}{end}")
}

/// The time between two moments, each cut to the minute as shown, so that subtracting the shown times gives the same.
pub fn elapsed(from: Time, to: Time) -> Span {
    (to.floor_minute() - from.floor_minute()).max(Span::ZERO)
}

/// What to write instead of an unknown word: the one of `known` that was probably meant, or else all of them.
/// It tries, in this order: the right name in another unit, the name in another case, the nearest spelling, and the
/// name without its unit. A spelling is near up to one edit, and one more for each four letters of the name.
pub fn advice(wrong: &str, known: &[&str]) -> String {
    intended(wrong, known).unwrap_or_else(|| match known {
        [] => "leave it out".to_owned(),
        _ => format!("write one of: {}", known.join(", ")),
    })
}

/// The first part of [`advice`]: asks whether one of `known` was meant. `None` if none is like it.
pub fn intended(wrong: &str, known: &[&str]) -> Option<String> {
    // The right key in another unit is a better guess than one with similar spelling.
    let other_unit = known.iter().find_map(|name| Some((name, conversion(wrong, name)?)));
    if let Some((name, conversion)) = other_unit {
        return Some(format!("did you mean `{name}`? ({conversion})"));
    }
    if let Some(name) = known.iter().find(|name| name.eq_ignore_ascii_case(wrong)) {
        return Some(format!("did you mean `{name}`?"));
    }
    // A word much longer than the key is not a typing error.
    let near = known.iter().filter(|name| wrong.len() <= 2 * name.len());
    let nearest = near
        .map(|name| (strsim::damerau_levenshtein(wrong, name), *name))
        .min()
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4);
    // The key without its unit.
    let longer = || known.iter().find(|name| name.strip_prefix(wrong).is_some_and(|rest| rest.starts_with('_')));
    nearest.map(|(_, name)| name).or_else(|| longer().copied()).map(|name| format!("did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_metres_then_tenths_then_miles() {
        assert_eq!(distance(0.0972), "180 m");
        assert_eq!(distance(0.98), "1800 m");
        assert_eq!(distance(1.0), "1.0 nm");
        assert_eq!(distance(9.94), "9.9 nm");
        assert_eq!(distance(9.96), "10 nm");
        assert_eq!(distance(61.4), "61 nm");
        assert_eq!((decimals(2.0), decimals(1.14)), ("2".to_owned(), "1.1".to_owned()));
        assert_eq!([0.5, 4.46, 9.94, 9.96, 34.4].map(about_hours).join(" "), "0.5 h 4.5 h 9.9 h 10 h 34 h");
        assert_eq!([0.0, 0.4, 8.5, 99.6, 572.9, 4937.0].map(about).join(" "), "0 0 9 100 570 4900");
        assert_eq!(
            [1.0, 2.0, 3.0, 4.0, 11.0, 12.0, 22.0, 31.0, 113.0].map(ordinal).join(" "),
            "1st 2nd 3rd 4th 11th 12th 22nd 31st 113th"
        );
    }

    #[test]
    fn the_word_that_was_meant_is_suggested() {
        let keys = ["after_minutes", "min_shore_nm", "score"];
        assert_eq!(advice("after_minute", &keys), "did you mean `after_minutes`?");
        assert_eq!(advice("after_hours", &keys), "did you mean `after_minutes`? (hours × 60)");
        assert_eq!(advice("min_shore", &keys), "did you mean `min_shore_nm`?", "without its unit");
        assert_eq!(advice("colour", &keys), "write one of: after_minutes, min_shore_nm, score");
        assert_eq!(advice("colour", &[]), "leave it out");
        assert_eq!(advice("GFW", &["gfw", "skylight"]), "did you mean `gfw`?");
    }
}
