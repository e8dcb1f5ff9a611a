//! Inputs turn the bytes of feeds and files into batches of lines. Each kind has its own file; reconnecting is handled here.

mod aiscatcher_http;
pub mod aisstream;
mod backoff;
pub mod barentswatch;
mod connect;
pub mod digitraffic;
mod endpoint;
mod fifo;
mod file;
mod gpsd;
mod listener;
mod members;
mod merge;
pub mod nats;
mod per_address;
mod recording;
pub mod serial;
mod settings;
mod tcp;
mod udp;
mod unpack;

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc::Sender;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

pub use aiscatcher_http::Settings as AiscatcherHttp;
#[cfg(any(test, fuzzing))]
pub(crate) use aiscatcher_http::split_batch;
pub use merge::{Merged, Reading};
pub use recording::{Format, Recording, RecordingError};
pub use settings::{Kind, RecordingSettings, Settings, time_zone};
pub use unpack::{Limits, Unpacked};

use crate::ais::{LineCutter, SourceId};
use crate::clock::Clock;
use crate::nats::LoginError;
use crate::secret::SecretError;
use crate::service::Sockets;
use crate::telemetry::{FromAir, InputCounters, Sparing};
use crate::time::{Span, Time};
use crate::tls::TlsError;
use backoff::{Attempt, Backoff};
use connect::{open_stream, target};
use per_address::{AddressCounts, AddressPermit};

/// Lines received together, on their way to the engine.
#[derive(Debug)]
pub struct Batch {
    /// The input they came from.
    pub source: SourceId,
    /// Time of receipt; `None` for recordings, where only recorded times count.
    pub received: Option<Time>,
    /// Complete lines, each ending in one line feed.
    pub lines: Vec<u8>,
    /// Answered once the lines would survive a crash: the journal has stored them durably or, without a journal, the engine has processed
    /// them. Dropped without an answer if they were lost on the way. `None` for inputs without acknowledgements.
    pub acknowledge: Option<oneshot::Sender<()>>,
}

/// What an input sends to the main loop.
#[derive(Debug)]
pub enum Message {
    /// Lines arrived.
    Lines(Batch),
    /// The state of the input changed.
    State(SourceId, State),
}

/// State of an input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Connected, listening or open.
    Up,
    /// Failed; retried after a delay.
    Down,
    /// Read to its end; no more lines will come.
    Ended,
}

/// Why an input stopped. Inputs other than recordings are retried.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A host name that does not resolve, a refused or broken connection, a port in use, an unreadable file.
    #[error("{what}: {cause}")]
    Io {
        /// What was attempted.
        what: String,
        /// Error reported by the system.
        cause: io::Error,
    },
    /// The other side closed the connection.
    #[error("closed by the other side")]
    Closed,
    /// Connected, but no byte within `idle_timeout_seconds`: the feed died without closing the connection.
    #[error("silent for {seconds} s")]
    Silent {
        /// The value of `idle_timeout_seconds`.
        seconds: u32,
    },
    /// A connection attempt was not answered in time.
    #[error("no answer within {seconds} s")]
    NoAnswer {
        /// The time limit, in seconds.
        seconds: u64,
    },
    /// The recording cannot be read.
    #[error("{0}")]
    Recording(#[from] RecordingError),
    /// The server refused the connection or request, or asked for a later retry.
    #[error("{reason}")]
    Refused {
        /// The server's reason, safe to show.
        reason: String,
        /// Minimum delay before the next attempt.
        wait: Duration,
    },
    /// A protocol error on an open or opening connection.
    #[error("{what}: {cause}")]
    Protocol {
        /// Name of the protocol.
        what: &'static str,
        /// Description of the error, safe to show.
        cause: String,
    },
    /// The key, password or token cannot be read.
    #[error("{0}")]
    Secret(#[from] SecretError),
    /// The login for the server cannot be read.
    #[error("{0}")]
    Login(#[from] LoginError),
    /// The certificate files cannot be used.
    #[error("{0}")]
    Tls(#[from] TlsError),
    /// The settings table of this kind is missing; checked settings always have it.
    #[error("[inputs.{0}] is missing")]
    Unset(&'static str),
}

impl InputError {
    fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> InputError {
        let what = what.into();
        move |cause| InputError::Io { what, cause }
    }

    /// Minimum delay before the next attempt, if the server asked for one.
    fn wait(&self) -> Duration {
        match self {
            InputError::Refused { wait, .. } => *wait,
            _ => Duration::ZERO,
        }
    }
}

/// Makes text from the other side safe to show and limits its length.
fn told(text: &str) -> String {
    const LONGEST: usize = 200;
    let short: String = text.chars().take(LONGEST).collect();
    FromAir(&short).to_string()
}

/// What every input is given to run.
#[derive(Clone, Debug)]
pub struct Port {
    /// Number of the input.
    pub source: SourceId,
    /// Settings of the input, with `path` absolute.
    pub settings: Arc<Settings>,
    /// How far a compressed file may expand.
    pub limits: Limits,
    /// Maximum delay of its reports.
    pub lateness: Span,
    /// Clock for times of receipt.
    pub clock: Clock,
    /// Counters of the input.
    pub counters: Arc<InputCounters>,
    /// Channel to the main loop. Bounded, so that a busy engine slows the feed.
    pub sender: Sender<Message>,
    /// Cancelled when the daemon stops.
    pub stop: CancellationToken,
    /// Listening sockets that the service manager opened, by name of the input.
    pub sockets: Arc<Sockets>,
}

impl Port {
    /// Sends the lines, if any, and waits while the engine is busy. Fails once the main loop has ended.
    async fn send(&self, received: Option<Time>, lines: Vec<u8>) -> Result<(), InputError> {
        if lines.is_empty() {
            return Ok(());
        }
        self.send_batch(Batch { source: self.source, received, lines, acknowledge: None }).await
    }

    async fn send_batch(&self, batch: Batch) -> Result<(), InputError> {
        // A server may send its refusal as a line of text; that must not reset the backoff.
        if !self.counters.has_delivered() && recording::is_usable(&batch.lines) {
            self.counters.set_delivered();
        }
        let sent = self.sender.send(Message::Lines(batch)).await;
        sent.map_err(|_| InputError::Closed)
    }

    async fn state(&self, state: State) {
        if state == State::Up {
            self.counters.reason.clear();
        }
        // The main loop may have ended.
        let _ = self.sender.send(Message::State(self.source, state)).await;
    }

    /// Counts a new connection and logs its address.
    fn connected(&self, address: &str) {
        InputCounters::add(&self.counters.connections, 1);
        if !self.counters.is_hushed.load(Relaxed) {
            info!(input = %self.settings.name, address, "connected");
        }
    }

    /// Cuts `bytes` into lines and returns the complete ones. Overlong lines are dropped and counted.
    fn cut(&self, cutter: &mut LineCutter, bytes: &[u8]) -> Vec<u8> {
        let mut lines = Vec::with_capacity(bytes.len() + 128);
        let overlong = cutter.overlong();
        cutter.feed(bytes, |line: &[u8]| push_line(line, &mut lines));
        InputCounters::add(&self.counters.bytes, bytes.len() as u64);
        InputCounters::add(&self.counters.overlong, cutter.overlong() - overlong);
        lines
    }

    /// Appends a message as one line of JSON, with control characters replaced by spaces. An overlong message is dropped and counted.
    fn push_whole(&self, message: &[u8], lines: &mut Vec<u8>) {
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
    fn cut_whole(&self, message: &[u8]) -> Vec<u8> {
        let mut cutter = LineCutter::new();
        let mut lines = self.cut(&mut cutter, message);
        lines.append(&mut self.rest(&mut cutter));
        lines
    }

    /// Reads a connection until it breaks, closes or falls silent; always returns an error.
    async fn pump(&self, mut stream: impl AsyncRead + Unpin) -> Result<(), InputError> {
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
            if read == 0 {
                self.send(received, self.rest(&mut cutter)).await?;
                return Err(InputError::Closed);
            }
            let lines = self.cut(&mut cutter, &buffer[..read]);
            self.send(received, lines).await?;
        }
    }

    /// The last line of a stream that was closed properly but without a final line end.
    fn rest(&self, cutter: &mut LineCutter) -> Vec<u8> {
        let mut lines = Vec::new();
        cutter.finish(|line: &[u8]| push_line(line, &mut lines));
        lines
    }
}

/// Read buffer of one connection, in bytes; each read becomes one batch.
const READ_BYTES: usize = 64 * 1024;
/// Size in bytes after which messages received together are sent as one batch.
const BATCH_BYTES: usize = 64 * 1024;
/// Maximum length of a line of JSON, in bytes.
const LONGEST_JSON: usize = 64 * 1024;

fn push_line(line: &[u8], lines: &mut Vec<u8>) {
    lines.extend_from_slice(line);
    lines.push(b'\n');
}

/// Runs an input until it is stopped or, for a recording, until its end. A failed input is retried: almost at once if it had delivered
/// lines, with growing delays otherwise. The log reports the first failures and then only some of them.
pub async fn run(port: Port) {
    let mut backoff = Backoff::default();
    let (began, mut sparing) = (port.clock.moment(), Sparing::default());
    loop {
        let started = port.clock.moment();
        let outcome = tokio::select! {
            biased;
            () = port.stop.cancelled(), if !port.settings.kind.takes_leave() => return,
            outcome = once(&port) => outcome,
        };
        if port.stop.is_cancelled() {
            return;
        }
        let error = match outcome {
            Ok(()) => {
                info!(input = %port.settings.name, "input ended");
                return port.state(State::Ended).await;
            }
            // Reading a broken recording again would deliver its first part twice.
            Err(error) if port.settings.kind.is_recording() => {
                error!(input = %port.settings.name, %error, "input failed and is not read any further");
                return port.state(State::Ended).await;
            }
            Err(error) => error,
        };
        port.counters.reason.set(&error.to_string());
        port.state(State::Down).await;
        let held = port.clock.moment().since(started);
        let wait = backoff.next(Attempt { held, delivered: port.counters.take_delivered() }, fastrand::f64());
        let wait = wait.max(error.wait()).max(port.settings.spacing().saturating_sub(held));
        let said = sparing.may(port.clock.moment().since(began));
        if let Some(unsaid) = said {
            let again_in_seconds = wait.as_secs_f64().round();
            warn!(input = %port.settings.name, %error, again_in_seconds, unsaid, "input down");
        }
        port.counters.is_hushed.store(said.is_none(), Relaxed);
        tokio::select! {
            biased;
            () = port.stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// `Ok` when the input has ended for good.
async fn once(port: &Port) -> Result<(), InputError> {
    match port.settings.kind {
        Kind::Tcp => tcp::run(port).await,
        Kind::TcpListen => listener::run(port).await,
        Kind::Udp => udp::run(port).await,
        Kind::Gpsd => gpsd::run(port).await,
        Kind::AiscatcherHttp => aiscatcher_http::run(port).await,
        Kind::File | Kind::Stdin => file::run(port).await,
        Kind::Fifo => fifo::run(port).await,
        Kind::Aisstream => aisstream::run(port).await,
        Kind::Digitraffic => digitraffic::run(port).await,
        Kind::Barentswatch => barentswatch::run(port).await,
        Kind::Nats => nats::run(port).await,
        Kind::Serial => serial::run(port).await,
    }
}
