//! A flat copy of the picture, for readers that must not hold up the engine.

use super::vessel::kind_of;
use crate::ais::{Class, Dimensions, ship_type_name};
use crate::alerts::{HandlingSettings, may_be_small};
use crate::base::time::Time;
use crate::behaviours::LISTED;
use crate::engine::Engine;
use crate::geo::LatLon;
use crate::picture::tracks::{Fix, TrackKey, Vessel};

/// Every vessel that has sent a position, as it was at one moment.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Picture {
    /// Engine time of the copy; `None` before the first report.
    pub at: Option<Time>,
    /// The vessels, in no particular order.
    pub vessels: Vec<PictureVessel>,
}

/// One vessel of the picture.
#[derive(Clone, PartialEq, Debug)]
pub struct PictureVessel {
    /// Its track.
    pub key: TrackKey,
    /// Its latest fix.
    pub fix: Fix,
    /// Name as it was sent; `None` if never sent.
    pub name: Option<Box<str>>,
    /// Call sign as it was sent; `None` if never sent.
    pub call_sign: Option<Box<str>>,
    /// IMO number as it was sent, not checked; `None` if never sent.
    pub imo: Option<u32>,
    /// Ship type 1-99; `None` if never sent.
    pub ship_type: Option<u8>,
    /// Distances from the antenna to the sides of the hull; `None` if never sent.
    pub hull: Option<Dimensions>,
    /// Speed made good in knots; `None` before five minutes of track, or across a hole too long to count.
    pub made_good_knots: Option<f64>,
    /// What else is known of it.
    pub traits: Traits,
}

/// What the engine knows of a vessel beside its report, each yes or no.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Traits {
    /// Its transponder is of class B.
    pub class_b: bool,
    /// Only satellites have heard it.
    pub satellite_only: bool,
    /// It is on a watchlist.
    pub listed: bool,
    /// Several ships use its MMSI.
    pub in_conflict: bool,
    /// What is known of it counts as personal data (`[handling] personal_data`), as an alert about it does.
    pub personal: bool,
}

impl Picture {
    /// Copies the picture of an engine.
    pub fn of(engine: &Engine) -> Picture {
        let tracks = engine.tracks();
        let mut vessels = Vec::with_capacity(tracks.len());
        let handling = engine.handling();
        vessels.extend(tracks.iter().filter_map(|vessel| PictureVessel::of(vessel, handling)));
        Picture { at: engine.now(), vessels }
    }
}

impl PictureVessel {
    /// `None` for a track without a fix.
    fn of(vessel: Vessel<'_>, handling: &HandlingSettings) -> Option<PictureVessel> {
        let identity = vessel.identity();
        let length = identity.and_then(|identity| identity.length());
        Some(PictureVessel {
            key: vessel.key(),
            fix: vessel.last()?,
            name: vessel.name().map(Into::into),
            call_sign: identity.and_then(|identity| identity.call_sign.clone()),
            imo: identity.and_then(|identity| identity.imo),
            ship_type: vessel.ship_type(),
            hull: identity.and_then(|identity| identity.dimensions),
            made_good_knots: vessel.speed_made_good().filter(|smg| !smg.over_hole).map(|smg| smg.knots),
            traits: Traits {
                class_b: vessel.class() == Class::B,
                satellite_only: vessel.satellite_only(),
                listed: vessel.active() & LISTED != 0,
                in_conflict: vessel.is_one_of_several() || vessel.is_of_several(),
                personal: handling.is_personal(may_be_small(vessel.ship_type(), vessel.class(), length)),
            },
        })
    }

    /// Country and ship type: `Spain, cargo`.
    pub fn kind(&self) -> String {
        kind_of(self.key.mmsi, self.ship_type)
    }

    /// Ship type in words.
    pub fn type_name(&self) -> &'static str {
        ship_type_name(self.ship_type)
    }

    /// Position of its latest fix.
    pub fn position(&self) -> LatLon {
        self.fix.position
    }

    /// Length overall in metres; `None` if not sent.
    pub fn length(&self) -> Option<u16> {
        self.hull.map(Dimensions::length).filter(|metres| 0 < *metres)
    }

    /// Beam in metres; `None` if not sent.
    pub fn beam(&self) -> Option<u16> {
        self.hull.map(Dimensions::beam).filter(|metres| 0 < *metres)
    }

    /// Whether it reports that it is at anchor (navigational status 1) or moored (5).
    pub fn says_anchored(&self) -> bool {
        matches!(self.fix.said.status(), Some(1 | 5))
    }
}
