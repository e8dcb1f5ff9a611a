//! The transports: datagrams, connections, gpsd and HTTP, each against the real daemon.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use atalaia_core::scenario::Transmission;
use data_encoding::BASE64;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::beacons::distress;
use crate::harness::daemon::{Daemon, accept, wait_until};
use crate::harness::passed_over::installed;
use crate::harness::replay::{desk, replayed};
use crate::harness::scenes::{self, LATENESS};
use crate::harness::servers::{free_port, secret_file};

/// A message as AIS-catcher relays it.
pub(super) fn object(sent: &Transmission) -> String {
    let time = sent.at.seconds();
    json!({"class": "AIS", "rxuxtime": time, "station_id": sent.station, "nmea": sent.sentences}).to_string()
}

/// A feed, its daemon's settings, and the output of a replay of its sentences.
struct Desk {
    folder: TempDir,
    sent: Vec<Transmission>,
    expected: String,
}

impl Desk {
    fn new(kind: &str, rest: &str) -> Desk {
        let folder = desk();
        let path = folder.path().join("atalaia.toml");
        let zones = fs::read_to_string(&path).unwrap();
        let settings = format!(
            "{zones}[time]\nfile_lateness_seconds = {LATENESS}\n\
             [[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"alerts.jsonl\"\nmin_severity = \"info\"\n\
             [[inputs]]\nkind = \"{kind}\"\nname = \"feed\"\nrecorded = true\nlateness_seconds = {LATENESS}\n{rest}\n"
        );
        fs::write(&path, settings).unwrap();
        let feed = scenes::meeting(4).feed();
        fs::write(folder.path().join("feed.nmea"), feed.nmea()).unwrap();
        let expected = replayed(&folder, &["feed.nmea".to_owned()]);
        assert!(expected.contains("\"rendezvous\""));
        Desk { folder, sent: feed.sent, expected }
    }

    fn settings(&self) -> PathBuf {
        self.folder.path().join("atalaia.toml")
    }

    fn alerts(&self) -> String {
        fs::read_to_string(self.folder.path().join("alerts.jsonl")).unwrap()
    }
}

#[test]
fn objects_over_tcp_give_what_a_replay_of_their_sentences_gives() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let desk = Desk::new("tcp", &format!("address = \"{}\"", listener.local_addr().unwrap()));
    let mut daemon = Daemon::start(&desk.settings());
    let mut stream = accept(&listener);
    let text: String = desk.sent.iter().map(|sent| object(sent) + "\n").collect();
    for piece in text.as_bytes().chunks(977) {
        stream.write_all(piece).unwrap();
    }
    drop(stream);
    daemon.wait_for(&["input down", "closed by the other side"]);
    daemon.stop_after("feed", desk.sent.len());
    assert!(desk.alerts() == desk.expected);
}

#[test]
fn objects_in_datagrams_need_no_line_end() {
    let folder = TempDir::new().unwrap();
    let settings = crate::harness::daemon::settings(
        &folder,
        &crate::harness::daemon::input("udp", "address = \"127.0.0.1:0\"\nlateness_seconds = 0"),
    );
    let mut daemon = Daemon::start(&settings);
    let address = daemon.address();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    // An active MOB device, whose immediate alert shows that everything before it has arrived.
    for sent in scenes::meeting(4).feed().sent.iter().take(20) {
        // Without a time, so that the beacon does not jump ahead by months.
        let object = json!({"class": "AIS", "station_id": sent.station, "nmea": sent.sentences}).to_string();
        socket.send_to(object.as_bytes(), &address).unwrap();
    }
    socket.send_to(b"{\"class\":\"TPV\"}", &address).unwrap();
    socket.send_to(beacon(972_000_001).as_bytes(), &address).unwrap();
    daemon.wait_for(&["distress"]);
    daemon.stop_after("feed", 22);
}

/// A man-overboard device, as gpsd reports it.
fn beacon(mmsi: u32) -> String {
    let object = json!({
        "class": "AIS", "device": "tcp://ais", "type": 1, "repeat": 0, "mmsi": mmsi, "scaled": true, "status": 14,
        "turn": "nan", "speed": "nan", "accuracy": true, "lon": -9.5, "lat": 38.5, "course": 360.0, "heading": 511, "second": 33,
        "radio": 7,
    });
    object.to_string()
}

/// Another implementation, gpsd, decodes the sentences; its reports name the same device at the same place.
#[test]
fn a_real_gpsd_reports_what_it_receives() {
    let Some(program) = installed("ATALAIA_GPSD") else { return };
    let folder = TempDir::new().unwrap();
    let (port, heard) = (free_port(), UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    let arguments = ["-N", "-n", "-D", "1", "-S", &port.to_string(), &format!("udp://{heard}")];
    let _gpsd = Ended(Command::new(program).args(arguments).stderr(Stdio::null()).spawn().unwrap());
    let rest = format!("address = \"127.0.0.1:{port}\"\nlateness_seconds = 0\n");
    let settings = crate::harness::daemon::settings(&folder, &crate::harness::daemon::input("gpsd", &rest));
    let sink = "[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"alerts.jsonl\"\n";
    fs::write(&settings, fs::read_to_string(&settings).unwrap() + sink).unwrap();
    let mut daemon = Daemon::start(&settings);
    daemon.wait_for(&["connected", &format!("127.0.0.1:{port}")]);
    let sentences = distress();
    let archive = folder.path().join("alerts.jsonl");
    let told = || fs::read_to_string(&archive).unwrap_or_default();
    let radio = UdpSocket::bind("127.0.0.1:0").unwrap();
    wait_until(|| {
        // Repeated, because gpsd may not be listening yet, and a device in distress repeats itself too.
        for sentence in sentences.lines() {
            radio.send_to(format!("{sentence}\r\n").as_bytes(), heard).unwrap();
        }
        !told().is_empty()
    });
    let change: Value = serde_json::from_str(told().lines().next().unwrap()).unwrap();
    let alert = &change["alert"];
    assert_eq!((&alert["behaviour"], &alert["vessels"][0]["mmsi"]), (&json!("distress"), &json!(972_123_456)));
    assert_eq!(alert["position"], json!({"lat": 40.5, "lon": -11.25}));
    daemon.stop("feed");
}

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn gpsd_gets_the_watch_command_after_its_greeting_and_after_a_reconnect() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = TempDir::new().unwrap();
    let rest = format!("address = \"{}\"\nlateness_seconds = 0", listener.local_addr().unwrap());
    let settings = crate::harness::daemon::settings(&folder, &crate::harness::daemon::input("gpsd", &rest));
    let mut daemon = Daemon::start(&settings);
    for call in 0..2 {
        let mut stream = accept(&listener);
        stream.write_all(b"{\"class\":\"VERSION\",\"release\":\"3.25\",\"rev\":\"3.25\",\"proto_major\":3,\"proto_minor\":15}\r\n").unwrap();
        let mut asked = String::new();
        BufReader::new(stream.try_clone().unwrap()).read_line(&mut asked).unwrap();
        let asked = asked.trim().strip_prefix("?WATCH=").and_then(|text| text.strip_suffix(';')).unwrap().to_owned();
        let watch: Value = serde_json::from_str(&asked).unwrap();
        assert_eq!((&watch["enable"], &watch["json"], &watch["scaled"]), (&json!(true), &json!(true), &json!(true)));
        let beacon = beacon(972_000_001 + call);
        let text = format!(
            "{{\"class\":\"DEVICES\",\"devices\":[]}}\r\n{{\"class\":\"WATCH\",\"enable\":true,\"nmea\":false}}\r\n\
             {{\"class\":\"TPV\",\"mode\":3,\"lat\":38.7,\"lon\":-9.1}}\r\n{beacon}\r\n{{\"class\":\"ERROR\",\"message\":\"a\\nb\"}}\r\n"
        );
        let middle = text.find("\"mmsi\"").unwrap();
        stream.write_all(&text.as_bytes()[..middle]).unwrap();
        stream.flush().unwrap();
        stream.write_all(&text.as_bytes()[middle..]).unwrap();
        let complaint = daemon.wait_for(&["gpsd reports an error"]);
        assert!(complaint.contains("a\\nb") || complaint.contains("a\\\\nb"), "{complaint}");
        daemon.wait_for(&["distress"]);
        drop(stream);
        daemon.wait_for(&["input down", "closed by the other side"]);
    }
    daemon.stop_after("feed", 2);
}

struct Answer {
    status: u16,
    text: String,
}

/// A raw HTTP client: it sends exactly this head and body.
fn ask(address: &str, head: &str, body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(stream, "{head}\r\nHost: atalaia\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n").unwrap();
    // The server may disconnect before everything is sent.
    let _ = stream.write_all(body);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, text }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

const TABLE: &str = "address = \"127.0.0.1:0\"\n[inputs.aiscatcher_http]\nuser = \"station\"\npassword = { file = \"password\" }\n\
                     token = { file = \"token\" }\n";

/// A batch as AIS-catcher posts it.
fn batch(sent: &[Transmission]) -> Vec<u8> {
    let message = |sent: &Transmission| {
        let time = sent.at.to_string().replace(['-', ':', 'T', 'Z'], "");
        json!({"class": "AIS", "device": "AIS-catcher", "rxtime": time, "scaled": true, "channel": "A", "nmea": sent.sentences})
    };
    let station = &sent[0].station;
    let messages: Vec<Value> = sent.iter().map(message).collect();
    let batch = json!({
        "protocol": "jsonaiscatcher", "encodetime": "20221102171325", "stationid": station,
        "receiver": {"description": "AIS-catcher v0.66", "version": 66}, "device": {"product": "FILE-RAW"}, "msgs": messages,
    });
    serde_json::to_vec_pretty(&batch).unwrap()
}

#[test]
fn batches_over_http_give_what_a_replay_of_their_sentences_gives() {
    let desk = Desk::new("aiscatcher-http", TABLE);
    secret_file(&desk.folder, "password", "open:sesame-canary\n");
    secret_file(&desk.folder, "token", "t0ken-canary\n");
    let mut daemon = Daemon::start(&desk.settings());
    let address = daemon.address();
    let basic = format!("Authorization: Basic {}", BASE64.encode(b"station:open:sesame-canary"));
    let heads = [
        format!("POST / HTTP/1.1\r\n{basic}"),
        format!("POST /ingest/aiscatcher HTTP/1.1\r\nContent-Encoding: gzip\r\n{basic}"),
        "POST /ingest/aiscatcher HTTP/1.1\r\nauthorization: bearer t0ken-canary".to_owned(),
    ];
    // Consecutive messages of one station form a batch, so that all arrive in the order they were sent.
    for (number, sent) in desk.sent.chunk_by(|a, b| a.station == b.station).enumerate() {
        let (head, body) = (&heads[number % 3], batch(sent));
        let body = if number % 3 == 1 { gzip(&body) } else { body };
        let answer = ask(&address, head, &body);
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(answer.text.ends_with(&format!("{} messages accepted\n", sent.len())), "{}", answer.text);
    }
    let heard = daemon.heard().join("\n");
    daemon.stop_after("feed", desk.sent.len());
    assert!(desk.alerts() == desk.expected);
    assert!(!heard.contains("canary"));
}

#[test]
fn clients_without_credentials_or_with_too_much_data_are_refused_and_the_next_one_served() {
    let folder = TempDir::new().unwrap();
    let settings = crate::harness::daemon::settings(&folder, &crate::harness::daemon::input("aiscatcher-http", TABLE));
    secret_file(&folder, "password", "open:sesame");
    secret_file(&folder, "token", "t0ken");
    let mut daemon = Daemon::start(&settings);
    let address = daemon.address();
    let known = "POST / HTTP/1.1\r\nAuthorization: Bearer t0ken";
    let good = b"{\"protocol\":\"jsonaiscatcher\",\"msgs\":[{\"class\":\"AIS\"}]}";
    let large = vec![b' '; (16 << 20) + 1];
    for (head, body, status) in [
        ("POST / HTTP/1.1", &good[..], 401),
        ("POST / HTTP/1.1\r\nAuthorization: Bearer token", good, 401),
        ("POST / HTTP/1.1\r\nAuthorization: Basic c3RhdGlvbg==", good, 401),
        ("GET / HTTP/1.1\r\nAuthorization: Bearer t0ken", b"", 405),
        ("POST /other HTTP/1.1\r\nAuthorization: Bearer t0ken", good, 404),
        (known, b"", 400),
        (known, b"{\"msgs\":[1]}", 400),
        (known, b"{\"protocol\":\"airframes\",\"msgs\":[]}", 400),
        (known, &good[..20], 400),
        (&format!("{known}\r\nContent-Encoding: gzip"), good, 400),
        (&format!("{known}\r\nContent-Encoding: br"), good, 415),
        (&format!("{known}\r\nContent-Encoding: gzip"), &gzip(&vec![b' '; 64 << 20]), 413),
        (known, &large, 413),
        (known, good, 200),
    ] {
        let answer = ask(&address, head, body);
        assert!(!answer.text.contains("t0ken") && !answer.text.contains("sesame"));
        assert_eq!(
            answer.status,
            status,
            "{head} {}: {}",
            String::from_utf8_lossy(&body[..body.len().min(40)]),
            answer.text
        );
    }
    // Incomplete bodies block no other client until one address has reached its limit; the next one gets an answer that asks it to retry later.
    let wait = || {
        let mut stream = TcpStream::connect(&address).unwrap();
        // The answer to `Expect` shows that the server is waiting for the body.
        write!(stream, "{known}\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n").unwrap();
        let mut line = String::new();
        BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains("100"), "{line}");
        stream
    };
    let mut waiting: Vec<TcpStream> = (0..15).map(|_| wait()).collect();
    let answer = ask(&address, known, good);
    assert_eq!(answer.status, 200, "{}", answer.text);
    waiting.push(wait());
    let answer = ask(&address, known, good);
    assert_eq!(answer.status, 503, "{}", answer.text);
    assert!(answer.text.to_lowercase().contains("retry-after"), "{}", answer.text);
    drop(waiting);
    daemon.wait_for(&["posts refused", "posts=1", "last_peer=127.0.0.1:", "unauthorised"]);
    daemon.stop_after("feed", 2);
}

/// A client that sends a byte now and then, or never reads an answer, does not keep its connection forever.
#[test]
fn slow_clients_lose_their_connection() {
    let folder = TempDir::new().unwrap();
    let table = "address = \"127.0.0.1:0\"\nidle_timeout_seconds = 1\n";
    let mut daemon = Daemon::start(&crate::harness::daemon::settings(
        &folder,
        &crate::harness::daemon::input("aiscatcher-http", table),
    ));
    let mut slow = TcpStream::connect(daemon.address()).unwrap();
    slow.set_read_timeout(Some(std::time::Duration::from_millis(100))).unwrap();
    slow.write_all(b"POST /ingest/aiscatcher HTTP/1.1\r\nX: ").unwrap();
    wait_until(|| slow.try_clone().unwrap().write_all(b"a").is_err());
    daemon.stop("feed");
}
