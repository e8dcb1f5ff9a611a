//! Brokers and servers that misbehave in every known way, each beside good ones: nothing is lost, and each fault is reported.

mod authority;
mod certificates;
mod http_and_mail;
mod inputs;
mod mqtt;
mod nats;
mod servers;
mod tak;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use atalaia::platform::clock::Clock;
use atalaia::storage::store;
use atalaia_core::scenario::Transponder;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::beacons::first_word;
use crate::harness::daemon::{Daemon, PATIENCE, input, settings, status, wait_until, wait_within};
use crate::harness::servers::{CANARY, free_port, secret};
use servers::{Misdeed, Server, Session, Taken};

/// Alerts raised while the bad servers misbehave.
const ALERTS: u32 = 3;
/// Maximum delay of an alert at a good sink, however many bad ones time out beside it.
const SOON: Duration = Duration::from_secs(5);
/// Allowed growth of the daemon's memory. Bytes.
const MOST_MEMORY: u64 = 48 << 20;
/// Maximum number of log lines about one sink: the fault, the recovery, and the fault again.
const MOST_LINES: usize = 6;

/// A kind of sink and the faults its server may show, with the text the operator sees for each.
struct Protocol {
    kind: &'static str,
    session: Session,
    /// The settings table of a sink, for an address.
    table: fn(&str) -> String,
    misdeeds: &'static [(Misdeed, &'static str)],
    /// Faults that the protocol gives no means to detect: messages count as delivered but are lost.
    unseen: &'static [Misdeed],
}

use Misdeed::{
    AcknowledgesAnother, AcknowledgesStrangely, AcknowledgesTwice, AnswersError, AnswersNothing, AnswersWords,
    ClosesAfterLogin, ClosesAfterMessage, ClosesAtOnce, ClosesInAnswer, Drips, Endless, Flaps, Garbage, Huge,
    HugeAfterwards, KnowsIt, NeverAcknowledges, Redirects, Refuses, RefusesWithEcho, RemembersUs, Resets,
    ResetsAfterMessage, Silent, StopsReading, Talks,
};

const MQTT: Protocol = Protocol {
    kind: "mqtt",
    session: mqtt::session,
    table: |address| format!("url = \"mqtt://{address}\"\nuser = \"atalaia\"\npassword = {{ file = \"secret\" }}\n"),
    misdeeds: &[
        (Silent, "not acknowledged within 1 s"),
        (Drips, "not acknowledged within 1 s"),
        (Garbage, "connection to the broker lost"),
        (Huge, "a packet of 268435455 bytes, more than is accepted"),
        (HugeAfterwards, "a packet of 268435455 bytes, more than is accepted"),
        (Endless, "not MQTT 3.1.1: Malformed remaining length"),
        (ClosesAtOnce, "closed by the broker"),
        (ClosesAfterLogin, "closed by the broker"),
        (ClosesAfterMessage, "closed by the broker"),
        (ClosesInAnswer, "connection to the broker lost"),
        (Resets, "broker"),
        (ResetsAfterMessage, "broker"),
        (StopsReading, "not acknowledged within 1 s"),
        (NeverAcknowledges, "not acknowledged within 1 s"),
        (AcknowledgesAnother, "acknowledges packet 4609"),
        (AcknowledgesStrangely, "not MQTT 3.1.1: Payload size is incorrect"),
        (AnswersError, "acknowledges packet 1,"),
        (AnswersNothing, "not MQTT 3.1.1: Payload required"),
        (Refuses(1), "the broker refuses the connection: RefusedProtocolVersion"),
        (Refuses(2), "the broker refuses the connection: BadClientId"),
        (Refuses(3), "the broker refuses the connection: ServiceUnavailable"),
        (Refuses(4), "the broker refuses the connection: BadUserNamePassword"),
        (Refuses(5), "the broker refuses the connection: NotAuthorized"),
        (Refuses(0x87), "not MQTT 3.1.1: Invalid Connect return code: 135"),
        (RemembersUs, "a session that never existed"),
        (AcknowledgesTwice, ""),
        (Flaps, ""),
        (Talks, ""),
    ],
    unseen: &[],
};

/// Common part of two errors: the client or the sink, whichever gives up first, reports it after a second.
const IN_TIME: &str = "nats://127.0.0.1";

const NATS: Protocol = Protocol {
    kind: "nats",
    session: nats::session,
    table: |address| {
        format!("url = \"nats://{address}\"\nlogin = {{ user = \"atalaia\", password = {{ file = \"secret\" }} }}\n")
    },
    misdeeds: &[
        (Silent, "not stored within 1 s"),
        (Drips, "not stored within 1 s"),
        (Garbage, "not the NATS protocol"),
        (Huge, "a message of 18446744073709551615 bytes"),
        (HugeAfterwards, "a message of 1073741824 bytes"),
        (Endless, "a line longer than 65536 bytes"),
        (ClosesAtOnce, "closed by the other side"),
        (ClosesAfterLogin, "broken pipe"),
        (ClosesAfterMessage, "closed by the server"),
        (ClosesInAnswer, "closed by the server"),
        (Resets, "nats://"),
        (ResetsAfterMessage, "closed by the server"),
        (StopsReading, IN_TIME),
        (NeverAcknowledges, IN_TIME),
        (AcknowledgesAnother, IN_TIME),
        (AcknowledgesStrangely, "publish failed: data did not match"),
        (AnswersError, "no stream accepts atalaia.v1.alerts.>"),
        (AnswersWords, "publish failed: maximum bytes exceeded by *** (code 503"),
        (AnswersNothing, "publish failed: EOF"),
        (Refuses(0), "authorization violation"),
        (RefusesWithEcho, "no user has the password ***"),
        (AcknowledgesTwice, ""),
        (KnowsIt, ""),
        (Flaps, ""),
        (Talks, ""),
        (Redirects, ""),
    ],
    unseen: &[],
};

const TAK: Protocol = Protocol {
    kind: "cot",
    session: tak::session,
    table: |address| format!("address = \"{address}\"\ntransport = \"tcp\"\n"),
    misdeeds: &[
        (ClosesAtOnce, "closed by the receiver at once"),
        (Resets, ": "),
        (ClosesAfterMessage, "closed by the receiver at once"),
        (ResetsAfterMessage, ": "),
        (Garbage, ""),
        (Talks, ""),
        (Silent, ""),
        (StopsReading, ""),
    ],
    unseen: &[Silent, StopsReading],
};

/// Run in parallel, because they mostly wait: a broker, a NATS server and a TAK server for the sinks, and all servers of inputs.
#[test]
fn servers_that_misbehave_lose_no_alert_and_slow_neither_sinks_nor_inputs() {
    side_by_side(&[
        ("sinks of mqtt", || misbehave(&MQTT)),
        ("sinks of nats", || misbehave(&NATS)),
        ("sinks of cot", || misbehave(&TAK)),
        ("inputs", inputs::are_tried_ever_later_and_the_others_are_heard),
        ("input that flaps", inputs::that_flaps_is_heard_and_does_not_fill_the_log),
    ]);
}

/// Certificates that expire, client and server ones, in every kind of sink and input that uses TLS.
#[test]
fn expired_certificates_are_named_with_their_date_and_renewed_ones_loaded() {
    side_by_side(&[
        ("the server's", certificates::of_a_server_that_expires_ends_no_connection_and_begins_none),
        ("ours", certificates::of_ours_that_expired_is_told_of_and_a_renewed_one_taken_over),
        ("no TLS", certificates::a_server_without_tls_is_given_up_in_time),
        ("inputs", certificates::inputs_say_what_is_wrong_and_take_a_renewed_one_over),
    ]);
}

/// Runs the parts in parallel, each in a thread named after it.
fn side_by_side(parts: &[(&str, fn())]) {
    let begin = |(name, part): &(&str, fn())| thread::Builder::new().name((*name).to_owned()).spawn(*part).unwrap();
    let running: Vec<_> = parts.iter().map(begin).collect();
    let failed: Vec<&str> =
        running.into_iter().zip(parts).filter_map(|(one, (name, _))| one.join().err().map(|_| *name)).collect();
    assert!(failed.is_empty(), "{failed:?}");
}

/// Starts a daemon; starts are serialised because they need the processor.
fn start(settings: &Path) -> Daemon {
    static STARTS: Mutex<()> = Mutex::new(());
    let _turn = STARTS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut daemon = Daemon::start(settings);
    daemon.wait_for(&["started version="]);
    daemon
}

/// A sink of a protocol; the name of a password file stands for all of them.
fn sink(protocol: &Protocol, name: &str, address: &str) -> String {
    let (kind, table) = (protocol.kind, (protocol.table)(address));
    format!(
        "[[sinks]]\nkind = \"{kind}\"\nname = \"{name}\"\nmin_severity = \"low\"\n[sinks.{kind}]\ntimeout_seconds = 1\n{table}"
    )
}

/// Enough reports for the feed's time to be believed.
fn warm(feed: &mut TcpStream) {
    (0..24).for_each(|number| feed.write_all(passes(number).as_bytes()).unwrap());
}

/// A vessel that sails past now.
fn passes(number: u32) -> String {
    Transponder::class_a(263_000_001 + number).at(36.0, -9.5 + f64::from(number) * 0.05).lines(Some(Clock.now()))
}

/// Raises an alert with a device in distress, and a vessel that advances time.
fn raise(feed: &mut TcpStream, number: u32) {
    feed.write_all(format!("{}{}", first_word(number), passes(0)).as_bytes()).unwrap();
}

/// A page of the daemon.
fn page(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

/// State of a sink in `/status`.
fn stands(address: &str, sink: &str) -> Value {
    let page: Value = serde_json::from_str(&page(address, "/status")).unwrap();
    page["sinks"].as_array().unwrap().iter().find(|one| one["name"] == sink).cloned().unwrap_or_default()
}

/// Deliveries to a sink, by state.
fn counts(store: &Path, sink: &str) -> BTreeMap<String, u64> {
    let rows = store::deliveries(store).unwrap().into_iter();
    rows.filter(|(name, ..)| name == sink).map(|(_, state, count)| (state.name().to_owned(), count)).collect()
}

/// Waits until something holds for a sink or an input.
fn until(name: &str, holds: impl Fn() -> bool) {
    wait_within(PATIENCE, holds, || format!("{name}: it never came to hold"));
}

fn misbehave(protocol: &Protocol) {
    let folder = TempDir::new().unwrap();
    secret(&folder);
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    let bad: Vec<(String, Server, &str)> = protocol
        .misdeeds
        .iter()
        .map(|(misdeed, says)| {
            let desk = servers::Desk::doing(*misdeed, &elsewhere.local_addr().unwrap().to_string());
            (misdeed.name(), Server::start(protocol.session, desk, servers::plain()), *says)
        })
        .collect();
    let good = [Server::new(protocol.session, None), Server::new(protocol.session, None)];
    let http = format!("127.0.0.1:{}", free_port());
    let mut text = format!(
        "{}[store]\npath = \"atalaia.sqlite\"\n[http]\naddress = \"{http}\"\n[time]\nlateness_seconds = 0\nidle_after_seconds = 5\n\
         [delivery]\nretry_seconds = [1]\n[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\nmin_severity = \"low\"\npath = \"alerts.jsonl\"\n",
        input("tcp-listen", "address = \"127.0.0.1:0\"")
    );
    good.iter().enumerate().for_each(|(number, one)| text += &sink(protocol, &format!("good-{number}"), &one.address));
    bad.iter().for_each(|(name, one, _)| text += &sink(protocol, name, &one.address));
    let mut daemon = start(&settings(&folder, &text));
    let mut feed = TcpStream::connect(daemon.address()).unwrap();
    warm(&mut feed);
    let store = folder.path().join("atalaia.sqlite");
    wait_until(|| TcpStream::connect(&http).is_ok());
    let memory = || status(daemon.id(), "VmRSS:") << 10;
    let before = memory();

    // Good sinks have each alert soon, although all others fail it.
    for number in 0..ALERTS {
        raise(&mut feed, number);
        wait_until(|| u64::from(number) < counts(&store, "good-0").values().sum());
        let began = Clock.moment();
        let all = |one: &Server| number as usize + 1 == one.taken().len();
        wait_until(|| good.iter().all(all));
        let took = Clock.moment().since(began);
        assert!(took < SOON, "alert {number} took {took:?} to a good sink");
    }
    // Bad sinks are down, with the reason; nothing counts as delivered to them.
    for (name, server, says) in &bad {
        let misdeed = server.desk.misdeed.unwrap();
        if protocol.unseen.contains(&misdeed) {
            continue;
        }
        if says.is_empty() {
            until(name, || counts(&store, name) == [("delivered".to_owned(), u64::from(ALERTS))].into());
            continue;
        }
        until(name, || stands(&http, name)["failures"].as_u64() >= Some(2));
        let (stood, counted) = (stands(&http, name), counts(&store, name));
        assert_eq!(stood["state"], "down", "{name}: {stood}");
        assert!(stood["reason"].as_str().unwrap().contains(says), "{name}: {stood}");
        assert_eq!(counted, [("pending".to_owned(), u64::from(ALERTS))].into(), "{name}");
        assert_eq!(server.taken(), [], "{name}");
    }
    assert!(memory() < before + MOST_MEMORY, "from {before} to {} bytes", memory());

    // The servers recover: everything that waited comes in order, with equal key and body.
    bad.iter().for_each(|(_, server, _)| server.behave(true));
    raise(&mut feed, ALERTS);
    wait_until(|| good.iter().all(|one| (ALERTS as usize) < one.taken().len()));
    let expected = good[0].taken();
    for (name, server, _) in &bad {
        if protocol.unseen.contains(&server.desk.misdeed.unwrap()) {
            continue;
        }
        until(name, || counts(&store, name) == [("delivered".to_owned(), u64::from(ALERTS) + 1)].into());
        let taken: BTreeSet<Taken> = server.taken().into_iter().collect();
        assert_eq!(taken, expected.iter().cloned().collect(), "{name}");
        until(name, || stands(&http, name)["state"] == "up");
    }

    // Hanging again, they do not delay the daemon's end, and the log does not repeat itself.
    bad.iter().for_each(|(_, server, _)| server.behave(false));
    raise(&mut feed, ALERTS + 1);
    wait_until(|| good.iter().all(|one| ALERTS as usize + 1 < one.taken().len()));
    let began = Clock.moment();
    daemon.signal("TERM");
    daemon.wait_for(&["stopped", "open_alerts="]);
    assert_eq!(daemon.wait(), Some(0));
    let took = Clock.moment().since(began);
    assert!(took < Duration::from_secs(10), "it took {took:?} to stop");
    let log = daemon.heard().join("\n");
    assert!(!log.contains("panicked") && !log.contains(CANARY), "{log}");
    for (name, ..) in &bad {
        let lines: Vec<&String> =
            daemon.heard().iter().filter(|line| line.contains(&format!("sink={name} "))).collect();
        assert!(lines.len() <= MOST_LINES, "{name}: {lines:#?}");
    }
    for file in
        fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).filter(|file| !file.ends_with("secret"))
    {
        let bytes = fs::read(&file).unwrap_or_default();
        let found = bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes());
        assert!(!found, "the password stands in {}", file.display());
    }
    elsewhere.set_nonblocking(true).unwrap();
    assert!(elsewhere.accept().is_err(), "it went where the settings do not send it");
}
