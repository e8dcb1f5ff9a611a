//! Whatever is done to the file behind the program's back shows, and what retention does holds.

use rusqlite::Connection;

use super::*;
use crate::storage::store::tests::{PATIENCE, Place, distress, noon, place};
use crate::storage::store::{
    Act, Action, Actor, Consultation, Finding, Readers, Record, Recorder, RetentionSettings, SignIn, Subject, act,
    hold, purge, record,
};
use atalaia_core::alerts::Severity;
use atalaia_core::alerts::cases::Case;
use atalaia_core::base::time::Span;

/// A store with an alert that is over, and some twenty rows.
fn worked() -> (Place, String) {
    let place = place();
    let (store, _events) = place.open(&["file"]);
    store.changes(distress(), 0);
    assert!(store.settle(PATIENCE));
    let id = distress()[0].alert.id.clone();
    for number in 0..12 {
        act(&place.path, &id, &Action::Note(format!("call {number}")), "ana", None, noon()).expect("there");
    }
    act(&place.path, &id, &Action::Close(Finding::False), "ana", Some("a drill"), noon()).expect("there");
    act(&place.path, &id, &Action::Reopen, "bea", Some("not a drill"), noon()).expect("there");
    (place, id)
}

/// The faults of the chain, as `number: what`.
fn faults(place: &Place) -> Vec<String> {
    let found = verify(&place.path, None).expect("it can be read");
    assert_eq!(verify_in_pieces(&place.path, &|| true).expect("it can be read").as_ref(), Some(&found), "in pieces");
    found.faults.iter().map(|fault| format!("{}: {}", fault.seq, fault.what)).collect()
}

fn one(place: &Place, from: &str, text: &str) {
    let [found] = &faults(place)[..] else {
        panic!("{:?}", faults(place));
    };
    assert!(found.starts_with(from) && found.contains(text), "{found}");
}

#[test]
fn a_chain_that_nobody_touched_is_sound_and_its_head_moves_with_each_row() {
    let (place, id) = worked();
    let found = verify(&place.path, None).expect("it can be read");
    assert_eq!((found.from, found.before, found.emptied), (1, 0, 0));
    assert_eq!(found.rows as i64, place.count("SELECT count(*) FROM audit"));
    assert_eq!(found.head, head(&place.path).expect("a head"));
    assert_eq!(found.faults, []);
    act(&place.path, &id, &Action::Note("one more".to_owned()), "ana", None, noon()).expect("there");
    assert_eq!(head(&place.path).expect("a head").seq, found.head.seq + 1);
    assert_eq!(verify(&place.path, Some(&found.head)).expect("it can be read").faults, []);
}

#[test]
fn every_column_of_a_row_is_covered() {
    for change in [
        "at = at + 1",
        "who = 'eva'",
        "caller = 'root'",
        "way = 'token'",
        "session = 'x'",
        "address = '::1'",
        "verb = 'erasure'",
        "what = 'opened'",
        "subject = 'zzzz'",
        "purpose = 'x'",
        "why = 'another'",
        "why = NULL",
        "result = 'x'",
        "salt = randomblob(16)",
        "salt = NULL",
    ] {
        let (place, _) = worked();
        let seq = place.count("SELECT max(seq) - 1 FROM audit");
        place.sql(&format!("UPDATE audit SET {change} WHERE seq = {seq}"));
        one(&place, &format!("{seq}: "), "content was changed");
    }
}

#[test]
fn removed_moved_foreign_and_rewritten_rows_are_found() {
    let (place, _) = worked();
    place.sql("DELETE FROM audit WHERE seq = 5");
    one(&place, "6: ", "missing");
    let (place, _) = worked();
    place.sql("DELETE FROM audit WHERE seq = 1");
    one(&place, "2: ", "missing");
    let (place, _) = worked();
    place.sql("UPDATE audit SET seq = 1000 WHERE seq = 6; UPDATE audit SET seq = 6 WHERE seq = 7; UPDATE audit SET seq = 7 WHERE seq = 1000");
    assert!(faults(&place)[0].starts_with("6: it does not follow"), "{:?}", faults(&place));
    let (place, id) = worked();
    place.sql("INSERT INTO audit (at, who, what, subject) VALUES (1, 'eva', 'noted', 'x')");
    let seq = place.count("SELECT max(seq) FROM audit");
    one(&place, &format!("{seq}: "), "another program");
    act(&place.path, &id, &Action::Note("later".to_owned()), "ana", None, noon()).expect("there");
    one(&place, &format!("{seq}: "), "another program");
    // A row whose digest was made to fit no longer fits its hash.
    let (place, _) = worked();
    place.sql("UPDATE audit SET digest = (SELECT digest FROM audit WHERE seq = 8) WHERE seq = 7");
    assert!(faults(&place).iter().any(|fault| fault.starts_with("7: it does not follow")), "{:?}", faults(&place));
}

#[test]
fn a_cut_end_is_found_by_a_head_that_was_noted() {
    let (place, _) = worked();
    let noted = head(&place.path).expect("a head");
    place.sql("DELETE FROM audit WHERE seq > 10");
    assert_eq!(faults(&place), [""; 0], "nothing in the file shows it");
    let found = verify(&place.path, Some(&noted)).expect("it can be read");
    assert!(found.faults.len() == 1 && found.faults[0].what.contains("cut off"), "{found:?}");
}

#[test]
fn a_purge_keeps_the_chain_sound_and_empties_what_it_cannot_delete() {
    let (place, id) = worked();
    let (store, _events) = place.open(&["file"]);
    let letter = |text: &str| Case {
        id: text.to_owned(),
        score: 60,
        score_reasons: Vec::new(),
        severity: Severity::High,
        vessels: Vec::new(),
        roles: Vec::new(),
        alerts: vec![id.clone()],
        story: String::new(),
    };
    store.cases(vec![letter("heldcase")]);
    assert!(store.settle(PATIENCE));
    drop(store);
    hold(&place.path, "heldcase", "ana", "trial", noon()).expect("a case");
    let by = Actor::from("eva");
    let subject = Subject::Export("csv".to_owned());
    let export = Record { by, act: Act::Exported, subject: &subject, why: None, result: None };
    (0..5).for_each(|_| record(&place.path, &export, noon()).expect("written"));
    let settings = RetentionSettings { audit_days: 365, ..RetentionSettings::default() };
    let later = noon() + Span::from_hours(24 * 400);
    let old = head(&place.path).expect("a head");
    // The rows of the held case come first, so the five behind them are emptied.
    let gone = purge(&place.path, &settings, "ana", later, false).expect("it works");
    assert_eq!(gone.audit, 5);
    let found = verify(&place.path, None).expect("it can be read");
    assert_eq!((found.faults.len(), found.emptied, found.from), (0, 5, 1));
    assert_eq!(place.count("SELECT count(*) FROM audit WHERE who = 'eva'"), 0);
    assert!(purge(&place.path, &settings, "ana", later, false).expect("it works").is_empty(), "not again and again");
    // Without the hold everything goes, and the chain starts later.
    place.sql("UPDATE cases SET held_at = NULL");
    let noted = found.head;
    purge(&place.path, &settings, "ana", later, false).expect("it works");
    let found = verify(&place.path, Some(&noted)).expect("it can be read");
    assert!(found.faults.is_empty() && found.from == noted.seq, "{found:?}");
    let late = later + Span::from_hours(24 * 400);
    record(&place.path, &export, late).expect("written");
    record(&place.path, &export, late + Span::from_hours(24)).expect("written");
    purge(&place.path, &settings, "ana", late + Span::from_hours(24 * 365), false).expect("it works");
    let found = verify(&place.path, None).expect("it can be read");
    // The records of the two earlier purges outlast the chain that they were in.
    assert!(found.faults.is_empty() && found.before == 2, "{found:?}");
    let found = verify(&place.path, Some(&old)).expect("it can be read");
    assert!(found.faults[0].what.contains("retention has deleted"), "{found:?}");
}

#[test]
fn an_alert_that_is_purged_takes_its_reasons_along_and_the_rest_is_still_checked() {
    let (place, _) = worked();
    let later = noon() + Span::from_hours(24 * 400);
    place.sql("UPDATE outbox SET state = 'told'");
    let gone = purge(&place.path, &RetentionSettings::default(), "ana", later, false).expect("it works");
    assert_eq!((gone.alerts, gone.audit), (1, 0));
    let found = verify(&place.path, None).expect("it can be read");
    assert!(found.faults.is_empty() && 0 < found.without_text, "{found:?}");
    place.sql("UPDATE audit SET who = 'eva' WHERE seq = 1");
    one(&place, "1: ", "content was changed");
}

#[test]
fn a_reading_is_counted_within_a_quarter_of_an_hour_and_leaves_the_chain_sound() {
    let (place, id) = worked();
    let recorder = Recorder::new(place.path.clone());
    let read = |who: &str, minutes| {
        let by = Actor { who, way: Some(SignIn::Password), purpose: Some("shift"), ..Actor::default() };
        let reading = Consultation { by, act: Act::AlertRead, subject: &Subject::alert(&id), why: None };
        recorder.record(&[reading], noon() + Span::from_minutes(minutes)).expect("written");
    };
    let touched = || place.count("SELECT touched_seq FROM alerts");
    let before = touched();
    (0..3).for_each(|minute| read("ana", minute));
    read("bea", 3);
    read("ana", 16);
    let rows = Readers::new(place.path.clone())
        .audit_page(&crate::storage::store::AuditQuery::default(), None, 3)
        .expect("rows");
    let times: Vec<_> = rows.iter().map(|row| (row.who.as_str(), row.times, row.last_at)).collect();
    assert_eq!(times, [("ana", 1, None), ("bea", 1, None), ("ana", 3, Some(noon() + Span::from_minutes(2)))]);
    assert_eq!(faults(&place), [""; 0]);
    assert_eq!(touched(), before, "reading is no change");
}

#[test]
fn commands_and_the_daemon_continue_one_chain() {
    let (place, id) = worked();
    let (store, _events) = place.open(&["file"]);
    let path = place.path.clone();
    let others: Vec<_> = (0..4)
        .map(|person| {
            let (path, id) = (path.clone(), id.clone());
            std::thread::spawn(move || {
                (0..25).for_each(|number| {
                    let text = Action::Note(format!("{person} {number}"));
                    act(&path, &id, &text, "ana", None, noon()).expect("there");
                });
            })
        })
        .collect();
    let changes = distress();
    (3..60)
        .for_each(|revision| store.changes(vec![crate::storage::store::tests::with(&changes[0], revision, |_| {})], 0));
    others.into_iter().for_each(|thread| thread.join().expect("no panic"));
    assert!(store.settle(PATIENCE));
    assert_eq!(faults(&place), [""; 0]);
    assert!(170 < verify(&path, None).expect("it can be read").rows);
    let last = Connection::open(&path).and_then(|connection| {
        connection.query_row(
            "SELECT touched_seq = (SELECT max(seq) FROM audit WHERE subject = id) FROM alerts",
            [],
            |row| row.get(0),
        )
    });
    assert_eq!(last, Ok(true), "the alert knows its last row");
}

#[test]
fn readings_that_come_together_each_leave_their_row() {
    let (place, id) = worked();
    let subject = Subject::alert(&id);
    let of = |who| Consultation { by: Actor::from(who), act: Act::AlertRead, subject: &subject, why: None };
    let recorder = Recorder::new(place.path.clone());
    recorder.record(&[of("ana")], noon()).expect("written");
    recorder.record(&[of("ana"), of("bea"), of("rui"), of("bea")], noon()).expect("written");
    let rows = Readers::new(place.path.clone())
        .audit_page(&crate::storage::store::AuditQuery::default(), None, 3)
        .expect("rows");
    let times: Vec<_> = rows.iter().map(|row| (row.who.as_str(), row.times)).collect();
    assert_eq!(times, [("rui", 1), ("bea", 2), ("ana", 2)]);
    assert!(verify(&place.path, None).expect("it can be read").faults.is_empty());
}
