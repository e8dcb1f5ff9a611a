//! Other explanations: caps that no case lifts, each with its counterexample.

use super::*;
use crate::behaviours::ais_gap::facts::UsualSilence;
use crate::behaviours::{AnyFacts, Behaviour};
use crate::picture::coverage::Usual;

/// Opens an alert with these facts, for vessels whose case has the highest score.
fn grave(facts: impl Into<AnyFacts>) -> Arc<Alert> {
    let mut sea = Sea::new();
    sea.case_score = 100;
    let parties = Subject::pair(sea.ship(CARGO), sea.ship(FISHING));
    let mut holding = near();
    holding.facts = facts.into();
    let behaviour = holding.facts.form().behaviour();
    holding.base = vec![(behaviour.name(), 60)];
    sea.opens(behaviour, parties, holding)
}

#[track_caller]
fn last_line(alert: &Alert) -> (i32, String) {
    let reason = alert.score_reasons.last().expect("a line");
    (alert.score, reason.text.clone())
}

#[test]
fn more_than_five_possible_vessels_make_a_fact_whatever_the_case() {
    use dark_rendezvous::Form;
    let many = grave(facts::may_have_met(Form::OneOfMany, 8, 1));
    assert_eq!(
        last_line(&many),
        (19, "8 silent vessels could have come: too many to single one out; recorded as a fact".to_owned())
    );
    assert!(!many.announced);
    let stops = grave(facts::may_have_met(Form::ManyStops, 1, 4));
    assert_eq!(
        last_line(&stops),
        (19, "Its silence leaves time for 4 stops: too many to single one out; recorded as a fact".to_owned())
    );
    let few = grave(facts::may_have_met(Form::Possible, 5, 1));
    assert!(few.announced && 60 <= few.score, "{:?}", lines_of(&few));
}

#[test]
fn a_usual_silence_or_one_that_ends_where_it_began_is_at_most_low() {
    use ais_gap::Form;
    let mut usual = facts::falls_silent(Form::LongSilent, 180);
    let usual_silence = Some(UsualSilence {
        silence_usual_of: Usual::Feed,
        silences_of_others: 572.9.into(),
        others_heard_hours: 4937.0.into(),
    });
    usual.measured.usual_silence = usual_silence;
    let text =
        "About 570 silences of other vessels on this feed in 4900 vessel-hours: silence is common here, limited to low";
    let usual = grave(usual);
    assert_eq!(last_line(&usual), (39, text.to_owned()));
    assert!(usual.summary.contains(" on a feed where silences are common"), "{}", usual.summary);
    let mut heard = facts::falls_silent(Form::LongSilent, 180);
    heard.measured.own_record_percent = Some(99.0.into());
    let slots = "heard in at least 99 % of the 10-minute slots of the day before)";
    let record = |facts| grave(facts).summary.split_once("(for at least").expect("how long").1.to_owned();
    assert!(record(heard.clone()).contains(&format!("good reception ({slots}")), "{}", record(heard.clone()));
    heard.measured.usual_silence = usual_silence;
    assert!(
        record(heard.clone()).contains(&format!("are common (this vessel itself was {slots}")),
        "{}",
        record(heard.clone())
    );
    heard.measured.own_record_percent = Some(100.0.into());
    assert!(record(heard.clone()).contains("heard in every 10-minute slot of the day before)"), "{}", record(heard));
    assert!(!usual.summary.contains("good reception"), "{}", usual.summary);
    let text = "Heard again 0.1 nm from where it went silent, not under way: limited to low";
    assert_eq!(last_line(&grave(facts::heard_again(Form::InPlace))), (39, text.to_owned()));
    let mut out = facts::falls_silent(Form::OutOfReach, 180);
    out.measured.out_of_reach_minutes = Some(20.0.into());
    let text = "Its course left the feed's coverage within 20 min: recorded as a fact";
    assert_eq!(last_line(&grave(out)), (19, text.to_owned()));
    let mut own = facts::heard_again(Form::LongSilent);
    own.measured.own_record_percent = Some(99.0.into());
    assert!(60 <= grave(own).score);
}

#[test]
fn a_stop_expected_by_chance_stays_a_fact() {
    let found = |form: async_rendezvous::Form, craft: usize| grave(facts::collects(form, craft, Mmsi(0)));
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
        holding.facts = facts::collects(async_rendezvous::Form::Collected, 1, collector.0.mmsi).into();
        holding.base = vec![("async_rendezvous", 60)];
        let subject = Subject::pair(sea.ship(CARGO), collector);
        sea.opens(Behaviour::AsyncRendezvous, subject, holding)
    };
    assert_eq!(last_line(&collects(6)), (39, "6 fishing vessels within 10 nm: a fleet, limited to low".to_owned()));
    assert!(60 <= collects(5).score);
}
