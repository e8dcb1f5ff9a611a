//! Whether a time far ahead of the newest time of its input is believed: one broken clock must not make every later report late.
//!
//! A report that leaps ahead waits. It is believed once enough other reports are ahead as well while none comes at the old time.
//! It is refused once reports at the old time keep coming. The first reports of an input are treated the same way, because there
//! is no earlier time to compare them with.

use serde::{Deserialize, Serialize};

use crate::ais::Report;
use crate::base::time::{Span, Time};

/// A time further than this ahead of the newest time of its input has to be confirmed (SPEC "Time and lateness").
const LEAP: Span = Span::from_minutes(15);
/// Number of reports at the start of an input that are judged together.
const STARTING: usize = 20;
/// Reports ahead, from at least two vessels, that confirm a leap.
const CONFIRMING: usize = 20;
/// Reports ahead, from one vessel, that confirm a leap on an input that has heard other vessels.
const CONFIRMING_ALONE: usize = 100;
/// Reports at the old time, after the leap, that refute it.
const REFUTING: u8 = 5;
/// Reports that confirm a leap at the end of an input, from any number of vessels, if none came at the old time.
const CONFIRMING_AT_END: usize = 3;
/// When reports are judged together, those ahead of the rest are refused if they are at most one in this many.
const FEW: usize = 4;
/// Number of latest reports over which the disorder of an input is measured: how far its reports lag behind its newest time.
const RECENT: usize = 32;
/// Number of these reports that may lag further than the disorder.
const STRAGGLERS: usize = 4;

/// What is known about the times of one input.
#[derive(Serialize, Deserialize)]
pub(super) struct Leaps {
    newest: Option<Time>,
    /// Reports that wait until their time is believed or refused.
    held: Vec<Report>,
    /// Reports at the old time since the first report in `held`.
    refuting: u8,
    /// How far the latest reports were behind the newest time. Seconds.
    behind: [u32; RECENT],
    next: u8,
    /// The longest confirmed step from one newest time to the next.
    longest_step: Span,
    /// MMSI of the first vessel heard.
    first: Option<u32>,
    /// Whether other vessels were heard.
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

    /// The newest believed time; before there is one, the earliest time among the reports that wait.
    pub(super) fn newest(&self) -> Option<Time> {
        self.newest.or_else(|| self.held.iter().map(|report| report.at).min())
    }

    /// The newest believed time; `None` before the first.
    pub(super) fn believed(&self) -> Option<Time> {
        self.newest
    }

    /// Takes a report whose time cannot be ahead of the truth; returns how many waiting reports were refused.
    pub(super) fn trust(&mut self, report: Report, believed: &mut Vec<Report>) -> u64 {
        self.newest = self.newest.max(Some(report.at));
        believed.push(report);
        self.refuse(believed)
    }

    /// Takes a report and adds to `believed` those that may be used; returns how many reports were refused.
    pub(super) fn observe(&mut self, report: Report, believed: &mut Vec<Report>) -> u64 {
        self.several |= self.first.is_some_and(|first| first != report.mmsi.0);
        self.first = self.first.or(Some(report.mmsi.0));
        let Some(newest) = self.newest else {
            self.held.push(report);
            return if STARTING <= self.held.len() { self.release(believed) } else { 0 };
        };
        // The usual case: the next report of a stream in order.
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

    /// Decides about the waiting reports when the input falls silent or ends. Returns how many were refused.
    pub(super) fn settle(&mut self, believed: &mut Vec<Report>) -> u64 {
        let mut refused = 0;
        while let Some(earliest) = self.held.iter().map(|report| report.at).min() {
            // An input that has heard only one vessel has no other report to confirm the leap.
            let enough = CONFIRMING_AT_END <= self.held.len() || !self.several;
            let usual = self.newest.is_none_or(|newest| earliest - newest <= self.longest_step + self.longest_step);
            refused += match self.refuting == 0 && (enough || usual) {
                true => self.release(believed),
                false => self.refuse(believed),
            };
        }
        refused
    }

    /// Whether all waiting reports are from one vessel, on an input that has heard others.
    fn is_one_of_several(&self) -> bool {
        let first = self.held.first().map(|report| report.mmsi);
        self.several && self.held.iter().all(|report| Some(report.mmsi) == first)
    }

    /// How far ahead of the newest time a report may be: 15 min, or the input's disorder where that reaches further.
    fn limit(&self) -> Span {
        let mut behind = self.behind;
        let (_, disorder, _) = behind.select_nth_unstable(RECENT - 1 - STRAGGLERS);
        LEAP.max(Span::from_seconds(i64::from(*disorder)))
    }

    /// Believes the waiting reports, up to the last one within the limit beyond their median time. Earlier ones that are further ahead
    /// are refused if they are few. Later ones keep waiting while they are ahead. Returns how many were refused.
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
        // These are no longer ahead. They need not wait, and later reports must not overtake them.
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

    /// Refuses the waiting reports, except those that the old time has reached. Returns how many were refused.
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
