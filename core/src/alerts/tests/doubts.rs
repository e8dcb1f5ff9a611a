//! Other explanations: caps that no case lifts, each with its counterexample.

use super::*;
use crate::behaviours::Behaviour;

/// Opens an alert with these measurements, for vessels whose case has the highest score.
fn grave(behaviour: Behaviour, form: Form, measured: &[(&str, serde_json::Value)]) -> Arc<Alert> {
    let mut sea = Sea::new();
    sea.case_score = 100;
    let parties = Subject::pair(sea.ship(CARGO), sea.ship(FISHING));
    let mut holding = near();
    holding.form = form;
    holding.base = vec![(behaviour.name(), 60)];
    for (key, value) in measured {
        holding.measured.insert((*key).to_owned(), value.clone());
    }
    sea.opens(behaviour, parties, holding)
}

#[track_caller]
fn last_line(alert: &Alert) -> (i32, String) {
    let reason = alert.score_reasons.last().expect("a line");
    (alert.score, reason.text.clone())
}

#[test]
fn more_than_five_possible_vessels_make_a_fact_whatever_the_case() {
    let many = grave(Behaviour::DarkRendezvous, dark_rendezvous::Form::OneOfMany.into(), &[("possible", json!(8))]);
    assert_eq!(
        last_line(&many),
        (19, "8 silent vessels could have come: too many to single one out; recorded as a fact".to_owned())
    );
    assert!(!many.announced);
    let stops = grave(
        Behaviour::DarkRendezvous,
        dark_rendezvous::Form::ManyStops.into(),
        &[("possible", json!(1)), ("stops_within_reach", json!(4))],
    );
    assert_eq!(
        last_line(&stops),
        (19, "Its silence leaves time for 4 stops: too many to single one out; recorded as a fact".to_owned())
    );
    let few = grave(Behaviour::DarkRendezvous, dark_rendezvous::Form::Possible.into(), &[("possible", json!(5))]);
    assert!(few.announced && 60 <= few.score, "{:?}", lines_of(&few));
}

#[test]
fn a_usual_silence_or_one_that_ends_where_it_began_is_at_most_low() {
    let usual =
        [("silence_usual_of", json!("feed")), ("others_fell_silent", json!(8.5)), ("others_heard_hours", json!(811))];
    let text = "8 other vessels went silent on this feed in 811 vessel-hours: silence is common here, limited to low";
    assert_eq!(last_line(&grave(Behaviour::AisGap, ais_gap::Form::LongSilent.into(), &usual)), (39, text.to_owned()));
    let in_place = grave(Behaviour::AisGap, ais_gap::Form::InPlace.into(), &[("distance_nm", json!(0.1))]);
    let text = "Heard again 0.1 nm from where it went silent, not under way: limited to low";
    assert_eq!(last_line(&in_place), (39, text.to_owned()));
    let out = grave(Behaviour::AisGap, ais_gap::Form::OutOfReach.into(), &[("out_of_reach_minutes", json!(20))]);
    let text = "Its course left the feed's coverage within 20 min: recorded as a fact";
    assert_eq!(last_line(&out), (19, text.to_owned()));
    let own = grave(
        Behaviour::AisGap,
        ais_gap::Form::LongSilent.into(),
        &[("distance_nm", json!(0.1)), ("own_record_percent", json!(99))],
    );
    assert!(60 <= own.score);
}

#[test]
fn a_stop_expected_by_chance_stays_a_fact() {
    let found = |form: async_rendezvous::Form, craft: i32| {
        let measured = [("expected_by_chance", json!(2.4)), ("craft_stopped_there", json!(craft))];
        grave(Behaviour::AsyncRendezvous, form.into(), &measured)
    };
    let text = "2.4 such stops expected there by chance alone: recorded as a fact";
    assert_eq!(last_line(&found(async_rendezvous::Form::ByChance, 1)), (19, text.to_owned()));
    let text = "6 craft stopped there since, too many to single one out: recorded as a fact";
    assert_eq!(last_line(&found(async_rendezvous::Form::Crowd, 6)), (19, text.to_owned()));
    assert!(60 <= found(async_rendezvous::Form::Collected, 5).score);
}

#[test]
fn a_boat_that_collects_among_its_fleet_is_at_most_low() {
    let boat = |number: u32| Ship { mmsi: 263_000_100 + number, ..FISHING };
    let collects = |boats: u32| {
        let mut sea = Sea::new();
        let collector =
            (0..boats).map(|number| sea.ship(boat(number))).fold(None, |_, ship| Some(ship)).expect("a boat");
        let mut holding = near();
        holding.form = async_rendezvous::Form::Collected.into();
        holding.base = vec![("async_rendezvous", 60)];
        holding.measured.insert("collector_mmsi".to_owned(), json!(collector.0.mmsi.0));
        let subject = Subject::pair(sea.ship(CARGO), collector);
        sea.opens(Behaviour::AsyncRendezvous, subject, holding)
    };
    assert_eq!(last_line(&collects(6)), (39, "6 fishing vessels within 10 nm: a fleet, limited to low".to_owned()));
    assert!(60 <= collects(5).score);
}
