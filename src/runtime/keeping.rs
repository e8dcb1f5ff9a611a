//! The loop and the store: what is stored goes out, what went out is noted, and at the end nothing is left behind.

use std::time::Duration;

use tracing::{error, info};

use super::Daemon;
use crate::store;

/// How long the store may take with what is left when stopping.
const LAST_WORDS: Duration = Duration::from_secs(10);
/// Cases change with many alerts: they are stored at most so often.
const CASES_EVERY: Duration = Duration::from_secs(10);

impl Daemon {
    /// The store has written: now the sinks may be told.
    pub(super) fn stored(&mut self, event: store::Event) {
        match event {
            store::Event::Stored(deliveries) => self.sinks.deliver_stored(&deliveries),
            store::Event::Failing(why) => {
                error!(%why, "the store cannot be written: alerts wait, nobody is told of them")
            }
            store::Event::Working => info!("the store is written again"),
        }
        self.tell_store();
    }

    /// What the sinks took, and how cases stand.
    pub(super) fn tell_store(&mut self) {
        let Some(store) = &self.store else {
            return;
        };
        store.told(self.sinks.take_told());
        let now = self.clock.moment();
        if self.cases_at.take_if(|since| CASES_EVERY <= now.since(*since)).is_some() {
            store.cases(self.engine.cases());
        }
    }

    /// Stores what is left, tells the sinks of it, and stores that too.
    pub(super) fn last_words(&mut self) {
        let Some(store) = &self.store else {
            return;
        };
        store.cases(self.engine.cases());
        if !store.settle(LAST_WORDS) {
            error!("the store did not take everything in time: it is tried once more at the very end");
        }
        while let Ok(event) = self.stored.try_recv() {
            self.stored(event);
        }
    }
}
