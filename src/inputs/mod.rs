//! Inputs: bytes from feeds and files become batches of lines; each kind has its file, reconnecting lives here.

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

/// Lines that came together, on their way to the engine.
#[derive(Debug)]
pub struct Batch {
    /// The input.
    pub source: SourceId,
    /// The moment of receipt; absent for recordings, where only recorded times count.
    pub received: Option<Time>,
    /// Complete lines, each with one line feed.
    pub lines: Vec<u8>,
    /// Answered when the lines outlast the process: the journal has them durably, or, where none is kept, the engine has used
    /// them. Dropped without an answer when they were lost on the way.
    pub acknowledge: Option<oneshot::Sender<()>>,
}

/// What an input tells the runtime.
#[derive(Debug)]
pub enum Message {
    /// Lines arrived.
    Lines(Batch),
    /// It stands otherwise than before.
    State(SourceId, State),
}

/// How an input stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Connected, listening or open.
    Up,
    /// Broken; tried again.
    Down,
    /// Read to its end; nothing more will come.
    Ended,
}

/// Why an input stopped for the moment.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A host name that does not resolve, a refused or broken connection, a port in use, a file not to be read.
    #[error("{what}: {cause}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The other side closed the connection.
    #[error("closed by the other side")]
    Closed,
    /// Connected, but no byte within `idle_timeout_seconds`: a feed that died without saying so.
    #[error("silent for {seconds} s")]
    Silent {
        /// The setting.
        seconds: u32,
    },
    /// No answer to a connection attempt.
    #[error("no answer within {seconds} s")]
    NoAnswer {
        /// The bound.
        seconds: u64,
    },
    /// A recording whose bytes make no sense.
    #[error("{0}")]
    Recording(#[from] RecordingError),
    /// The other side said no, or asked for patience.
    #[error("{reason}")]
    Refused {
        /// What it said.
        reason: String,
        /// How long it should not be bothered.
        wait: Duration,
    },
    /// What the client of a protocol says of a connection.
    #[error("{what}: {cause}")]
    Protocol {
        /// The protocol.
        what: &'static str,
        /// What went wrong, safe to show.
        cause: String,
    },
    /// The key, password or token cannot be read.
    #[error("{0}")]
    Secret(#[from] SecretError),
    /// Who we are to the server cannot be read.
    #[error("{0}")]
    Login(#[from] LoginError),
    /// The files of certificates cannot be used.
    #[error("{0}")]
    Tls(#[from] TlsError),
    /// Its table is not there; checked settings have it.
    #[error("[inputs.{0}] is missing")]
    Unset(&'static str),
}

impl InputError {
    fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> InputError {
        let what = what.into();
        move |cause| InputError::Io { what, cause }
    }

    /// How long the other side should not be bothered.
    fn wait(&self) -> Duration {
        match self {
            InputError::Refused { wait, .. } => *wait,
            _ => Duration::ZERO,
        }
    }
}

/// What the other side says, made safe to show and short.
fn told(text: &str) -> String {
    const LONGEST: usize = 200;
    let short: String = text.chars().take(LONGEST).collect();
    FromAir(&short).to_string()
}

/// What every input is given.
#[derive(Clone, Debug)]
pub struct Port {
    /// Which input it is.
    pub source: SourceId,
    /// Its settings, `path` made absolute.
    pub settings: Arc<Settings>,
    /// How much a compressed file may expand.
    pub limits: Limits,
    /// How late its reports may come.
    pub lateness: Span,
    /// Where moments of receipt come from.
    pub clock: Clock,
    /// What it counts.
    pub counters: Arc<InputCounters>,
    /// Where lines go: bounded, so that a busy engine slows the feed.
    pub sender: Sender<Message>,
    /// Told when the daemon stops.
    pub stop: CancellationToken,
    /// Listeners that the service manager opened, by the input's name.
    pub sockets: Arc<Sockets>,
}

impl Port {
    /// Sends what was cut, if anything, and waits while the engine is busy; `Err` when the runtime is gone.
    async fn send(&self, received: Option<Time>, lines: Vec<u8>) -> Result<(), InputError> {
        if lines.is_empty() {
            return Ok(());
        }
        self.send_batch(Batch { source: self.source, received, lines, acknowledge: None }).await
    }

    async fn send_batch(&self, batch: Batch) -> Result<(), InputError> {
        // A refusal in words is a line too, and earns nothing.
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
        // A runtime that is gone needs no news.
        let _ = self.sender.send(Message::State(self.source, state)).await;
    }

    /// Notes that a connection was made, and to where.
    fn connected(&self, address: &str) {
        InputCounters::add(&self.counters.connections, 1);
        if !self.counters.is_hushed.load(Relaxed) {
            info!(input = %self.settings.name, address, "connected");
        }
    }

    /// Cuts `bytes` and gives back the complete lines; overlong ones are counted.
    fn cut(&self, cutter: &mut LineCutter, bytes: &[u8]) -> Vec<u8> {
        let mut lines = Vec::with_capacity(bytes.len() + 128);
        let overlong = cutter.overlong();
        cutter.feed(bytes, |line: &[u8]| push_line(line, &mut lines));
        InputCounters::add(&self.counters.bytes, bytes.len() as u64);
        InputCounters::add(&self.counters.overlong, cutter.overlong() - overlong);
        lines
    }

    /// Adds a message as one line of JSON: what ends a line stands in it only as white space. One too long is dropped and counted.
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

    /// The lines of a message that may hold several.
    fn cut_whole(&self, message: &[u8]) -> Vec<u8> {
        let mut cutter = LineCutter::new();
        let mut lines = self.cut(&mut cutter, message);
        lines.append(&mut self.rest(&mut cutter));
        lines
    }

    /// Reads a connection until it breaks, closes or falls silent: always ends in an error.
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

    /// The last line of a stream that ended in order but without a line end.
    fn rest(&self, cutter: &mut LineCutter) -> Vec<u8> {
        let mut lines = Vec::new();
        cutter.finish(|line: &[u8]| push_line(line, &mut lines));
        lines
    }
}

/// Of one connection; what one read gives becomes one batch.
const READ_BYTES: usize = 64 * 1024;
/// Messages that wait together become one batch of about this size.
const BATCH_BYTES: usize = 64 * 1024;
/// The longest line of JSON taken, in bytes.
const LONGEST_JSON: usize = 64 * 1024;

fn push_line(line: &[u8], lines: &mut Vec<u8>) {
    lines.extend_from_slice(line);
    lines.push(b'\n');
}

/// Runs one input until told to stop or, for a recording, until its end; a broken one is tried again: at once when it had delivered,
/// ever later while nothing comes. The log is told of the first tries, then of one now and then.
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
            // Read again, a broken recording would give its first half twice.
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

/// `Ok` when it has ended for good.
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
