//! Meetings of ships whose positions are known to a tenth of a minute only.

use crate::ais::encode::{Envelope, Message, Motion};
use crate::ais::{Line, SourceId};
use crate::base::time::{Span, Time};
use crate::base::units::Mmsi;
use crate::testing::{AREA, engine, only};

/// Two ships that lie 60 m apart and are heard by satellite every few minutes: both round to the same tenth of a minute.
fn two_by_satellite() -> Vec<String> {
    let noon = Time::parse("2026-03-01T12:00:00Z").expect("a time");
    let mut lines = Vec::new();
    for minute in (0..180).step_by(4) {
        for (mmsi, lat) in [(224_000_001, 28.0001), (235_000_777, 28.0006)] {
            let course = Some(f64::from(minute % 360));
            let motion =
                Motion { lat_lon: Some((lat, -17.0)), sog_knots: Some(0.0), cog_degrees: course, ..Motion::default() };
            let time = Some(noon + Span::from_minutes(minute.into()));
            lines.extend(Message::long_range(Mmsi(mmsi), &motion).sentences(&Envelope { time, ..Envelope::default() }));
        }
    }
    lines
}

#[test]
fn a_distance_is_not_told_finer_than_the_positions() {
    let mut engine = engine(&only("rendezvous"), AREA);
    let mut changes = Vec::new();
    for line in two_by_satellite() {
        engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut changes);
    }
    engine.finish(&mut changes);
    let told = &changes.last().expect("a meeting").alert;
    let codes: Vec<&str> = told.score_reasons.iter().map(|line| line.code.as_str()).collect();
    assert!(codes.contains(&"near") && !codes.contains(&"close"), "{codes:?}: {}", told.summary);
    let nearest = told.evidence.measured["min_distance_metres"].as_f64().expect("metres");
    assert!((180.0..=260.0).contains(&nearest), "{nearest}");
}
