//! Where a vessel was at the moment that a sentence states, so that place and night in it belong to that moment. Such an alert is often
//! reported later, when the vessel has sailed on.

use crate::base::time::{Span, Time};
use crate::geo::LatLon;
use crate::picture::tracks::Vessel;
use crate::zones::{Chart, Relation, ZoneIx};

use super::dropped::zones_at;

/// Over fixes further apart the position is not interpolated: the fix before the moment counts.
const BRIDGE: Span = Span::from_minutes(30);
/// How far back a fix before the moment is looked for.
const BEFORE: Span = Span::from_hours(6);

/// A place of a vessel at one moment.
pub(crate) struct Moment {
    /// Its position; `None` if it never sent one.
    pub(crate) position: Option<LatLon>,
    /// Distance of the position from shore. Nautical miles.
    pub(crate) shore_nm: Option<f64>,
    /// The zones that the position is in or near.
    pub(crate) zones: Vec<(ZoneIx, Relation)>,
}

impl Moment {
    /// The place of a vessel at `at`: between two fixes, at the fix before, or else at its latest.
    pub(crate) fn of(vessel: &Vessel<'_>, at: Time, chart: &Chart) -> Moment {
        let latest = vessel.last();
        let before = || vessel.trail_since(at - BEFORE).take_while(|point| point.at <= at).last();
        let position = match latest {
            Some(fix) if fix.at <= at => Some(fix.position),
            _ => vessel.position_at(at, BRIDGE).or_else(|| before().map(|point| point.position)),
        };
        Moment::at(position.or_else(|| latest.map(|fix| fix.position)), chart)
    }

    /// A place that is known.
    pub(crate) fn at(position: Option<LatLon>, chart: &Chart) -> Moment {
        let zones = position.map_or_else(Vec::new, |position| zones_at(chart, position));
        Moment { position, shore_nm: position.map(|position| chart.shore_nm(position)), zones }
    }
}
