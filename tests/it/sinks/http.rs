//! Sinks over HTTP, folders and programs in the running daemon: one that hangs delays no other, and no secret is revealed.
//!
//! With `ATALAIA_WITNESS_PYTHON` (see `tests/run`) Python's own readers read the deliveries and check the signature.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use atalaia::platform::clock::Clock;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::beacons::distress;
use crate::harness::daemon::{Daemon, PATIENCE, input, settings};
use crate::harness::passed_over::installed;

const SIGNING: &str = "whsec_Q2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5IQ==";
const TOKEN: &str = "canary-token-51b7";

/// Headers and body of a request.
type Request = (BTreeMap<String, String>, String);

/// Starts a server that answers each request with the next of these status lines, and repeats the last one.
fn receiver(answers: &'static [&'static str]) -> (String, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (came, requests) = channel();
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = BufReader::new(stream.unwrap());
            let request = read(&mut stream);
            let answer = answers[number.min(answers.len() - 1)];
            write!(stream.get_mut(), "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            if came.send(request).is_err() {
                return;
            }
        }
    });
    (format!("http://{address}/hook"), requests)
}

fn read(stream: &mut BufReader<TcpStream>) -> Request {
    let mut headers = BTreeMap::new();
    let mut line = String::new();
    while stream.read_line(&mut line).unwrap() > 2 {
        if let Some((name, value)) = line.trim_end().split_once(": ") {
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        line.clear();
    }
    let length = headers["content-length"].parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    (headers, String::from_utf8(body).unwrap())
}

fn secret(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

fn webhook(name: &str, url: &str, more: &str) -> String {
    let ca = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/payloads/ca.pem");
    format!(
        "[[sinks]]\nkind = \"webhook\"\nname = \"{name}\"\n[sinks.webhook]\nurl = \"{url}\"\nallow = [\"127.0.0.1\"]\ntls.ca = \"{ca}\"\n{more}\n"
    )
}

/// The only file in a folder, once it exists.
fn only_file(folder: &Path) -> PathBuf {
    let start = Clock.moment();
    loop {
        let found = fs::read_dir(folder).ok().into_iter().flatten().map(|entry| entry.unwrap().path());
        // Unfinished files have another extension.
        if let Some(path) = found.filter(|path| path.extension().is_some_and(|end| end == "xml")).min() {
            return path;
        }
        assert!(Clock.moment().since(start) < PATIENCE, "nothing came into {}", folder.display());
        crate::harness::daemon::pause();
    }
}

#[test]
fn one_alert_reaches_every_sink_while_another_hangs_and_no_secret_is_revealed() {
    let folder = TempDir::new().unwrap();
    let (hook, requests) = receiver(&["503 Busy", "200 OK"]);
    // The system accepts connections, but nothing ever answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let hanging = format!("http://{}/{TOKEN}?key={TOKEN}", silent.local_addr().unwrap());
    let program = folder.path().join("hook");
    fs::write(
        &program,
        format!("#!/bin/sh\ncat > {0}/told.part && mv {0}/told.part {0}/told.xml\n", folder.path().display()),
    )
    .unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let (signing, token) = (secret(&folder, "signing", SIGNING), secret(&folder, "token", TOKEN));
    let keys =
        format!("secrets = [{{ file = \"{}\" }}]\nbearer = {{ file = \"{}\" }}", signing.display(), token.display());
    let sinks = [
        webhook("hanging", &hanging, &format!("timeout_seconds = 1\nbearer = {{ file = \"{}\" }}", token.display())),
        webhook("partner", &hook, &keys),
        format!("[[sinks]]\nkind = \"exec\"\nname = \"hook\"\nexec.command = [\"{}\"]\n", program.display()),
        "[[sinks]]\nkind = \"cise\"\nname = \"cise\"\n[sinks.cise]\nspool = \"cise\"\nsender = \"a\"\nrecipient = \"b\"\n".to_owned(),
        "[[sinks]]\nkind = \"cap\"\nname = \"cap\"\n[sinks.cap]\nspool = \"cap\"\nsender = \"ops@centre.example\"\n".to_owned(),
    ];
    let rest = "[store]\npath = \"alerts.sqlite\"\n[delivery]\nretry_seconds = [1]\n[time]\nlateness_seconds = 0\nidle_after_seconds = 5\n";
    let text = format!("{rest}{}{}", input("tcp-listen", "address = \"127.0.0.1:0\""), sinks.concat());
    let mut daemon = Daemon::start(&settings(&folder, &text));
    let address = daemon.address();
    let mut client = TcpStream::connect(&address).unwrap();
    client.write_all(distress().as_bytes()).unwrap();

    let (first, body) = requests.recv_timeout(PATIENCE).expect("a request");
    let (second, again) = requests.recv_timeout(PATIENCE).expect("another try after the 503");
    assert_eq!((&body, &first["webhook-id"]), (&again, &second["webhook-id"]), "the same letter");
    assert_eq!(second["authorization"], format!("Bearer {TOKEN}"));
    let event: Value = serde_json::from_str(&again).unwrap();
    assert_eq!(event["type"], "org.atalaia.alert.opened.v1");
    assert_eq!(event["data"]["alert"]["vessels"][0]["mmsi"], 972_123_456);
    let told = fs::read_to_string(only_file(folder.path())).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&told).unwrap(), event["data"], "the program read the same change");
    let cise = only_file(&folder.path().join("cise"));
    let cap = only_file(&folder.path().join("cap"));
    daemon.wait_for(&["sink down", "hanging"]);
    daemon.signal("TERM");
    daemon.wait_for(&["stopped"]);
    assert_eq!(daemon.wait(), Some(0));
    for line in daemon.heard() {
        assert!(!line.contains(TOKEN) && !line.contains(SIGNING), "{line}");
    }

    let seen = folder.path().join("seen");
    fs::create_dir(&seen).unwrap();
    fs::copy(cise, seen.join("cise.xml")).unwrap();
    fs::copy(cap, seen.join("cap.xml")).unwrap();
    fs::write(seen.join("webhook.json"), json!({"secret": SIGNING, "headers": second, "body": again}).to_string())
        .unwrap();
    let Some(python) = installed("ATALAIA_WITNESS_PYTHON") else { return };
    let output = Command::new(python).arg("tests/witness/sinks.py").arg(&seen).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let id = event["data"]["alert"]["id"].as_str().unwrap();
    let expected = json!({
        "push": true, "payload": "ns4:XmlEntityPayload", "mmsi": "972123456", "object": "vessel:Vessel",
        "anomaly_last": "AnomalyType", "cap": true, "cap_mmsi": ["972123456"],
        "event": "org.atalaia.alert.opened.v1", "event_id": format!("{id}-1"), "signed": true,
    });
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap(), expected);
}
