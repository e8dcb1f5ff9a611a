//! The format of a line: the shipped schema accepts every line and refuses broken ones; summaries and evidence.

use crate::behaviours::Behaviour;
use serde_json::Value;

use super::*;

fn schema() -> jsonschema::Validator {
    let shipped = include_str!("../../../../config/alert.schema.json");
    let schema: Value = serde_json::from_str(shipped).expect("the schema is JSON");
    jsonschema::draft202012::meta::validate(&schema).expect("the schema is one");
    jsonschema::validator_for(&schema).expect("the schema compiles")
}

fn faults(schema: &jsonschema::Validator, line: &Value) -> Vec<String> {
    schema.iter_errors(line).map(|fault| fault.to_string()).collect()
}

/// Lines of many kinds: a loiterer that ends, a pair with a nameless ship, a hostile name, a distress device without a position.
fn lines() -> Vec<Change> {
    let mut sea = Sea::new();
    let nameless = Ship { mmsi: 263_000_009, name: "", ship_type: 0, length: 0, class: Class::Unknown, ..CARGO };
    let strange = Ship { mmsi: 912_345_678, name: "\u{202e}<b>\u{7}X\u{2028}\"\\", message_type: 27, ..CARGO };
    let device = Ship { mmsi: 970_011_234, ..nameless };
    let (a, b, c, d) = (sea.ship(CARGO), sea.ship(nameless), sea.ship(strange), sea.ship(device));
    for at in 1..300 {
        sea.heard(CARGO, minute(0) + Span::from_seconds(10 * at));
    }
    let mut mayday = slow(0, 1);
    mayday.facts = facts::calls(distress::Form::Active).into();
    mayday.base = vec![("active", 60)];
    mayday.position = None;
    mayday.shore_nm = None;
    let mut out = sea.take(minute(1), vec![holds(Behaviour::Distress, Subject::one(d.0, d.1), mayday)]);
    let mut holding = sea.in_c07(near());
    holding.zones.push((sea.zone("banc"), Relation::In));
    out.extend(sea.take(minute(40), vec![holds(Behaviour::Rendezvous, Subject::pair(a, b), holding)]));
    let loitering = Subject::one(c.0, c.1);
    for at in [60, 90] {
        let holding = sea.in_c07(slow(0, at));
        out.extend(sea.take(minute(at), vec![holds(Behaviour::Loitering, loitering.clone(), holding)]));
    }
    out.extend(sea.take(minute(95), vec![over(Behaviour::Loitering, loitering, minute(95), End::UnderWayAgain)]));
    out.extend(sea.wake(minute(200)));
    assert_eq!(out.len(), 5);
    out
}

#[test]
fn every_line_obeys_the_shipped_schema() {
    let schema = schema();
    for change in lines() {
        let line = serde_json::to_value(&change).expect("plain data");
        assert_eq!(faults(&schema, &line), Vec::<String>::new(), "{line:#}");
    }
}

#[test]
fn the_schema_refuses_what_is_broken_and_allows_new_fields() {
    let schema = schema();
    let good = serde_json::to_value(lines().swap_remove(1)).expect("plain data");
    let breaks: [(&str, Value); 24] = [
        ("/change", json!("closed")),
        ("/revision", json!(0)),
        ("/revision", json!(2)),
        ("/at", json!("2026-03-01 12:40:00")),
        ("/at", json!("2026-03-01T12:40:00+01:00")),
        ("/reason", json!("")),
        ("/alert/id", json!("TQKANCEPJIKLTJXF5TKJEHZ4KJ")),
        ("/alert/id", json!("tqkancep")),
        ("/alert/status", json!("ended")),
        ("/alert/severity", json!("urgent")),
        ("/alert/severity", json!("info")),
        ("/alert/score", json!(101)),
        ("/alert/score", json!("50")),
        ("/alert/confidence", json!("high")),
        ("/alert/position/lat", json!(91.0)),
        ("/alert/position", json!([28.0, -17.0])),
        ("/alert/vessels/0/mmsi", json!("224000001")),
        ("/alert/vessels/0/name", json!("A\u{202e}B")),
        ("/alert/vessels/0/class", json!("C")),
        ("/alert/vessels/0/role", json!("captain")),
        ("/alert/zones/0/relation", json!("outside")),
        ("/alert/score_reasons/0/points", json!(0)),
        ("/alert/group_id", json!("")),
        ("/alert/evidence/tracks/0/points/0", json!(["2026-03-01T12:00:00Z", -18.0, 21.0])),
    ];
    for (place, value) in breaks {
        let mut line = good.clone();
        *line.pointer_mut(place).expect("a place in the line") = value;
        assert!(!faults(&schema, &line).is_empty(), "{place} passed: {}", line.pointer(place).expect("just set"));
    }
    for missing in ["id", "announced", "ended_at", "replaces", "summary", "evidence"] {
        let mut line = good.clone();
        let alert = line["alert"].as_object_mut().expect("an object");
        assert!(alert.shift_remove(missing).is_some());
        assert!(!faults(&schema, &line).is_empty(), "{missing} may be missing");
    }
    let mut line = good;
    line["alert"]["finding"] = json!("none");
    line["alert"]["vessels"][0]["owner"] = json!(null);
    assert_eq!(faults(&schema, &line), Vec::<String>::new());
}

#[test]
fn a_summary_can_be_read_out() {
    let lines = lines();
    let summaries: Vec<&str> = lines.iter().map(|change| change.alert.summary.as_str()).collect();
    assert_eq!(
        summaries[..2],
        [
            "AIS-SART 970011234 has been transmitting since 12:00 UTC. Treat as real until the coast guard says otherwise.",
            "ALFA (Spain, cargo) and MMSI 263000009 (Portugal, type unknown) have stayed within 180 m of each other at 1.1 kn \
             (median) for 41 min, 60 nm off the coast, 54 nm from Nouadhibou (Mauritania), inside Western Sahara to Freetown, Banc d'Arguin fishing \
             ground. Names and types as reported by the ships; the AIS data do not show whether anything was transferred.",
        ]
    );
    assert_eq!(
        summaries[4],
        "<b>X\"\\ (cargo) stayed below 2 kn for 1 h 30 min of 1 h 35 min (the rest not reported, or faster), 30 nm off the coast, 54 nm from Nouadhibou (Mauritania), inside Western \
         Sahara to Freetown. Name and type as reported by the ship; boats without AIS near it would not be seen; \
         heard by satellite only, so fixes are few."
    );
}

#[test]
fn the_evidence_has_the_tracks_from_before_the_start_to_the_latest_fix() {
    let mut sea = Sea::new();
    let first = sea.heard(CARGO, minute(-61));
    sea.tracks.mark_interest(first.1, tracks::Interest::Watch);
    for at in -60..=60 {
        sea.heard(CARGO, minute(at));
    }
    // This fix is between two kept points of the trail.
    let (key, ix) = sea.heard(CARGO, minute(60) + Span::from_seconds(5));
    let mut holding = slow(0, 60);
    holding.last_at = minute(60) + Span::from_seconds(5);
    let alert = sea.opens(Behaviour::Loitering, Subject::one(key, ix), holding);
    let points = &alert.evidence.tracks[0].points;
    assert!(minute(-30) <= points[0].at && points[0].at <= minute(-24));
    let last = points.last().expect("points");
    assert_eq!(last.at, minute(60) + Span::from_seconds(5));
    assert_eq!((last.position().lon, last.sog_knots(), last.cog_degrees()), (-18.0, Some(0.8), Some(90.0)));
    assert!(points.len() <= 200 && points.windows(2).all(|pair| pair[0].at < pair[1].at));
    assert_eq!(alert.evidence.stations, ["station 1"]);
    assert_eq!(alert.evidence.thresholds["slow_knots"], json!(2.0));
    assert_eq!(alert.evidence.measured["speed_made_good_knots"], json!(0.8));
}
