//! Old data is deleted without a trace in the files. Data that is open, held, pending or marked stays.

use super::*;
use crate::storage::store::tests::{PATIENCE, Place, distress, noon, place, stored, tell, with};
use crate::storage::store::{Action, Query, act, alert, alerts, case, held_spans, hold, mark, release};
use atalaia_core::alerts::cases::Case;
use atalaia_core::alerts::handling::Mark;
use atalaia_core::alerts::{Change, Severity, Status};

const WHO: &str = "ana";
/// MMSI of the device in `distress`.
const MMSI: u32 = 970_123_456;

fn days(days: i64) -> Time {
    noon() + Span::from_hours(24 * days)
}

fn run(place: &Place, at: Time) -> Purged {
    purge(&place.path, &RetentionSettings::default(), WHO, at, false).expect("it works")
}

/// Two changes of an alert that is over. `edit` applies to the second.
fn over(number: u8, edit: impl Fn(&mut atalaia_core::alerts::Alert)) -> Vec<Change> {
    let base = distress();
    let id = format!("{}aaaaaaaaaaaaaaaaaaaaaaaaa", char::from(b'a' + number));
    let one = |revision, status| {
        with(&base[0], revision, |alert| {
            alert.id.clone_from(&id);
            alert.status = status;
            edit(alert);
        })
    };
    vec![one(1, Status::Open), one(2, Status::Ended)]
}

fn case_of(id: &str, alerts: &[&str]) -> Case {
    Case {
        id: id.to_owned(),
        score: 60,
        score_reasons: Vec::new(),
        severity: Severity::High,
        vessels: Vec::new(),
        roles: Vec::new(),
        alerts: alerts.iter().map(|alert| (*alert).to_owned()).collect(),
        story: format!("MMSI {MMSI} called for help."),
    }
}

fn ids(place: &Place) -> String {
    let all = alerts(&place.path, &Query { facts: true, ..Query::default() }, noon()).expect("a list");
    let mut ids: Vec<char> = all.iter().filter_map(|entry| entry.id.chars().next()).collect();
    ids.sort_unstable();
    ids.into_iter().collect()
}

/// Whether the MMSI occurs anywhere in the store's files, as text or as a binary SQLite integer.
fn stands(place: &Place) -> bool {
    let (text, number) = (MMSI.to_string().into_bytes(), MMSI.to_be_bytes());
    let files = ["", "-wal"].map(|end| format!("{}{end}", place.path.display()));
    files.iter().any(|file| {
        let bytes = fs::read(file).unwrap_or_default();
        memchr::memmem::find(&bytes, &text).is_some() || memchr::memmem::find(&bytes, &number).is_some()
    })
}

#[test]
fn what_is_over_goes_byte_for_byte_while_the_daemon_works() {
    let place = place();
    let (store, events) = place.open(&["file"]);
    // The reasons that the program gives may identify somebody.
    let reason = format!("identity received from {MMSI}");
    store.changes(distress().into_iter().map(|change| Change { reason: reason.clone(), ..change }).collect(), 0);
    stored(&events);
    tell(&store, &place.waiting("file"));
    let id = &distress()[0].alert.id;
    // Notes of different lengths, so that pages fill up, split and stay half empty.
    (0..300).for_each(|number| {
        let text = format!("called {MMSI} again, {}", "x".repeat(number % 97 * 20));
        act(&place.path, id, &Action::Note(text), WHO, None, noon()).expect("there");
    });
    store.cases(vec![case_of("caseaaaa", &[id])]);
    store.cases(vec![Case { story: format!("MMSI {MMSI}, twice."), ..case_of("caseaaaa", &[id]) }]);
    assert!(store.settle(PATIENCE) && stands(&place));

    assert!(run(&place, days(364)).is_empty(), "a day too early");
    assert!(stands(&place));
    let would = purge(&place.path, &RetentionSettings::default(), WHO, days(365), true).expect("it works");
    assert!(stands(&place) && ids(&place).len() == 1, "a dry run removes nothing");
    let gone = run(&place, days(365));
    assert_eq!(gone, would);
    assert_eq!((gone.alerts, gone.cases, gone.notes, gone.audit), (1, 1, 300, 0));
    assert_eq!(ids(&place), "");
    assert!(!stands(&place), "some bytes of it are left");
    assert_eq!(place.count("SELECT count(*) FROM changes") + place.count("SELECT count(*) FROM outbox"), 0);
    // The audit rows of people stay, and so does the record of the purge, in numbers only.
    assert_eq!(place.count("SELECT count(*) FROM audit WHERE what = 'noted' AND who = 'ana'"), 300);
    assert_eq!(place.count("SELECT count(*) FROM audit WHERE what = 'purged' AND why = '1 alerts, 1 cases, 300 notes, 0 silences, 0 audit rows, 0 copies'"), 1);
    assert_eq!(place.count("SELECT count(*) FROM purges WHERE alerts = 1 AND notes = 300 AND cases = 1"), 1);
    assert!(run(&place, days(366)).is_empty());
    assert_eq!(place.count("SELECT count(*) FROM purges"), 1, "a purge of nothing leaves no row");
    // Years later the audit rows are deleted too, except for that record.
    let gone = run(&place, days(3000));
    assert!(300 < gone.audit && gone.alerts == 0);
    assert_eq!(place.count("SELECT count(*) FROM audit WHERE what <> 'purged'"), 0);
    assert_eq!(place.count("SELECT count(*) FROM audit"), 2);
    // The daemon continues to work.
    store.changes(over(1, |_| {}), 0);
    assert!(store.settle(PATIENCE));
    assert_eq!(ids(&place), "b");
}

#[test]
fn open_alerts_and_deliveries_that_wait_stay_whatever_their_age() {
    let place = place();
    let (store, _events) = place.open(&["file"]);
    // b is open; c is over and delivered; d is over and pending.
    store.changes(over(1, |_| {})[..1].to_vec(), 0);
    store.changes(over(2, |_| {}), 0);
    assert!(store.settle(PATIENCE));
    tell(&store, &place.waiting("file"));
    store.changes(over(3, |_| {}), 0);
    assert!(store.settle(PATIENCE));
    let gone = run(&place, days(5000));
    assert_eq!((gone.alerts, gone.waiting), (1, 1));
    assert_eq!(ids(&place), "bd");
    assert_eq!(place.count("SELECT count(*) FROM outbox WHERE state = 'pending'"), 2);
    // Now d is delivered, and an analyst closes the open one.
    tell(&store, &place.waiting("file"));
    act(&place.path, "baaa", &Action::Close(crate::storage::store::Finding::False), WHO, Some("a drill"), noon())
        .expect("there");
    assert!(store.settle(PATIENCE));
    assert_eq!(run(&place, days(5000)).alerts, 2);
}

#[test]
fn a_day_that_an_analyst_marked_wins_over_the_class() {
    let place = place();
    let (store, _events) = place.open(&[]);
    (1..4).for_each(|number| store.changes(over(number, |_| {}), 0));
    assert!(store.settle(PATIENCE));
    let until = |id, day| {
        let mark_ = Mark { retain_until: Some(days(day)), ..Mark::default() };
        mark(&place.path, id, &mark_, WHO, "asked by the court", noon()).expect("there");
    };
    until("baaa", 10);
    until("daaa", 1000);
    assert_eq!((run(&place, days(9)).alerts, run(&place, days(10)).alerts), (0, 1));
    assert_eq!(ids(&place), "cd");
    assert_eq!(run(&place, days(999)).alerts, 1);
    assert_eq!(ids(&place), "d");
    assert_eq!(run(&place, days(1000)).alerts, 1);
}

#[test]
fn a_held_case_keeps_all_that_belongs_to_it_until_it_is_released() {
    let place = place();
    let (store, _events) = place.open(&[]);
    (1..5).for_each(|number| store.changes(over(number, |_| {}), 0));
    let full = |letter: &str| format!("{letter}aaaaaaaaaaaaaaaaaaaaaaaaa");
    let (b, c, d) = (full("b"), full("c"), full("d"));
    // The case of b grew into one of b and c under another id. d is in another case, e in none.
    store.cases(vec![case_of("firstcase", &[&b]), case_of("grown", &[&b, &c]), case_of("other", &[&d])]);
    assert!(store.settle(PATIENCE));
    act(&place.path, "caaa", &Action::Note("a witness".to_owned()), WHO, None, noon()).expect("there");
    assert!(hold(&place.path, "firstcase", WHO, " ", noon()).is_err());
    assert!(
        release(&place.path, "firstcase", WHO, "?", noon()).expect_err("not held").to_string().contains("is not held")
    );
    assert_eq!(hold(&place.path, "firs", WHO, "trial", noon()).expect("a case"), "firstcase");
    assert!(hold(&place.path, "firs", WHO, "again", noon()).expect_err("held").to_string().contains("held already"));
    assert_eq!(case(&place.path, "firs").expect("a case")["held"]["why"], "trial");
    // The engine stores the case again: the hold stays.
    store.cases(vec![Case { score: 70, ..case_of("firstcase", &[&b]) }]);
    assert!(store.settle(PATIENCE));

    let alert_b = &over(1, |_| {})[1].alert;
    let day = Span::from_hours(24);
    assert_eq!(
        held_spans(&place.path).expect("spans"),
        [(alert_b.started_at - day, alert_b.ended_at.unwrap_or(alert_b.last_at) + day)]
    );
    let gone = run(&place, days(5000));
    assert_eq!((gone.alerts, gone.held_alerts), (2, 2));
    assert_eq!((gone.cases, gone.held_cases, gone.held_notes), (1, 2, 1));
    assert_eq!(ids(&place), "bc");
    let told = alert(&place.path, "caaa", noon()).expect("kept");
    assert!(told.notes.len() == 1 && told.audit.iter().any(|row| row.what == "noted"), "{told:?}");
    assert!(told.audit.iter().any(|row| row.what == "updated" && row.why.is_some()), "{told:?}");
    assert!(
        0 < place.count("SELECT count(*) FROM audit WHERE subject = 'firstcase' AND what = 'held' AND why = 'trial'")
    );

    release(&place.path, "firstcase", "bea", "judged", noon()).expect("held");
    assert!(held_spans(&place.path).expect("spans").is_empty());
    let gone = run(&place, days(5000));
    assert_eq!((gone.alerts, gone.cases, gone.notes, gone.held_alerts), (2, 2, 1, 0));
    assert_eq!(place.count("SELECT count(*) FROM case_alerts"), 0);
}

#[test]
fn each_class_has_its_own_days_and_none_is_for_ever() {
    let place = place();
    let (store, _events) = place.open(&[]);
    store.changes(over(1, |_| {}), 0);
    store.changes(over(2, |_| {})[..1].to_vec(), 0);
    assert!(store.settle(PATIENCE));
    for id in ["baaa", "caaa"] {
        act(&place.path, id, &Action::Note("short".to_owned()), WHO, None, noon()).expect("there");
    }
    let silence = crate::storage::store::Silence { mmsi: Some(1), ..crate::storage::store::Silence::default() };
    crate::storage::store::silence(&place.path, &silence, days(0), days(1), WHO, "a drill", noon()).expect("made");
    crate::storage::store::silence(&place.path, &silence, days(0), days(9999), WHO, "for long", noon()).expect("made");
    let settings = |alerts_days, notes_days, audit_days| RetentionSettings {
        alerts_days,
        notes_days,
        audit_days,
        ..RetentionSettings::default()
    };
    let run = |settings: &RetentionSettings| purge(&place.path, settings, WHO, days(5000), false).expect("it works");
    assert!(run(&settings(0, 0, 0)).is_empty());
    let gone = run(&settings(0, 30, 0));
    assert_eq!((gone.notes, gone.alerts), (1, 0), "the note of an open alert stays");
    let gone = run(&settings(5000, 0, 0));
    assert_eq!((gone.alerts, gone.silences, gone.audit), (1, 1, 0));
    assert!(0 < run(&settings(0, 0, 5000)).audit);
}

#[test]
fn no_transaction_removes_more_than_two_hundred_rows() {
    let place = place();
    let (store, _events) = place.open(&[]);
    let changes = over(1, |_| {});
    let many: Vec<Change> = (3..500).map(|revision| with(&changes[1], revision, |_| {})).collect();
    store.changes(changes.clone(), 0);
    store.changes(many, 0);
    assert!(store.settle(PATIENCE));
    drop(store);
    let mut connection = connect::beside(&place.path).expect("it is there");
    let (mut gone, mut steps) = (Purged::default(), 0);
    loop {
        steps += 1;
        let transaction = connection.transaction().expect("free");
        let (before, mut room) = (transaction.total_changes(), ROWS);
        let now = days(5000);
        let done = remove_alert(&transaction, &changes[0].alert.id, now.millis(), now, &mut room, &mut gone)
            .expect("it works");
        // The alert's own row, its vessels, its zones and the text of its audit rows are deleted in addition, in the last transaction.
        assert!(done || transaction.total_changes() - before <= ROWS as u64);
        transaction.commit().expect("free");
        if done {
            break;
        }
    }
    assert_eq!((steps, gone.alerts, ids(&place).as_str()), (3, 1, ""));
}

#[test]
fn a_copy_from_an_earlier_version_goes_with_the_alerts_in_it() {
    let place = place();
    drop(place.open(&[]));
    let copy = migration::kept_copy(&place.path, 1);
    fs::write(&copy, MMSI.to_string()).expect("a file");
    let now = crate::platform::clock::Clock.now();
    assert!(run(&place, now).is_empty() && copy.exists());
    let later = now + Span::from_hours(24 * 366);
    let would = purge(&place.path, &RetentionSettings::default(), WHO, later, true).expect("it works");
    assert!(would.copies == 1 && copy.exists());
    assert_eq!((run(&place, later).copies, copy.exists()), (1, false));
    assert_eq!(place.count("SELECT count(*) FROM purges WHERE copies = 1 AND alerts = 0"), 1);
}

#[test]
fn settings_that_keep_too_much_or_too_little_are_refused() {
    let usual = RetentionSettings::default;
    assert_eq!(usual().problems(365), []);
    assert!(
        usual().problems(184)[0]
            .to_string()
            .starts_with("retention.alerts_days: 365 days are more than handling.retain_days (184)")
    );
    assert!(RetentionSettings { audit_days: 364, ..usual() }.problems(365)[0].what.contains("must outlast"));
    assert!(RetentionSettings { alerts_days: 0, ..usual() }.problems(365)[0].what.contains("must outlast"));
    assert_eq!(RetentionSettings { audit_days: 0, alerts_days: 0, ..usual() }.problems(365), []);
}
