//! Sink: a local program, run once for each change, which it reads from standard input as one line of JSON.
//!
//! The program runs without a shell, with fixed arguments and an environment of `PATH` only. Processes it leaves in its process group are
//! killed.
//!
//! The exit code decides: 0 is delivered, 75 asks for another attempt, anything else is a refusal. A program that is killed after its time
//! counts as a temporary failure, one that ends by a signal as a refusal.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::delivery::common::LONGEST_TIMEOUT;
use crate::delivery::http_post::one_line;
use crate::delivery::send::{Delivery, SendError, SenderIdentity};
use crate::delivery::sink::{Character, Sink};
use crate::platform::table::Table;
use atalaia_core::base::fault::Fault;

/// `EX_TEMPFAIL` of sysexits: the program asks for another try.
const TRY_AGAIN: i32 = 75;
/// Maximum number of bytes kept of each output stream.
const MOST_READ: usize = 64 * 1024;
/// `PATH` of the program if the daemon has none.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// `[sinks.exec]`
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Absolute path of the program, then its arguments.
    pub command: Vec<String>,
    /// Seconds after which the program is killed, 1 to 100.
    #[serde(default = "timeout_seconds")]
    #[schemars(range(min = 1, max = LONGEST_TIMEOUT))]
    pub timeout_seconds: u64,
}

/// Default of `timeout_seconds`.
fn timeout_seconds() -> u64 {
    30
}

impl Table for Settings {
    fn problems(&self) -> Vec<Fault> {
        let mut problems = Vec::new();
        if !self.command.first().is_some_and(|program| Path::new(program).is_absolute()) {
            problems.push(
                Fault::new("command", "is not an absolute path of a program")
                    .advise("write [\"/usr/local/bin/PROGRAM\"]"),
            );
        }
        if self.command.iter().any(|argument| argument.contains('\0')) {
            problems.push(Fault::new("command", "holds a character that no argument allows"));
        }
        problems
    }

    fn program(&self) -> Option<&str> {
        self.command.first().map(String::as_str)
    }

    fn requirements(&self) -> Vec<Fault> {
        let is_program = |program: &&String| {
            fs::metadata(program).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
        };
        let other = self.command.first().filter(|program| !is_program(program));
        let advice = "write the path of one that may be run";
        other
            .map(|program| Fault::new("command", format!("{program} is not a program")).advise(advice))
            .into_iter()
            .collect()
    }
}

/// A program that receives changes.
#[derive(Debug)]
pub(super) struct Exec {
    /// Program, arguments and time limit.
    settings: Settings,
}

/// A process with its process group, killed when dropped.
struct Group {
    /// The program that was started.
    child: Child,
    /// Its id, which is also that of the group; `None` once the group was killed, as the number may then be used again.
    leader: Option<Pid>,
}

impl Exec {
    /// Does not run the program yet.
    fn new(settings: &Settings, _: &SenderIdentity) -> Result<Exec, String> {
        Ok(Exec { settings: settings.clone() })
    }

    /// Runs the program for one line and waits for its end. The reason quotes what it wrote: standard error, or else standard output.
    async fn run(&self, line: &str) -> Result<(), SendError> {
        let later = |what: String| SendError::Later { wait: None, reason: self.with_program(&what) };
        let mut group = self.start().map_err(|error| later(error.to_string()))?;
        let pipes = (group.child.stdin.take(), group.child.stdout.take(), group.child.stderr.take());
        // Always present, because all three were requested as pipes.
        let (Some(mut input), Some(output), Some(errors)) = pipes else {
            return Err(later("has no standard input and output".to_owned()));
        };
        // Fed while its output is read, or both sides could wait for each other.
        let fed = async move {
            // A program need not read its input.
            let _ = input.write_all(line.as_bytes()).await;
            let _ = input.write_all(b"\n").await;
        };
        let (mut output_bytes, mut error_bytes) = (Vec::new(), Vec::new());
        let ended = async {
            let status = group.child.wait().await;
            // Processes it left behind may hold the pipes open, and reading them would never end.
            group.kill();
            status
        };
        let whole =
            async { tokio::join!(ended, fed, keep(output, &mut output_bytes), keep(errors, &mut error_bytes)).0 };
        let outcome = timeout(Duration::from_secs(self.settings.timeout_seconds), whole).await;
        group.kill();
        let words = match one_line(&String::from_utf8_lossy(&error_bytes)) {
            none if none.is_empty() => one_line(&String::from_utf8_lossy(&output_bytes)),
            some => some,
        };
        let words = if words.is_empty() { words } else { format!(": {words}") };
        match outcome {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) if status.code() == Some(TRY_AGAIN) => Err(later(format!("ended with {TRY_AGAIN}{words}"))),
            Ok(Ok(status)) => Err(SendError::Refused { reason: self.with_program(&format!("{}{words}", how(status))) }),
            Ok(Err(error)) => Err(later(error.to_string())),
            Err(_) => Err(later(format!("was killed after {} s{words}", self.settings.timeout_seconds))),
        }
    }

    /// Starts the program at `/`, in a process group of its own, with pipes for all three streams.
    fn start(&self) -> std::io::Result<Group> {
        let nothing = || std::io::Error::from(std::io::ErrorKind::NotFound);
        let (program, arguments) = self.settings.command.split_first().ok_or_else(nothing)?;
        let child = Command::new(program)
            .args(arguments)
            // The environment of the daemon may hold credentials.
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_else(|| PATH.into()))
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // So that children of the program can be killed with it.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let leader = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        Ok(Group { child, leader })
    }

    /// Prefixes a reason with the program's path only, because arguments may contain secrets.
    fn with_program(&self, what: &str) -> String {
        format!("{}: {what}", self.settings.command.first().map_or("", String::as_str))
    }
}

impl Sink for Exec {
    type Settings = Settings;

    const CHARACTER: Character = Character {
        name: "exec",
        about: "A local program, run once for each change.",
        table: "Settings of kind `exec`.",
        has_path: false,
        is_local: false,
        is_read_by_people: false,
        lists_ids: true,
        keeps_open_alerts: false,
    };

    fn open(_: Option<&Path>, own: &Settings, sender: &SenderIdentity) -> Result<Exec, String> {
        Exec::new(own, sender)
    }

    /// Runs the program once for each delivery, one after the other.
    async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
        for delivery in deliveries {
            self.run(&delivery.line).await?;
        }
        Ok(())
    }
}

impl Group {
    /// Kills all processes of the group; does nothing the second time.
    fn kill(&mut self) {
        if let Some(leader) = self.leader.take() {
            // Fails only if all processes of the group have ended.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Reads to the end, so that the writer never blocks, and keeps the first 64 KiB.
async fn keep(mut from: impl AsyncRead + Unpin, kept: &mut Vec<u8>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let room = MOST_READ - kept.len();
        kept.extend_from_slice(&buffer[..count.min(room)]);
    }
}

/// The end of a process in words.
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
