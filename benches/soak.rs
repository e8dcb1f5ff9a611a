//! Memory of the daemon over a long run: `cargo bench --bench soak`.
//!
//! Starts the daemon with a store, a journal and a jsonl sink, and feeds it over TCP at an even rate while event time
//! runs faster than the clock. Prints its resident memory after every hour of event time. Then restarts the daemon on
//! the same state and compares the memory before and after. The daemon has the variables of the systemd unit, unless
//! `GLIBC_TUNABLES` is already set.
//!
//! Variables: `ATALAIA_BENCH_VESSELS` (default 20 000), `ATALAIA_BENCH_HOURS` of event time (default 24),
//! `ATALAIA_BENCH_EVERY`, seconds of event time between two reports of a vessel (default 60), `ATALAIA_BENCH_RATE`,
//! lines per second (default 20 000). With the defaults it takes 24 min.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use atalaia_core::base::time::{Span, Time};
use atalaia_core::scenario::Fleet;

/// Bursts per second in which lines are sent.
const PIECES: u32 = 50;

fn main() {
    let vessels = number("ATALAIA_BENCH_VESSELS", 20_000);
    let every = number("ATALAIA_BENCH_EVERY", 60);
    let hours = number("ATALAIA_BENCH_HOURS", 24);
    let rate = number("ATALAIA_BENCH_RATE", 20_000);
    let folder = tempfile::TempDir::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = folder.path().join("atalaia.toml");
    let text = format!(
        "[store]\npath = \"store.sqlite\"\n\
         [[inputs]]\nkind = \"tcp\"\nname = \"feed\"\naddress = \"{}\"\nrecorded = true\n\
         [[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"alerts.jsonl\"\n",
        listener.local_addr().unwrap()
    );
    fs::write(&settings, text).unwrap();

    let (mut daemon, mut stream) = start(&settings, &listener);
    println!("{vessels} vessels, a report of each in {every} s, {rate} lines/s");
    let mut fleet = Fleet::new(vessels, 7);
    let mut text = Vec::new();
    let begun = Instant::now();
    let mut sent = 0;
    for turn in 0..hours * 3600 / every {
        let start = Time::from_seconds(1_790_000_000) + Span::from_seconds((turn * every) as i64);
        fleet.round(start, every as i64, &mut text);
        for piece in pieces(&text, rate / PIECES as usize) {
            let due = begun + Duration::from_secs_f64(sent as f64 / rate as f64);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            stream.write_all(piece).unwrap();
            sent += memchr::memchr_iter(b'\n', piece).count();
        }
        if ((turn + 1) * every).is_multiple_of(3600) {
            let seconds = begun.elapsed().as_secs_f64();
            println!("  {:>3} h {:>7.1} MB after {seconds:.0} s", (turn + 1) * every / 3600, resident(&daemon));
        }
    }
    let before = resident(&daemon);
    // Gives the allocator time to return what snapshots used.
    thread::sleep(Duration::from_secs(20));
    let rested = resident(&daemon);
    stop(&mut daemon);
    drop(stream);
    let (mut daemon, _stream) = start(&settings, &listener);
    // Gives the allocator time to return what restoring the state used.
    thread::sleep(Duration::from_secs(20));
    let after = resident(&daemon);
    println!(
        "  at the end {before:.1} MB, 20 s later {rested:.1} MB; restarted {after:.1} MB: {:.2} times that",
        before / after
    );
    stop(&mut daemon);
    print_disk_usage(folder.path(), sent);
}

/// Prints the disk space used at the end.
fn print_disk_usage(folder: &Path, lines: usize) {
    let journal = folder.join("store.sqlite.journal");
    let files = fs::read_dir(&journal).unwrap().map(|entry| entry.unwrap());
    let (mut segments, mut snapshots) = (0, Vec::new());
    for file in files {
        let (name, length) = (file.file_name().to_string_lossy().into_owned(), file.metadata().unwrap().len());
        if name.ends_with(".journal") {
            segments += length;
        } else if name.ends_with(".snapshot") {
            snapshots.push(length);
        }
    }
    let store = fs::metadata(folder.join("store.sqlite")).unwrap().len();
    let told = fs::read_to_string(folder.join("alerts.jsonl")).unwrap_or_default();
    let opened = told.lines().filter(|line| line.contains("\"change\":\"opened\"")).count();
    println!(
        "  journal {:.1} MB, {:.1} bytes a line; snapshots {snapshots:?} bytes; store {:.1} MB for {} changes of {opened} alerts delivered",
        segments as f64 / 1e6,
        segments as f64 / lines as f64,
        store as f64 / 1e6,
        told.lines().count()
    );
}

/// Starts the daemon and waits until it has connected to the feed. Prints its warnings and errors as they come.
fn start(settings: &Path, listener: &TcpListener) -> (Child, TcpStream) {
    // Another build can be named, for comparison.
    let program = std::env::var("ATALAIA_BENCH_PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_atalaia").to_owned());
    let mut command = Command::new(program);
    if std::env::var_os("GLIBC_TUNABLES").is_none() {
        command.envs(variables_of_the_unit());
    }
    let mut daemon = command.args(["run", "--config"]).arg(settings).stderr(Stdio::piped()).spawn().unwrap();
    let errors = BufReader::new(daemon.stderr.take().unwrap());
    thread::spawn(move || {
        for line in
            errors.lines().map_while(Result::ok).filter(|line| line.contains(" ERROR ") || line.contains(" WARN "))
        {
            println!("  {line}");
        }
    });
    let (stream, _) = listener.accept().unwrap();
    (daemon, stream)
}

/// The variables that the systemd unit sets.
fn variables_of_the_unit() -> impl Iterator<Item = (&'static str, &'static str)> {
    let unit = include_str!("../systemd/atalaia.service");
    unit.lines().filter_map(|line| line.strip_prefix("Environment=")?.split_once('='))
}

fn stop(daemon: &mut Child) {
    assert!(Command::new("kill").arg(daemon.id().to_string()).status().unwrap().success());
    assert!(daemon.wait().unwrap().success());
}

/// Resident memory of the daemon in MB.
fn resident(daemon: &Child) -> f64 {
    let status = fs::read_to_string(format!("/proc/{}/status", daemon.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1e3
}

fn pieces(text: &[u8], lines: usize) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = memchr::memchr_iter(b'\n', rest).nth(lines - 1).map_or(rest.len(), |at| at + 1);
        let (piece, behind) = rest.split_at(end);
        rest = behind;
        (!piece.is_empty()).then_some(piece)
    })
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
