//! Positions as people type them: decimal degrees, or degrees and minutes with hemispheres. What could be meant in two ways is refused.
//!
//! Positions reach the program from mails, plotters and radio messages, where `36-30N 009-12W` and `36 30` mean degrees
//! and minutes, and `36.5` means degrees. A wrong guess would move a search by miles, so doubt is an error with advice.

/// What to write, named in every error.
const FORMS: &str =
    "write degrees north, a comma, degrees east, as 36.95,-9.12, or with hemispheres, as 36-57.0N 009-07.2W";

/// Why a text is not a position. The message says what to write instead.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotationError {
    /// It is not made of numbers, hemispheres and the signs between them.
    #[error("{FORMS}")]
    Form,
    /// There is one number only.
    #[error("the longitude is missing; {FORMS}")]
    One,
    /// Without hemispheres it can be divided in several ways.
    #[error("latitude and longitude cannot be told apart; {FORMS}")]
    Several,
    /// Decimal commas cannot be told from the comma between latitude and longitude.
    #[error("there are several commas; write decimal points, as 36.95,-9.12")]
    Commas,
    /// One of the two has no hemisphere, or both have the same axis.
    #[error("one hemisphere of each is needed, N or S and E or W; {FORMS}")]
    Hemispheres,
    /// Minutes without a hemisphere: it is easily forgotten, and the sign with it.
    #[error("degrees and minutes need their hemispheres; write for instance 36-57.0N 009-07.2W")]
    Minutes,
    /// A sign and a hemisphere, which may contradict each other.
    #[error("there is a sign beside the hemisphere {0}; write one of the two")]
    Sign(char),
    /// Beyond the pole.
    #[error("a latitude is at most 90 degrees; {FORMS}")]
    Latitude,
    /// Beyond the antimeridian.
    #[error("a longitude is at most 180 degrees; {FORMS}")]
    Longitude,
    /// 60 or more minutes or seconds.
    #[error("minutes and seconds are below 60; {FORMS}")]
    Sixty,
}

/// Marks after degrees, minutes and seconds.
const MARKS: [char; 3] = ['°', '\'', '"'];
/// Letters of the hemispheres, in capitals.
const HEMISPHERES: [char; 4] = ['N', 'S', 'E', 'W'];

/// Latitude or longitude as typed.
struct Half {
    /// Negative in the south and in the west.
    degrees: f64,
    /// Whether minutes or seconds other than 0 were given.
    has_minutes: bool,
    /// One of [`HEMISPHERES`], if given.
    hemisphere: Option<char>,
}

/// Degrees north and east of a position; see [`LatLon::read`](crate::geo::LatLon::read).
pub(super) fn read(text: &str) -> Result<(f64, f64), NotationError> {
    let text = plain(text);
    let [first, second] = halves(&text)?;
    let (first, second) = (half(first)?, half(second)?);
    let (lat, lon) = match (first.hemisphere, second.hemisphere) {
        (Some('N' | 'S'), Some('E' | 'W')) => (first, second),
        (Some('E' | 'W'), Some('N' | 'S')) => (second, first),
        (None, None) if first.has_minutes || second.has_minutes => return Err(NotationError::Minutes),
        (None, None) => (first, second),
        _ => return Err(NotationError::Hemispheres),
    };
    if 90.0 < lat.degrees.abs() {
        return Err(NotationError::Latitude);
    }
    if 180.0 < lon.degrees.abs() {
        return Err(NotationError::Longitude);
    }
    Ok((lat.degrees, lon.degrees))
}

/// The text in capitals, with one character for each mark that keyboards and documents write in several ways.
fn plain(text: &str) -> String {
    let text = text.trim().to_uppercase().replace("''", "\"");
    let plain = |letter| match letter {
        '\u{2032}' | '\u{2019}' | '\u{b4}' | '`' => '\'',
        '\u{2033}' | '\u{201d}' => '"',
        'º' | '˚' => '°',
        '\u{2212}' | '\u{2013}' => '-',
        ';' => ',',
        letter => letter,
    };
    text.chars().map(plain).collect()
}

/// Divides the text into two halves, in the order as typed.
fn halves(text: &str) -> Result<[&str; 2], NotationError> {
    let hemispheres: Vec<usize> = text.match_indices(HEMISPHERES).map(|(at, _)| at).collect();
    let (first, second) = match hemispheres[..] {
        [] => return unnamed_halves(text),
        // Before the numbers, or behind them.
        [0, second] => text.split_at(second),
        [first, second] if second + 1 == text.len() => text.split_at(first + 1),
        _ => return Err(NotationError::Hemispheres),
    };
    let (first, second) = (first.trim_end(), second.trim_start());
    Ok([first.strip_suffix(',').unwrap_or(first), second.strip_prefix(',').unwrap_or(second)])
}

/// Divides a text without hemispheres at its comma, or else at its space.
fn unnamed_halves(text: &str) -> Result<[&str; 2], NotationError> {
    let parts: Vec<&str> = match text.matches(',').count() {
        0 => text.split_whitespace().collect(),
        1 => text.split(',').collect(),
        _ => return Err(NotationError::Commas),
    };
    match parts[..] {
        [first, second] => Ok([first, second]),
        [one] if one.parse::<f64>().is_ok_and(f64::is_finite) => Err(NotationError::One),
        [] | [_] => Err(NotationError::Form),
        _ => Err(NotationError::Several),
    }
}

/// Reads one half: numbers, with a hemisphere on one side or a sign before them.
fn half(text: &str) -> Result<Half, NotationError> {
    let text = text.trim();
    let hemisphere = text.chars().find(|letter| HEMISPHERES.contains(letter));
    let text = text.trim_matches(HEMISPHERES).trim();
    let unsigned = text.strip_prefix(['+', '-']);
    if let (Some(hemisphere), Some(_)) = (hemisphere, unsigned) {
        return Err(NotationError::Sign(hemisphere));
    }
    let [degrees, minutes, seconds] = match numbers(unsigned.unwrap_or(text))?[..] {
        [degrees] => [degrees, 0.0, 0.0],
        [degrees, minutes] => [degrees, minutes, 0.0],
        [degrees, minutes, seconds] => [degrees, minutes, seconds],
        _ => return Err(NotationError::Form),
    };
    if 60.0 <= minutes || 60.0 <= seconds {
        return Err(NotationError::Sixty);
    }
    let size = degrees + minutes / 60.0 + seconds / 3600.0;
    let is_negative = text.starts_with('-') || matches!(hemisphere, Some('S' | 'W'));
    Ok(Half { degrees: if is_negative { -size } else { size }, has_minutes: degrees < size, hemisphere })
}

/// Degrees, minutes and seconds. Only the last may have decimals, and each may be followed by its own mark only.
fn numbers(text: &str) -> Result<Vec<f64>, NotationError> {
    let (mut rest, mut numbers) = (text.trim(), Vec::new());
    for mark in MARKS {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
        let (digits, behind) = rest.split_at(end);
        numbers.push(digits.parse().map_err(|_| NotationError::Form)?);
        let behind = behind.trim_start();
        let behind = behind.strip_prefix(mark).unwrap_or(behind);
        if behind.is_empty() {
            return Ok(numbers);
        }
        if digits.contains('.') {
            break;
        }
        rest = behind.strip_prefix(['-', ':']).unwrap_or(behind).trim_start();
    }
    Err(NotationError::Form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::LatLon;

    #[test]
    fn every_usual_way_to_write_a_position_is_read() {
        for (text, lat, lon) in [
            ("36.95,-9.12", 36.95, -9.12),
            (" 36.95 , -9.12 ", 36.95, -9.12),
            ("36 -9", 36.0, -9.0),
            ("-36 +9", -36.0, 9.0),
            ("36.5N 9.2W", 36.5, -9.2),
            ("9.2w,36.5n", 36.5, -9.2),
            ("36-30N 009-12W", 36.5, -9.2),
            ("36-30.0N, 009-12.0W", 36.5, -9.2),
            ("36°30'N 9°12'W", 36.5, -9.2),
            ("36°30′S 9°12′E", -36.5, 9.2),
            ("36º30’00”N 9º12’00”W", 36.5, -9.2),
            ("36:30:00N 9:12:00W", 36.5, -9.2),
            ("36° 30' 00'' N 009° 12' 00'' W", 36.5, -9.2),
            ("N36 30.0 W009 12.0", 36.5, -9.2),
            ("N 36 30.0, W 009 12.0", 36.5, -9.2),
            ("36°,−9°", 36.0, -9.0),
            ("0S 180E", 0.0, -180.0),
        ] {
            let at = LatLon::read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert!((at.lat - lat).abs() < 1e-9 && (at.lon - lon).abs() < 1e-9, "{text}: {at:?}");
        }
    }

    #[test]
    fn the_notations_that_atalaia_prints_are_read() {
        let at = LatLon::new(-27.91, -18.22);
        for text in [at.degrees_minutes(), at.decimal_degrees()] {
            let again = LatLon::read(&text).expect("our own notation");
            assert!(again.metres_to(at) < 2.0, "{text}: {again:?}");
        }
    }

    #[test]
    fn what_could_mean_something_else_is_refused_with_the_reason() {
        use NotationError as E;
        for (text, error) in [
            ("", E::Form),
            ("36", E::One),
            ("-9.5", E::One),
            ("36-9", E::Form),
            ("NaN,0", E::Form),
            ("inf,0", E::Hemispheres),
            ("1e1,2", E::Hemispheres),
            ("x,y", E::Form),
            ("36,5 -9,2", E::Commas),
            ("36 30 9 12", E::Several),
            ("36-30,9-12", E::Minutes),
            ("36°30',-9°12'", E::Minutes),
            ("36.5N 9.2", E::Hemispheres),
            ("36.5N 9.2N", E::Hemispheres),
            ("36.5N W9.2", E::Hemispheres),
            ("36.5N -9.2W", E::Sign('W')),
            ("36-60N 9-00W", E::Sixty),
            ("36-30-60N 9-00W", E::Sixty),
            ("36.5-30N 9-00W", E::Form),
            ("36'30N 9-00W", E::Form),
            ("36-N 9-00W", E::Form),
            ("36-30-10-5N 9-00W", E::Form),
            ("N W", E::Form),
            ("91,0", E::Latitude),
            ("90-00.1N 0E", E::Latitude),
            ("3630N 00912W", E::Latitude),
            ("0,181", E::Longitude),
            (&format!("{},0", "9".repeat(400)), E::Latitude),
        ] {
            assert_eq!(LatLon::read(text), Err(error), "{text}");
        }
    }
}
