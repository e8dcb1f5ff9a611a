//! The daemon as a process, with real sockets, pipes and signals. Its behaviour is read from its log and its alert file.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use atalaia::platform::clock::Clock;
use tempfile::TempDir;

/// Longest wait for anything in a test; a healthy daemon needs a fraction of it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits a moment between two looks: polling must not take the processor from the program under test.
pub fn pause() {
    thread::sleep(Duration::from_millis(5));
}

/// Keeps a start fast: no coast, no ports.
pub const BARE: &str = "[zones]\ncoast = \"off\"\nports = \"off\"\nanchorages = \"off\"\n";

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

    /// The other end of its standard input, if that is a pipe; it can be taken once.
    pub fn stdin(&mut self) -> ChildStdin {
        self.child.stdin.take().unwrap()
    }

    /// Starts the daemon with this as its standard input.
    pub fn start_with(settings: &Path, stdin: Stdio) -> Daemon {
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
pub fn wait_until(holds: impl FnMut() -> bool) {
    wait_within(PATIENCE, holds, || "it never came to hold".to_owned());
}

/// Waits until a condition holds, no longer than `limit`; `fault` says what is wrong if it does not.
#[track_caller]
pub fn wait_within(limit: Duration, mut holds: impl FnMut() -> bool, fault: impl Fn() -> String) {
    let start = Clock.moment();
    while !holds() {
        assert!(Clock.moment().since(start) < limit, "{}", fault());
        pause();
    }
}

/// Writes a settings file with these tables, without coast and ports.
pub fn settings(folder: &TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("atalaia.toml");
    fs::write(&path, format!("{BARE}\n{text}")).unwrap();
    path
}

/// One `[[inputs]]` table named `feed`.
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

/// Content of a file once it contains a complete line.
pub fn wait_for_line_in(path: &Path) -> String {
    let start = Clock.moment();
    while Clock.moment().since(start) < PATIENCE {
        match fs::read_to_string(path) {
            Ok(text) if text.ends_with('\n') => return text,
            _ => pause(),
        }
    }
    panic!("no whole line came into {}", path.display());
}

/// A figure of a process from `/proc`, such as `VmRSS:` in kB.
pub fn status(id: u32, what: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
