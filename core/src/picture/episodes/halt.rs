//! Halts: a vessel is slow for ten minutes or more, outside calm water.
//!
//! Every slow vessel has a state here, but only those slow for long enough have a halt on the shelf. A push between the two speeds of less
//! than 15 minutes neither ends a halt nor counts towards it.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::geo::LatLon;
use crate::picture::tracks::{TrackIx, TrackKey};

use super::craft::Craft;
use super::look::Look;
use super::news::News;
use super::shelf::{Episode, Shelf};

/// A vessel halts below this speed (SPEC `async_rendezvous`). Knots.
const SLOW_KNOTS: f64 = 3.0;
/// A halt ends at this speed. It is higher than `SLOW_KNOTS`, so that a drifting boat does not halt twice. Knots.
const AWAY_KNOTS: f64 = 4.0;
/// A vessel between the two speeds for this long has left (SPEC `loitering`).
const PUSH: Span = Span::from_minutes(15);
/// A vessel is stopped below this speed (SPEC "Stop"). Knots.
const STILL_KNOTS: f64 = 1.0;
/// Minimum duration of a halt, and of a collector's stop below 1 kn (SPEC `async_rendezvous`).
const AFTER: Span = Span::from_minutes(10);
/// Minimum duration of a stop (SPEC `dark_rendezvous`).
const STILL_AFTER: Span = Span::from_minutes(15);
/// After this long without a fix the vessel may have left, and the halt ends.
const LOST_AFTER: Span = Span::from_hours(6);
/// Positions between fixes further apart than this are not known.
const BRIDGE: Span = Span::from_minutes(20);
/// Fixes that a speed made good needs to prove anything; fewer for vessels heard only by satellite (SPEC "Speed made
/// good").
const FIXES: u16 = 4;
const SATELLITE_FIXES: u16 = 2;

/// One halt of one vessel.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Halt {
    /// The vessel.
    pub key: TrackKey,
    /// Kind of craft, as known when the halt was last updated.
    pub craft: Craft,
    /// The vessel's place in the slab during the halt; reused later.
    pub vessel: TrackIx,
    /// Position of the first slow fix.
    pub position: LatLon,
    /// Position of the last slow fix.
    pub last_position: LatLon,
    /// Start of the span of the first slow fix.
    pub started_at: Time,
    /// Time of the last slow fix.
    pub last_at: Time,
    /// Whether the halt is over.
    pub over: bool,
    /// Longest uninterrupted time below 1 kn.
    pub still: Span,
    /// When that time began; the start of the halt while `still` is zero.
    pub still_from: Time,
    /// Lowest speed made good. Knots.
    pub slowest_knots: f64,
    /// Distance from shore where the halt began. Nautical miles.
    pub shore_nm: f64,
    /// Whether the halt began in or near a watched or benign zone.
    pub watched: bool,
}

impl Episode for Halt {
    fn key(&self) -> TrackKey {
        self.key
    }

    fn position(&self) -> LatLon {
        self.position
    }

    fn last_at(&self) -> Time {
        self.last_at
    }
}

/// Vessels that are slow now.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Halts {
    /// State by index of the track; bounded by the number of tracks.
    slow: FxHashMap<TrackIx, State>,
}

/// A vessel that is slow now.
#[derive(Serialize, Deserialize)]
struct State {
    /// The halt so far; newer than the copy on the shelf.
    halt: Halt,
    /// Id of the halt on its shelf; `None` until it has lasted `AFTER` with enough fixes.
    id: Option<u64>,
    /// Number of slow fixes, which prove the speed (SPEC "Vessels").
    fixes: u16,
    /// Time since which it has been below `STILL_KNOTS`; `None` while it is faster.
    still_since: Option<Time>,
    /// Time since which it has been at `SLOW_KNOTS` or more; `None` while it is slower.
    pushed_since: Option<Time>,
    /// Whether `News::Still` was reported.
    lay: bool,
    /// Whether `News::Stopped` was reported.
    stopped: bool,
}

impl Halts {
    /// Whether the vessel is slow. If it is, every fix is needed to see its halt end.
    pub(super) fn follows(&self, vessel: TrackIx) -> bool {
        self.slow.contains_key(&vessel)
    }

    /// Whether a halt of the vessel was reported and continues.
    pub(super) fn is_reported(&self, vessel: TrackIx) -> bool {
        self.slow.get(&vessel).is_some_and(|state| state.id.is_some())
    }

    /// Drops the state of a vessel that is no longer followed. Its halt on the shelf is over.
    pub(super) fn forget(&mut self, vessel: TrackIx, shelf: &mut Shelf<Halt>) {
        self.close(vessel, shelf);
    }

    /// Handles a fix: begins, updates or ends the halt of its vessel.
    pub(super) fn look(&mut self, look: &Look<'_>, shelf: &mut Shelf<Halt>, news: &mut Vec<News>) {
        let vessel = look.vessel.ix();
        let at = look.fix.at;
        let lost = self.slow.get(&vessel).is_some_and(|state| LOST_AFTER < at - state.halt.last_at);
        if look.calm || lost {
            self.end(vessel, shelf, news);
        }
        let Some(smg) = look.smg.filter(|_| !look.calm) else {
            return;
        };
        let is_open = self.slow.get(&vessel).is_some_and(|state| state.id.is_some());
        let limit = if is_open { AWAY_KNOTS } else { SLOW_KNOTS };
        if limit <= smg.knots {
            return self.end(vessel, shelf, news);
        }
        let state = self.slow.entry(vessel).or_insert_with(|| State::new(look, smg.since));
        if SLOW_KNOTS <= smg.knots {
            state.still_since = None;
            let pushed_since = *state.pushed_since.get_or_insert(smg.since.max(state.halt.last_at));
            if PUSH <= at - pushed_since {
                self.end(vessel, shelf, news);
            }
            return;
        }
        state.observe(look, smg.knots, smg.since);
        let needed = if look.vessel.satellite_only() { SATELLITE_FIXES } else { FIXES };
        if state.id.is_none() && needed <= state.fixes && AFTER <= at - state.halt.started_at {
            let id = shelf.add(state.halt.clone());
            state.id = Some(id);
            news.push(News::HaltBegan(id));
        }
        let Some(id) = state.id else {
            return;
        };
        let lay = !state.lay && AFTER <= state.halt.still;
        let stopped = !state.stopped && STILL_AFTER <= state.halt.still;
        // Between ticks the shelf may be out of date. Its readers do not need it to the minute.
        if look.tick || lay || stopped {
            state.halt.craft = look.craft();
            shelf.update(id, |kept| kept.clone_from(&state.halt));
        }
        if lay {
            state.lay = true;
            news.push(News::Still(id));
        }
        if stopped {
            state.stopped = true;
            news.push(News::Stopped(id));
        }
    }

    /// Ends the halt of a vessel and reports it.
    fn end(&mut self, vessel: TrackIx, shelf: &mut Shelf<Halt>, news: &mut Vec<News>) {
        news.extend(self.close(vessel, shelf).map(News::HaltEnded));
    }

    /// Drops the state of a vessel, and brings the copy of its halt on the shelf up to date a last time. Returns the id of the halt;
    /// `None` if there was no halt yet.
    fn close(&mut self, vessel: TrackIx, shelf: &mut Shelf<Halt>) -> Option<u64> {
        let state = self.slow.remove(&vessel)?;
        let id = state.id?;
        shelf.update(id, |halt| *halt = Halt { over: true, ..state.halt });
        Some(id)
    }
}

impl State {
    /// The state of a vessel at its first slow fix. `since` is the start of the span over which its speed was measured.
    fn new(look: &Look<'_>, since: Time) -> State {
        State {
            halt: Halt {
                key: look.key,
                craft: look.craft(),
                vessel: look.vessel.ix(),
                position: look.fix.position,
                last_position: look.fix.position,
                started_at: since,
                last_at: look.fix.at,
                over: false,
                still: Span::ZERO,
                still_from: since,
                slowest_knots: f64::INFINITY,
                shore_nm: (look.shore_nm)(),
                watched: look.watched,
            },
            id: None,
            fixes: 0,
            still_since: None,
            pushed_since: None,
            lay: false,
            stopped: false,
        }
    }

    /// Adds a fix below `SLOW_KNOTS`. If the vessel may be moving away at that fix, it is known to have stayed only up to the start of the span
    /// of its speed.
    fn observe(&mut self, look: &Look<'_>, knots: f64, since: Time) {
        self.pushed_since = None;
        self.fixes = self.fixes.saturating_add(1);
        let stayed = match look.vessel.moves_off(&look.fix, AWAY_KNOTS) {
            false => Some((look.fix.at, look.fix.position)),
            true if self.halt.last_at < since => {
                let position = look.vessel.position_at(since, BRIDGE).unwrap_or(look.fix.position);
                Some((since, position))
            }
            true => None,
        };
        if let Some((last_at, last_position)) = stayed {
            (self.halt.last_at, self.halt.last_position) = (last_at, last_position);
        }
        self.halt.slowest_knots = self.halt.slowest_knots.min(knots);
        if knots < STILL_KNOTS {
            let still_since = *self.still_since.get_or_insert(since.max(self.halt.started_at));
            let still = self.halt.last_at - still_since;
            if self.halt.still < still {
                (self.halt.still, self.halt.still_from) = (still, still_since);
            }
        } else {
            self.still_since = None;
        }
    }
}
