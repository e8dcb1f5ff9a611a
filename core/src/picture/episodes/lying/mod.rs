//! Vessels that stay within a small circle for hours, and places where vessels were held for days.
//!
//! Many feeds carry no navigational status, and jack-ups, platforms and buoys seldom send one. The positions themselves
//! show which vessels lie still: each vessel has one box, which restarts when it grows beyond the circle.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::geo::LatLon;
use crate::picture::tracks::TrackKey;

use super::shelf::{Episode, Shelf};

/// A held vessel stays in a box whose half diagonal is at most this (SPEC "Held"). Nautical miles.
pub const CIRCLE_NM: f64 = 0.3;
/// A vessel that stays within the circle for this long is at anchor, whatever its status (SPEC `loitering`).
pub const ANCHORED_AFTER: Span = Span::from_hours(3);
/// A vessel that stays within the circle for this long is held, if it was also there an `EARLIER` span before (SPEC
/// "Held").
pub const HELD_AFTER: Span = Span::from_hours(12);
/// How long before a held vessel must have been in the circle too (SPEC "Held": "on an earlier day").
const EARLIER: Span = Span::from_hours(24);
/// Longest silence after which a vessel counts as having lain at anchor all the time. After a longer one it may have left and come back.
const LOST_AFTER: Span = Span::from_hours(6);
/// Longest silence that the box survives, if the vessel has no way on before and after it and has lain there for as long: platforms are
/// often heard only now and then.
const HELD_LOST_AFTER: Span = Span::from_hours(48);
/// Speed below which a vessel has no way on. Knots.
const NO_WAY_KNOTS: f64 = 1.0;
/// Speed made good from which no box is kept, because the vessel leaves the circle within minutes. Knots.
const UNDER_WAY_KNOTS: f64 = 5.0;
/// How long a place is remembered after the last visit.
const KEEP: Span = Span::from_hours(14 * 24);
/// Maximum number of vessels kept, about 20 MB. Those beyond it are counted.
const MOST_VESSELS: usize = 200_000;
/// Maximum number of places kept, about 20 MB. Those beyond it are counted.
const MOST_PLACES: usize = 100_000;

/// The box that one vessel has stayed in.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
struct Circle {
    /// The first position in the box; offsets count from here.
    origin: LatLon,
    /// Smallest and largest offset from the origin, eastward. Metres.
    east: (f32, f32),
    /// The same, northward.
    north: (f32, f32),
    /// Time of the first position in the box.
    since: Time,
    /// Time of the first position there after the last silence of more than `LOST_AFTER`; `None` during such a silence.
    heard_since: Option<Time>,
    /// Time of the latest position.
    last_at: Time,
    /// Whether the vessel had no way on then.
    is_stopped: bool,
    /// Id of its place on the shelf, once it has lain there for `ANCHORED_AFTER`.
    place: Option<u64>,
}

/// A place where a vessel lay for three hours or more.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Place {
    /// The vessel.
    key: TrackKey,
    /// The middle of its box when it had lain there for three hours; it is found by it, and does not change.
    position: LatLon,
    /// Since when it had been there.
    since: Time,
    /// When it was last there.
    last_at: Time,
    /// Whether it was held there. Once true, it stays so.
    held: bool,
}

impl Episode for Place {
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

/// How a vessel lies now.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Still {
    /// Time since which it has not left the circle, without a silence of more than six hours.
    pub since: Time,
    /// Half the diagonal of the box it stayed in. Nautical miles, below `CIRCLE_NM`.
    pub radius_nm: f64,
}

/// Why a vessel counts as held: it is a jack-up, platform, buoy or fixed station, or moored to one.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum HeldSign {
    /// It has not left the circle for `HELD_AFTER`, and was there a day before.
    Itself {
        /// Half the diagonal of the box. Nautical miles.
        radius_nm: f64,
        /// How long it has stayed there.
        time: Span,
    },
    /// Another vessel was held there within 14 days.
    BesideHeld {
        /// Distance to the nearest place where another was held. Nautical miles.
        nm: f64,
    },
}

/// Vessels that lie still now, and places where vessels lay.
#[derive(Debug, Serialize, Deserialize)]
pub struct StillVessels {
    /// The box of each vessel that is not known to be under way.
    vessels: FxHashMap<TrackKey, Circle>,
    /// Places where vessels lay, by place and vessel.
    places: Shelf<Place>,
    /// Number of vessels not kept because there were too many.
    dropped: u64,
}

impl Default for StillVessels {
    fn default() -> StillVessels {
        StillVessels { vessels: FxHashMap::default(), places: Shelf::new(KEEP, MOST_PLACES), dropped: 0 }
    }
}

impl StillVessels {
    /// Handles a vessel's position. `knots` is its speed made good or, after a hole, its reported speed; `None` if neither is known.
    pub fn take(&mut self, key: TrackKey, at: Time, position: LatLon, knots: Option<f64>) {
        if knots.is_some_and(|knots| UNDER_WAY_KNOTS <= knots) {
            self.vessels.remove(&key);
            return;
        }
        let is_stopped = knots.is_some_and(|knots| knots < NO_WAY_KNOTS);
        let new = Circle::new(position, at, is_stopped);
        let Some(circle) = self.vessels.get_mut(&key) else {
            match MOST_VESSELS <= self.vessels.len() {
                true => self.dropped += 1,
                false => drop(self.vessels.insert(key, new)),
            }
            return;
        };
        if circle.is_lost(at, is_stopped) || !circle.extend(&new) {
            *circle = new;
            return;
        }
        let time = circle.time();
        if time < ANCHORED_AFTER {
            return;
        }
        let place = Place { key, position: circle.middle(), since: circle.since, last_at: at, held: false };
        let id = *circle.place.get_or_insert_with(|| self.places.add(place));
        let circle = *circle;
        let was_held = self.places.get(id).is_some_and(|place| place.held);
        let held = was_held || (HELD_AFTER <= time && self.was_there_before(key, &circle));
        self.places.update(id, |place| (place.last_at, place.held) = (at, held));
    }

    /// How a vessel lies, if it was within one circle when last heard; otherwise `None`.
    pub fn of(&self, key: TrackKey) -> Option<Still> {
        let circle = self.vessels.get(&key)?;
        Some(Still { since: circle.heard_since?, radius_nm: circle.radius_nm() })
    }

    /// Why the vessel itself is held, regardless of others; `None` if it is not.
    pub fn held_itself(&self, key: TrackKey) -> Option<HeldSign> {
        let circle = self.vessels.get(&key)?;
        let held = self.places.get(circle.place?)?.held;
        held.then(|| HeldSign::Itself { radius_nm: circle.radius_nm(), time: circle.time() })
    }

    /// Why a vessel at `position` is held, by itself or beside others; `None` if it is not.
    pub fn held(&self, key: TrackKey, position: LatLon) -> Option<HeldSign> {
        let beside = || {
            let near = self.places.near(position, CIRCLE_NM * METRES_PER_NM);
            let others = near.into_iter().filter(|(_, place, _)| place.held && place.key.mmsi != key.mmsi);
            let metres = others.map(|(_, _, metres)| metres).min_by(f64::total_cmp)?;
            Some(HeldSign::BesideHeld { nm: metres / METRES_PER_NM })
        };
        // After hours of silence the vessel has no box, but its place is still known.
        let own = || {
            let (_, place) = self
                .places
                .of(key)
                .find(|(_, place)| place.held && place.position.metres_to(position) <= CIRCLE_NM * METRES_PER_NM)?;
            Some(HeldSign::Itself { radius_nm: CIRCLE_NM, time: place.last_at - place.since })
        };
        self.held_itself(key).or_else(own).or_else(beside)
    }

    /// Drops what is too old.
    pub fn sweep(&mut self, now: Time) {
        self.vessels.retain(|_, circle| {
            circle.heard_since = circle.heard_since.filter(|_| now - circle.last_at <= LOST_AFTER);
            !circle.is_lost(now, circle.is_stopped)
        });
        // Every vessel is in the table until its speed is known, so at the start of a feed it is far larger than later.
        let count = self.vessels.len();
        if 2 * count < self.vessels.capacity() {
            self.vessels.shrink_to(count + count / 4);
        }
        self.places.sweep(now);
    }

    /// Number of vessels and places not kept because there were too many.
    pub fn dropped(&self) -> u64 {
        self.dropped + self.places.evicted()
    }

    /// Approximate size on the heap of what is kept by vessel. Bytes; the shelf of places has its own limit.
    pub fn bytes(&self) -> usize {
        self.vessels.capacity() * (size_of::<TrackKey>() + size_of::<Circle>() + 1)
    }

    /// Whether the vessel was in the circle a day before as well, in the present box or during an earlier visit.
    fn was_there_before(&self, key: TrackKey, circle: &Circle) -> bool {
        let before = circle.last_at - EARLIER;
        let metres = CIRCLE_NM * METRES_PER_NM;
        let visited = |place: &Place| place.since <= before && place.position.metres_to(circle.middle()) <= metres;
        circle.since <= before || self.places.of(key).any(|(_, place)| visited(place))
    }
}

impl Circle {
    /// A box of one position.
    fn new(position: LatLon, at: Time, is_stopped: bool) -> Circle {
        Circle {
            origin: position,
            east: (0.0, 0.0),
            north: (0.0, 0.0),
            since: at,
            heard_since: Some(at),
            last_at: at,
            is_stopped,
            place: None,
        }
    }

    /// Whether the vessel may have left and come back by a time, when it had no way on or did. It cannot in a short silence, and a vessel
    /// that is stopped before and after a longer one hardly has, unless the silence is longer than it was known to lie there.
    fn is_lost(&self, at: Time, is_stopped: bool) -> bool {
        let longest = match self.is_stopped && is_stopped {
            true => self.time().max(LOST_AFTER).min(HELD_LOST_AFTER),
            false => LOST_AFTER,
        };
        longest < at - self.last_at
    }

    /// Extends the box by a new box of one position. Returns `false`, without a change, if it would exceed the circle.
    fn extend(&mut self, new: &Circle) -> bool {
        let (east, north) = self.origin.plane(new.origin);
        let (east, north) = (east as f32, north as f32);
        let is_silence = LOST_AFTER < new.last_at - self.last_at;
        let wider = Circle {
            east: (self.east.0.min(east), self.east.1.max(east)),
            north: (self.north.0.min(north), self.north.1.max(north)),
            heard_since: self.heard_since.filter(|_| !is_silence).or(new.heard_since),
            last_at: new.last_at,
            is_stopped: new.is_stopped,
            ..*self
        };
        let fits = wider.radius_nm() < CIRCLE_NM;
        if fits {
            *self = wider;
        }
        fits
    }

    /// Half the diagonal of the box. Nautical miles.
    fn radius_nm(&self) -> f64 {
        let (wide, high) = (self.east.1 - self.east.0, self.north.1 - self.north.0);
        f64::from(wide.hypot(high)) / 2.0 / METRES_PER_NM
    }

    /// The middle of the box.
    fn middle(&self) -> LatLon {
        let east = f64::from(self.east.0 + self.east.1) / 2.0;
        let north = f64::from(self.north.0 + self.north.1) / 2.0;
        self.origin.destination(east.atan2(north).to_degrees(), east.hypot(north))
    }

    /// How long the vessel has been in the box.
    fn time(&self) -> Span {
        self.last_at - self.since
    }
}

#[cfg(test)]
mod tests;
