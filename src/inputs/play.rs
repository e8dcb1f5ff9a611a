//! A recording as an input of the daemon, read once to its end on its own thread.
//!
//! The lines pass through the same channel as those of live inputs. They carry no time of receipt unless another program writes them now,
//! so replaying a file gives the same alerts whenever it is read.

use std::path::{Path, PathBuf};
use std::thread;

use tokio::sync::oneshot;
use tracing::{info, warn};

use super::error::InputError;
use super::message::{Batch, Message, State};
use super::port::Port;
use super::recording::{MergedRecordings, Reading, Recording};
use super::time_zone::time_zone;
use crate::platform::telemetry::InputCounters;

/// Order in which the lines of a recording are handed on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    /// By their own times, which alone count.
    Sorted,
    /// As they come, with their time of receipt: another program writes them, and sorting would wait for the end of its output.
    AsReceived,
}

/// `Ok` at the end of the recording; the path `-` is standard input.
///
/// Reading blocks, on standard input possibly for ever, so the thread is abandoned when the daemon stops.
/// Fails with `Closed` if the daemon stops before the end.
pub(super) async fn to_the_end(port: &Port, path: PathBuf, order: Order) -> Result<(), InputError> {
    info!(path = %path.display(), input = %port.settings.name, "reading");
    port.state(State::Up).await;
    let reading = Reading {
        time_zone: port.settings.time_zone.as_deref().and_then(time_zone),
        lateness: (order == Order::Sorted).then_some(port.lateness),
    };
    let (report, outcome) = oneshot::channel();
    let reader = port.clone();
    thread::Builder::new()
        .name("recording".to_owned())
        .spawn(move || {
            // The daemon may have stopped.
            let _ = report.send(read(&reader, &path, &reading, order));
        })
        .map_err(InputError::io("start a thread"))?;
    outcome.await.unwrap_or(Err(InputError::Closed))
}

/// Reads, block by block, and waits for the engine in between. Runs on the thread of the recording.
fn read(port: &Port, path: &Path, reading: &Reading, order: Order) -> Result<(), InputError> {
    let recording = Recording::open(path, port.limits)?;
    let mut merged = MergedRecordings::new(vec![recording], reading)?;
    loop {
        let mut lines = Vec::new();
        let more = merged.read_block(&mut |_, line| {
            lines.extend_from_slice(line);
            lines.push(b'\n');
        })?;
        InputCounters::add(&port.counters.bytes, lines.len() as u64);
        let received = (order == Order::AsReceived).then(|| port.clock.now());
        let batch = Batch { source: port.source, received, lines, acknowledge: None };
        // A batch may be empty here, which the main loop ignores.
        if port.stop.is_cancelled() || port.sender.blocking_send(Message::Lines(batch)).is_err() {
            return Err(InputError::Closed);
        }
        if !more {
            for (recording, bytes) in merged.padded() {
                warn!(input = %port.settings.name, recording, bytes, "zero bytes after the end of the compressed data, skipped");
            }
            return Ok(());
        }
    }
}
