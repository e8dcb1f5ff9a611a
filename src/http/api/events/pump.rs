//! One stream: what is sent to one client, and when it ends.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use serde_json::json;
use tokio::sync::{Semaphore, broadcast, mpsc};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

use super::entry::is_for;
use super::feed::{Feed, Made, ROWS};
use super::topics::Topics;
use crate::http::access::{Identity, Right};
use crate::http::api::sources::Sources;
use crate::http::traffic::OpenStream;
use crate::storage::store::{Clearance, LogEntry};

/// Interval between two signs of life.
const BEAT: Duration = Duration::from_secs(15);
/// Interval between two looks whether the session still holds, and at the feeds.
const LOOK: Duration = Duration::from_secs(1);
/// Number of bytes that may wait for a client. A client that is slower is waited for.
const MOST: usize = 256 * 1024;
/// Time after which a client that has taken nothing is cut off; it goes on from the log when it comes back.
const PATIENCE: Duration = Duration::from_secs(30);
/// Number of rows of the log that a returning client may have missed. One that missed more loads everything again.
const MISSED: i64 = 5_000;

/// What waits for a client: a bound in bytes, because entries differ in length.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    /// To the response: a piece, and the room that it takes.
    sender: mpsc::UnboundedSender<(Bytes, usize)>,
    /// A permit for each byte that may still be added.
    room: Arc<Semaphore>,
}

/// The end of what waits at which the response takes it. It must not hold the sender: the response ends when the last sender is gone.
#[derive(Debug)]
pub(super) struct Outlet {
    /// From the pump.
    receiver: mpsc::UnboundedReceiver<(Bytes, usize)>,
    /// A permit for each byte that may still be added.
    room: Arc<Semaphore>,
}

impl Outlet {
    /// The next piece; `None` once the pump has ended and everything is taken.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        let (piece, length) = self.receiver.recv().await?;
        self.room.add_permits(length);
        Some(piece)
    }
}

impl Waiting {
    /// Nothing waits.
    pub(super) fn channel() -> (Waiting, Outlet) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let room = Arc::new(Semaphore::new(MOST));
        (Waiting { sender, room: Arc::clone(&room) }, Outlet { receiver, room })
    }

    /// Adds a piece once there is room for it. False if the client is gone. May be cancelled while it waits; the piece is then not added.
    async fn add(&self, piece: &Bytes) -> bool {
        // A piece that is longer than all the room waits until nothing else does.
        let length = piece.len().min(MOST);
        let permits = u32::try_from(length).unwrap_or(u32::MAX);
        let room = tokio::select! {
            () = self.gone() => return false,
            room = self.room.acquire_many(permits) => room,
        };
        // The semaphore is never closed.
        let Ok(room) = room else {
            return false;
        };
        room.forget();
        self.sender.send((piece.clone(), length)).is_ok()
    }

    /// Adds a short piece at once, whether there is room or not. False if the client is gone.
    fn add_at_once(&self, piece: Bytes) -> bool {
        self.sender.send((piece, 0)).is_ok()
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
    /// When the session was looked at last.
    pub(super) looked: Instant,
    /// Its place in the metrics.
    pub(super) open: OpenStream,
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
                    self.send(Bytes::from_static(b": beat\n\n")).await
                }
                _ = looks.tick() => self.holds().await && self.status(&mut feeds).await,
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
    async fn begin(&mut self, after: Option<i64>) -> Option<i64> {
        let clearance = self.identity.reader.clearance.clone();
        let ends = self.sources.read(move |readers| Ok((readers.seq()?, readers.seq_for(&clearance)?)));
        let (last, shown) = ends.await.ok()?;
        let hello = json!({
            "build": env!("CARGO_PKG_VERSION"), "seq": shown, "now": self.sources.clock.now().to_string(),
            "user": self.identity.reader.name,
        });
        // Clients that lost the daemon come back at different moments.
        let retry = 2_000 + fastrand::u32(0..2_000);
        if !self.send(format!("retry: {retry}\nevent: hello\ndata: {hello}\n\n").into()).await {
            return None;
        }
        let mut reached = after.unwrap_or(last);
        if last < reached || MISSED < last - reached {
            return self.reset().await.then_some(last);
        }
        self.catch_up(&mut reached).await.then_some(reached)
    }

    /// Sends a piece, as fast as the client takes it. False if the client is gone or has taken nothing for too long, or the session is over.
    async fn send(&mut self, piece: Bytes) -> bool {
        let began = Instant::now();
        loop {
            // A slow client must not read on after its session.
            if LOOK <= self.looked.elapsed() && !self.holds().await {
                return false;
            }
            if let Ok(is_added) = timeout(LOOK, self.waiting.add(&piece)).await {
                return is_added;
            }
            if PATIENCE <= began.elapsed() {
                self.open.is_cut_off();
                return false;
            }
        }
    }

    /// Sends the entries after `reached` from the store. False if the client is gone.
    async fn catch_up(&mut self, reached: &mut i64) -> bool {
        'pages: loop {
            let (after, now, clearance) = (*reached, self.sources.clock.now(), self.identity.reader.clearance.clone());
            let seen = clearance.clone();
            let Ok(page) = self.sources.read(move |readers| readers.log(after, ROWS, &clearance, now)).await else {
                return false;
            };
            if page.reset {
                *reached = page.last;
                return self.reset().await;
            }
            for entry in page.entries {
                let seq = entry.seq;
                if !self.entry(entry).await {
                    return false;
                }
                *reached = seq;
                if self.identity.reader.clearance != seen {
                    // The rest of the page is what the reader might see before.
                    continue 'pages;
                }
            }
            *reached = page.through;
            if page.last <= *reached {
                return true;
            }
        }
    }

    /// Tells the client to load everything again.
    async fn reset(&mut self) -> bool {
        self.send(Bytes::from_static(b"event: reset\ndata: {}\n\n")).await
    }

    /// Sends an entry of this stream alone, if it is for the reader.
    async fn entry(&mut self, entry: LogEntry) -> bool {
        !is_for(&entry, &self.identity.reader, self.topics) || self.send(Made::of(entry).event).await
    }

    /// Tells the client that the reader may see less or more than before.
    fn access(&self) -> bool {
        self.waiting.add_at_once(Bytes::from_static(b"event: access\ndata: {}\n\n"))
    }

    /// Sends an entry that all streams share, if it is for the reader and was not sent before. To a reader who may not see everything it
    /// is only the sign to look at the log.
    async fn news(&mut self, made: &Made, reached: &mut i64) -> bool {
        if made.entry.seq <= *reached {
            return true;
        }
        if self.identity.reader.clearance != Clearance::everything() {
            return self.catch_up(reached).await;
        }
        *reached = made.entry.seq;
        !is_for(&made.entry, &self.identity.reader, self.topics) || self.send(made.event.clone()).await
    }

    /// Whether the session still holds, with the rights and ceilings of now. The client is told if not, and if they are others than before:
    /// it may show what the reader may not see any more.
    async fn holds(&mut self) -> bool {
        self.looked = Instant::now();
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
        self.waiting.add_at_once(format!("event: end\ndata: {}\n\n", json!({ "why": why })).into());
        false
    }

    /// Sends the state of the feeds, if it has changed.
    async fn status(&mut self, before: &mut Option<String>) -> bool {
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
        self.send(event.into()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn what_waits_for_a_client_is_bounded_and_goes_on_when_it_takes_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (waiting, mut outlet) = Waiting::channel();
            let piece = Bytes::from(vec![b'x'; 100 * 1024]);
            assert!(waiting.add(&piece).await && waiting.add(&piece).await);
            let third = timeout(Duration::from_millis(50), waiting.add(&piece)).await;
            assert!(third.is_err(), "it waits for room");
            assert_eq!(outlet.next().await.map(|piece| piece.len()), Some(100 * 1024));
            assert!(waiting.add(&piece).await, "there is room again");
            drop(outlet);
            assert!(!waiting.add(&piece).await, "the client is gone");
        });
    }
}
