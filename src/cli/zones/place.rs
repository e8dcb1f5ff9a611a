//! Where zones are: their extents for lists and pages, and all of them as one GeoJSON file for a map.
//!
//! Coordinates in a file are easily in the wrong order or of the wrong sign, and the program then watches an
//! empty sea. Extent, area and share of land show that at a glance.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use atalaia_core::base::time::Time;
use atalaia_core::geo::LatLon;
use atalaia_core::zones::{Chart, Kind, Zone, ZoneIx};

/// A zone with a smaller share of land counts as at sea: coastlines are simplified, and a border may
/// cross a cape.
const HARDLY: f64 = 0.005;
/// A zone with a larger share of land counts as on land.
const WHOLLY: f64 = 0.995;

/// The cells of a zone's row: middle, area in square nautical miles, land.
pub(super) fn cells(chart: &Chart, zone: ZoneIx) -> [String; 3] {
    let extent = chart.zones.extent(zone);
    [short(extent.middle), square_miles(extent.area_nm2), land(chart.zones.land_share(zone, &chart.coast)).0]
}

/// Writes the extent of one zone for its page.
pub(super) fn lines(chart: &Chart, zone: ZoneIx, out: &mut dyn Write) -> io::Result<()> {
    let extent = chart.zones.extent(zone);
    let [south, north] = [extent.south, extent.north].map(latitude);
    let [west, east] = [extent.west, extent.east()].map(longitude);
    writeln!(out, "  {:<14} {south} to {north}, {west} to {east}", "extent")?;
    writeln!(out, "  {:<14} {}", "middle", short(extent.middle))?;
    writeln!(out, "  {:<14} about {} square nautical miles", "area", square_miles(extent.area_nm2))?;
    writeln!(out, "  {:<14} {}", "lies", land(chart.zones.land_share(zone, &chart.coast)).1)
}

/// The extent of one zone as JSON.
pub(super) fn object(chart: &Chart, zone: ZoneIx) -> Value {
    let extent = chart.zones.extent(zone);
    let rounded = |degrees: f64| (degrees * 1e5).round() / 1e5;
    json!({
        "south": rounded(extent.south), "north": rounded(extent.north), "west": rounded(extent.west), "east": rounded(extent.east()),
        "middle": {"lat": rounded(extent.middle.lat), "lon": rounded(extent.middle.lon)},
        "area_nm2": (extent.area_nm2 * 10.0).round() / 10.0,
        "land_share": (chart.zones.land_share(zone, &chart.coast) * 1000.0).round() / 1000.0,
    })
}

/// The share of a zone that is land: for a cell, and in words.
fn land(share: f64) -> (String, String) {
    match share {
        share if share < HARDLY => (String::new(), "at sea".to_owned()),
        share if WHOLLY < share => ("all".to_owned(), "on land or inland water".to_owned()),
        share => {
            let percent = format!("{:.0} %", share * 100.0);
            (percent.clone(), format!("{percent} on land or inland water"))
        }
    }
}

/// A position with hemispheres, to 2 decimals (about a mile).
fn short(at: LatLon) -> String {
    format!("{} {}", latitude(at.lat), longitude(at.lon))
}

/// A latitude with its hemisphere, to 2 decimals.
fn latitude(degrees: f64) -> String {
    format!("{:.2} {}", degrees.abs(), if degrees < 0.0 { 'S' } else { 'N' })
}

/// A longitude with its hemisphere, to 2 decimals.
fn longitude(degrees: f64) -> String {
    format!("{:.2} {}", degrees.abs(), if degrees < 0.0 { 'W' } else { 'E' })
}

/// An area in square nautical miles, with one decimal below 10.
fn square_miles(nm2: f64) -> String {
    if nm2 < 10.0 { format!("{nm2:.1}") } else { format!("{nm2:.0}") }
}

/// Writes all zones as one FeatureCollection, as drawn, with the defaults filled in. `files` are the zone files as
/// read.
pub(super) fn export(chart: &Chart, files: &[(String, String)], now: Time, out: &mut dyn Write) -> io::Result<()> {
    let mut features = Vec::new();
    for (name, text) in files {
        // The files were parsed already, so a fault is not possible here.
        let document: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default();
        let drawn = document["features"].as_array().into_iter().flatten();
        // The zones of a file are in the order of its features.
        let zones = chart.zones.iter().filter(|(_, zone)| zone.file == *name);
        for (feature, (ix, zone)) in drawn.zip(zones) {
            let mut properties = feature["properties"].as_object().cloned().unwrap_or_default();
            fill_in(&mut properties, zone, now);
            properties.insert("lies".to_owned(), object(chart, ix));
            features.push(json!({"type": "Feature", "properties": properties, "geometry": feature["geometry"]}));
        }
    }
    writeln!(out, "{{\"type\":\"FeatureCollection\",\"features\":[")?;
    for (index, feature) in features.iter().enumerate() {
        writeln!(out, "{feature}{}", if index + 1 < features.len() { "," } else { "" })?;
    }
    writeln!(out, "]}}")
}

/// Adds what follows from defaults, so that a map can show it. Properties that the program does
/// not know stay.
fn fill_in(properties: &mut Map<String, Value>, zone: &Zone, now: Time) {
    for (key, value) in [
        ("id", json!(zone.id)),
        ("name", json!(zone.name)),
        ("kind", json!(zone.kind.name())),
        ("file", json!(zone.file)),
        ("active", json!(zone.active(now))),
    ] {
        properties.insert(key.to_owned(), value);
    }
    if zone.kind != Kind::Source {
        properties.insert("near_nm".to_owned(), json!(zone.near_nm));
    }
    if zone.watched() {
        properties.insert("weight".to_owned(), json!(zone.weight));
    }
}
