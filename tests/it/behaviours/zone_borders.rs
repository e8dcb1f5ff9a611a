//! Zone borders in time: what counts as a crossing, and when zones are active.

use atalaia_core::base::time::{Span, Time};
use atalaia_core::geo::LatLon;
use atalaia_core::zones::{Crossing, Presence, Reading, Relation, Sighting, ZoneIx, ZoneSet};

use crate::harness::zones::{hits, zone, zones};

/// A fix of a vessel under way, in full resolution.
fn reading(at: Time, sighting: Sighting) -> Reading {
    Reading { at, sighting, resolution_metres: 0.0, is_still: false }
}

/// Moves a vessel through a zone, given minutes and nautical miles beyond the border; returns crossings such as `minute entered in`.
fn walk(properties: &str, fixes: &[(i64, f64)]) -> Vec<String> {
    let zones = zone(properties, r#"{"type":"Point","coordinates":[0,0]}"#);
    let (mut presence, mut found, mut out, mut told) = (Presence::default(), Vec::new(), Vec::new(), Vec::new());
    let start = Time::from_utc(2026, 3, 1, 0, 0, 0).unwrap();
    for (index, (seconds, beyond)) in fixes.iter().enumerate() {
        let at = LatLon::new(0.0, 0.0).destination(90.0, (10.0 + beyond) * 1852.0);
        zones.at(at, &mut found);
        let sighting = if index == 0 { Sighting::First } else { Sighting::Next };
        presence.step(&zones, &found, &reading(start + Span::from_seconds(*seconds), sighting), &mut out);
        for crossing in out.drain(..) {
            let (word, relation, at) = match crossing {
                Crossing::Entered { relation, at, .. } => ("entered", relation, at),
                Crossing::Left { relation, at, .. } => ("left", relation, at),
            };
            told.push(format!("{seconds}: {word} {} since {}", relation.name(), (at - start).seconds()));
        }
    }
    told
}

const CIRCLE: &str = r#""kind":"area","radius_nm":10"#;
const CIRCLE_NEAR: &str = r#""kind":"area","radius_nm":10,"near_nm":2"#;

#[test]
fn a_border_is_crossed_by_a_fix_clearly_beyond_or_by_staying_beyond() {
    assert_eq!(walk(CIRCLE, &[(0, 1.0), (10, -0.21)]), ["10: entered in since 10"]);
    assert_eq!(walk(CIRCLE, &[(0, 1.0), (10, -0.1), (40, -0.1), (70, -0.1)]), ["70: entered in since 10"]);
    assert_eq!(walk(CIRCLE, &[(0, 1.0), (10, -0.1), (40, -0.3)]), ["40: entered in since 10"]);
    assert_eq!(walk(CIRCLE, &[(0, -1.0), (10, 0.1), (69, 0.1)]), Vec::<String>::new(), "59 s are not enough");
    assert_eq!(
        walk(CIRCLE, &[(0, -1.0), (10, 0.1), (40, -0.1), (80, 0.1), (130, 0.1)]),
        Vec::<String>::new(),
        "a return starts a new count"
    );
    assert_eq!(
        walk(CIRCLE, &[(0, -1.0), (10, 0.21), (20, -0.21)]),
        ["10: left in since 10", "20: entered in since 20"]
    );
    assert_eq!(walk(CIRCLE, &[(0, -5.0), (7200, 60.0)]), ["7200: left in since 7200"], "crossed during a hole");
}

#[test]
fn starting_inside_is_not_an_entry_and_each_border_is_reported_separately() {
    assert_eq!(walk(CIRCLE, &[(0, -1.0), (60, -1.0), (120, 1.0)]), ["120: left in since 120"]);
    assert_eq!(
        walk(CIRCLE_NEAR, &[(0, 9.0), (10, 1.0), (20, -1.0), (30, 1.0), (40, 9.0)]),
        ["10: entered near since 10", "20: entered in since 20", "30: left in since 30", "40: left near since 40"]
    );
    assert_eq!(
        walk(CIRCLE_NEAR, &[(0, 9.0), (3600, -1.0), (7200, 9.0)]),
        [
            "3600: entered near since 3600",
            "3600: entered in since 3600",
            "7200: left in since 7200",
            "7200: left near since 7200"
        ]
    );
}

#[test]
fn an_inactive_zone_reports_nothing_but_keeps_its_state() {
    let night = r#""kind":"area","radius_nm":10,"hours_utc":"20:00-05:00""#;
    let morning = 6 * 3600;
    assert_eq!(walk(night, &[(0, 1.0), (10, -1.0)]), ["10: entered in since 10"]);
    assert_eq!(walk(night, &[(morning, 1.0), (morning + 10, -1.0)]), Vec::<String>::new());
    let again = 21 * 3600;
    assert_eq!(
        walk(night, &[(morning, 1.0), (morning + 10, -1.0), (again, 1.0)]),
        [format!("{again}: left in since {again}")]
    );
}

#[test]
fn presence_is_empty_away_from_zones_and_moves_to_a_new_set_by_id() {
    let old = zones(&[
        ("a", CIRCLE, r#"{"type":"Point","coordinates":[50,0]}"#),
        ("b", CIRCLE, r#"{"type":"Point","coordinates":[0,0]}"#),
    ]);
    let new = zones(&[("b", CIRCLE, r#"{"type":"Point","coordinates":[0,0]}"#)]);
    let mut presence = Presence::default();
    let mut out = Vec::new();
    presence.step(&old, &hits(&old, 0.0, 0.0), &reading(Time::from_seconds(0), Sighting::First), &mut out);
    assert_eq!(presence.relation(ZoneIx(1)), Some(Relation::In));
    presence.renumber(&old, &new);
    assert_eq!(presence.iter().collect::<Vec<_>>(), [(ZoneIx(0), Relation::In)]);
    presence.step(&new, &[], &reading(Time::from_seconds(60), Sighting::Next), &mut out);
    assert!(presence.is_empty() && matches!(out[..], [Crossing::Left { zone: ZoneIx(0), .. }]));
}

#[test]
fn months_and_hours_switch_zones_and_the_next_change_is_known() {
    let point = r#"{"type":"Point","coordinates":[0,0]}"#;
    let time = |text: &str| Time::parse(text).unwrap();
    let active = |zones: &ZoneSet, text: &str| zones.zones()[0].active(time(text));
    let night = zone(r#""kind":"area","radius_nm":1,"hours_utc":"20:00-05:00""#, point);
    assert!(active(&night, "2026-03-01T20:00:00Z") && active(&night, "2026-03-02T04:59:59Z"));
    assert!(!active(&night, "2026-03-02T05:00:00Z") && !active(&night, "2026-03-01T19:59:59Z"));
    assert_eq!(night.next_change(time("2026-03-01T12:00:00Z")), Some(time("2026-03-01T20:00:00Z")));
    assert_eq!(night.next_change(time("2026-03-01T20:00:00Z")), Some(time("2026-03-02T05:00:00Z")));
    let winter = zone(r#""kind":"area","radius_nm":1,"months":"[10,11,12]","hours_utc":null"#, point);
    assert!(active(&winter, "2026-10-01T00:00:00Z") && active(&winter, "2026-12-31T23:59:59.999Z"));
    assert!(!active(&winter, "2026-09-30T23:59:59Z") && !active(&winter, "2027-01-01T00:00:00Z"));
    assert_eq!(winter.next_change(time("2026-10-05T00:00:00Z")), Some(time("2027-01-01T00:00:00Z")));
    assert_eq!(winter.next_change(time("2027-01-01T00:00:00Z")), Some(time("2027-10-01T00:00:00Z")));
    let both = zone(r#""kind":"area","radius_nm":1,"months":[12],"hours_utc":"22:00-02:00""#, point);
    assert!(active(&both, "2026-12-31T23:30:00Z") && !active(&both, "2027-01-01T01:00:00Z"));
    assert_eq!(both.next_change(time("2026-12-31T23:30:00Z")), Some(time("2027-01-01T00:00:00Z")));
    let always = zone(r#""kind":"area","radius_nm":1"#, point);
    assert_eq!(always.next_change(time("2026-01-01T00:00:00Z")), None);
}
