//! A flat copy of the picture, for readers that must not hold up the engine.

use super::vessel::kind_of;
use crate::ais::ship_type_name;
use crate::base::time::Time;
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
    /// Ship type 1-99; `None` if never sent.
    pub ship_type: Option<u8>,
    /// Speed made good in knots; `None` before five minutes of track, or across a hole too long to count.
    pub made_good_knots: Option<f64>,
}

impl Picture {
    /// Copies the picture of an engine.
    pub fn of(engine: &Engine) -> Picture {
        Picture { at: engine.now(), vessels: engine.tracks().iter().filter_map(PictureVessel::of).collect() }
    }
}

impl PictureVessel {
    fn of(vessel: Vessel<'_>) -> Option<PictureVessel> {
        Some(PictureVessel {
            key: vessel.key(),
            fix: vessel.last()?,
            name: vessel.identity().and_then(|identity| identity.name.clone()),
            ship_type: vessel.ship_type(),
            made_good_knots: vessel.speed_made_good().filter(|smg| !smg.over_hole).map(|smg| smg.knots),
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
}
