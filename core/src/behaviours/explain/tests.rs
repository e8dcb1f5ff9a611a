//! What behaviours answer when they are asked about a vessel.

use crate::base::time::Time;
use crate::base::units::Mmsi;
use crate::behaviours::Behaviour;
use crate::behaviours::NAMES;
use crate::testing::{area_with, engine, lines, only};

fn at(script: &str, zones: &str, settings: &crate::engine::Settings, until: Time) -> crate::engine::Explained {
    let mut engine = engine(settings, zones);
    engine.hold_at(until);
    let mut out = Vec::new();
    for line in lines(script) {
        let line = crate::ais::Line { source: crate::ais::SourceId(0), received: None, bytes: line.as_bytes() };
        engine.line(line, &mut out);
    }
    engine.finish(&mut out);
    engine.explain(Mmsi(224_000_001)).remove(0)
}

const SCRIPT: &str = "ALFA 224000001 type=70 jitter=0\n 12:00 28 -17\n go 90 10 60\n stop 120";

#[test]
fn every_behaviour_gives_its_conditions() {
    let until = Time::from_utc(2026, 3, 1, 13, 40, 0).expect("a time");
    let told = at(SCRIPT, &area_with(""), &crate::engine::Settings::default(), until);
    let silent = told.behaviours.iter().filter(|(_, told)| told.is_empty()).map(|(name, _)| *name);
    assert_eq!(silent.collect::<Vec<_>>(), [], "behaviours without conditions");
    assert_eq!(told.behaviours.len(), NAMES.len());
}

#[test]
fn a_count_that_is_too_short_is_the_condition_that_is_not_met() {
    let missing = |minute: u32| {
        let until = Time::from_utc(2026, 3, 1, 13, minute, 0).expect("a time");
        let told = at(SCRIPT, &area_with(""), &only("loitering"), until);
        let slow = &told.behaviours[0].1[0];
        let not_met = slow.conditions.iter().filter(|condition| !condition.met);
        not_met.map(|condition| (condition.name, condition.measured.clone())).collect::<Vec<_>>()
    };
    assert_eq!(missing(40), [("slow_minutes", serde_json::json!(41.0))]);
    let outside = SCRIPT.replace("28 -17", "20 -40");
    let until = Time::from_utc(2026, 3, 1, 14, 50, 0).expect("a time");
    let told = at(&outside, &area_with(""), &only("loitering"), until);
    let not_met: Vec<_> = told.behaviours[0].1[0].conditions.iter().filter(|condition| !condition.met).collect();
    assert_eq!(not_met[0].name, "watched");
}

/// Whether one form of the behaviour has all its conditions met at that minute after noon.
fn all_met(behaviour: Behaviour, script: &str, minute: u32) -> bool {
    let until = Time::from_utc(2026, 3, 1, 12 + minute / 60, minute % 60, 0).expect("a time");
    let told = at(script, &area_with(""), &only(behaviour.name()), until);
    told.behaviours[0].1.iter().any(super::Explanation::met)
}

#[test]
fn what_is_open_has_its_conditions_met_and_what_is_not_yet_has_not() {
    let boat = "ALFA 224000001 type=37 class=B dims=5,5,2,2\n 12:00 27 -18\n go 0 8 60\n stop 240";
    assert!(!all_met(Behaviour::SmallCraftStop, boat, 230) && all_met(Behaviour::SmallCraftStop, boat, 260));
    let twin = "ALFA 224000001 type=70\n 12:00 28 -17\n go 90 10 120";
    let other = format!("{twin}\nTWIN 224000001 type=70 mute\n 13:00 26 -20\n go 90 10 60");
    for behaviour in [Behaviour::PositionJump, Behaviour::IdentityConflict] {
        assert!(!all_met(behaviour, twin, 80) && !all_met(behaviour, &other, 58), "{behaviour}");
    }
    // The older track is explained first; the jump belongs to the other.
    assert!(all_met(Behaviour::IdentityConflict, &other, 80));
    let drop = "ALFA 224000001 type=70 dims=60,60,10,10\n 12:00 28 -18\n go 90 12 180\n go 90 3 30\n go 90 12 300";
    let collected = format!("{drop}\nBOAT 224000002 type=37 class=B\n 16:00 27.6 -17.305\n go 0 12 120\n stop 60");
    assert!(!all_met(Behaviour::AsyncRendezvous, drop, 390) && all_met(Behaviour::AsyncRendezvous, &collected, 390));
}
