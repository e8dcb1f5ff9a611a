//! The grade of a marking by the stations that heard the vessels, and when settings take effect.

use super::*;
use crate::alerts::Handling;
use crate::alerts::handling::{HandlingSettings, InfoGrade, Reality, SourceGrade};
use crate::behaviours::Behaviour;

/// The marking of a meeting at its first line, with the stations that heard each ship.
fn meeting(first: &[u16], second: &[u16]) -> Handling {
    let mut sea = Sea::new();
    let mut heard = |ship: Ship, stations: &[u16]| {
        sea.says(ship);
        let all = stations.iter().map(|station| {
            sea.station = *station;
            sea.heard(ship, minute(i64::from(*station)))
        });
        all.last().expect("a station")
    };
    let (a, b) = (heard(CARGO, first), heard(FISHING, second));
    sea.opens(Behaviour::Rendezvous, Subject::pair(a, b), near()).handling.clone()
}

#[test]
fn an_alert_is_corroborated_only_if_two_stations_heard_every_ship() {
    let grade = |first: &[u16], second: &[u16]| {
        let handling = meeting(first, second);
        assert_eq!(handling.source_grade, SourceGrade::B);
        handling.info_grade
    };
    assert_eq!(grade(&[1], &[1]), InfoGrade::Four);
    assert_eq!(grade(&[1], &[2]), InfoGrade::Four, "no other station heard either of them");
    assert_eq!(grade(&[1, 2], &[2]), InfoGrade::Four);
    assert_eq!(grade(&[1, 2], &[2, 3]), InfoGrade::Three);
    assert_eq!(grade(&[0, 2], &[2, 3]), InfoGrade::Four, "an unnamed station does not count");
    assert_eq!(grade(&[2, 2], &[2, 3]), InfoGrade::Four);
}

#[test]
fn a_small_craft_makes_it_personal_data_and_retention_counts_from_the_day_it_opened() {
    let handling = meeting(&[1], &[1]);
    assert!(handling.personal_data, "a fishing vessel");
    assert_eq!(handling.retain_until, time("2027-03-01T00:00:00Z"));
    let mut sea = Sea::new();
    let (key, ix) = sea.ship(CARGO);
    let alert = sea.opens(Behaviour::Loitering, Subject::one(key, ix), slow(0, 60));
    assert!(!alert.handling.personal_data, "a cargo ship");
}

#[test]
fn new_settings_apply_from_the_next_line_on() {
    let mut sea = Sea::new();
    let (key, ix) = sea.ship(CARGO);
    assert_eq!(sea.opens(Behaviour::Loitering, Subject::one(key, ix), slow(0, 60)).handling.reality, Reality::Actual);
    let handling = HandlingSettings { reality: Reality::Exercise, retain_days: 30, ..HandlingSettings::default() };
    sea.book.configure(Settings::default(), ScoreSettings::default(), handling);
    let changes = sea.take(minute(95), vec![holds(Behaviour::Loitering, Subject::one(key, ix), slow(0, 95))]);
    let marking = &changes.first().expect("a line").alert.handling;
    assert_eq!((marking.reality, marking.retain_until), (Reality::Exercise, time("2026-03-31T00:00:00Z")));
}
