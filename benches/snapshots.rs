//! Snapshots under load: `cargo bench --bench snapshots`.
//!
//! Starts the daemon with a store, a journal and a jsonl sink, and feeds it over TCP at an even rate with lines of now, while twenty devices
//! in distress a second open alerts. Prints the processor time of the threads, the pauses for snapshots, the time from sending a line to
//! reading its alert in the sink's file, and the memory. Then kills the daemon and prints how long it takes to restart.
//!
//! The sender shares the processors with the daemon. Variables: `ATALAIA_BENCH_VESSELS` (default 300 000), `ATALAIA_BENCH_RATE`, lines per
//! second (default 100 000), `ATALAIA_BENCH_SECONDS` (default 60), and `ATALAIA_BENCH_PROGRAM`, another build, for comparison.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use atalaia_core::base::time::{Span, Time};
use atalaia_core::scenario::{Fleet, Transponder};

/// Clock ticks per second in `/proc`, as the kernel reports them.
const TICKS: f64 = 100.0;
/// Devices in distress per second.
const DEVICES: u32 = 20;

/// When the line of each device was sent, by MMSI.
type Sent = Arc<Mutex<HashMap<u32, Instant>>>;

fn main() {
    let vessels = number("ATALAIA_BENCH_VESSELS", 300_000);
    let rate = number("ATALAIA_BENCH_RATE", 100_000);
    let seconds = number("ATALAIA_BENCH_SECONDS", 60);
    let folder = tempfile::TempDir::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = folder.path().join("atalaia.toml");
    let text = format!(
        "[store]\npath = \"store.sqlite\"\n[time]\nlateness_seconds = 0\n\
         [[inputs]]\nkind = \"tcp\"\nname = \"feed\"\naddress = \"{}\"\n\
         [[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"alerts.jsonl\"\n",
        listener.local_addr().unwrap()
    );
    fs::write(&settings, text).unwrap();
    let (mut daemon, log) = start(&settings);
    let (stream, _) = listener.accept().unwrap();
    let sent = Sent::default();
    let times = watch_sink(&folder.path().join("alerts.jsonl"), &sent);
    let (lines, memory) = feed(stream, &daemon, (vessels, rate, seconds), &sent);
    println!("{vessels} vessels, {rate} lines/s wanted, {:.0} lines/s sent for {seconds} s", lines / seconds as f64);
    print_threads(daemon.id());
    println!(
        "  resident {:.0} MB in the median, {:.0} MB at most: {:.2} times that",
        memory,
        status(daemon.id(), "VmHWM:"),
        status(daemon.id(), "VmHWM:") / memory
    );
    print_snapshots(&log);
    print_times("from sending to the sink's file, ms", times.try_iter().collect());
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    let clock = Instant::now();
    let (mut daemon, log) = start(&settings);
    let restored = log.iter().find(|line| line.contains("state restored")).unwrap_or_default();
    println!("  restarted in {:.2} s: {}", clock.elapsed().as_secs_f64(), restored.trim());
    daemon.kill().unwrap();
    daemon.wait().unwrap();
}

/// Generates lines ahead of their time, a round of the fleet at a time.
fn rounds(vessels: usize, rate: usize) -> Receiver<Vec<u8>> {
    let every = vessels.div_ceil(rate) as i64;
    let start = now() + Span::from_seconds(1);
    let (sender, rounds) = sync_channel(1);
    thread::spawn(move || {
        let mut fleet = Fleet::new(vessels, 7);
        for round in 0.. {
            let mut text = Vec::new();
            fleet.round(start + Span::from_seconds(round * every), every, &mut text);
            // The feed has ended.
            if sender.send(text).is_err() {
                return;
            }
        }
    });
    rounds
}

/// Sends lines of now. Returns their number, and the median of the resident memory in MB over the second half.
fn feed(
    mut stream: TcpStream,
    daemon: &Child,
    (vessels, rate, seconds): (usize, usize, usize),
    sent: &Sent,
) -> (f64, f64) {
    let rounds = rounds(vessels, rate);
    let mut text = rounds.recv().unwrap();
    let (mut device, mut count) = (0, 0);
    let mut memory = Vec::new();
    let begun = Instant::now();
    'all: loop {
        let mut rest = text.as_slice();
        while !rest.is_empty() {
            // Five milliseconds of lines, as they are due.
            let end = memchr::memchr_iter(b'\n', rest).nth(rate / 200).map_or(rest.len(), |at| at + 1);
            let (piece, behind) = rest.split_at(end);
            rest = behind;
            let due = begun + Duration::from_secs_f64(count as f64 / rate as f64);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            stream.write_all(piece).unwrap();
            count += memchr::memchr_iter(b'\n', piece).count();
            let passed = begun.elapsed().as_secs_f64();
            while f64::from(device) < passed * f64::from(DEVICES) {
                device += 1;
                let mmsi = 972_000_000 + device;
                let line = Transponder::in_distress(mmsi, 30.0 + f64::from(device) * 0.01, -40.0).lines(Some(now()));
                sent.lock().unwrap().insert(mmsi, Instant::now());
                stream.write_all(line.as_bytes()).unwrap();
            }
            if memory.len() < (passed * 10.0) as usize {
                memory.push(status(daemon.id(), "VmRSS:"));
            }
            if seconds as f64 <= passed {
                break 'all;
            }
        }
        text = rounds.recv().unwrap();
    }
    thread::sleep(Duration::from_secs(2));
    let mut late = memory.split_off(memory.len() / 2);
    late.sort_by(f64::total_cmp);
    (count as f64, late[late.len() / 2])
}

/// Follows the sink's file; the milliseconds from sending each device's line until its alert is there.
fn watch_sink(path: &Path, sent: &Sent) -> Receiver<f64> {
    let (sender, times) = channel();
    let (path, sent) = (path.to_owned(), Arc::clone(sent));
    thread::spawn(move || {
        let mut file = loop {
            match fs::File::open(&path) {
                Ok(file) => break file,
                Err(_) => thread::sleep(Duration::from_millis(1)),
            }
        };
        let (mut text, mut more) = (Vec::new(), Vec::new());
        loop {
            more.clear();
            file.read_to_end(&mut more).unwrap();
            let seen = Instant::now();
            text.extend_from_slice(&more);
            while let Some(end) = memchr::memchr(b'\n', &text) {
                let line: Vec<u8> = text.drain(..=end).collect();
                let mmsi = memchr::memmem::find(&line, b"\"mmsi\":").and_then(|at| {
                    let digits = line[at + 7..].iter().take_while(|byte| byte.is_ascii_digit());
                    String::from_utf8(digits.copied().collect()).ok()?.parse::<u32>().ok()
                });
                if let Some(at) = mmsi.and_then(|mmsi| sent.lock().unwrap().remove(&mmsi))
                    && sender.send((seen - at).as_secs_f64() * 1e3).is_err()
                {
                    return;
                }
            }
            thread::sleep(Duration::from_millis(1));
        }
    });
    times
}

fn print_threads(process: u32) {
    let mut seconds: HashMap<String, f64> = HashMap::new();
    for task in fs::read_dir(format!("/proc/{process}/task")).unwrap().map(|task| task.unwrap().path()) {
        let name = fs::read_to_string(task.join("comm")).unwrap().trim().to_owned();
        let stat = fs::read_to_string(task.join("stat")).unwrap();
        let behind_name = stat.rsplit_once(')').unwrap().1;
        let ticks = behind_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap());
        *seconds.entry(name).or_default() += ticks.sum::<f64>() / TICKS;
    }
    // Processes that have ended, if the build makes its snapshots in some.
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let behind_name = stat.rsplit_once(')').unwrap().1;
    let ticks = behind_name.split_whitespace().skip(13).take(2).map(|ticks| ticks.parse::<f64>().unwrap());
    seconds.insert("ended processes".to_owned(), ticks.sum::<f64>() / TICKS);
    let mut seconds: Vec<_> = seconds.into_iter().filter(|(_, seconds)| 0.1 < *seconds).collect();
    seconds.sort_by(|a, b| b.1.total_cmp(&a.1));
    let list: Vec<String> = seconds.iter().map(|(name, seconds)| format!("{name} {seconds:.1}")).collect();
    println!("  processor seconds: {}", list.join(", "));
}

/// Prints what the daemon has logged about its snapshots.
fn print_snapshots(log: &Receiver<String>) {
    let lines: Vec<String> = log.try_iter().filter(|line| line.contains("handed over")).collect();
    let of = |key: &str| {
        let value =
            |line: &String| line.split_once(&format!("{key}="))?.1.split_whitespace().next()?.parse::<f64>().ok();
        lines.iter().filter_map(value).collect::<Vec<f64>>()
    };
    println!("  {} snapshots, the last of {:.0} MB", lines.len(), of("bytes").last().unwrap_or(&0.0) / 1e6);
    print_times("pause at the beginning, ms", of("pause_ms"));
    print_times("longest slice, ms", of("longest_slice_ms"));
    print_times("all slices of one, ms", of("slices_ms"));
}

fn print_times(what: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN);
    let most = times.last().unwrap_or(&f64::NAN);
    println!("  {what}: median {:.1}, p99 {:.1}, most {most:.1} of {}", at(0.5), at(0.99), times.len());
}

/// Starts the daemon; also its log lines. Prints warnings and errors as they come.
fn start(settings: &Path) -> (Child, Receiver<String>) {
    let program = std::env::var("ATALAIA_BENCH_PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_atalaia").to_owned());
    let mut command = Command::new(program);
    command.env("ATALAIA_LOG", "info,atalaia::daemon::restart=debug").args(["run", "--config"]).arg(settings);
    let mut daemon = command.stderr(Stdio::piped()).spawn().unwrap();
    let errors = BufReader::new(daemon.stderr.take().unwrap());
    let (sender, log) = channel();
    thread::spawn(move || {
        for line in errors.lines().map_while(Result::ok) {
            if line.contains(" ERROR ") || line.contains(" WARN ") {
                println!("  {line}");
            }
            // The log is no longer read at the end.
            let _ = sender.send(line);
        }
    });
    (daemon, log)
}

/// A line of the `status` file of a process, in MB.
fn status(process: u32, key: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(key)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1e3
}

fn now() -> Time {
    let millis = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    Time::from_seconds(0) + Span::from_millis(millis as i64)
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
