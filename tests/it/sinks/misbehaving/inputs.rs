//! Inputs whose server misbehaves: other inputs are unaffected, delays between attempts grow, and lines that are not AIS are counted and
//! dropped.

use std::env;
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use atalaia::platform::clock::Clock;
use serde_json::Value;
use tempfile::TempDir;

use super::Misdeed::{
    AcknowledgesAnother, AnswersError, AnswersNothing, AnswersWords, ClosesAfterLogin, ClosesAfterMessage,
    ClosesAtOnce, ClosesInAnswer, Drips, Endless, Garbage, Huge, HugeAfterwards, NeverAcknowledges, Refuses,
    RefusesWithEcho, RemembersUs, Resets, ResetsAfterMessage, Silent, Talks,
};
use super::servers::{Desk, Misdeed, Server, plain};
use super::{MOST_MEMORY, mqtt, nats, page, raise, start, until};
use crate::harness::beacons::first_word;
use crate::harness::daemon::{input, settings, status, wait_until};
use crate::harness::servers::{CANARY, free_port, secret};

/// A fault and what the operator sees of it; `None` if it takes longer than the gate allows (`ATALAIA_PATIENT` waits for it).
type Case = (Misdeed, Option<&'static str>, &'static str);

const MQTT: &[Case] = &[
    (Silent, None, "the broker does not respond"),
    (Drips, None, "closed by the broker"),
    (Garbage, Some("connection to the broker lost"), ""),
    (Huge, Some("a packet of 268435455 bytes, more than is accepted"), ""),
    (HugeAfterwards, Some("a packet of 268435455 bytes, more than is accepted"), ""),
    (Endless, Some("not MQTT 3.1.1: Malformed remaining length"), ""),
    (ClosesAtOnce, Some("closed by the broker"), ""),
    (ClosesAfterLogin, Some("closed by the broker"), ""),
    (ClosesAfterMessage, Some("closed by the broker"), ""),
    (ClosesInAnswer, Some("connection to the broker lost"), ""),
    (Resets, Some("broker"), ""),
    (ResetsAfterMessage, Some("broker"), ""),
    (NeverAcknowledges, None, "no answer within 20 s"),
    (AcknowledgesAnother, Some("acknowledges packet 4609"), ""),
    (AnswersError, Some("the broker refuses topic ais/#"), ""),
    (AnswersNothing, Some("not MQTT 3.1.1: Payload required"), ""),
    (Refuses(4), Some("the broker refuses the connection: BadUserNamePassword"), ""),
    (Refuses(0x87), Some("not MQTT 3.1.1: Invalid Connect return code: 135"), ""),
    (RemembersUs, Some("a session that never existed"), ""),
];

const NATS: &[Case] = &[
    (Silent, None, "no answer within 10 s"),
    (Drips, None, "broken pipe"),
    (Garbage, Some("not the NATS protocol"), ""),
    (Huge, Some("a message of 18446744073709551615 bytes"), ""),
    (HugeAfterwards, Some("a message of 1073741824 bytes"), ""),
    (Endless, Some("a line longer than 65536 bytes"), ""),
    (ClosesAtOnce, Some("closed by the other side"), ""),
    (ClosesAfterLogin, Some("broken pipe"), ""),
    (ClosesAfterMessage, Some(""), ""),
    (ClosesInAnswer, Some(""), ""),
    (Resets, Some("connect to"), ""),
    (ResetsAfterMessage, Some(""), ""),
    (NeverAcknowledges, None, "timed out"),
    (AcknowledgesAnother, None, "timed out"),
    (AnswersError, Some("requested JetStream resource does not exist"), ""),
    (AnswersWords, Some("maximum bytes exceeded by ***"), ""),
    (AnswersNothing, Some("EOF while parsing"), ""),
    (Refuses(0), Some("the server refuses user, token or credentials"), ""),
    (RefusesWithEcho, Some("no user has the password ***"), ""),
];

/// State of an input in `/status`.
pub fn stands(address: &str, name: &str) -> Value {
    let page: Value = serde_json::from_str(&page(address, "/status")).unwrap();
    page["inputs"].as_array().unwrap().iter().find(|one| one["name"] == name).cloned().unwrap_or_default()
}

/// Maximum number of attempts within a time when nothing is received: delays of 1, 2, 4 s and so on, each shortened by up to a half.
fn most_tries(within: Duration) -> u32 {
    (2.0 * within.as_secs_f64() + 1.0).log2() as u32 + 2
}

/// All of them in one daemon, beside one that works.
pub fn are_tried_ever_later_and_the_others_are_heard() {
    let folder = TempDir::new().unwrap();
    secret(&folder);
    let http = format!("127.0.0.1:{}", free_port());
    let mut text = format!(
        "{}[http]\naddress = \"{http}\"\n[time]\nlateness_seconds = 0\n",
        input("tcp-listen", "address = \"127.0.0.1:0\"")
    );
    let mut bad = Vec::new();
    let mut add = |kind: &str, session, (misdeed, soon, later): &Case, table: &dyn Fn(&str) -> String| {
        let server = Server::start(session, Desk::doing(*misdeed, ""), plain());
        let name = format!("{kind}-{}", misdeed.name());
        let kind = if kind == "mqtt" { "digitraffic" } else { kind };
        text += &format!(
            "[[inputs]]\nkind = \"{kind}\"\nname = \"{name}\"\nrecorded = true\n[inputs.{kind}]\n{}",
            table(&server.address)
        );
        bad.push((name, server, *soon, *later));
    };
    let of_mqtt = |address: &str| {
        format!(
            "url = \"mqtt://{address}\"\ntopics = [\"ais/#\"]\nconnects_per_minute = 600\nuser = \"a\"\npassword = {{ file = \"secret\" }}\n"
        )
    };
    let of_nats = |address: &str| {
        format!(
            "url = \"nats://{address}\"\nstream = \"AIS\"\nconsumer = \"a\"\nlogin = {{ user = \"a\", password = {{ file = \"secret\" }} }}\n"
        )
    };
    let talks = (Talks, None, "");
    MQTT.iter().chain([&talks]).for_each(|case| add("mqtt", mqtt::session, case, &of_mqtt));
    NATS.iter().for_each(|case| add("nats", nats::session, case, &of_nats));
    let began = Clock.moment();
    let mut daemon = start(&settings(&folder, &text));
    let mut feed = TcpStream::connect(daemon.address()).unwrap();
    wait_until(|| TcpStream::connect(&http).is_ok());
    let before = status(daemon.id(), "VmRSS:") << 10;
    let is_patient = env::var_os("ATALAIA_PATIENT").is_some();
    for (name, server, soon, later) in bad.iter().filter(|(name, ..)| name != "mqtt-talks") {
        let stood = || stands(&http, name);
        let Some(says) = soon.or(Some(*later).filter(|_| is_patient)) else {
            until(name, || stood()["state"] == "down");
            continue;
        };
        until(name, || stood()["reason"].is_string());
        assert!(stood()["reason"].as_str().unwrap().contains(says), "{name}: {}", stood());
        let tries = server.calls();
        let most = most_tries(Clock.moment().since(began));
        assert!((1..=most).contains(&tries), "{name} was called {tries} times, {most} are right");
    }
    // Lines that are not AIS are counted by reason; the valid line among them is used, as is every line of the good input.
    wait_until(|| stands(&http, "mqtt-talks")["lines"] == 4);
    let talks = stands(&http, "mqtt-talks");
    assert!(talks["state"] == "up" && talks["dropped"] == 301, "{talks}");
    raise(&mut feed, 0);
    wait_until(|| stands(&http, "feed")["lines"].as_u64() == Some(2));
    let memory = status(daemon.id(), "VmRSS:") << 10;
    assert!(memory < before + MOST_MEMORY, "from {before} to {memory} bytes");

    let began = Clock.moment();
    daemon.signal("TERM");
    daemon.wait_for(&["stopped", "open_alerts="]);
    assert_eq!(daemon.wait(), Some(0));
    let took = Clock.moment().since(began);
    assert!(took < Duration::from_secs(10), "it took {took:?} to stop");
    let log = daemon.heard().join("\n");
    assert!(!log.contains("panicked") && !log.contains(CANARY), "{log}");
}

/// A feed that sends a line and disconnects, every second: it is received each time, but not logged each time.
pub fn that_flaps_is_heard_and_does_not_fill_the_log() {
    let folder = TempDir::new().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let text = input("tcp", &format!("address = \"{}\"", listener.local_addr().unwrap()));
    let mut daemon = start(&settings(&folder, &text));
    // The first attempts are logged, then one every half minute.
    for number in 0..9 {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(first_word(number).as_bytes()).unwrap();
    }
    daemon.signal("TERM");
    let told = daemon.wait_for(&["input status", "input=feed "]);
    assert!(told.contains("lines=9 "), "{told}");
    daemon.wait_for(&["stopped"]);
    let count = |what: &str| daemon.heard().iter().filter(|line| line.contains(what)).count();
    assert!(count("input down") <= 7 && count(" connected ") <= 7, "{:#?}", daemon.heard());
}
