//! What every input is given to run: where its lines go, and how bytes become lines.
//!
//! A port outlives the connections of its input. It counts what passes through it and ends lines the same way for every kind, so that a
//! line never depends on how it arrived.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc::Sender;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::common::CommonSettings;
use super::error::InputError;
use super::message::{Batch, Message, State};
use super::recording::{Limits, is_usable};
use crate::platform::clock::Clock;
use crate::platform::service::Sockets;
use crate::platform::telemetry::InputCounters;
use atalaia_core::ais::{LineCutter, SourceId};
use atalaia_core::base::time::{Span, Time};

/// What every input is given to run.
/// Cheap to clone: a listener gives each connection its own.
#[derive(Clone, Debug)]
pub struct Port {
    /// Position of the input in the settings. The main loop translates it into the number under which the engine and the journal know the
    /// input, which survives a change of the settings.
    pub source: SourceId,
    /// Settings of the input, with `path` absolute.
    pub settings: Arc<CommonSettings>,
    /// How far a compressed file may expand.
    pub limits: Limits,
    /// Maximum delay of its reports.
    /// CSV recordings with more disorder than this are sorted before they are handed on.
    pub lateness: Span,
    /// Clock for times of receipt.
    pub clock: Clock,
    /// Counters of the input.
    /// They start with the daemon and survive reconnects.
    pub counters: Arc<InputCounters>,
    /// Channel to the main loop. Bounded, so that a busy engine slows the feed.
    pub sender: Sender<Message>,
    /// Cancelled when the daemon stops.
    pub stop: CancellationToken,
    /// Listening sockets that the service manager opened, by name of the input.
    /// So an input may listen on a port that the user of the daemon may not open.
    pub sockets: Arc<Sockets>,
}

impl Port {
    /// Sends the lines, if any, and waits while the engine is busy. Fails once the main loop has ended.
    pub(super) async fn send(&self, received: Option<Time>, lines: Vec<u8>) -> Result<(), InputError> {
        if lines.is_empty() {
            return Ok(());
        }
        self.send_batch(Batch { source: self.source, received, lines, acknowledge: None }).await
    }

    /// As `send`, for a batch that is already complete.
    pub(super) async fn send_batch(&self, batch: Batch) -> Result<(), InputError> {
        // A server may send its refusal as a line of text; that must not reset the backoff.
        if !self.counters.has_delivered() && is_usable(&batch.lines) {
            self.counters.set_delivered();
        }
        let sent = self.sender.send(Message::Lines(batch)).await;
        sent.map_err(|_| InputError::Closed)
    }

    /// Reports a state to the main loop. `Up` clears the reason of the last failure.
    pub(super) async fn state(&self, state: State) {
        if state == State::Up {
            self.counters.reason.clear();
        }
        // The main loop may have ended.
        let _ = self.sender.send(Message::State(self.source, state)).await;
    }

    /// Counts a new connection and logs its address.
    pub(super) fn connected(&self, address: &str) {
        InputCounters::add(&self.counters.connections, 1);
        if !self.counters.is_hushed.load(Relaxed) {
            info!(input = %self.settings.name, address, "connected");
        }
    }

    /// Cuts `bytes` into lines and returns the complete ones. Overlong lines are dropped and counted.
    /// Each returned line ends in one line feed, whatever it ended in before. The rest stays in the cutter for the next call.
    pub(super) fn cut(&self, cutter: &mut LineCutter, bytes: &[u8]) -> Vec<u8> {
        let mut lines = Vec::with_capacity(bytes.len() + 128);
        let overlong = cutter.overlong();
        cutter.feed(bytes, |line: &[u8]| push_line(line, &mut lines));
        InputCounters::add(&self.counters.bytes, bytes.len() as u64);
        InputCounters::add(&self.counters.overlong, cutter.overlong() - overlong);
        lines
    }

    /// Appends a message as one line of JSON, with control characters replaced by spaces. An overlong message is dropped and counted.
    /// The decoder takes one line as one object; JSON allows control characters only between tokens, where a space means the same.
    pub(super) fn push_whole(&self, message: &[u8], lines: &mut Vec<u8>) {
        let message = message.trim_ascii();
        InputCounters::add(&self.counters.bytes, message.len() as u64);
        if LONGEST_JSON < message.len() {
            return InputCounters::add(&self.counters.overlong, 1);
        }
        if !message.is_empty() {
            lines.extend(message.iter().map(|byte| if *byte < b' ' { b' ' } else { *byte }));
            lines.push(b'\n');
        }
    }

    /// Cuts a complete message, which may have several lines, into lines.
    /// A message without a line end at its end still has a last line.
    pub(super) fn cut_whole(&self, message: &[u8]) -> Vec<u8> {
        let mut cutter = LineCutter::new();
        let mut lines = self.cut(&mut cutter, message);
        lines.append(&mut self.rest(&mut cutter));
        lines
    }

    /// Reads a connection until it breaks, closes or falls silent; always returns an error.
    /// The time of receipt is that of the read, not of the line: a line in two parts counts as received with its second part.
    pub(super) async fn pump(&self, mut stream: impl AsyncRead + Unpin) -> Result<(), InputError> {
        let seconds = self.settings.idle_timeout_seconds;
        let idle = Duration::from_secs(u64::from(seconds));
        let mut cutter = LineCutter::new();
        let mut buffer = vec![0; READ_BYTES];
        loop {
            let read = timeout(idle, stream.read(&mut buffer))
                .await
                .map_err(|_| InputError::Silent { seconds })?
                .map_err(InputError::io("read"))?;
            let received = Some(self.clock.now());
            // The other side closed properly, so what it sent without a line end is complete.
            if read == 0 {
                self.send(received, self.rest(&mut cutter)).await?;
                return Err(InputError::Closed);
            }
            let lines = self.cut(&mut cutter, &buffer[..read]);
            self.send(received, lines).await?;
        }
    }

    /// The last line of a stream that was closed properly but without a final line end.
    pub(super) fn rest(&self, cutter: &mut LineCutter) -> Vec<u8> {
        let mut lines = Vec::new();
        cutter.finish(|line: &[u8]| push_line(line, &mut lines));
        lines
    }
}

/// Read buffer of one connection, in bytes; each read becomes one batch.
pub(super) const READ_BYTES: usize = 64 * 1024;
/// Size in bytes after which messages received together are sent as one batch.
pub(super) const BATCH_BYTES: usize = 64 * 1024;
/// Maximum length of a line of JSON, in bytes.
/// The same as the limit of the decoder.
const LONGEST_JSON: usize = 64 * 1024;

/// Appends a line and its line feed.
fn push_line(line: &[u8], lines: &mut Vec<u8>) {
    lines.extend_from_slice(line);
    lines.push(b'\n');
}
