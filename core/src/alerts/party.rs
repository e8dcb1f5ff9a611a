//! One vessel of an alert as last known: its identity and the kind of craft.

use serde::{Deserialize, Serialize};

use crate::ais::{Class, clean};
use crate::behaviours::VesselRef;
use crate::picture::tracks::{TrackIx, TrackKey, Tracks, Vessel, flag_of};
use crate::zones::Said;

use super::alert::Confidence;

/// Length below which a craft is small (SPEC `async_rendezvous`). Metres.
const SMALL_METRES: u16 = 30;
/// Length below which a class B craft is treated like a yacht. Metres.
const BOAT_METRES: u16 = 24;

/// A vessel of an alert. It outlives the track: an open alert keeps its vessels as last known when the picture drops them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Party {
    /// Index of its track; `None` once the track is dropped, because the index may then belong to another vessel.
    pub(super) ix: Option<TrackIx>,
    /// The vessel's key, which is never reused.
    pub(super) key: TrackKey,
    /// The vessel as alerts name it; its role is always `None` here, because it depends on the other vessels.
    pub(super) named: VesselRef,
    /// Length overall in metres; `None` if never sent.
    pub(super) length: Option<u16>,
    /// Class of the transponder; `Class::Unknown` before a message shows it.
    pub(super) class: Class,
    /// Whether only satellites have heard it; its fixes are then few.
    pub(super) satellite_only: bool,
    /// Whether its MMSI is outside every class of station, as of a badly programmed transponder.
    pub(super) unassigned_mmsi: bool,
    /// Whether several ships are known to send its MMSI, so that its type and length are not known.
    pub(super) of_several: bool,
}

impl Party {
    /// The vessel as it is now. Texts that ships send are cleaned here, once, so that nothing later has to.
    pub(super) fn of(vessel: Vessel<'_>) -> Party {
        let key = vessel.key();
        let identity = vessel.identity();
        let class = vessel.class();
        Party {
            ix: Some(vessel.ix()),
            key,
            named: VesselRef {
                mmsi: key.mmsi.0,
                track: key.ordinal,
                imo: identity.and_then(|identity| identity.imo),
                name: vessel.name().and_then(clean),
                call_sign: identity.and_then(|identity| clean(identity.call_sign.as_deref()?)),
                ship_type: vessel.ship_type(),
                flag: flag_of(key.mmsi),
                class: Some(class).filter(|class| *class != Class::Unknown),
                role: None,
            },
            length: identity.and_then(|identity| identity.length()),
            class,
            satellite_only: vessel.satellite_only(),
            unassigned_mmsi: vessel.unassigned_mmsi(),
            of_several: vessel.is_of_several(),
        }
    }

    /// The vessel in the picture; `None` once its track was dropped.
    pub(super) fn vessel<'a>(&self, tracks: &'a Tracks) -> Option<Vessel<'a>> {
        let vessel = tracks.vessel(self.ix?);
        (vessel.key() == self.key).then_some(vessel)
    }

    /// The party brought up to date from its track; unchanged if the track was dropped.
    pub(super) fn refreshed(&self, tracks: &Tracks) -> Party {
        self.vessel(tracks).map_or_else(|| self.clone(), Party::of)
    }

    /// Its identity as sent, for the watchlists.
    pub(super) fn said(&self) -> Said<'_> {
        let VesselRef { mmsi, imo, call_sign, name, .. } = &self.named;
        Said { mmsi: *mmsi, imo: *imo, call_sign: call_sign.as_deref(), name: name.as_deref() }
    }

    /// Whether the reported ship type is in this range of AIS types (ITU-R M.1371); false if no type was sent.
    fn is(&self, types: std::ops::RangeInclusive<u8>) -> bool {
        self.named.ship_type.is_some_and(|kind| types.contains(&kind))
    }

    /// Whether it reports itself as a fishing vessel.
    pub(super) fn fishing(&self) -> bool {
        self.is(30..=30)
    }

    /// Whether it reports itself as a passenger ship.
    pub(super) fn passenger(&self) -> bool {
        self.is(60..=69)
    }

    /// Whether it is a cargo ship, tanker or tug.
    pub(super) fn merchant_or_tug(&self) -> bool {
        self.named.ship_type.is_some_and(is_merchant_or_tug)
    }

    /// Whether the vessel is at work where others would be suspect: pilot, search and rescue, port tender, law enforcement, dredger or
    /// warship. The SPEC leaves warships open; comparable systems treat them like law enforcement.
    pub(super) fn on_duty(&self) -> bool {
        self.is(50..=51) || self.is(53..=53) || self.is(55..=55) || self.is(33..=33) || self.is(35..=35)
    }

    /// Whether vessels of this type circle in the course of their work: fishing, dredging, pilots to law enforcement, passenger ships.
    pub(super) fn circles_by_trade(&self) -> bool {
        self.fishing() || self.is(33..=33) || self.is(50..=55) || self.passenger()
    }

    /// Whether vessels of this type work around their port: pilots, tenders, dredgers, divers, law enforcement and similar. Tugs are not
    /// included, because they go to sea.
    pub(super) fn port_craft(&self) -> bool {
        self.is(33..=34) || self.is(50..=51) || self.is(53..=59)
    }

    /// Whether it is a sailing or pleasure craft, or a class B boat under 24 m that is not fishing.
    pub(super) fn leisure(&self) -> bool {
        is_leisure(self.named.ship_type, self.class == Class::B, self.length)
    }

    /// Whether what it sent shows that it is small: neither merchant ship nor tug, and short, class B, fishing or pleasure. A vessel whose
    /// type and length are unknown is not.
    pub(super) fn small(&self) -> bool {
        is_small(self.named.ship_type, self.class, self.length)
    }

    /// Whether it may be small, which makes an alert personal data. Of several ships that send one MMSI, none counts as small for what is
    /// not known of it.
    pub(super) fn may_be_small(&self) -> bool {
        (!self.of_several || self.class == Class::B) && may_be_small(self.named.ship_type, self.class, self.length)
    }
}

/// Whether a vessel is known to be small: neither merchant ship nor tug, and short, class B, fishing or pleasure (SPEC
/// `async_rendezvous`). Length in metres; type and length are `None` if never sent.
fn is_small(ship_type: Option<u8>, class: Class, length: Option<u16>) -> bool {
    let short = length.is_some_and(|metres| metres < SMALL_METRES);
    let kind = matches!(ship_type, Some(30 | 36 | 37)) || class == Class::B;
    !ship_type.is_some_and(is_merchant_or_tug) && (short || kind)
}

/// Whether a vessel is small or may be: nothing that it sent tells its type or length.
pub(crate) fn may_be_small(ship_type: Option<u8>, class: Class, length: Option<u16>) -> bool {
    is_small(ship_type, class, length) || (length.is_none() && ship_type.is_none())
}

/// Whether an AIS ship type is that of a cargo ship, tanker or tug (ITU-R M.1371).
fn is_merchant_or_tug(ship_type: u8) -> bool {
    matches!(ship_type, 70..=89 | 31..=32 | 52)
}

/// Whether a vessel is a sailing or pleasure craft by type, or a class B boat under 24 m that is not fishing. Length in metres.
pub(super) fn is_leisure(ship_type: Option<u8>, class_b: bool, length: Option<u16>) -> bool {
    let boat = class_b && length.is_some_and(|metres| metres < BOAT_METRES);
    matches!(ship_type, Some(36 | 37)) || (boat && ship_type != Some(30))
}

/// The vessels that a notice now names, in the order of `vessels`. Those whose track was dropped stay as last known.
pub(super) fn named(mut known: Vec<Party>, vessels: &[(TrackKey, TrackIx)], tracks: &Tracks) -> Vec<Party> {
    // Vessels only join a notice, so the same number means the same vessels.
    if known.len() == vessels.len() {
        return known;
    }
    let mut parties = Vec::with_capacity(vessels.len());
    for (key, ix) in vessels {
        let before = known.iter().position(|party| party.key == *key).map(|place| known.remove(place));
        let new = || Some(tracks.vessel(*ix)).filter(|vessel| vessel.key() == *key).map(Party::of);
        parties.extend(before.or_else(new));
    }
    parties
}

/// Low if a party is heard only by satellite.
pub(super) fn confidence(parties: &[Party]) -> Confidence {
    match parties.iter().any(|party| party.satellite_only) {
        true => Confidence::Low,
        false => Confidence::Normal,
    }
}
