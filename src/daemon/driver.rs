//! The only way into the engine. Live lines and entries replayed from the journal take the same path, so both give the same result.
//!
//! Lines, ticks, starts and settings come in through the methods of [`EngineDriver`]. A silence and the end of all
//! lines are single calls of the engine, which the loop makes when they happen and [`EngineDriver::apply`] in a
//! replay. Each of these is an entry of the journal. A restart, a look back and the replay of a bundle apply those
//! entries; that is why they reach the same state.

use std::io;
use std::sync::Arc;

use crate::config::{self, Checked};
use crate::storage::journal::snapshots::Snapshot;
use crate::storage::journal::{Entry, Position};
use atalaia_core::ais::{Line, SourceId};
use atalaia_core::alerts::Change;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::engine::{Engine, SourceClock};

/// An engine with the facts needed to save and restore it.
pub(super) struct EngineDriver {
    /// Owned here, and by nothing else.
    pub(super) engine: Engine,
    /// Input names, indexed by `SourceId`. Removed inputs keep their index, because snapshots and the journal have the numbers only.
    pub(super) names: Vec<String>,
    /// Key of the settings and zones in force, under which the archive has them.
    pub(super) in_force: String,
    /// The latest time of receipt; `None` before the first line, tick or start.
    pub(super) received: Option<Time>,
}

impl EngineDriver {
    /// Creates an engine with an empty state.
    pub(super) fn new(settings: &Checked, names: Vec<String>, in_force: String) -> EngineDriver {
        let engine = Engine::new(&settings.engine, Arc::clone(&settings.chart), clocks(settings, &names));
        EngineDriver { engine, names, in_force, received: None }
    }

    /// Describes a snapshot of this state, after all entries before `position`.
    pub(super) fn snapshot(&self, position: Position, at: Time) -> Snapshot {
        Snapshot { position, in_force: self.in_force.clone(), at, sources: self.names.clone() }
    }

    /// Records that the daemon has started at `at`. Nothing was received since the last line, so silence in that interval is not the
    /// vessels'.
    pub(super) fn begin(
        &mut self,
        at: Time,
        names: Vec<String>,
        in_force: &str,
        settings: &Checked,
        out: &mut Vec<Change>,
    ) {
        self.engine.inputs(clocks(settings, &names));
        self.names = names;
        // As at a first start, an input that has not been heard yet does not hold engine time back.
        for source in 0..self.names.len() {
            self.engine.source_unheard(SourceId(source as u16), out);
        }
        self.replace(in_force, settings, out);
        if let Some(from) = self.received {
            self.engine.resume(from, at);
        }
        self.received = self.received.max(Some(at));
    }

    /// Puts settings and zones in force. Does nothing if `in_force` is already the current key.
    pub(super) fn replace(&mut self, in_force: &str, settings: &Checked, out: &mut Vec<Change>) {
        if self.in_force == in_force {
            return;
        }
        self.in_force = in_force.to_owned();
        // The maximum delay of an input's reports is a setting too.
        self.engine.inputs(clocks(settings, &self.names));
        self.engine.replace(&settings.engine, Arc::clone(&settings.chart), out);
    }

    /// Processes the lines of an input, each ending in a line feed, and returns their number.
    pub(super) fn lines(
        &mut self,
        source: SourceId,
        received: Option<Time>,
        lines: &[u8],
        out: &mut Vec<Change>,
    ) -> u64 {
        self.received = self.received.max(received);
        let mut count = 0;
        for bytes in lines_of(lines) {
            self.engine.line(Line { source, received, bytes }, out);
            count += 1;
        }
        count
    }

    /// Advances the engine once a second, so that timeouts fire without new lines.
    pub(super) fn tick(&mut self, received: Time, out: &mut Vec<Change>) {
        self.received = self.received.max(Some(received));
        self.engine.tick(received, out);
    }

    /// Applies a journal entry. `settings` looks up the settings for a key.
    ///
    /// # Errors
    /// If the settings of the entry cannot be had. The engine is then as before the entry.
    pub(super) fn apply(
        &mut self,
        entry: &Entry<'_>,
        settings: &mut dyn FnMut(&str) -> io::Result<Arc<Checked>>,
        out: &mut Vec<Change>,
    ) -> io::Result<()> {
        match entry {
            Entry::Begun { at, sources, in_force } => {
                let settings = settings(in_force)?;
                self.begin(*at, sources.clone(), in_force, &settings, out);
            }
            Entry::Lines { source, received, bytes } => {
                self.lines(*source, *received, bytes, out);
            }
            Entry::Idle { source } => self.engine.source_idle(*source, out),
            Entry::Ended => self.engine.finish(out),
            Entry::Tick { received } => self.tick(*received, out),
            Entry::InForce { key } => {
                let settings = settings(key)?;
                self.replace(key, &settings, out);
            }
        }
        Ok(())
    }
}

/// Describes the inputs to the engine. An input removed from the settings will not be heard again, so it is not live.
fn clocks(settings: &Checked, names: &[String]) -> Vec<SourceClock> {
    let clock = |name: &String| match settings.inputs.iter().find(|input| input.name == *name) {
        Some(input) => config::source_clock(input, settings),
        None => SourceClock { name: name.clone(), time_zone: None, live: false, recording: true, lateness: Span::ZERO },
    };
    names.iter().map(clock).collect()
}

/// Splits a batch into lines, without their line feeds. What follows the last line feed is not a whole line, and is
/// dropped; batches of inputs end with one.
pub(super) fn lines_of(batch: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    memchr::memchr_iter(b'\n', batch).map(move |end| {
        let line = &batch[start..end];
        start = end + 1;
        line
    })
}
