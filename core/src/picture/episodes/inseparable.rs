//! Inseparable vessels: pairs that have never been seen apart since the later of them was first heard. Two transponders
//! on one hull look like that.
//!
//! A pair is checked at the first fix of a vessel in ten minutes. It begins within half an hour of the first fix of the
//! later vessel, if everything known of both until then is within `ONE_HULL_METRES`. Being further apart once ends it
//! for good.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::picture::tracks::{Fix, TrackIx, TrackKey, Tracks, Vessel};

/// Antennas further apart than this are not on one hull (SPEC "One hull"). Metres.
pub const ONE_HULL_METRES: f64 = 200.0;
/// Allowance for straight lines between fixes, which cut corners. Applies where fixes are further apart than `CHORD`.
/// Metres.
const CORNER_METRES: f64 = 200.0;
const CHORD: Span = Span::from_minutes(3);
/// Fixes further apart than this are not bridged.
const BRIDGE: Span = Span::from_minutes(20);
/// A pair begins within this time of the later vessel's first fix, while every trail is still complete.
const BEGINS_WITHIN: Span = Span::from_minutes(30);
/// Search distance for neighbours. One vessel may have moved on since the other was heard. Metres.
const LOOK_METRES: f64 = 1000.0;
/// A vessel not heard for this long is not a neighbour.
const FRESH: Span = Span::from_minutes(10);
/// A vessel is under way from this speed on. Knots.
const UNDER_WAY_KNOTS: f64 = 3.0;
/// One hull is proved once both were heard for this long, with this much of it under way (SPEC "One hull").
const PROVED_AFTER: Span = Span::from_minutes(60);
const PROVED_UNDER_WAY: Span = Span::from_minutes(20);
/// Maximum number of partners of one vessel, and of pairs in all. Further ones are ignored.
const MOST_PARTNERS: usize = 8;
const MOST: usize = 50_000;

/// Two vessels in company.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Company {
    /// When the later of the two was first heard.
    since: Time,
    /// The latest moment at which both were known to be together.
    last_at: Time,
    /// How long both were under way meanwhile.
    under_way: Span,
}

/// All pairs that have never been seen apart.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct InseparablePairs {
    /// Pairs by track key, the smaller first.
    pairs: FxHashMap<(TrackKey, TrackKey), Company>,
    /// The partners of each vessel, at most `MOST_PARTNERS`; never an empty list.
    partners: FxHashMap<TrackKey, Vec<TrackKey>>,
}

impl InseparablePairs {
    /// Whether the two have always been in company since the later of them was first heard.
    pub fn always(&self, a: TrackKey, b: TrackKey) -> bool {
        self.pairs.contains_key(&in_order(a, b))
    }

    /// How long the two have been in company, if that proves one hull: long enough in all, and long enough under way.
    pub fn proves_one_hull(&self, a: TrackKey, b: TrackKey) -> Option<Span> {
        let together = self.pairs.get(&in_order(a, b))?;
        let lasted = together.last_at - together.since;
        (PROVED_AFTER <= lasted && PROVED_UNDER_WAY <= together.under_way).then_some(lasted)
    }

    /// Vessels in whose company one may be that was first heard a short time ago, at its first fix in ten minutes; the nearest first.
    pub fn company(&self, tracks: &Tracks, vessel: &Vessel<'_>, fix: &Fix) -> Vec<TrackIx> {
        if BEGINS_WITHIN < fix.at - vessel.first_at() || !vessel.takes_part() {
            return Vec::new();
        }
        let mut near: Vec<(f64, TrackKey, TrackIx)> = Vec::new();
        tracks.near(fix.position, LOOK_METRES, |other, metres| {
            let fresh = other.last().is_some_and(|last| fix.at - last.at <= FRESH);
            if fresh && !self.always(vessel.key(), other.key()) && other.mmsi() != vessel.mmsi() && other.takes_part() {
                near.push((metres, other.key(), other.ix()));
            }
        });
        near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        near.into_iter().map(|(.., ix)| ix).collect()
    }

    /// Checks a vessel's pairs at its first fix in ten minutes, and begins pairs with its company.
    pub fn look(&mut self, tracks: &Tracks, ix: TrackIx, company: &[TrackIx]) {
        let vessel = tracks.vessel(ix);
        let key = vessel.key();
        for partner in self.partners.get(&key).cloned().unwrap_or_default() {
            let apart = match tracks.find(partner) {
                None => true,
                Some(other) => !self.stay(&vessel, &other),
            };
            if apart {
                self.part(key, partner);
            }
        }
        // Those that another vessel's turn has meanwhile paired with this one do not count.
        let new = company.iter().map(|other| tracks.vessel(*other)).filter(|other| !self.always(key, other.key()));
        let nearest: Vec<Vessel<'_>> = new.take(MOST_PARTNERS).collect();
        nearest.iter().for_each(|other| self.begin(&vessel, other));
    }

    /// Drops the pairs of a track that is forgotten.
    pub fn forget(&mut self, key: TrackKey) {
        for partner in self.partners.remove(&key).unwrap_or_default() {
            self.part(partner, key);
        }
    }

    /// Approximate size on the heap. Bytes.
    pub fn bytes(&self) -> usize {
        self.pairs.capacity() * size_of::<((TrackKey, TrackKey), Company)>()
            + self.partners.len() * (size_of::<(TrackKey, Vec<TrackKey>)>() + 4 * size_of::<TrackKey>())
    }

    /// Whether the two are still together, as far as both are heard.
    fn stay(&mut self, vessel: &Vessel<'_>, other: &Vessel<'_>) -> bool {
        let (Some(last), Some(other_last)) = (vessel.last(), other.last()) else {
            return true;
        };
        let at = last.at.min(other_last.at);
        let Some(metres) = metres_at(vessel, other, at) else {
            return true;
        };
        if allowed(vessel, other, at) < metres {
            return false;
        }
        if let Some(together) = self.pairs.get_mut(&in_order(vessel.key(), other.key()))
            && together.last_at < at
        {
            let fast = |vessel: &Vessel<'_>| {
                vessel.speed_made_good().is_some_and(|smg| !smg.over_hole && UNDER_WAY_KNOTS <= smg.knots)
            };
            if fast(vessel) && fast(other) {
                together.under_way += (at - together.last_at).min(BRIDGE);
            }
            together.last_at = at;
        }
        true
    }

    /// Begins a pair, if everything known of both shows them together and there is room.
    fn begin(&mut self, vessel: &Vessel<'_>, other: &Vessel<'_>) {
        let (key, other_key) = (vessel.key(), other.key());
        let full = |key: &TrackKey| self.partners.get(key).is_some_and(|known| MOST_PARTNERS <= known.len());
        if MOST <= self.pairs.len() || full(&key) || full(&other_key) {
            return;
        }
        let since = vessel.first_at().max(other.first_at());
        if !always_near(vessel, other, since) {
            return;
        }
        self.pairs.insert(in_order(key, other_key), Company { since, last_at: since, under_way: Span::ZERO });
        self.partners.entry(key).or_default().push(other_key);
        self.partners.entry(other_key).or_default().push(key);
    }

    /// Ends a pair for good.
    fn part(&mut self, a: TrackKey, b: TrackKey) {
        self.pairs.remove(&in_order(a, b));
        for (one, two) in [(a, b), (b, a)] {
            if let Some(partners) = self.partners.get_mut(&one) {
                partners.retain(|partner| *partner != two);
                if partners.is_empty() {
                    self.partners.remove(&one);
                }
            }
        }
    }
}

/// Whether everything known of both since `since` shows them together, and anything is known.
fn always_near(a: &Vessel<'_>, b: &Vessel<'_>, since: Time) -> bool {
    let times = |vessel: &Vessel<'_>| {
        let last = vessel.last().map(|fix| fix.at);
        vessel.trail_since(since).map(|point| point.at).chain(last).collect::<Vec<Time>>()
    };
    let mut known = false;
    for at in times(a).into_iter().chain(times(b)) {
        match metres_at(a, b, at) {
            Some(metres) if allowed(a, b, at) < metres => return false,
            Some(_) => known = true,
            None => {}
        }
    }
    known
}

/// Distance between the antennas at a time. Metres; `None` if either position is not known.
fn metres_at(a: &Vessel<'_>, b: &Vessel<'_>, at: Time) -> Option<f64> {
    Some(a.position_at(at, BRIDGE)?.metres_to(b.position_at(at, BRIDGE)?))
}

/// Largest apparent distance between two antennas of one hull at a time. Metres.
fn allowed(a: &Vessel<'_>, b: &Vessel<'_>, at: Time) -> f64 {
    match a.position_at(at, CHORD).is_some() && b.position_at(at, CHORD).is_some() {
        true => ONE_HULL_METRES,
        false => ONE_HULL_METRES + CORNER_METRES,
    }
}

/// Two keys, the smaller first: a pair is the same in either order.
fn in_order(a: TrackKey, b: TrackKey) -> (TrackKey, TrackKey) {
    if a < b { (a, b) } else { (b, a) }
}
