//! Positions from the tracks of an alert.

use atalaia_core::alerts::{Alert, EvidencePoint, EvidenceTrack, Status};
use atalaia_core::behaviours::VesselRef;
use atalaia_core::geo::LatLon;

/// Last point of the vessel's track; `None` if the alert has no such track.
/// A vessel is identified by MMSI and track, as two vessels may send the same MMSI.
pub(super) fn last_point<'a>(alert: &'a Alert, vessel: &VesselRef) -> Option<&'a EvidencePoint> {
    let is_its = |track: &&EvidenceTrack| (track.mmsi, track.track) == (vessel.mmsi, vessel.track);
    alert.evidence.tracks.iter().find(is_its)?.points.last()
}

/// Positions before and after a gap in the first track. While the alert is open: the last point and `None`; then the ends of the
/// longest gap.
/// The longest gap is taken, because the track also has shorter ones, before and after.
pub(super) fn silence(alert: &Alert) -> Option<(LatLon, Option<LatLon>)> {
    let points = &alert.evidence.tracks.first()?.points;
    if alert.status == Status::Open {
        return points.last().map(|last| (last.position(), None));
    }
    let longest = points.windows(2).max_by_key(|pair| pair[1].at - pair[0].at)?;
    Some((longest[0].position(), Some(longest[1].position())))
}
