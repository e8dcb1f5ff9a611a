//! Zone files as GeoJSON text.

use atalaia_core::base::time::Time;
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::geo::LatLon;
use atalaia_core::zones::{Hit, Relation, ZoneError, ZoneSet};

/// Maximum number of positions checked in and around the zones of a file: more would take too much time.
const MOST_POSITIONS: usize = 64;

/// Reads a file twice: the zones or faults are the same, and each fault is at an existing line. Every distance to a
/// zone is a number.
pub(super) fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let files = [("zones.geojson".to_owned(), text.to_owned())];
    let zones = match (ZoneSet::parse(&files, ZONE_REQUESTS), ZoneSet::parse(&files, ZONE_REQUESTS)) {
        (Ok(zones), Ok(again)) => {
            assert_eq!(zones.zones(), again.zones());
            zones
        }
        (Err(faults), Err(again)) => {
            assert!(!faults.is_empty() && faults == again, "{faults:?} and {again:?}");
            return faults.iter().for_each(|fault| at_a_line(fault, text));
        }
        (one, other) => panic!("{} and then {}", one.is_ok(), other.is_ok()),
    };
    let now = Time::from_utc(2026, 3, 1, 12, 0, 0).expect("a date that exists");
    if let Some(change) = zones.next_change(now) {
        assert!(now < change, "a change that has been");
    }
    for zone in zones.zones() {
        assert!((0.0..=200.0).contains(&zone.near_nm) && (0..=100).contains(&zone.weight), "{zone:?}");
    }
    let mut hits = Vec::new();
    for at in positions(text) {
        zones.at(at, &mut hits);
        hits.iter().for_each(|hit| holds(hit, zones.get(hit.zone).near_nm, at));
        let calm_nm = zones.calm_nm(at, now);
        assert!(0.0 <= calm_nm, "{calm_nm} nm to calm water at {at:?}");
        if let Some(source) = zones.source_at(at, now) {
            assert!(zones.get(source).source_region());
        }
        for (zone, edge_nm) in zones.belts(at) {
            assert!(edge_nm.is_finite(), "{edge_nm} nm to {} at {at:?}", zones.get(zone).id);
        }
        for (number, zone) in zones.iter().take(4) {
            assert!(zones.edge_nm(number, at).is_finite(), "the distance of {at:?} to {}", zone.id);
        }
    }
}

fn holds(hit: &Hit, near_nm: f64, at: LatLon) {
    let relation = match hit.edge_nm {
        edge_nm if edge_nm <= 0.0 => Relation::In,
        edge_nm if edge_nm <= near_nm => Relation::Near,
        _ => Relation::Outside,
    };
    assert!(hit.edge_nm.is_finite() && hit.relation == relation, "{hit:?} at {at:?}");
}

/// Positions to check: every pair of numbers in the text as longitude and latitude, a place near each, and some around
/// the Earth.
fn positions(text: &str) -> impl Iterator<Item = LatLon> {
    let words = text.split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E')));
    let numbers: Vec<f64> =
        words.filter_map(|word| word.parse().ok()).filter(|number: &f64| number.is_finite()).collect();
    let named = numbers.windows(2).map(|pair| LatLon::new(pair[1], pair[0])).collect::<Vec<_>>();
    let beside = named.clone().into_iter().map(|at| LatLon::new(at.lat + 0.01, at.lon - 0.01));
    let far = [(90.0, 0.0), (-90.0, 0.0), (0.0, 0.0), (0.0, 180.0), (0.0, -180.0), (89.999, 179.999), (36.0, -9.0)];
    let far = far.into_iter().map(|(lat, lon)| LatLon::new(lat, lon));
    far.chain(named).chain(beside).take(MOST_POSITIONS)
}

fn at_a_line(fault: &ZoneError, text: &str) {
    let lines = 1 + text.bytes().filter(|byte| *byte == b'\n').count();
    assert!((1..=lines).contains(&fault.line), "{fault} of {lines} lines");
    assert!(!fault.to_string().is_empty());
}
