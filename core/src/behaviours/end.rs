//! Reasons why a condition is over, or never held.
//!
//! One list for all behaviours, so that a reason that several share has one text.

use serde::{Deserialize, Serialize};

/// Why a condition is over, or never held. The last line of an alert states it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum End {
    /// The vessel is under way again.
    UnderWayAgain,
    /// The vessel no longer circles.
    NoLongerCircling,
    /// One of the two is under way.
    UnderWay,
    /// The two are apart.
    Apart,
    /// The vessel left the zone.
    LeftZone,
    /// The vessel came near shore, a harbour or an anchorage.
    InCalmWater,
    /// The vessel was not heard for too long.
    Lost,
    /// The listed vessel was not heard for too long.
    NoLongerHeard,
    /// No zone asks for it any more: the zone was removed, or is outside its active hours.
    ZoneGone,
    /// The zone was removed.
    ZoneRemoved,
    /// The zone was moved.
    ZoneMoved,
    /// The behaviour was switched off.
    SwitchedOff,
    /// The silent vessel, input, station or area is heard again.
    HeardAgain,
    /// The distress device no longer transmits.
    NoLongerTransmitting,
    /// The vessel is no longer on the list.
    NoLongerListed,
    /// The vessel returned.
    Returned,
    /// Both places are on one track.
    TracksJoined,
    /// The place that the vessel jumped away from is no longer heard. Whether one ship was at both is not known.
    PlaceSilent,
    /// The stop ended.
    StopEnded,
    /// The boat left.
    BoatLeft,
    /// The behaviour is an event without duration.
    SingleEvent,
    /// The change has taken place; it has no duration.
    Changed,
    /// The vessel that had entered the zone is outside again.
    OutsideAgain,
    /// The vessel that had left the zone is inside again.
    InsideAgain,
    /// The two proved to be one ship.
    OneShip,
    /// One of the two no longer reports.
    OneSilent,
    /// The entry of the list expired.
    EntryExpired,
    /// The ship moves along its heading.
    AlongHeading,
    /// No further vessel jumped to the area.
    Quiet,
    /// The speed is back within the limits of the zone.
    WithinLimits,
    /// An alert of a stronger behaviour took its place.
    Superseded,
    /// The silent vessel cannot have been there.
    SilentElsewhere,
    /// A vessel that was heard lay alongside for much of the stop.
    AnotherAlongside,
    /// The safety text of the distress device reads TEST.
    SaysTest,
    /// A late report shows that the vessel was heard.
    WasHeard,
    /// The two are tracks of one MMSI.
    SameNumber,
    /// Both transmit the same IMO number, and the two have never been seen apart.
    SameImo,
    /// Both transmit the same name and call sign, and the two have never been seen apart.
    SameName,
    /// The two have never been far apart.
    NeverApart,
    /// The positions were false.
    PositionsFalse,
}

impl End {
    /// The reason in a few words.
    pub fn words(self) -> &'static str {
        match self {
            End::UnderWayAgain => "under way again",
            End::NoLongerCircling => "no longer circling",
            End::UnderWay => "under way",
            End::Apart => "apart",
            End::LeftZone => "left the zone",
            End::InCalmWater => "near shore, harbour or anchorage",
            End::Lost => "lost",
            End::NoLongerHeard => "no longer heard",
            End::ZoneGone => "zone removed or inactive",
            End::ZoneRemoved => "zone removed",
            End::ZoneMoved => "zone moved",
            End::SwitchedOff => "switched off",
            End::HeardAgain => "heard again",
            End::NoLongerTransmitting => "no longer transmitting",
            End::NoLongerListed => "no longer listed",
            End::Returned => "returned",
            End::TracksJoined => "tracks joined",
            End::PlaceSilent => "no longer heard at the place it left",
            End::StopEnded => "the stop ended",
            End::BoatLeft => "the boat left",
            End::SingleEvent => "single event",
            End::Changed => "changed",
            End::SilentElsewhere => "the silent vessel cannot have been there",
            End::AnotherAlongside => "another vessel lay alongside",
            End::SaysTest => "its safety text reads TEST",
            End::WasHeard => "a late report shows that it was heard",
            End::OutsideAgain => "left the zone",
            End::InsideAgain => "back in the zone",
            End::OneShip => "one ship after all",
            End::OneSilent => "one of them no longer reporting",
            End::EntryExpired => "list entry expired",
            End::AlongHeading => "moving along its heading",
            End::Quiet => "quiet",
            End::WithinLimits => "back within the limits",
            End::Superseded => "superseded",
            End::SameNumber => "both tracks have one MMSI",
            End::SameImo => "one hull: both transmit the same IMO number and have never been seen apart",
            End::SameName => "one hull: both transmit the same name and call sign and have never been seen apart",
            End::NeverApart => "one hull: they have never been more than 200 m apart",
            End::PositionsFalse => "interference: the positions were false",
        }
    }

    /// Whether the condition cannot resume as the same alert: it was an event that its opposite ended, its zone is gone, or another alert
    /// took its place.
    pub fn is_final(self) -> bool {
        matches!(
            self,
            End::OutsideAgain | End::InsideAgain | End::ZoneGone | End::ZoneRemoved | End::ZoneMoved | End::Superseded
        )
    }
}
