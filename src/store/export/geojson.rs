//! GeoJSON according to RFC 7946: one point per alert, followed by one line per track, with flat properties.
//!
//! The property `kind` distinguishes the two. All features of a kind have the same properties, null where unknown, so that a map program
//! can make one table of them.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::fields::{Fields, Place, Track};
use super::marking;
use crate::time::Time;

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

fn geometry(parts: &[Vec<Place>]) -> Value {
    match parts {
        [part] if part.len() == 1 => json!({"type": "Point", "coordinates": part[0]}),
        [part] => json!({"type": "LineString", "coordinates": part}),
        parts => json!({"type": "MultiLineString", "coordinates": parts}),
    }
}

fn feature(properties: Map<String, Value>, geometry: Option<Value>) -> Value {
    json!({"type": "Feature", "properties": properties, "geometry": geometry})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(alerts: &[Value]) -> geojson::FeatureCollection {
        let mut out = Vec::new();
        write(alerts, &mut out).expect("memory takes it");
        let text = String::from_utf8(out).expect("UTF-8");
        text.parse::<geojson::GeoJson>().expect("GeoJSON").try_into().expect("a collection")
    }

    fn track(points: &[(f64, f64)]) -> Value {
        let at = |(minute, (lon, lat)): (usize, &(f64, f64))| {
            json!([format!("2026-03-01T00:{minute:02}:00Z"), lon, lat, null, null])
        };
        json!({"mmsi": 224_000_001, "track": 2, "points": points.iter().enumerate().map(at).collect::<Vec<_>>()})
    }

    #[test]
    fn a_point_and_its_tracks_stand_together_in_order() {
        let tracks = [track(&[(1.0, 2.0), (1.5, 2.5)]), track(&[(179.0, 0.0), (-179.0, 2.0)]), track(&[(7.0, 8.0)])];
        let alert = json!({"id": "a", "position": {"lat": -2.0, "lon": 1.0}, "evidence": {"tracks": tracks}});
        let collection = written(&[alert, json!({"id": "b", "position": null})]);
        let told: Vec<(&str, Value)> = collection
            .features
            .iter()
            .map(|feature| {
                let geometry = feature.geometry.as_ref().map(|geometry| json!(geometry)["coordinates"].clone());
                (feature.property("alert").and_then(Value::as_str).unwrap_or_default(), geometry.unwrap_or_default())
            })
            .collect();
        let expected = [
            ("a", json!([1.0, -2.0])),
            ("a", json!([[1.0, 2.0], [1.5, 2.5]])),
            ("a", json!([[[179.0, 0.0], [180.0, 1.0]], [[-180.0, 1.0], [-179.0, 2.0]]])),
            ("a", json!([7.0, 8.0])),
            ("b", Value::Null),
        ];
        assert_eq!(told, expected);
        let properties = json!(collection.features[1].properties);
        let expected = json!({"kind": "track", "alert": "a", "behaviour": null, "severity": null, "mmsi": "224000001", "track": 2,
            "from": "2026-03-01T00:00:00Z", "to": "2026-03-01T00:01:00Z", "handling": null});
        assert_eq!(properties, expected);
    }

    #[test]
    fn hostile_texts_stay_inside_their_properties() {
        let hostile = "\"},{\"type\":\"Feature\"]]><script>\n\0\u{202e}\\";
        let vessel = json!({"name": hostile, "call_sign": hostile});
        let note = json!({"at": "2026-03-01T00:00:00Z", "who": "ana", "text": hostile});
        let collection = written(&[json!({"vessels": [vessel], "summary": hostile, "notes": [note, note]})]);
        let shown = "\"},{\"type\":\"Feature\"]]><script> \\";
        let property = |key| collection.features[0].property(key).and_then(Value::as_str).unwrap_or_default();
        assert_eq!(collection.features.len(), 1);
        assert_eq!((property("names"), property("call_signs"), property("summary")), (shown, shown, shown));
        let note = format!("2026-03-01T00:00:00Z ana: {shown}");
        assert_eq!(property("notes"), format!("{note}\n{note}"));
    }

    #[test]
    fn no_alerts_are_an_empty_collection() {
        assert!(written(&[]).features.is_empty());
    }
}
