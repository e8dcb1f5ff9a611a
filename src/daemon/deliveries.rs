//! What the engine has decided, on its way to the store and the sinks.
//!
//! With a store, the sinks read from the store what they have to send, so nothing is sent that a crash could make the
//! daemon forget. Without one, changes go to the sinks directly, and those that wait at a crash are lost.

use std::io;
use std::sync::mpsc;
use std::time::Duration;

use super::persist::Persistence;
use crate::config::Checked;
use crate::delivery::{Dispatcher, StoreLink, Wake};
use crate::platform::clock::Clock;
use atalaia_core::alerts::Change;
use atalaia_core::engine::Engine;

/// Time sinks have for the remaining deliveries when stopping. What remains is sent after the next start, if there is a store.
const LAST_DELIVERIES: Duration = Duration::from_secs(4);

/// The changes that wait for the end of a turn, and their receivers.
pub(super) struct Deliveries {
    /// Changes of this turn of the loop, in the order in which the engine decided them.
    pub(super) changes: Vec<Change>,
    /// `None` once it has been closed.
    pub(super) dispatcher: Option<Dispatcher>,
    /// Receives every announced change; `None` unless another command runs the daemon.
    watcher: Option<mpsc::Sender<Change>>,
    /// Number of times that the sinks were opened again since the start.
    reloads: u32,
}

impl Deliveries {
    /// Opens the sinks. They are served from the store if there is one.
    ///
    /// # Errors
    /// If the dispatcher cannot start. A receiver that does not answer is not an error.
    pub(super) fn start(
        settings: &Checked,
        kept: &Persistence,
        wake: &Wake,
        clock: Clock,
        watcher: Option<mpsc::Sender<Change>>,
    ) -> io::Result<Deliveries> {
        let link = kept.store.as_ref().zip(settings.store.as_ref()).map(|(store, path)| StoreLink {
            path: path.as_path().into(),
            reporter: store.reporter(),
            wake: wake.clone(),
        });
        let dispatcher = Some(Dispatcher::start(&settings.sinks, &settings.delivery, link, clock)?);
        Ok(Deliveries { changes: Vec::new(), dispatcher, watcher, reloads: 0 })
    }

    /// Takes the changes of this turn, after sending them to the watcher.
    pub(super) fn take(&mut self) -> Vec<Change> {
        let changes = std::mem::take(&mut self.changes);
        if let Some(watcher) = &self.watcher {
            for change in changes.iter().filter(|change| change.alert.announced) {
                // The watcher may have gone; it then needs no changes.
                let _ = watcher.send(change.clone());
            }
        }
        changes
    }

    /// Stores the changes, which serves the sinks; without a store they go to the sinks at once.
    pub(super) fn deliver(&mut self, changes: Vec<Change>, kept: &mut Persistence, engine: &Engine) {
        if let (Some(changes), Some(dispatcher)) = (kept.store(changes, engine), &self.dispatcher) {
            dispatcher.deliver(&changes);
        }
    }

    /// Reopens the sinks with the settings in force, including their files and connections.
    pub(super) fn reopen(&mut self, settings: &Checked) {
        self.reloads += 1;
        if let Some(dispatcher) = &mut self.dispatcher {
            dispatcher.replace(&settings.sinks, &settings.delivery, self.reloads);
        }
    }

    /// Gives the sinks a last chance and closes them. Returns the number of messages that could not be delivered.
    pub(super) fn close(&mut self) -> usize {
        self.dispatcher.take().map_or(0, |dispatcher| dispatcher.finish(LAST_DELIVERIES))
    }
}
