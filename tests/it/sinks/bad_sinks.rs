//! Sinks that refuse, hang, crawl, lie and flood beside nine good ones. The good ones are not affected, and what the bad ones missed is
//! kept.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{env, fs, thread};

use atalaia::platform::clock::{Clock, Moment};
use atalaia::storage::store::{self, DeliveryQuery, DeliveryState};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::beacons::first_word;
use crate::harness::daemon::{Daemon, MACHINE, PATIENCE, input, settings, status, wait_until, wait_within};
use crate::harness::passed_over::installed;

const GOOD: usize = 9;
/// Alerts in one run; `ATALAIA_SINK_ALERTS` overrides it.
const ALERTS: u32 = 150;
/// Alerts waiting for a sink that comes back; `ATALAIA_BACKLOG` overrides it.
const BACKLOG: u32 = 500;
/// Slowest acceptable delivery of a backlog, per second. The target is 10,000 within a minute; a test allows five times as long.
const LEAST_DRAINED: f64 = 10_000.0 / 60.0 / 5.0;
/// Delay between two alerts: 50 per second.
const PACE: Duration = Duration::from_millis(20);
/// Allowed growth of the good sinks' 99th percentile. The target is a tenth; a test allows five times that, plus `NOISE` on a busy machine.
const MOST_GROWTH: f64 = 1.5;
const NOISE: Duration = Duration::from_millis(150);
/// Allowed growth of the daemon's memory while a sink sends it an endless answer. Bytes.
const MOST_MEMORY: u64 = 64 << 20;

/// How a receiver behaves.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Manner {
    Good,
    Hangs,
    Crawls,
    Fails,
    Throttles,
    Redirects,
    Refuses,
    Endless,
    Closes,
    NoHttp,
    Chokes,
}

/// A receiver of posts; it records the time of each key received.
struct Receiver {
    address: String,
    got: Arc<Mutex<Vec<(String, Moment)>>>,
    behaves: Arc<AtomicBool>,
    asked: Arc<AtomicU32>,
}

impl Receiver {
    /// A receiver that always fails the first delivery it gets, on every attempt, and accepts all others.
    fn choking() -> Receiver {
        Receiver::new(Manner::Chokes)
    }

    fn new(manner: Manner) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let receiver = Receiver {
            address,
            got: Arc::default(),
            behaves: Arc::new(AtomicBool::new(manner == Manner::Good)),
            asked: Arc::default(),
        };
        let (got, behaves, asked) =
            (Arc::clone(&receiver.got), Arc::clone(&receiver.behaves), Arc::clone(&receiver.asked));
        let bad: Arc<Mutex<Option<String>>> = Arc::default();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (got, behaves, asked) = (Arc::clone(&got), Arc::clone(&behaves), Arc::clone(&asked));
                let bad = Arc::clone(&bad);
                thread::spawn(move || {
                    let mut stream = stream;
                    while let Some(key) = request(&mut stream) {
                        asked.fetch_add(1, Ordering::Relaxed);
                        let chokes = *bad.lock().unwrap().get_or_insert_with(|| key.clone()) == key;
                        let manner = match manner {
                            Manner::Chokes if chokes => Manner::Fails,
                            Manner::Chokes => Manner::Good,
                            _ if behaves.load(Ordering::Relaxed) => Manner::Good,
                            manner => manner,
                        };
                        if manner == Manner::Good {
                            got.lock().unwrap().push((key, Clock.moment()));
                        }
                        if answer(&mut stream, manner).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        receiver
    }

    fn keys(&self) -> Vec<String> {
        self.got.lock().unwrap().iter().map(|(key, _)| key.clone()).collect()
    }
}

/// Reads one post and returns its key.
fn request(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let value = |name: &str| {
        let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let mut body = vec![0; value("content-length")?.parse().ok()?];
    stream.read_exact(&mut body).ok()?;
    value("webhook-id")
}

fn answer(stream: &mut TcpStream, manner: Manner) -> std::io::Result<()> {
    let mut say = |text: &str| stream.write_all(text.as_bytes());
    match manner {
        Manner::Good => say("HTTP/1.1 204 No Content\r\n\r\n"),
        Manner::Chokes | Manner::Fails => say("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n"),
        Manner::Throttles => say("HTTP/1.1 429 Too Many Requests\r\nretry-after: 3\r\ncontent-length: 0\r\n\r\n"),
        Manner::Redirects => say(
            "HTTP/1.1 301 Moved Permanently\r\nlocation: http://169.254.169.254/latest\r\ncontent-length: 0\r\n\r\n",
        ),
        Manner::Refuses => say("HTTP/1.1 422 Unprocessable Content\r\ncontent-length: 0\r\n\r\n"),
        Manner::Endless => {
            say("HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n")?;
            let block = vec![b'x'; 1 << 16];
            loop {
                stream.write_all(&block)?;
            }
        }
        Manner::Crawls => {
            for byte in b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n".iter().chain(&[b'x'; 1000]) {
                stream.write_all(&[*byte])?;
                thread::sleep(Duration::from_millis(500));
            }
            Ok(())
        }
        // Until the other side gives up.
        Manner::Hangs => stream.read(&mut [0]).map(drop),
        Manner::NoHttp => say("\u{16}\u{3}\u{1} this is no HTTP\r\n\r\n"),
        Manner::Closes => Err(std::io::ErrorKind::ConnectionReset.into()),
    }
}

const BAD: [Manner; 8] = [
    Manner::Hangs,
    Manner::Crawls,
    Manner::Fails,
    Manner::Throttles,
    Manner::Redirects,
    Manner::Endless,
    Manner::Closes,
    Manner::NoHttp,
];

fn sink(name: &str, address: &str) -> String {
    format!(
        "[[sinks]]\nkind = \"webhook\"\nname = \"{name}\"\nmin_severity = \"low\"\n[sinks.webhook]\nurl = \"http://{address}/hook\"\n\
         allow = [\"127.0.0.0/8\"]\ntimeout_seconds = 2\n"
    )
}

/// A daemon with a store and one feed.
struct Station {
    folder: TempDir,
    daemon: Daemon,
    client: TcpStream,
}

impl Station {
    fn new(retry_seconds: &str, sinks: &str) -> Station {
        let folder = TempDir::new().unwrap();
        let text = format!(
            "{}[store]\npath = \"atalaia.sqlite\"\n[time]\nlateness_seconds = 0\nidle_after_seconds = 5\n[delivery]\n\
             retry_seconds = {retry_seconds}\n{sinks}",
            input("tcp-listen", "address = \"127.0.0.1:0\"")
        );
        let mut daemon = Daemon::start(&settings(&folder, &text));
        let client = TcpStream::connect(daemon.address()).unwrap();
        Station { folder, daemon, client }
    }

    /// A daemon with a single sink.
    fn of(receiver: &Receiver, retry_seconds: &str) -> Station {
        Station::new(retry_seconds, &sink("partner", &receiver.address))
    }

    fn hears(&mut self, lines: &str) {
        self.client.write_all(lines.as_bytes()).unwrap();
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("atalaia.sqlite")
    }
}

/// The state of a run with nine good receivers.
struct Run {
    station: Station,
    good: Vec<Receiver>,
    bad: Vec<Receiver>,
    sent: BTreeMap<u32, Moment>,
    began: Moment,
}

fn number_of(variable: &str, usual: u32) -> u32 {
    env::var(variable).map_or(usual, |text| text.parse().unwrap())
}

/// Starts a daemon with nine good receivers and the given bad ones.
fn begin(bad: &[Manner]) -> Run {
    let good: Vec<Receiver> = (0..GOOD).map(|_| Receiver::new(Manner::Good)).collect();
    let bad: Vec<Receiver> = bad.iter().map(|manner| Receiver::new(*manner)).collect();
    let named = |name: &str, receivers: &[Receiver]| -> String {
        receivers.iter().enumerate().map(|(number, one)| sink(&format!("{name}-{number}"), &one.address)).collect()
    };
    let mut sinks = named("good", &good) + &named("bad", &bad);
    if BAD.len() <= bad.len() {
        sinks += &sink("nowhere", "no-such-host.invalid:80");
    }
    Run { station: Station::new("[1]", &sinks), good, bad, sent: BTreeMap::new(), began: Clock.moment() }
}

/// Runs one daemon without bad receivers and one with them side by side, alert by alert, so that other load on the machine slows both.
fn both(bad: &[Manner]) -> [Run; 2] {
    let mut runs = [begin(&[]), begin(bad)];
    let alerts = number_of("ATALAIA_SINK_ALERTS", ALERTS);
    for number in 0..alerts {
        for run in &mut runs {
            run.station.hears(&first_word(number));
            run.sent.insert(number, Clock.moment());
            thread::sleep(PACE / 2);
        }
    }
    for run in &runs {
        wait_until(|| run.good.iter().all(|receiver| alerts as usize <= receiver.got.lock().unwrap().len()));
    }
    runs
}

impl Run {
    /// The 99th percentile of the time from an alert's report to each good sink, in order of sending.
    fn p99(&self) -> Duration {
        let mut delays: Vec<Duration> = Vec::new();
        for receiver in &self.good {
            let got = receiver.got.lock().unwrap();
            delays.extend(got.iter().zip(self.sent.values()).map(|((_, at), sent)| at.since(*sent)));
        }
        delays.sort();
        delays[delays.len() * 99 / 100]
    }
}

fn counts(store: &Path, sink: &str) -> BTreeMap<String, u64> {
    let rows = store::deliveries(store).unwrap().into_iter();
    rows.filter(|(name, ..)| name == sink).map(|(_, state, count)| (state.name().to_owned(), count)).collect()
}

#[test]
#[allow(clippy::print_stderr)] // A long run is made for its figures.
fn nine_good_sinks_do_not_notice_the_bad_ones_and_those_catch_up() {
    let _machine = MACHINE.lock().unwrap_or_else(PoisonError::into_inner);
    if env::var_os("ATALAIA_SINK_ALERTS").is_some() {
        for manner in BAD {
            let runs = both(&[manner]);
            let [before, with_bad] = runs.each_ref().map(Run::p99);
            eprintln!("p99 of nine good sinks: {before:?} alone, {with_bad:?} beside one that {manner:?}");
            runs.into_iter().for_each(|run| drop(run.station.daemon.stop("feed")));
        }
    }
    let [alone, mut run] = both(&BAD);
    let (before, with_bad) = (alone.p99(), run.p99());
    alone.station.daemon.stop("feed");
    let alerts = run.sent.len() as u32;
    eprintln!("{alerts} alerts, p99 of nine good sinks: {before:?} alone, {with_bad:?} beside all of those at once");
    assert!(with_bad <= before.mul_f64(MOST_GROWTH) + NOISE, "{before:?} alone, {with_bad:?} beside bad ones");
    for receiver in &run.good {
        let keys = receiver.keys();
        let different: BTreeSet<&String> = keys.iter().collect();
        assert_eq!((keys.len(), different.len()), (alerts as usize, alerts as usize), "each once");
    }
    // No failed delivery counts as delivered, and no receiver is hammered.
    let store = run.station.store();
    for (number, (receiver, manner)) in run.bad.iter().zip(BAD).enumerate() {
        let counts = counts(&store, &format!("bad-{number}"));
        if manner == Manner::Endless {
            // Its first answer is an acceptance; nothing reads the rest.
            continue;
        }
        assert!(!counts.contains_key("delivered"), "{manner:?}: {counts:?}");
        assert_eq!(counts.values().sum::<u64>(), u64::from(alerts), "{manner:?}: {counts:?}");
        let asked = receiver.asked.load(Ordering::Relaxed);
        assert!((1..60).contains(&asked), "{manner:?} was asked {asked} times");
        if manner == Manner::Throttles {
            // It asked for 3 s between attempts; the sender respects that, whatever is waiting.
            let most = 1 + Clock.moment().since(run.began).as_secs() / 3;
            assert!(u64::from(asked) <= most, "it was asked {asked} times, at most {most} expected");
        }
    }
    // The receivers recover: everything that waited is delivered in order, and nothing twice.
    let id = run.station.daemon.id();
    let (memory, threads) = (status(id, "VmRSS:") << 10, status(id, "Threads:"));
    run.bad.iter().for_each(|receiver| receiver.behaves.store(true, Ordering::Relaxed));
    run.station.hears(&first_word(alerts));
    for (number, manner) in BAD.iter().enumerate() {
        let name = format!("bad-{number}");
        wait_until(|| !counts(&store, &name).contains_key("pending"));
        assert_eq!(counts(&store, &name), [("delivered".to_owned(), u64::from(alerts) + 1)].into(), "{manner:?}");
    }
    assert!(status(id, "VmRSS:") << 10 < memory + MOST_MEMORY && status(id, "Threads:") <= threads + 2);
    assert!(counts(&store, "nowhere").contains_key("pending"));
    run.station.daemon.stop("feed");
}

/// A backlog for a sink that was down is delivered in order, each change once, and quickly.
#[test]
#[allow(clippy::print_stderr)] // A long run is made for its figures.
fn a_backlog_is_delivered_in_order_once_the_sink_is_back() {
    let _machine = MACHINE.lock().unwrap_or_else(PoisonError::into_inner);
    let waiting = number_of("ATALAIA_BACKLOG", BACKLOG);
    let receiver = Receiver::new(Manner::Fails);
    let mut station = Station::of(&receiver, "[1]");
    let lines: String = (0..waiting).map(first_word).collect();
    station.hears(&lines);
    let store = station.store();
    // The daemon may add an alert of its own about the many new vessels.
    let pending = |least: u64| counts(&store, "partner").get("pending").is_some_and(|count| least <= *count);
    wait_until(|| pending(waiting.into()));
    let start = Clock.moment();
    receiver.behaves.store(true, Ordering::Relaxed);
    // Allows for the wait before the next attempt and for the deliveries themselves.
    let bound = PATIENCE.as_secs_f64() + f64::from(waiting) / LEAST_DRAINED;
    // Counting rows in the store would keep it busy.
    let all_came = || waiting as usize <= receiver.got.lock().unwrap().len();
    wait_within(Duration::from_secs_f64(bound), all_came, || format!("{} were told", receiver.keys().len()));
    eprintln!("{waiting} letters that waited were told in {:?}", Clock.moment().since(start));
    wait_until(|| !pending(1));
    let which = DeliveryQuery {
        sink: Some("partner".to_owned()),
        state: Some(DeliveryState::Delivered),
        ..DeliveryQuery::default()
    };
    let stored = store::delivery_rows(&store, &which, usize::MAX >> 1).unwrap();
    let stored: Vec<String> = stored.iter().map(|row| format!("{}-{}", row.alert, row.revision)).collect();
    assert!(waiting as usize <= stored.len());
    let got = receiver.keys();
    // The first one may be any that was tried while the sink was down, because another is tried after one that failed.
    let first = got.first().unwrap();
    let rest = |keys: &[String]| keys.iter().filter(|key| *key != first).cloned().collect::<Vec<_>>();
    assert_eq!(got.len(), stored.len(), "each once");
    assert_eq!(rest(&got), rest(&stored), "in the order they were stored");
    station.daemon.stop("feed");
}

/// The alert is marked while a worker holds its delivery and the sink is down; the old version must not go out.
#[test]
fn an_alert_marked_while_its_delivery_waits_does_not_go_out_unmarked() {
    let receiver = Receiver::new(Manner::Fails);
    let mut station = Station::of(&receiver, "[1]");
    station.hears(&first_word(0));
    wait_until(|| 2 <= receiver.asked.load(Ordering::Relaxed));
    let store = station.store();
    let which = DeliveryQuery { sink: Some("partner".to_owned()), ..DeliveryQuery::default() };
    let id = store::delivery_rows(&store, &which, 1).unwrap()[0].alert.clone();
    let mut mark = Command::new(env!("CARGO_BIN_EXE_atalaia"));
    mark.args(["alerts", "--as", "ana", "--store"])
        .arg(&store)
        .args(["mark", &id, "--tlp", "RED", "--why", "a source"]);
    let marked = mark.output().unwrap();
    assert!(marked.status.success(), "{}", String::from_utf8_lossy(&marked.stderr));
    receiver.behaves.store(true, Ordering::Relaxed);
    wait_until(|| counts(&store, "partner") == [("withheld".to_owned(), 1)].into());
    assert_eq!(receiver.keys(), [""; 0]);
    station.daemon.stop("feed");
}

#[test]
fn a_delivery_that_a_receiver_always_fails_does_not_hold_up_the_others() {
    let receiver = Receiver::choking();
    let mut station = Station::of(&receiver, "[5, 600]");
    for number in 0..20 {
        station.hears(&first_word(number));
        // Each is sent after the previous one was delivered, so that the bad one is alone in between.
        wait_until(|| number as usize <= receiver.keys().len());
    }
    wait_until(|| receiver.keys().len() == 19);
    let store = station.store();
    wait_until(|| counts(&store, "partner").get("delivered") == Some(&19));
    assert_eq!(counts(&store, "partner").get("pending"), Some(&1));
    station.daemon.stop("feed");
}

#[test]
fn a_refused_delivery_is_listed_raises_an_alert_and_is_retried_on_request() {
    let refuses = Receiver::new(Manner::Refuses);
    let own = "[[sinks]]\nkind = \"jsonl\"\nname = \"own\"\npath = \"alerts.jsonl\"\n";
    let mut station = Station::new("[1]", &(own.to_owned() + &sink("partner", &refuses.address)));
    station.hears(&first_word(0));
    let store = station.store();
    let told = || fs::read_to_string(station.folder.path().join("alerts.jsonl")).unwrap_or_default();
    wait_until(|| told().contains("\"delivery_failed\""));
    let deliveries = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
        let output = command.args(["deliveries", "--store"]).arg(&store).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    // A delivery on its way to the file may be in the list as well.
    wait_until(|| deliveries(&["list"]).lines().count() == 2);
    let list = deliveries(&["list"]);
    assert!(list.contains("partner") && list.contains("422"), "{list}");
    let retry = ["deliveries", "retry", "--sink", "partnr", "--as", "ana", "--store"];
    let misspelt = Command::new(env!("CARGO_BIN_EXE_atalaia")).args(retry).arg(&store).output().unwrap();
    let told_off = String::from_utf8_lossy(&misspelt.stderr);
    assert_eq!((misspelt.status.code(), misspelt.stdout.len()), (Some(2), 0), "{told_off}");
    assert!(told_off.contains("did you mean `partner`?"), "{told_off}");
    refuses.behaves.store(true, Ordering::Relaxed);
    assert_eq!(deliveries(&["retry", "--sink", "partner", "--as", "ana", "--why", "mended"]), "1 to be tried again\n");
    wait_until(|| refuses.keys().len() == 1);
    wait_until(|| told().lines().any(|line| line.contains("\"delivery_failed\"") && line.contains("\"ended\"")));
    // The list also contains deliveries in progress.
    wait_until(|| deliveries(&["list", "--json"]).is_empty());
    station.daemon.stop("feed");
}

/// A mail server that defers one of two addresses: the other gets the mail at once, that one later, neither of them twice. Only then does
/// the delivery count as delivered.
#[test]
fn a_mail_deferred_for_one_recipient_counts_as_delivered_once_all_have_it() {
    let Some(python) = installed("ATALAIA_WITNESS_PYTHON") else { return };
    let mut server = Command::new(python);
    server.args(["tests/wires/smtp.py", "one-later"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut server = server.spawn().unwrap();
    let mut said = BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap);
    let sink = format!(
        "[[sinks]]\nkind = \"email\"\nname = \"mail\"\nmin_severity = \"low\"\n[sinks.email]\naddress = \"127.0.0.1:{}\"\n\
         security = \"none\"\nfrom = \"a@example.org\"\nto = [\"watch@example.org\", \"gone@example.org\"]\n",
        said.next().unwrap()
    );
    let mut station = Station::new("[3]", &sink);
    station.hears(&first_word(0));
    let mut mail = || -> Value { serde_json::from_str(&said.next().unwrap()).unwrap() };
    let first = mail();
    let store = station.store();
    assert_eq!(first["to"], json!(["watch@example.org"]));
    assert_eq!(counts(&store, "mail"), [("pending".to_owned(), 1)].into());
    // Another alert is not held up meanwhile.
    station.hears(&first_word(1));
    assert_eq!(mail()["to"], json!(["watch@example.org", "gone@example.org"]));
    let second = mail();
    assert_eq!((&second["to"], &second["text"]), (&json!(["gone@example.org"]), &first["text"]));
    wait_until(|| counts(&store, "mail") == [("delivered".to_owned(), 2)].into());
    station.daemon.stop("feed");
    drop(server.stdin.take());
    assert!(server.wait().unwrap().success());
    assert_eq!(said.next(), None, "nobody was written to again");
}
