//! GeoJSON with points, lines and flat properties.

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
