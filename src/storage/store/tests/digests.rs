//! Changes beyond the cap of a sink are listed by id in a digest, delivered with it and never lost.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};

use serde_json::Value;

use super::*;
use crate::storage::store::schema::STEPS;
use atalaia_core::alerts::Status;
use atalaia_core::alerts::handling::{Mark, Tlp};
use atalaia_core::base::time::Span;

/// Number of changes per behaviour and hour that are sent to `mail` singly.
const CAP: u32 = 3;

/// A store with its own clock, one sink with a cap and one without.
struct Desk {
    place: Place,
    store: Store,
    events: Receiver<Event>,
    clock: Arc<AtomicI64>,
}

fn open(place: Place, clock: Arc<AtomicI64>) -> Desk {
    let mail = Filter { digest_after: Some(CAP), ..Filter::from_severity("mail", Severity::Low) };
    let orders = Orders { filters: vec![mail, Filter::from_severity("hook", Severity::Low)], ..orders(&[]) };
    let (sender, events) = channel();
    let ticks = Arc::clone(&clock);
    let now = move || Time::from_millis(ticks.load(Ordering::Relaxed));
    let store = Store::open(&place.path, orders, now, |_| {}, move |event| drop(sender.send(event)));
    Desk { place, store: store.expect("the store opens"), events, clock }
}

fn desk() -> Desk {
    open(place(), Arc::new(AtomicI64::new(noon().millis())))
}

impl Desk {
    fn takes(&self, changes: Vec<Change>) {
        self.store.changes(changes, 0);
        assert!(self.store.settle(PATIENCE));
    }

    fn after(&self, span: Span) {
        self.clock.fetch_add(span.millis(), Ordering::Relaxed);
        assert!(self.store.settle(PATIENCE));
    }

    /// Restarts the daemon.
    fn again(self) -> Desk {
        let Desk { place, store, clock, .. } = self;
        drop(store);
        open(place, clock)
    }

    fn told_all(&self) -> Vec<Value> {
        let waiting = self.place.waiting("mail");
        tell(&self.store, &waiting);
        assert!(self.store.settle(PATIENCE));
        waiting.iter().map(|row| serde_json::from_str(&row.line).expect("JSON")).collect()
    }

    /// The error texts of the rows of `mail` in this state.
    fn rows(&self, state: DeliveryState) -> Vec<String> {
        let which = DeliveryQuery { sink: Some("mail".to_owned()), state: Some(state), alert: None };
        let rows = delivery_rows(&self.place.path, &which, 10_000).expect("a list");
        rows.into_iter().map(|row| row.error.unwrap_or_default()).collect()
    }
}

fn id(number: u32) -> String {
    format!("{number:026}")
}

fn device(number: u32, kind: ChangeKind, edit: impl FnOnce(&mut atalaia_core::alerts::Alert)) -> Change {
    let (revision, status) = match kind {
        ChangeKind::Opened => (1, Status::Open),
        ChangeKind::Updated => (2, Status::Open),
        ChangeKind::Ended => (3, Status::Ended),
        ChangeKind::Retracted => (3, Status::Retracted),
    };
    static BASE: LazyLock<Change> = LazyLock::new(|| distress().remove(0));
    let change = with(&BASE, revision, |alert| {
        (alert.id, alert.status, alert.vessels[0].mmsi) = (id(number), status, 970_000_000 + number);
        edit(alert);
    });
    Change { change: kind, ..change }
}

fn devices(numbers: std::ops::Range<u32>, kind: ChangeKind) -> Vec<Change> {
    numbers.map(|number| device(number, kind, |_| {})).collect()
}

fn listed(line: &Value, standing: &str) -> Vec<String> {
    let ids = line["alert"]["evidence"]["measured"]["digest"][standing].as_array().cloned().unwrap_or_default();
    ids.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect()
}

fn ids(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(id).collect()
}

fn key(line: &Value) -> String {
    format!("{}-{}", line["alert"]["id"].as_str().unwrap_or_default(), line["revision"])
}

#[test]
fn what_waits_for_a_digest_is_held_until_its_time_and_does_not_age() {
    let desk = desk();
    let backlog = |now| {
        let all = backlog(&desk.place.path, now).expect("read");
        all.into_iter().find(|waits| waits.sink == "mail").expect("it has some")
    };
    let at = |minutes| Some(noon() + Span::from_minutes(minutes));
    desk.takes(devices(0..10, ChangeKind::Opened));
    let waits = backlog(noon());
    assert_eq!((waits.pending, waits.held, waits.held_until, waits.oldest), (10, 7, at(1), at(0)), "three go singly");
    assert_eq!(desk.told_all().len(), 3);
    let waits = backlog(noon());
    assert_eq!((waits.pending, waits.held, waits.held_until, waits.oldest), (7, 7, at(1), None));
    let gathered = outcomes(&desk.place.path, &id(9)).expect("read").into_iter().find(|one| one.sink == "mail");
    assert_eq!(gathered.expect("recorded").due_at, at(1));
    let which = DeliveryQuery { sink: Some("mail".to_owned()), alert: Some(id(9)), state: None };
    assert_eq!(delivery_rows(&desk.place.path, &which, 10).expect("a list")[0].due_at, at(1));
    stored(&desk.events);
    desk.after(Span::from_minutes(1));
    stored(&desk.events);
    let waits = backlog(noon() + Span::from_minutes(1));
    assert_eq!((waits.held, waits.held_until, waits.oldest), (0, None, at(1)), "the digest itself waits for the sink");
    assert_eq!(desk.told_all().len(), 1);
    desk.takes(devices(20..24, ChangeKind::Opened));
    let waits = backlog(noon() + Span::from_minutes(1));
    assert_eq!((waits.held, waits.held_until), (4, at(11)), "ten minutes after the last digest");
}

#[test]
fn what_waits_for_the_pace_of_the_sink_is_held_until_its_time() {
    let desk = desk();
    desk.takes(devices(0..3, ChangeKind::Opened));
    let due_at = noon() + Span::from_minutes(20);
    let paced = |row: &OutboxRow| AttemptReport { seq: row.seq, attempts: 0, outcome: Outcome::Paced { due_at } };
    desk.store.reporter().tried(desk.place.waiting("mail")[..1].iter().map(paced).collect());
    assert!(desk.store.settle(PATIENCE));
    let backlog = |now| backlog(&desk.place.path, now).expect("read").into_iter().find(|waits| waits.sink == "mail");
    let waits = backlog(noon()).expect("it has some");
    assert_eq!((waits.held, waits.held_until, waits.oldest), (3, Some(due_at), None), "the others wait behind it");
    let late = backlog(due_at + Span::from_minutes(1)).expect("it has some");
    assert_eq!((late.held, late.held_until, late.oldest), (0, None, Some(noon())));
}

#[test]
fn beyond_the_cap_a_digest_lists_the_rest_and_delivers_them() {
    let desk = desk();
    desk.takes(devices(0..10, ChangeKind::Opened));
    assert_eq!((desk.place.waiting("mail").len(), desk.place.waiting("hook").len()), (3, 10));
    let waits = |row: &String| row.starts_with("waits for a digest");
    assert_eq!(desk.rows(DeliveryState::Pending).into_iter().filter(waits).count(), 7);
    assert_eq!(desk.told_all().len(), 3);
    desk.after(Span::from_seconds(59));
    assert_eq!(desk.place.waiting("mail").len(), 0, "more may come");
    stored(&desk.events);
    desk.after(Span::from_seconds(1));
    stored(&desk.events);
    let told = desk.told_all();
    let [digest] = &told[..] else { panic!("{told:#?}") };
    let alert = &digest["alert"];
    assert_eq!(
        (&digest["change"], &alert["behaviour"], &alert["status"]),
        (&"opened".into(), &"distress".into(), &"open".into())
    );
    assert_eq!(listed(digest, "open"), ids(3..10));
    let summary = alert["summary"].as_str().expect("a text");
    assert!(
        summary.starts_with(
            "More than 3 updates on distress alerts in an hour: this digest covers 7 alerts, 7 of them open"
        )
    );
    assert_eq!(desk.rows(DeliveryState::Pending).len(), 0);
    let told = desk.rows(DeliveryState::Delivered);
    assert_eq!(told.iter().filter(|said| **said == format!("in digest {}", key(digest))).count(), 7, "{told:?}");
    let shown = super::super::alert(&desk.place.path, &id(7), noon()).expect("there").deliveries;
    assert!(
        shown.iter().any(|sent| sent.sink == "mail" && sent.state == DeliveryState::Delivered && sent.at.is_some()),
        "{shown:?}"
    );
    // The alerts are listed once, without the digest.
    assert_eq!(alerts(&desk.place.path, &Query::default(), noon()).expect("a list").len(), 10);
    // The other sink received all changes singly.
    assert!(desk.place.waiting("hook").iter().all(|row| !row.line.contains("\"digest\"")));
}

#[test]
fn an_hour_later_changes_are_sent_singly_again_and_the_digest_ends() {
    let desk = desk();
    desk.takes(devices(0..5, ChangeKind::Opened));
    desk.after(Span::from_minutes(1));
    desk.takes(devices(5..6, ChangeKind::Opened));
    assert_eq!(desk.told_all().len(), 4);
    desk.after(Span::from_minutes(9));
    assert_eq!(desk.told_all().len(), 0);
    desk.after(Span::from_minutes(1));
    let told = desk.told_all();
    assert_eq!((told.len(), &told[0]["change"], &told[0]["revision"]), (1, &"updated".into(), &2.into()));
    assert_eq!(listed(&told[0], "open"), ids(5..6), "only what came since");
    assert_eq!(told[0]["alert"]["evidence"]["measured"]["digest"]["alerts_in_all"], 3);
    desk.after(Span::from_minutes(49));
    desk.takes(devices(6..7, ChangeKind::Opened));
    let told = desk.told_all();
    assert_eq!((told.len(), &told[0]["alert"]["id"]), (1, &id(6).into()), "by itself");
    desk.after(Span::from_minutes(11));
    let told = desk.told_all();
    assert_eq!((told.len(), &told[0]["change"], &told[0]["alert"]["status"]), (1, &"ended".into(), &"ended".into()));
    assert!(told[0]["alert"]["summary"].as_str().is_some_and(|text| text.ends_with("covered 3 alerts.")), "{told:#?}");
    desk.after(Span::from_hours(3));
    assert_eq!(desk.told_all().len(), 0);
}

#[test]
fn critical_alerts_are_sent_singly_and_do_not_count_towards_the_cap() {
    let desk = desk();
    let critical = |number, kind| device(number, kind, |alert| alert.severity = Severity::Critical);
    desk.takes((0..50).map(|number| critical(number, ChangeKind::Opened)).collect());
    desk.takes(devices(50..60, ChangeKind::Opened));
    assert_eq!(desk.told_all().len(), 53);
    // An alert in a digest that becomes critical is sent singly, and so is its end.
    desk.takes(vec![critical(59, ChangeKind::Updated)]);
    assert_eq!(desk.told_all().len(), 1);
    desk.takes(vec![device(59, ChangeKind::Ended, |_| {})]);
    assert_eq!(desk.told_all()[0]["change"], "ended");
}

#[test]
fn an_end_goes_the_way_that_the_alert_went() {
    let desk = desk();
    desk.takes(devices(0..10, ChangeKind::Opened));
    desk.after(Span::from_minutes(1));
    assert_eq!(desk.told_all().len(), 4);
    desk.takes([devices(0..9, ChangeKind::Ended), vec![device(9, ChangeKind::Retracted, |_| {})]].concat());
    let told = desk.told_all();
    let ended: Vec<&Value> = told.iter().map(|line| &line["alert"]["id"]).collect();
    assert_eq!(ended, [&id(0), &id(1), &id(2)], "the sink has these open and receives their end");
    desk.after(Span::from_minutes(10));
    let told = desk.told_all();
    assert_eq!((told.len(), listed(&told[0], "ended"), listed(&told[0], "retracted")), (1, ids(3..9), ids(9..10)));
    assert_eq!(listed(&told[0], "open"), [""; 0]);
    // Even with room under the cap, an alert known only from a digest does not end singly.
    desk.after(Span::from_hours(2));
    desk.told_all();
    desk.takes(devices(20..30, ChangeKind::Opened));
    desk.after(Span::from_minutes(1));
    assert_eq!(desk.told_all().len(), 4);
    desk.after(Span::from_hours(2));
    desk.told_all();
    desk.takes(devices(25..26, ChangeKind::Ended));
    assert_eq!(desk.told_all().len(), 0);
    desk.after(Span::from_minutes(1));
    assert_eq!(listed(&desk.told_all()[0], "ended"), ids(25..26));
}

#[test]
fn an_alert_opened_and_over_before_its_digest_is_listed_once_as_it_stands() {
    let desk = desk();
    desk.takes(devices(0..5, ChangeKind::Opened));
    desk.takes(devices(3..5, ChangeKind::Updated));
    desk.takes(devices(4..5, ChangeKind::Ended));
    desk.told_all();
    desk.after(Span::from_minutes(1));
    let told = desk.told_all();
    assert_eq!((listed(&told[0], "open"), listed(&told[0], "ended")), (ids(3..4), ids(4..5)));
    assert_eq!(desk.rows(DeliveryState::Pending).len(), 0);
    assert_eq!(desk.rows(DeliveryState::Delivered).len(), 3 + 5 + 1);
}

#[test]
fn a_crash_at_any_moment_loses_nothing_and_a_repeat_has_the_same_key() {
    let desk = desk();
    desk.takes(devices(0..10, ChangeKind::Opened));
    desk.told_all();
    let desk = desk.again();
    desk.after(Span::from_minutes(1));
    let first = desk.place.waiting("mail");
    assert_eq!(first.len(), 1);
    // It may have been sent, but the outcome was not recorded.
    let desk = desk.again();
    desk.after(Span::from_minutes(30));
    let second = desk.place.waiting("mail");
    assert_eq!(second, first);
    assert_eq!(desk.rows(DeliveryState::Pending).len(), 8, "the rows in it wait with it");
    // The alerts are abandoned, and the digest is not one of them.
    desk.store.open_are(BTreeSet::new());
    assert!(desk.store.settle(PATIENCE));
    let told = desk.told_all();
    assert_eq!(told.iter().filter(|line| line["change"] == "ended").count(), 3, "those that went by themselves");
    desk.after(Span::from_minutes(10));
    assert_eq!(listed(&desk.told_all()[0], "ended"), ids(3..10));
    assert_eq!(desk.rows(DeliveryState::Pending).len(), 0);
    assert_eq!(desk.rows(DeliveryState::Delivered).len(), 10 + 10 + 2);
}

#[test]
fn a_flood_makes_digests_of_a_thousand_and_one_for_the_rest() {
    let desk = desk();
    let changes = devices(0..2503, ChangeKind::Opened);
    desk.takes(changes);
    desk.after(Span::from_seconds(1));
    let told = desk.told_all();
    let digests =
        |told: &[Value]| told.iter().map(|line| listed(line, "open").len()).filter(|all| 0 < *all).collect::<Vec<_>>();
    assert_eq!((told.len(), digests(&told)), (5, vec![1000, 1000]), "they do not wait");
    desk.after(Span::from_minutes(10));
    assert_eq!(digests(&desk.told_all()), [500]);
    assert_eq!(desk.rows(DeliveryState::Delivered).len(), 2503 + 3);
}

#[test]
fn an_alert_marked_before_its_digest_is_delivered_is_not_in_it() {
    let desk = desk();
    desk.takes(devices(0..10, ChangeKind::Opened));
    desk.told_all();
    let red = Mark { tlp: Some(Tlp::Red), ..Mark::default() };
    let amber = Filter { digest_after: Some(CAP), ..Filter::from_severity("mail", Severity::Low) };
    let amber = Filter { clearance: Clearance { max_tlp: Tlp::Amber, ..Clearance::everything() }, ..amber };
    desk.store.orders(Orders { filters: vec![amber], ..orders(&[]) });
    mark(&desk.place.path, &id(4), &red, "ana", "a source at risk", noon()).expect("there");
    desk.after(Span::from_minutes(1));
    assert_eq!(listed(&serde_json::from_str(&desk.place.waiting("mail")[0].line).expect("JSON"), "open").len(), 6);
    mark(&desk.place.path, &id(5), &red, "ana", "another", noon()).expect("there");
    assert_eq!(desk.place.waiting("mail").len(), 0, "it will be formed again");
    desk.after(Span::from_minutes(10));
    let told = desk.told_all();
    let expected = [ids(3..4), ids(6..10)].concat();
    assert_eq!((listed(&told[0], "open"), &told[0]["alert"]["handling"]["tlp"]), (expected, &"AMBER".into()));
    assert_eq!(desk.rows(DeliveryState::Withheld).len(), 3, "two alerts, and the digest that had one of them");
    // The sink never received one of them; the others were listed to it.
    desk.takes(devices(4..7, ChangeKind::Ended));
    mark(&desk.place.path, &id(6), &red, "ana", "a third", noon()).expect("there");
    desk.after(Span::from_minutes(10));
    assert_eq!(listed(&desk.told_all()[0], "ended"), ids(6..7), "it receives the end of the alert it knows");
}

#[test]
fn rows_fail_with_their_digest_and_are_retried_with_it() {
    let desk = desk();
    desk.takes(devices(0..10, ChangeKind::Opened));
    desk.told_all();
    desk.after(Span::from_minutes(1));
    let seq = desk.place.waiting("mail")[0].seq;
    let failed = || Outcome::Failed { why: "550 no".to_owned() };
    desk.store.reporter().tried(vec![AttemptReport { seq, attempts: 1, outcome: failed() }]);
    assert!(desk.store.settle(PATIENCE));
    let rows = desk.rows(DeliveryState::Failed);
    assert_eq!((rows.len(), rows.iter().filter(|said| said.ends_with("-1: 550 no")).count()), (8, 7));
    let of = |alert: Option<String>| DeliveryQuery { sink: Some("mail".to_owned()), state: None, alert };
    // First one of them singly, then all the others unchanged.
    assert_eq!(retry(&desk.place.path, &of(Some(id(5))), None, "ana", None, noon()).expect("written").queued, 1);
    assert_eq!(desk.told_all()[0]["alert"]["id"], id(5).as_str());
    assert_eq!(retry(&desk.place.path, &of(None), None, "ana", None, noon()).expect("written").queued, 7);
    let told = desk.told_all();
    assert_eq!((told.len(), listed(&told[0], "open")), (1, ids(3..10)));
    assert_eq!(
        (
            desk.rows(DeliveryState::Failed).len(),
            desk.rows(DeliveryState::Pending).len(),
            desk.rows(DeliveryState::Delivered).len()
        ),
        (0, 0, 11)
    );
}

#[test]
fn alerts_delivered_in_a_digest_are_not_repeated_singly() {
    let desk = desk();
    desk.takes(devices(0..10, ChangeKind::Opened));
    desk.after(Span::from_minutes(1));
    desk.told_all();
    let outbox = Outbox::open(&desk.place.path).expect("it opens");
    let open = outbox.open_alerts("mail", &Clearance::everything()).expect("it can be read");
    assert_eq!(open.len(), 4, "three and the digest");
}

#[test]
fn pending_deliveries_of_the_previous_version_continue() {
    let place = place();
    let change = &distress()[0];
    let (body, line) = (super::super::columns::json(&*change.alert), super::super::columns::json(change));
    let id = &change.alert.id;
    place.sql(&format!("PRAGMA journal_mode = WAL; {}", STEPS[..3].concat()));
    let quoted = |text: &str| text.replace('\'', "''");
    place.sql(&format!(
        "INSERT INTO alerts (id, behaviour, announced, status, severity, score, started_at, opened_at, last_at, revision, body)
         VALUES ('{id}', 'distress', 1, 'open', 3, 60, 1, 1, 1, 1, '{}');
         INSERT INTO changes VALUES ('{id}', 1, 1, 'opened', 3, 1, '{}');
         INSERT INTO outbox (sink, alert, revision, state, since) VALUES ('mail', '{id}', 1, 'pending', 1), ('hook', '{id}', 1, 'told', 1);
         PRAGMA user_version = 3",
        quoted(&body),
        quoted(&line)
    ));
    let desk = open(place, Arc::new(AtomicI64::new(noon().millis())));
    assert_eq!((desk.place.waiting("mail").len(), desk.place.waiting("hook").len()), (1, 0));
    assert_eq!((desk.place.count("PRAGMA user_version"), desk.told_all().len()), (7, 1));
    desk.takes(devices(0..10, ChangeKind::Opened));
    assert_eq!(desk.told_all().len(), 3);
}
