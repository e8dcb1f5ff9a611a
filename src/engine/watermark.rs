//! How far time has come: a watermark for each input, and the lowest of those that count.

use crate::ais::{Report, SourceId};
use crate::time::{Span, Time};

use super::SourceClock;

/// Inputs later than this never hold time back (SPEC "Time").
const SATELLITE_LATENESS: Span = Span::from_minutes(15);
/// A time this far ahead of all others of its input is believed when a second one agrees: a broken clock must not make every
/// report after it late.
const LEAP: Span = Span::from_hours(24);

struct Source {
    lateness: Span,
    newest: Option<Time>,
    idle: bool,
    held: Option<Report>,
}

/// The watermarks of all inputs.
pub(super) struct Watermarks {
    sources: Vec<Source>,
    leaps_refused: u64,
}

impl Watermarks {
    pub(super) fn new(sources: &[SourceClock]) -> Watermarks {
        let sources = sources
            .iter()
            .map(|source| Source { lateness: source.lateness, newest: None, idle: false, held: None })
            .collect();
        Watermarks { sources, leaps_refused: 0 }
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

    /// Notes the time of a report; hands out what may be believed: mostly the report, none or two around a leap in time.
    pub(super) fn observe(&mut self, report: Report) -> [Option<Report>; 2] {
        let Some(source) = self.sources.get_mut(usize::from(report.source.0)) else {
            return [None, Some(report)];
        };
        let leaps = source.newest.is_some_and(|newest| newest + LEAP < report.at);
        if !leaps {
            if source.held.is_some() && source.newest.is_none_or(|newest| newest <= report.at) {
                source.held = None;
                self.leaps_refused += 1;
            }
            source.newest = source.newest.max(Some(report.at));
            return [None, Some(report)];
        }
        match source.held.take() {
            Some(held) if (report.at - held.at).abs() <= LEAP => {
                source.newest = Some(report.at.max(held.at));
                [Some(held), Some(report)]
            }
            Some(_) => {
                self.leaps_refused += 1;
                source.held = Some(report);
                [None, None]
            }
            None => {
                source.held = Some(report);
                [None, None]
            }
        }
    }

    /// At the end: last reports after a leap that nobody could confirm any more.
    pub(super) fn take_held(&mut self) -> Vec<Report> {
        self.sources.iter_mut().filter_map(|source| source.held.take()).collect()
    }

    /// The smallest watermark of the inputs that hold time back; of the satellite inputs where there is no other.
    pub(super) fn lowest(&self) -> Option<Time> {
        let watermark = |source: &Source| source.newest.map(|newest| newest - source.lateness);
        let live = || self.sources.iter().filter(|source| !source.idle);
        let punctual = live().filter(|source| source.lateness <= SATELLITE_LATENESS);
        punctual.filter_map(watermark).min().or_else(|| {
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
            source: SourceId(source),
            station: StationId(0),
            mmsi: Mmsi(1),
            payload: 0,
            body: Body::Other,
        }
    }

    #[test]
    fn the_slowest_punctual_input_holds_time_back_until_it_falls_silent() {
        let mut marks = Watermarks::new(&[clock(30), clock(30), clock(3600)]);
        marks.observe(report(0, 1000));
        marks.observe(report(1, 900));
        marks.observe(report(2, 100));
        assert_eq!(marks.lowest(), Some(Time::from_seconds(870)));
        marks.idle(SourceId(1));
        assert_eq!(marks.lowest(), Some(Time::from_seconds(970)));
        marks.heard(SourceId(1));
        assert_eq!(marks.lowest(), Some(Time::from_seconds(870)));
    }

    #[test]
    fn one_broken_clock_does_not_carry_time_away_and_two_agreeing_reports_do() {
        let mut marks = Watermarks::new(&[clock(30)]);
        let believed =
            |marks: &mut Watermarks, seconds| marks.observe(report(0, seconds)).into_iter().flatten().count();
        assert_eq!(believed(&mut marks, 1000), 1);
        assert_eq!(believed(&mut marks, 900_000_000), 0);
        assert_eq!(believed(&mut marks, 1010), 1);
        assert_eq!(marks.lowest(), Some(Time::from_seconds(980)));
        assert_eq!(marks.leaps_refused(), 1);
        assert_eq!(believed(&mut marks, 500_000), 0);
        assert_eq!(believed(&mut marks, 500_010), 2);
        assert_eq!(marks.lowest(), Some(Time::from_seconds(499_980)));
    }
}
