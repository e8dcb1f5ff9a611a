//! A flood of invented devices, from the engine through the store to receivers. People get digests; machines get every line at a limited
//! rate.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;
use tempfile::TempDir;

use super::*;
use crate::platform::clock::Moment;
use crate::storage::store::{self, DeliveryQuery, DeliveryState, Event, Filter, Orders, Store, delivery_rows};
use crate::testing::{AREA, engine, lines, only};
use atalaia_core::ais::{Line, SourceId};
use atalaia_core::alerts::handling::{Mark, Tlp};
use atalaia_core::alerts::{Alert, HandlingSettings, Severity};
use atalaia_core::base::time::{Span, Time};

const DEVICES: usize = 3000;
/// Number of these devices whose alerts are critical.
const CRITICAL: usize = 20;
const PATIENCE: Duration = Duration::from_secs(60);
/// `max_per_second` of the webhook.
const RATE: u32 = 800;

/// Received bodies with their time of arrival.
type Received = Arc<Mutex<Vec<(Moment, Value)>>>;

/// Accepts posts and records them.
fn receiver() -> (String, Received) {
    receiver_while(Arc::default())
}

/// Records posts, and accepts them unless it is gone.
fn receiver_while(is_gone: Arc<AtomicBool>) -> (String, Received) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    let came = Received::default();
    let kept = Arc::clone(&came);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (kept, is_gone) = (Arc::clone(&kept), Arc::clone(&is_gone));
            thread::spawn(move || {
                let mut stream = BufReader::new(stream);
                loop {
                    let (mut line, mut length) = (String::new(), 0);
                    while !matches!(line.as_str(), "\r\n") {
                        line.clear();
                        if stream.read_line(&mut line).is_ok_and(|read| read == 0) {
                            return;
                        }
                        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                            length = value.trim().parse().expect("a number");
                        }
                    }
                    let mut body = vec![0; length];
                    stream.read_exact(&mut body).expect("a body");
                    let body = serde_json::from_slice(&body).expect("JSON");
                    kept.lock().expect("nobody panicked").push((Clock.moment(), body));
                    let status = if is_gone.load(Ordering::Relaxed) { "410 Gone" } else { "200 OK" };
                    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
                    stream.get_mut().write_all(answer.as_bytes()).expect("answered");
                }
            });
        }
    });
    (url, came)
}

/// The changes for [`DEVICES`] devices.
fn flood() -> Vec<Change> {
    flood_of(DEVICES)
}

/// The changes for devices that are heard for ten minutes and then fall silent.
fn flood_of(devices: usize) -> Vec<Change> {
    let device = |number: usize| {
        let (lat, lon) = (24 + number % 6, 10 + number % 20);
        format!("SART{number} 970{number:06} status=14 mute every=300\n12:00 {lat}.{number} -{lon}.{number}\nstop 10\n")
    };
    let script: String = (0..devices).map(device).collect();
    let script = script + "ALFA 224000001 every=300\n12:00 40 -30\nstop 150\n";
    let (mut engine, mut changes) = (engine(&only("distress"), AREA), Vec::new());
    for line in lines(&script) {
        engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut changes);
    }
    engine.finish(&mut changes);
    for change in &mut changes {
        let severity = match change.alert.vessels[0].mmsi as usize % 1_000_000 < CRITICAL {
            true => Severity::Critical,
            false => Severity::High,
        };
        change.alert = Arc::new(Alert { severity, ..(*change.alert).clone() });
    }
    changes
}

fn wait_until(mut holds: impl FnMut() -> bool) {
    let start = Clock.moment();
    while !holds() {
        assert!(Clock.moment().since(start) < PATIENCE, "not reached in time");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn people_get_digests_of_a_flood_and_machines_every_line_at_their_rate() {
    let changes = flood();
    let ids = |kind: atalaia_core::alerts::ChangeKind| -> BTreeSet<String> {
        changes.iter().filter(|change| change.change == kind).map(|change| change.alert.id.clone()).collect()
    };
    let (opened, ended) = (ids(atalaia_core::alerts::ChangeKind::Opened), ids(atalaia_core::alerts::ChangeKind::Ended));
    assert!(opened.len() == DEVICES && ended == opened, "{} opened, {} ended", opened.len(), ended.len());

    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("alerts.sqlite");
    let [(people, posts), (machine, events)] = [receiver(), receiver()];
    let settings: Vec<Settings> = [
        format!("kind = \"alertmanager\"\nname = \"people\"\nalertmanager = {{ url = \"{people}\", allow = [\"127.0.0.1/32\"] }}"),
        format!(
            "kind = \"webhook\"\nname = \"machine\"\nmax_per_second = {RATE}\n\
             webhook = {{ url = \"{machine}\", body = \"line\", allow = [\"127.0.0.1/32\"] }}"
        ),
    ]
    .iter()
    .map(|text| toml::from_str(text).expect("settings"))
    .collect();
    let filter = settings.iter().map(Settings::filter).collect();
    let clock = Arc::new(AtomicI64::new(0));
    let (ticks, wake) = (Arc::clone(&clock), Wake::default());
    let waker = wake.clone();
    let notify = move |event| match event {
        Event::Stored => waker.wake(),
        event => panic!("{event:?}"),
    };
    let now = move || Time::from_millis(ticks.load(Ordering::Relaxed));
    let orders = Orders { filters: filter, handling: HandlingSettings::default() };
    let store = Store::open(&path, orders, now, |_| {}, notify).expect("the store opens");
    let link = StoreLink { path: path.as_path().into(), reporter: store.reporter(), wake };
    let dispatcher = Dispatcher::start(&settings, &DeliverySettings::default(), Some(link), Clock).expect("they start");

    // The store's clock follows the engine's, a minute at a time, until two hours after the last change.
    let minutes = || changes.iter().map(|change| change.at.floor_minute());
    let (first, last) = (minutes().min().expect("a first"), minutes().max().expect("a last"));
    let start = Clock.moment();
    for minute in
        (0..).map(|minute| first + Span::from_minutes(minute)).take_while(|at| *at < last + Span::from_hours(2))
    {
        clock.store(minute.millis(), Ordering::Relaxed);
        let of_minute = |change: &&Change| change.at.floor_minute() == minute;
        store.changes(changes.iter().filter(of_minute).cloned().collect(), 0);
        assert!(store.settle(PATIENCE));
    }
    wait_until(|| events.lock().expect("nobody panicked").len() == changes.len());
    let rows = |sink: &str, state: DeliveryState| {
        let which = DeliveryQuery { sink: Some(sink.to_owned()), state: Some(state), alert: None };
        delivery_rows(&path, &which, 100_000).expect("a list")
    };
    wait_until(|| rows("people", DeliveryState::Pending).is_empty());

    // The machine received every line once, in order, and within its rate.
    let events = events.lock().expect("nobody panicked");
    let key = |line: &Value| (line["alert"]["id"].as_str().expect("a line").to_owned(), line["revision"].as_u64());
    assert_eq!(events.iter().map(|(_, line)| key(line)).collect::<BTreeSet<_>>().len(), changes.len());
    let took = events[events.len() - 1].0.since(start).as_secs_f64();
    let least = (changes.len() as f64 - f64::from(RATE) * 0.1) / f64::from(RATE);
    assert!(least <= took, "{} lines in {took} s", changes.len());
    let delayed =
        dispatcher.counters().find(|(name, _)| *name == "machine").expect("there").1.delayed.load(Ordering::Relaxed);
    assert!(0 < delayed, "it was sent more than it may get");

    // People received 60 single alerts and their ends, the critical ones, and a few digests. Every id was delivered.
    let posts = posts.lock().expect("nobody panicked");
    let alerts: Vec<&Value> = posts.iter().flat_map(|(_, body)| body.as_array().expect("a list")).collect();
    let (digests, singles): (Vec<&Value>, Vec<&Value>) =
        alerts.into_iter().partition(|alert| alert["labels"]["digest"].is_string());
    let count = |change: &str, severity: &str| {
        let is = |alert: &&&Value| {
            alert["annotations"]["change"] == change && (alert["annotations"]["severity"] == severity)
        };
        singles.iter().filter(is).count()
    };
    assert_eq!([count("opened", "critical"), count("ended", "critical")], [CRITICAL, CRITICAL]);
    assert_eq!([count("opened", "high"), count("ended", "high")], [60, 60]);
    assert_eq!(singles.len(), 2 * (60 + CRITICAL), "no other line");
    assert!(digests.len() <= 16, "{} digests in four hours", digests.len());
    let of = |list: &str| -> BTreeSet<String> {
        let texts = digests.iter().filter_map(|digest| digest["annotations"][format!("alerts_{list}")].as_str());
        texts.flat_map(str::split_whitespace).map(str::to_owned).collect()
    };
    let alone = |change: &str| -> BTreeSet<String> {
        let those = singles.iter().filter(|alert| alert["annotations"]["change"] == change);
        those.filter_map(|alert| alert["labels"]["alert"].as_str().map(str::to_owned)).collect()
    };
    let missing = |delivered: BTreeSet<String>, of: &BTreeSet<String>| of.difference(&delivered).count();
    assert_eq!(missing(&of("open") | &alone("opened"), &opened), 0, "opened");
    assert_eq!(missing(&of("ended") | &alone("ended"), &ended), 0, "ended");
    let delivered = rows("people", DeliveryState::Delivered);
    let in_digests =
        delivered.iter().filter(|row| row.error.as_deref().is_some_and(|said| said.starts_with("in digest "))).count();
    assert_eq!((delivered.len(), in_digests), (changes.len() + digests.len(), changes.len() - singles.len()));
    dispatcher.finish(PATIENCE);
    drop(store);
}

#[test]
fn an_alert_withheld_for_its_marking_reaches_the_sink_once_it_is_lowered_and_retried() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("alerts.sqlite");
    let (partner, events) = receiver();
    let text = format!(
        "kind = \"webhook\"\nname = \"partner\"\nmin_severity = \"info\"\nmax_tlp = \"GREEN\"\n\
         webhook = {{ url = \"{partner}\", body = \"line\", allow = [\"127.0.0.1/32\"] }}"
    );
    let settings: Vec<Settings> = vec![toml::from_str(&text).expect("settings")];
    let filters: Vec<Filter> = settings.iter().map(Settings::filter).collect();
    let wake = Wake::default();
    let waker = wake.clone();
    let orders = Orders { filters: filters.clone(), handling: HandlingSettings::default() };
    let store = Store::open(&path, orders, || Clock.now(), |_| {}, move |_| waker.wake()).expect("the store opens");
    let link = StoreLink { path: path.as_path().into(), reporter: store.reporter(), wake };
    let dispatcher = Dispatcher::start(&settings, &DeliverySettings::default(), Some(link), Clock).expect("they start");
    let change = flood_of(1).remove(0);
    let id = change.alert.id.clone();
    store.changes(vec![change], 0);
    assert!(store.settle(PATIENCE));
    let retry = || {
        let which = DeliveryQuery { alert: Some(id.clone()), ..DeliveryQuery::default() };
        store::retry(&path, &which, Some(&filters), "ana", None, Clock.now()).expect("written").queued
    };
    assert_eq!(retry(), 0, "the marking does not allow it");
    let green = Mark { tlp: Some(Tlp::Green), ..Mark::default() };
    store::mark(&path, &id, &green, "ana", "agreed with the source", Clock.now()).expect("marked");
    assert_eq!(retry(), 1);
    wait_until(|| !events.lock().expect("nobody panicked").is_empty());
    let body = events.lock().expect("nobody panicked")[0].1.clone();
    assert_eq!((&body["alert"]["id"], &body["alert"]["handling"]["tlp"]), (&Value::from(id), &Value::from("GREEN")));
    dispatcher.finish(PATIENCE);
    drop(store);
}

#[test]
fn a_retry_reaches_a_receiver_that_answered_410_gone_and_is_mended() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("alerts.sqlite");
    let is_gone = Arc::new(AtomicBool::new(true));
    let (partner, posts) = receiver_while(Arc::clone(&is_gone));
    let text = format!(
        "kind = \"webhook\"\nname = \"partner\"\nmin_severity = \"info\"\n\
         webhook = {{ url = \"{partner}\", body = \"line\", allow = [\"127.0.0.1/32\"] }}"
    );
    let settings: Vec<Settings> = vec![toml::from_str(&text).expect("settings")];
    let filters: Vec<Filter> = settings.iter().map(Settings::filter).collect();
    let wake = Wake::default();
    let waker = wake.clone();
    let orders = Orders { filters: filters.clone(), handling: HandlingSettings::default() };
    let store = Store::open(&path, orders, || Clock.now(), |_| {}, move |_| waker.wake()).expect("the store opens");
    let link = StoreLink { path: path.as_path().into(), reporter: store.reporter(), wake };
    let dispatcher = Dispatcher::start(&settings, &DeliverySettings::default(), Some(link), Clock).expect("they start");
    let mut changes = flood_of(2);
    changes.truncate(2);
    let rows = |state| {
        let which = DeliveryQuery { state: Some(state), ..DeliveryQuery::default() };
        delivery_rows(&path, &which, 100).expect("a list").len()
    };
    let received = || posts.lock().expect("nobody panicked").len();
    let retry =
        || store::retry(&path, &DeliveryQuery::default(), Some(&filters), "ana", None, Clock.now()).expect("written");
    for (count, change) in (1..).zip(changes) {
        store.changes(vec![change], 0);
        assert!(store.settle(PATIENCE));
        wait_until(|| rows(DeliveryState::Failed) == count);
    }
    assert_eq!(received(), 1, "a receiver that is gone is left alone");
    let (_, counters) = dispatcher.counters().next().expect("a sink");
    let reason = counters.reason.get().unwrap_or_default();
    assert!(counters.is_down() && reason.contains("until atalaia deliveries retry or a reload: "), "{reason}");

    // Still gone: one attempt, and no more.
    retry();
    wait_until(|| received() == 2 && rows(DeliveryState::Failed) == 2);
    is_gone.store(false, Ordering::Relaxed);
    retry();
    wait_until(|| rows(DeliveryState::Delivered) == 2);
    assert_eq!((received(), counters.is_down()), (4, false));
    dispatcher.finish(PATIENCE);
    drop(store);
}
