//! A daemon with the API, its people and tokens, and requests to it over a socket.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::daemon::{Daemon, PATIENCE, input, settings};

/// Password of all people in these tests.
pub const PASSWORD: &str = "four words that rhyme";

/// A daemon that serves the API, with nobody in it.
pub struct Api {
    pub folder: TempDir,
    pub settings: PathBuf,
    pub daemon: Daemon,
    /// Address of the API.
    pub address: String,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// Who asks.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// Headers of each request.
    pub headers: Vec<(String, String)>,
}

impl Api {
    pub fn start(more: &str) -> Api {
        let folder = TempDir::new().unwrap();
        let feed = input("udp", "address = \"127.0.0.1:0\"");
        let text = format!("{feed}[store]\npath = \"atalaia.sqlite\"\n[api]\naddress = \"127.0.0.1:0\"\n{more}");
        let settings = settings(&folder, &text);
        Api::of(folder, settings)
    }

    /// A daemon with exactly these settings beside its store and its API, in a folder that may have files of theirs. It has a coast.
    pub fn start_in(folder: TempDir, more: &str) -> Api {
        let settings = folder.path().join("atalaia.toml");
        let text = format!("[store]\npath = \"atalaia.sqlite\"\n[api]\naddress = \"127.0.0.1:0\"\n{more}");
        fs::write(&settings, text).unwrap();
        Api::of(folder, settings)
    }

    fn of(folder: TempDir, settings: PathBuf) -> Api {
        let mut daemon = Daemon::start(&settings);
        let address = serving(&mut daemon);
        Api { folder, settings, daemon, address }
    }

    pub fn store(&self) -> PathBuf {
        self.folder.path().join("atalaia.sqlite")
    }

    /// Runs a command on the store beside the daemon.
    pub fn atalaia(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
        command.args(arguments).arg("--store").arg(self.store());
        if ["users", "tokens"].contains(&arguments[0]) {
            command.args(["--as", "root of the tests"]);
        }
        command.output().unwrap()
    }

    /// What a command prints; it must succeed.
    pub fn print(&self, arguments: &[&str]) -> String {
        let output = self.atalaia(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Adds a person with these roles, who has [`PASSWORD`].
    pub fn add(&self, name: &str, roles: &str) {
        let file = self.folder.path().join("password");
        fs::write(&file, format!("{PASSWORD}\n")).unwrap();
        self.print(&["users", "add", name, "--roles", roles, "--password-file", file.to_str().unwrap()]);
    }

    /// Signs in.
    pub fn sign_in(&self, name: &str) -> Caller {
        let answer =
            self.call(&Caller::default(), "POST", "/session", Some(json!({"name": name, "password": PASSWORD})));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.signed_in()
    }

    /// A request below `/api/v1`. One that comes too soon is repeated.
    pub fn call(&self, caller: &Caller, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.ask(caller, method, &format!("/api/v1{path}"), body)
    }

    /// A request to any path.
    pub fn ask(&self, caller: &Caller, method: &str, path: &str, body: Option<Value>) -> Answer {
        loop {
            let answer = request(&self.address, caller, method, path, body.as_ref());
            // The limit of requests is not what these tests are about, but that of attempts to sign in is.
            if answer.status != 429 || answer.body.contains("sign in") {
                return answer;
            }
            thread::sleep(Duration::from_millis(500));
        }
    }
}

/// The address of the API of a daemon that has just been started.
pub fn serving(daemon: &mut Daemon) -> String {
    let line = daemon.wait_for(&["serving the API and the console"]);
    line.split("address=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}

/// One request on a connection of its own. Of an answer that lasts, only the head is read.
fn request(address: &str, caller: &Caller, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut text = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    if !caller.headers.iter().any(|(name, _)| name == "Host") {
        text += &format!("Host: {address}\r\n");
    }
    for (name, value) in &caller.headers {
        text += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() {
        text += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    }
    stream.write_all(format!("{text}\r\n{body}").as_bytes()).unwrap();
    read(stream)
}

/// Reads an answer.
fn read(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        match stream.read(&mut piece).unwrap() {
            0 => panic!("no answer: {}", String::from_utf8_lossy(&bytes)),
            count => bytes.extend_from_slice(&piece[..count]),
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let headers: Vec<(String, String)> = lines.filter_map(header).collect();
    let lasts = headers.iter().any(|(name, value)| name == "content-type" && value.starts_with("text/event-stream"));
    if !lasts {
        stream.read_to_end(&mut bytes).unwrap();
    }
    let body = String::from_utf8_lossy(&bytes[end + 4..]).into_owned();
    Answer { status, headers, body }
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Last part of the `type` of a problem.
    pub fn problem(&self) -> String {
        let kind = self.json()["type"].as_str().unwrap_or_default().to_owned();
        kind.rsplit('/').next().unwrap().to_owned()
    }

    /// The caller of the session that this answer began.
    pub fn signed_in(&self) -> Caller {
        let cookie = self.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let csrf = self.json()["csrf"].as_str().unwrap().to_owned();
        Caller::default().with("Cookie", &cookie).with("X-Atalaia-Csrf", &csrf)
    }
}

impl Caller {
    /// A machine with a token.
    pub fn token(secret: &str) -> Caller {
        Caller::default().with("Authorization", &format!("Bearer {}", secret.trim()))
    }

    /// The same with a further header.
    pub fn with(&self, name: &str, value: &str) -> Caller {
        let mut headers = self.headers.clone();
        headers.push((name.to_owned(), value.to_owned()));
        Caller { headers }
    }

    /// The same without a header.
    pub fn without(&self, name: &str) -> Caller {
        Caller { headers: self.headers.iter().filter(|(other, _)| other != name).cloned().collect() }
    }
}

/// Writes into the store of a daemon, as time or a fault would.
pub fn write(store: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(store).unwrap();
    connection.busy_timeout(PATIENCE).unwrap();
    connection.execute_batch(sql).unwrap();
}
