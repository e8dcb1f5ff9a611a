//! A recording as an input of the daemon: a file or standard input, read once to its end on its own thread.

use std::path::{Path, PathBuf};
use std::thread;

use tokio::sync::oneshot;
use tracing::{info, warn};

use crate::inputs::error::InputError;
use crate::inputs::merge::{Merged, Reading};
use crate::inputs::message::{Batch, Message, State};
use crate::inputs::port::Port;
use crate::inputs::recording::Recording;
use crate::inputs::settings::Kind;
use crate::telemetry::InputCounters;

/// `Ok` at the end of the recording.
///
/// Reading blocks, on standard input possibly for ever, so the thread is abandoned when the daemon stops.
pub(in crate::inputs) async fn run(port: &Port) -> Result<(), InputError> {
    let path = match port.settings.kind {
        Kind::Stdin => PathBuf::from("-"),
        _ => port.settings.path.clone().unwrap_or_default(),
    };
    info!(path = %path.display(), input = %port.settings.name, "reading");
    port.state(State::Up).await;
    let reading = Reading {
        time_zone: port.settings.time_zone.as_deref().and_then(crate::inputs::time_zone),
        // Lines from another program must be processed at once; sorting would wait for the end of its output.
        lateness: (port.settings.kind == Kind::File).then_some(port.lateness),
    };
    let (report, outcome) = oneshot::channel();
    let reader = port.clone();
    thread::Builder::new()
        .name("recording".to_owned())
        .spawn(move || {
            // The daemon may have stopped.
            let _ = report.send(read(&reader, &path, &reading));
        })
        .map_err(InputError::io("start a thread"))?;
    outcome.await.unwrap_or(Err(InputError::Closed))
}

fn read(port: &Port, path: &Path, reading: &Reading) -> Result<(), InputError> {
    let stdin = port.settings.kind == Kind::Stdin;
    let recording = Recording::open(path, port.limits)?;
    let mut merged = Merged::new(vec![recording], reading)?;
    loop {
        let mut lines = Vec::new();
        let more = merged.read_block(&mut |_, line| {
            lines.extend_from_slice(line);
            lines.push(b'\n');
        })?;
        InputCounters::add(&port.counters.bytes, lines.len() as u64);
        let batch = Batch { source: port.source, received: stdin.then(|| port.clock.now()), lines, acknowledge: None };
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
