//! At shutdown: collects the lines that have already arrived.

use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::timeout;

use super::feeds::Feeds;
use crate::inputs::{Batch, Message};

/// Pause in the lines after which all are taken to have arrived.
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
