//! The unit of a measured value or a setting.
//!
//! Stored alerts and settings hold plain numbers, and the last part of a name states the unit: `counted_minutes`. That naming rule is
//! read here and nowhere else.

/// A unit of a measured value or a setting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Knots.
    Knots,
    /// Nautical miles.
    NauticalMiles,
    /// Metres.
    Metres,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days of 24 h.
    Days,
    /// Seconds.
    Seconds,
    /// Degrees of an angle.
    Degrees,
    /// Hundredths.
    Percent,
}

/// All units.
const ALL: [Unit; 9] = [
    Unit::Knots,
    Unit::NauticalMiles,
    Unit::Metres,
    Unit::Minutes,
    Unit::Hours,
    Unit::Days,
    Unit::Seconds,
    Unit::Degrees,
    Unit::Percent,
];

impl Unit {
    /// The unit of the value of this name. `None` for a count, a word, a time or a share of one.
    pub fn of(name: &str) -> Option<Unit> {
        ALL.into_iter().find(|unit| unit.split(name).is_some())
    }

    /// The name without its unit: `counted` of `counted_minutes`. A name that states no unit, or begins with it, stays whole.
    pub fn bare(name: &str) -> &str {
        ALL.into_iter().find_map(|unit| name.strip_suffix(unit.name())?.strip_suffix('_')).unwrap_or(name)
    }

    /// The unit as names of values spell it: `minutes`.
    pub const fn name(self) -> &'static str {
        match self {
            Unit::Knots => "knots",
            Unit::NauticalMiles => "nm",
            Unit::Metres => "metres",
            Unit::Minutes => "minutes",
            Unit::Hours => "hours",
            Unit::Days => "days",
            Unit::Seconds => "seconds",
            Unit::Degrees => "degrees",
            Unit::Percent => "percent",
        }
    }

    /// The unit as it is written behind a number.
    pub const fn symbol(self) -> &'static str {
        match self {
            Unit::Knots => "kn",
            Unit::NauticalMiles => "nm",
            Unit::Metres => "m",
            Unit::Minutes => "min",
            Unit::Hours => "h",
            Unit::Days => "days",
            Unit::Seconds => "s",
            Unit::Degrees => "°",
            Unit::Percent => "%",
        }
    }

    /// Its size, by which a value in hours can be compared with a threshold in minutes: in minutes for a time, in metres for a
    /// length, and 1 for the others.
    pub fn size(self) -> f64 {
        match self {
            Unit::NauticalMiles => super::units::METRES_PER_NM,
            Unit::Hours => 60.0,
            Unit::Days => 1440.0,
            Unit::Seconds => 1.0 / 60.0,
            Unit::Knots | Unit::Metres | Unit::Minutes | Unit::Degrees | Unit::Percent => 1.0,
        }
    }

    /// What is left of a name that states this unit, at its end or, as in `hours_between`, at its beginning.
    fn split(self, name: &str) -> Option<&str> {
        let at_end = name.strip_suffix(self.name()).and_then(|rest| rest.strip_suffix('_'));
        at_end.or_else(|| name.strip_prefix(self.name()).and_then(|rest| rest.strip_prefix('_')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_states_its_unit_at_either_end() {
        assert_eq!((Unit::of("counted_minutes"), Unit::bare("counted_minutes")), (Some(Unit::Minutes), "counted"));
        assert_eq!((Unit::of("hours_between"), Unit::bare("hours_between")), (Some(Unit::Hours), "hours_between"));
        assert_eq!((Unit::of("visit"), Unit::bare("visit")), (None, "visit"));
        assert_eq!(Unit::of("slow_share"), None);
        assert_eq!(Unit::of("alarm"), None, "a letter at the end of a word is not a unit");
    }
}
