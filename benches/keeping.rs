//! The cost of persistence: `cargo bench --bench keeping`.
//!
//! (a) Throughput with the journal written and alerts stored, against the same engine without them, round by round in
//! one run.
//! (b) The snapshot of a fleet after hours of reports: time to save, time to restore, and size.
//!
//! Variables: `ATALAIA_BENCH_VESSELS` (default 20 000) and `ATALAIA_BENCH_HOURS` of event time (default 24). Each
//! vessel reports once in 3 min.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use atalaia::platform::disk::RealDisk;
use atalaia::storage::journal::{self, Entry, Journal, Limits, Position};
use atalaia::storage::store::{Filter, Orders, Store};
use atalaia_core::ais::{Line, SourceId};
use atalaia_core::alerts::{Change, HandlingSettings, Severity};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::engine::{Engine, Settings, SourceClock};
use atalaia_core::scenario::Fleet;
use atalaia_core::zones::{Chart, ZoneSet};

const EVERY: i64 = 180;
/// Lines in one batch, as an input would hand them over.
const BATCH: usize = 100;
/// Length of a slice of a snapshot, as the daemon saves it. Bytes.
const SLICE: usize = 256 << 10;

fn main() {
    let vessels = number("ATALAIA_BENCH_VESSELS", 20_000);
    let rounds = number("ATALAIA_BENCH_HOURS", 24) * 3600 / EVERY as usize;
    let chart = Arc::new(Chart::with_built_in(ZoneSet::built_in(ZONE_REQUESTS)));
    let folder = tempfile::TempDir::new().unwrap();
    let mut journal =
        Journal::open(Arc::new(RealDisk), &folder.path().join("journal"), None, Limits::default(), |_| {}).unwrap();
    let filter = vec![Filter::from_severity("bench", Severity::Low)];
    let orders = Orders { filters: filter, handling: HandlingSettings::default() };
    let syncer = journal.syncer();
    let before = move |position| drop(syncer.reach(Position(position), Duration::from_secs(10)));
    let at = Time::from_seconds(1_770_000_000);
    let store = Store::open(&folder.path().join("store.sqlite"), orders, move || at, before, |_| {}).unwrap();

    let mut fleet = Fleet::new(vessels, 7);
    let (mut plain, mut kept) = (engine(&chart), engine(&chart));
    let (mut plain_seconds, mut kept_seconds, mut lines, mut stored) = (Vec::new(), Vec::new(), 0, 0);
    let mut text = Vec::new();
    for turn in 0..rounds {
        let start = at + Span::from_seconds(turn as i64 * EVERY);
        fleet.round(start, EVERY, &mut text);
        lines += memchr::memchr_iter(b'\n', &text).count();
        let mut out = Vec::new();
        let mut take = |engine: &mut Engine, out: &mut Vec<Change>, keeps: bool| {
            let clock = Instant::now();
            for batch in batches(&text) {
                if keeps {
                    journal.append(&Entry::Lines { source: SourceId(0), received: Some(start), bytes: batch });
                }
                for line in batch.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                    engine.line(Line { source: SourceId(0), received: Some(start), bytes: line }, out);
                }
                if keeps && !out.is_empty() {
                    stored += out.len();
                    journal.flush();
                    store.changes(std::mem::take(out), journal.position().0);
                }
                out.clear();
            }
            clock.elapsed().as_secs_f64()
        };
        plain_seconds.push(take(&mut plain, &mut out, false));
        kept_seconds.push(take(&mut kept, &mut out, true));
    }
    drop(plain);
    let median = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let (plain_total, kept_total): (f64, f64) = (plain_seconds.iter().sum(), kept_seconds.iter().sum());
    println!("{vessels} vessels, {lines} reports, {stored} changes stored");
    println!("  without journal and store {:>9.0} reports/s", lines as f64 / plain_total);
    println!("  with both                 {:>9.0} reports/s", lines as f64 / kept_total);
    println!(
        "  ratio                     {:>9.3} of the whole, {:.3} of the median rounds",
        plain_total / kept_total,
        median(&mut plain_seconds) / median(&mut kept_seconds)
    );
    let ((pause, first), slices, snapshot) = save_between_lines(&mut kept);
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "  state saved                {:>9.1} ms pause for {:.1} MB, then {} slices of at most {:.2} ms, {:.0} ms together",
        millis(pause),
        first as f64 / 1e6,
        slices.len(),
        slices.iter().copied().max().map_or(0.0, millis),
        millis(slices.iter().sum()),
    );
    let clock = Instant::now();
    let mut again = engine(&chart);
    again.restore(&snapshot).unwrap();
    println!(
        "  state                     {:>9.1} MB, {:.0} bytes a vessel; taken up in {:.0} ms",
        snapshot.len() as f64 / 1e6,
        snapshot.len() as f64 / vessels as f64,
        millis(clock.elapsed())
    );
    // Replays what a daemon that saves a snapshot every quarter of an hour has to read again after a restart.
    let end = journal.position();
    journal.finish().unwrap();
    let from = Position(end.0 - (vessels * 5 / BATCH) as u64);
    let clock = Instant::now();
    let mut count = 0_u64;
    let read = journal::read(&RealDisk, &folder.path().join("journal"), from, None, |_, entry| {
        if let Entry::Lines { source, received, bytes } = entry {
            for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                count += 1;
                again.line(Line { source: *source, received: *received, bytes: line }, &mut Vec::new());
            }
        }
        ControlFlow::Continue(())
    });
    assert!(read.unwrap().holes.is_empty());
    println!("  a quarter of an hour      {count:>9} reports read again in {:.2} s", clock.elapsed().as_secs_f64());
}

/// Saves the state in slices. Returns the duration and size of the first part, the durations of the others, and the snapshot.
fn save_between_lines(engine: &mut Engine) -> ((Duration, usize), Vec<Duration>, Vec<u8>) {
    let mut whole = Vec::new();
    let mut slices = Vec::new();
    let clock = Instant::now();
    engine.begin_save(&mut whole);
    let pause = (clock.elapsed(), whole.len());
    loop {
        let clock = Instant::now();
        let mut slice = Vec::with_capacity(SLICE);
        let more = engine.save_some(SLICE, &mut slice);
        slices.push(clock.elapsed());
        whole.append(&mut slice);
        if !more {
            return (pause, slices, whole);
        }
    }
}

/// Splits a text into batches of whole lines.
fn batches(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = memchr::memchr_iter(b'\n', rest).nth(BATCH - 1).map_or(rest.len(), |at| at + 1);
        let (batch, behind) = rest.split_at(end);
        rest = behind;
        (!batch.is_empty()).then_some(batch)
    })
}

fn engine(chart: &Arc<Chart>) -> Engine {
    let clock = SourceClock {
        name: "bench".to_owned(),
        time_zone: None,
        live: true,
        recording: false,
        lateness: Span::from_seconds(30),
    };
    Engine::new(&Settings::default(), Arc::clone(chart), vec![clock])
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
