//! Sink: a program of the site's, run once for each change, which it reads as a line of JSON from its standard input.
//!
//! No shell; a fixed list of arguments; an empty environment but for `PATH`. Whatever it leaves running in its group ends with it.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::http_post::one_line;
use super::send::{Delivery, SendError, SenderIdentity};

/// `EX_TEMPFAIL` of sysexits: worth another try.
const TRY_AGAIN: i32 = 75;
/// No more of what it writes is kept. Bytes.
const MOST_READ: usize = 64 * 1024;
/// Where programs are when the daemon has no `PATH`.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// `[sinks.exec]`
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The program, from the root, and its arguments.
    pub command: Vec<String>,
    /// After this it is killed, 1 to 100.
    #[serde(default = "timeout_seconds")]
    pub timeout_seconds: u64,
}

fn timeout_seconds() -> u64 {
    30
}

impl Settings {
    /// What is wrong with it; `path` is the key's path.
    pub fn problems(&self, path: &str) -> Vec<String> {
        let mut problems = Vec::new();
        if !self.command.first().is_some_and(|program| Path::new(program).is_absolute()) {
            problems.push(format!(
                "{path}.command: is not an absolute path of a program; write [\"/usr/local/bin/PROGRAM\"]"
            ));
        }
        if self.command.iter().any(|argument| argument.contains('\0')) {
            problems.push(format!("{path}.command: holds a character that no argument allows"));
        }
        if !(1..=100).contains(&self.timeout_seconds) {
            problems.push(format!("{path}.timeout_seconds must lie between 1 and 100, not {}", self.timeout_seconds));
        }
        problems
    }
}

/// A program that is told.
#[derive(Debug)]
pub(super) struct Exec {
    settings: Settings,
}

/// A process and all it started; they end when this is dropped.
struct Group {
    child: Child,
    leader: Option<Pid>,
}

impl Exec {
    /// Nothing is run yet.
    pub(super) fn new(settings: &Settings, _: &SenderIdentity) -> Result<Exec, String> {
        Ok(Exec { settings: settings.clone() })
    }

    /// Runs it once for each, one after the other.
    pub(super) async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
        for delivery in deliveries {
            self.run(&delivery.line).await?;
        }
        Ok(())
    }

    async fn run(&self, line: &str) -> Result<(), SendError> {
        let later = |what: String| SendError::Later { wait: None, reason: self.told(&what) };
        let mut group = self.start().map_err(|error| later(error.to_string()))?;
        let pipes = (group.child.stdin.take(), group.child.stdout.take(), group.child.stderr.take());
        // They were asked for as pipes.
        let (Some(mut input), Some(output), Some(errors)) = pipes else {
            return Err(later("has no standard input and output".to_owned()));
        };
        let fed = async move {
            // One that does not read is free to.
            let _ = input.write_all(line.as_bytes()).await;
            let _ = input.write_all(b"\n").await;
        };
        let (mut said, mut complained) = (Vec::new(), Vec::new());
        let ended = async {
            let status = group.child.wait().await;
            // Whoever still holds the pipes would be waited for.
            group.kill();
            status
        };
        let whole = async { tokio::join!(ended, fed, keep(output, &mut said), keep(errors, &mut complained)).0 };
        let outcome = timeout(Duration::from_secs(self.settings.timeout_seconds), whole).await;
        group.kill();
        let words = match one_line(&String::from_utf8_lossy(&complained)) {
            none if none.is_empty() => one_line(&String::from_utf8_lossy(&said)),
            some => some,
        };
        let words = if words.is_empty() { words } else { format!(": {words}") };
        match outcome {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) if status.code() == Some(TRY_AGAIN) => Err(later(format!("ended with {TRY_AGAIN}{words}"))),
            Ok(Ok(status)) => Err(SendError::Refused { reason: self.told(&format!("{}{words}", how(status))) }),
            Ok(Err(error)) => Err(later(error.to_string())),
            Err(_) => Err(later(format!("was killed after {} s{words}", self.settings.timeout_seconds))),
        }
    }

    fn start(&self) -> std::io::Result<Group> {
        let nothing = || std::io::Error::from(std::io::ErrorKind::NotFound);
        let (program, arguments) = self.settings.command.split_first().ok_or_else(nothing)?;
        let child = Command::new(program)
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_else(|| PATH.into()))
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let leader = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        Ok(Group { child, leader })
    }

    /// Names the program alone: arguments may hold what is nobody's business.
    fn told(&self, what: &str) -> String {
        format!("{}: {what}", self.settings.command.first().map_or("", String::as_str))
    }
}

impl Group {
    fn kill(&mut self) {
        if let Some(leader) = self.leader.take() {
            // The error says only that all have ended.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Reads all of it, so that the writer is never stopped, and keeps its beginning.
async fn keep(mut from: impl AsyncRead + Unpin, kept: &mut Vec<u8>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let room = MOST_READ - kept.len();
        kept.extend_from_slice(&buffer[..count.min(room)]);
    }
}

fn how(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}

#[cfg(test)]
mod tests;
