//! GeoJSON according to RFC 7946: one point per alert, followed by one line per track, with flat properties.
//!
//! The property `kind` distinguishes the two. All features of a kind have the same properties, null where unknown, so that a map program
//! can make one table of them.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::fields::{Fields, Place, Track};
use super::marking;
use atalaia_core::base::time::Time;

/// Writes the whole file. The features stream out one by one; only the alerts are in memory.
pub(super) fn write(alerts: &[Value], out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"{\"type\":\"FeatureCollection\",")?;
    if let Some(tlp) = marking::highest(alerts) {
        write!(out, "\"{}\":\"{tlp}\",", marking::FILE)?;
    }
    out.write_all(b"\"features\":[")?;
    let mut separator = "\n";
    for alert in alerts.iter().map(Fields) {
        let tracks = alert.tracks().map(|track| line(alert, track));
        for feature in std::iter::once(point(alert)).chain(tracks) {
            write!(out, "{separator}{feature}")?;
            separator = ",\n";
        }
    }
    out.write_all(b"\n]}\n")
}

/// The feature of an alert. Without a position its geometry is null, which RFC 7946 allows.
fn point(alert: Fields<'_>) -> Value {
    let mut properties = Map::new();
    let mut put = |key: &str, value: Value| properties.insert(key.to_owned(), value);
    put("kind", "alert".into());
    put("alert", alert.text("id").into());
    for key in ["behaviour", "severity"] {
        put(key, alert.text(key).into());
    }
    put("score", alert.number("score").into());
    for key in ["confidence", "status", "state", "started_at", "opened_at", "last_at", "ended_at"] {
        put(key, alert.text(key).into());
    }
    put("mmsi", alert.mmsis().into());
    for (key, one) in [
        ("names", "name"),
        ("call_signs", "call_sign"),
        ("flags", "flag"),
        ("ship_types", "ship_type"),
        ("imo", "imo"),
        ("roles", "role"),
    ] {
        put(key, alert.joined("vessels", one).into());
    }
    put("zones", alert.joined("zones", "id").into());
    for key in ["case_id", "group_id", "assignee", "finding", "finding_reason", "summary"] {
        put(key, alert.text(key).into());
    }
    put("score_reasons", alert.score_reasons().into());
    let notes: Vec<String> = alert.notes().collect();
    put("notes", (!notes.is_empty()).then(|| notes.join("\n")).into());
    for (key, text) in marking::COLUMNS {
        put(key, text(alert).into());
    }
    let geometry = alert.position().map(|place| json!({"type": "Point", "coordinates": place}));
    feature(properties, geometry)
}

/// The feature of a track. It names the alert, so that a map can join the two.
fn line(alert: Fields<'_>, track: Track) -> Value {
    let time = |time: Option<Time>| time.map(|time| time.to_string());
    let mut properties = Map::new();
    let mut put = |key: &str, value: Value| properties.insert(key.to_owned(), value);
    put("kind", "track".into());
    put("alert", alert.text("id").into());
    put("behaviour", alert.text("behaviour").into());
    put("severity", alert.text("severity").into());
    put("mmsi", track.mmsi.into());
    put("track", track.number.into());
    put("from", time(track.from).into());
    put("to", time(track.to).into());
    put("handling", marking::line(alert).into());
    feature(properties, Some(geometry(&track.parts)))
}

/// The geometry of a track: a line, several where it was cut, or the point of its only position.
fn geometry(parts: &[Vec<Place>]) -> Value {
    match parts {
        [part] if part.len() == 1 => json!({"type": "Point", "coordinates": part[0]}),
        [part] => json!({"type": "LineString", "coordinates": part}),
        parts => json!({"type": "MultiLineString", "coordinates": parts}),
    }
}

/// A feature of the collection.
fn feature(properties: Map<String, Value>, geometry: Option<Value>) -> Value {
    json!({"type": "Feature", "properties": properties, "geometry": geometry})
}

#[cfg(test)]
mod tests;
