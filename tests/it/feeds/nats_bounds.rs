//! NATS with our own servers that try to make the client hold more than it should.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use tempfile::TempDir;

use crate::harness::daemon::{Daemon, accept, input};

/// Bytes a server would send if the client accepted them.
const MOST: usize = 300 << 20;

/// Accepts a client, greets it and answers its first ping.
fn greet(listener: &TcpListener) -> TcpStream {
    let mut stream = accept(listener);
    stream.write_all(b"INFO {\"server_id\":\"x\",\"max_payload\":1048576,\"headers\":true}\r\n").unwrap();
    let mut said = Vec::new();
    while !said.ends_with(b"PING\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        said.push(byte[0]);
    }
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("\"name\":\"atalaia\""), "{said}");
    stream.write_all(b"PONG\r\n").unwrap();
    stream
}

/// Announces a message and sends zero bytes; returns how many were sent before the client disconnected.
fn pour(mut stream: TcpStream, announcement: &str) -> usize {
    stream.write_all(announcement.as_bytes()).unwrap();
    let zeros = vec![0; 1 << 20];
    let mut sent = 0;
    while sent < MOST && stream.write_all(&zeros).is_ok() {
        sent += zeros.len();
    }
    sent
}

/// Peak memory of a process, in MiB.
fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

#[test]
fn a_server_that_announces_far_too_much_is_disconnected_and_retried() {
    let folder = TempDir::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("nats://{}", listener.local_addr().unwrap());
    let table = format!("[inputs.nats]\nurl = \"{url}\"\nstream = \"AIS\"\nconsumer = \"atalaia\"");
    let mut daemon = Daemon::start(&crate::harness::daemon::settings(&folder, &input("nats", &table)));
    let before = {
        let stream = greet(&listener);
        let before = peak(daemon.id());
        assert!(pour(stream, "HMSG _INBOX.x 1 $JS.ACK.x 12 18446744073709551600\r\n") < MOST);
        before
    };
    daemon.wait_for(&["input down", "the server announces a message of 18446744073709551600 bytes", "at most 8388608"]);
    assert!(pour(greet(&listener), "MSG _INBOX.x 1 $JS.ACK.x 1073741824\r\n") < MOST);
    daemon.wait_for(&["input down", "the server announces a message of 1073741824 bytes; at most 8388608"]);
    assert!(peak(daemon.id()) < before + 32, "from {before} to {} MiB", peak(daemon.id()));
    daemon.stop("feed");
}
