//! Watermarks: how far the time of each input has come, and the lowest of those that hold engine time back.

use serde::{Deserialize, Serialize};

use crate::ais::{Report, SourceId, TimeBasis};
use crate::base::time::{Span, Time};

use super::leap::Leaps;
use super::settings::SourceClock;

/// Inputs whose reports may be later than this never hold time back (SPEC "Time").
pub const SATELLITE_LATENESS: Span = Span::from_minutes(15);
/// Beside live inputs, a report of any other input is not used if it is further than this from their time (SPEC "Time and lateness": such
/// a time is no clock). What is nearer and behind counts as late.
const OLD: Span = Span::from_hours(24);
/// Tolerance for clocks. An input whose reports are further behind receipt than its lateness and this does not hold the others back. A
/// report of a recording further than this ahead of the live inputs is not used.
const LAG: Span = Span::from_seconds(60);

/// One input.
#[derive(Serialize, Deserialize)]
struct Source {
    /// How late its reports may be.
    lateness: Span,
    /// Its newest time, and reports that claim to be far ahead of it.
    leaps: Leaps,
    /// Whether it has been silent for `idle_after`, and does not hold time back until its next line.
    idle: bool,
    /// Whether its times are checked against the time of receipt.
    live: bool,
    /// Whether it is a recording, which does not hold live inputs back. A pipe is neither live nor a recording.
    recording: bool,
    /// When its last report was received, and how far the report's own time was behind that; `None` for recordings.
    reported: Option<(Time, Span)>,
    /// Number of its reports that were too far from the time of the live inputs to be used; never counts for a live input.
    refused: u64,
}

impl Source {
    fn new(settings: &SourceClock) -> Source {
        Source {
            lateness: settings.lateness,
            leaps: Leaps::new(),
            idle: false,
            live: settings.live,
            recording: settings.recording,
            reported: None,
            refused: 0,
        }
    }

    /// The time up to which its reports have come; `None` before the first.
    fn watermark(&self) -> Option<Time> {
        self.leaps.newest().map(|newest| newest - self.lateness)
    }

    /// Whether its clock lags too far behind to wait for.
    fn lags(&self) -> bool {
        self.reported.is_some_and(|(_, behind)| self.lateness + LAG < behind)
    }
}

/// The watermarks of all inputs.
#[derive(Serialize, Deserialize)]
pub(super) struct Watermarks {
    /// By `SourceId`.
    sources: Vec<Source>,
    /// Number of reports dropped because nothing confirmed their time far ahead of the others.
    leaps_refused: u64,
}

impl Watermarks {
    pub(super) fn new(sources: &[SourceClock]) -> Watermarks {
        Watermarks { sources: sources.iter().map(Source::new).collect(), leaps_refused: 0 }
    }

    /// Replaces the list of inputs; inputs that were in it keep their watermarks.
    pub(super) fn inputs(&mut self, sources: &[SourceClock]) {
        for (place, settings) in sources.iter().enumerate() {
            match self.sources.get_mut(place) {
                Some(source) => {
                    source.lateness = settings.lateness;
                    (source.live, source.recording) = (settings.live, settings.recording);
                }
                None => self.sources.push(Source::new(settings)),
            }
        }
    }

    /// Inputs fed only by satellites, and how late their reports may be.
    pub(super) fn satellites(&self) -> Vec<(SourceId, Span)> {
        let late = |(_, source): &(usize, &Source)| SATELLITE_LATENESS < source.lateness;
        self.sources
            .iter()
            .enumerate()
            .filter(late)
            .map(|(place, source)| (SourceId(place as u16), source.lateness))
            .collect()
    }

    /// The newest time of the live inputs; `None` before the first report of one. From then on recordings do not move time.
    fn live_time(&self) -> Option<Time> {
        self.sources.iter().filter(|source| source.live).filter_map(|source| source.leaps.newest()).max()
    }

    /// Whether a report is not used because it is too far from the time of the live inputs: old, or, in a recording, ahead of them, which
    /// would open alerts once live time reaches it. Counts it.
    pub(super) fn refuses(&mut self, report: &Report) -> bool {
        let place = usize::from(report.source.0);
        let Some(source) = self.sources.get(place).filter(|source| !source.live) else {
            return false;
        };
        let furthest = if source.recording { LAG } else { OLD };
        let refused = self.live_time().is_some_and(|live| OLD < live - report.at || furthest < report.at - live);
        self.sources[place].refused += u64::from(refused);
        refused
    }

    /// Whether an input's clock lags too far behind to wait for. Without live inputs a pipe may carry a recording of any age.
    fn lags(&self, source: &Source) -> bool {
        source.lags() && (source.live || self.live_time().is_some())
    }

    /// Handles a line: the input holds time back again.
    pub(super) fn heard(&mut self, source: SourceId) {
        if let Some(source) = self.sources.get_mut(usize::from(source.0)) {
            source.idle = false;
        }
    }

    /// Marks an input as silent or ended: it no longer holds time back.
    pub(super) fn idle(&mut self, source: SourceId) {
        if let Some(source) = self.sources.get_mut(usize::from(source.0)) {
            source.idle = true;
        }
    }

    /// Whether the input is silent or has ended.
    pub(super) fn is_idle(&self, source: SourceId) -> bool {
        self.sources.get(usize::from(source.0)).is_some_and(|source| source.idle)
    }

    /// Whether every input is idle.
    pub(super) fn all_idle(&self) -> bool {
        self.sources.iter().all(|source| source.idle)
    }

    /// Records the time of a report, received at `received`, and adds to `believed` every report whose time is now believed. That
    /// is usually this one; around a leap in time it may be none or several.
    pub(super) fn observe(&mut self, report: Report, received: Option<Time>, believed: &mut Vec<Report>) {
        let place = usize::from(report.source.0);
        let others = self.sources.iter().enumerate().filter(|(other, _)| *other != place);
        let others = others.filter_map(|(_, other)| other.leaps.believed()).max();
        let Some(source) = self.sources.get_mut(place) else {
            return believed.push(report);
        };
        if let Some(received) = received.filter(|_| !source.recording) {
            source.reported = Some((received, received - report.at));
        }
        let received = received.filter(|_| source.live);
        // A time that is not ahead of receipt, or of another input, cannot be ahead of the truth, however long this input was
        // silent.
        let trusted = report.basis == TimeBasis::Receipt
            || received.is_some_and(|received| report.at <= received + LAG)
            || others.is_some_and(|newest| report.at <= newest);
        self.leaps_refused += match trusted {
            true => source.leaps.trust(report, believed),
            false => source.leaps.observe(report, believed),
        };
    }

    /// Decides about reports that wait for others to confirm their time, when the input falls silent or ends.
    pub(super) fn settle(&mut self, source: SourceId, believed: &mut Vec<Report>) {
        if let Some(source) = self.sources.get_mut(usize::from(source.0)) {
            self.leaps_refused += source.leaps.settle(believed);
        }
    }

    /// Calls `settle` for every input.
    pub(super) fn settle_all(&mut self, believed: &mut Vec<Report>) {
        for source in &mut self.sources {
            self.leaps_refused += source.leaps.settle(believed);
        }
    }

    /// Inputs whose clocks lag too far behind to wait for.
    pub(super) fn lagging(&self) -> Vec<SourceId> {
        let lagging = self.sources.iter().enumerate().filter(|(_, source)| self.lags(source) && !source.idle);
        lagging.map(|(place, _)| SourceId(place as u16)).collect()
    }

    /// When the last report of an input was received, and how far its own time was behind that; `None` before the first report, and
    /// for recordings.
    pub(super) fn reported(&self, source: SourceId) -> Option<(Time, Span)> {
        self.sources.get(usize::from(source.0))?.reported
    }

    /// The smallest watermark of the inputs that hold time back; of the satellite inputs if there are no others. Once a live input has sent a
    /// report, recordings do not count.
    pub(super) fn lowest(&self) -> Option<Time> {
        let has_live = self.live_time().is_some();
        let counted = || self.sources.iter().filter(|source| !(has_live && source.recording));
        let heard = || counted().filter(|source| !source.idle);
        let is_punctual = |source: &&Source| source.lateness <= SATELLITE_LATENESS;
        let in_time = heard().filter(is_punctual).filter(|source| !self.lags(source));
        in_time.filter_map(Source::watermark).min().or_else(|| {
            let late = heard().filter(is_punctual).filter_map(Source::watermark).min();
            late.or_else(|| match counted().filter(is_punctual).any(|source| source.leaps.newest().is_some()) {
                true => None,
                false => heard().filter_map(Source::watermark).min(),
            })
        })
    }

    /// Number of reports of an input that were too far from the time of the live inputs to be used.
    pub(super) fn refused(&self, source: SourceId) -> u64 {
        self.sources.get(usize::from(source.0)).map_or(0, |source| source.refused)
    }

    /// The same for all inputs.
    pub(super) fn refused_in_all(&self) -> u64 {
        self.sources.iter().map(|source| source.refused).sum()
    }

    /// Reports refused because their time leapt ahead.
    pub(super) fn leaps_refused(&self) -> u64 {
        self.leaps_refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ais::{Body, StationId, TimeBasis};
    use crate::base::units::Mmsi;

    fn clock(lateness: i64) -> SourceClock {
        let lateness = Span::from_seconds(lateness);
        SourceClock { name: String::new(), time_zone: None, live: true, recording: false, lateness }
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
    fn a_recording_beside_live_inputs_does_not_hold_time_back_whether_they_are_heard_or_silent() {
        let recording = SourceClock { live: false, recording: true, ..clock(120) };
        let mut marks = Watermarks::new(&[recording, clock(30)]);
        observe(&mut marks, report(0, 1_000), None);
        assert_eq!(marks.lowest(), Some(Time::from_seconds(880)), "alone so far");
        observe(&mut marks, report(1, 500_000), Some(500_000));
        assert_eq!(marks.lowest(), Some(Time::from_seconds(499_970)));
        observe(&mut marks, report(0, 2_000), None);
        assert_eq!(marks.lowest(), Some(Time::from_seconds(499_970)));
        marks.idle(SourceId(1));
        assert_eq!(marks.lowest(), None);
        let (old, recent, ahead) = (report(0, 3_000), report(0, 499_970 - 86_000), report(0, 999_970));
        assert!(marks.refuses(&old) && marks.refuses(&ahead) && !marks.refuses(&recent));
        assert!(!marks.refuses(&report(1, 3_000)), "live");
        assert_eq!((marks.refused(SourceId(0)), marks.refused_in_all()), (2, 2));
        assert!(marks.refuses(&report(0, 500_000 + 61)), "ahead of the live inputs");
        assert!(!marks.refuses(&report(0, 500_000 + 60)), "clocks differ");
    }

    #[test]
    fn a_pipe_holds_time_back_beside_a_live_input_unless_its_times_are_old() {
        let pipe = SourceClock { live: false, ..clock(120) };
        let mut marks = Watermarks::new(&[pipe, clock(30)]);
        observe(&mut marks, report(1, 500_000), Some(500_000));
        // Two reports after a pause of the live input: a pipe may carry a decoder, whose reports are ahead of it.
        for seconds in [500_100, 500_700] {
            assert!(!marks.refuses(&report(0, seconds)));
            observe(&mut marks, report(0, seconds), Some(seconds));
        }
        observe(&mut marks, report(1, 500_705), Some(500_705));
        marks.idle(SourceId(1));
        marks.heard(SourceId(1));
        assert_eq!(
            marks.lowest(),
            Some(Time::from_seconds(499_980)),
            "the first report of the pipe, less its lateness"
        );
        assert_eq!(marks.lagging(), []);
        // What is written into it is of yesterday.
        observe(&mut marks, report(0, 450_000), Some(500_706));
        assert_eq!(marks.lowest(), Some(Time::from_seconds(500_675)));
        assert_eq!(marks.lagging(), [SourceId(0)]);
        assert!(marks.refuses(&report(0, 400_000)), "more than a day");
    }

    #[test]
    fn a_pipe_alone_does_not_lag_whatever_the_age_of_its_lines() {
        let mut marks = Watermarks::new(&[SourceClock { live: false, ..clock(120) }]);
        observe(&mut marks, report(0, 1_000), Some(900_000));
        assert_eq!((marks.lowest(), marks.lagging()), (Some(Time::from_seconds(880)), Vec::new()));
    }

    #[test]
    fn an_input_with_a_slow_clock_does_not_hold_the_others_back() {
        let mut marks = Watermarks::new(&[clock(30), clock(30)]);
        observe(&mut marks, report(0, 100_000), Some(100_001));
        observe(&mut marks, report(1, 99_000), Some(100_001));
        assert_eq!(marks.lowest(), Some(Time::from_seconds(99_970)));
        assert_eq!(marks.lagging(), [SourceId(1)]);
        // On its own, a recording played into a live input counts like any other input.
        marks.idle(SourceId(0));
        assert_eq!(marks.lowest(), Some(Time::from_seconds(98_970)));
        observe(&mut marks, report(1, 100_010), Some(100_011));
        assert!(marks.lagging().is_empty());
    }
}
