//! When stopping: what has arrived by then is used.

use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::timeout;

use super::Daemon;
use crate::inputs::{Batch, Message};

/// A pause in the lines that says all have come.
const REST: Duration = Duration::from_millis(100);
/// Turns of the event loop: a connection is accepted, registered, read and handed on in a few.
const TURNS: u32 = 16;

impl Daemon {
    /// The next lines that have arrived; `None` after a rest.
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

    /// A machine that is busy elsewhere may let a rest pass in which no input had its turn: they get some for certain.
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
