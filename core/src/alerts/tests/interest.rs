//! Vessels without interest, and daily habits of a vessel.

use super::*;
use crate::behaviours::{AtAnchor, Behaviour};

/// The ship lies here for this many hours until noon.
fn lies(sea: &mut Sea, ship: Ship, hours: i64) {
    for half in -2 * hours..=0 {
        sea.episodes.lying.take(key(ship), minute(30 * half), HERE, Some(0.1));
    }
}

/// The ship arrives here at 12 kn, before noon.
fn sails(sea: &mut Sea, ship: Ship) {
    for (at, south) in [(-30, 2.0 / 60.0), (-20, 0.0)] {
        let there = Some((HERE.lat - south, HERE.lon));
        let position = Position::new(ship.class, ship.message_type, there, Some(12.0), Some(0.0), None, None);
        sea.report(ship, minute(at), Body::Position(position));
    }
}

fn last_line(alert: &Alert) -> (i32, String) {
    let last = alert.score_reasons.last().expect("a line");
    (alert.score, last.text.clone())
}

#[test]
fn a_held_vessel_and_one_beside_held_vessels_are_facts() {
    for (hours, is_fact) in [(23, false), (25, true)] {
        let mut sea = Sea::new();
        lies(&mut sea, CARGO, hours);
        let (key, ix) = sea.ship(CARGO);
        let holding = sea.in_c07(slow(0, 60));
        let alert = sea.opens(Behaviour::Loitering, Subject::one(key, ix), holding);
        assert_eq!((alert.score <= 19, alert.announced), (is_fact, !is_fact), "{hours} h");
        let (key, ix) = sea.ship(Ship { mmsi: 636_000_003, ..CARGO });
        let holding = sea.in_c07(slow(0, 60));
        let beside = sea.opens(Behaviour::Loitering, Subject::one(key, ix), holding);
        assert_eq!(beside.score <= 19, is_fact, "{hours} h");
    }
}

#[test]
fn a_meeting_with_a_vessel_that_never_sailed_is_a_fact_and_with_one_at_anchor_for_days_is_not() {
    for (sailed, is_fact) in [(false, true), (true, false)] {
        let mut sea = Sea::new();
        lies(&mut sea, CARGO, 48);
        if sailed {
            sails(&mut sea, CARGO);
        }
        let (a, b) = (sea.ship(CARGO), sea.ship(FISHING));
        let alert = sea.opens(Behaviour::Rendezvous, Subject::pair(a, b), near());
        assert_eq!(alert.score <= 19, is_fact, "{:?}", last_line(&alert));
    }
}

#[test]
fn a_slowdown_shown_only_by_a_hole_is_a_fact_that_states_its_length() {
    let mut sea = Sea::new();
    let (key, ix) = sea.ship(CARGO);
    let mut holding = sea.in_c07(slow(0, 90));
    (holding.facts, holding.base) = (facts::slows_over_hole(90).into(), vec![("slowdown", 25)]);
    let alert = sea.opens(Behaviour::Slowdown, Subject::one(key, ix), holding);
    assert_eq!(
        last_line(&alert),
        (19, "Shown only by a gap of 1 h 30 min between reports: recorded as a fact".to_owned())
    );
}

#[test]
fn the_anchored_line_states_its_evidence() {
    let line = |at_anchor: AtAnchor| {
        let mut sea = Sea::new();
        let (key, ix) = sea.ship(CARGO);
        let mut holding = sea.in_c07(slow(0, 60));
        holding.anchored = true;
        let mut facts = facts::loiters(loitering::Form::Slow, 60);
        facts.measured.at_anchor = Some(at_anchor);
        holding.facts = facts.into();
        last_line(&sea.opens(Behaviour::Loitering, Subject::one(key, ix), holding)).1
    };
    let (anchored_nm, anchored_hours) = (0.04.into(), 4.5.into());
    assert_eq!(
        line(AtAnchor::Swing { anchored_nm, anchored_hours }),
        "Has lain within 0.04 nm for 4.5 h, whatever its reported status"
    );
    assert_eq!(
        line(AtAnchor::Still { anchored_nm, anchored_hours }),
        "Lies within 0.04 nm, never under way since first heard"
    );
    assert_eq!(line(AtAnchor::Status { anchored_nm }), "Reports itself at anchor or moored, and hardly moves");
}
