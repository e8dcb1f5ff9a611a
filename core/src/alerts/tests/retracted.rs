//! What a retracted alert leaves behind: nothing that counts for or against a later one.

use super::*;
use crate::alerts::ChangeKind;
use crate::behaviours::Doubt;

/// A sea with the cargo ship, and its slow hour from `from` minutes after noon on, which opened and ended.
fn loiters(sea: &mut Sea, from: i64) -> Vec<Change> {
    let (key, ix) = sea.ship(CARGO);
    let subject = Subject::one(key, ix);
    let mut changes =
        sea.take(minute(from + 60), vec![holds(Behaviour::Loitering, subject.clone(), slow(from, from + 60))]);
    let ended_at = minute(from + 90);
    sea.take(ended_at, vec![over(Behaviour::Loitering, subject, ended_at, End::UnderWayAgain)]);
    changes.extend(sea.wake(minute(from + 150)));
    changes
}

/// Declares the positions of the cargo ship false from `from` to `until`, in minutes after noon.
fn doubted(sea: &mut Sea, from: i64, until: i64) -> Vec<Change> {
    let doubt = Doubt { mmsi: Mmsi(CARGO.mmsi), since: minute(from), until: Some(minute(until)) };
    let kind = SignalKind::Mutes { vessels: vec![doubt] };
    let subject = Subject { vessels: Vec::new(), zone_id: String::new() };
    sea.take(minute(until), vec![Signal { behaviour: Behaviour::Interference, subject, kind }])
}

#[track_caller]
fn has_line(changes: &[Change], code: &str) -> bool {
    assert_eq!(changes[0].change, ChangeKind::Opened);
    changes[0].alert.score_reasons.iter().any(|line| line.code == code)
}

#[test]
fn an_alert_on_false_positions_makes_no_repeat_of_a_later_one() {
    let mut sea = Sea::new();
    loiters(&mut sea, 0);
    let retracted = doubted(&mut sea, -60, 200);
    assert_eq!(retracted.iter().map(|change| change.change).collect::<Vec<_>>(), [ChangeKind::Retracted]);
    assert!(!has_line(&loiters(&mut sea, 300), "repeat"));
    assert!(has_line(&loiters(&mut sea, 600), "repeat"), "the second one stands");
}

#[test]
fn an_earlier_alert_still_makes_a_repeat_when_a_later_one_is_retracted() {
    let mut sea = Sea::new();
    loiters(&mut sea, 0);
    loiters(&mut sea, 300);
    assert_eq!(doubted(&mut sea, 290, 500).len(), 1);
    assert!(has_line(&loiters(&mut sea, 600), "repeat"));
}

#[test]
fn a_meeting_that_was_none_gives_no_points_to_a_change_of_draught() {
    let after_meeting = |retracted: bool| {
        let mut sea = Sea::new();
        let pair = Subject::pair(sea.ship(CARGO), sea.ship(FISHING));
        sea.take(minute(40), vec![holds(Behaviour::Rendezvous, pair.clone(), near())]);
        sea.take(minute(60), vec![over(Behaviour::Rendezvous, pair.clone(), minute(50), End::Apart)]);
        sea.wake(minute(120));
        if retracted {
            let kind = SignalKind::Disproved { started_at: minute(0), reason: End::NeverApart };
            let changes = sea.take(minute(130), vec![Signal { behaviour: Behaviour::Rendezvous, subject: pair, kind }]);
            assert_eq!(changes[0].change, ChangeKind::Retracted);
        }
        let (key, ix) = sea.ship(CARGO);
        let changes =
            sea.take(minute(210), vec![holds(Behaviour::DraughtChange, Subject::one(key, ix), slow(150, 210))]);
        has_line(&changes, "after_meeting")
    };
    assert!(after_meeting(false));
    assert!(!after_meeting(true));
}

#[test]
fn an_alert_that_a_late_report_changes_is_no_repeat_of_itself() {
    let mut sea = Sea::new();
    let (key, ix) = sea.ship(CARGO);
    let subject = Subject::one(key, ix);
    loiters(&mut sea, 0);
    let reopened = sea.take(minute(200), vec![holds(Behaviour::Loitering, subject.clone(), slow(0, 200))]);
    assert_eq!(reopened[0].reason, "a late report shows that it continues");
    assert!(reopened[0].alert.score_reasons.iter().all(|line| line.code != "repeat"));

    let gap = |until: i64| {
        let mut holding = slow(300, until);
        holding.facts = facts::heard_again(ais_gap::Form::LongSilent).into();
        holding.base = vec![("ais_gap", 30)];
        holding
    };
    let closes = |until: i64| {
        let holding = Box::new(gap(until));
        let kind = SignalKind::Closes { ended_at: minute(until), reason: End::HeardAgain, holding };
        Signal { behaviour: Behaviour::AisGap, subject: subject.clone(), kind }
    };
    sea.take(minute(420), vec![holds(Behaviour::AisGap, subject.clone(), gap(420))]);
    sea.take(minute(500), vec![closes(500)]);
    let corrected = sea.take(minute(600), vec![closes(480)]);
    assert_eq!(corrected[0].reason, "corrected by a later report");
    assert!(corrected[0].alert.score_reasons.iter().all(|line| line.code != "repeat"));
}
