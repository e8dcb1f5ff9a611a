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
use crate::clock::Clock;
use crate::disk::RealDisk;
use crate::fault;
use crate::journal::Position;
use crate::telemetry::Pulse;
use crate::time::Span;

/// The file of the running program, even after an upgrade has replaced it on the disk.
const OURSELVES: &str = "/proc/self/exe";
/// How often the process is checked, and the request to stop.
const LOOK: Duration = Duration::from_millis(20);

/// What the daemon passes to that process on the command line.
#[derive(Debug, clap::Args)]
pub struct SnapshotOrder {
    /// Folder of the journal
    #[arg(long)]
    journal: PathBuf,
    /// Position of the journal up to which entries count
    #[arg(long)]
    until: u64,
    /// From how far back the state is rebuilt if no snapshot can be used. Milliseconds
    #[arg(long)]
    rebuild_millis: i64,
    /// The number of the program
    #[arg(long)]
    program: u64,
    /// The process of the daemon, which this one does not outlive
    #[arg(long)]
    daemon: u32,
}

/// Does what an order says.
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

/// Has another process make a snapshot, and waits for it, or ends it when told to stop. The outer error: there is no such process.
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
    // Whoever ends the daemon may end all of its processes at once.
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
    // Variables for the service manager and for fault points concern the daemon alone.
    for name in [fault::VARIABLE, "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()
}
