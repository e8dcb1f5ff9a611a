//! Acts that come over the network, and the log that windows follow.

use super::*;
use atalaia_core::alerts::handling::{Mark, Tlp};

/// A store with an open alert, its id, and its state.
fn opened() -> (Place, Readers, String, Expected) {
    let place = place();
    let (store, _events) = place.open(&["file"]);
    store.changes(distress()[..1].to_vec(), 0);
    assert!(store.settle(PATIENCE));
    drop(store);
    let id = distress()[0].alert.id.clone();
    let readers = Readers::new(place.path.clone());
    let state = state(&readers, &id);
    (place, readers, id, state)
}

fn state(readers: &Readers, id: &str) -> Expected {
    let item = readers.item(id, &Clearance::everything(), noon()).expect("readable").expect("there");
    Expected { revision: item.revision, acts: item.acts }
}

/// Does an act as `who`, and returns the answer.
fn send(
    place: &Place,
    id: &str,
    who: &str,
    deed: &Deed,
    expected: &[Expected],
    key: Option<(&str, u8)>,
    clearance: &Clearance,
) -> Once<Outcomes> {
    let ids = [id.to_owned()];
    let request = ActRequest {
        ids: &ids,
        deed,
        expected,
        by: Actor { who, way: Some(SignIn::Password), ..Actor::default() },
        why: Some("seen on the camera"),
        clearance,
        lowering: Lowering::Forbidden,
        key: key.map(|(key, body)| RequestKey { key, digest: [body; 32] }),
    };
    act_once(&place.path, &request, noon(), |outcomes| match outcomes {
        [(_, ActOutcome::Done(item))] => Some((200, item.text.clone())),
        _ => None,
    })
    .expect("the store works")
}

/// What became of the one alert.
fn one(answer: Once<Outcomes>) -> ActOutcome {
    match answer {
        Once::Done(mut outcomes) => outcomes.remove(0).1,
        other => panic!("{other:?}"),
    }
}

fn note(text: &str) -> Deed {
    Deed::Action(Action::Note(text.to_owned()))
}

#[test]
fn of_two_people_who_saw_the_same_state_only_the_first_acts() {
    let (place, readers, id, seen) = opened();
    let all = Clearance::everything();
    let acknowledge = Deed::Action(Action::Acknowledge { until: None });
    let ActOutcome::Done(item) = one(send(&place, &id, "ana", &acknowledge, &[seen], None, &all)) else {
        panic!("the first act is done");
    };
    assert_eq!((item.acts, item.value()["state"].as_str()), (seen.acts + 1, Some("acknowledged")));
    let close = Deed::Action(Action::Close(Finding::False));
    let ActOutcome::Stale(item) = one(send(&place, &id, "bea", &close, &[seen], None, &all)) else {
        panic!("the second one did not see the first act");
    };
    assert_eq!(item.value()["state"], "acknowledged");
    assert_eq!(state(&readers, &id).acts, 1);
    let now = state(&readers, &id);
    assert!(matches!(one(send(&place, &id, "bea", &close, &[now], None, &all)), ActOutcome::Done(_)));
}

#[test]
fn a_request_that_is_sent_again_is_answered_again_and_not_done_twice() {
    let (place, _, id, _) = opened();
    let all = Clearance::everything();
    let first = one(send(&place, &id, "ana", &note("on deck"), &[], Some(("k1", 1)), &all));
    let ActOutcome::Done(item) = first else { panic!("{first:?}") };
    let again = send(&place, &id, "ana", &note("on deck"), &[], Some(("k1", 1)), &all);
    assert_eq!(again, Once::Repeated { status: 200, body: item.text.clone() });
    assert_eq!(place.count("SELECT count(*) FROM notes"), 1);
    let other = send(&place, &id, "ana", &note("below deck"), &[], Some(("k1", 2)), &all);
    assert_eq!(other, Once::Reused);
    // Another person's key of the same name is another key.
    assert!(matches!(one(send(&place, &id, "bea", &note("x"), &[], Some(("k1", 2)), &all)), ActOutcome::Done(_)));
    place.sql("UPDATE requests SET at = at - 24 * 3600 * 1000");
    assert!(matches!(one(send(&place, &id, "ana", &note("y"), &[], Some(("k1", 2)), &all)), ActOutcome::Done(_)));
    assert_eq!(place.count("SELECT count(*) FROM requests"), 1, "old answers are forgotten");
}

#[test]
fn who_may_not_see_an_alert_cannot_act_on_it_and_who_may_not_lower_a_marking_cannot() {
    let (place, readers, id, seen) = opened();
    let all = Clearance::everything();
    let low = Clearance { max_tlp: Tlp::Clear, ..Clearance::everything() };
    assert_eq!(one(send(&place, &id, "ana", &note("x"), &[], None, &low)), ActOutcome::Missing);
    let mark = |tlp| Deed::Mark(Box::new(Mark { tlp: Some(tlp), ..Mark::default() }));
    assert!(matches!(one(send(&place, &id, "ana", &mark(Tlp::Red), &[], None, &all)), ActOutcome::Done(_)));
    assert_eq!(one(send(&place, &id, "ana", &mark(Tlp::Clear), &[], None, &all)), ActOutcome::Lowers);
    assert_eq!(one(send(&place, "zzzz", "ana", &note("x"), &[], None, &all)), ActOutcome::Missing);
    assert!(matches!(
        one(send(&place, &id, "ana", &Deed::Action(Action::Reopen), &[], None, &all)),
        ActOutcome::Refused(_)
    ));
    assert_eq!(state(&readers, &id).acts, seen.acts + 1, "what was refused is not counted");
}

#[test]
fn what_was_done_before_in_the_same_way_leaves_no_second_row() {
    let (place, readers, id, _) = opened();
    let does = |action: &Action, who: &str, why: Option<&str>| {
        act(&place.path, &id, action, who, why, noon()).expect("there").unchanged
    };
    let acknowledge = |until| Action::Acknowledge { until };
    assert_eq!(does(&acknowledge(None), "ana", None), None);
    let again = does(&acknowledge(None), "bea", None).expect("nothing to do");
    assert_eq!(again, format!("already acknowledged by ana at {} UTC; nothing changed", noon().minute()));
    let all = Clearance::everything();
    let over_the_network = Deed::Action(acknowledge(None));
    let seen = state(&readers, &id);
    assert!(
        matches!(one(send(&place, &id, "bea", &over_the_network, &[], None, &all)), ActOutcome::Done(_)),
        "a reason"
    );
    assert_eq!(state(&readers, &id).acts, seen.acts + 1);
    let same = does(&acknowledge(None), "ana", Some("seen on the camera ")).expect("nothing to do");
    assert_eq!(
        same,
        format!("already acknowledged with this reason by bea at {} UTC; nothing changed", noon().minute())
    );
    let until = Some(noon() + Span::from_hours(1));
    assert_eq!(does(&acknowledge(until), "bea", None), None, "it ends at another time");
    assert!(does(&acknowledge(until), "ana", None).is_some());
    let until_and_why = |why| does(&acknowledge(until), "ana", Some(why));
    assert_eq!((until_and_why("asleep"), until_and_why("asleep").is_some()), (None, true));
    let assign = Action::Assign(Some("bea".to_owned()));
    assert_eq!(does(&assign, "ana", None), None);
    assert!(does(&assign, "ana", None).is_some_and(|text| text.starts_with("already assigned to bea by ana at ")));
    let with = |why| does(&assign, "ana", Some(why));
    assert_eq!((with("on watch"), with("on watch").is_some(), with("off watch")), (None, true, None));
    let close = Action::Close(Finding::Benign);
    assert_eq!(does(&close, "ana", Some("seen on the camera")), None);
    assert!(does(&close, "ana", Some(" seen on the camera")).is_some_and(|text| text.contains("closed as benign")));
    let before = state(&readers, &id);
    let same = one(send(&place, &id, "bea", &Deed::Action(close.clone()), &[before], None, &all));
    assert!(matches!(same, ActOutcome::Unchanged(_, text) if text.contains(" by ana at ")));
    assert_eq!(state(&readers, &id), before);
    assert_eq!(does(&close, "ana", Some("a drill")), None, "another reason");
    assert_eq!(does(&Action::Close(Finding::Confirmed), "ana", Some("a drill")), None, "another finding");
    assert_eq!(place.count("SELECT count(*) FROM audit WHERE what = 'closed'"), 3);
    assert_eq!(place.count("SELECT count(*) FROM audit WHERE what = 'acknowledged'"), 4);
    assert_eq!(place.count("SELECT count(*) FROM audit WHERE what = 'assigned'"), 3);
}

#[test]
fn an_alert_acknowledged_again_at_a_lower_severity_is_new_once_it_rises_above_that() {
    let place = place();
    let (store, _events) = place.open(&["file"]);
    let first = distress()[0].clone();
    let id = first.alert.id.clone();
    let becomes = |revision: u32, severity: Severity| {
        store.changes(vec![with(&first, revision, |alert| alert.severity = severity)], 0);
        assert!(store.settle(PATIENCE));
        place.count("SELECT count(*) FROM alerts WHERE state = 'new'")
    };
    let acknowledge =
        || act(&place.path, &id, &Action::Acknowledge { until: None }, "ana", None, noon()).expect("there");
    assert_eq!(becomes(1, Severity::High), 1);
    assert_eq!(acknowledge().unchanged, None);
    assert_eq!(becomes(2, Severity::Low), 0);
    assert_eq!(acknowledge().unchanged, None, "at a lower severity");
    assert!(acknowledge().unchanged.is_some());
    assert_eq!(becomes(3, Severity::Medium), 1);
}

#[test]
fn the_log_has_what_happened_in_order_and_leaves_out_readings() {
    let (place, readers, id, _) = opened();
    let all = Clearance::everything();
    let start = readers.seq().expect("readable");
    act(&place.path, &id, &Action::Note("call".to_owned()), "ana", None, noon()).expect("there");
    let (by, subject) = (Actor::from("bea"), Subject::alert(&id));
    let reading = Consultation { by, act: Act::AlertRead, subject: &subject, why: None };
    Recorder::new(place.path.clone()).record(&[reading], noon()).expect("written");
    let vessel = Silence { mmsi: Some(970_123_456), ..Silence::default() };
    silence(&place.path, &vessel, noon(), noon() + Span::from_hours(1), "ana", "a drill", noon()).expect("made");
    let page = readers.log(start, 100, &all, noon()).expect("readable");
    let said: Vec<_> =
        page.entries.iter().map(|entry| (entry.topic, entry.what.as_str(), entry.who.as_str())).collect();
    assert_eq!(said, [(Topic::Act, "noted", "ana"), (Topic::Silence, "silenced", "ana")]);
    assert_eq!((page.through, page.last, page.reset), (start + 3, start + 3, false));
    let acted = page.entries[0].item.as_ref().expect("about an alert");
    assert_eq!((acted.id.as_str(), acted.acts), (id.as_str(), 1));
    let low = Clearance { max_tlp: Tlp::Clear, ..Clearance::everything() };
    let below = readers.log(start, 100, &low, noon()).expect("readable");
    let topics: Vec<Topic> = below.entries.iter().map(|entry| entry.topic).collect();
    assert_eq!((topics, below.last), (vec![Topic::Silence], start + 3), "the note is above the ceiling");
    // Piece by piece, nothing twice and nothing left out.
    let first = readers.log(0, 1, &all, noon()).expect("readable");
    assert_eq!((first.entries.len(), first.entries[0].topic), (1, Topic::Alert));
    let rest = readers.log(first.through, 100, &all, noon()).expect("readable");
    assert_eq!(rest.entries.len() as i64 + 1, place.count("SELECT count(*) - 1 FROM audit"));
    assert!(readers.log(start + 100, 100, &all, noon()).expect("readable").reset, "a number that this log never had");
}
