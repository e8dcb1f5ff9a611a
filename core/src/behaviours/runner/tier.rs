//! Tiers: minutes counted towards one degree of closeness of a meeting.
//!
//! A tier counts instants, not fixes: both ships are compared at whole minutes between their fixes, and each minute within the distance
//! counts as one.

use serde::{Deserialize, Serialize};

use crate::base::time::Time;
use crate::behaviours::runner::speeds::Speeds;

/// How many minutes a tier needs, and after how many minutes a break resets it.
#[derive(Clone, Copy)]
pub(crate) struct TierRule {
    /// Number of counted minutes needed.
    minutes: f64,
    /// Longest break that does not reset the count. Minutes.
    pause: f64,
}

impl TierRule {
    /// A tier that needs `minutes`, and is reset by a break of more than `pause` minutes.
    pub(crate) fn new(minutes: f64, pause: f64) -> TierRule {
        TierRule { minutes, pause }
    }
}

/// What counted instants add up to, in one part of a meeting or in several.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Tally {
    /// Number of counted instants, one a minute.
    pub(crate) counted: u32,
    /// Smallest distance among them; infinite before the first one. Metres.
    pub(crate) nearest: f64,
    /// Largest distance among them. Metres.
    pub(crate) furthest: f64,
    /// Distance at the last of them; 0 before the first one. Metres.
    pub(crate) latest: f64,
    /// Speeds of both ships.
    speeds: Speeds,
}

/// The parts of a meeting that was resumed after a break.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Parts {
    /// The parts before the current one.
    before: Tally,
    /// The same with the current part, as last counted.
    whole: Tally,
}

impl Parts {
    /// Counts the current part, and returns what all parts add up to.
    pub(crate) fn count(&mut self, current: &Tier) -> &Tally {
        self.whole = self.before.with(&current.tally());
        &self.whole
    }

    /// Begins another part.
    pub(crate) fn resume(&mut self) {
        self.before = std::mem::take(&mut self.whole);
    }
}

impl Default for Tally {
    fn default() -> Tally {
        Tally { counted: 0, nearest: f64::INFINITY, furthest: 0.0, latest: 0.0, speeds: Speeds::default() }
    }
}

impl Tally {
    /// The sum of this part and a later one.
    fn with(&self, later: &Tally) -> Tally {
        Tally {
            counted: self.counted + later.counted,
            nearest: self.nearest.min(later.nearest),
            furthest: self.furthest.max(later.furthest),
            latest: if 0 < later.counted { later.latest } else { self.latest },
            speeds: self.speeds.with(&later.speeds),
        }
    }

    /// Larger of the two ships' median speeds; 0 before an instant counted. Knots.
    pub(crate) fn median_knots(&self) -> f64 {
        self.speeds.medians().map_or(0.0, |[one, other]| one.max(other))
    }
}

/// Counted instants of one tier.
#[derive(Serialize, Deserialize)]
pub(crate) struct Tier {
    /// First counted instant; `Time::MAX` before there is one.
    since: Time,
    /// Last counted instant; `Time::MIN` before there is one.
    last: Time,
    /// Number of counted instants, one a minute.
    counted: u32,
    /// Number of instants of the current break, that is, since the last counted one.
    missed: u32,
    /// Smallest distance among the counted instants; infinite before the first one. Metres.
    nearest: f64,
    /// Largest distance among the counted instants. Metres.
    furthest: f64,
    /// Distance at the last counted instant; 0 before there is one. Metres.
    latest: f64,
    /// Speeds of both ships at the counted instants.
    speeds: Speeds,
}

impl Tier {
    /// A tier with nothing counted.
    pub(crate) fn new() -> Tier {
        Tier {
            since: Time::MAX,
            last: Time::MIN,
            counted: 0,
            missed: 0,
            nearest: f64::INFINITY,
            furthest: 0.0,
            latest: 0.0,
            speeds: Speeds::default(),
        }
    }

    /// Handles one instant. It counts if `within` is true, and is otherwise a minute of a break.
    pub(crate) fn count(&mut self, rule: &TierRule, at: Time, within: bool, metres: f64, knots: [f64; 2]) {
        if !within {
            self.missed += 1;
            if rule.pause < f64::from(self.missed) && 0 < self.counted {
                *self = Tier::new();
            }
            return;
        }
        if self.counted == 0 {
            self.since = at;
        }
        self.counted += 1;
        self.missed = 0;
        self.last = at;
        self.nearest = self.nearest.min(metres);
        self.furthest = self.furthest.max(metres);
        self.latest = metres;
        self.speeds.count(knots);
    }

    /// Whether enough minutes are counted. Every counted instant is one minute (SPEC `rendezvous`).
    pub(crate) fn satisfied(&self, rule: &TierRule) -> bool {
        0 < self.counted && rule.minutes <= f64::from(self.counted)
    }

    /// Whether the median speed of each ship over the counted instants is below `knots`.
    pub(crate) fn slow(&self, knots: f64) -> bool {
        self.speeds.medians().is_some_and(|medians| medians.iter().all(|median| *median < knots))
    }

    /// Larger of the two ships' median speeds; 0 before an instant counted. Knots.
    pub(crate) fn median_knots(&self) -> f64 {
        self.speeds.medians().map_or(0.0, |[one, other]| one.max(other))
    }

    /// First counted instant; `Time::MAX` before there is one.
    pub(crate) fn since(&self) -> Time {
        self.since
    }

    /// Last counted instant; `Time::MIN` before there is one.
    pub(crate) fn last(&self) -> Time {
        self.last
    }

    /// Minutes counted.
    pub(crate) fn counted(&self) -> u32 {
        self.counted
    }

    /// What the counted instants add up to.
    fn tally(&self) -> Tally {
        let Tier { counted, nearest, furthest, latest, .. } = *self;
        Tally { counted, nearest, furthest, latest, speeds: self.speeds.clone() }
    }
}

/// Counts the minutes for which something holds without interruption. Returns its start once it has lasted for `minutes`.
pub(crate) fn lasting(count: &mut Option<(Time, u32)>, holds: bool, at: Time, minutes: f64) -> Option<Time> {
    if !holds {
        *count = None;
        return None;
    }
    let (since, counted) = count.get_or_insert((at, 0));
    *counted += 1;
    (minutes <= f64::from(*counted)).then_some(*since)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEAR: TierRule = TierRule { minutes: 30.0, pause: 10.0 };

    fn minute(minute: i64) -> Time {
        Time::from_seconds(minute * 60)
    }

    #[test]
    fn counts_thirty_instants_and_survives_a_break_of_ten() {
        let mut tier = Tier::new();
        for at in 0..20 {
            tier.count(&NEAR, minute(at), true, 200.0, [0.5, 0.7]);
        }
        for at in 20..30 {
            tier.count(&NEAR, minute(at), false, 600.0, [0.5, 0.7]);
        }
        for at in 30..39 {
            tier.count(&NEAR, minute(at), true, 200.0, [0.5, 0.7]);
            assert!(!tier.satisfied(&NEAR));
        }
        tier.count(&NEAR, minute(39), true, 200.0, [0.5, 0.7]);
        assert!(tier.satisfied(&NEAR) && tier.slow(3.0));
        assert_eq!(tier.since(), minute(0));
    }

    #[test]
    fn a_break_of_eleven_resets() {
        let mut tier = Tier::new();
        for at in 0..20 {
            tier.count(&NEAR, minute(at), true, 200.0, [0.5, 0.7]);
        }
        for at in 20..31 {
            tier.count(&NEAR, minute(at), false, 600.0, [0.5, 0.7]);
        }
        assert_eq!(tier.counted(), 0);
    }

    #[test]
    fn one_fast_ship_is_not_a_meeting() {
        let mut tier = Tier::new();
        for at in 0..40 {
            tier.count(&NEAR, minute(at), true, 200.0, [0.5, 6.0]);
        }
        assert!(tier.satisfied(&NEAR) && !tier.slow(3.0));
        assert!((tier.median_knots() - 6.1).abs() < 0.2);
    }
}
