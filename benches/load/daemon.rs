//! The program under load: its store, its feed, and what it uses.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use atalaia::http::ApiSecret;
use atalaia::storage::store::{self, Ceilings, Filter, Orders, Right, Rights, Store, Token};
use atalaia_core::alerts::handling::Purpose;
use atalaia_core::alerts::{Alert, Change, ChangeKind, HandlingSettings, Sentence, Severity, Status};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::scenario::Fleet;

/// Alerts in one request to the store.
const TOGETHER: usize = 100;
/// Bursts per second in which lines are sent.
const PIECES: usize = 50;
/// Event time between two reports of a vessel. Seconds.
const EVERY: i64 = 60;
/// Times that the points of the model's tracks are repeated: an alert of two hours has some hundred.
const LONGER: usize = 40;
/// Tokens: one for each client that the limit of requests must not hold up.
const TOKENS: usize = 64;

/// The program, fed until this is dropped.
pub(super) struct Daemon {
    child: Child,
    /// Address of the API.
    pub(super) address: SocketAddr,
    /// Full ids of the stored alerts.
    pub(super) ids: Vec<String>,
    /// Secrets of the tokens.
    pub(super) tokens: Vec<String>,
    /// Size of the fleet.
    pub(super) vessels: usize,
    feed: Arc<Feed>,
    _folder: tempfile::TempDir,
}

/// What the feeding thread shares.
#[derive(Default)]
struct Feed {
    /// Lines sent.
    sent: AtomicU64,
    /// Set to make it pause for good.
    stop: AtomicBool,
}

/// What the program has used since its start.
#[derive(Clone, Debug)]
pub(super) struct Usage {
    /// When this was read.
    pub(super) at: Instant,
    /// Lines sent to it.
    pub(super) lines: u64,
    /// Time on the processor by name of the thread, in seconds. Threads that have ended are missing.
    pub(super) threads: BTreeMap<String, f64>,
}

impl Daemon {
    /// Starts it, and feeds it for long enough that every vessel has been heard.
    pub(super) fn start() -> Daemon {
        let (alerts, vessels) = (number("ATALAIA_BENCH_ALERTS", 5000), number("ATALAIA_BENCH_VESSELS", 20_000));
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("store.sqlite");
        let ids = fill(&path, alerts);
        let tokens = (0..TOKENS).map(|number| token(&path, number)).collect();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let settings = folder.path().join("atalaia.toml");
        let text = format!(
            "[store]\npath = \"store.sqlite\"\n[api]\naddress = \"127.0.0.1:0\"\n\
             [[inputs]]\nkind = \"tcp\"\nname = \"feed\"\naddress = \"{}\"\nrecorded = true\n\
             [[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"alerts.jsonl\"\n",
            listener.local_addr().unwrap()
        );
        fs::write(&settings, text).unwrap();
        // Another build can be named, for comparison.
        let program =
            std::env::var("ATALAIA_BENCH_PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_atalaia").to_owned());
        let mut child =
            Command::new(program).args(["run", "--config"]).arg(&settings).stderr(Stdio::piped()).spawn().unwrap();
        let address = serving(&mut child);
        let feed = Arc::new(Feed::default());
        let (stream, _) = listener.accept().unwrap();
        let feeding = Arc::clone(&feed);
        let rate = number("ATALAIA_BENCH_RATE", 20_000);
        thread::spawn(move || feeding.run(stream, vessels, rate));
        while feed.sent.load(Relaxed) < 10 * vessels as u64 {
            thread::sleep(Duration::from_millis(50));
        }
        Daemon { child, address, ids, tokens, vessels, feed, _folder: folder }
    }

    /// Ends the feed. The engine goes on without lines.
    pub(super) fn pause(&self) {
        self.feed.stop.store(true, Relaxed);
        thread::sleep(Duration::from_secs(2));
    }

    /// What it has used so far.
    pub(super) fn usage(&self) -> Usage {
        let mut threads = BTreeMap::new();
        for task in fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap().flatten() {
            let read = |name: &str| fs::read_to_string(task.path().join(name)).unwrap_or_default();
            let nanoseconds = read("schedstat").split(' ').next().and_then(|text| text.parse::<f64>().ok());
            *threads.entry(read("comm").trim().to_owned()).or_insert(0.0) += nanoseconds.unwrap_or(0.0) / 1e9;
        }
        Usage { at: Instant::now(), lines: self.feed.sent.load(Relaxed), threads }
    }

    /// Time on the processor since its start, of all threads. Seconds, to a hundredth.
    pub(super) fn processor(&self) -> f64 {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let (_, fields) = text.rsplit_once(')').unwrap();
        let ticks: f64 = fields.split_whitespace().skip(11).take(2).map(|field| field.parse::<f64>().unwrap()).sum();
        // A tick is a hundredth of a second on Linux.
        ticks / 100.0
    }

    /// Resident memory in bytes.
    pub(super) fn resident(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1024.0
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Feed {
    /// Sends reports at an even rate until it is to pause. Event time begins a day ago and runs faster than the clock.
    fn run(&self, mut stream: std::net::TcpStream, vessels: usize, rate: usize) {
        let (mut fleet, mut text) = (Fleet::new(vessels, 7), Vec::new());
        let mut start = now() - Span::from_hours(24);
        let begun = Instant::now();
        while !self.stop.load(Relaxed) {
            fleet.round(start, EVERY, &mut text);
            start = start + Span::from_seconds(EVERY);
            let mut rest = text.as_slice();
            while !rest.is_empty() {
                let end = memchr::memchr_iter(b'\n', rest).nth(rate / PIECES - 1).map_or(rest.len(), |at| at + 1);
                let (piece, behind) = rest.split_at(end);
                let sent = self.sent.load(Relaxed);
                let due = begun + Duration::from_secs_f64(sent as f64 / rate as f64);
                thread::sleep(due.saturating_duration_since(Instant::now()));
                if stream.write_all(piece).is_err() {
                    return;
                }
                self.sent.store(sent + memchr::memchr_iter(b'\n', piece).count() as u64, Relaxed);
                rest = behind;
            }
        }
        // The connection stays open: an input that reconnects is other work.
        std::mem::forget(stream);
    }
}

/// Reads the address of the API from the log. Prints warnings and errors from then on.
fn serving(child: &mut Child) -> SocketAddr {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find(|line| line.contains("serving the API")).expect("it serves the API");
    let address = line.split("address=").nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap();
    thread::spawn(move || {
        for line in lines.filter(|line| line.contains(" ERROR ") || line.contains(" WARN ")) {
            println!("  {line}");
        }
    });
    address
}

/// Makes a store with this many alerts of the last 28 days. Returns their ids.
fn fill(path: &Path, alerts: usize) -> Vec<String> {
    let filters = vec![Filter::from_severity("archive", Severity::Low)];
    let orders = Orders { filters, handling: HandlingSettings::default() };
    let store = Store::open(path, orders, now, |_| {}, |_| {}).unwrap();
    let lines = include_str!("../../tests/exports/alerts.jsonl").lines();
    let mut model: Alert = lines.filter_map(|line| serde_json::from_str(line).ok()).next().expect("an alert");
    for track in &mut model.evidence.tracks {
        track.points = track.points.repeat(LONGER);
    }
    let ids: Vec<String> = (0..alerts).map(|number| format!("{number:026}")).collect();
    for first in (0..alerts).step_by(TOGETHER) {
        let last = alerts.min(first + TOGETHER);
        store.changes((first..last).map(|number| change(&model, number, &ids[number])).collect(), 0);
    }
    assert!(store.settle(Duration::from_secs(600)));
    assert!(store.finish());
    ids
}

/// The only change of an alert.
fn change(model: &Alert, number: usize, id: &str) -> Change {
    let (mut alert, now) = (model.clone(), now());
    let began = now - Span::from_minutes(number as i64 * 7 % 40_000);
    id.clone_into(&mut alert.id);
    (alert.announced, alert.score) = (true, (number * 7 % 101) as i32);
    alert.severity = Severity::of(alert.score);
    (alert.started_at, alert.opened_at, alert.last_at) = (began, began, began);
    (alert.status, alert.ended_at, alert.case_id) = (Status::Ended, Some(began), None);
    // Of the first vessel there are some ten alerts, of the second one.
    for (place, vessel) in alert.vessels.iter_mut().enumerate() {
        vessel.mmsi = if place == 0 { 201_000_000 + (number % 570) as u32 } else { 211_000_000 + number as u32 };
    }
    let (reason, sentence) = ("a bench".to_owned(), Sentence::default());
    let alert = Arc::new(alert);
    Change { change: ChangeKind::Opened, revision: 1, at: now, reason, alert, sentence, is_uncertain: false }
}

/// Adds a token that may read and act, and returns its secret.
fn token(path: &Path, number: usize) -> String {
    let (secret, now) = (ApiSecret::token().unwrap(), now());
    let token = Token {
        name: format!("console{number}"),
        rights: Rights::from_iter([Right::Status, Right::Read, Right::Search, Right::Act]),
        ceilings: Ceilings::default(),
        networks: Vec::new(),
        purpose: Purpose::NonSpecified,
        made_by: "bench".to_owned(),
        made_at: now,
        expires_at: now + Span::from_hours(24),
        used_at: None,
        ended_at: None,
    };
    store::add_token(path, &token, &secret.digest(), "bench", now).unwrap();
    secret.expose().to_owned()
}

/// The wall clock.
pub(super) fn now() -> Time {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Time::from_millis(since.as_millis() as i64)
}

/// The value of a variable.
pub(super) fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}
