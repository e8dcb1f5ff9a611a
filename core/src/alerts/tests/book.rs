//! The life of an alert: opened, updated, pending, resumed, ended; grouped, bounded, repeated.

use super::*;
use crate::alerts::{ChangeKind, Severity, Status};
use crate::behaviours::Behaviour;

/// `HH:MM change revision reason` of every change.
fn published(changes: &[Change]) -> Vec<String> {
    let line = |change: &Change| {
        let kind = format!("{:?}", change.change).to_lowercase();
        format!("{} {kind} {} {}", change.at.clock(), change.revision, change.reason)
    };
    changes.iter().map(line).collect()
}

/// A sea with the cargo ship, slow since noon.
fn loitering() -> (Sea, Subject, Vec<Change>) {
    let mut sea = Sea::new();
    let (key, ix) = sea.ship(CARGO);
    let subject = Subject::one(key, ix);
    let changes = sea.take(minute(60), vec![holds(Behaviour::Loitering, subject.clone(), slow(0, 60))]);
    (sea, subject, changes)
}

#[test]
fn it_opens_once_and_a_line_comes_every_half_hour() {
    let (mut sea, subject, mut changes) = loitering();
    for at in 61..=125 {
        changes.extend(sea.take(minute(at), vec![holds(Behaviour::Loitering, subject.clone(), slow(0, at))]));
    }
    assert_eq!(
        published(&changes),
        [
            "13:00 opened 1 below 2 kn for 1 h 00 min",
            "13:30 updated 2 still going on",
            "14:00 updated 3 still going on"
        ]
    );
    let ids: std::collections::BTreeSet<_> = changes.iter().map(|change| &change.alert.id).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(sea.book.open()[0].last_at, minute(125));
}

#[test]
fn it_ends_exactly_an_hour_after_it_stopped_however_often_it_is_woken() {
    let (mut sea, subject, _) = loitering();
    let changes = sea.take(minute(95), vec![over(Behaviour::Loitering, subject, minute(80), End::UnderWayAgain)]);
    assert!(changes.is_empty());
    let open = sea.book.open();
    assert_eq!((open[0].status, open[0].ended_at), (Status::Open, Some(minute(80))));
    assert_eq!(sea.book.due(), Some(minute(140)));
    for at in [100, 120, 139] {
        assert!(sea.wake(minute(at)).is_empty());
    }
    let changes = sea.wake(minute(150));
    assert_eq!(published(&changes), ["14:20 ended 2 under way again"]);
    let alert = &changes[0].alert;
    assert_eq!((alert.status, alert.ended_at, alert.last_at), (Status::Ended, Some(minute(80)), minute(80)));
    assert!(sea.wake(minute(150)).is_empty());
    assert_eq!((sea.book.due(), sea.book.open().len()), (None, 0));
}

#[test]
fn a_behaviour_that_resumes_within_an_hour_keeps_its_alert_and_later_opens_a_new_one() {
    let (mut sea, subject, first) = loitering();
    sea.take(minute(80), vec![over(Behaviour::Loitering, subject.clone(), minute(70), End::UnderWayAgain)]);
    let changes = sea.take(minute(85), vec![holds(Behaviour::Loitering, subject.clone(), slow(80, 85))]);
    assert!(changes.is_empty(), "{:?}", published(&changes));
    let open = sea.book.open();
    assert_eq!((open[0].ended_at, open[0].started_at, &open[0].id), (None, minute(0), &first[0].alert.id));
    assert_eq!(sea.book.due(), None);
    sea.take(minute(100), vec![over(Behaviour::Loitering, subject.clone(), minute(90), End::UnderWayAgain)]);
    // At equal times the timer runs first, so the window has closed.
    let changes = sea.take(minute(150), vec![holds(Behaviour::Loitering, subject.clone(), slow(90, 150))]);
    assert_eq!(published(&changes), ["14:30 ended 2 under way again", "14:30 opened 1 below 2 kn for 1 h 00 min"]);
    assert_ne!(changes[1].alert.id, first[0].alert.id);
    // The first alert ended at 90, so the next one began after that.
    assert_eq!(changes[1].alert.started_at, minute(90) + Span::from_millis(1));
}

#[test]
fn a_late_report_that_overlaps_an_ended_alert_reopens_it() {
    let (mut sea, subject, first) = loitering();
    sea.take(minute(80), vec![over(Behaviour::Loitering, subject.clone(), minute(70), End::UnderWayAgain)]);
    assert_eq!(published(&sea.wake(minute(130))), ["14:10 ended 2 under way again"]);
    // Entirely within the published hours: no change.
    assert!(sea.take(minute(140), vec![holds(Behaviour::Loitering, subject.clone(), slow(5, 70))]).is_empty());
    let changes = sea.take(minute(140), vec![holds(Behaviour::Loitering, subject.clone(), slow(5, 120))]);
    assert_eq!(published(&changes), ["14:20 updated 3 a late report shows that it continues"]);
    let alert = &changes[0].alert;
    assert_eq!((&alert.id, alert.status, alert.ended_at), (&first[0].alert.id, Status::Open, None));
    assert_eq!((alert.started_at, alert.last_at), (minute(0), minute(120)));
    sea.take(minute(150), vec![over(Behaviour::Loitering, subject.clone(), minute(130), End::UnderWayAgain)]);
    let changes = sea.wake(minute(190));
    assert_eq!(published(&changes), ["15:10 ended 4 under way again"]);
    assert_eq!(changes[0].alert.ended_at, Some(minute(130)));
    // A behaviour that began after its end is another alert.
    let changes = sea.take(minute(260), vec![holds(Behaviour::Loitering, subject, slow(200, 260))]);
    assert_eq!(changes[0].change, ChangeKind::Opened);
    assert_ne!(changes[0].alert.id, first[0].alert.id);
}

#[test]
fn it_ends_at_once_when_lost_for_hours_or_without_its_zone() {
    let (mut sea, subject, _) = loitering();
    let changes = sea.take(minute(430), vec![over(Behaviour::Loitering, subject, minute(70), End::Lost)]);
    assert_eq!(published(&changes), ["19:10 ended 2 lost"]);
    let (mut sea, subject, _) = loitering();
    let removed = over(Behaviour::Loitering, subject.clone(), minute(70), End::ZoneGone);
    assert_eq!(published(&sea.take(minute(70), vec![removed])), ["13:10 ended 2 zone removed or inactive"]);
    // The same slow passage under another zone is not the same alert.
    let changes = sea.take(minute(71), vec![holds(Behaviour::Loitering, subject, slow(0, 71))]);
    assert_eq!(changes[0].change, ChangeKind::Opened);
    assert_eq!(changes[0].alert.started_at, minute(70) + Span::from_millis(1));
}

#[test]
fn an_earlier_start_is_adopted_and_the_id_stays() {
    let (mut sea, subject, first) = loitering();
    for from in [-10, 5] {
        let holding = slow(from, 61);
        sea.take(minute(61), vec![holds(Behaviour::Loitering, subject.clone(), holding)]);
        let open = sea.book.open();
        assert_eq!(open[0].started_at, minute(-10));
        assert_eq!(open[0].id, first[0].alert.id);
    }
}

#[test]
fn a_stop_of_an_alert_that_never_opened_is_ignored() {
    let mut sea = Sea::new();
    let (key, ix) = sea.ship(CARGO);
    let changes = sea.take(minute(5), vec![over(Behaviour::Loitering, Subject::one(key, ix), minute(1), End::Apart)]);
    assert!(changes.is_empty());
    assert_eq!(sea.book.due(), None);
}

#[test]
fn news_are_published_at_once_and_severity_never_falls() {
    let (mut sea, subject, _) = loitering();
    let in_c07 = sea.in_c07(slow(0, 62));
    let changes = sea.take(minute(62), vec![holds(Behaviour::Loitering, subject.clone(), in_c07)]);
    assert_eq!(published(&changes), ["13:02 updated 2 severity rose to medium; now inside Western Sahara to Freetown"]);
    let mut circling = sea.in_c07(slow(0, 63));
    circling.facts = facts::loiters(loitering::Form::SlowAndCircling, 63).into();
    let changes = sea.take(minute(63), vec![holds(Behaviour::Loitering, subject.clone(), circling)]);
    assert_eq!(published(&changes), ["13:03 updated 3 now slow and circling"]);
    // Leaving the corridor makes no line, and the score stays.
    for at in 64..=93 {
        let changes = sea.take(minute(at), vec![holds(Behaviour::Loitering, subject.clone(), slow(0, at))]);
        let want: &[&str] = if at == 93 { &["13:33 updated 4 still going on"] } else { &[] };
        assert_eq!(published(&changes), want);
        for change in changes {
            assert_eq!((change.alert.score, change.alert.severity), (50, Severity::Medium));
            assert!(change.alert.zones.is_empty());
        }
    }
}

#[test]
fn a_first_identity_is_news_and_a_flickering_name_is_not() {
    let mut sea = Sea::new();
    let (key, ix) = sea.heard(CARGO, minute(0));
    let subject = Subject::one(key, ix);
    sea.take(minute(60), vec![holds(Behaviour::Loitering, subject.clone(), slow(0, 60))]);
    sea.says(CARGO);
    let changes = sea.take(minute(61), vec![holds(Behaviour::Loitering, subject.clone(), slow(0, 61))]);
    assert_eq!(published(&changes), ["13:01 updated 2 identity received from 224000001"]);
    assert_eq!(changes[0].alert.vessels[0].name.as_deref(), Some("ALFA"));
    for at in 62..91 {
        let name = if at % 2 == 0 { "OMEGA" } else { "ALFA" };
        sea.says(Ship { name, ..CARGO });
        assert!(sea.take(minute(at), vec![holds(Behaviour::Loitering, subject.clone(), slow(0, at))]).is_empty());
    }
}

#[test]
fn a_fact_becomes_an_alert_and_never_a_fact_again() {
    let mut sea = Sea::new();
    let (key, ix) = sea.ship(CARGO);
    let subject = Subject::one(key, ix);
    let mut fact = slow(0, 60);
    fact.base = vec![("loitering", 10)];
    let changes = sea.take(minute(60), vec![holds(Behaviour::Loitering, subject.clone(), fact.clone())]);
    assert!(!changes[0].alert.announced);
    assert_eq!(changes[0].alert.severity, Severity::Info);
    let changes = sea.take(minute(61), vec![holds(Behaviour::Loitering, subject.clone(), slow(0, 61))]);
    assert_eq!(published(&changes), ["13:01 updated 2 score reached 20; severity rose to low"]);
    for at in 62..=95 {
        fact.last_at = minute(at);
        for change in sea.take(minute(at), vec![holds(Behaviour::Loitering, subject.clone(), fact.clone())]) {
            assert!(change.alert.announced);
            assert_eq!(change.alert.score, 35);
        }
    }
}

#[test]
fn a_repeat_within_two_weeks_counts_only_for_merchant_ships() {
    for (ship, repeated) in [(CARGO, true), (FISHING, false)] {
        let mut sea = Sea::new();
        let (key, ix) = sea.ship(ship);
        let subject = Subject::one(key, ix);
        for day in [0, 13, 28] {
            let from = day * 24 * 60;
            let holding = slow(from, from + 60);
            let changes = sea.take(minute(from + 60), vec![holds(Behaviour::Loitering, subject.clone(), holding)]);
            let again = changes[0].alert.score_reasons.iter().any(|reason| reason.code == "repeat");
            assert_eq!(again, repeated && day == 13, "day {day}");
            let ended = minute(from + 90);
            sea.take(ended, vec![over(Behaviour::Loitering, subject.clone(), ended, End::UnderWayAgain)]);
            sea.wake(minute(from + 150));
        }
    }
}

#[test]
fn three_linked_pairs_become_one_group_and_remain_one() {
    let mut sea = Sea::new();
    let ships: Vec<_> = (0..5).map(|number| sea.ship(Ship { mmsi: 224_000_010 + number, ..CARGO })).collect();
    let meet = |a: usize, b: usize| holds(Behaviour::Rendezvous, Subject::pair(ships[a], ships[b]), near());
    let changes = sea.take(minute(40), vec![meet(0, 1), meet(3, 4)]);
    assert!(changes.iter().all(|change| change.alert.group_id.is_none()));
    let changes = sea.take(minute(40), vec![meet(1, 2)]);
    assert_eq!((changes.len(), changes[0].alert.group_id.clone()), (1, None));
    // The pair in the middle links them all.
    let changes = sea.take(minute(41), vec![meet(2, 3)]);
    let kinds: Vec<_> = changes.iter().map(|change| (change.change, change.revision)).collect();
    let updated = (ChangeKind::Updated, 2);
    assert_eq!(kinds, [(ChangeKind::Opened, 1), updated, updated, updated]);
    let group = changes[0].alert.group_id.clone();
    assert!(group.is_some());
    assert!(sea.book.open().iter().all(|alert| alert.group_id == group));
    assert_eq!(sea.book.open().iter().map(|alert| alert.id.clone()).min(), group);
}

#[test]
fn facts_do_not_form_groups() {
    let mut sea = Sea::new();
    let ships: Vec<_> = (0..4).map(|number| sea.ship(Ship { mmsi: 224_000_010 + number, ..CARGO })).collect();
    for pair in ships.windows(2) {
        let mut holding = near();
        holding.base = vec![("near", 1)];
        sea.take(minute(40), vec![holds(Behaviour::Rendezvous, Subject::pair(pair[0], pair[1]), holding)]);
    }
    assert_eq!(sea.book.open().len(), 3);
    assert!(sea.book.open().iter().all(|alert| alert.group_id.is_none()));
}

#[test]
fn a_forgotten_vessel_stays_in_its_alert() {
    let (mut sea, subject, _) = loitering();
    sea.take(minute(80), vec![over(Behaviour::Loitering, subject.clone(), minute(70), End::Lost)]);
    let ix = subject.vessels[0].1;
    sea.book.forget(ix);
    // Its index now belongs to a ship with another name.
    sea.says(Ship { name: "OTHER", ..CARGO });
    let changes = sea.wake(minute(130));
    let alert = &changes[0].alert;
    assert_eq!(alert.vessels[0].name.as_deref(), Some("ALFA"));
    assert_eq!(alert.evidence.tracks[0].points.len(), 1);
    assert_eq!(alert.evidence.stations, ["station 1"]);
    assert!(
        alert.summary.starts_with("ALFA (Spain, cargo) stayed below 2 kn for 1 h 00 min of 1 h 10 min"),
        "{}",
        alert.summary
    );
}

#[test]
fn the_book_is_bounded_and_alerts_go_before_facts() {
    let mut sea = Sea::with(Settings { max_open: 100, ..Settings::default() });
    let mut signals = Vec::new();
    for number in 0..150 {
        let (key, ix) = sea.ship(Ship { mmsi: 224_000_100 + number, ..CARGO });
        let mut holding = slow(0, 60);
        let points = if number < 120 { 1 } else { 30 };
        holding.base = vec![("loitering", points)];
        signals.push(holds(Behaviour::Loitering, Subject::one(key, ix), holding));
    }
    let changes = sea.take(minute(60), signals);
    assert_eq!((changes.len(), sea.book.refused()), (130, 20));
    assert_eq!(changes.iter().filter(|change| change.alert.announced).count(), 30);
}

#[test]
fn the_order_of_signals_within_a_step_has_no_effect() {
    let run = |turned: fn(&mut Vec<Signal>)| {
        let mut sea = Sea::new();
        let (a, b) = (sea.ship(CARGO), sea.ship(FISHING));
        let mut signals = vec![
            holds(Behaviour::Loitering, Subject::one(a.0, a.1), slow(0, 60)),
            holds(Behaviour::Loitering, Subject::one(b.0, b.1), slow(0, 60)),
            holds(Behaviour::Rendezvous, Subject::pair(b, a), near()),
        ];
        turned(&mut signals);
        let changes = sea.take(minute(60), signals);
        serde_json::to_string(&changes).expect("plain data")
    };
    assert_eq!(run(|_| {}), run(|signals| signals.reverse()));
}

/// The cargo ship, slow since noon, with its alert and subject.
fn slowed_down() -> (Sea, Subject, Arc<Alert>) {
    let mut sea = Sea::new();
    let (key, ix) = sea.ship(CARGO);
    let subject = Subject::one(key, ix);
    let alert = sea.opens(Behaviour::Slowdown, subject.clone(), slow(0, 40));
    (sea, subject, alert)
}

#[test]
fn a_stronger_alert_about_the_same_hours_supersedes_the_weaker_one() {
    let (mut sea, subject, weak) = slowed_down();
    let changes = sea.take(minute(60), vec![holds(Behaviour::Loitering, subject.clone(), slow(10, 60))]);
    let ended = format!("13:00 ended 2 superseded by loitering {}", &changes[1].alert.id[..8]);
    assert_eq!(published(&changes), [ended.as_str(), "13:00 opened 1 below 2 kn for 1 h 00 min"]);
    assert_eq!((&changes[0].alert.id, changes[0].alert.ended_at), (&weak.id, Some(minute(40))));
    assert_eq!(changes[1].alert.replaces.as_ref(), Some(&weak.id));
    // The slowdown still holds, and even outlasts the alert that superseded it; it stays ended.
    for at in 61..80 {
        assert!(sea.take(minute(at), vec![holds(Behaviour::Slowdown, subject.clone(), slow(0, at))]).is_empty());
    }
    sea.take(minute(90), vec![over(Behaviour::Loitering, subject.clone(), minute(80), End::UnderWayAgain)]);
    sea.wake(minute(140));
    assert!(sea.take(minute(150), vec![holds(Behaviour::Slowdown, subject.clone(), slow(0, 150))]).is_empty());
    // A later slowdown is a new alert.
    let changes = sea.take(minute(400), vec![holds(Behaviour::Slowdown, subject, slow(370, 400))]);
    assert_eq!((changes.len(), changes[0].change), (1, ChangeKind::Opened));
}

#[test]
fn a_weaker_alert_does_not_open_beside_a_stronger_one() {
    let (mut sea, subject, _) = loitering();
    assert!(sea.take(minute(62), vec![holds(Behaviour::Slowdown, subject.clone(), slow(0, 62))]).is_empty());
    sea.take(minute(90), vec![over(Behaviour::Loitering, subject.clone(), minute(80), End::UnderWayAgain)]);
    assert!(sea.take(minute(91), vec![holds(Behaviour::Slowdown, subject, slow(0, 91))]).is_empty());
}

#[test]
fn an_alert_gives_way_neither_to_a_fact_nor_to_a_later_alert() {
    let (mut sea, subject, _) = slowed_down();
    let mut fact = slow(10, 60);
    fact.base = vec![("loitering", 5)];
    let changes = sea.take(minute(60), vec![holds(Behaviour::Loitering, subject.clone(), fact)]);
    assert_eq!((changes.len(), changes[0].alert.replaces.as_ref()), (1, None));
    // Once the fact is an alert, it supersedes the weaker one.
    let changes = sea.take(minute(61), vec![holds(Behaviour::Loitering, subject.clone(), slow(10, 61))]);
    let reason = format!("superseded by loitering {}", &changes[1].alert.id[..8]);
    assert_eq!((&changes[0].reason, changes.len()), (&reason, 2));
    assert!(changes[1].alert.replaces.is_some());

    let (mut sea, subject, _) = slowed_down();
    sea.take(minute(60), vec![over(Behaviour::Slowdown, subject.clone(), minute(40), End::UnderWayAgain)]);
    let changes = sea.take(minute(95), vec![holds(Behaviour::Loitering, subject, slow(42, 95))]);
    assert_eq!((changes.len(), changes[0].alert.replaces.as_ref()), (1, None));
}
