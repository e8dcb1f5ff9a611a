//! Under load and over time: nothing received by TCP is dropped, reports after a burst give alerts quickly, and a day of work with faults
//! leaves memory, files and threads unchanged.
//!
//! `ATALAIA_BURST_SECONDS` and `ATALAIA_SOAK_HOURS` make both longer (`tests/long`).

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::Duration;

use atalaia::platform::clock::Clock;
use atalaia::storage::store;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::scenario::Transponder;
use tempfile::TempDir;

use crate::harness::daemon::{Daemon, MACHINE, input, settings, wait_until, wait_within};

/// Lines per second of the burst, and its length in CI.
const RATE: u32 = 100_000;
const BURST_SECONDS: u32 = 10;
const SHIPS: u32 = 5000;
/// Maximum delay of an alert sent after the burst.
const SOON: Duration = Duration::from_secs(120);
/// Maximum memory for this many ships, whatever the input rate. Bytes.
const MOST_MEMORY: u64 = 512 << 20;

/// Hours of event time in CI, and the size of the fleet.
const SOAK_HOURS: i64 = 24;
const FLEET: u32 = 300;
/// Allowed memory growth in the second half of a soak. Bytes.
const MOST_GROWTH: u64 = 24 << 20;

fn asked(variable: &str, usual: u32) -> u32 {
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap())
}

fn status(id: u32, what: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn memory(id: u32) -> u64 {
    status(id, "VmRSS:") << 10
}

fn files(id: u32) -> usize {
    fs::read_dir(format!("/proc/{id}/fd")).unwrap().count()
}

fn line(mmsi: u32, status: u8, (lat, lon): (f64, f64), at: Option<Time>, second: u8) -> String {
    let ship = Transponder::class_a(mmsi).status(status).at(lat, lon).knots(12.0).course(90.0);
    ship.second_of(Time::from_seconds(i64::from(second))).lines(at)
}

const SINKS: &str = "[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"alerts.jsonl\"\nmin_severity = \"low\"\n\
    [store]\npath = \"atalaia.sqlite\"\n[time]\nlateness_seconds = 1\nfile_lateness_seconds = 60\nidle_after_seconds = 5\n";

#[test]
fn a_tcp_burst_loses_no_line_and_the_alert_after_it_is_prompt() {
    let _machine = MACHINE.lock().unwrap_or_else(PoisonError::into_inner);
    let seconds = asked("ATALAIA_BURST_SECONDS", BURST_SECONDS);
    let folder = TempDir::new().unwrap();
    let text = format!("{}{SINKS}", input("tcp-listen", "address = \"127.0.0.1:0\""));
    let mut daemon = Daemon::start(&settings(&folder, &text));
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    // One second of every ship, each time a little further on; made in advance, so that the burst reaches its rate.
    let rounds = RATE / SHIPS;
    // Out and back at 12 knots, so that repeating the lines after ten seconds causes no jump.
    let place = |ship: u32, step: u32| {
        let way = f64::from(step.min(10 * rounds - step)) * 0.000_003;
        (f64::from(ship / 100) - 25.0, f64::from(ship % 100) * 0.5 - 60.0 + way)
    };
    let part = |second: u32, round: u32| -> Vec<u8> {
        let step = second * rounds + round;
        let lines = (0..SHIPS).map(|ship| line(210_000_000 + ship, 0, place(ship, step), None, (step % 60) as u8));
        lines.collect::<String>().into_bytes()
    };
    let parts: Vec<Vec<u8>> = (0..10)
        .flat_map(|second| (0..rounds).map(move |round| (second, round)))
        .map(|(second, round)| part(second, round))
        .collect();
    let start = Clock.moment();
    let mut count = 0;
    for number in 0..seconds * rounds {
        let due = Duration::from_secs_f64(f64::from(number) / f64::from(rounds));
        thread::sleep(due.saturating_sub(Clock.moment().since(start)));
        client.write_all(&parts[number as usize % parts.len()]).unwrap();
        count += SHIPS as usize;
    }
    client.write_all(line(972_123_456, 14, (40.0, -11.0), None, 0).as_bytes()).unwrap();
    count += 1;
    let told = || fs::read_to_string(folder.path().join("alerts.jsonl")).unwrap_or_default().contains("972123456");
    wait_within(SOON, told, || "what came behind the burst is not told".to_owned());
    assert!(memory(daemon.id()) < MOST_MEMORY, "{} MiB", memory(daemon.id()) >> 20);
    daemon.stop_after("feed", count);
}

/// A feed that disconnects, sends garbage, half a line or nothing at all, and reconnects.
fn flapping(over: &Arc<AtomicBool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let over = Arc::clone(over);
    thread::spawn(move || {
        let mut random = fastrand::Rng::with_seed(9);
        for stream in listener.incoming().map_while(Result::ok) {
            if over.load(Ordering::Relaxed) {
                return;
            }
            let mut stream = stream;
            let garbage: Vec<u8> = (0..random.usize(1..5000)).map(|_| random.u8(..)).collect();
            let _ = stream.write_all(&garbage);
            let _ = stream.write_all(b"!AIVDM,2,1,7,A,56:fS:D0000000000");
        }
    });
    address
}

/// A receiver that answers every second post with an error and delays every tenth.
fn moody(over: &Arc<AtomicBool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let over = Arc::clone(over);
    thread::spawn(move || {
        for (number, stream) in listener.incoming().map_while(Result::ok).enumerate() {
            if over.load(Ordering::Relaxed) {
                return;
            }
            let mut stream = stream;
            let mut buffer = [0; 65536];
            let _ = std::io::Read::read(&mut stream, &mut buffer);
            let answer: &[u8] = match number % 10 {
                9 => b"",
                odd if odd % 2 == 1 => {
                    b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                }
                _ => b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n",
            };
            let _ = stream.write_all(answer);
        }
    });
    address
}

#[test]
fn a_day_with_faults_leaves_memory_files_and_threads_as_they_were() {
    let hours = i64::from(asked("ATALAIA_SOAK_HOURS", SOAK_HOURS as u32));
    let folder = TempDir::new().unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let (feed, hook) = (flapping(&over), moody(&over));
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let text = format!(
        "{}[[inputs]]\nkind = \"tcp\"\nname = \"broken\"\naddress = \"{feed}\"\n{SINKS}[delivery]\nretry_seconds = [1]\n\
         [[sinks]]\nkind = \"webhook\"\nname = \"moody\"\nmin_severity = \"low\"\n[sinks.webhook]\nurl = \"http://{hook}/\"\n\
         allow = [\"127.0.0.0/8\"]\ntimeout_seconds = 1\n",
        input("fifo", "path = \"pipe\"")
    );
    let path = settings(&folder, &text);
    let daemon = Daemon::start(&path);
    let mut writer = OpenOptions::new().write(true).open(&pipe).unwrap();
    let start = Time::from_utc(2026, 3, 1, 0, 0, 0).unwrap();
    let mut measured = Vec::new();
    let mut devices = 0;
    for minute in 0..hours * 60 {
        let at = start + Span::from_minutes(minute);
        let mut lines = String::new();
        for ship in 0..FLEET {
            // To and fro: in new waters the program would learn new reception, which takes memory by design.
            let leg = (minute % 1200 - 600).abs();
            let place = (f64::from(ship) * 0.2 - 30.0, -40.0 + leg as f64 * 0.003);
            lines += &line(
                210_000_000 + ship,
                0,
                place,
                Some(at + Span::from_millis(i64::from(ship) * 200)),
                (ship % 60) as u8,
            );
        }
        if minute % 5 == 0 {
            let place = (35.0, -20.0 - f64::from(devices % 50) * 0.1);
            lines += &line(972_000_000 + devices % 1000, 14, place, Some(at), 0);
            devices += 1;
        }
        writer.write_all(lines.as_bytes()).unwrap();
        if minute % 60 == 59 {
            // Reloads settings, sometimes broken ones.
            let broken = (minute / 60) % 4 == 3;
            fs::write(&path, if broken { "[time\n" } else { "" }).unwrap();
            if !broken {
                settings(&folder, &text);
            }
            daemon.signal("HUP");
            let id = daemon.id();
            measured.push((memory(id), files(id), status(id, "Threads:")));
        }
    }
    settings(&folder, &text);
    let told = || fs::read_to_string(folder.path().join("alerts.jsonl")).unwrap_or_default().lines().count();
    wait_until(|| (devices as usize) <= told());
    let half = measured.len() / 2;
    let most = |rows: &[(u64, usize, u64)]| {
        rows.iter().fold((0, 0, 0), |most, row| (most.0.max(row.0), most.1.max(row.1), most.2.max(row.2)))
    };
    let (first, second) = (most(&measured[..half]), most(&measured[half..]));
    assert!(second.0 < first.0 + MOST_GROWTH, "memory: {} MiB, then {} MiB", first.0 >> 20, second.0 >> 20);
    assert!(second.1 <= first.1 + 3 && second.2 <= first.2 + 1, "files and threads: {first:?}, then {second:?}");
    over.store(true, Ordering::Relaxed);
    let store = folder.path().join("atalaia.sqlite");
    let file: u64 = store::deliveries(&store).unwrap().iter().filter(|row| row.0 == "archive").map(|row| row.2).sum();
    assert!(u64::from(devices) <= file, "{file} of {devices}");
    daemon.stop("feed");
}
