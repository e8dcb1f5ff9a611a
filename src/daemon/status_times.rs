//! What the pages say about times: when engine time begins, and that all reports are too late for it.

use super::feeds::Feeds;
use super::late_reports::Counted;
use super::status::{Parts, StatusReporter};
use crate::config;
use crate::http::{self, TooLate};
use atalaia_core::base::time::{Span, Time};
use tracing::warn;

/// Inputs whose reports may be later than this never hold time back (SPEC "Time").
const SATELLITE_LATENESS: Span = Span::from_minutes(15);

impl StatusReporter {
    /// About when engine time begins: once the first reports have waited for as long as others may be late. `None` once it has begun,
    /// before the first line, and if a recording sends lines, whose own times decide.
    pub(super) fn begins_at(&mut self, parts: &Parts<'_>) -> Option<Time> {
        if parts.engine.time().is_some() {
            return None;
        }
        let sources = parts.feeds.sources.iter().zip(&parts.settings.inputs);
        let heard = sources.filter(|(source, _)| source.heard_at.is_some());
        let clocks: Vec<_> = heard.map(|(_, input)| config::source_clock(input, parts.settings)).collect();
        if clocks.iter().any(|clock| !clock.live) {
            return None;
        }
        let longest = clocks.iter().map(|clock| clock.lateness).max()?;
        let punctual = clocks.iter().map(|clock| clock.lateness).filter(|lateness| *lateness <= SATELLITE_LATENESS);
        let now = self.clock.now();
        Some(*self.first_line.get_or_insert(now) + punctual.max().unwrap_or(longest))
    }

    /// Looks for reports that are all too late, and logs them once.
    pub(super) fn note_late(&mut self, parts: &Parts<'_>) {
        let summary = parts.engine.summary();
        let (mut lines, mut others) = (Vec::new(), 0);
        for (source, input) in parts.feeds.sources.iter().zip(&parts.settings.inputs) {
            let lateness = config::source_clock(input, parts.settings).lateness;
            let may_be_late = SATELLITE_LATENESS < lateness || source.lagging;
            lines.push(if may_be_late { 0 } else { source.lines });
            others += if may_be_late { source.lines } else { 0 };
        }
        let reports = summary.reports_by_type.values().sum();
        self.late.note(Counted { reports, late: summary.late, lines, others });
        if self.late.is_to_be_logged()
            && let Some(late) = self.too_late(parts.feeds)
        {
            warn!("{}", http::all_too_late(&late));
        }
    }

    /// The reports that are all too late; `None` if they are not, or few.
    pub(super) fn too_late(&self, feeds: &Feeds) -> Option<TooLate> {
        let (inputs, count) = self.late.found()?;
        let inputs = inputs.iter().filter_map(|place| Some(feeds.sources.get(*place)?.name.clone())).collect();
        Some(TooLate { inputs, count })
    }
}
