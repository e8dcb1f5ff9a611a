//! How far time has come: a watermark for each input, and the lowest of those that count.

use serde::{Deserialize, Serialize};

use crate::ais::{Report, SourceId};
use crate::time::{Span, Time};

use super::SourceClock;

/// Inputs later than this never hold time back (SPEC "Time").
const SATELLITE_LATENESS: Span = Span::from_minutes(15);
/// Times this far ahead of all others of their input are believed when enough agree: a broken clock must not make every report
/// after it late.
const LEAP: Span = Span::from_hours(24);
/// So many reports in a row after a leap, none before it, confirm it.
const CONFIRMING: usize = 20;
/// At the end of a recording fewer do, if the leap is no longer than this.
const LEAP_AT_END: Span = Span::from_hours(30 * 24);
/// A live input whose times lag further behind receipt than its lateness and this does not hold the others back.
const LAG: Span = Span::from_seconds(60);

#[derive(Serialize, Deserialize)]
struct Source {
    lateness: Span,
    newest: Option<Time>,
    idle: bool,
    live: bool,
    /// When its last report was received, and how far its time was behind; of live inputs.
    reported: Option<(Time, Span)>,
    held: Vec<Report>,
}

impl Source {
    fn new(settings: &SourceClock) -> Source {
        Source {
            lateness: settings.lateness,
            newest: None,
            idle: false,
            live: settings.live,
            reported: None,
            held: Vec::new(),
        }
    }

    /// Whether its clock lags too far behind to be waited for.
    fn lags(&self) -> bool {
        self.reported.is_some_and(|(_, behind)| self.lateness + LAG < behind)
    }

    /// Believes what was held.
    fn release(&mut self, believed: &mut Vec<Report>) {
        self.newest = self.held.iter().map(|report| report.at).max().max(self.newest);
        believed.append(&mut self.held);
    }
}

/// The watermarks of all inputs.
#[derive(Serialize, Deserialize)]
pub(super) struct Watermarks {
    sources: Vec<Source>,
    leaps_refused: u64,
}

impl Watermarks {
    pub(super) fn new(sources: &[SourceClock]) -> Watermarks {
        Watermarks { sources: sources.iter().map(Source::new).collect(), leaps_refused: 0 }
    }

    /// Inputs are these now; those that were there keep their watermarks.
    pub(super) fn inputs(&mut self, sources: &[SourceClock]) {
        for (place, settings) in sources.iter().enumerate() {
            match self.sources.get_mut(place) {
                Some(source) => (source.lateness, source.live) = (settings.lateness, settings.live),
                None => self.sources.push(Source::new(settings)),
            }
        }
    }

    /// The inputs that only satellites feed.
    pub(super) fn satellites(&self) -> Vec<SourceId> {
        let late = |(_, source): &(usize, &Source)| SATELLITE_LATENESS < source.lateness;
        self.sources.iter().enumerate().filter(late).map(|(place, _)| SourceId(place as u16)).collect()
    }

    /// A line came in: the input counts again.
    pub(super) fn heard(&mut self, source: SourceId) {
        if let Some(source) = self.sources.get_mut(usize::from(source.0)) {
            source.idle = false;
        }
    }

    /// The input is silent or has ended.
    pub(super) fn idle(&mut self, source: SourceId) {
        if let Some(source) = self.sources.get_mut(usize::from(source.0)) {
            source.idle = true;
        }
    }

    /// Whether it is silent.
    pub(super) fn is_idle(&self, source: SourceId) -> bool {
        self.sources.get(usize::from(source.0)).is_some_and(|source| source.idle)
    }

    /// Whether all are.
    pub(super) fn all_idle(&self) -> bool {
        self.sources.iter().all(|source| source.idle)
    }

    /// Notes the time of a report, received at `received`; adds to `believed` what may be believed: mostly the report, none or
    /// several around a leap in time.
    pub(super) fn observe(&mut self, report: Report, received: Option<Time>, believed: &mut Vec<Report>) {
        let Some(source) = self.sources.get_mut(usize::from(report.source.0)) else {
            return believed.push(report);
        };
        if let Some(received) = received.filter(|_| source.live) {
            source.reported = Some((received, received - report.at));
        }
        if source.newest.is_none_or(|newest| report.at <= newest + LEAP) {
            self.leaps_refused += source.held.len() as u64;
            source.held.clear();
            source.newest = source.newest.max(Some(report.at));
            return believed.push(report);
        }
        source.held.push(report);
        if CONFIRMING <= source.held.len() {
            source.release(believed);
        }
    }

    /// At the end: last reports after a leap that too few could confirm any more.
    pub(super) fn take_held(&mut self) -> Vec<Report> {
        let mut held = Vec::new();
        for source in &mut self.sources {
            let near = |newest: Time| source.held.iter().all(|report| report.at <= newest + LEAP_AT_END);
            if source.newest.is_some_and(near) {
                source.release(&mut held);
            }
            self.leaps_refused += source.held.len() as u64;
            source.held.clear();
        }
        held
    }

    /// Live inputs whose clocks lag too far behind to be waited for.
    pub(super) fn lagging(&self) -> Vec<SourceId> {
        let lagging = self.sources.iter().enumerate().filter(|(_, source)| source.lags() && !source.idle);
        lagging.map(|(place, _)| SourceId(place as u16)).collect()
    }

    /// When an input's last report was received, and how far its time was behind; of live inputs.
    pub(super) fn reported(&self, source: SourceId) -> Option<(Time, Span)> {
        self.sources.get(usize::from(source.0))?.reported
    }

    /// The smallest watermark of the inputs that hold time back; of the satellite inputs where there is no other.
    pub(super) fn lowest(&self) -> Option<Time> {
        let watermark = |source: &Source| source.newest.map(|newest| newest - source.lateness);
        let live = || self.sources.iter().filter(|source| !source.idle);
        let punctual = || live().filter(|source| source.lateness <= SATELLITE_LATENESS);
        let in_time = punctual().filter(|source| !source.lags()).filter_map(watermark).min();
        in_time.or_else(|| punctual().filter_map(watermark).min()).or_else(|| {
            let any_punctual =
                self.sources.iter().any(|source| source.lateness <= SATELLITE_LATENESS && source.newest.is_some());
            if any_punctual { None } else { live().filter_map(watermark).min() }
        })
    }

    /// Times that leapt ahead and were not believed.
    pub(super) fn leaps_refused(&self) -> u64 {
        self.leaps_refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ais::{Body, StationId, TimeBasis};
    use crate::units::Mmsi;

    fn clock(lateness: i64) -> SourceClock {
        SourceClock { name: String::new(), time_zone: None, live: true, lateness: Span::from_seconds(lateness) }
    }

    fn report(source: u16, seconds: i64) -> Report {
        Report {
            at: Time::from_seconds(seconds),
            basis: TimeBasis::Tag,
            uncertainty: Span::ZERO,
            source: SourceId(source),
            station: StationId(0),
            mmsi: Mmsi(1),
            payload: 0,
            body: Body::Other,
        }
    }

    fn observe(marks: &mut Watermarks, report: Report, received: Option<i64>) -> usize {
        let mut believed = Vec::new();
        marks.observe(report, received.map(Time::from_seconds), &mut believed);
        believed.len()
    }

    #[test]
    fn the_slowest_punctual_input_holds_time_back_until_it_falls_silent() {
        let mut marks = Watermarks::new(&[clock(30), clock(30), clock(3600)]);
        for (source, seconds) in [(0, 1000), (1, 900), (2, 100)] {
            observe(&mut marks, report(source, seconds), Some(1000));
        }
        marks.sources[1].reported = None;
        assert_eq!(marks.lowest(), Some(Time::from_seconds(870)));
        marks.idle(SourceId(1));
        assert_eq!(marks.lowest(), Some(Time::from_seconds(970)));
        marks.heard(SourceId(1));
        assert_eq!(marks.lowest(), Some(Time::from_seconds(870)));
    }

    #[test]
    fn an_input_with_an_old_clock_holds_nobody_else_back() {
        let mut marks = Watermarks::new(&[clock(30), clock(30)]);
        observe(&mut marks, report(0, 100_000), Some(100_001));
        observe(&mut marks, report(1, 99_000), Some(100_001));
        assert_eq!(marks.lowest(), Some(Time::from_seconds(99_970)));
        assert_eq!(marks.lagging(), [SourceId(1)]);
        // Alone, a recording played into a live input is as good as any.
        marks.idle(SourceId(0));
        assert_eq!(marks.lowest(), Some(Time::from_seconds(98_970)));
        observe(&mut marks, report(1, 100_010), Some(100_011));
        assert!(marks.lagging().is_empty());
    }

    #[test]
    fn a_few_broken_times_do_not_carry_time_away_and_a_real_gap_does() {
        let mut marks = Watermarks::new(&[clock(30)]);
        assert_eq!(observe(&mut marks, report(0, 1000), None), 1);
        for seconds in [900_000_000, 900_000_001, 900_000_002] {
            assert_eq!(observe(&mut marks, report(0, seconds), None), 0);
        }
        assert_eq!(observe(&mut marks, report(0, 1010), None), 1);
        assert_eq!(marks.lowest(), Some(Time::from_seconds(980)));
        assert_eq!(marks.leaps_refused(), 3);
        let after_gap: usize = (0..20).map(|second| observe(&mut marks, report(0, 500_000 + second), None)).sum();
        assert_eq!(after_gap, 20);
        assert_eq!(marks.lowest(), Some(Time::from_seconds(500_019 - 30)));
    }

    #[test]
    fn the_last_reports_after_a_gap_are_kept_and_a_last_broken_time_is_not() {
        let mut marks = Watermarks::new(&[clock(30), clock(30)]);
        observe(&mut marks, report(0, 1000), None);
        observe(&mut marks, report(0, 1000 + 3 * 86_400), None);
        observe(&mut marks, report(1, 1000), None);
        observe(&mut marks, report(1, 2_000_000_000), None);
        assert_eq!(marks.take_held().len(), 1);
        assert_eq!(marks.leaps_refused(), 1);
    }
}
