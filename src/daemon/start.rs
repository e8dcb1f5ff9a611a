//! Starts the parts of the daemon, in the order in which they need each other.
//!
//! Signals come first, so that none is lost; then the state, which may take minutes; then what delivers; then what
//! receives. No line is taken in before everything that could be decided from it can be stored and sent.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};

use tokio_util::sync::CancellationToken;
use tracing::info;

use super::ask::Questions;
use super::deliveries::Deliveries;
use super::feeds::Feeds;
use super::main_loop::Daemon;
use super::persist::Persistence;
use super::recover::Start;
use super::reload::{Reloader, warn_of};
use super::signals::Signals;
use super::status::StatusReporter;
use super::ticks::ticks;
use super::trail::TrailKeeper;
use crate::config::Checked;
use crate::delivery::Wake;
use crate::platform::clock::Clock;
use crate::platform::service::{Sockets, Starting, outlive_full_files};
use crate::platform::telemetry::Pulse;
use atalaia_core::alerts::Change;

/// Runs the daemon until SIGTERM or SIGINT. SIGHUP reads `file` again.
///
/// # Errors
/// If a part cannot start, or if alerts could not be stored or delivered at the end. While the daemon runs, nothing ends it but a request.
pub fn run(settings: Checked, file: PathBuf) -> io::Result<()> {
    run_watched(settings, file, CancellationToken::new(), None)
}

/// Runs the daemon inside another command. Cancelling `stop` works like SIGTERM: lines that have arrived are still processed. Every
/// announced change is also sent to `watcher`, regardless of the sinks' filters.
///
/// # Errors
/// As [`run`].
pub fn run_watched(
    settings: Checked,
    file: PathBuf,
    stop: CancellationToken,
    watcher: Option<mpsc::Sender<Change>>,
) -> io::Result<()> {
    // One thread is enough for everything that waits; what computes or writes has threads of its own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(async { start(settings, file, stop, watcher)?.run().await });
    // Not a graceful shutdown: a DNS lookup still in progress must not delay the exit.
    runtime.shutdown_background();
    outcome
}

/// Restores the state, opens the sinks and starts the inputs.
///
/// # Errors
/// If the state cannot be opened, a sink cannot be set up, or the pages cannot be served. An input that cannot start is not an error:
/// it tries again.
fn start(
    mut settings: Checked,
    file: PathBuf,
    stop: CancellationToken,
    watcher: Option<mpsc::Sender<Change>>,
) -> io::Result<Daemon> {
    let clock = Clock;
    // Registered before anything slow, so that an early SIGTERM or SIGHUP is not lost.
    let signals = Signals::register(stop)?;
    outlive_full_files()?;
    let taking_up = Arc::new(Pulse::default());
    let starting = Starting::begin(Arc::clone(&taking_up));
    let sockets = Arc::new(Sockets::take_over());
    let reloader = Reloader::new(file, &settings, clock);
    let wake = Wake::default();
    let (persistence, Start { driver, ids, used_before }) = Persistence::open(&settings, clock, &taking_up, &wake)?;
    // The state is restored: from now on the loop itself feeds the watchdog.
    drop(starting);
    let deliveries = Deliveries::start(&settings, &persistence, &wake, clock, watcher)?;
    let feeds = Feeds::start(&settings, &driver, &ids, &used_before, &sockets, clock, &signals.stop);
    info!(
        version = env!("CARGO_PKG_VERSION"),
        settings = %reloader.file.display(),
        inputs = settings.inputs.len(),
        sinks = settings.sinks.len(),
        zones = settings.zone_count(),
        listed = settings.chart.watchlists.len(),
        zone_files = %settings.zones,
        "started"
    );
    warn_of(&settings, &[]);
    // No longer needed: a copy is now stored beside the journal.
    settings.list_texts = None;
    let (asker, questions) = Questions::new(clock);
    let status = StatusReporter::start(&settings, &reloader.file, &persistence, &sockets, clock, asker, &signals.stop)?;
    Ok(Daemon {
        clock,
        settings,
        signals,
        tick: ticks(),
        reloader,
        feeds,
        driver,
        persistence,
        deliveries,
        status,
        questions,
        trail: TrailKeeper::default(),
    })
}
