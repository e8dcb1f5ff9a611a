//! The track of a vessel, as far as the engine keeps it.

use serde::Serialize;

use crate::base::time::Time;
use crate::base::units::Mmsi;
use crate::engine::Engine;
use crate::picture::tracks::{Fix, TrailPoint, Vessel};

/// The kept fixes of one track.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TrackAnswer {
    /// MMSI.
    pub mmsi: u32,
    /// Ordinal of the track under that MMSI, from 1.
    pub track: u16,
    /// Name as it was sent; `None` if never sent.
    pub name: Option<String>,
    /// The fixes, oldest first: time, longitude and latitude in degrees, reported speed in knots and course in degrees, both `None` if not
    /// sent.
    pub points: Vec<TrackPoint>,
    /// Whether fixes were left out: those that the engine does not keep, and those beyond the number asked for.
    pub thinned: bool,
    /// When it was first heard with a position; `None` before the first fix.
    #[serde(skip)]
    pub first_heard_at: Option<Time>,
    /// Whether it is the only track of its MMSI.
    #[serde(skip)]
    pub is_only: bool,
}

/// Time, longitude, latitude, speed over ground and course over ground.
pub type TrackPoint = (Time, f64, f64, Option<f64>, Option<f64>);

/// The track of an MMSI from `since` on, at most `most` points. Of several tracks under the number the one with this ordinal, or else the one
/// that was heard last. `None` if there is no such track.
pub fn track(engine: &Engine, mmsi: Mmsi, ordinal: Option<u16>, since: Time, most: usize) -> Option<TrackAnswer> {
    let of_number = engine.tracks().under(mmsi);
    let wanted = of_number.filter(|vessel| ordinal.is_none_or(|ordinal| vessel.key().ordinal == ordinal));
    let heard = |vessel: &Vessel<'_>| vessel.last().map(|fix| fix.at);
    let is_only = engine.tracks().under(mmsi).count() == 1;
    let vessel = wanted.max_by_key(|vessel| (heard(vessel), vessel.key().ordinal))?;
    let mut points: Vec<TrackPoint> = vessel.trail_since(since).map(of_trail).collect();
    // The trail may end before the latest fix.
    let last = vessel.last().filter(|fix| since <= fix.at && points.last().is_none_or(|last| last.0 < fix.at));
    points.extend(last.map(of_fix));
    let kept = points.len();
    points = spread(points, most);
    let name = vessel.name().map(str::to_owned);
    // The engine itself keeps fewer fixes than it has taken.
    let thinned = points.len() < kept || kept < vessel.fixes() as usize;
    let first_heard_at = vessel.last().map(|_| vessel.first_at());
    Some(TrackAnswer { mmsi: mmsi.0, track: vessel.key().ordinal, name, points, thinned, first_heard_at, is_only })
}

/// At most `most` of the points, evenly by number, with the first and the last. A single one that is wanted of several is not possible, so
/// all are returned.
pub fn spread(points: Vec<TrackPoint>, most: usize) -> Vec<TrackPoint> {
    let all = points.len();
    match most < all && 1 < most {
        true => (0..most).map(|place| points[place * (all - 1) / (most - 1)]).collect(),
        false => points,
    }
}

/// A kept fix.
fn of_trail(point: TrailPoint) -> TrackPoint {
    (point.at, point.position.lon, point.position.lat, point.sog_knots, point.cog_degrees)
}

/// The latest fix.
fn of_fix(fix: Fix) -> TrackPoint {
    (fix.at, fix.position.lon, fix.position.lat, fix.said.sog_knots(), fix.said.cog_degrees())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ais::{Line, SourceId};
    use crate::testing::{AREA, engine, lines};

    #[test]
    fn a_track_has_its_first_and_its_last_fix_however_few_points_are_wanted() {
        let mut engine = engine(&crate::engine::Settings::default(), AREA);
        for line in lines("ALFA 224000001 jitter=0\n 12:00 24.5 -17\n stop 90") {
            engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut Vec::new());
        }
        engine.finish(&mut Vec::new());
        let of = |most| track(&engine, Mmsi(224_000_001), None, Time::from_millis(0), most).expect("it was heard");
        let (whole, few) = (of(10_000), of(3));
        assert!(3 < whole.points.len(), "{}", whole.points.len());
        assert_eq!((few.points.len(), few.thinned), (3, true));
        assert_eq!((few.points.first(), few.points.last()), (whole.points.first(), whole.points.last()));
        let last = engine.tracks().under(Mmsi(224_000_001)).next().and_then(|vessel| vessel.last()).expect("a fix");
        assert_eq!(whole.points.last().map(|point| point.0), Some(last.at));
        assert_eq!(track(&engine, Mmsi(224_000_002), None, Time::from_millis(0), 10), None);
        assert_eq!(track(&engine, Mmsi(224_000_001), Some(9), Time::from_millis(0), 10), None);
    }
}
