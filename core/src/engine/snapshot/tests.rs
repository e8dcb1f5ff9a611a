//! Engines restored from snapshots, whole and damaged.

use std::sync::Arc;

use super::*;
use crate::ais::{Line, SourceId};
use crate::alerts::Change;
use crate::engine::Settings;
use crate::testing::{AREA, chart, engine, lines};

const SCRIPT: &str = "
    ALFA 224000001 type=70 every=60
      12:00 28.0 -17.0
      stop 90
      go 90 12 60
      stop 80";

fn feed(engine: &mut Engine, lines: &[String], out: &mut Vec<Change>) {
    for line in lines {
        engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, out);
    }
}

/// Adds a zone in front of the first, which changes the index of every zone.
fn more_zones() -> String {
    let other = r#""features":[{"type":"Feature","properties":{"id":"other","name":"Other","kind":"area","weight":0},
        "geometry":{"type":"Polygon","coordinates":[[[-40,24],[-36,24],[-36,30],[-40,30],[-40,24]]]}},"#;
    AREA.replacen(r#""features":["#, other, 1)
}

#[test]
fn a_snapshot_made_after_zones_changed_restores_under_the_new_zones() {
    let settings = Settings::default();
    let (lines, zones) = (lines(SCRIPT), more_zones());
    let (first, second) = lines.split_at(lines.len() / 3);
    let (second, third) = second.split_at(second.len() / 2);
    let mut one = engine(&settings, AREA);
    let mut out = Vec::new();
    feed(&mut one, first, &mut out);
    one.replace(&settings, Arc::new(chart(&zones)), &mut out);
    feed(&mut one, second, &mut out);
    let mut other = engine(&settings, &zones);
    other.restore(&one.save()).expect("a snapshot of the same program");
    let (mut told, mut told_by_other) = (Vec::new(), Vec::new());
    for (engine, out) in [(&mut one, &mut told), (&mut other, &mut told_by_other)] {
        feed(engine, third, out);
        engine.finish(out);
    }
    assert!(!told.is_empty());
    assert_eq!(told, told_by_other);
}

#[test]
fn a_damaged_or_foreign_snapshot_is_refused_and_never_panics() {
    let settings = Settings::default();
    let mut one = engine(&settings, AREA);
    feed(&mut one, &lines(SCRIPT), &mut Vec::new());
    let whole = one.save();
    let fresh = || engine(&settings, AREA);
    assert_eq!(fresh().restore(&whole), Ok(()));
    for length in [0, 1, 7, 100, whole.len() / 2, whole.len() - 1] {
        assert!(fresh().restore(&whole[..length]).is_err(), "{length} bytes of it");
    }
    assert!(fresh().restore(&[whole.as_slice(), b"x"].concat()).is_err());
    let mut fewer = settings.clone();
    fewer.behaviours.loitering.enabled = false;
    let refused = engine(&fewer, AREA).restore(&whole).expect_err("a behaviour too many");
    assert!(refused.to_string().contains("behaviours instead of"), "{refused}");
    let mut chance = fastrand::Rng::with_seed(4);
    for _ in 0..50 {
        let mut damaged = whole.clone();
        let place = chance.usize(0..damaged.len());
        damaged[place] ^= 1 << chance.u8(0..8);
        // In production the checksum keeps damaged bytes away from here. Without it they may be accepted, but must not panic.
        let _ = fresh().restore(&damaged);
    }
}
