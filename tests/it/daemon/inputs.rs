//! The daemon and its inputs, with real sockets, pipes and signals: feeds that fall silent, come and go, end, or are missing.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::harness::daemon::{BARE, Daemon, PATIENCE, accept, input, settings};

const SENTENCES: [&str; 3] = [
    "!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24",
    "!AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*5C",
    "!AIVDM,1,1,,A,15M67FC000G?ufbE`FepT@3n00Sa,0*5F",
];

/// Waits until the other side has closed; by then it has read everything sent before.
fn wait_for_close(mut stream: &TcpStream) {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let outcome = stream.read(&mut [0; 16]);
    assert!(
        matches!(outcome, Ok(0)) || outcome.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset)
    );
}

#[test]
fn a_silent_tcp_feed_with_garbage_is_reconnected() {
    let folder = TempDir::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let text = input("tcp", &format!("address = \"{address}\"\nidle_timeout_seconds = 5"));
    let mut daemon = Daemon::start(&settings(&folder, &text));
    let mut first = accept(&listener);
    first.write_all(&vec![b'x'; 100_000]).unwrap();
    first.write_all(b"\n\xff\xfe\x00garbage\r\n").unwrap();
    first.write_all(format!("{}\r\n{}\r\n", SENTENCES[0], SENTENCES[1]).as_bytes()).unwrap();
    // The connection is held open but silent, like a feed that died without closing it.
    daemon.wait_for(&["input down", "silent for 5 s"]);
    wait_for_close(&first);
    let mut second = accept(&listener);
    second.write_all(format!("{}\n", SENTENCES[2]).as_bytes()).unwrap();
    drop(second);
    daemon.wait_for(&["input down", "closed by the other side"]);
    let status = daemon.stop("feed");
    // \xff\xfe and "garbage" are two lines: NUL ends one.
    assert!(status.contains("lines=5 "), "{status}");
    assert!(status.contains("overlong=1 "), "{status}");
    assert!(status.contains("connections=2"), "{status}");
}

#[test]
fn lines_of_several_tcp_clients_never_mix() {
    let folder = TempDir::new().unwrap();
    let text = input("tcp-listen", "address = \"127.0.0.1:0\"\nmax_clients = 2");
    let mut daemon = Daemon::start(&settings(&folder, &text));
    let address = daemon.address();
    let mut one = TcpStream::connect(&address).unwrap();
    daemon.wait_for(&["client connected"]);
    let mut two = TcpStream::connect(&address).unwrap();
    daemon.wait_for(&["client connected"]);
    let refused = TcpStream::connect(&address).unwrap();
    daemon.wait_for(&["all places are taken", "max_clients=2"]);
    wait_for_close(&refused);
    let (left, right) = SENTENCES[0].split_at(20);
    one.write_all(left.as_bytes()).unwrap();
    two.write_all(format!("{}\n", SENTENCES[1]).as_bytes()).unwrap();
    drop(two);
    daemon.wait_for(&["client disconnected"]);
    one.write_all(format!("{right}\n").as_bytes()).unwrap();
    drop(one);
    daemon.wait_for(&["client disconnected"]);
    daemon.stop_after("feed", 2);
}

#[test]
fn one_address_cannot_take_every_connection() {
    let folder = TempDir::new().unwrap();
    let text = input("tcp-listen", "address = \"127.0.0.1:0\"\nmax_clients_per_address = 1");
    let mut daemon = Daemon::start(&settings(&folder, &text));
    let address = daemon.address();
    let mut one = TcpStream::connect(&address).unwrap();
    daemon.wait_for(&["client connected"]);
    let refused = TcpStream::connect(&address).unwrap();
    daemon.wait_for(&["all places are taken", "max_clients_per_address=1"]);
    wait_for_close(&refused);
    one.write_all(format!("{}\n", SENTENCES[0]).as_bytes()).unwrap();
    drop(one);
    daemon.wait_for(&["client disconnected"]);
    let mut again = TcpStream::connect(&address).unwrap();
    again.write_all(format!("{}\n", SENTENCES[1]).as_bytes()).unwrap();
    drop(again);
    daemon.wait_for(&["client disconnected"]);
    daemon.stop_after("feed", 2);
}

#[test]
fn one_datagram_may_contain_several_sentences_and_the_last_needs_no_line_end() {
    let folder = TempDir::new().unwrap();
    let text = input("udp", "address = \"127.0.0.1:0\"");
    let alerts = "[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"alerts.jsonl\"\n";
    let mut daemon = Daemon::start(&settings(&folder, &format!("{text}{alerts}")));
    let address = daemon.address();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(format!("{}\r\n{}", SENTENCES[0], SENTENCES[1]).as_bytes(), &address).unwrap();
    socket.send_to(SENTENCES[2].as_bytes(), &address).unwrap();
    // Loopback datagrams are in the socket's queue once sent, and a stopping daemon drains it.
    daemon.stop_after("feed", 3);
}

#[test]
fn datagrams_lost_to_a_full_buffer_are_counted() {
    let folder = TempDir::new().unwrap();
    let mut daemon = Daemon::start(&settings(&folder, &input("udp", "address = \"127.0.0.1:0\"")));
    let address = daemon.address();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    // A stopped process reads nothing, and 30 MB exceed any buffer.
    daemon.signal("STOP");
    let large = vec![b'x'; 60_000];
    for _ in 0..500 {
        socket.send_to(&large, &address).unwrap();
    }
    daemon.signal("CONT");
    daemon.wait_for(&["WARN", "datagrams lost", "lost="]);
    let status = daemon.stop("feed");
    assert!(!status.contains("lost_datagrams=0 "), "{status}");
}

#[test]
fn writers_of_a_fifo_come_and_go() {
    let folder = TempDir::new().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let text = input("fifo", "path = \"pipe\"");
    let mut daemon = Daemon::start(&settings(&folder, &text));
    daemon.wait_for(&["reading", "pipe"]);
    for sentence in SENTENCES {
        let mut writer = fs::OpenOptions::new().write(true).open(&pipe).unwrap();
        writer.write_all(format!("{sentence}\n").as_bytes()).unwrap();
    }
    daemon.signal("TERM");
    daemon.wait_for(&["input status", "input=feed ", "lines=3 "]);
    daemon.wait_for(&["stopped"]);
    // The pipe does not end when its last writer leaves.
    assert!(!daemon.heard().iter().any(|line| line.contains("input down")), "{:?}", daemon.heard());
}

#[test]
fn the_daemon_keeps_running_after_standard_input_ends() {
    let folder = TempDir::new().unwrap();
    let mut daemon = Daemon::start_with(&settings(&folder, &input("stdin", "")), Stdio::piped());
    let mut stdin = daemon.stdin();
    stdin.write_all(format!("{}\n", SENTENCES.join("\n")).as_bytes()).unwrap();
    drop(stdin);
    daemon.wait_for(&["all inputs have ended"]);
    daemon.stop_after("feed", 3);
}

#[test]
fn compressed_recordings_are_read_to_their_end() {
    let folder = TempDir::new().unwrap();
    let text = SENTENCES.join("\n");
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text.as_bytes()).unwrap();
    fs::write(folder.path().join("one"), packer.finish().unwrap()).unwrap();
    fs::write(folder.path().join("two"), zstd::encode_all(text.as_bytes(), 3).unwrap()).unwrap();
    let inputs = "[[inputs]]\nkind = \"file\"\nname = \"one\"\npath = \"one\"\n[[inputs]]\nkind = \"file\"\nname = \"two\"\npath = \"two\"\n";
    let mut daemon = Daemon::start(&settings(&folder, inputs));
    daemon.wait_for(&["all inputs have ended"]);
    let start = daemon.heard().len();
    daemon.signal("TERM");
    daemon.wait_for(&["stopped"]);
    for input in ["one", "two"] {
        let told = daemon.heard()[start..].iter().find(|line| line.contains(&format!("input={input} ")));
        assert!(told.is_some_and(|line| line.contains("lines=3 ")), "{told:?}");
    }
}

const ZONE: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature",
"properties":{"id":"bay","name":"Bay","kind":"area"},
"geometry":{"type":"Polygon","coordinates":[[[-10,40],[-9,40],[-9,41],[-10,40]]]}}]}"#;

#[test]
fn a_broken_zone_file_is_rejected_with_its_line_and_a_good_one_loaded() {
    let folder = TempDir::new().unwrap();
    let zones = folder.path().join("zones");
    fs::create_dir(&zones).unwrap();
    fs::write(zones.join("a.geojson"), ZONE).unwrap();
    let text = format!(
        "{}\n{}",
        BARE.replace("[zones]", "[zones]\nfolder = \"zones\""),
        input("udp", "address = \"127.0.0.1:0\"")
    );
    let path = folder.path().join("atalaia.toml");
    fs::write(&path, &text).unwrap();
    let mut daemon = Daemon::start(&path);
    daemon.wait_for(&["started", "zones=1"]);
    let address = daemon.address();

    // A changed file is picked up without a signal.
    fs::write(zones.join("a.geojson"), ZONE.replace("\"area\"", "\"aera\"")).unwrap();
    daemon.wait_for(&["not reloaded", "a.geojson:2", "aera"]);
    daemon.wait_for(&["in force are kept"]);
    fs::write(zones.join("b.geojson"), ZONE.replace("\"bay\"", "\"cape\"")).unwrap();
    fs::write(zones.join("a.geojson"), ZONE).unwrap();
    daemon.wait_for(&["reloaded", "zones=2"]);
    fs::write(zones.join("a.geojson"), format!("{ZONE}\n")).unwrap();
    daemon.wait_for(&["zones reloaded", "zones=2"]);

    // Broken settings on SIGHUP.
    fs::write(&path, format!("{text}\n[time]\nlatenes_seconds = 5\n")).unwrap();
    daemon.signal("HUP");
    daemon.wait_for(&["not reloaded", "latenes_seconds", "did you mean"]);
    daemon.wait_for(&["in force are kept"]);
    // A valid zone file does not make them valid; what is wrong with them has been listed.
    fs::write(zones.join("a.geojson"), ZONE).unwrap();
    daemon.wait_for(&["reload refused again", "in force are kept"]);
    daemon.signal("HUP");
    daemon.wait_for(&["not reloaded", "latenes_seconds", "did you mean"]);
    daemon.wait_for(&["in force are kept"]);
    fs::write(&path, &text).unwrap();
    daemon.signal("HUP");
    daemon.wait_for(&["reloaded", "zones=2"]);

    // None of this closed the input.
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(SENTENCES[0].as_bytes(), &address).unwrap();
    daemon.stop_after("feed", 1);
}

#[test]
fn without_an_input_the_error_says_what_to_write() {
    let folder = TempDir::new().unwrap();
    let mut daemon = Daemon::start(&settings(&folder, ""));
    daemon.wait_for(&["[[inputs]]"]);
    assert_eq!(daemon.wait(), Some(78));
}
