//! Two hundred peers that send slowly, nothing, or without credentials: stations and health checks still get through.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use atalaia::platform::clock::Clock;
use tempfile::TempDir;

use crate::harness::daemon::{Daemon, PATIENCE, input, settings, wait_until};
use crate::harness::servers::secret_file;

const PEERS: usize = 200;

/// First bytes sent by the peers.
const BEGINNINGS: [&str; 5] = [
    "",
    "GET /metrics HTTP/1.1\r\nX: ",
    "POST /ingest/aiscatcher HTTP/1.1\r\nHost: a\r\nX: ",
    "POST /ingest/aiscatcher HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n{",
    "POST /ingest/aiscatcher HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer wrong\r\nContent-Length: 100000\r\n\r\n{",
];

/// Connects one peer and sends its first bytes.
fn peer(address: &str, number: usize) -> Option<TcpStream> {
    let mut stream = TcpStream::connect_timeout(&address.parse().unwrap(), Duration::from_secs(1)).ok()?;
    stream.set_nonblocking(true).unwrap();
    // A peer that was disconnected reconnects.
    stream.write_all(BEGINNINGS[number % BEGINNINGS.len()].as_bytes()).ok().map(|()| stream)
}

/// Keeps all peers connected until stopped, reconnecting those that are dropped; every other one sends a byte now and then.
fn besiege(address: &str, stop: &AtomicBool) {
    let mut peers: Vec<Option<TcpStream>> = (0..PEERS).map(|number| peer(address, number)).collect();
    let (mut answer, mut round) = ([0; 4096], 0_u32);
    while !stop.load(Ordering::Relaxed) {
        round += 1;
        for (number, place) in peers.iter_mut().enumerate() {
            let goes_on = place.as_mut().is_some_and(|stream| {
                let drips = number % 2 == 1 && round.is_multiple_of(100);
                let sent = !drips || stream.write_all(b"a").is_ok();
                match stream.read(&mut answer) {
                    Ok(length) => sent && length != 0,
                    Err(error) => sent && error.kind() == ErrorKind::WouldBlock,
                }
            });
            if !goes_on {
                *place = peer(address, number);
            }
        }
        // The peers should be slow, not overload the machine.
        thread::sleep(Duration::from_millis(10));
    }
}

/// Stops the peers even if a test fails.
struct Siege<'a>(&'a AtomicBool);

impl Drop for Siege<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs something repeatedly while they are connected; returns the duration of the slowest run.
fn besieged(address: &str, turns: usize, turn: impl Fn()) -> Duration {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let _siege = Siege(&stop);
        scope.spawn(|| besiege(address, &stop));
        let times = (0..turns).map(|_| {
            // Lets the peers connect first, and reconnect between runs.
            thread::sleep(Duration::from_millis(5));
            let began = Clock.moment();
            turn();
            Clock.moment().since(began)
        });
        times.max().unwrap_or_default()
    })
}

/// The first line of an answer.
fn asked(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect_timeout(&address.parse().unwrap(), PATIENCE).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    // An empty answer fails the assertion on it.
    let _ = stream.read_to_string(&mut answer);
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_station_with_the_token_is_received_beside_two_hundred_slow_peers() {
    let folder = TempDir::new().unwrap();
    let table = "address = \"127.0.0.1:0\"\n[inputs.aiscatcher_http]\ntoken = { file = \"token\" }\n";
    secret_file(&folder, "token", "t0ken");
    let mut daemon = Daemon::start(&settings(&folder, &input("aiscatcher-http", table)));
    let address = daemon.address();
    let body = "{\"protocol\":\"jsonaiscatcher\",\"msgs\":[{\"class\":\"AIS\"}]}";
    let post = format!(
        "POST /ingest/aiscatcher HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer t0ken\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let slowest = besieged(&address, 60, || assert_eq!(asked(&address, &post), "HTTP/1.1 200 OK"));
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
    daemon.stop_after("feed", 60);
}

#[test]
fn health_is_answered_within_a_second_beside_two_hundred_slow_clients() {
    let folder = TempDir::new().unwrap();
    let text = format!("[http]\naddress = \"127.0.0.1:0\"\n{}", input("udp", "address = \"127.0.0.1:0\""));
    let mut daemon = Daemon::start(&settings(&folder, &text));
    let line = daemon.wait_for(&["serving /metrics"]);
    let address = line.split("address=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let get = |page: &str| format!("GET {page} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    // The pages are served before every input has started.
    wait_until(|| asked(&address, &get("/readyz")) == "HTTP/1.1 200 OK");
    for page in ["/healthz", "/readyz", "/metrics"] {
        let get = get(page);
        let slowest = besieged(&address, 20, || assert_eq!(asked(&address, &get), "HTTP/1.1 200 OK"));
        assert!(slowest < Duration::from_secs(1), "{page}: {slowest:?}");
    }
    daemon.stop("feed");
}
