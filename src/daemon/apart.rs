//! Snapshots are made by a separate process: making one takes as much memory as the engine has, and all of it is freed when the process
//! ends.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};

use super::restart::Place;
use super::settings_archive::SettingsArchive;
use crate::platform::clock::Clock;
use crate::platform::disk::RealDisk;
use crate::platform::fault;
use crate::platform::telemetry::Pulse;
use crate::storage::journal::Position;
use atalaia_core::base::time::Span;

/// The file of the running program, even after an upgrade has replaced it on the disk.
const OURSELVES: &str = "/proc/self/exe";
/// Interval between two checks of the process and of the stop flag.
const LOOK: Duration = Duration::from_millis(20);

/// Arguments of the hidden `snapshot` command, which the daemon starts.
#[derive(Debug, clap::Args)]
pub struct SnapshotOrder {
    /// Folder of the journal
    #[arg(long)]
    journal: PathBuf,
    /// Journal position up to which entries are included
    #[arg(long)]
    until: u64,
    /// How far back to rebuild the state if no snapshot can be used, in milliseconds
    #[arg(long)]
    rebuild_millis: i64,
    /// Identifier of the daemon's program build
    #[arg(long)]
    program: u64,
    /// Process id of the daemon; this process ends when the daemon does
    #[arg(long)]
    daemon: u32,
}

/// Makes the snapshot that the daemon ordered.
///
/// # Errors
/// If the daemon has ended, or the snapshot cannot be made.
pub fn make_snapshot(order: &SnapshotOrder) -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    if getppid().map(Pid::as_raw_pid).and_then(|pid| u32::try_from(pid).ok()) != Some(order.daemon) {
        return Err(io::Error::other("the daemon that ordered it has ended"));
    }
    let place = Place {
        disk: Arc::new(RealDisk),
        folder: order.journal.clone(),
        rebuild: Span::from_millis(order.rebuild_millis),
        program: order.program,
        pulse: Arc::<Pulse>::default(),
        apart: false,
    };
    let mut archive = SettingsArchive::new(Arc::clone(&place.disk), &place.folder);
    place.make(&mut archive, Position(order.until), &AtomicBool::new(false), Clock)
}

/// Starts a process that makes a snapshot, and waits for it; kills it when `stop` is set. The outer error means that the process could
/// not be started.
pub(super) fn make(place: &Place, position: Position, stop: &AtomicBool) -> io::Result<io::Result<()>> {
    let mut process = start(place, position)?;
    let status = loop {
        match process.try_wait()? {
            Some(status) => break status,
            None if stop.load(Ordering::Relaxed) => {
                process.kill()?;
                break process.wait()?;
            }
            None => thread::sleep(LOOK),
        }
    };
    // A service manager may send the stop signal to all processes of the daemon at once.
    let is_told_to_stop = [Signal::TERM, Signal::INT].iter().any(|signal| status.signal() == Some(signal.as_raw()));
    Ok(match status.success() || is_told_to_stop || stop.load(Ordering::Relaxed) {
        true => Ok(()),
        false => Err(io::Error::other(format!("the process that makes it ended with {status}"))),
    })
}

fn start(place: &Place, position: Position) -> io::Result<Child> {
    let number = |name: &str, value: u64| [format!("--{name}"), value.to_string()];
    let mut command = Command::new(OURSELVES);
    command.arg("snapshot").arg("--journal").arg::<&Path>(&place.folder);
    command.args(number("until", position.0)).args(number("program", place.program));
    command.args(number("daemon", u64::from(std::process::id())));
    command.args(number("rebuild-millis", place.rebuild.millis() as u64));
    // Variables for the service manager and for fault points are meant for the daemon alone.
    for name in [fault::VARIABLE, "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()
}
