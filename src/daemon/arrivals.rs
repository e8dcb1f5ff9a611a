//! At shutdown: collects the lines that have already arrived.
//!
//! A socket or pipe does not say that it is empty for good, so a pause has to stand in for that. It is bounded: the
//! loop gives up after two seconds, because a feed may never pause.

use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::timeout;

use super::feeds::Feeds;
use crate::inputs::{Batch, Message};

/// Pause in the lines after which all are taken to have arrived. Far longer than a task takes to read what waits in a socket, and short
/// enough that a stop does not feel slow.
const REST: Duration = Duration::from_millis(100);
/// Turns of the event loop, enough for a connection to be accepted, registered, read and handed on.
const TURNS: u32 = 16;

impl Feeds {
    /// The next batch that has arrived; `None` after a pause of [`REST`].
    pub(super) async fn arrived(&mut self) -> Option<Batch> {
        loop {
            let message = match timeout(REST, self.messages.recv()).await {
                Ok(message) => message,
                Err(_) => self.after_turns().await,
            };
            if let Message::Lines(batch) = message? {
                return Some(batch);
            }
        }
    }

    /// On a busy machine the pause may pass before any input task has run, so this guarantees them some turns.
    async fn after_turns(&mut self) -> Option<Message> {
        for _ in 0..TURNS {
            yield_now().await;
            if let Ok(message) = self.messages.try_recv() {
                return Some(message);
            }
        }
        None
    }
}
