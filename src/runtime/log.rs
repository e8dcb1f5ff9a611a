//! Status messages of the main loop in the log.

use tracing::{info, warn};

use super::Daemon;
use super::reload::Outcome;
use crate::ais::SourceId;
use crate::inputs::State;

impl Daemon {
    /// Logs which inputs' clocks start or stop lagging behind receipt.
    pub(super) fn tell_lagging(&mut self) {
        let lagging = self.driver.engine.lagging();
        for source in &mut self.sources {
            let lags = lagging.contains(&source.id);
            match (source.lagging, lags) {
                (false, true) => {
                    warn!(input = %source.name, "feed is later than lateness_seconds allows; the engine no longer waits for it")
                }
                (true, false) if source.idle => info!(input = %source.name, "late feed has fallen silent"),
                (true, false) => info!(input = %source.name, "feed is on time again"),
                _ => {}
            }
            source.lagging = lags;
        }
    }

    /// Logs messages without a time in an input that has ended, and when all inputs have ended.
    pub(super) fn tell_ended(&self, id: SourceId) {
        let untimed = self.driver.engine.tally().source(id).map_or(0, |counts| counts.untimed_total());
        if 0 < untimed {
            let input = self.sources.iter().find(|source| source.id == id).map_or("", |source| &source.name);
            warn!(%input, messages = untimed, "messages without a time; the behaviours do not use them");
        }
        if self.sources.iter().all(|source| source.state == State::Ended) {
            warn!("all inputs have ended; nothing more is read until a restart");
        }
    }

    pub(super) fn tell_status(&self) {
        for source in &self.sources {
            let [bytes, overlong, dropped, lost_datagrams, connections] = source.counters.read();
            info!(
                input = %source.name, state = ?source.state, lines = source.lines, bytes, overlong, dropped, lost_datagrams,
                connections, "input status"
            );
        }
        let at = self.driver.engine.now().map(|at| at.to_string());
        let Outcome { at: reloaded_at, ok: reload_ok, problems, .. } = &self.reloaded;
        let reload_refused = problems.first();
        info!(at, open_alerts = self.driver.engine.open_alerts().len(), reload_ok, %reloaded_at, reload_refused, "status");
    }
}
