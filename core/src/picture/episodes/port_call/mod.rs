//! Port calls: stays in calm water (circles and calm zones, without the margin), with place, start and end.
//!
//! A stay begins at the first fix below 1 kn in calm water. It lasts until the vessel is seen outside calm water under
//! way, or has been outside for an hour. Moving between berths and silence at the quay are part of it. A stay is a call
//! if it lasts 30 minutes from its first to its last slow fix. A vessel that leaves and is back at the same place
//! within two hours continues the same call. The engine looks at slow vessels and at those in a stay, once every five
//! minutes, so a vessel under way at sea costs nothing.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::geo::LatLon;
use crate::picture::tracks::TrackKey;

/// Speed below which a vessel in calm water stays there. Knots made good.
const STAYS_KNOTS: f64 = 1.0;
/// Speed from which a vessel outside calm water has left. A slower one still stays, until `LEAVES_AFTER`. Knots made good.
const LEAVES_KNOTS: f64 = 3.0;
/// Time after which a vessel outside calm water has left, however slow it is.
const LEAVES_AFTER: Span = Span::from_minutes(60);
/// How long a vessel must have been heard before a stay for its arrival to be known.
const SEEN_BEFORE: Span = Span::from_minutes(30);
/// Minimum duration of a call.
const LEAST: Span = Span::from_minutes(30);
/// A vessel back at the same place within this time continues its call.
const BACK_WITHIN: Span = Span::from_hours(2);
/// Distance that counts as the same place. Metres.
const SAME_METRES: f64 = 5000.0;
/// How long calls are kept after their end.
const KEEP: Span = Span::from_hours(30 * 24);
/// Maximum number of calls kept for one vessel; the latest are kept.
const MOST_OF_ONE: usize = 6;
/// Maximum number of calls kept in all. Beyond it the calls that ended longest ago are dropped.
const MOST: usize = 400_000;

/// A stay in calm water, past or current.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PortCall {
    /// Position where the stay began.
    pub at: LatLon,
    /// Harbour, anchorage point or zone. `None` if it has no name.
    pub port: Option<Arc<str>>,
    /// Time of the first slow fix there.
    pub from: Time,
    /// Time of the last slow fix there.
    pub to: Time,
    /// Whether the vessel was heard before it came in. If so, `from` is the arrival; otherwise it may have been there
    /// for long.
    pub arrived: bool,
    /// Draught at arrival, in decimetres, if reported.
    pub draught_dm: Option<u8>,
}

/// A fix of a vessel in or near calm water.
#[derive(Clone, Debug)]
pub struct Berth {
    /// Time of the fix.
    pub at: Time,
    /// Position of the fix.
    pub position: LatLon,
    /// Speed made good in knots, if known, and the start of the span it was measured over.
    pub smg: Option<(f64, Time)>,
    /// Whether the position is in calm water.
    pub calm: bool,
    /// When the vessel was first heard.
    pub first_at: Time,
    /// Draught in decimetres, if reported.
    pub draught_dm: Option<u8>,
}

/// State of a vessel after a fix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sailing {
    /// Not in a stay.
    AtSea,
    /// In a stay, which may still be too short for a call.
    Staying,
    /// A call has just ended; it is the vessel's latest.
    Sailed,
}

/// Calls and stays of all vessels.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct PortCalls {
    /// Current stays by vessel. A stay becomes a call when it ends after `LEAST`.
    stays: FxHashMap<TrackKey, PortCall>,
    /// Calls by vessel, oldest first, at most `MOST_OF_ONE` each; never an empty list.
    calls: FxHashMap<TrackKey, Vec<PortCall>>,
    /// Number of calls of all vessels.
    count: usize,
    /// Number of calls dropped because there were too many in all.
    evicted: u64,
}

impl PortCalls {
    /// Handles a fix of a vessel that is slow or in a stay. `port` names the calm water at the position.
    pub fn take(&mut self, key: TrackKey, berth: &Berth, port: impl FnOnce() -> Option<Arc<str>>) -> Sailing {
        let slow_since = berth.smg.and_then(|(knots, since)| (knots < STAYS_KNOTS).then_some(since));
        let Some(stay) = self.stays.get_mut(&key) else {
            let Some(since) = slow_since.filter(|_| berth.calm) else {
                return Sailing::AtSea;
            };
            // A vessel first heard shortly before this stay may have been there long before.
            let arrived = SEEN_BEFORE <= since - berth.first_at;
            let (at, port) = (berth.position, port());
            let draught_dm = berth.draught_dm;
            self.stays.insert(key, PortCall { at, port, from: since, to: berth.at, arrived, draught_dm });
            return Sailing::Staying;
        };
        if berth.calm {
            if slow_since.is_some() {
                stay.to = berth.at;
                stay.draught_dm = stay.draught_dm.or(berth.draught_dm);
            }
            return Sailing::Staying;
        }
        let under_way = berth.smg.is_some_and(|(knots, _)| LEAVES_KNOTS <= knots);
        if !under_way && berth.at - stay.to <= LEAVES_AFTER {
            return Sailing::Staying;
        }
        match self.end(key) {
            true => Sailing::Sailed,
            false => Sailing::AtSea,
        }
    }

    /// Ends the stay of a vessel that is forgotten, at its last fix there. Its calls are kept, as it may come back.
    pub fn forget(&mut self, key: TrackKey) {
        self.end(key);
    }

    /// Completed calls of a vessel, oldest first.
    pub fn of(&self, key: TrackKey) -> &[PortCall] {
        self.calls.get(&key).map_or(&[], Vec::as_slice)
    }

    /// The current stay of a vessel, if there is one. It may still be too short for a call.
    pub fn stay(&self, key: TrackKey) -> Option<&PortCall> {
        self.stays.get(&key)
    }

    /// Whether a vessel was in port at any time between two moments.
    pub fn in_port_between(&self, key: TrackKey, from: Time, to: Time) -> bool {
        let overlaps = |call: &PortCall| call.from <= to && from <= call.to;
        self.of(key).iter().any(overlaps)
            || self.stay(key).is_some_and(|stay| stay.from <= to && LEAST <= stay.to - stay.from)
    }

    /// Drops calls that are too old and, beyond the limit, the oldest.
    pub fn sweep(&mut self, now: Time) {
        self.calls.retain(|_, calls| {
            calls.retain(|call| now - call.to <= KEEP);
            !calls.is_empty()
        });
        self.count = self.calls.values().map(Vec::len).sum();
        if self.count <= MOST {
            return;
        }
        let mut ends: Vec<Time> = self.calls.values().flatten().map(|call| call.to).collect();
        ends.sort_unstable();
        let oldest = ends[self.count - MOST];
        self.calls.retain(|_, calls| {
            calls.retain(|call| oldest <= call.to);
            !calls.is_empty()
        });
        let kept = self.calls.values().map(Vec::len).sum();
        self.evicted += (self.count - kept) as u64;
        self.count = kept;
    }

    /// Number of calls dropped before their time.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Approximate size on the heap. Bytes.
    pub fn bytes(&self) -> usize {
        let one = size_of::<PortCall>();
        self.stays.capacity() * (size_of::<TrackKey>() + one + 1) + self.count * one + self.calls.capacity() * 33
    }

    /// Ends a stay. Returns whether it was a call.
    fn end(&mut self, key: TrackKey) -> bool {
        let Some(call) = self.stays.remove(&key).filter(|stay| LEAST <= stay.to - stay.from) else {
            return false;
        };
        let calls = self.calls.entry(key).or_default();
        let same =
            |last: &&mut PortCall| call.from - last.to <= BACK_WITHIN && last.at.metres_to(call.at) <= SAME_METRES;
        if let Some(last) = calls.last_mut().filter(same) {
            last.to = call.to;
            return true;
        }
        if MOST_OF_ONE <= calls.len() {
            calls.remove(0);
            self.count -= 1;
        }
        calls.push(call);
        self.count += 1;
        true
    }
}

#[cfg(test)]
mod tests;
