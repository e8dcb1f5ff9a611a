//! Throughput of the whole engine: `cargo bench`.
//!
//! (a) A synthetic fleet as type 1 sentences with TAG times, in random vessel order, one report each 30 s. Seven tenths
//! of it are in 400 clusters of uneven weight, the rest anywhere between 60° S and 60° N. Every tenth vessel
//! drifts at below 2 kn.
//! (b) The real recordings kept beside the repository, else those shipped with it.
//!
//! Both use the shipped zones and all behaviours, and raise alerts.
//!
//! Variables: `ATALAIA_BENCH_LANES` is the number of lanes (default 1, which uses one core),
//! `ATALAIA_BENCH_VESSELS` the size of the fleet (default 300 000), `ATALAIA_BENCH_EVERY` the seconds between two reports
//! of a vessel (default 30), `ATALAIA_BENCH_ROUNDS` the number of reports of each vessel (default 130: loitering opens
//! after an hour).
//!
//! The memory for a day of history, with a report of each vessel every five minutes:
//! `ATALAIA_BENCH_VESSELS=300000 ATALAIA_BENCH_EVERY=300 ATALAIA_BENCH_ROUNDS=288 cargo bench --bench pipeline`.
//! With fewer vessels what does not depend on their number weighs more: the cells of the reception model, of which there
//! are at most 200 000, take 15 MB.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use atalaia_core::ais::{Decoder, Line, LineCutter, SourceId, SourceSettings};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::engine::{Engine, Settings, SourceClock};
use atalaia_core::scenario::Fleet;
use atalaia_core::zones::{Chart, ZoneSet};

fn main() {
    let vessels = number("ATALAIA_BENCH_VESSELS", 300_000);
    let rounds = number("ATALAIA_BENCH_ROUNDS", 130);
    synthetic(vessels, rounds, number("ATALAIA_BENCH_EVERY", 30) as i64);
    recordings();
}

fn synthetic(vessels: usize, rounds: usize, every: i64) {
    let chart = Arc::new(Chart::with_built_in(ZoneSet::built_in(ZONE_REQUESTS)));
    let before = resident();
    let mut fleet = Fleet::new(vessels, 7);
    let mut engine = engine(&chart);
    let mut decoder = Decoder::new(vec![source()]);
    let mut text = Vec::new();
    let mut reports = Vec::new();
    let (mut decoding, mut whole, mut lines, mut changes) = (0.0, 0.0, 0_u64, 0_u64);
    let mut speeds = Vec::new();
    let generator = resident() - before;
    for turn in 0..rounds {
        let start = Time::from_seconds(1_770_000_000 + turn as i64 * every);
        fleet.round(start, every, &mut text);
        let clock = Instant::now();
        each_line(&text, |line| {
            decoder.line(line, &mut reports);
            black_box(&reports);
            reports.clear();
        });
        decoding += clock.elapsed().as_secs_f64();
        let mut out = Vec::new();
        let clock = Instant::now();
        let count = each_line(&text, |line| {
            engine.line(line, &mut out);
            changes += out.len() as u64;
            out.clear();
        });
        let seconds = clock.elapsed().as_secs_f64();
        whole += seconds;
        lines += count;
        speeds.push(count as f64 / seconds);
    }
    let text_bytes = text.capacity() as f64;
    let mut by_speed: Vec<(usize, f64)> = speeds.iter().copied().enumerate().collect();
    by_speed.sort_by(|a, b| a.1.total_cmp(&b.1));
    let slow: Vec<String> = by_speed.iter().take(6).map(|(turn, speed)| format!("{turn} ({speed:.0}/s)")).collect();
    speeds.sort_by(f64::total_cmp);
    let held = (resident() - before - generator) as f64 - text_bytes;
    let nanoseconds = |seconds: f64| seconds / lines as f64 * 1e9;
    println!(
        "synthetic fleet: {vessels} vessels, {lines} reports, {changes} changes, {} open",
        engine.open_alerts().len()
    );
    println!("  median of rounds  {:>9.0} reports/s, lanes: {}", speeds[speeds.len() / 2], lanes());
    println!("  slowest round     {:>9.0} reports/s; the slowest were {}", speeds[0], slow.join(", "));
    println!("  framing + decode  {:>9.0} ns a report", nanoseconds(decoding));
    println!("  the rest          {:>9.0} ns a report", nanoseconds(whole - decoding));
    let account = engine.account();
    println!(
        "  memory            {:>9.0} bytes a vessel resident, {} of them in:",
        held / vessels as f64,
        account.total() / vessels
    );
    for (name, bytes) in account.entries() {
        println!("    {name:<26} {:>7.1}", bytes as f64 / vessels as f64);
    }
    println!("  peak resident     {:>9.0} MB with generator, coast and ports", peak() as f64 / 1e6);
}

fn recordings() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/nmea");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/decoder");
    let folder = if beside.is_dir() { beside } else { shipped };
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let chart = Arc::new(Chart::with_built_in(ZoneSet::built_in(ZONE_REQUESTS)));
    let mut texts = Vec::new();
    for file in &files {
        let bytes = std::fs::read(file).unwrap();
        let mut text = Vec::new();
        if bytes.starts_with(&[0x1f, 0x8b]) {
            flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut text).unwrap();
        } else {
            text = bytes;
        }
        texts.push(text);
    }
    let mut speeds = Vec::new();
    let mut summary = String::new();
    for _ in 0..5 {
        let (mut reports, mut lines, mut seconds) = (0, 0, 0.0);
        for text in &texts {
            let mut engine = engine(&chart);
            let mut out = Vec::new();
            let clock = Instant::now();
            lines += each_line(text, |line| {
                engine.line(line, &mut out);
                out.clear();
            });
            engine.finish(&mut out);
            seconds += clock.elapsed().as_secs_f64();
            reports += engine.tally().total().reports_by_type.iter().sum::<u64>();
        }
        speeds.push(reports as f64 / seconds);
        summary.clear();
        let _ = write!(summary, "{} files, {lines} lines, {reports} reports", texts.len());
    }
    speeds.sort_by(f64::total_cmp);
    println!("real recordings: {summary}");
    println!("  median of 5       {:>9.0} reports/s", speeds[2]);
}

fn engine(chart: &Arc<Chart>) -> Engine {
    let clock = SourceClock {
        name: "bench".to_owned(),
        time_zone: None,
        live: false,
        recording: true,
        lateness: Span::from_seconds(30),
    };
    let mut settings = Settings::default();
    settings.tracks.lanes = lanes() as u32;
    Engine::new(&settings, Arc::clone(chart), vec![clock])
}

fn lanes() -> usize {
    number("ATALAIA_BENCH_LANES", 1)
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn source() -> SourceSettings {
    SourceSettings { name: "bench".to_owned(), time_zone: None, live: false }
}

fn each_line(text: &[u8], mut take: impl FnMut(Line<'_>)) -> u64 {
    let mut cutter = LineCutter::new();
    let mut lines = 0;
    let mut line = |bytes: &[u8]| {
        lines += 1;
        take(Line { source: SourceId(0), received: None, bytes });
    };
    for block in text.chunks(1 << 16) {
        cutter.feed(block, &mut line);
    }
    cutter.finish(&mut line);
    lines
}

fn status(key: &str) -> usize {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<usize>().ok()).unwrap_or(0) * 1024
}

fn resident() -> usize {
    status("VmRSS:")
}

fn peak() -> usize {
    status("VmHWM:")
}
