//! Past positions of a vessel: its fixes, thinned as they age.
//!
//! Kept points are at least 10 s apart in the last 5.5 minutes, 2.5 minutes apart up to 21 minutes, and 5 minutes apart before
//! that. That is enough for speed made good (spans of 5-20 min), for common instants, for 5-minute positions and for evidence, at
//! 16 bytes per point.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::geo::LatLon;

const FINE_SPACING: i64 = 10_000;
const MIDDLE_SPACING: i64 = 150_000;
const COARSE_SPACING: i64 = 300_000;
const FINE_AGE: i64 = 330_000;
const MIDDLE_AGE: i64 = 1_260_000;
const UNITS_PER_DEGREE: f64 = 600_000.0;
const NONE: u16 = u16::MAX;

/// One kept fix of a trail.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct TrailPoint {
    /// Event time of the fix.
    pub at: Time,
    /// Position of the fix.
    pub position: LatLon,
    /// Reported speed over ground in knots; `None` if not sent.
    pub sog_knots: Option<f64>,
    /// Reported course over ground in degrees; `None` if not sent.
    pub cog_degrees: Option<f64>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Packed {
    /// Milliseconds after the trail's epoch.
    offset: u32,
    lat: i32,
    lon: i32,
    sog: u16,
    cog: u16,
}

impl Packed {
    fn position(&self) -> LatLon {
        LatLon::new(f64::from(self.lat) / UNITS_PER_DEGREE, f64::from(self.lon) / UNITS_PER_DEGREE)
    }
}

/// The thinned fixes of one vessel, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Trail {
    epoch: i64,
    #[serde(with = "crate::base::state::roomy")]
    points: Vec<Packed>,
}

impl Trail {
    pub(super) fn new() -> Trail {
        Trail { epoch: 0, points: Vec::new() }
    }

    pub(super) fn clear(&mut self) {
        self.points.clear();
    }

    /// Adds a fix newer than all kept ones, unless it is within 10 s of the last. `keep` is how far back the trail reaches.
    pub(super) fn push(&mut self, point: &TrailPoint, keep: Span) {
        let at = point.at.millis();
        match self.points.last() {
            None => self.epoch = at,
            Some(last) => {
                if at - self.millis(last) < FINE_SPACING {
                    return;
                }
                if i64::from(u32::MAX) < at - self.epoch {
                    self.drop_before(at - keep.millis().min(i64::from(u32::MAX) / 2));
                    self.rebase(at);
                }
            }
        }
        if self.points.len() == self.points.capacity() {
            self.thin(at, keep);
            if self.points.capacity() < self.points.len() + 1 + self.points.len() / 16 {
                // Grows in few steps, because many small allocations would fragment the heap. Even a vessel heard twice will soon
                // need the room of the second step.
                let more = match self.points.len() {
                    0 => 2,
                    few @ 1..24 => 24 - few,
                    many => many / 4,
                };
                self.points.reserve_exact(more);
            }
        }
        let packed = self.pack(point);
        self.points.push(packed);
    }

    /// Inserts a late fix at its place. Returns false if it is older than the trail or within 10 s of a kept point.
    pub(super) fn insert_late(&mut self, point: &TrailPoint) -> bool {
        let at = point.at.millis();
        let Some(first) = self.points.first() else {
            return false;
        };
        if at <= self.millis(first) {
            return false;
        }
        let place = self.points.partition_point(|kept| self.millis(kept) < at);
        let near = |kept: Option<&Packed>| kept.is_some_and(|kept| (self.millis(kept) - at).abs() < FINE_SPACING);
        if near(self.points.get(place)) || near(self.points.get(place.wrapping_sub(1))) {
            return false;
        }
        let packed = self.pack(point);
        self.points.insert(place, packed);
        true
    }

    /// The latest kept point at or before `at`.
    pub(super) fn at_or_before(&self, at: Time) -> Option<TrailPoint> {
        let place = self.place_after(at);
        place.checked_sub(1).map(|index| self.unpack(&self.points[index]))
    }

    /// Like `at_or_before`, but for a caller that asks for ever later times. `place` holds the index of the last answer.
    pub(super) fn at_or_before_from(&self, place: &mut u16, at: Time) -> Option<TrailPoint> {
        let millis = at.millis();
        let mut here = usize::from(*place);
        if self.points.get(here).is_none_or(|kept| millis < self.millis(kept)) {
            here = self.place_after(at).checked_sub(1)?;
        }
        while self.points.get(here + 1).is_some_and(|next| self.millis(next) <= millis) {
            here += 1;
        }
        *place = here.min(usize::from(u16::MAX)) as u16;
        Some(self.unpack(&self.points[here]))
    }

    /// The earliest kept point after `at`.
    pub(super) fn after(&self, at: Time) -> Option<TrailPoint> {
        self.points.get(self.place_after(at)).map(|packed| self.unpack(packed))
    }

    /// The latest kept point at or before `at` and the earliest one after it, each as time and position. For a caller that asks for
    /// ever earlier times: `place` holds the index of the later point (the number of points if there is none) between calls, and
    /// begins as `usize::MAX`.
    pub(super) fn around(&self, place: &mut usize, at: Time) -> [Option<(Time, LatLon)>; 2] {
        let millis = at.millis();
        let is_before = |kept: &Packed| self.millis(kept) <= millis;
        let end = self.points.len().min(*place);
        // Most requested moments are close to the last one, so the end is searched first.
        let tail = end.saturating_sub(8);
        *place = match self.points[..end].get(tail).is_some_and(is_before) {
            true => tail + self.points[tail..end].partition_point(is_before),
            false => self.points[..tail].partition_point(is_before),
        };
        let here = |packed: &Packed| (Time::from_millis(self.millis(packed)), packed.position());
        [place.checked_sub(1).map(|index| here(&self.points[index])), self.points.get(*place).map(here)]
    }

    /// Kept points from `from` on, oldest first.
    pub(super) fn since(&self, from: Time) -> impl Iterator<Item = TrailPoint> + '_ {
        let start = self.points.partition_point(|kept| self.millis(kept) < from.millis());
        self.points[start..].iter().map(|packed| self.unpack(packed))
    }

    /// A value that depends on the data that the next fix will read, to load it into the cache.
    pub(super) fn touch(&self, place: u16) -> u32 {
        let offset = |point: Option<&Packed>| point.map_or(0, |point| point.offset);
        offset(self.points.last()) ^ offset(self.points.get(usize::from(place)))
    }

    /// Heap memory held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.points.capacity() * size_of::<Packed>()
    }

    fn place_after(&self, at: Time) -> usize {
        let at = at.millis();
        // Most requested moments are in the last minutes, so the end is searched first.
        let tail = self.points.len().saturating_sub(8);
        if self.points.get(tail).is_some_and(|kept| self.millis(kept) <= at) {
            return tail + self.points[tail..].partition_point(|kept| self.millis(kept) <= at);
        }
        self.points.partition_point(|kept| self.millis(kept) <= at)
    }

    fn thin(&mut self, now: i64, keep: Span) {
        let epoch = self.epoch;
        let oldest = now - keep.millis();
        let mut last_kept = i64::MIN;
        self.points.retain(|point| {
            let at = epoch + i64::from(point.offset);
            let spacing = match now - at {
                ..FINE_AGE => FINE_SPACING,
                FINE_AGE..MIDDLE_AGE => MIDDLE_SPACING,
                MIDDLE_AGE.. => COARSE_SPACING,
            };
            // A second of slack, so that no point of a vessel that reports every 30 s or 60 s is skipped.
            let stays = oldest <= at && last_kept.saturating_add(spacing - 1000) <= at;
            if stays {
                last_kept = at;
            }
            stays
        });
    }

    fn drop_before(&mut self, oldest: i64) {
        let epoch = self.epoch;
        self.points.retain(|point| oldest <= epoch + i64::from(point.offset));
    }

    fn rebase(&mut self, now: i64) {
        let epoch = self.points.first().map_or(now, |first| self.millis(first));
        let moved = epoch - self.epoch;
        for point in &mut self.points {
            point.offset = (i64::from(point.offset) - moved).clamp(0, i64::from(u32::MAX)) as u32;
        }
        self.epoch = epoch;
    }

    fn millis(&self, point: &Packed) -> i64 {
        self.epoch + i64::from(point.offset)
    }

    fn pack(&self, point: &TrailPoint) -> Packed {
        let tenths = |value: Option<f64>| value.map_or(NONE, |value| (value * 10.0).round() as u16);
        Packed {
            offset: (point.at.millis() - self.epoch).clamp(0, i64::from(u32::MAX)) as u32,
            lat: (point.position.lat * UNITS_PER_DEGREE).round() as i32,
            lon: (point.position.lon * UNITS_PER_DEGREE).round() as i32,
            sog: tenths(point.sog_knots),
            cog: tenths(point.cog_degrees),
        }
    }

    fn unpack(&self, packed: &Packed) -> TrailPoint {
        let tenths = |value: u16| (value != NONE).then(|| f64::from(value) / 10.0);
        TrailPoint {
            at: Time::from_millis(self.millis(packed)),
            position: packed.position(),
            sog_knots: tenths(packed.sog),
            cog_degrees: tenths(packed.cog),
        }
    }
}

#[cfg(test)]
mod tests;
