//! The evidence of an alert: the tracks of the vessels, thinned for a map, and the stations that heard them.

use std::collections::BTreeSet;

use crate::ais::clean;
use crate::alerts::alert::{Evidence, EvidenceTrack};
use crate::alerts::party::Party;
use crate::alerts::point::EvidencePoint;
use crate::alerts::settings::Settings;
use crate::alerts::view::View;
use crate::base::time::{Span, Time};
use crate::picture::tracks::{TrailPoint, Vessel};

/// Maximum number of vessels that each have the full number of points. With more vessels, each has fewer. This bounds the size of an
/// alert that names hundreds of vessels.
const SHARED_BY: usize = 4;

/// Updates tracks and stations. A vessel whose track was dropped keeps the points it has. Points before `starts_at`, the first moment
/// that the alert is about, reach back `evidence_before_minutes`, as far as the trail does.
pub(super) fn refresh(
    evidence: &mut Evidence,
    parties: &[Party],
    starts_at: Time,
    settings: &Settings,
    view: &View<'_>,
) {
    let from = starts_at - Span::from_minutes(i64::from(settings.evidence_before_minutes));
    // A notice may name many vessels, which share the points of `SHARED_BY`.
    let most = settings.evidence_points as usize;
    let most = (SHARED_BY * most / parties.len().max(1)).clamp(2, most.max(2));
    let mut stations: BTreeSet<String> = BTreeSet::new();
    let mut tracks = Vec::with_capacity(parties.len());
    for party in parties {
        let (mmsi, track) = (party.key.mmsi.0, party.key.ordinal);
        let kept = evidence.tracks.iter();
        let kept = kept.filter(|kept| (kept.mmsi, kept.track) == (mmsi, track));
        let kept = kept.flat_map(|kept| kept.points.iter().copied()).collect();
        let points = match party.vessel(view.tracks) {
            Some(vessel) => {
                let heard = vessel.stations().iter();
                stations.extend(heard.filter_map(|station| clean(&(view.station_name)(*station))));
                joined(kept, vessel, from)
            }
            None => kept,
        };
        tracks.push(EvidenceTrack { mmsi, track, points: thin(points, most) });
    }
    evidence.tracks = tracks;
    // If no track is left, the stations known so far are kept.
    if parties.iter().any(|party| party.vessel(view.tracks).is_some()) {
        evidence.stations = stations.into_iter().collect();
    }
}

/// Whether at least two stations heard each vessel that still has a track; `None` if no vessel has one. A second receiver is what
/// corroborates a report in the grading of information (see `handling`).
pub(super) fn is_corroborated(parties: &[Party], view: &View<'_>) -> Option<bool> {
    let mut vessels = parties.iter().filter_map(|party| party.vessel(view.tracks)).peekable();
    vessels.peek()?;
    Some(vessels.all(|vessel| 2 <= vessel.stations().len()))
}

/// The kept points from before the trail begins, the trail, and the latest fix. The trail forgets its oldest points while the alert is
/// open, and holds a new fix only once it is some time after the last point.
fn joined(kept: Vec<EvidencePoint>, vessel: Vessel<'_>, from: Time) -> Vec<EvidencePoint> {
    let trail: Vec<EvidencePoint> = vessel.trail_since(from).map(|point| EvidencePoint::from(&point)).collect();
    let begins = trail.first().map_or(Time::MAX, |point| point.at);
    let mut points: Vec<EvidencePoint> = kept.into_iter().filter(|point| point.at < begins).collect();
    points.extend(trail);
    if let Some(fix) = vessel.last() {
        let newest = points.last().map_or(Time::MIN, |point| point.at);
        if newest < fix.at && from <= fix.at {
            points.push(EvidencePoint::from(&TrailPoint {
                at: fix.at,
                position: fix.position,
                sog_knots: fix.said.sog_knots(),
                cog_degrees: fix.said.cog_degrees(),
            }));
        }
    }
    // Kept for as long as the alert is open.
    points.shrink_to_fit();
    points
}

/// At most `most` (at least 2) of the points, evenly spaced, including the first and the last.
fn thin(points: Vec<EvidencePoint>, most: usize) -> Vec<EvidencePoint> {
    if points.len() <= most {
        return points;
    }
    let (last, steps) = (points.len() - 1, most - 1);
    (0..most).map(|step| points[step * last / steps]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_both_ends_and_the_order() {
        let points: Vec<EvidencePoint> =
            (0..5000).map(|second| (Time::from_seconds(second), 0.0, 0.0, None, None).into()).collect();
        let thinned = thin(points.clone(), 200);
        assert_eq!(thinned.len(), 200);
        assert_eq!(thinned.first(), points.first());
        assert_eq!(thinned.last(), points.last());
        assert!(thinned.windows(2).all(|pair| pair[0].at < pair[1].at));
        assert_eq!(thin(points[..7].to_vec(), 200).len(), 7);
        assert_eq!(thin(points, 2).len(), 2);
    }
}
