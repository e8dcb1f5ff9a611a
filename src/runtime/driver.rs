//! The one way into the engine, for lines that come in and for those that are read from the journal: what both are told is the same.

use std::io;
use std::sync::Arc;

use crate::ais::{Line, SourceId};
use crate::alerts::Change;
use crate::config::{self, Checked};
use crate::engine::{Engine, SourceClock};
use crate::journal::Entry;
use crate::time::{Span, Time};

/// An engine, and what it was told about itself.
pub(super) struct EngineDriver {
    pub(super) engine: Engine,
    /// Inputs by `SourceId`; those that are gone keep their place.
    pub(super) names: Vec<String>,
    /// The key of the settings and zones in force.
    pub(super) in_force: String,
    /// The latest moment of receipt.
    pub(super) received: Option<Time>,
}

impl EngineDriver {
    /// An engine that knows nothing yet.
    pub(super) fn new(settings: &Checked, names: Vec<String>, in_force: String) -> EngineDriver {
        let engine = Engine::new(&settings.engine, Arc::clone(&settings.chart), clocks(settings, &names));
        EngineDriver { engine, names, in_force, received: None }
    }

    /// The daemon has started. Nobody was listening since the last line: what was silent then was not silent.
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
        // As at the first start: who has not been heard yet holds nobody back.
        for source in 0..self.names.len() {
            self.engine.source_unheard(SourceId(source as u16), out);
        }
        self.replace(in_force, settings, out);
        if let Some(from) = self.received {
            self.engine.resume(from, at);
        }
        self.received = self.received.max(Some(at));
    }

    /// Puts settings and zones in force. Those that are in force already, by their key, begin nothing anew.
    pub(super) fn replace(&mut self, in_force: &str, settings: &Checked, out: &mut Vec<Change>) {
        if self.in_force == in_force {
            return;
        }
        self.in_force = in_force.to_owned();
        // How late their reports may come is a setting too.
        self.engine.inputs(clocks(settings, &self.names));
        self.engine.replace(&settings.engine, Arc::clone(&settings.chart), out);
    }

    /// Lines of an input, each with its line feed; how many.
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

    /// A second has passed.
    pub(super) fn tick(&mut self, received: Time, out: &mut Vec<Change>) {
        self.received = self.received.max(Some(received));
        self.engine.tick(received, out);
    }

    /// Does what the journal says was done; `settings` gives those of a key.
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

/// The inputs as the engine sees them; one that the settings do not name any more will not be heard again.
fn clocks(settings: &Checked, names: &[String]) -> Vec<SourceClock> {
    let clock = |name: &String| match settings.inputs.iter().find(|input| input.name == *name) {
        Some(input) => config::source_clock(input, settings),
        None => SourceClock { name: name.clone(), time_zone: None, live: false, lateness: Span::ZERO },
    };
    names.iter().map(clock).collect()
}

/// The lines of a batch, without their line feeds.
pub(super) fn lines_of(batch: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    memchr::memchr_iter(b'\n', batch).map(move |end| {
        let line = &batch[start..end];
        start = end + 1;
        line
    })
}
