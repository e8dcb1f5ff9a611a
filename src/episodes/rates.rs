//! Rates: how often craft of a kind stop at a place, learned from the stops of the last 14 days. What is rare, usual or expected by
//! chance rests on these numbers alone.

use std::collections::BTreeMap;

use crate::geo::LatLon;
use crate::time::{Span, Time};
use crate::tracks::TrackKey;
use crate::units::METRES_PER_NM;

use super::{Craft, Episodes};

/// One vessel that stops again and again at its own place counts so often at most.
const OF_ONE_VESSEL: usize = 3;
/// A rate is taken over at least this long, even with less data. Days.
const LEAST_DAYS: f64 = 1.0;

/// Stops of others near a place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rate {
    /// How many, each vessel at most three times.
    pub stops: usize,
    /// How many vessels made them.
    pub vessels: usize,
    /// Radius, nautical miles.
    pub nm: f64,
    /// Length of the data. Days.
    pub days: f64,
}

impl Rate {
    /// Stops a day.
    pub fn per_day(&self) -> f64 {
        self.stops as f64 / self.days.max(LEAST_DAYS)
    }

    /// Stops per square nautical mile and hour.
    pub fn density(&self) -> f64 {
        self.per_day() / 24.0 / (std::f64::consts::PI * self.nm * self.nm)
    }
}

impl Episodes {
    /// How often vessels like `craft`, without those that are `left_out`, stopped within `nm` of a place in the `days` before `now`.
    pub fn stops_near(
        &self,
        at: LatLon,
        nm: f64,
        (now, days): (Time, u32),
        craft: Craft,
        left_out: impl Fn(TrackKey) -> bool,
    ) -> Rate {
        let from = now - Span::from_hours(24 * i64::from(days));
        let counts = |halt: &super::Halt| from <= halt.last_at && craft.is_like(halt.craft) && !left_out(halt.key);
        let mut by_vessel: BTreeMap<TrackKey, usize> = BTreeMap::new();
        for (_, halt, _) in self.halts.near_if(at, nm * METRES_PER_NM, counts) {
            *by_vessel.entry(halt.key).or_default() += 1;
        }
        let stops = by_vessel.values().map(|stops| (*stops).min(OF_ONE_VESSEL)).sum();
        Rate { stops, vessels: by_vessel.len(), nm, days: (self.known_for(now).hours() / 24.0).min(f64::from(days)) }
    }

    /// For how long back every stop is known: since episodes are looked for, or since the oldest that is kept where there are too many.
    fn known_for(&self, now: Time) -> Span {
        let seen = self.seen_for(now);
        let oldest = self.halts.iter().next().map(|(_, halt)| now - halt.started_at);
        match oldest {
            Some(oldest) if 0 < self.halts.evicted() => seen.min(oldest),
            Some(_) | None => seen,
        }
    }
}
