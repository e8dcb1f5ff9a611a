//! Reading alerts for the API: `cargo bench --bench api`.
//!
//! Stores alerts, then times a page of 100, the counts, one alert, and a page found by words, while a writer goes on storing changes. The
//! times are those of the store with connections that are kept open; making JSON and sending it comes on top.
//!
//! Variables: `ATALAIA_BENCH_ALERTS` (default 20 000), `ATALAIA_BENCH_READS` (default 2000).
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use atalaia::storage::store::{
    AlertFilter, Clearance, Filter, Order, Orders, PageRequest, Parts, Readers, Store, WorkState,
};
use atalaia_core::alerts::{Alert, Change, ChangeKind, HandlingSettings, Sentence, Severity};
use atalaia_core::base::time::{Span, Time};

/// Alerts in one request to the store.
const TOGETHER: usize = 100;
/// Time between the changes that the writer stores meanwhile.
const PAUSE: Duration = Duration::from_millis(50);

fn main() {
    let (alerts, reads) = (number("ATALAIA_BENCH_ALERTS", 20_000), number("ATALAIA_BENCH_READS", 2000));
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("store.sqlite");
    let filters = vec![Filter::from_severity("bench", Severity::Low)];
    let orders = Orders { filters, handling: HandlingSettings::default() };
    let now = Time::from_seconds(1_770_000_000);
    let store = Store::open(&path, orders, move || now, |_| {}, |_| {}).unwrap();
    let model: Alert = include_str!("../tests/exports/alerts.jsonl")
        .lines()
        .find_map(|line| serde_json::from_str(line).ok())
        .expect("an alert of the examples");
    let began = Instant::now();
    for first in (0..alerts).step_by(TOGETHER) {
        store.changes((first..first + TOGETHER).map(|number| change(&model, number, 1, now)).collect(), 0);
    }
    assert!(store.settle(Duration::from_secs(600)));
    let stored = began.elapsed();
    println!("{alerts} alerts stored in {:.1} s, {:.2} ms each", stored.as_secs_f64(), millis(stored) / alerts as f64);

    let stop = Arc::new(AtomicBool::new(false));
    let writing = {
        let (stop, model) = (Arc::clone(&stop), model.clone());
        std::thread::spawn(move || {
            let mut revision = 2;
            while !stop.load(Relaxed) {
                store.changes(vec![change(&model, revision as usize % alerts, revision, now)], 0);
                revision += 1;
                std::thread::sleep(PAUSE);
            }
            store.finish();
        })
    };
    let (readers, everything) = (Readers::new(path), Clearance::everything());
    let states = vec![WorkState::New, WorkState::Acknowledged];
    let usual = AlertFilter { states, min_severity: Some(Severity::Medium), ..AlertFilter::default() };
    let words = AlertFilter { words: vec!["loitering".to_owned()], ..AlertFilter::default() };
    let id = readers.ids(&usual, &everything, 1, now).unwrap().remove(0);
    let order = Order::default();
    let parts = Parts { notes: true, history: true, deliveries: true };
    let request = |filter| PageRequest { filter, clearance: &everything, order, cursor: None, limit: 100, now };
    time("page of 100", reads, || drop(readers.page(&request(&usual)).unwrap()));
    time("page of 100 by words", reads / 10, || drop(readers.page(&request(&words)).unwrap()));
    time("counts", reads / 10, || drop(readers.summary(&usual, &everything, now, now).unwrap()));
    time("one alert", reads, || drop(readers.detail(&id, &everything, parts, now).unwrap()));
    time("last entry of the log", reads, || drop(readers.seq()));
    stop.store(true, Relaxed);
    writing.join().unwrap();
}

/// A change of the alert with this number.
fn change(model: &Alert, number: usize, revision: u32, now: Time) -> Change {
    let mut alert = model.clone();
    let before = Span::from_minutes(number as i64 % 40_000);
    alert.id = format!("{number:026}");
    (alert.announced, alert.score) = (true, (number * 7 % 101) as i32);
    alert.severity = Severity::of(alert.score);
    (alert.started_at, alert.opened_at, alert.last_at) = (now - before, now - before, now - before);
    alert.case_id = None;
    let kind = if revision == 1 { ChangeKind::Opened } else { ChangeKind::Updated };
    let (reason, sentence) = ("a bench".to_owned(), Sentence::default());
    Change { change: kind, revision, at: now, reason, alert: Arc::new(alert), sentence, is_uncertain: false }
}

/// Prints median and 99th percentile.
fn time(what: &str, reads: usize, mut read: impl FnMut()) {
    let mut times: Vec<f64> = (0..reads.max(10))
        .map(|_| {
            let began = Instant::now();
            read();
            millis(began.elapsed())
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let of = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!("{what}: median {:.2} ms, p99 {:.2} ms", of(0.5), of(0.99));
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// The value of a variable.
fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}
