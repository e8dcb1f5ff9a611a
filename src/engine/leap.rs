//! Whether a time far ahead of the newest of its input is believed: one broken clock must not make every later report late.
//!
//! A report that leaps ahead waits. It is believed once enough others lie ahead as well while the old time has stopped, and
//! refused once the old time is seen to go on. The same holds for the first reports of an input, which have no time before them.

use serde::{Deserialize, Serialize};

use crate::ais::Report;
use crate::time::{Span, Time};

/// Times this far ahead of the newest of their input have to be confirmed (SPEC "Time and lateness").
const LEAP: Span = Span::from_minutes(15);
/// The first reports of an input are judged together.
const STARTING: usize = 20;
/// Reports ahead, of at least two vessels, that confirm a leap.
const CONFIRMING: usize = 20;
/// Reports of one vessel that confirm a leap where the input has heard others.
const CONFIRMING_ALONE: usize = 100;
/// Reports at the old time, after the leap, that refute it.
const REFUTING: u8 = 5;
/// Reports that confirm a leap at the end of an input, of one vessel or several, if no more came at the old time.
const CONFIRMING_AT_END: usize = 3;
/// Of judged reports, those ahead of the rest are refused if they are at most one in so many.
const FEW: usize = 4;
/// Reports of which an input's disorder is learned, and how many of them may be later than what counts as its disorder.
const RECENT: usize = 32;
const STRAGGLERS: usize = 4;

/// What is known about the time of one input.
#[derive(Serialize, Deserialize)]
pub(super) struct Leaps {
    newest: Option<Time>,
    held: Vec<Report>,
    /// Reports at the old time since the first of `held`.
    refuting: u8,
    /// How far behind the newest the last reports were. Seconds.
    behind: [u32; RECENT],
    next: u8,
    /// The longest step from one newest time to the next that had to be confirmed.
    longest_step: Span,
    /// The first vessel heard, and whether there were others.
    first: Option<u32>,
    several: bool,
}

impl Leaps {
    pub(super) fn new() -> Leaps {
        Leaps {
            newest: None,
            held: Vec::new(),
            refuting: 0,
            behind: [0; RECENT],
            next: 0,
            longest_step: Span::ZERO,
            first: None,
            several: false,
        }
    }

    /// The newest believed time; before there is one, the earliest claimed.
    pub(super) fn newest(&self) -> Option<Time> {
        self.newest.or_else(|| self.held.iter().map(|report| report.at).min())
    }

    /// The newest believed time.
    pub(super) fn believed(&self) -> Option<Time> {
        self.newest
    }

    /// Takes a report whose time cannot be ahead of the truth.
    pub(super) fn trust(&mut self, report: Report, believed: &mut Vec<Report>) -> u64 {
        self.newest = self.newest.max(Some(report.at));
        believed.push(report);
        self.refuse(believed)
    }

    /// Takes a report; adds to `believed` what may be used, and returns how many reports were refused.
    pub(super) fn observe(&mut self, report: Report, believed: &mut Vec<Report>) -> u64 {
        self.several |= self.first.is_some_and(|first| first != report.mmsi.0);
        self.first = self.first.or(Some(report.mmsi.0));
        let Some(newest) = self.newest else {
            self.held.push(report);
            return if STARTING <= self.held.len() { self.release(believed) } else { 0 };
        };
        // Mostly the next of a stream in order.
        let ahead = LEAP < report.at - newest && self.limit() < report.at - newest;
        if ahead {
            self.held.push(report);
            let enough = if self.is_one_of_several() { CONFIRMING_ALONE } else { CONFIRMING };
            return if enough <= self.held.len() { self.release(believed) } else { 0 };
        }
        let behind = newest - report.at;
        self.behind[usize::from(self.next)] = u32::try_from(behind.millis() / 1000).unwrap_or(0);
        self.next = (self.next + 1) % RECENT as u8;
        self.newest = Some(newest.max(report.at));
        if !self.held.is_empty() && behind <= self.limit() {
            self.refuting += 1;
        }
        believed.push(report);
        if REFUTING <= self.refuting { self.refuse(believed) } else { 0 }
    }

    /// No more comes, for now or ever: what waits is believed or refused.
    pub(super) fn settle(&mut self, believed: &mut Vec<Report>) -> u64 {
        let mut refused = 0;
        while let Some(earliest) = self.held.iter().map(|report| report.at).min() {
            // An input that has heard one vessel alone has nothing else to confirm it by.
            let enough = CONFIRMING_AT_END <= self.held.len() || !self.several;
            let usual = self.newest.is_none_or(|newest| earliest - newest <= self.longest_step + self.longest_step);
            refused += match self.refuting == 0 && (enough || usual) {
                true => self.release(believed),
                false => self.refuse(believed),
            };
        }
        refused
    }

    /// Whether all that waits is of one vessel, on an input that has heard others.
    fn is_one_of_several(&self) -> bool {
        let first = self.held.first().map(|report| report.mmsi);
        self.several && self.held.iter().all(|report| Some(report.mmsi) == first)
    }

    /// How far ahead of the newest a time may be: on an input whose reports come in disorder, as far as that reaches.
    fn limit(&self) -> Span {
        let mut behind = self.behind;
        let (_, disorder, _) = behind.select_nth_unstable(RECENT - 1 - STRAGGLERS);
        LEAP.max(Span::from_seconds(i64::from(*disorder)))
    }

    /// Believes what was held up to its middle and 15 min, but for a few that are ahead of what came after them. What lies further
    /// ahead goes on waiting.
    fn release(&mut self, believed: &mut Vec<Report>) -> u64 {
        self.refuting = 0;
        let mut times: Vec<Time> = self.held.iter().map(|report| report.at).collect();
        times.sort_unstable();
        let Some(middle) = times.get(times.len() / 2).map(|middle| *middle + self.limit()) else {
            return 0;
        };
        let last = self.held.iter().rposition(|report| report.at <= middle).unwrap_or(0);
        let strays = self.held[..last].iter().filter(|report| middle < report.at).count();
        let few = strays * FEW <= self.held.len();
        let mut first = std::mem::take(&mut self.held);
        let rest = first.split_off(last + 1);
        for report in first.into_iter().filter(|report| !few || report.at <= middle) {
            if let Some(newest) = self.newest {
                self.longest_step = self.longest_step.max(report.at - newest);
            }
            self.newest = self.newest.max(Some(report.at));
            believed.push(report);
        }
        // What is no longer ahead need not wait any more, and must not be overtaken.
        for report in rest {
            match self.newest.is_some_and(|newest| report.at <= newest + self.limit()) {
                true => {
                    self.newest = self.newest.max(Some(report.at));
                    believed.push(report);
                }
                false => self.held.push(report),
            }
        }
        if few { strays as u64 } else { 0 }
    }

    /// Refuses what was held, but for what the old time has come up to.
    fn refuse(&mut self, believed: &mut Vec<Report>) -> u64 {
        self.refuting = 0;
        if self.held.is_empty() {
            return 0;
        }
        let reached = self.newest.map(|newest| newest + self.limit());
        let (good, bad): (Vec<Report>, Vec<Report>) =
            std::mem::take(&mut self.held).into_iter().partition(|report| Some(report.at) <= reached);
        self.newest = good.iter().map(|report| report.at).max().max(self.newest);
        believed.extend(good);
        bad.len() as u64
    }
}

#[cfg(test)]
mod tests;
