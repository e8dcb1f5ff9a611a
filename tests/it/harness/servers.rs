//! An input running on its own, servers of brokers, and the certificates and secrets that tests of feeds and sinks share.

use std::future::Future;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::channel as std_channel;
use std::{fs, process, thread};

use atalaia::inputs::{self, Batch, Message, Port, RecordingSettings, State};
use atalaia::platform::clock::Clock;
use atalaia::platform::telemetry::InputCounters;
use atalaia_core::ais::SourceId;
use atalaia_core::base::time::Span;
use tempfile::TempDir;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::harness::daemon::PATIENCE;

/// Value of all secrets in these tests; it must never appear in any output.
pub const CANARY: &str = "hunter2-canary";

/// The authority of the servers' certificate.
pub const AUTHORITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/harness/tls/authority.pem");
/// A certificate for localhost.
pub const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/harness/tls/server.pem");
/// Private key of the certificate.
pub const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/harness/tls/server.key");

/// An input running on its own, and its output.
pub struct Running {
    messages: Receiver<Message>,
    pub counters: Arc<InputCounters>,
    /// Acknowledgements that senders are waiting for, in order.
    pub owed: Vec<oneshot::Sender<()>>,
    lines: Vec<u8>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    /// Starts an input from the text of one `[[inputs]]` table, without its name.
    pub fn start(settings: &str) -> Running {
        let settings: inputs::Settings = toml::from_str(&format!("name = \"feed\"\n{settings}")).unwrap();
        assert_eq!(settings.problems(), []);
        let (sender, messages) = channel(64);
        let (counters, stop) = (Arc::new(InputCounters::default()), CancellationToken::new());
        let port = Port {
            source: SourceId(0),
            settings: Arc::new(settings.common()),
            limits: RecordingSettings::default().limits(),
            lateness: Span::ZERO,
            clock: Clock,
            counters: Arc::clone(&counters),
            sender,
            stop: stop.clone(),
            sockets: Arc::default(),
        };
        let task = tokio::spawn(inputs::run(settings, port));
        Running { messages, counters, owed: Vec::new(), lines: Vec::new(), stop, task }
    }

    async fn next(&mut self) -> Option<State> {
        match soon("a message of the input", self.messages.recv()).await.unwrap() {
            Message::Lines(Batch { lines, acknowledge, received, .. }) => {
                assert!(received.is_some() && lines.ends_with(b"\n"));
                self.lines.extend(lines);
                self.owed.extend(acknowledge);
                None
            }
            Message::State(_, state) => Some(state),
        }
    }

    /// The next line.
    pub async fn line(&mut self) -> String {
        loop {
            if let Some(end) = self.lines.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.lines.drain(..=end).collect();
                return String::from_utf8(line).unwrap().trim_end().to_owned();
            }
            self.next().await;
        }
    }

    /// Waits until the input reaches this state; lines that arrive meanwhile are kept.
    pub async fn until(&mut self, wanted: State) {
        while self.next().await != Some(wanted) {}
    }

    /// Signals it to stop and waits until it has.
    pub async fn finish(self) {
        self.stop.cancel();
        drop(self.messages);
        soon("the end of the input", self.task).await.unwrap();
    }
}

/// Awaits a future, within the patience of these tests.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("{what} did not come"))
}

/// Writes a secret to a file that only its owner may read.
pub fn secret_file(folder: &TempDir, name: &str, text: &str) {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Writes a secret to a file and returns the path for the settings.
pub fn secret(folder: &TempDir) -> String {
    let path = folder.path().join("secret");
    fs::write(&path, format!("{CANARY}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    format!("{{ file = \"{}\" }}", path.display())
}

/// A real server, killed at the end of the test.
pub struct Server {
    child: Child,
    pub port: u16,
}

impl Server {
    /// Starts `program` and waits until it prints `ready`.
    pub fn start(program: &Path, arguments: &[&str], port: u16, ready: &str) -> Server {
        let mut child =
            Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        let (sender, log) = std_channel();
        // The output is read to its end, so that the server is never blocked.
        thread::spawn(move || errors.lines().map_while(Result::ok).for_each(|line| drop(sender.send(line))));
        let mut said = Vec::new();
        loop {
            match log.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(ready) => return Server { child, port },
                Ok(line) => said.push(line),
                Err(_) => panic!("{} is not ready:\n{}", program.display(), said.join("\n")),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port without a listener. It lies below the range that the system takes ports from when none is asked for (32768 and up), so
/// that no server or client of another test can get it before it is used.
pub fn free_port() -> u16 {
    const FIRST: u16 = 10_000;
    const PORTS: u32 = 20_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let place = process::id().wrapping_mul(97).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % PORTS;
        let port = FIRST + place as u16;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() && UdpSocket::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
