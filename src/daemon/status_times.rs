//! What the pages say about times: when engine time begins, and that nearly all reports are too late for it.

use super::feeds::Feeds;
use super::late_reports::Counted;
use super::status::{Parts, StatusReporter};
use crate::config;
use crate::http::{self, TooLate};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::engine::{SATELLITE_LATENESS, SourceClock};
use tracing::warn;

/// What the loop knows of one input.
struct InputTimes {
    /// What the engine knows of it.
    clock: SourceClock,
    /// Whether a line has come since the start.
    is_heard: bool,
    /// Lines since the start.
    lines: u64,
    /// Whether its times lag so far behind that the engine does not wait for it.
    lags: bool,
}

impl StatusReporter {
    /// About when engine time begins: once the first reports have waited for as long as others may be late. `None` once it has begun,
    /// before the first line, and if only recordings send lines, whose own times decide.
    pub(super) fn begins_at(&mut self, parts: &Parts<'_>) -> Option<Time> {
        if parts.engine.time().is_some() {
            return None;
        }
        let wait = first_wait(&input_times(parts))?;
        let now = self.clock.now();
        Some(*self.first_line.get_or_insert(now) + wait)
    }

    /// Looks for reports that are nearly all too late, and logs them once.
    pub(super) fn note_late(&mut self, parts: &Parts<'_>) {
        let summary = parts.engine.summary();
        let (lines, others) = lines_in_time(&input_times(parts));
        let reports = summary.reports_by_type.values().sum();
        self.late.note(Counted { reports, late: summary.late, lines, others });
        if self.late.take_unlogged()
            && let Some(late) = self.too_late(parts.feeds)
        {
            warn!("{}", http::all_too_late(&late));
        }
    }

    /// The reports that are nearly all too late; `None` if they are not, or few.
    pub(super) fn too_late(&self, feeds: &Feeds) -> Option<TooLate> {
        let (inputs, count) = self.late.found()?;
        let inputs = inputs.iter().filter_map(|place| Some(feeds.sources.get(*place)?.name.clone())).collect();
        Some(TooLate { inputs, count })
    }
}

fn input_times(parts: &Parts<'_>) -> Vec<InputTimes> {
    let inputs = parts.feeds.sources.iter().zip(&parts.settings.inputs);
    let times = inputs.map(|(source, input)| InputTimes {
        clock: config::source_clock(input, parts.settings),
        is_heard: source.heard_at.is_some(),
        lines: source.lines,
        lags: source.lagging,
    });
    times.collect()
}

/// Whether a live input has been heard. From then on the engine does not wait for recordings.
fn hears_live(inputs: &[InputTimes]) -> bool {
    inputs.iter().any(|input| input.is_heard && input.clock.live)
}

/// How long the first reports wait for late ones; `None` before the first line, and if recordings or pipes alone send lines.
fn first_wait(inputs: &[InputTimes]) -> Option<Span> {
    if !hears_live(inputs) {
        return None;
    }
    let waited_for = inputs.iter().filter(|input| input.is_heard && !input.clock.recording);
    let latenesses: Vec<Span> = waited_for.map(|input| input.clock.lateness).collect();
    let punctual = latenesses.iter().filter(|lateness| **lateness <= SATELLITE_LATENESS);
    punctual.max().or(latenesses.iter().max()).copied()
}

/// Lines of each input whose reports should be in time, and the lines of all others: of satellites, of inputs that lag, and of recordings
/// beside a live input, which count as late by definition.
fn lines_in_time(inputs: &[InputTimes]) -> (Vec<u64>, u64) {
    let hears_live = hears_live(inputs);
    let may_be_late = |input: &InputTimes| {
        SATELLITE_LATENESS < input.clock.lateness || input.lags || (hears_live && input.clock.recording)
    };
    let lines = inputs.iter().map(|input| if may_be_late(input) { 0 } else { input.lines }).collect();
    let others = inputs.iter().filter(|input| may_be_late(input)).map(|input| input.lines).sum();
    (lines, others)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(lateness: i64, lines: u64) -> InputTimes {
        let lateness = Span::from_seconds(lateness);
        let clock = SourceClock { name: "feed".to_owned(), time_zone: None, live: true, recording: false, lateness };
        InputTimes { clock, is_heard: 0 < lines, lines, lags: false }
    }

    fn recording(lines: u64) -> InputTimes {
        let of = live(120, lines);
        InputTimes { clock: SourceClock { live: false, recording: true, ..of.clock }, ..of }
    }

    #[test]
    fn a_recording_of_the_same_day_beside_a_live_feed_is_not_reported_as_late() {
        assert_eq!(lines_in_time(&[live(30, 50), recording(9_000)]), (vec![50, 0], 9_000));
        assert_eq!(lines_in_time(&[live(30, 0), recording(9_000)]), (vec![0, 9_000], 0), "sent again, alone");
        assert_eq!(lines_in_time(&[live(30, 50), live(3_600, 40)]), (vec![50, 0], 40));
        assert_eq!(lines_in_time(&[live(30, 50), InputTimes { lags: true, ..live(30, 40) }]), (vec![50, 0], 40));
    }

    #[test]
    fn engine_time_begins_after_the_lateness_of_the_live_feed_whatever_recordings_send() {
        let seconds = |inputs: &[InputTimes]| first_wait(inputs).map(Span::seconds);
        assert_eq!(seconds(&[live(30, 1), live(60, 1), recording(9_000)]), Some(60.0));
        assert_eq!(seconds(&[live(30, 1), live(3_600, 1)]), Some(30.0));
        assert_eq!(seconds(&[live(3_600, 1)]), Some(3_600.0));
        assert_eq!(seconds(&[live(30, 0), recording(9_000)]), None, "its own times decide");
        assert_eq!(seconds(&[live(30, 0)]), None, "no line yet");
    }
}
