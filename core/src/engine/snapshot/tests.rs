//! Engines restored from snapshots, whole and damaged.

use std::sync::Arc;

use super::*;
use crate::ais::{Line, SourceId};
use crate::alerts::Change;
use crate::engine::Settings;
use crate::testing::{AREA, chart, engine, lines, save_at_work};

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

/// Ships enough for many slices, some of which are first heard while the state is saved.
fn fleet() -> Vec<String> {
    let mut script = String::new();
    for ship in 0..40 {
        let lat = 25.0 + f64::from(ship) * 0.1;
        script += &format!(
            "S{ship:02} {} type=70 every=60\n 12:{ship:02} {lat:.1} -17.0\n go 90 12 100\n",
            224_000_100 + ship
        );
    }
    lines(&script)
}

/// The state of an engine restored from these parts, in one piece.
fn state_of(settings: &Settings, first: &[u8], others: Vec<Vec<u8>>) -> Vec<u8> {
    let mut engine = engine(settings, AREA);
    engine.restore_parts(first, others).expect("a snapshot of the same program");
    engine.save()
}

#[test]
fn a_snapshot_made_in_slices_is_the_state_at_its_beginning() {
    for shards in [1, 2, 7] {
        let mut settings = Settings::default();
        settings.tracks.lanes = shards;
        let lines = fleet();
        let (before, after) = lines.split_at(lines.len() / 4);
        let mut one = engine(&settings, AREA);
        feed(&mut one, before, &mut Vec::new());
        let at_once = one.save();
        let (first, others) = save_at_work(one, after);
        assert!(8 < others.len(), "{} slices", others.len());
        let mut checked = engine(&settings, AREA);
        checked.check_first(&first).expect("sound");
        others.iter().for_each(|part| checked.check_next(part).expect("sound"));
        checked.checked().expect("complete");
        let mut missing = others.clone();
        missing.remove(others.len() / 2);
        assert!(engine(&settings, AREA).restore_parts(&first, missing).is_err(), "a part is missing");
        let twice = others.iter().chain(&others[3..4]).cloned();
        assert!(engine(&settings, AREA).restore_parts(&first, twice).is_err(), "a part comes twice");
        assert!(state_of(&settings, &first, others) == state_of(&settings, &at_once, Vec::new()), "{shards} shards");
    }
}

#[test]
fn a_save_that_is_abandoned_leaves_the_next_one_whole() {
    let settings = Settings::default();
    let lines = fleet();
    let mut one = engine(&settings, AREA);
    feed(&mut one, &lines[..lines.len() / 2], &mut Vec::new());
    one.begin_save(&mut Vec::new());
    assert!(one.save_some(1, &mut Vec::new()));
    feed(&mut one, &lines[lines.len() / 2..], &mut Vec::new());
    one.end_save();
    let mut rest = Vec::new();
    assert!(!one.save_some(usize::MAX, &mut rest) && rest.is_empty(), "nothing is left of the first save");
    let at_once = one.save();
    let (first, others) = save_at_work(one, &[]);
    assert!(state_of(&settings, &first, others) == state_of(&settings, &at_once, Vec::new()));
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
