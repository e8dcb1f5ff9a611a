//! MMSIs, and the constants that convert between units used at sea.
//!
//! Quantities are plain `f64`, and names say their unit: `_nm`, `_metres`, `_knots`, `_degrees`. An MMSI has a type of
//! its own, because it is an identity and not a number.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Metres in one international nautical mile.
pub const METRES_PER_NM: f64 = 1852.0;

/// Metres per second in one knot.
pub const METRES_PER_SECOND_PER_KNOT: f64 = METRES_PER_NM / 3600.0;

/// Mean radius of the Earth in metres (IUGG), for spherical distances.
pub const EARTH_RADIUS_METRES: f64 = 6_371_008.8;

/// Units as they end the name of a setting: the spellings, the quantity (time, length, speed), and the size in seconds, metres or
/// m/s.
const UNITS: [(&[&str], char, f64); 12] = [
    (&["seconds", "second", "secs", "sec", "s"], 't', 1.0),
    (&["minutes", "minute", "mins", "min"], 't', 60.0),
    (&["hours", "hour", "hrs", "h"], 't', 3600.0),
    (&["days", "day", "d"], 't', 86_400.0),
    (&["feet", "ft"], 'l', 0.3048),
    (&["metres", "metre", "meters", "meter", "m"], 'l', 1.0),
    (&["km", "kilometres", "kilometers"], 'l', 1000.0),
    (&["miles", "mi"], 'l', 1609.344),
    (&["nm", "nmi", "nautical_miles"], 'l', METRES_PER_NM),
    (&["kmh", "kph"], 'v', 1.0 / 3.6),
    (&["knots", "knot", "kts", "kt", "kn"], 'v', METRES_PER_SECOND_PER_KNOT),
    (&["mps", "ms"], 'v', 1.0),
];

/// How to convert a value given under a key with the wrong unit in its name. `half_width_km` for `half_width_nm` gives "10 km is
/// 5.4 nm", and `after_hours` for `after_minutes` gives "hours × 60". `None` unless the two names differ only in the unit.
pub fn conversion(wrong: &str, right: &str) -> Option<String> {
    let unit = |name: &str| {
        let of =
            |spelling: &&str| name.strip_suffix(*spelling).and_then(|stem| stem.strip_suffix('_')).map(str::to_owned);
        UNITS.iter().find_map(|(spellings, what, size)| {
            // The longest spelling that fits leaves the shortest stem.
            let stem = spellings.iter().filter_map(of).min_by_key(String::len)?;
            Some((stem.to_lowercase(), spellings[0], *what, *size))
        })
    };
    let ((stem, from, what, size), (right_stem, to, right_what, right_size)) = (unit(wrong)?, unit(right)?);
    if stem != right_stem || what != right_what || from == to {
        return None;
    }
    let ratio = size / right_size;
    let is_whole = |number: f64| 1.0 < number && (number - number.round()).abs() < 1e-9;
    Some(match () {
        () if is_whole(ratio) => format!("{from} × {}", ratio.round()),
        () if is_whole(1.0 / ratio) => format!("{from} ÷ {}", (1.0 / ratio).round()),
        () => format!("10 {from} is {:.1} {to}", 10.0 * ratio),
    })
}

/// A Maritime Mobile Service Identity: up to nine decimal digits, not checked for plausibility.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mmsi(pub u32);

/// The kind of station that an MMSI identifies (ITU-R M.585).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StationClass {
    /// A ship: begins with a MID, 201-775.
    Ship,
    /// A craft associated with a parent ship (98MID), such as a tender; treated as a daughter craft.
    Tender,
    /// A coast station or a group of ships (00MID, 0MID).
    Coast,
    /// A search and rescue aircraft (111MID).
    Aircraft,
    /// An aid to navigation (99MID).
    Aid,
    /// A handheld VHF radio (8MID).
    Handheld,
    /// AIS-SART 970, MOB 972, EPIRB 974.
    Distress,
    /// A number sent by transponders that were never programmed: 0, nine equal digits, 123456789, 987654321, or more than nine
    /// digits. Many ships share it, so it identifies none of them and never takes part in the picture.
    Placeholder,
    /// Outside every class: a badly programmed transponder, or garbage.
    Unassigned,
}

impl Mmsi {
    /// The class of station that the number belongs to.
    pub fn station_class(self) -> StationClass {
        let number = self.0;
        let mid_ok = |mid: u32| (201..=775).contains(&mid);
        match number / 1_000_000 {
            _ if is_placeholder(number) => StationClass::Placeholder,
            970 | 972 | 974 => StationClass::Distress,
            111 if mid_ok(number / 1000 % 1000) => StationClass::Aircraft,
            prefix if mid_ok(prefix) => StationClass::Ship,
            prefix if prefix / 10 == 98 && mid_ok(number / 10_000 % 1000) => StationClass::Tender,
            prefix if prefix / 10 == 99 && mid_ok(number / 10_000 % 1000) => StationClass::Aid,
            prefix if prefix < 100 => StationClass::Coast,
            prefix if prefix / 100 == 8 && mid_ok(number / 100_000 % 1000) => StationClass::Handheld,
            _ => StationClass::Unassigned,
        }
    }

    /// Whether the number is a country's digits and six zeros, as transponders send that were delivered but never programmed.
    pub fn is_unset(self) -> bool {
        self.station_class() == StationClass::Ship && self.0.is_multiple_of(1_000_000)
    }

    /// The Maritime Identification Digits; `None` for classes without them.
    pub fn mid(self) -> Option<u32> {
        let number = self.0;
        match self.station_class() {
            StationClass::Ship => Some(number / 1_000_000),
            StationClass::Tender | StationClass::Aid => Some(number / 10_000 % 1000),
            StationClass::Aircraft => Some(number / 1000 % 1000),
            StationClass::Handheld => Some(number / 100_000 % 1000),
            StationClass::Coast => Some(number / 10_000 % 1000).filter(|mid| 200 < *mid),
            StationClass::Distress | StationClass::Placeholder | StationClass::Unassigned => None,
        }
    }
}

impl fmt::Display for Mmsi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:09}", self.0)
    }
}

/// Numbers that unprogrammed transponders send: equal digits, zero, and counting up or down. Numbers of more than nine
/// digits are not MMSIs at all.
fn is_placeholder(number: u32) -> bool {
    const NINE_EQUAL_DIGITS: u32 = 111_111_111;
    999_999_999 < number || number.is_multiple_of(NINE_EQUAL_DIGITS) || [123_456_789, 987_654_321].contains(&number)
}

/// Speed in knots from metres and seconds. Zero seconds give infinity, or zero if the distance is zero too.
pub fn knots(metres: f64, seconds: f64) -> f64 {
    match metres {
        0.0 => 0.0,
        _ => metres / seconds / METRES_PER_SECOND_PER_KNOT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_fall_into_their_class() {
        let class = |number| Mmsi(number).station_class();
        assert_eq!(class(224_123_456), StationClass::Ship);
        assert_eq!(class(982_241_234), StationClass::Tender);
        assert!(Mmsi(567_000_000).is_unset() && !Mmsi(567_012_345).is_unset() && !Mmsi(222_222_222).is_unset());
        assert_eq!(class(992_241_234), StationClass::Aid);
        assert_eq!(class(2_240_001), StationClass::Coast);
        assert_eq!(class(111_224_001), StationClass::Aircraft);
        assert_eq!(class(822_412_345), StationClass::Handheld);
        assert_eq!(class(970_012_345), StationClass::Distress);
        assert_eq!(class(912_345_678), StationClass::Unassigned);
        assert_eq!(class(123_456_788), StationClass::Unassigned);
        for placeholder in
            [0, 111_111_111, 222_222_222, 777_777_777, 999_999_999, 123_456_789, 987_654_321, 1_073_741_823]
        {
            assert_eq!(class(placeholder), StationClass::Placeholder, "{placeholder}");
        }
    }
}
