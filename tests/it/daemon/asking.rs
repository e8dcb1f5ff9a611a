//! Questions over HTTP: a running daemon answers as a replay does, while lines come in, and refuses what it cannot answer.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use atalaia::platform::clock::Clock;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::daemon::{Daemon, PATIENCE, accept, input, settings};
use crate::harness::pages::{places, wait_for_page};
use crate::harness::scenes;
use crate::harness::servers::free_port;

/// The status and the body of an answer.
fn get(pages: &str, path: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(pages).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {pages}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or_else(|error| panic!("{path}: {error}: {answer}")))
}

fn found(pages: &str, path: &str) -> Value {
    let (status, body) = get(pages, path);
    assert_eq!(status, 200, "{path}: {body}");
    body
}

/// Settings of a daemon with one feed, its pages and a store.
fn place(folder: &TempDir, feed: &str, rest: &str) -> PathBuf {
    let text = format!(
        "{feed}[store]\npath = \"atalaia.sqlite\"\n[http]\naddress = \"127.0.0.1:0\"\n\
         [time]\nlateness_seconds = {}\n{rest}",
        scenes::LATENESS
    );
    settings(folder, &text)
}

/// A daemon whose pages have a fixed address, once it has received all of a recording, with its settings.
fn settled(folder: &TempDir, recording: &str, rest: &str) -> (Daemon, TcpStream, PathBuf, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let feed = input("tcp", &format!("address = \"{}\"", listener.local_addr().unwrap()));
    let path = place(folder, &feed, rest);
    let pages = format!("127.0.0.1:{}", free_port());
    let text = fs::read_to_string(&path).unwrap();
    let (any, fixed) = ("[http]\naddress = \"127.0.0.1:0\"", format!("[http]\naddress = \"{pages}\""));
    fs::write(&path, text.replace(any, &fixed)).unwrap();
    let daemon = Daemon::start(&path);
    let mut stream = accept(&listener);
    stream.write_all(recording.as_bytes()).unwrap();
    let all = format!("\"lines\":{},", recording.lines().count());
    wait_for_page(&pages, "/status", |answer| answer.contains(&all));
    (daemon, stream, path, pages)
}

/// Runs a question of the command line over the recording, with the daemon's settings.
fn replayed(settings: &PathBuf, recording: &PathBuf, question: &[&str]) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
    let output = command.args(question).arg("--config").arg(settings).arg(recording).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_daemon_answers_as_a_replay_of_the_same_lines_does() {
    let folder = TempDir::new().unwrap();
    let recording = scenes::meeting(4).nmea();
    let file = folder.path().join("day.nmea");
    fs::write(&file, &recording).unwrap();
    let (_daemon, _stream, path, pages) = settled(&folder, &recording, "");

    let vessel = found(&pages, "/api/v1/vessels/224123456");
    let (at, track) = (vessel["at"].as_str().unwrap(), &vessel["tracks"][0]);
    assert_eq!((&track["name"], &track["kind"]), (&"ALFA".into(), &"Spain, cargo".into()), "{vessel}");
    assert_eq!((&track["imo"], &track["length_metres"]), (&9_074_729.into(), &120.into()), "{vessel}");
    assert_eq!(track["stops"].as_array().unwrap().len(), 1, "{vessel}");

    // The conditions at the same moment, one by one.
    let live = found(&pages, "/api/v1/vessels/224123456/explanations");
    let told = replayed(&path, &file, &["explain", "--json", "--mmsi", "224123456", "--at", at]);
    assert_eq!(live["at"], vessel["at"], "nothing came in between");
    // `explain` prints the nearest first.
    let by_name = |answer: &Value| -> Vec<String> {
        let mut forms: Vec<String> =
            answer["tracks"][0]["behaviours"].as_array().unwrap().iter().map(Value::to_string).collect();
        forms.sort();
        forms
    };
    assert_eq!(by_name(&live), by_name(&told[0]));
    assert_eq!(live["tracks"][0]["last_fix"], told[0]["tracks"][0]["last_fix"]);
    assert!(20 < live["tracks"][0]["behaviours"].as_array().unwrap().len(), "{live}");
    let one = found(&pages, "/api/v1/vessels/224123456/explanations?behaviour=loitering");
    let forms = one["tracks"][0]["behaviours"].as_array().unwrap();
    assert!(!forms.is_empty() && forms.iter().all(|form| form["behaviour"] == "loitering"), "{one}");

    // The picture has the vessel where its latest fix is.
    let (lat, lon) = (&track["last_fix"]["lat"], &track["last_fix"]["lon"]);
    let near = found(&pages, &format!("/api/v1/vessels?near={lat},{lon}&radius_nm=1"));
    let first = &near["items"][0];
    assert_eq!((&first["mmsi"], first["nm"].as_f64()), (&224_123_456.into(), Some(0.0)), "{near}");
    assert_eq!((&first["at"], &first["lat"]), (&track["last_fix"]["at"], lat), "{near}");
    let all = found(&pages, "/api/v1/vessels?near=36,-17.5&radius_nm=500");
    let only = found(&pages, "/api/v1/vessels?near=36,-17.5&radius_nm=500&limit=1");
    assert_eq!(only["items"][0], all["items"][0]);
    assert_eq!(only["left_off"].as_u64(), Some(all["items"].as_array().unwrap().len() as u64 - 1));

    // Those that did something at the place, and what they did, as far as both can know it.
    let (from, to) = ("2024-03-01T14:00:00Z", "2024-03-01T17:00:00Z");
    let who = found(&pages, &format!("/api/v1/who?near=36.0,-17.5&radius_nm=5&from={from}&to={to}"));
    let told = replayed(
        &path,
        &file,
        &["who", "--json", "--near", "36.0,-17.5", "--radius-nm", "5", "--from", from, "--to", to],
    );
    let ranked = |rows: &[Value]| -> Vec<(u64, Vec<String>)> {
        let did = |row: &Value| -> Vec<String> {
            let words = row["did"].as_array().unwrap().iter().map(|did| did.as_str().unwrap());
            words.map(|did| did.split(" for ").next().unwrap().split(" since ").next().unwrap().to_owned()).collect()
        };
        let rows = rows.iter().filter(|row| !row["points"].is_null());
        let mut rows: Vec<_> = rows.map(|row| (row["mmsi"].as_u64().unwrap(), did(row))).collect();
        rows.sort();
        rows
    };
    let (live, told) = (ranked(who["items"].as_array().unwrap()), ranked(&told));
    assert_eq!(live, told);
    assert!(live.iter().any(|(mmsi, did)| *mmsi == 224_123_456 && did.iter().any(|did| did.contains("met BRAVO"))));
}

/// Runs a command and returns its standard output and standard error.
fn run(arguments: &[&str]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_atalaia")).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

#[test]
fn the_command_line_asks_the_daemon_and_reads_the_journal_if_it_cannot() {
    let folder = TempDir::new().unwrap();
    let recording = scenes::meeting(4).nmea();
    let (daemon, _stream, path, _) = settled(&folder, &recording, "");
    let config = path.to_str().unwrap();

    let (near, _) = run(&["near", "36.0,-17.5", "--radius-nm", "100", "--config", config]);
    assert!(near.contains("ALFA 224123456 (Spain, cargo)") && near.contains("heard"), "{near}");
    for words in [&["36", "-17.5"][..], &["36-00N", "017-30W"], &["N36", "00.0", "W017", "30.0"], &["36°00'N 17°30'W"]]
    {
        let (same, error) = run(&[&["near"], words, &["--radius-nm", "100", "--config", config]].concat());
        assert_eq!(same, near, "{words:?}: {error}");
    }
    let (none, hint) = run(&["near", "-17.5,36.0", "--radius-nm", "100", "--config", config]);
    assert!(none.starts_with("0 vessels at"), "{none}");
    assert!(hint.contains("latitude comes first") && hint.contains("near 36,-17.5, do you mean that?"), "{hint}");
    let (json, _) = run(&["near", "36.0,-17.5", "--radius-nm", "100", "--json", "--config", config]);
    let vessels = near.lines().filter(|line| line.contains(" (")).count();
    assert_eq!(json.lines().count(), vessels, "{json}{near}");

    let now = ["explain", "--mmsi", "224123456", "--at", "now", "--config", config];
    let (live, aside) = run(&now);
    assert!(aside.contains("answered by the running daemon"), "{aside}");
    assert!(live.starts_with("ALFA, MMSI 224123456 (Spain, cargo) at 2024-03-01 "), "{live}");
    assert!(live.contains("nearest to an alert") && live.contains("alert rendezvous since"), "{live}");
    // The same in every line from the journal, for the moment of the daemon.
    let moment = aside.rsplit_once("for ").unwrap().1.trim();
    let (old, aside) = run(&["explain", "--all", "--mmsi", "224123456", "--at", moment, "--config", config]);
    assert!(aside.contains("read from"), "{aside}");
    let (live, _) = run(&[&now[..], &["--all"]].concat());
    let conditions = |page: &str| {
        page.lines()
            .filter(|line| line.starts_with("  met ") || line.starts_with("  NOT "))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(conditions(&live), conditions(&old));
    daemon.stop("feed");
    let (_, aside) = run(&now);
    assert!(aside.contains("read from"), "without a daemon the journal is read: {aside}");
    let (_, refused) = run(&["near", "36.0,-17.5", "--radius-nm", "100", "--config", config]);
    assert!(refused.contains("no daemon answers questions at"), "{refused}");
}

#[test]
fn without_a_journal_the_daemon_says_who_was_there() {
    let folder = TempDir::new().unwrap();
    let (daemon, _stream, path, pages) = settled(&folder, &scenes::meeting(4).nmea(), "[journal]\nenabled = false\n");
    let period = ["--from", "2024-03-01T14:00:00Z", "--to", "2024-03-01T17:00:00Z", "--config", path.to_str().unwrap()];
    let who = [&["who", "--near", "36.0,-17.5", "--radius-nm", "5"][..], &period].concat();
    let (said, aside) = run(&who);
    assert!(aside.contains(&format!("answered by the running daemon at {pages}")), "{aside}");
    assert!(said.contains("met BRAVO (rendezvous)") && said.contains("ALFA 224123456 (Spain, cargo)"), "{said}");
    daemon.stop("feed");
    let (_, refused) = run(&who);
    assert!(refused.contains("the settings keep no journal"), "{refused}");
}

#[test]
fn questions_are_answered_while_lines_come_in_and_no_line_is_lost() {
    let folder = TempDir::new().unwrap();
    let recording = scenes::meeting(4).nmea();
    // The same lines again are copies: as many as the loop can take in, without another picture.
    let (first, again) = (recording.clone(), recording.repeat(40));
    let count = again.lines().count() + first.lines().count();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let feed = input("tcp", &format!("address = \"{}\"", listener.local_addr().unwrap()));
    let mut daemon = Daemon::start(&place(&folder, &feed, ""));
    let line = daemon.wait_for(&["serving /metrics"]);
    let pages = line.split("address=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let mut stream = accept(&listener);
    stream.write_all(first.as_bytes()).unwrap();
    wait_for_page(&pages, "/api/v1/vessels/224123456", |answer| answer.starts_with("HTTP/1.1 200 "));
    let writer = thread::spawn(move || {
        stream.write_all(again.as_bytes()).unwrap();
        stream
    });
    let mut answered = 0;
    while !writer.is_finished() || answered < 50 {
        for path in ["/api/v1/vessels/224123456", "/api/v1/vessels/224123456/explanations"] {
            assert_eq!(found(&pages, path)["mmsi"], 224_123_456);
            answered += 1;
        }
    }
    let stream = writer.join().unwrap();
    wait_for_page(&pages, "/status", |answer| answer.contains(&format!("\"lines\":{count},")));
    drop(stream);
    daemon.stop_after("feed", count);
}

#[test]
fn nonsense_is_refused_with_what_to_write_instead() {
    let folder = TempDir::new().unwrap();
    let mut daemon = Daemon::start(&place(&folder, &input("udp", "address = \"127.0.0.1:0\""), ""));
    let (_, pages) = places(&mut daemon);
    let long = "x".repeat(5000);
    for (path, status, told) in [
        ("/api/v1/vessels/224123456", 404, "MMSI 224123456 has no track"),
        ("/api/v1/vessels/224123456/explanations", 404, "MMSI 224123456 has no track"),
        ("/api/v1/vessels/22412345", 400, "an MMSI has nine digits"),
        ("/api/v1/vessels/%00%ff", 400, ""),
        ("/api/v1/vessels/224123456/explanations?behaviour=loitring", 400, "did you mean `loitering`?"),
        ("/api/v1/vessels/224123456/explanations?behavior=loitering", 400, "did you mean `behaviour`?"),
        ("/api/v1/vessels", 400, "near: is missing"),
        ("/api/v1/vessels?near=36", 400, "near: the longitude is missing; write degrees north, a comma, degrees east"),
        ("/api/v1/vessels?near=91,0&radius_nm=1", 400, "near: a latitude is at most 90 degrees; write degrees north"),
        ("/api/v1/vessels?near=x,0&radius_nm=1", 400, "near: write degrees north"),
        ("/api/v1/vessels?near=36-30,9-12&radius_nm=1", 400, "near: degrees and minutes need their hemispheres"),
        ("/api/v1/vessels?near=36,-17", 400, "radius_nm: is missing"),
        ("/api/v1/vessels?near=36,-17&radius_nm=inf", 400, "radius_nm: write a number above 0 and up to 500"),
        ("/api/v1/vessels?near=36,-17&radius_nm=1&radius_nm=2", 400, "radius_nm: is given twice"),
        ("/api/v1/vessels?near=36,-17&radius_nm=1&limit=0", 400, "limit: write a whole number from 1 to 1000"),
        ("/api/v1/vessels?near=36,-17&radius_km=1", 400, "did you mean `radius_nm`? (10 km is 5.4 nm)"),
        ("/api/v1/who?near=36,-17&radius_nm=5", 400, "from: is missing"),
        ("/api/v1/who?near=36,-17&radius_nm=5&from=yesterday", 400, "from: write a time as 2026-03-01T04:10:00Z"),
        (
            "/api/v1/who?near=36,-17&radius_nm=5&from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z",
            400,
            "to: write a time after",
        ),
        (
            "/api/v1/who?near=36,-17&radius_nm=5&from=2020-03-02T00:00:00Z&to=2026-03-01T00:00:00Z",
            400,
            "at most 14 days",
        ),
        ("/api/v1/nothing", 404, "there is no such endpoint"),
        ("/api/v2/vessels", 404, "there is no such endpoint"),
        (&format!("/api/v1/vessels?{long}=1"), 400, "unknown parameter"),
    ] {
        let (said, body) = get(&pages, path);
        assert_eq!(said, status, "{path}: {body}");
        assert_eq!(body["status"], status, "{path}: {body}");
        let detail = body["detail"].as_str().unwrap();
        assert!(detail.contains(told) && detail.len() < 400, "{path}: {detail}");
        assert!(body["type"].as_str().unwrap().starts_with("/problems/"), "{body}");
    }
    let mut stream = TcpStream::connect(&pages).unwrap();
    stream.write_all(b"GET /api/v1/vessels HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 421 "), "a page must not read it by its own name: {answer}");
    // An empty picture is an answer.
    assert_eq!(found(&pages, "/api/v1/vessels?near=36,-17&radius_nm=5")["items"], Value::Array(Vec::new()));
    daemon.stop("feed");
}

#[test]
fn a_loop_that_hangs_refuses_questions_in_time() {
    let folder = TempDir::new().unwrap();
    let path = place(&folder, &input("udp", "address = \"127.0.0.1:0\""), "");
    let command = &mut Command::new(env!("CARGO_BIN_EXE_atalaia"));
    let mut daemon = Daemon::spawn(command.env("ATALAIA_FAULT", "lines-before-engine:hang"), &path, Stdio::null());
    let (address, pages) = places(&mut daemon);
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(crate::harness::beacons::distress().as_bytes(), address).unwrap();
    daemon.wait_for(&["fault point lines-before-engine hangs"]);
    let start = Clock.moment();
    let askers: Vec<_> = (0..30)
        .map(|_| {
            let pages = pages.clone();
            thread::spawn(move || {
                let (status, body) = get(&pages, "/api/v1/vessels/224123456");
                (status, body["detail"].as_str().unwrap().to_owned(), Clock.moment().since(start))
            })
        })
        .collect();
    let answers: Vec<_> = askers.into_iter().map(|asker| asker.join().unwrap()).collect();
    assert!(answers.iter().all(|(status, ..)| *status == 503), "{answers:?}");
    let full: Vec<_> = answers.iter().filter(|(_, detail, _)| detail.contains("too many questions")).collect();
    assert_eq!(full.len(), 30 - 16, "16 may wait: {answers:?}");
    assert!(answers.iter().all(|(.., after)| *after < Duration::from_secs(10)), "each has a deadline: {answers:?}");
    // The other pages still answer.
    assert_eq!(get(&pages, "/status").0, 200);
}

#[test]
fn an_address_that_other_machines_reach_answers_no_questions() {
    let folder = TempDir::new().unwrap();
    let feed = input("udp", "address = \"127.0.0.1:0\"");
    let text = format!("{feed}[http]\naddress = \"0.0.0.0:0\"\nallow_remote = true\n");
    let mut daemon = Daemon::start(&settings(&folder, &text));
    let (_, pages) = places(&mut daemon);
    let pages = pages.replace("0.0.0.0", "127.0.0.1");
    assert_eq!(get(&pages, "/status").0, 200);
    let mut stream = TcpStream::connect(&pages).unwrap();
    stream.write_all(b"GET /api/v1/vessels/224123456 HTTP/1.1\r\nConnection: close\r\nHost: a\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 404 ") && !answer.contains("problem"), "{answer}");
    daemon.stop("feed");
}
