//! Halts: a vessel is slow for ten minutes or more, outside calm water.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::geo::LatLon;
use crate::time::{Span, Time};
use crate::tracks::{TrackIx, TrackKey};

use super::{Craft, Kept, Look, News, Shelf};

/// Below this it halts (SPEC `async_rendezvous`). Knots.
const SLOW_KNOTS: f64 = 3.0;
/// At this it goes on its way: the space between keeps a drifting boat from halting twice. Knots.
const AWAY_KNOTS: f64 = 4.0;
/// Below this it is stopped (SPEC "Stop"). Knots.
const STILL_KNOTS: f64 = 1.0;
/// From here on a halt is one, and a stop below 1 kn one of a collector (SPEC `async_rendezvous`).
const AFTER: Span = Span::from_minutes(10);
/// From here on a stop is one (SPEC `dark_rendezvous`).
const STILL_AFTER: Span = Span::from_minutes(15);
/// After so long without a fix nobody knows whether it stayed.
const LOST_AFTER: Span = Span::from_hours(6);
/// Fixes that speed made good needs to prove anything, of satellite-only vessels fewer (SPEC "Speed made good").
const FIXES: u16 = 4;
const SATELLITE_FIXES: u16 = 2;

/// One halt of one vessel.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Halt {
    /// Whose.
    pub key: TrackKey,
    /// What kind of craft, as far as it was known when the halt was last brought up to date.
    pub craft: Craft,
    /// Its place in the slab while the halt goes on; later it may belong to another.
    pub vessel: TrackIx,
    /// Where it was first slow.
    pub position: LatLon,
    /// Where it was last seen halting.
    pub last_position: LatLon,
    /// Start of the span of the first slow fix.
    pub started_at: Time,
    /// The last slow fix.
    pub last_at: Time,
    /// Whether it is over.
    pub over: bool,
    /// The longest time below 1 kn without a break.
    pub still: Span,
    /// The slowest speed made good, knots.
    pub slowest_knots: f64,
    /// Distance from shore where it began, nautical miles.
    pub shore_nm: f64,
    /// Whether it began in or near a watched or benign zone.
    pub watched: bool,
}

impl Kept for Halt {
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

/// The vessels that are slow at present.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Halts {
    slow: FxHashMap<TrackIx, State>,
}

#[derive(Serialize, Deserialize)]
struct State {
    halt: Halt,
    id: Option<u64>,
    fixes: u16,
    still_since: Option<Time>,
    lay: bool,
    stopped: bool,
}

impl Halts {
    pub(super) fn follows(&self, vessel: TrackIx) -> bool {
        self.slow.contains_key(&vessel)
    }

    /// Whether a halt of the vessel is on the shelf and goes on.
    pub(super) fn is_told(&self, vessel: TrackIx) -> bool {
        self.slow.get(&vessel).is_some_and(|state| state.id.is_some())
    }

    pub(super) fn forget(&mut self, vessel: TrackIx) {
        self.slow.remove(&vessel);
    }

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
        // What is on the shelf may lag by one look: nobody reads it to the minute.
        if look.tick || lay || stopped {
            state.halt.craft = craft(look);
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

    fn end(&mut self, vessel: TrackIx, shelf: &mut Shelf<Halt>, news: &mut Vec<News>) {
        if let Some(state) = self.slow.remove(&vessel)
            && let Some(id) = state.id
        {
            shelf.update(id, |halt| *halt = Halt { over: true, ..state.halt });
            news.push(News::HaltEnded(id));
        }
    }
}

pub(super) fn craft(look: &Look<'_>) -> Craft {
    let length = look.vessel.identity().and_then(|identity| identity.length());
    Craft::of(look.vessel.ship_type(), look.vessel.class(), length)
}

impl State {
    fn new(look: &Look<'_>, since: Time) -> State {
        State {
            halt: Halt {
                key: look.key,
                craft: craft(look),
                vessel: look.vessel.ix(),
                position: look.fix.position,
                last_position: look.fix.position,
                started_at: since,
                last_at: look.fix.at,
                over: false,
                still: Span::ZERO,
                slowest_knots: f64::INFINITY,
                shore_nm: look.shore_nm,
                watched: look.watched,
            },
            id: None,
            fixes: 0,
            still_since: None,
            lay: false,
            stopped: false,
        }
    }

    fn observe(&mut self, look: &Look<'_>, knots: f64, since: Time) {
        let at = look.fix.at;
        self.fixes = self.fixes.saturating_add(1);
        self.halt.last_at = at;
        self.halt.last_position = look.fix.position;
        self.halt.slowest_knots = self.halt.slowest_knots.min(knots);
        if knots < STILL_KNOTS {
            let still_since = *self.still_since.get_or_insert(since.max(self.halt.started_at));
            self.halt.still = self.halt.still.max(at - still_since);
        } else {
            self.still_since = None;
        }
    }
}
