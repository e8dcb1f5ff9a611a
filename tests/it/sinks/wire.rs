//! A daemon whose alerts go to a collector, a TAK server and a journal at once, beside a mail server and a broker that hang.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;

use tempfile::TempDir;

use crate::harness::beacons::distress;
use crate::harness::daemon::{Daemon, PATIENCE, accept, input, settings};

const CANARY: &str = "canary-5ad1f0";

fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

/// Reads from a client until the data contain the text.
fn heard(mut stream: TcpStream, end: &str) -> String {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains(end) {
        let mut more = [0; 4096];
        let count = stream.read(&mut more).unwrap();
        assert_ne!(count, 0, "it hung up after {}", String::from_utf8_lossy(&bytes));
        bytes.extend(&more[..count]);
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn every_receiver_gets_an_alert_and_hanging_ones_delay_no_other() {
    let folder = TempDir::new().unwrap();
    let ((collector, syslog), (tak, cot), (_mail, email), (_broker, mqtt)) =
        (listener(), listener(), listener(), listener());
    let socket = folder.path().join("journal");
    let journal = UnixDatagram::bind(&socket).unwrap();
    journal.set_read_timeout(Some(PATIENCE)).unwrap();
    let password = folder.path().join("password");
    fs::write(&password, CANARY).unwrap();
    fs::set_permissions(&password, fs::Permissions::from_mode(0o600)).unwrap();
    let sinks = format!(
        r#"
[[sinks]]
kind = "syslog"
name = "collector"
syslog = {{ address = "{syslog}", transport = "tcp" }}
[[sinks]]
kind = "cot"
name = "tak"
cot = {{ address = "{cot}", transport = "tcp" }}
[[sinks]]
kind = "journald"
name = "journal"
journald = {{ socket = "{}" }}
[[sinks]]
kind = "email"
name = "mail"
[sinks.email]
address = "{email}"
security = "none"
from = "atalaia@example.org"
to = ["watch@example.org"]
user = "atalaia"
password = {{ file = "password" }}
timeout_seconds = 1
[[sinks]]
kind = "mqtt"
name = "broker"
mqtt = {{ url = "mqtt://{mqtt}", user = "atalaia", password = {{ file = "password" }}, timeout_seconds = 1 }}
[time]
lateness_seconds = 0
idle_after_seconds = 5
[delivery]
retry_seconds = [1]
"#,
        socket.display()
    );
    let text = format!("{}{sinks}", input("tcp-listen", "address = \"127.0.0.1:0\""));
    let mut daemon = Daemon::start(&settings(&folder, &text));
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    client.write_all(distress().as_bytes()).unwrap();

    let message = heard(accept(&collector), "tlp=\"AMBER\"");
    assert!(message.contains(" atalaia ") && message.contains("mmsi=\"972123456\""), "{message}");
    let event = heard(accept(&tak), "</event>");
    assert!(event.contains("type=\"b-m-p-s-m\"") && event.contains("lat=\"40.50000\""), "{event}");
    let mut entry = vec![0; 65_536];
    let length = journal.recv(&mut entry).unwrap();
    let entry = String::from_utf8_lossy(&entry[..length]).into_owned();
    assert!(entry.contains("\nATALAIA_MMSI=972123456\n") && entry.contains("\nATALAIA_CHANGE=opened\n"), "{entry}");
    // The log names the two that hang, in either order.
    let mut hanging: Vec<&str> = vec!["sink=mail", "sink=broker"];
    while !hanging.is_empty() {
        let line = daemon.wait_for(&["within 1 s"]);
        hanging.retain(|sink| !line.contains(sink));
    }
    daemon.signal("TERM");
    daemon.wait_for(&["stopped"]);
    daemon.wait();
    let log = daemon.heard().join("\n");
    assert!(!log.contains(CANARY), "{log}");
}
