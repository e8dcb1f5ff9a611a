//! Zones made for a test, and what they say of a place.

use std::sync::Arc;

use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::geo::LatLon;
use atalaia_core::zones::{Chart, Hit, ZoneSet};

/// One zone from its properties (without id and name) and geometry, as JSON text.
pub fn zone(properties: &str, geometry: &str) -> ZoneSet {
    zones(&[("z", properties, geometry)])
}

/// Several zones, each from its id, properties and geometry.
pub fn zones(all: &[(&str, &str, &str)]) -> ZoneSet {
    let features: Vec<String> = all
        .iter()
        .map(|(id, properties, geometry)| {
            format!(
                r#"{{"type":"Feature","properties":{{"id":"{id}","name":"{id}",{properties}}},"geometry":{geometry}}}"#
            )
        })
        .collect();
    let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    ZoneSet::parse(&[("test.geojson".to_owned(), text)], ZONE_REQUESTS).unwrap()
}

/// What the zones say of a place.
pub fn hits(zones: &ZoneSet, lat: f64, lon: f64) -> Vec<Hit> {
    let mut out = Vec::new();
    zones.at(LatLon::new(lat, lon), &mut out);
    out
}

/// A watched area of whole degrees that requests every optional behaviour, up to the quay.
/// A chart with one area of low thresholds.
pub fn strict_area(south: f64, west: f64, north: f64, east: f64) -> Arc<Chart> {
    let zones = format!(
        r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"id":"strict","name":"Strict",
        "kind":"area","calm":false,"calm_margin_nm":0,"settings":{{"loitering":{{"min_shore_nm":0,"after_minutes":30}},
        "rendezvous":{{"min_shore_nm":0,"underway":true,"underway_min_shore_nm":0}},"zone_entry":{{}},"zone_exit":{{}},
        "zone_speed":{{"min_knots":3,"max_knots":20}}}}}},"geometry":{{"type":"Polygon","coordinates":
        [[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]]}}}}]}}"#
    );
    let zones = ZoneSet::parse(&[("strict.geojson".to_owned(), zones)], ZONE_REQUESTS).unwrap();
    Arc::new(Chart::with_built_in(zones))
}

/// A watched area up to the quay, around the station of the Guadeloupe recording.
pub fn guadeloupe() -> Arc<Chart> {
    strict_area(15.4, -62.0, 16.4, -60.9)
}
