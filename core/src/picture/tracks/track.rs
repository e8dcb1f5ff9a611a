//! One vessel: its hot state, and the view that behaviours and alerts read.

use serde::{Deserialize, Serialize};

use crate::ais::{Class, Position, SourceId, StationId};
use crate::base::time::{Span, Time};
use crate::base::units::{Mmsi, StationClass};
use crate::geo::LatLon;

use super::grid::{self, Cell};
use super::identity::Identity;
use super::key::{FOLLOWED, TrackIx, TrackKey};
use super::settings::Settings;
use super::told::Told;
use super::trail::{Trail, TrailPoint};
use super::usual::{self, UsualSpeed};

/// An MMSI outside every class takes part after this long on a consistent track (SPEC "Vessels").
const UNASSIGNED_AFTER: Span = Span::from_minutes(60);

/// One accepted position of a vessel.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Fix {
    /// Event time.
    pub at: Time,
    /// Position.
    pub position: LatLon,
    /// Everything else the report said.
    pub said: Position,
    /// The station that heard it first.
    pub station: StationId,
    /// The input that it came from.
    pub source: SourceId,
}

/// Speed over the ground as derived from positions (SPEC "Speed made good").
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct SpeedMadeGood {
    /// Distance over time. Knots.
    pub knots: f64,
    /// Start of the span it was measured over; the span ends at the fix.
    pub since: Time,
    /// Whether the span is a hole too long to count for the vessel. The speed is then evidence, but not a continuous measurement.
    pub over_hole: bool,
}

/// State read at every report: one cache line.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[repr(align(64))]
pub(super) struct Hot {
    /// Time of the latest fix; `Time::MIN` before the first.
    pub(super) last_at: Time,
    /// The latest report; its position is the latest known one.
    pub(super) said: Position,
    /// Speed made good at the latest fix. Knots; NaN without one.
    pub(super) smg: f32,
    /// Length of the span of that speed. Milliseconds.
    pub(super) smg_span: u32,
    /// Cell of the grid that has the vessel; `NOWHERE` before the first fix and after the track was dropped.
    pub(super) cell: Cell,
    pub(super) mmsi: u32,
    /// Index of the next track of the same MMSI; `NO_NEXT` for the last.
    pub(super) next: u32,
    /// Activity bits; see [`Vessel::active`].
    pub(super) active: u32,
    /// Number of fixes; stays at the largest value.
    pub(super) fixes: u16,
    /// Number of the track under its MMSI, from 1.
    pub(super) ordinal: u16,
    /// The station and the input of the latest fix.
    pub(super) station: StationId,
    pub(super) source: SourceId,
    /// Index in the trail of the point where the span of the speed made good began.
    pub(super) smg_place: u16,
    /// The `Flag`s, and the transponder class in `CLASS_BITS`.
    flags: u16,
}

/// State read seldom, except for the trail: one cache line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[repr(align(64))]
pub(super) struct Cold {
    /// Past positions; empty before the first fix and after a jump.
    pub(super) trail: Trail,
    /// Time of the first fix; `Time::MIN` before it.
    pub(super) first_at: Time,
    /// Record of its speeds; `None` before it has made 3 kn.
    pub(super) usual: Option<UsualSpeed>,
    /// Its static data and stations.
    pub(super) told: Told,
}

/// One bit of a track's hot state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
pub(super) enum Flag {
    /// The index is in use.
    Alive = 1,
    /// The trail reaches back half a day.
    KeepLong = 2,
    /// The speed made good spans a hole too long to count.
    OverHole = 4,
    /// Only satellites have heard the vessel.
    SatelliteOnly = 8,
    /// Staying in calm water, as recorded in `episodes`.
    InPort = 16,
    /// Heard once while a later track of its MMSI was also heard.
    Beside = 32,
    /// Heard a second time like that, which proves two ships.
    BesideTwice = 64,
    /// In an open alert, so it must not be evicted.
    InAlert = 128,
    /// The track began in an area of interference.
    Interfered = 256,
    /// The MMSI is sent from more than `shared_above_places` places, so it identifies no vessel.
    Shared = 512,
    /// Several ships are known to send the MMSI, so its static data may be those of any of them.
    Several = 1024,
}

/// The bits of `Hot::flags` that hold the class: 0 unknown, 1 A, 2 B.
const CLASS_SHIFT: u16 = 14;
const CLASS_BITS: u16 = 3 << CLASS_SHIFT;

/// A further track of an MMSI that was younger than this when last heard is a phantom (SPEC "Tracks").
const PHANTOM_BELOW: Span = Span::from_minutes(60);

/// End of the chain in `Hot::next`.
pub(super) const NO_NEXT: u32 = u32::MAX;

impl Default for Hot {
    fn default() -> Hot {
        Hot::new(Mmsi(0), 0)
    }
}

impl Hot {
    pub(super) fn new(mmsi: Mmsi, ordinal: u16) -> Hot {
        Hot {
            last_at: Time::MIN,
            said: Position::new(Class::Unknown, 0, None, None, None, None, None),
            smg: f32::NAN,
            smg_span: 0,
            cell: grid::NOWHERE,
            mmsi: mmsi.0,
            next: NO_NEXT,
            active: 0,
            fixes: 0,
            ordinal,
            station: StationId(0),
            source: SourceId(0),
            smg_place: 0,
            flags: Flag::Alive as u16 | Flag::SatelliteOnly as u16,
        }
    }

    pub(super) fn is(&self, flag: Flag) -> bool {
        self.flags & flag as u16 != 0
    }

    /// Whether a behaviour follows the vessel.
    pub(super) fn is_watched(&self) -> bool {
        self.active & !(1 << FOLLOWED) != 0
    }

    /// Sets or clears a flag.
    pub(super) fn mark(&mut self, flag: Flag, holds: bool) {
        match holds {
            true => self.flags |= flag as u16,
            false => self.flags &= !(flag as u16),
        }
    }

    /// Class of the transponder.
    pub(super) fn class(&self) -> Class {
        match (self.flags & CLASS_BITS) >> CLASS_SHIFT {
            1 => Class::A,
            2 => Class::B,
            _ => Class::Unknown,
        }
    }

    pub(super) fn set_class(&mut self, class: Class) {
        let code: u16 = match class {
            Class::Unknown => 0,
            Class::A => 1,
            Class::B => 2,
        };
        self.flags = self.flags & !CLASS_BITS | code << CLASS_SHIFT;
    }

    /// The latest position; meaningless before the first fix.
    pub(super) fn position(&self) -> LatLon {
        self.said.lat_lon().unwrap_or(LatLon { lat: 0.0, lon: 0.0 })
    }

    pub(super) fn last(&self) -> Option<Fix> {
        (0 < self.fixes).then(|| Fix {
            at: self.last_at,
            position: self.position(),
            said: self.said,
            station: self.station,
            source: self.source,
        })
    }

    pub(super) fn key(&self) -> TrackKey {
        TrackKey { mmsi: Mmsi(self.mmsi), ordinal: self.ordinal }
    }
}

impl Default for Cold {
    fn default() -> Cold {
        Cold::new()
    }
}

impl Cold {
    pub(super) fn new() -> Cold {
        Cold { trail: Trail::new(), first_at: Time::MIN, usual: None, told: Told::default() }
    }
}

/// A vessel as behaviours, alerts and views read it.
#[derive(Clone, Copy)]
pub struct Vessel<'a> {
    pub(super) ix: TrackIx,
    pub(super) hot: &'a Hot,
    pub(super) cold: &'a Cold,
}

impl<'a> Vessel<'a> {
    /// Index in the slab of tracks.
    pub fn ix(&self) -> TrackIx {
        self.ix
    }

    /// The permanent name of the track.
    pub fn key(&self) -> TrackKey {
        self.hot.key()
    }

    /// MMSI of the vessel.
    pub fn mmsi(&self) -> Mmsi {
        Mmsi(self.hot.mmsi)
    }

    /// Whether the vessel takes part in behaviours: ships and tenders, and MMSIs outside every class after an hour on one track.
    pub fn takes_part(&self) -> bool {
        match self.mmsi().station_class() {
            StationClass::Ship | StationClass::Tender => true,
            StationClass::Unassigned => UNASSIGNED_AFTER <= self.hot.last_at - self.cold.first_at,
            StationClass::Coast
            | StationClass::Aircraft
            | StationClass::Aid
            | StationClass::Handheld
            | StationClass::Placeholder
            | StationClass::Distress => false,
        }
    }

    /// Whether the MMSI is outside every class, which is suspicious in itself.
    pub fn unassigned_mmsi(&self) -> bool {
        self.mmsi().station_class() == StationClass::Unassigned
    }

    /// Its latest fix; `None` before the first.
    pub fn last(&self) -> Option<Fix> {
        self.hot.last()
    }

    /// When the vessel was first heard with a position; `Time::MIN` before the first fix.
    pub fn first_at(&self) -> Time {
        self.cold.first_at
    }

    /// Speed made good at the latest fix; `None` before five minutes of track.
    pub fn speed_made_good(&self) -> Option<SpeedMadeGood> {
        (!self.hot.smg.is_nan()).then(|| SpeedMadeGood {
            knots: f64::from(self.hot.smg),
            since: self.hot.last_at - Span::from_millis(i64::from(self.hot.smg_span)),
            over_hole: self.hot.is(Flag::OverHole),
        })
    }

    /// Usual speed in the 24 h before `before`: from its own record, otherwise that of its type. Knots.
    pub fn usual_knots(&self, before: Time) -> f64 {
        let own = self.cold.usual.as_ref().and_then(|usual| usual.knots(before));
        own.unwrap_or_else(|| usual::of_type(self.ship_type()))
    }

    /// The median of its own speeds under way in the 24 h before `before`; `None` with less than half an hour of them. Knots.
    pub fn own_knots(&self, before: Time) -> Option<f64> {
        self.cold.usual.as_ref().and_then(|usual| usual.knots_of(before, usual::FEW))
    }

    /// Share, 0-1, of the 10-minute slots of the 24 h before `before` in which the vessel was heard.
    pub fn heard_share(&self, before: Time) -> f32 {
        self.cold.usual.as_ref().map_or(0.0, |usual| usual.heard_share(before))
    }

    /// How long the vessel had made more than `knots`, until a time that is at most `within` before `before`; zero if it was slower
    /// then. Measured by the 10-minute medians of the last day, of which the first begins and the last ends with a fix at that speed. A hole
    /// too long to count adds nothing. One of `lost_after` ends the measurement.
    pub fn above_until(&self, before: Time, knots: f64, within: Span, settings: &Settings) -> Span {
        let bridge = settings.max_hole(self.satellite_only());
        let above = |usual: &UsualSpeed| usual.above(knots, before, within, bridge, settings.lost_after());
        let Some(above) = self.cold.usual.as_ref().and_then(above) else {
            return Span::ZERO;
        };
        let (end, reach) = (above.to.min(before), usual::SLOT + usual::FIRST_SPAN);
        let fast = |from: Time, to: Time| {
            let kept: Vec<TrailPoint> = self.trail_since(from).take_while(|point| point.at <= to).collect();
            let legs = kept.windows(2).map(|leg| (leg[0], leg[1]));
            let is_fast = |(a, b): &(TrailPoint, TrailPoint)| {
                let (metres, span) = (a.position.metres_to(b.position), b.at - a.at);
                span <= bridge && knots < crate::base::units::knots(metres, span.seconds())
            };
            legs.filter(is_fast).map(|(a, b)| (a.at, b.at)).collect::<Vec<_>>()
        };
        // The trail does not reach back as far as the slots; then they count whole.
        let first = fast(above.from - usual::FIRST_SPAN, above.from + usual::SLOT).first().map(|leg| leg.0);
        let last = fast(above.to - reach, end).last().map(|leg| leg.1);
        let (late, early) = (first.map_or(Span::ZERO, |first| first - above.from), above.to - last.unwrap_or(end));
        // Slots begin before the first fix in them; a ship was not under way before it was heard.
        let counted = above.counted - late.max(Span::ZERO) - early;
        counted.min(before - self.cold.first_at).max(Span::ZERO)
    }

    /// Whether the vessel has made 3 kn or more since it was first heard.
    pub fn ever_under_way(&self) -> bool {
        self.cold.usual.is_some()
    }

    /// Static data of the ship. `None` before any was heard, and while several ships are known to send its MMSI: nothing shows then
    /// which of them a message is from.
    pub fn identity(&self) -> Option<&'a Identity> {
        self.heard_identity().filter(|_| !self.is_of_several())
    }

    /// Static data last heard under its MMSI, from whichever ship; `None` before any was heard.
    pub fn heard_identity(&self) -> Option<&'a Identity> {
        self.cold.told.identity()
    }

    /// Name of the ship; `None` if never heard. Of several ships that send one MMSI, the name that most likely belongs to this track.
    pub fn name(&self) -> Option<&'a str> {
        let heard = self.heard_identity()?;
        match self.is_of_several() {
            true => heard.own_name.as_deref(),
            false => heard.name.as_deref(),
        }
    }

    /// Whether several ships are known to send its MMSI.
    pub fn is_of_several(&self) -> bool {
        self.hot.is(Flag::Several) || self.shares_number()
    }

    /// Ship type 1-99; `None` if never sent.
    pub fn ship_type(&self) -> Option<u8> {
        self.identity().and_then(|identity| identity.ship_type)
    }

    /// Class of the transponder; `Unknown` before a report that shows it.
    pub fn class(&self) -> Class {
        self.hot.class()
    }

    /// Whether only satellites (type 27, or inputs with a lateness above 15 min) have heard positions of the vessel. False before the first.
    pub fn satellite_only(&self) -> bool {
        0 < self.hot.fixes && self.hot.is(Flag::SatelliteOnly)
    }

    /// Whether the vessel reports that it is at anchor (status 1) or moored (5).
    pub fn says_anchored(&self) -> bool {
        matches!(self.hot.said.status(), Some(1 | 5))
    }

    /// Kept fixes from `from` on, oldest first; the latest fix itself may be missing (see [`last`](Vessel::last)).
    pub fn trail_since(&self, from: Time) -> impl Iterator<Item = TrailPoint> + 'a {
        self.cold.trail.since(from)
    }

    /// The latest navigational status, 0-14; `None` if not sent or not defined.
    pub fn status(&self) -> Option<u8> {
        self.hot.said.status()
    }

    /// Whether its latest navigational status is 15, "not defined".
    pub fn sends_undefined_status(&self) -> bool {
        self.hot.said.sends_undefined_status()
    }

    /// Whether it is a distress device whose last text reported a test.
    pub fn says_test(&self) -> bool {
        self.heard_identity().is_some_and(|identity| identity.is_test)
    }

    /// Stations that recently heard the vessel, at most eight, most recent first.
    pub fn stations(&self) -> &'a [StationId] {
        self.cold.told.stations()
    }

    /// Number of fixes so far; 65 535 means at least that many.
    pub fn fixes(&self) -> u32 {
        u32::from(self.hot.fixes)
    }

    /// Whether the vessel is staying in calm water, as recorded in `episodes`.
    pub fn in_port(&self) -> bool {
        self.hot.is(Flag::InPort)
    }

    /// Whether it is a further track of its MMSI that is no evidence of a vessel: one that lived less than an hour, or that began
    /// in interference. Its silence is not a gap.
    pub fn is_phantom(&self) -> bool {
        1 < self.hot.ordinal && (self.lived() < PHANTOM_BELOW || self.hot.is(Flag::Interfered))
    }

    /// Time from the first fix to the latest; zero without a fix.
    pub fn lived(&self) -> Span {
        match self.hot.fixes {
            0 => Span::ZERO,
            _ => self.hot.last_at - self.cold.first_at,
        }
    }

    /// Whether the track began in an area of interference.
    pub fn began_in_interference(&self) -> bool {
        self.hot.is(Flag::Interfered)
    }

    /// Whether the MMSI is sent from more than `shared_above_places` places within a day: its tracks show where ships are, but
    /// not which.
    pub fn shares_number(&self) -> bool {
        self.hot.is(Flag::Shared)
    }

    /// Whether it was heard repeatedly while a later track of its MMSI was heard too, so that two ships use the MMSI.
    pub fn is_one_of_several(&self) -> bool {
        self.hot.is(Flag::BesideTwice)
    }

    /// The activity bits: one for each behaviour that follows the vessel, by its index in the registry, and `FOLLOWED`.
    pub fn active(&self) -> u32 {
        self.hot.active
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hot_and_cold_are_a_cache_line_each() {
        assert_eq!((size_of::<Hot>(), size_of::<Cold>()), (64, 64));
    }

    #[test]
    fn class_and_flags_share_a_word_without_affecting_each_other() {
        let mut hot = Hot::new(Mmsi(224_000_001), 1);
        hot.mark(Flag::Shared, true);
        for class in [Class::B, Class::A, Class::Unknown] {
            hot.set_class(class);
            assert_eq!((hot.class(), hot.is(Flag::Alive), hot.is(Flag::Shared)), (class, true, true));
        }
        hot.mark(Flag::Shared, false);
        assert!(hot.is(Flag::Alive) && !hot.is(Flag::Shared));
    }
}
