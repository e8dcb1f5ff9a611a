//! Silences: how unlikely it is, slot by slot, that a vessel is no longer heard, if it moved on and if it stayed.

use serde::{Deserialize, Serialize};

use crate::ais::{Class, SourceId, StationId};
use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::geo::LatLon;
use crate::picture::tracks::{Fix, TrackKey, Vessel};

use super::cells::Cell;
use super::slot::{SLOT, Slot};

/// Probability below which a silence is passed to the behaviours, which set their own, stricter limit (SPEC `ais_gap`: 0.001).
pub const REPORTED_BELOW: f64 = 0.01;
/// How long after its last fix a vessel under way is expected where dead reckoning places it. Slots.
pub(super) const EXPECTED: u8 = 6;
/// How long a silence gathers evidence: a day, for which dead reckoning is accurate to a mile or two. Slots.
pub(super) const GIVEN_UP: i64 = 144;
/// Length from which an improbable silence is assumed to be the vessel's own doing: the 90 min of SPEC `ais_gap`. Slots.
pub(super) const OWN_DOING: i64 = 9;
/// Share of the slots of the last day from which a vessel would have been heard in the next slot too (SPEC `ais_gap`).
pub(super) const OWN_RECORD: f32 = 0.95;
/// Number of fixes from which a vessel is confirmed.
const CONFIRMED_FIXES: u32 = 3;
/// A vessel slower than this counts as still. Knots.
const STILL_KNOTS: f64 = 0.5;
/// Dead reckoning is limited to this latitude, because degrees of longitude mean nothing beyond it.
const HIGHEST_LATITUDE: f64 = 85.0;

/// A vessel that was heard in one slot and not in the next.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Silence {
    /// The vessel.
    pub(super) key: TrackKey,
    /// Time of its last fix.
    pub since: Time,
    /// Position of its last fix.
    pub position: LatLon,
    /// Class of its transponder; reception is counted apart for each.
    pub(super) class: Class,
    /// The input that heard it last.
    pub(super) source: SourceId,
    /// The station that heard it last; `StationId(0)` if the feed names none.
    pub(super) station: StationId,
    /// Speed in knots and course in degrees; `None` for a vessel that counts as still.
    motion: Option<(f32, f32)>,
    /// Natural logarithm of the probability that it is not heard if it moved on as before.
    pub(super) ln_moving: f32,
    /// The same if it stands still.
    pub(super) ln_still: f32,
    /// The same if it moved on and reception had no edge.
    pub(super) ln_within: f32,
    /// When it left the feed's reception, if it moved on as before; `None` while it has not.
    pub left: Option<Time>,
    /// Share, 0-1, of the 10-minute slots of the 24 h before in which the vessel itself was heard.
    pub own_record: f32,
    /// Whether enough was known of reception when the silence began; otherwise it is never improbable.
    pub(super) judged: bool,
    /// Whether its input heard no other vessel in the 24 h before, and has been silent since.
    pub alone: bool,
    /// The cell that names the quiet area which it fell silent with, or sailed into soon after its last fix; `None` without such an area.
    /// Until that area ends, nothing is known of the vessel.
    pub(super) quiet_area: Option<Cell>,
    /// Whether it is counted among the silences of its cell.
    pub(super) noted: bool,
    /// Whether it is counted among the silences of its input.
    pub(super) noted_of_feed: bool,
    /// Number of slots since then that show nothing about it, because its input, station or area was silent.
    pub(super) holes: u32,
    /// Number of slots that all inputs together had missed when it began.
    pub(super) holes_before: u32,
    /// Number of slots in which it was expected and counted as not heard.
    pub(super) counted: u8,
    /// Bits of the slots already counted in their cells as not heard, the lowest for the first slot after the last fix. Slots after
    /// the 64th have none: `learn` does not look that far.
    counted_in: u64,
    /// Whether it was reported as improbable if reception had no edge.
    pub(super) reported_within: bool,
    /// Whether it was reported as improbable.
    pub(super) reported: bool,
}

impl Silence {
    /// The silence of a vessel that begins with its last fix, before any slot is weighed.
    pub(super) fn new(vessel: Vessel<'_>, last: &Fix, holes_before: u32, judged: bool) -> Silence {
        let said = last.said;
        let made_good = vessel.speed_made_good().filter(|smg| !smg.over_hole).map(|smg| smg.knots);
        let knots = made_good.or(said.sog_knots()).filter(|knots| STILL_KNOTS <= *knots);
        let motion = knots.zip(said.cog_degrees()).map(|(knots, course)| (knots as f32, course as f32));
        Silence {
            key: vessel.key(),
            since: last.at,
            position: last.position,
            class: vessel.class(),
            source: last.source,
            station: last.station,
            motion,
            ln_moving: 0.0,
            ln_still: 0.0,
            ln_within: 0.0,
            left: None,
            own_record: vessel.heard_share(last.at),
            judged,
            alone: false,
            quiet_area: None,
            noted: false,
            noted_of_feed: false,
            holes: 0,
            holes_before,
            counted: 0,
            counted_in: 0,
            reported_within: false,
            reported: false,
        }
    }

    /// Whether the vessel was under way when last heard.
    pub fn under_way(&self) -> bool {
        self.motion.is_some()
    }

    /// Speed when last heard in knots; 0 for a vessel that counts as still.
    pub fn knots(&self) -> f64 {
        self.motion.map_or(0.0, |(knots, _)| f64::from(knots))
    }

    /// The position by dead reckoning at a time; accurate to a mile or two within a day.
    pub fn expected_at(&self, at: Time) -> LatLon {
        let Some((knots, course)) = self.motion else {
            return self.position;
        };
        let miles = f64::from(knots) * (at - self.since).hours();
        let (east, north) = f64::from(course).to_radians().sin_cos();
        let lat = (self.position.lat + miles * north / 60.0).clamp(-HIGHEST_LATITUDE, HIGHEST_LATITUDE);
        let middle = ((lat + self.position.lat.clamp(-HIGHEST_LATITUDE, HIGHEST_LATITUDE)) / 2.0).to_radians();
        LatLon::new(lat, self.position.lon + miles * east / 60.0 / middle.cos())
    }

    /// Probability, 0-1, that such a vessel is not heard for this long, moving on or standing still, whichever is more likely.
    pub fn unheard(&self) -> f64 {
        if self.judged { self.unheard_if_learned() } else { 1.0 }
    }

    /// Like `unheard`, but even if too little was known of reception when the silence began.
    pub(super) fn unheard_if_learned(&self) -> f64 {
        match self.motion {
            Some(_) => f64::from(self.ln_moving.max(self.ln_still)).exp(),
            None => f64::from(self.ln_still).exp(),
        }
    }

    /// Like `unheard`, but as if reception had no edge.
    pub fn unheard_within(&self) -> f64 {
        match self.motion {
            _ if !self.judged => 1.0,
            Some(_) => f64::from(self.ln_within.max(self.ln_still)).exp(),
            None => f64::from(self.ln_still).exp(),
        }
    }

    /// The position by dead reckoning `nm` nautical miles beyond where it is at `at`; `None` for a vessel that counts as still.
    pub(super) fn ahead(&self, at: Time, nm: f64) -> Option<LatLon> {
        let (_, course) = self.motion?;
        Some(self.expected_at(at).destination(f64::from(course), nm * METRES_PER_NM))
    }

    /// Whether it was heard so steadily that it would have been heard in the next slot too.
    pub fn has_own_record(&self) -> bool {
        OWN_RECORD <= self.own_record
    }

    /// Records that a slot counts as not heard in the cell where the vessel was expected.
    pub(super) fn count(&mut self, slot: Slot) {
        self.counted += 1;
        self.counted_in |= self.bit(slot);
    }

    /// Whether a slot is already counted as not heard.
    pub(super) fn has_counted(&self, slot: Slot) -> bool {
        self.counted_in & self.bit(slot) != 0
    }

    /// Replaces the slots already counted by those of an earlier silence of the vessel, of which this one is the rest.
    pub(super) fn continue_from(&mut self, earlier: Option<&Silence>) {
        self.counted_in = earlier.map_or(0, |earlier| {
            let later = u32::try_from(Slot::of(self.since).since(Slot::of(earlier.since))).ok();
            later.and_then(|slots| earlier.counted_in.checked_shr(slots)).unwrap_or(0)
        });
    }

    /// The bit of a slot in `counted_in`; 0 if it has none.
    fn bit(&self, slot: Slot) -> u64 {
        let number = u32::try_from(slot.since(Slot::of(self.since)) - 1).ok();
        number.and_then(|number| 1_u64.checked_shl(number)).unwrap_or(0)
    }

    /// The cells of a slot: where it would be if it moved on, and where it was last heard.
    pub(super) fn cells(&self, slot: Slot) -> (Cell, Cell) {
        (Cell::of(self.expected_at(slot.middle())), Cell::of(self.position))
    }

    /// How much of the time since it was last heard the feed itself missed. `holes_now` is the number of slots all inputs
    /// together have missed by now.
    pub(super) fn missed(&self, holes_now: u32) -> Span {
        let slots = self.holes + holes_now.saturating_sub(self.holes_before);
        Span::from_millis(SLOT.millis() * i64::from(slots))
    }
}

/// Position in the middle of a slot between two fixes, on the straight line between them. A slot outside their span gives the nearer one.
pub(super) fn between(before: &Fix, after: &Fix, slot: Slot) -> LatLon {
    let span = (after.at - before.at).millis().max(1) as f64;
    let share = (slot.middle() - before.at).millis() as f64 / span;
    before.position.between(after.position, share.clamp(0.0, 1.0))
}

/// Whether the silences of a vessel count: it is confirmed, and not excluded from the picture.
pub(super) fn takes_part(vessel: Vessel<'_>) -> bool {
    CONFIRMED_FIXES <= vessel.fixes() && vessel.takes_part()
}
