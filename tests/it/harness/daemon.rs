//! The daemon as a process, with real sockets, pipes and signals. Its behaviour is read from its log and its alert file.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use atalaia::clock::Clock;
use tempfile::TempDir;

/// Longest wait for anything in a test; a healthy daemon needs a fraction of it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits a moment between two looks: polling must not take the processor from the program under test.
pub fn pause() {
    thread::sleep(Duration::from_millis(5));
}

/// Keeps a start fast: no coast, no ports.
pub const BARE: &str = "[zones]\ncoast = \"off\"\nports = \"off\"\nanchorages = \"off\"\n";

const SENTENCES: [&str; 3] = [
    "!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24",
    "!AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*5C",
    "!AIVDM,1,1,,A,15M67FC000G?ufbE`FepT@3n00Sa,0*5F",
];

/// A running daemon and its log so far.
pub struct Daemon {
    child: Child,
    log: Receiver<String>,
    heard: Vec<String>,
}

impl Daemon {
    pub fn start(settings: &Path) -> Daemon {
        Daemon::start_with(settings, Stdio::null())
    }

    /// Starts a daemon that dies at a fault point.
    pub fn start_dying(settings: &Path, fault: &str) -> Daemon {
        Daemon::spawn(Command::new(env!("CARGO_BIN_EXE_atalaia")).env("ATALAIA_FAULT", fault), settings, Stdio::null())
    }

    /// Starts a daemon through another command, to which the program's arguments are added.
    pub fn start_command(command: &mut Command, settings: &Path) -> Daemon {
        Daemon::spawn(command, settings, Stdio::null())
    }

    /// The log lines read so far by the waiting methods.
    pub fn heard(&self) -> &[String] {
        &self.heard
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn start_with(settings: &Path, stdin: Stdio) -> Daemon {
        Daemon::spawn(&mut Command::new(env!("CARGO_BIN_EXE_atalaia")), settings, stdin)
    }

    pub fn spawn(command: &mut Command, settings: &Path, stdin: Stdio) -> Daemon {
        let mut child =
            command.args(["run", "--config"]).arg(settings).stdin(stdin).stderr(Stdio::piped()).spawn().unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        let (sender, log) = channel();
        thread::spawn(move || errors.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Daemon { child, log, heard: Vec::new() }
    }

    /// The next log line that contains all of `parts`.
    pub fn wait_for(&mut self, parts: &[&str]) -> String {
        let start = Clock.moment();
        loop {
            match self.log.recv_timeout(PATIENCE.saturating_sub(Clock.moment().since(start))) {
                Ok(line) => {
                    self.heard.push(line.clone());
                    if parts.iter().all(|part| line.contains(part)) {
                        return line;
                    }
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("no line with {parts:?} in:\n{}", self.heard.join("\n"))
                }
            }
        }
    }

    /// The address an input listens on.
    pub fn address(&mut self) -> String {
        let line = self.wait_for(&["listening", "address="]);
        let rest = line.split("address=").nth(1).unwrap();
        rest.split_whitespace().next().unwrap().to_owned()
    }

    /// The address an input listens on; `None` if the daemon dies before it logs it.
    pub fn address_unless_dead(&mut self) -> Option<String> {
        while let Ok(line) = self.log.recv_timeout(PATIENCE) {
            self.heard.push(line.clone());
            if line.contains("listening")
                && let Some((_, rest)) = line.split_once("address=")
            {
                return rest.split_whitespace().next().map(str::to_owned);
            }
        }
        None
    }

    /// All its log lines up to its end, which the caller must have caused.
    pub fn log_to_the_end(&mut self) -> &[String] {
        while let Ok(line) = self.log.recv_timeout(PATIENCE) {
            self.heard.push(line);
        }
        &self.heard
    }

    /// Whether it is still running.
    pub fn lives(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for its end and returns the signal that killed it.
    pub fn died_of(&mut self, what: &str) -> Option<i32> {
        let start = Clock.moment();
        while Clock.moment().since(start) < PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.signal();
            }
            pause();
        }
        panic!("{what}: it lives:\n{}", self.heard.join("\n"))
    }

    /// Waits for its end and returns its exit code.
    pub fn wait(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Stops it cleanly and returns its final log line about an input. Asserts that this takes less than 10 s.
    pub fn stop(mut self, input: &str) -> String {
        let start = Clock.moment();
        self.signal("TERM");
        let status = self.wait_for(&["input status", &format!("input={input} ")]);
        self.wait_for(&["stopped", "open_alerts="]);
        assert!(self.child.wait().unwrap().success());
        assert!(Clock.moment().since(start) < Duration::from_secs(10));
        status
    }

    /// Stops it cleanly and asserts that `count` lines of the input reached the engine.
    pub fn stop_after(self, input: &str, count: usize) {
        let status = self.stop(input);
        assert!(status.contains(&format!("lines={count} ")), "{status}");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Fails harmlessly if a successful test has already ended it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Held by tests that need the whole machine, or use all of it.
pub static MACHINE: Mutex<()> = Mutex::new(());

/// Waits until a condition holds.
pub fn wait_until(holds: impl Fn() -> bool) {
    let start = Clock.moment();
    while !holds() {
        assert!(Clock.moment().since(start) < PATIENCE, "it never came to hold");
        // Leave the processor to the other side.
        thread::sleep(Duration::from_millis(2));
    }
}

pub fn settings(folder: &TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("atalaia.toml");
    fs::write(&path, format!("{BARE}\n{text}")).unwrap();
    path
}

pub fn input(kind: &str, rest: &str) -> String {
    format!("[[inputs]]\nkind = \"{kind}\"\nname = \"feed\"\nrecorded = true\n{rest}\n")
}

/// Accepts a connection; panics if none comes within `PATIENCE`.
pub fn accept(listener: &TcpListener) -> TcpStream {
    listener.set_nonblocking(true).unwrap();
    let start = Clock.moment();
    while Clock.moment().since(start) < PATIENCE {
        if let Ok((stream, _)) = listener.accept() {
            stream.set_nonblocking(false).unwrap();
            return stream;
        }
        pause();
    }
    panic!("the daemon did not connect");
}

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
    assert!(!daemon.heard.iter().any(|line| line.contains("input down")), "{:?}", daemon.heard);
}

#[test]
fn the_daemon_keeps_running_after_standard_input_ends() {
    let folder = TempDir::new().unwrap();
    let mut daemon = Daemon::start_with(&settings(&folder, &input("stdin", "")), Stdio::piped());
    let mut stdin = daemon.child.stdin.take().unwrap();
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
    let start = daemon.heard.len();
    daemon.signal("TERM");
    daemon.wait_for(&["stopped"]);
    for input in ["one", "two"] {
        let told = daemon.heard[start..].iter().find(|line| line.contains(&format!("input={input} ")));
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
    // A valid zone file does not make them valid.
    fs::write(zones.join("a.geojson"), ZONE).unwrap();
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
