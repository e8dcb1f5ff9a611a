//! One MMSI in two places: whose number may be watched for that, and what is measured (part of `position_jump`,
//! `identity_conflict` and `interference`).

use serde_json::{Map, Value};

use crate::tracks::Jump;
use crate::units::{METRES_PER_NM, Mmsi, StationClass, knots};

use super::number;

/// Whether two positions of this number mean anything: many boats share what a set was delivered with.
pub(super) fn is_watched(mmsi: Mmsi) -> bool {
    matches!(mmsi.station_class(), StationClass::Ship | StationClass::Tender) && !is_factory_setting(mmsi.0)
}

/// One digit nine times, or nothing behind the country's three.
fn is_factory_setting(number: u32) -> bool {
    number.is_multiple_of(111_111_111) || number.is_multiple_of(1_000_000)
}

/// What is told about a jump.
pub(super) fn jump_measured(jump: &Jump) -> Map<String, Value> {
    let metres = jump.before.position.metres_to(jump.first.position);
    let seconds = (jump.first.at - jump.before.at).seconds();
    let mut measured = Map::from_iter([
        ("distance_nm".to_owned(), number(metres / METRES_PER_NM, 1)),
        ("from_lat".to_owned(), number(jump.before.position.lat, 4)),
        ("from_lon".to_owned(), number(jump.before.position.lon, 4)),
    ]);
    // At the same moment in two places: no speed explains that.
    if 0.0 < seconds {
        measured.insert("elapsed_minutes".to_owned(), number(seconds / 60.0, 1));
        measured.insert("implied_knots".to_owned(), number(knots(metres, seconds), 0));
    }
    measured
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_sets_are_delivered_with_are_nobodys() {
        for shared in [333_333_333, 224_000_000, 123_456_789, 0, 111_111_111, 970_012_345] {
            assert!(!is_watched(Mmsi(shared)), "{shared}");
        }
        assert!(is_watched(Mmsi(224_123_456)) && is_watched(Mmsi(982_241_234)));
    }
}
