//! Guarantees that a centre relies on: nothing is delivered before it is stored, nothing stored is lost, and analysts' actions last.

mod acting;
mod cases;
mod collected;
mod digests;
mod integrity;
mod marking;
mod open_alerts;
mod outbox;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::platform::disk::Absence;
use crate::testing::{AREA, only, run};
use atalaia_core::alerts::{Change, ChangeKind, Severity};
use atalaia_core::base::time::{Span, Time};

pub(super) const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Place {
    _folder: TempDir,
    pub(super) path: PathBuf,
}

pub(super) fn place() -> Place {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("alerts.sqlite");
    Place { _folder: folder, path }
}

pub(super) fn noon() -> Time {
    Time::from_utc(2026, 11, 22, 12, 0, 0).expect("a time")
}

fn filter(sinks: &[&str]) -> Vec<Filter> {
    sinks.iter().map(|sink| Filter::from_severity(sink, Severity::Low)).collect()
}

pub(super) fn orders(sinks: &[&str]) -> Orders {
    Orders { filters: filter(sinks), handling: atalaia_core::alerts::HandlingSettings::default() }
}

/// Reports the rows as delivered.
pub(super) fn tell(store: &Store, waiting: &[OutboxRow]) {
    let told = |row: &OutboxRow| AttemptReport { seq: row.seq, attempts: 1, outcome: Outcome::Delivered };
    store.reporter().tried(waiting.iter().map(told).collect());
}

impl Place {
    pub(super) fn open(&self, sinks: &[&str]) -> (Store, Receiver<Event>) {
        let (sender, receiver) = channel();
        let store = Store::open(&self.path, orders(sinks), noon, |_| {}, move |event| drop(sender.send(event)));
        (store.expect("the store opens"), receiver)
    }

    /// Pending deliveries of a sink.
    pub(super) fn waiting(&self, sink: &str) -> Vec<OutboxRow> {
        let outbox = Outbox::open(&self.path).expect("it opens");
        let rows = outbox.rows(sink, 1000).expect("it can be read");
        rows.into_iter().filter_map(|row| outbox.row(row).expect("it can be read")).collect()
    }

    pub(super) fn sql(&self, text: &str) {
        Connection::open(&self.path).and_then(|connection| connection.execute_batch(text)).expect("sound SQL");
    }

    pub(super) fn count(&self, text: &str) -> i64 {
        let connection = Connection::open(&self.path).expect("a file");
        connection.query_row(text, [], |row| row.get(0)).expect("a number")
    }
}

/// Changes of a distress device heard for ten minutes: opened and, an hour later, ended.
pub(super) fn distress() -> Vec<Change> {
    let script = "SART 970123456 status=14 mute
           12:00 28 -17
           stop 10
         ALFA 224000001
           12:00 40 -30
           stop 120";
    run(&only("distress"), AREA, script)
}

/// Waits until deliveries are stored.
pub(super) fn stored(events: &Receiver<Event>) {
    assert_eq!(events.recv_timeout(PATIENCE), Ok(Event::Stored));
}

pub(super) fn with(change: &Change, revision: u32, edit: impl FnOnce(&mut atalaia_core::alerts::Alert)) -> Change {
    let mut alert = (*change.alert).clone();
    edit(&mut alert);
    let at = change.at + Span::from_minutes(i64::from(revision));
    Change { change: ChangeKind::Updated, revision, at, alert: alert.into(), ..change.clone() }
}

#[test]
fn undelivered_changes_are_delivered_after_a_crash_under_the_same_key() {
    let place = place();
    let changes = distress();
    let (store, events) = place.open(&["file", "log"]);
    store.changes(changes.clone(), 0);
    stored(&events);
    let first = place.waiting("file");
    assert_eq!((first.len(), place.waiting("log").len()), (changes.len(), changes.len()));
    tell(&store, &place.waiting("log"));
    drop(store);

    let (_store, _events) = place.open(&["file", "log"]);
    let again = place.waiting("file");
    assert_eq!((&again, place.waiting("log").len()), (&first, 0));
    assert!(again[0].line.contains("\"revision\":1") && again[0].line.contains("970123456"));
}

#[test]
fn a_repeated_change_is_neither_stored_nor_delivered_twice() {
    let place = place();
    let changes = distress();
    let (store, events) = place.open(&["file"]);
    store.changes(changes.clone(), 0);
    stored(&events);
    store.changes(changes.clone(), 0);
    assert!(store.settle(PATIENCE));
    assert!(events.try_recv().is_err());
    drop(store);
    assert_eq!(place.count("SELECT count(*) FROM changes"), changes.len() as i64);
    assert_eq!(place.count("SELECT count(*) FROM outbox"), changes.len() as i64);
    assert_eq!(place.count("SELECT count(*) FROM audit"), changes.len() as i64);
}

#[test]
fn facts_are_stored_and_not_delivered() {
    let place = place();
    let fact = with(&distress()[0], 1, |alert| alert.announced = false);
    let (store, events) = place.open(&["file"]);
    store.changes(vec![fact], 0);
    assert!(store.settle(PATIENCE));
    assert!(events.try_recv().is_err());
    let query = |facts| Query { facts, ..Query::default() };
    assert_eq!(alerts(&place.path, &query(false), noon()).expect("a list").len(), 0);
    assert_eq!(alerts(&place.path, &query(true), noon()).expect("a list").len(), 1);
}

#[test]
fn an_alert_is_read_as_it_was_at_an_earlier_time() {
    let place = place();
    let opened = distress()[0].clone();
    let (store, events) = place.open(&["file"]);
    let later = |revision, score| with(&opened, revision, |alert| alert.score = score);
    store.changes(vec![opened.clone(), later(2, 85), later(30, 90)], 0);
    stored(&events);
    let score = |minutes| {
        let as_of = as_of(&place.path, 970_123_456, opened.at + Span::from_minutes(minutes)).expect("a list");
        as_of.iter().map(|one| one.alert["score"].as_i64().expect("a score")).collect::<Vec<_>>()
    };
    let first = i64::from(opened.alert.score);
    assert_eq!([score(-5), score(0), score(10), score(60)], [[first], [first], [85], [90]]);
}

#[test]
fn an_acknowledgement_outlives_updates_and_falls_when_it_gets_graver() {
    let place = place();
    let opened = with(&distress()[0], 1, |alert| alert.severity = Severity::Medium);
    let id = opened.alert.id.clone();
    let (store, _events) = place.open(&["file"]);
    let state = || alert(&place.path, &id, noon()).expect("it is stored").entry.state;
    store.changes(vec![opened.clone()], 0);
    assert!(store.settle(PATIENCE));
    let until = Some(noon() + atalaia_core::base::time::Span::from_hours(1));
    act(&place.path, &id[..8], &Action::Acknowledge { until }, "ana", Some("seen on radar"), noon())
        .expect("it is there");
    assert_eq!(state(), WorkState::Acknowledged);
    store.changes(vec![with(&opened, 2, |alert| alert.score += 1)], 0);
    assert!(store.settle(PATIENCE));
    assert_eq!(state(), WorkState::Acknowledged);
    let later = noon() + atalaia_core::base::time::Span::from_hours(2);
    assert_eq!(alert(&place.path, &id, later).expect("stored").entry.state, WorkState::New, "it was for an hour");
    store.changes(vec![with(&opened, 3, |alert| alert.severity = Severity::High)], 0);
    assert!(store.settle(PATIENCE));
    assert_eq!(state(), WorkState::New);
    let audit = alert(&place.path, &id, noon()).expect("stored").audit;
    let who: Vec<(&str, &str)> = audit.iter().map(|row| (row.who.as_str(), row.what.as_str())).collect();
    let expected = [
        ("(atalaia)", "updated"),
        ("ana", "acknowledged"),
        ("(atalaia)", "updated"),
        ("(atalaia)", "unacknowledged"),
        ("(atalaia)", "updated"),
    ];
    assert_eq!(who, expected);
}

#[test]
fn the_actual_caller_is_kept_beside_a_claimed_name() {
    let place = place();
    let (store, _events) = place.open(&[]);
    let changes = distress();
    let id = changes[0].alert.id.clone();
    store.changes(changes, 0);
    assert!(store.settle(PATIENCE));
    let claimed = Actor { who: "maria", caller: Some("rui"), ..Actor::default() };
    act(&place.path, &id, &Action::Note("seen".to_owned()), claimed, None, noon()).expect("open");
    let rows = trail(&place.path, &id).expect("stored");
    let machine = rows.iter().filter(|row| row.who == OURSELVES && row.caller.is_none()).count();
    let last = rows.last().expect("a row");
    assert_eq!((machine, last.by().as_str()), (rows.len() - 1, "maria (called by rui)"));
    let value = last.value();
    assert_eq!((&value["who"], &value["caller"], &value["what"]), (&"maria".into(), &"rui".into(), &"noted".into()));
    assert_eq!(rows[0].value()["caller"], serde_json::Value::Null);
}

#[test]
fn what_analysts_do_is_kept_with_who_and_why_or_refused_with_a_reason() {
    let place = place();
    let (store, _events) = place.open(&[]);
    let changes = distress();
    let id = changes[0].alert.id.clone();
    store.changes(changes, 0);
    assert!(store.settle(PATIENCE));
    let does = |what: Action, why: Option<&str>| act(&place.path, &id, &what, "ana", why, noon());
    let refused = |outcome: Result<ActReport, StoreError>| outcome.expect_err("refused").to_string();
    assert!(refused(does(Action::Close(Finding::False), None)).contains("a finding needs a reason"));
    assert!(refused(does(Action::Reopen, None)).contains("is neither closed nor acknowledged"));
    assert!(refused(act(&place.path, "nothing", &Action::Reopen, "ana", None, noon())).contains("no alert nothing"));
    does(Action::Assign(Some("bea".to_owned())), None).expect("open");
    does(Action::Note("=cmd()".to_owned()), None).expect("open");
    does(Action::Close(Finding::Benign), Some("a drill")).expect("open");
    assert!(refused(does(Action::Acknowledge { until: None }, None)).contains("is closed; reopen it first"));
    let told = alert(&place.path, &id, noon()).expect("stored");
    assert_eq!(told.notes, [Note { at: noon(), who: "ana".to_owned(), text: "=cmd()".to_owned() }]);
    let value = told.entry.value(&told.notes);
    let said = |key: &str| value[key].as_str().expect("a text").to_owned();
    assert_eq!([said("state"), said("assignee"), said("finding")], ["closed", "bea", "benign"]);
    assert_eq!((said("finding_reason"), said("id")), ("a drill".to_owned(), id.clone()));
    assert!(value["notes"][0]["at"].as_str().is_some_and(|at| at.starts_with("2026-11-22T12:00")));
    does(Action::Reopen, Some("no drill after all")).expect("closed");
    assert_eq!(alert(&place.path, &id, noon()).expect("stored").entry.finding, None);
}

#[test]
fn a_silence_goes_by_the_alerts_own_time_and_lets_ends_through() {
    let place = place();
    let changes = distress();
    let opened = &changes[0];
    let at = opened.alert.last_at;
    let (store, events) = place.open(&["file"]);
    let of = |mmsi| Silence { mmsi: Some(mmsi), ..Silence::default() };
    let hour = atalaia_core::base::time::Span::from_hours(1);
    let quiet =
        |silence: &Silence, from, until| super::silence(&place.path, silence, from, until, "ana", "exercise", noon());
    // One for a later time, one for another vessel, one lifted: none of them applies.
    quiet(&of(970_123_456), at + hour, at + hour + hour).expect("made");
    quiet(&of(970_000_000), at - hour, at + hour).expect("made");
    let lifted = quiet(&of(970_123_456), at - hour, at + hour).expect("made");
    lift_silence(&place.path, lifted, "ana", None, noon()).expect("in force");
    store.changes(vec![opened.clone()], 0);
    stored(&events);
    assert_eq!(place.waiting("file").len(), 1);
    // Now one applies: updates are held back, but not the end of an alert that the sink knows.
    quiet(&of(970_123_456), at - hour, at + hour + hour + hour).expect("made");
    let ended = Change { change: ChangeKind::Ended, revision: 3, ..changes[changes.len() - 1].clone() };
    store.changes(vec![with(opened, 2, |alert| alert.score += 1), ended], 0);
    stored(&events);
    let told = place.waiting("file");
    assert_eq!(told.len(), 2);
    assert!(told[1].line.contains("\"ended\""));
    drop(store);
    assert_eq!(place.count("SELECT count(*) FROM outbox WHERE state = 'silenced'"), 1);
    let held = outcomes(&place.path, &opened.alert.id).expect("read").into_iter().find(|one| one.revision == 2);
    assert_eq!(held.and_then(|held| held.reason).as_deref(), Some("silence 4 (ana: exercise)"));
    assert_eq!(silences(&place.path).expect("a list").len(), 4);
    let nothing = super::silence(&place.path, &Silence::default(), at, at + hour, "ana", "?", noon());
    assert!(nothing.expect_err("refused").to_string().contains("needs a vessel, a zone or a behaviour"));
}

#[test]
fn while_nothing_can_be_stored_nothing_is_delivered_and_nothing_is_lost() {
    let place = place();
    let (store, events) = place.open(&["file"]);
    place.sql("CREATE TRIGGER full BEFORE INSERT ON changes BEGIN SELECT RAISE(ABORT, 'no room'); END");
    let changes = distress();
    store.changes(changes.clone(), 0);
    match events.recv_timeout(PATIENCE) {
        Ok(Event::Failing { why, absence: None }) => assert!(why.contains("no room"), "{why}"),
        other => panic!("{other:?}"),
    }
    place.sql("DROP TRIGGER full");
    assert_eq!(events.recv_timeout(PATIENCE), Ok(Event::Working));
    stored(&events);
    assert_eq!(place.waiting("file").len(), changes.len());
    assert!(store.finish(), "all of it is there");
}

#[test]
fn a_store_without_its_log_is_away_even_while_nothing_is_to_be_stored() {
    let place = place();
    let (store, events) = place.open(&["file"]);
    let log = place.path.with_extension("sqlite-wal");
    let aside = place.path.with_extension("aside");
    fs::rename(&log, &aside).expect("moved");
    match events.recv_timeout(PATIENCE) {
        Ok(Event::Failing { why, absence: Some(Absence::Gone) }) => assert!(why.contains("sqlite-wal: gone"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert!(!store.reporter().is_in_place());
    store.changes(distress(), 0);
    assert!(!store.settle(Duration::from_millis(50)));
    fs::rename(&aside, &log).expect("moved back");
    assert_eq!(events.recv_timeout(PATIENCE), Ok(Event::Working));
    stored(&events);
    assert!(store.reporter().is_in_place());
    assert_eq!(place.waiting("file").len(), distress().len());
}

#[test]
fn changes_that_could_not_be_stored_at_the_end_are_reported_as_lost() {
    let place = place();
    let (store, _events) = place.open(&["file"]);
    place.sql("CREATE TRIGGER full BEFORE INSERT ON changes BEGIN SELECT RAISE(ABORT, 'no room'); END");
    store.changes(distress(), 0);
    assert!(!store.finish());
}

#[test]
fn a_store_of_a_later_version_or_of_another_daemon_is_left_alone() {
    let place = place();
    let (store, _events) = place.open(&[]);
    let second = Store::open(&place.path, orders(&[]), noon, |_| {}, |_| {});
    let taken = second.expect_err("taken").to_string();
    let ours = format!("another daemon (pid {}) already works with this store", std::process::id());
    assert!(taken.contains(&ours) && taken.contains("systemctl stop atalaia, or kill "), "{taken}");
    drop(store);
    place.sql("PRAGMA user_version = 99");
    let before = std::fs::read(&place.path).expect("a file");
    let later = Store::open(&place.path, orders(&[]), noon, |_| {}, |_| {});
    assert!(later.expect_err("later").to_string().contains("later version (schema 99"));
    assert!(alerts(&place.path, &Query::default(), noon()).is_err());
    assert!(before == std::fs::read(&place.path).expect("a file"), "it was changed");
}

#[test]
fn deliveries_of_a_removed_sink_are_shown_as_failed() {
    let place = place();
    let (store, events) = place.open(&["old"]);
    store.changes(distress(), 0);
    stored(&events);
    let due = place.waiting("old").len() as u64;
    drop(store);
    let (_store, events) = place.open(&["new"]);
    assert!(events.try_recv().is_err());
    assert_eq!(deliveries(&place.path).expect("counts"), [("old".to_owned(), DeliveryState::Failed, due)]);
}

#[test]
fn a_copy_made_while_it_is_written_is_whole() {
    let place = place();
    let (store, _events) = place.open(&["file"]);
    let changes = distress();
    store.changes(changes.clone(), 0);
    assert!(store.settle(PATIENCE));
    let target = place.path.with_extension("copy");
    let more: Vec<Change> = (2..200).map(|revision| with(&changes[0], revision + 10, |_| {})).collect();
    for change in more {
        store.changes(vec![change], 0);
    }
    backup(&place.path, &target).expect("a copy");
    let mode = fs::metadata(&target).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o137, 0, "only the owner and its group may read the copy: {mode:o}");
    assert!(backup(&place.path, &target).expect_err("there").to_string().contains("exists already"));
    let astray = place.path.with_file_name("nowhere").join("copy.sqlite");
    let refused = backup(&place.path, &astray).expect_err("no folder").to_string();
    assert!(refused.contains("nowhere does not exist") && !refused.contains("unfinished"), "{refused}");
    let copied = alert(&target, &changes[0].alert.id, noon()).expect("it is in the copy");
    assert!(changes.len() <= copied.audit.len());
    let (copy, _events) = {
        let (sender, receiver) = channel();
        (Store::open(&target, orders(&["file"]), noon, |_| {}, move |event| drop(sender.send(event))), receiver)
    };
    copy.expect("a daemon can go on with the copy");
}

#[test]
fn lists_are_newest_first_and_show_what_was_asked_for() {
    let place = place();
    let (store, _events) = place.open(&[]);
    let base = distress().remove(0);
    let hour = atalaia_core::base::time::Span::from_hours(1);
    let one = |number: i64, severity| {
        with(&base, 1, |alert| {
            alert.id = format!("{number}aaaaaaaaaaaaaaaaaaaaaaaaa");
            alert.last_at = base.alert.last_at + atalaia_core::base::time::Span::from_hours(number);
            alert.severity = severity;
            alert.vessels[0].mmsi += number as u32;
        })
    };
    store.changes(vec![one(1, Severity::Low), one(3, Severity::High), one(2, Severity::Medium)], 0);
    assert!(store.settle(PATIENCE));
    let ids = |query: Query| -> String {
        let found = alerts(&place.path, &query, noon()).expect("a list");
        found.iter().filter_map(|entry| entry.id.chars().next()).collect()
    };
    let all = Query::default;
    assert_eq!(ids(all()), "321");
    assert_eq!(ids(Query { min_severity: Severity::Medium, ..all() }), "32");
    assert_eq!(ids(Query { mmsi: Some(970_123_457), ..all() }), "1");
    assert_eq!(ids(Query { zone: Some("watch".to_owned()), ..all() }).len(), base.alert.zones.len() * 3);
    assert_eq!(ids(Query { zone: Some("elsewhere".to_owned()), ..all() }), "");
    assert_eq!(ids(Query { since: Some(base.alert.last_at + hour + hour), limit: 1, ..all() }), "3");
    act(&place.path, "2aaa", &Action::Acknowledge { until: None }, "ana", None, noon()).expect("there");
    assert_eq!(ids(Query { state: Some(WorkState::New), ..all() }), "31");
    assert!(act(&place.path, "2aa", &Action::Reopen, "ana", None, noon()).is_err(), "three characters are too few");
}

#[test]
fn the_vessels_of_all_alerts_are_shown_without_their_bodies() {
    let place = place();
    let (store, events) = place.open(&["file"]);
    store.changes(distress(), 0);
    stored(&events);
    let mut found = Vec::new();
    vessels(&place.path, &mut |vessel| found.push(vessel["mmsi"].as_u64())).expect("it can be read");
    assert_eq!(found, [Some(970_123_456)]);
}

#[test]
fn changes_that_a_failing_store_holds_back_are_counted_until_they_are_stored() {
    let place = place();
    let (store, _events) = place.open(&["file"]);
    let changes = distress();
    let away = place.path.with_file_name("away");
    fs::rename(&place.path, &away).expect("moved");
    store.changes(changes[..1].to_vec(), 0);
    assert!(!store.settle(Duration::from_millis(200)), "nothing can be stored");
    let fact = with(&changes[0], 2, |alert| alert.announced = false);
    store.changes(vec![fact], 0);
    assert_eq!(store.unstored(), 1, "facts are not delivered");
    fs::rename(&away, &place.path).expect("moved back");
    assert!(store.settle(PATIENCE));
    assert_eq!(store.unstored(), 0);
}
