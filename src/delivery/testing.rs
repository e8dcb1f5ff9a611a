//! Shared helpers for the tests of sinks: sample deliveries, golden payloads, third-party readers and servers.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tracing::subscriber::DefaultGuard;

use super::in_flight::Attempt;
use super::send::{Delivery, SendError, SenderIdentity};
use crate::platform::clock::Clock;
use crate::platform::secret::Secret;
use crate::platform::tls;
use atalaia_core::base::time::Time;

/// The alerts of the export tests as deliveries: a meeting that ended, one with hostile texts, one without a position.
pub(super) fn deliveries() -> Vec<Delivery> {
    let lines = include_str!("../../tests/exports/alerts.jsonl").lines();
    lines.enumerate().map(|(index, line)| delivery(line, index)).collect()
}

fn delivery(line: &str, index: usize) -> Delivery {
    let mut alert: Value = serde_json::from_str(line).expect("JSON");
    for key in ["file_tlp", "state", "assignee", "finding", "finding_reason", "notes"] {
        alert.as_object_mut().expect("an object").shift_remove(key);
    }
    let (change, at) = [("ended", "05:00:00Z"), ("updated", "02:00:00.250Z"), ("opened", "00:01:30Z")][index];
    let (revision, at) = ([3, 2, 1][index], format!("2026-03-01T{at}"));
    let change =
        serde_json::json!({"change": change, "revision": revision, "at": at, "reason": "a\nword", "alert": alert});
    Delivery::new(Some(index as i64), Arc::from(change.to_string())).expect("a delivery")
}

/// A copy of the delivery with its change altered.
pub(super) fn with(delivery: &Delivery, alter: impl Fn(&mut Value)) -> Delivery {
    let mut value = delivery.json();
    alter(&mut value);
    Delivery::new(delivery.row, Arc::from(value.to_string())).expect("a delivery")
}

/// The change of `tests/payloads/NAME.json` as a delivery, altered.
pub(super) fn sample(name: &str, alter: impl FnOnce(&mut Value)) -> Delivery {
    let path = beside("tests/payloads").join(format!("{name}.json"));
    let text = std::fs::read_to_string(path).expect("a change of the package");
    let mut change: Value = serde_json::from_str(&text).expect("JSON");
    alter(&mut change);
    Delivery::new(Some(1), Arc::from(change.to_string())).expect("a line of an alert")
}

/// An attempt in flight for revision `row` of an alert, queued at the start of 1970. `wait`: seconds from now before it may be tried.
pub(super) fn attempt(row: i64, alert: &str, wait: Option<u64>) -> Attempt {
    let delivery = with(&deliveries()[0], |change| {
        change["revision"] = row.into();
        change["alert"]["id"] = alert.into();
    });
    let delivery = Delivery { row: Some(row), ..delivery };
    let wait = wait.map(|seconds| (Clock.moment(), Duration::from_secs(seconds)));
    Attempt { wait, ..Attempt::new(delivery, Time::from_millis(0), 0) }
}

/// A digest of three alerts, one of them over.
pub(super) fn digest() -> Delivery {
    with(&deliveries()[1], |change| {
        let listed = serde_json::json!({
            "alerts": 3, "alerts_in_all": 9, "open": ["idofone", "idoftwo"], "ended": ["idofthree"], "retracted": [],
        });
        change["alert"]["evidence"]["measured"]["digest"] = listed;
        change["alert"]["vessels"] = serde_json::json!([]);
    })
}

pub(super) fn sender() -> SenderIdentity {
    SenderIdentity { site: "porto-1".to_owned() }
}

/// Compares with the committed payload; `BLESS=1` writes it.
#[track_caller]
pub(super) fn golden(name: &str, made: &[u8]) {
    let path = beside("tests/payloads").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, made).expect("written");
    }
    let kept = std::fs::read(&path).unwrap_or_default();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(text(made), text(&kept), "{name}: look at it, then BLESS=1");
}

/// Captures the log of this thread.
pub(super) struct LogCapture {
    bytes: Arc<Mutex<Vec<u8>>>,
    _listens: DefaultGuard,
}

impl LogCapture {
    /// Captures from now on until the value is dropped.
    pub(super) fn here() -> LogCapture {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let writer = Writer(Arc::clone(&bytes));
        let log = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        LogCapture { bytes, _listens: tracing::subscriber::set_default(log) }
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8(self.bytes.lock().expect("nobody panicked").clone()).expect("text")
    }
}

#[derive(Clone)]
struct Writer(Arc<Mutex<Vec<u8>>>);

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panicked").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Whether the error is temporary. Fails if the error shows the secret.
#[track_caller]
pub(super) fn is_later(error: &SendError) -> bool {
    assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    matches!(error, SendError::Later { .. })
}

/// A secret in a file with mode 0600.
pub(super) fn secret(folder: &Path, name: &str, text: &str) -> Secret {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("set");
    Secret::File(path)
}

/// TLS settings that trust the test authority.
pub(super) fn trust() -> tls::Settings {
    tls::Settings { ca: Some(beside("tests/wires/ca.pem")), ..tls::Settings::default() }
}

pub(super) fn beside(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Path of a program that `tests/run` installs. `None` if the variable is unset; the test is then skipped.
pub(super) fn installed(variable: &str) -> Option<PathBuf> {
    let path = std::env::var_os(variable).map(PathBuf::from);
    if path.is_none() {
        // `tests/run` counts lines of this form. A test's name is that of its thread.
        let thread = std::thread::current();
        let test = thread.name().unwrap_or("main");
        // A failed write to standard error must not fail the test.
        drop(writeln!(std::io::stderr(), "passed over: {test}: {variable} is not set (tests/run sets it)"));
    }
    path
}

/// Decodes a payload with a third-party reader. `None` if the reader is not installed.
pub(super) fn read_back(kind: &str, bytes: &[u8]) -> Option<Value> {
    let mut reader = Command::new(installed("ATALAIA_WITNESS_PYTHON")?)
        .arg(beside("tests/wires/read.py"))
        .arg(kind)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    reader.stdin.take().expect("piped").write_all(bytes).expect("read");
    let output = reader.wait_with_output().expect("it ends");
    assert!(output.status.success(), "the reader of {kind} could not read it");
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

/// A third-party server, stopped when dropped. Its log is shown only if the test fails.
pub(super) struct Server {
    child: Child,
    output: BufReader<ChildStdout>,
    logged: File,
}

impl Server {
    pub(super) fn start(command: &mut Command) -> Server {
        let logged = tempfile::tempfile().expect("a file");
        let errors = logged.try_clone().expect("the same file");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors).spawn().expect("it starts");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        Server { child, output, logged }
    }

    /// Reads the next line of its output.
    pub(super) fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("text");
        line.trim_end().to_owned()
    }
}

impl Drop for Server {
    #[allow(clippy::print_stderr)] // Shown with the failure of the test.
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        let mut log = String::new();
        if std::thread::panicking() && self.logged.rewind().is_ok() && self.logged.read_to_string(&mut log).is_ok() {
            eprintln!("the server's log:\n{log}");
        }
    }
}

/// A port that was free a moment ago.
pub(super) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").port()
}

/// Waits until a server listens on the port, at most 30 s.
pub(super) fn listens(port: u16) {
    let clock = Clock;
    let begun = clock.moment();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(clock.moment().since(begun) < Duration::from_secs(30), "no server listens at {port}");
        std::thread::yield_now();
    }
}
