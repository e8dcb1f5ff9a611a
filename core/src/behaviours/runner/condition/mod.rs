//! A condition that must hold for some time at one vessel. Holes do not count, the end has hysteresis, and a condition
//! that soon holds again resumes as the same alert (SPEC "Durations", "Alerts").

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::geo::LatLon;
use crate::picture::tracks::{Fix, SpeedMadeGood, Vessel};

/// How far positions may err when the distance from where a slow condition began is judged. Nautical miles.
const REACH_NM: f64 = 1.0;

/// Times and fixes that a condition needs to open, end and resume.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// Time that must be counted before the condition opens.
    pub(crate) after: Span,
    /// Time for which the end threshold must hold.
    pub(crate) end_after: Span,
    /// Time for which the begin threshold must hold to resume within `merge`.
    pub(crate) resume_after: Span,
    /// How long after its end the condition may resume.
    pub(crate) merge: Span,
    /// Number of fixes needed to open.
    pub(crate) fixes: u32,
    /// The end threshold of a condition on a vessel that is slow: nothing is counted from before the vessel went farther than this speed
    /// allows. Knots; `None` if the condition is not that the vessel is slow.
    pub(crate) slower_than: Option<f64>,
}

/// What one fix shows about the condition.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Observation {
    /// The begin threshold is met.
    Meets,
    /// The begin threshold is met over the span of the speed, but the vessel now moves above the end threshold, so it may be leaving. The span
    /// counts. But if the condition ends before a later span shows that the vessel stayed, it ended when the vessel began to leave.
    Leaves,
    /// Neither threshold is met. Nothing is counted and nothing is reset.
    Between,
    /// The end threshold is met, but near the place where the condition held. It does not end, but does not hold
    /// meanwhile either.
    Shifts,
    /// The end threshold is met.
    Ends,
}

impl Observation {
    /// Whether the begin threshold is met, so that the span of the speed counts.
    pub(crate) fn counts(self) -> bool {
        matches!(self, Observation::Meets | Observation::Leaves)
    }

    /// Of a condition that the vessel is slow: `Leaves` instead of `Meets` at a fix at which the vessel has begun to move away.
    pub(crate) fn unless_leaving(self, rule: &Timing, vessel: &Vessel<'_>, fix: &Fix) -> Observation {
        let leaves = |knots| vessel.moves_off(fix, knots);
        match self {
            Observation::Meets if rule.slower_than.is_some_and(leaves) => Observation::Leaves,
            other => other,
        }
    }
}

/// State of the condition after a fix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// Not satisfied, or not for long enough yet.
    Nothing,
    /// Satisfied for the first time, or again within the merge window.
    Opened,
    /// Still satisfied.
    Holds,
    /// No longer satisfied. The value is the last moment at which the condition held.
    Over(Time),
}

/// Counted time: the union of the spans over which fixes met the condition.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
struct Count {
    /// Start of the first span.
    since: Time,
    /// Time up to which spans are counted, so that spans that overlap count once.
    covered: Time,
    /// Time counted so far.
    counted: Span,
    /// Number of fixes that met the condition, with the one at the start of the first span.
    fixes: u32,
}

/// Where and when a run began.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
struct Origin {
    /// The first position known to be in it.
    position: LatLon,
    /// Start of its first span, which may be earlier.
    at: Time,
}

/// How far a condition has come.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
enum State {
    /// Nothing is counted.
    Idle,
    /// Time is counted, but not enough yet.
    Running,
    /// Satisfied, and not over.
    Open { satisfied_at: Time },
    /// Over. Until the merge window has passed, it may resume with its earlier start.
    Ended { started_at: Time, satisfied_at: Time, ended_at: Time },
}

/// A condition and its progress.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Condition {
    /// How far it has come.
    state: State,
    /// The run that is being counted: before the condition opens, while it is open, or after an end, to resume.
    run: Option<Count>,
    /// Where that run began; `None` if there is none.
    origin: Option<Origin>,
    /// Time for which the end threshold has been met; `None` while it is not.
    ending: Option<Count>,
    /// Start of the current run, or of the alert if it resumed. `Time::MIN` before the first run.
    started_at: Time,
    /// Up to when the begin threshold is known to have held: the last fix that met it, or the start of the last span at which the vessel might
    /// have been leaving.
    held_at: Time,
    /// Time counted after `held_at`, which does not count if the vessel was leaving.
    unsure: Span,
    /// Whether the last observation added nothing to the time up to `held_at`.
    strayed: bool,
    /// Time counted by earlier runs of the same alert.
    before: Span,
}

impl Condition {
    /// Creates a condition with nothing counted.
    pub(crate) fn new() -> Condition {
        Condition {
            state: State::Idle,
            run: None,
            origin: None,
            ending: None,
            started_at: Time::MIN,
            held_at: Time::MIN,
            unsure: Span::ZERO,
            strayed: false,
            before: Span::ZERO,
        }
    }

    /// Handles one fix and its speed made good. The caller passes no speed over a hole that does not count.
    pub(crate) fn observe(
        &mut self,
        rule: &Timing,
        observation: Observation,
        smg: &SpeedMadeGood,
        at: Time,
        position: LatLon,
    ) -> Verdict {
        if rule.slower_than.is_some_and(|knots| self.has_gone(knots, at, position)) {
            return self.restart();
        }
        match observation {
            Observation::Meets | Observation::Leaves => {
                self.origin.get_or_insert(Origin { position, at: smg.since });
                self.meets(rule, observation, smg.since, at)
            }
            Observation::Between => {
                self.ending = None;
                self.strayed = true;
                if let Some(run) = &mut self.run {
                    run.covered = at;
                }
                self.standing()
            }
            Observation::Shifts | Observation::Ends => self.ends(rule, observation, smg.since, at),
        }
    }

    /// Ends the condition at the last moment at which it held, because the place no longer allows it or the vessel was lost.
    pub(crate) fn leave(&mut self) -> Verdict {
        let was_open = self.is_open();
        self.end(self.held_at);
        if was_open { Verdict::Over(self.held_at) } else { Verdict::Nothing }
    }

    /// When the condition began. If it resumed, when it first began.
    pub(crate) fn started_at(&self) -> Time {
        match self.state {
            State::Ended { started_at, .. } => started_at,
            State::Idle | State::Running | State::Open { .. } => self.started_at,
        }
    }

    /// When the condition was first satisfied; `None` while it is not open.
    pub(crate) fn satisfied_at(&self) -> Option<Time> {
        match self.state {
            State::Open { satisfied_at } => Some(satisfied_at),
            State::Idle | State::Running | State::Ended { .. } => None,
        }
    }

    /// Whether it is satisfied now.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, State::Open { .. })
    }

    /// Whether it is open and the last fix met the begin threshold. Only then do measurements describe it: at any other fix it may turn out to
    /// have ended before.
    pub(crate) fn holds(&self) -> bool {
        self.is_open() && self.ending.is_none() && !self.strayed
    }

    /// Whether the end threshold is met, but not yet for long enough to end the condition.
    pub(crate) fn is_ending(&self) -> bool {
        self.ending.is_some()
    }

    /// Whether it can be dropped: nothing is counted, and it cannot resume.
    pub(crate) fn is_idle(&self, rule: &Timing, now: Time) -> bool {
        match self.state {
            State::Idle => self.run.is_none(),
            State::Ended { ended_at, .. } => self.run.is_none() && ended_at + rule.merge <= now,
            State::Running | State::Open { .. } => false,
        }
    }

    /// Time counted in the current run, up to `held_at`.
    pub(crate) fn counted(&self) -> Span {
        self.run.map_or(Span::ZERO, |run| run.counted - self.unsure)
    }

    /// Up to when it has held, as far as is known at the fix of `now`: earlier than that while the vessel may be leaving.
    pub(crate) fn held_until(&self, now: Time) -> Time {
        if self.unsure == Span::ZERO { now } else { self.held_at }
    }

    /// Time counted in all runs of the alert, including the current one.
    pub(crate) fn counted_in_all(&self) -> Span {
        self.before + self.counted()
    }

    /// Whether the vessel is farther from where the run began than `knots` allows. A vessel is never farther away than it sailed, so however
    /// slow each single span looks, it was not slow all the time: its positions may have wrong times, or it went away in a hole.
    fn has_gone(&self, knots: f64, at: Time, position: LatLon) -> bool {
        self.origin.is_some_and(|origin| {
            let reach_nm = knots * (at - origin.at).hours() + REACH_NM;
            reach_nm * METRES_PER_NM < origin.position.metres_to(position)
        })
    }

    /// Drops the run. An open condition is over at the last moment at which it held, and does not resume: what follows must hold for the
    /// whole time again.
    fn restart(&mut self) -> Verdict {
        let verdict = self.leave();
        if let Verdict::Over(_) = verdict {
            self.state = State::Idle;
            self.before = Span::ZERO;
        }
        verdict
    }

    /// Handles a fix that meets the begin threshold over the span from `since`.
    fn meets(&mut self, rule: &Timing, observation: Observation, since: Time, at: Time) -> Verdict {
        // At the very end of the window the alert is over.
        if let State::Ended { ended_at, .. } = self.state
            && ended_at + rule.merge <= at
        {
            self.state = State::Running;
            self.before = Span::ZERO;
        }
        self.ending = None;
        let before = self.counted();
        let counted_before = self.run.map_or(Span::ZERO, |run| run.counted);
        let run = extend(&mut self.run, since, at);
        let enough = match self.state {
            State::Idle | State::Running => rule.after <= run.counted && rule.fixes <= run.fixes,
            State::Open { .. } => false,
            State::Ended { .. } => rule.resume_after <= run.counted,
        };
        // What opens, or resumes, is not taken back.
        if observation == Observation::Meets || enough {
            (self.held_at, self.unsure) = (at, Span::ZERO);
        } else {
            let unsure = self.unsure + (run.counted - counted_before);
            self.held_at = self.held_at.max(since);
            self.unsure = unsure.min(at - self.held_at);
        }
        self.strayed = observation == Observation::Leaves && self.counted() <= before;
        match self.state {
            State::Idle | State::Running => {
                self.started_at = run.since;
                self.state = if enough { State::Open { satisfied_at: at } } else { State::Running };
            }
            State::Open { .. } => return Verdict::Holds,
            State::Ended { started_at, satisfied_at, .. } if enough => {
                self.started_at = started_at;
                self.state = State::Open { satisfied_at };
            }
            State::Ended { .. } => {}
        }
        if enough { Verdict::Opened } else { Verdict::Nothing }
    }

    /// Handles a fix that meets the end threshold. An idle condition has nothing to end.
    fn ends(&mut self, rule: &Timing, observation: Observation, since: Time, at: Time) -> Verdict {
        if matches!(self.state, State::Idle) {
            return Verdict::Nothing;
        }
        if let Some(run) = &mut self.run {
            run.covered = at;
        }
        let ending = extend(&mut self.ending, since, at);
        if ending.counted < rule.end_after || observation == Observation::Shifts {
            return self.standing();
        }
        self.leave()
    }

    /// Stops counting. An open condition becomes one that may resume; one that never opened leaves nothing.
    fn end(&mut self, ended_at: Time) {
        self.before = match self.state {
            State::Open { .. } => self.counted_in_all(),
            State::Ended { .. } => self.before,
            State::Idle | State::Running => Span::ZERO,
        };
        self.run = None;
        self.unsure = Span::ZERO;
        self.origin = None;
        self.ending = None;
        self.state = match self.state {
            State::Open { satisfied_at } => State::Ended { started_at: self.started_at, satisfied_at, ended_at },
            ended @ State::Ended { .. } => ended,
            State::Idle | State::Running => State::Idle,
        };
    }

    /// The verdict at a fix that changes nothing.
    fn standing(&self) -> Verdict {
        if self.is_open() { Verdict::Holds } else { Verdict::Nothing }
    }
}

impl Default for Condition {
    fn default() -> Condition {
        Condition::new()
    }
}

/// Adds the span `since..at` to a count. Time already covered counts once; holes between spans do not count.
fn extend(count: &mut Option<Count>, since: Time, at: Time) -> Count {
    let count = count.get_or_insert(Count {
        since,
        covered: since,
        counted: Span::ZERO,
        // The fix at the start of the first span is within the condition too.
        fixes: 1,
    });
    count.counted += at - since.max(count.covered);
    count.covered = at;
    count.fixes += 1;
    *count
}

#[cfg(test)]
mod tests;
