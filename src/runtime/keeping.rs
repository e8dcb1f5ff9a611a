//! The loop and the store: what is stored goes out, what went out is noted, and at the end nothing is left behind.

use std::path::PathBuf;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing::{error, info};

use super::{Daemon, purge_lines};
use crate::clock::Moment;
use crate::fault;
use crate::journal::Rehearsal;
use crate::store;

/// How long the store may take with what is left when stopping.
const LAST_WORDS: Duration = Duration::from_secs(10);
/// Cases change with many alerts: they are stored at most so often.
const CASES_EVERY: Duration = Duration::from_secs(10);
/// How often what is old enough is removed.
const PURGE_EVERY: Duration = Duration::from_secs(24 * 3600);

/// The purge that is going on, if one is, and when the last began.
#[derive(Default)]
pub(super) struct Purging {
    /// The store the daemon began with: another one in the settings takes effect after a restart.
    path: Option<PathBuf>,
    thread: Option<JoinHandle<()>>,
    began: Option<Moment>,
}

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
        let told = self.sinks.take_told();
        if !told.is_empty() {
            fault::point("told-before-mark");
        }
        store.told(told);
        let now = self.clock.moment();
        if self.cases_at.take_if(|since| CASES_EVERY <= now.since(*since)).is_some() {
            store.cases(self.helm.engine.cases());
        }
    }

    /// Removes what is old enough, at the start and once a day, beside the writer. A purge that the end of the daemon cuts off is taken
    /// up by the next.
    pub(super) fn purge(&mut self) {
        let moment = self.clock.moment();
        let recent = self.purging.began.is_some_and(|began| moment.since(began) < PURGE_EVERY);
        let busy = self.purging.thread.as_ref().is_some_and(|thread| !thread.is_finished());
        if self.purging.path.is_none() {
            self.purging.path.clone_from(&self.settings.store);
        }
        let Some(path) = self.purging.path.clone().filter(|_| self.store.is_some() && !recent && !busy) else {
            return;
        };
        self.purging.began = Some(moment);
        let (settings, now) = (self.settings.retention.clone(), self.clock.now());
        let all = self.settings.clone();
        let lines = move || match purge_lines(&all, now, Rehearsal::No) {
            Ok(purged) if purged.files == 0 => {}
            Ok(purged) => info!(files = purged.files, bytes = purged.bytes, "purged received lines"),
            Err(error) => error!(%error, "received lines could not be purged; it is tried again in a day"),
        };
        let work = move || match store::purge(&path, &settings, store::OURSELVES, now, false) {
            Ok(purged) if purged.is_empty() => {}
            Ok(purged) => info!(
                alerts = purged.alerts,
                cases = purged.cases,
                notes = purged.notes,
                silences = purged.silences,
                audit = purged.audit,
                copies = purged.copies,
                "purged what was kept for long enough"
            ),
            Err(error) => {
                error!(%error, "what was kept for long enough could not be purged; it is tried again in a day")
            }
        };
        let work = move || {
            work();
            lines();
        };
        match thread::Builder::new().name("purge".to_owned()).spawn(work) {
            Ok(thread) => self.purging.thread = Some(thread),
            Err(error) => error!(%error, "no thread to purge in; it is tried again in a day"),
        }
    }

    /// Stores what is left, tells the sinks of it, and stores that too.
    pub(super) fn last_words(&mut self) {
        let Some(store) = &self.store else {
            return;
        };
        store.cases(self.helm.engine.cases());
        if !store.settle(LAST_WORDS) {
            error!("the store did not take everything in time: it is tried once more at the very end");
        }
        while let Ok(event) = self.stored.try_recv() {
            self.stored(event);
        }
    }
}
