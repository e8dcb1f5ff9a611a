//! One stream: what is sent to one client, and when it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use serde_json::json;
use tokio::sync::{broadcast, mpsc};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::entry::is_for;
use super::feed::{Feed, Made, ROWS};
use super::topics::Topics;
use crate::http::access::{Identity, Right};
use crate::http::api::sources::Sources;
use crate::storage::store::{Clearance, LogEntry};

/// Interval between two signs of life.
const BEAT: Duration = Duration::from_secs(15);
/// Interval between two looks whether the session still holds, and at the feeds.
const LOOK: Duration = Duration::from_secs(1);
/// Number of bytes that may wait for a client. One that is slower is cut off; it goes on from the log when it comes back.
const MOST: usize = 256 * 1024;
/// Number of entries that a returning client is sent. One that missed more loads everything again.
const MISSED: i64 = 5_000;

/// What waits for a client: a bound in bytes, because entries differ in length.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    /// To the response.
    sender: mpsc::UnboundedSender<Bytes>,
    /// Bytes that the response has not taken.
    bytes: Arc<AtomicUsize>,
}

/// The end of what waits at which the response takes it. It must not hold the sender: the response ends when the last sender is gone.
#[derive(Debug)]
pub(super) struct Outlet {
    /// From the pump.
    receiver: mpsc::UnboundedReceiver<Bytes>,
    /// Bytes that the response has not taken.
    bytes: Arc<AtomicUsize>,
}

impl Outlet {
    /// The next piece; `None` once the pump has ended and everything is taken.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        let piece = self.receiver.recv().await?;
        self.bytes.fetch_sub(piece.len(), Ordering::AcqRel);
        Some(piece)
    }
}

impl Waiting {
    /// Nothing waits.
    pub(super) fn channel() -> (Waiting, Outlet) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let bytes = Arc::<AtomicUsize>::default();
        (Waiting { sender, bytes: Arc::clone(&bytes) }, Outlet { receiver, bytes })
    }

    /// Adds a piece. False if the client is gone or too slow.
    fn add(&self, piece: Bytes) -> bool {
        let length = piece.len();
        // Counted first: the response may take the piece at once.
        let waits = self.bytes.fetch_add(length, Ordering::AcqRel) + length;
        waits <= MOST && self.sender.send(piece).is_ok()
    }

    /// Returns when the client has gone.
    async fn gone(&self) {
        self.sender.closed().await;
    }
}

/// A stream under way.
pub(super) struct Pump {
    /// What it reads.
    pub(super) sources: Sources,
    /// The reader.
    pub(super) identity: Identity,
    /// What the reader asked for.
    pub(super) topics: Topics,
    /// The way to the client.
    pub(super) waiting: Waiting,
}

impl Pump {
    /// Sends until the client is gone or too slow, or the session is over. `after` is the entry that the client had last.
    pub(super) async fn run(mut self, feed: Arc<Feed>, after: Option<i64>) {
        // Before the end of the log is read, so that no entry falls between the two.
        let Some(mut news) = feed.subscribe(&self.sources).await else {
            return;
        };
        let Some(mut reached) = self.begin(after).await else {
            return;
        };
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut beat, mut feeds) = (Instant::now() + BEAT, None);
        loop {
            let lives = tokio::select! {
                () = self.waiting.gone() => false,
                () = sleep_until(beat) => {
                    beat = Instant::now() + BEAT;
                    self.waiting.add(Bytes::from_static(b": beat\n\n"))
                }
                _ = looks.tick() => self.holds().await && self.status(&mut feeds),
                made = news.recv() => match made {
                    Ok(made) => self.news(&made, &mut reached).await,
                    Err(broadcast::error::RecvError::Lagged(_)) => self.catch_up(&mut reached).await,
                    Err(broadcast::error::RecvError::Closed) => false,
                },
            };
            if !lives {
                return;
            }
        }
    }

    /// Says hello, and sends what a returning client has missed. Returns the number up to which it has everything; `None` if it is gone.
    async fn begin(&self, after: Option<i64>) -> Option<i64> {
        let clearance = self.identity.reader.clearance.clone();
        let ends = self.sources.read(move |readers| Ok((readers.seq()?, readers.seq_for(&clearance)?)));
        let (last, shown) = ends.await.ok()?;
        let hello = json!({
            "build": env!("CARGO_PKG_VERSION"), "seq": shown, "now": self.sources.clock.now().to_string(),
            "user": self.identity.reader.name,
        });
        // Clients that lost the daemon come back at different moments.
        let retry = 2_000 + fastrand::u32(0..2_000);
        if !self.waiting.add(format!("retry: {retry}\nevent: hello\ndata: {hello}\n\n").into()) {
            return None;
        }
        let mut reached = after.unwrap_or(last);
        if last < reached || MISSED < last - reached {
            return self.reset().then_some(last);
        }
        self.catch_up(&mut reached).await.then_some(reached)
    }

    /// Sends the entries after `reached` from the store. False if the client is gone.
    async fn catch_up(&self, reached: &mut i64) -> bool {
        loop {
            let (after, now, clearance) = (*reached, self.sources.clock.now(), self.identity.reader.clearance.clone());
            let Ok(page) = self.sources.read(move |readers| readers.log(after, ROWS, &clearance, now)).await else {
                return false;
            };
            *reached = page.through;
            if page.reset {
                *reached = page.last;
                return self.reset();
            }
            if !page.entries.into_iter().all(|entry| self.entry(entry)) {
                return false;
            }
            if page.last <= *reached {
                return true;
            }
        }
    }

    /// Tells the client to load everything again.
    fn reset(&self) -> bool {
        self.waiting.add(Bytes::from_static(b"event: reset\ndata: {}\n\n"))
    }

    /// Sends an entry of this stream alone, if it is for the reader.
    fn entry(&self, entry: LogEntry) -> bool {
        !is_for(&entry, &self.identity.reader, self.topics) || self.waiting.add(Made::of(entry).event)
    }

    /// Tells the client that the reader may see less or more than before.
    fn access(&self) -> bool {
        self.waiting.add(Bytes::from_static(b"event: access\ndata: {}\n\n"))
    }

    /// Sends an entry that all streams share, if it is for the reader and was not sent before. To a reader who may not see everything it
    /// is only the sign to look at the log.
    async fn news(&self, made: &Made, reached: &mut i64) -> bool {
        if made.entry.seq <= *reached {
            return true;
        }
        if self.identity.reader.clearance != Clearance::everything() {
            return self.catch_up(reached).await;
        }
        *reached = made.entry.seq;
        !is_for(&made.entry, &self.identity.reader, self.topics) || self.waiting.add(made.event.clone())
    }

    /// Whether the session still holds, with the rights and ceilings of now. The client is told if not, and if they are others than before:
    /// it may show what the reader may not see any more.
    async fn holds(&mut self) -> bool {
        let why = match self.sources.access.again(&self.identity).await {
            Ok(identity) if identity.reader.rights.allow(Right::Read) => {
                let (before, now) = (&self.identity.reader, &identity.reader);
                let is_same = before.rights == now.rights && before.clearance == now.clearance;
                self.identity = identity;
                return is_same || self.access();
            }
            Ok(_) => "your roles do not allow this any more",
            Err(problem) if problem.status().is_server_error() => return true,
            Err(_) => "the session is over",
        };
        self.waiting.add(format!("event: end\ndata: {}\n\n", json!({ "why": why })).into());
        false
    }

    /// Sends the state of the feeds, if it has changed.
    fn status(&self, before: &mut Option<String>) -> bool {
        let view = self.sources.view.borrow().clone();
        let feed = |input: &crate::http::view::InputView| {
            let silent_since = input.silent_since.map(|since| since.to_string());
            json!({ "name": input.name, "up": input.up, "silent_since": silent_since, "reason": input.reason })
        };
        let feeds = json!({ "feeds": view.inputs.iter().map(feed).collect::<Vec<_>>() }).to_string();
        if before.as_ref() == Some(&feeds) {
            return true;
        }
        let event = format!("event: status\ndata: {feeds}\n\n");
        *before = Some(feeds);
        self.waiting.add(event.into())
    }
}
