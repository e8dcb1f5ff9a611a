//! Live is replay: the daemon's output for a live feed equals a replay of the same lines, byte for byte.

use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::thread;

use atalaia_core::base::time::{Span, Time};
use atalaia_core::engine::Settings;
use atalaia_core::scenario::Feed;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::daemon::{Daemon, accept};
use crate::harness::replay::{desk, replayed};
use crate::harness::scenes::{self, LATENESS};

/// Sizes of the pieces a feed is sent in, cyclically; they end anywhere in a line.
const PIECES: [usize; 9] = [1, 7, 1460, 82, 3, 4096, 1, 536, 13];

/// A feed, the folder in which it is recorded as `feed.nmea`, and the output of its replay.
struct Desk {
    folder: TempDir,
    feed: Vec<u8>,
    replayed: String,
}

impl Desk {
    /// `rest` is the input's settings apart from its kind and name.
    fn new(feed: Vec<u8>, kind: &str, rest: &str) -> Desk {
        let folder = desk();
        let path = folder.path().join("atalaia.toml");
        let zones = fs::read_to_string(&path).unwrap();
        let settings = format!(
            "{zones}[time]\nfile_lateness_seconds = {LATENESS}\n\
             [[inputs]]\nkind = \"{kind}\"\nname = \"feed\"\nrecorded = true\nlateness_seconds = {LATENESS}\n{rest}\n\
             [[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"alerts.jsonl\"\nmin_severity = \"info\"\n"
        );
        fs::write(&path, settings).unwrap();
        fs::write(folder.path().join("feed.nmea"), &feed).unwrap();
        let replayed = replayed(&folder, &["feed.nmea".to_owned()]);
        assert_telling(&replayed);
        Desk { folder, feed, replayed }
    }

    fn settings(&self) -> PathBuf {
        self.folder.path().join("atalaia.toml")
    }

    #[track_caller]
    fn assert_live_is_replay(&self) {
        let live = fs::read_to_string(self.folder.path().join("alerts.jsonl")).unwrap();
        for (number, (live, replayed)) in live.lines().zip(self.replayed.lines()).enumerate() {
            assert_eq!(live, replayed, "line {}", number + 1);
        }
        assert!(live == self.replayed, "{} lines and {}", live.lines().count(), self.replayed.lines().count());
    }
}

/// Asserts that the replayed output has enough to compare.
fn assert_telling(replayed: &str) {
    let changes: Vec<Value> = replayed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (behaviour, change) in [
        ("loitering", "opened"),
        ("rendezvous", "opened"),
        ("rendezvous", "ended"),
        ("zone_entry", "opened"),
        ("distress", "opened"),
    ] {
        let told = changes.iter().any(|told| told["alert"]["behaviour"] == behaviour && told["change"] == change);
        assert!(told, "no {behaviour} {change}");
    }
}

/// Several hours of several scenes at once, with lines out of order as far as the lateness allows. It ends right after a change, so that
/// this is still in the reorder buffer when the daemon is stopped.
fn feed() -> Feed {
    let scenes = [scenes::meeting(4), scenes::borders(4), scenes::company(4)];
    let mut sent: Vec<_> = scenes.iter().flat_map(|scene| scene.feed().sent).collect();
    sent.sort_by_key(|sent| sent.at);
    let whole = Feed { sent: sent.clone() }.nmea();
    let changes = scenes::run_with(&Settings::default(), &scenes::endless_ocean(0.0), whole.as_bytes());
    let said = changes.iter().rev().find(|change| change["alert"]["announced"] == true).unwrap();
    let end = Time::parse(said["at"].as_str().unwrap()).unwrap() + Span::from_seconds(30);
    sent.retain(|sent| sent.at <= end);
    assert!(3.0 < (sent[sent.len() - 1].at - sent[0].at).hours());
    Feed { sent }.shuffled(2, LATENESS)
}

fn send_in_pieces(feed: &[u8], stream: &mut TcpStream) {
    stream.set_nodelay(true).unwrap();
    let mut rest = feed;
    for size in PIECES.into_iter().cycle() {
        let (piece, others) = rest.split_at(size.min(rest.len()));
        stream.write_all(piece).unwrap();
        rest = others;
        if rest.is_empty() {
            return;
        }
    }
}

#[test]
fn a_server_that_sends_odd_pieces_and_garbage_gives_what_a_replay_gives() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("address = \"{}\"", listener.local_addr().unwrap());
    let desk = Desk::new(feed().with_garbage(6), "tcp", &address);
    let mut daemon = Daemon::start(&desk.settings());
    let mut stream = accept(&listener);
    send_in_pieces(&desk.feed, &mut stream);
    drop(stream);
    daemon.wait_for(&["input down", "closed by the other side"]);
    daemon.stop("feed");
    desk.assert_live_is_replay();
}

#[test]
fn a_client_that_disconnects_and_reconnects_gives_what_a_replay_gives() {
    let desk = Desk::new(feed().nmea().into_bytes(), "tcp-listen", "address = \"127.0.0.1:0\"");
    let mut daemon = Daemon::start(&desk.settings());
    let address = daemon.address();
    // Cut at a line end: the rest of a line on a broken connection is lost, as it should be.
    let middle = desk.feed.len() / 2;
    let end = middle + desk.feed[middle..].iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for half in [&desk.feed[..end], &desk.feed[end..]] {
        let mut stream = TcpStream::connect(&address).unwrap();
        send_in_pieces(half, &mut stream);
        drop(stream);
        daemon.wait_for(&["client disconnected"]);
    }
    daemon.stop("feed");
    desk.assert_live_is_replay();
}

#[test]
fn datagrams_of_one_or_many_lines_give_what_a_replay_gives() {
    let desk = Desk::new(feed().nmea().into_bytes(), "udp", "address = \"127.0.0.1:0\"");
    let mut daemon = Daemon::start(&desk.settings());
    let address = daemon.address();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let lines: Vec<&[u8]> = scenes::lines(&desk.feed).collect();
    let mut rest = lines.as_slice();
    for size in [1, 12, 3, 7].into_iter().cycle() {
        let (now, later) = rest.split_at(size.min(rest.len()));
        socket.send_to(&now.join(&b"\r\n"[..]), &address).unwrap();
        wait_until_read(&address);
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    daemon.stop_after("feed", lines.len());
    desk.assert_live_is_replay();
}

/// Waits until the receiver has read everything, which a sender of datagrams can only learn from the kernel's table of sockets.
fn wait_until_read(address: &str) {
    let port: u16 = address.rsplit(':').next().unwrap().parse().unwrap();
    let own = format!(":{port:04X}");
    for _ in 0..1_000_000 {
        let table = fs::read_to_string("/proc/net/udp").unwrap();
        let row = table.lines().map(|row| row.split_whitespace().collect::<Vec<_>>());
        let row = row.filter(|row| row.len() > 4).find(|row| row[1].ends_with(&own));
        if row.is_none_or(|row| row[4].ends_with(":00000000")) {
            return;
        }
        thread::yield_now();
    }
    panic!("nobody reads {address}");
}

#[test]
fn a_recording_as_an_input_gives_what_a_replay_gives() {
    let desk = Desk::new(feed().nmea().into_bytes(), "file", "path = \"feed.nmea\"");
    let mut daemon = Daemon::start(&desk.settings());
    daemon.wait_for(&["all inputs have ended"]);
    daemon.stop("feed");
    desk.assert_live_is_replay();
}

#[test]
fn reloading_identical_settings_changes_nothing() {
    let desk = Desk::new(feed().nmea().into_bytes(), "tcp-listen", "address = \"127.0.0.1:0\"");
    let mut daemon = Daemon::start(&desk.settings());
    let mut stream = TcpStream::connect(daemon.address()).unwrap();
    let lines: Vec<&[u8]> = scenes::lines(&desk.feed).collect();
    for some in lines.chunks(100) {
        stream.write_all(&some.join(&b"\r\n"[..])).unwrap();
        stream.write_all(b"\r\n").unwrap();
        daemon.signal("HUP");
        daemon.wait_for(&["INFO", "reloaded"]);
    }
    drop(stream);
    daemon.wait_for(&["client disconnected"]);
    daemon.stop_after("feed", lines.len());
    desk.assert_live_is_replay();
}
