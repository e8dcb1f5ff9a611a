//! `GET /vessels/{mmsi}/track`: where a vessel has been, from the trail of the engine and, before that, from the journal.
//!
//! The engine follows a vessel that only passes for half an hour, and others for half a day.

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Serialize;
use tracing::warn;
use utoipa::ToSchema;

use crate::http::access::Reader;
use crate::http::answering::no_track;
use crate::http::api::consulted::consulted;
use crate::http::api::journal::{PATIENCE, place};
use crate::http::api::personal::may_ask;
use crate::http::api::refusals::Refusals;
use crate::http::api::sources::{Sources, with_place};
use crate::http::page::found;
use crate::http::parameters::{Parameters, mmsi};
use crate::http::problem::Problem;
use crate::platform::disk::RealDisk;
use crate::storage::evidence::{Passage, passage};
use crate::storage::store::{Act, Subject};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::units::Mmsi;
use atalaia_core::engine::questions::{Answer, Question, TrackAnswer, TrackPoint, spread};

/// Hours of a track if the request names no number, and the largest number it may name.
const HOURS: (usize, usize) = (24, 72);
/// Points of a track if the request names no number, and the largest number it may name.
const POINTS: (usize, usize) = (2000, 20_000);
/// Time without a fix from which a part of the track is a gap: nobody knows where the vessel was meanwhile.
const GAP: Span = Span::from_minutes(20);

/// The track of a vessel.
#[derive(Serialize, ToSchema)]
struct TrackShown {
    /// MMSI.
    mmsi: u32,
    /// Ordinal of the track under that MMSI, from 1.
    track: u16,
    /// Name as it was sent; null if never sent.
    name: Option<String>,
    /// The fixes, oldest first: time, longitude and latitude in degrees, reported speed in knots and course in degrees, both null if not sent.
    #[schema(value_type = Vec<Vec<Value>>)]
    points: Vec<TrackPoint>,
    /// Whether fixes were left out: those that nothing keeps, and those beyond the number asked for.
    thinned: bool,
    /// Beginning and end of each time without a fix for more than 20 minutes. The first begins with the period that was asked for, if the
    /// vessel was heard then but nothing is kept of it.
    #[schema(value_type = Vec<Vec<String>>)]
    gaps: Vec<(Time, Time)>,
    /// Whether everything that was received in the period was looked at. False if the journal does not reach back so far, or takes too long
    /// to read.
    complete: bool,
}

/// The track of the last hours: `[time, lon, lat, sog_knots, cog_degrees]`, oldest first. Before the trail of the engine begins it is read from
/// the journal, with a fix a minute at most. A number that several ships use has only the trail of the engine.
#[utoipa::path(get, path = "/vessels/{mmsi}/track", tag = "vessels",
    params(
        ("mmsi" = String, Path, description = "Nine digits"),
        ("hours" = Option<String>, Query, description = "1 to 72; 24 if it is left out"),
        ("track" = Option<String>, Query, description = "Ordinal of the track; the one heard last if it is left out"),
        ("max_points" = Option<String>, Query, description = "1 to 20000; 2000 if it is left out")),
    responses((status = 200, description = "The track", body = TrackShown), Refusals))]
pub(super) async fn show_track(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    number: Result<Path<String>, PathRejection>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &["hours", "track", "max_points"])?;
    let number = mmsi(number)?;
    let hours = given.count("hours", HOURS.0, HOURS.1)?;
    let most = given.count("max_points", POINTS.0, POINTS.1)?;
    let track = given.count("track", 0, usize::from(u16::MAX))?;
    let track = u16::try_from(track).ok().filter(|track| 0 < *track);
    let now = sources.at().unwrap_or_else(|| sources.clock.now());
    let since = now - Span::from_hours(i64::try_from(hours).unwrap_or(i64::MAX));
    may_ask(&sources, &reader.clearance, number).await?;
    let question = Question::Track { mmsi: number, track, since, most: usize::MAX };
    let Answer::Track(Some(trail)) = sources.asker.ask(question).await? else {
        return Err(no_track(number));
    };
    consulted(&sources, &reader, Act::TrackRead, Subject::Vessel(number), None).await?;
    let earlier = earlier(&sources, number, since, &trail).await;
    Ok(found(&shown(trail, earlier, since, most)))
}

/// What the journal has from before the trail; `None` if nothing is missing, or if it cannot be read now.
async fn earlier(sources: &Sources, number: Mmsi, since: Time, trail: &TrackAnswer) -> Option<Passage> {
    let begins = trail.points.first().map(|point| point.0)?;
    let heard = trail.first_heard_at?.max(since);
    if begins <= heard + GAP || !trail.is_only {
        return None;
    }
    let (folder, now) = (sources.journal.clone()?, sources.clock.now());
    let place = place()?;
    let read = move || passage(&RealDisk, &folder, number, (since, begins), now, PATIENCE);
    match with_place(place, read).await.ok()? {
        Ok(passage) => Some(passage),
        Err(error) => {
            warn!(%error, "the journal cannot be read for a track; it begins with the trail of the engine");
            None
        }
    }
}

/// The trail with what came before it.
fn shown(trail: TrackAnswer, earlier: Option<Passage>, since: Time, most: usize) -> TrackShown {
    let TrackAnswer { mmsi, track, name, points: kept, thinned, first_heard_at, .. } = trail;
    let is_whole = |first: &TrackPoint| first_heard_at.is_none_or(|heard| first.0 <= heard.max(since) + GAP);
    let complete = earlier.as_ref().map_or_else(|| kept.first().is_none_or(is_whole), |earlier| earlier.complete);
    let fixes = earlier.into_iter().flat_map(|earlier| earlier.fixes);
    let mut points: Vec<TrackPoint> =
        fixes.map(|fix| (fix.at, fix.position.lon, fix.position.lat, fix.sog_knots, fix.cog_degrees)).collect();
    points.extend(kept);
    let mut gaps = Vec::new();
    if let Some(first) = points.first().filter(|first| !is_whole(first)) {
        gaps.push((first_heard_at.map_or(since, |heard| heard.max(since)), first.0));
    }
    let holes = points.windows(2).map(|pair| (pair[0].0, pair[1].0));
    gaps.extend(holes.filter(|(from, to)| GAP < *to - *from));
    let all = points.len();
    let points = spread(points, most);
    let thinned = thinned || points.len() < all;
    TrackShown { mmsi, track, name, points, thinned, gaps, complete }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::evidence::PastFix;
    use atalaia_core::geo::LatLon;

    #[test]
    fn a_trail_is_continued_into_the_past_and_what_is_missing_is_a_gap() {
        let now = Time::from_utc(2026, 3, 1, 12, 0, 0).expect("a time");
        let back = |minutes: i64| now - Span::from_minutes(minutes);
        let trail = || TrackAnswer {
            mmsi: 224_000_001,
            track: 1,
            name: None,
            points: [30, 20, 10, 0].map(|minutes| (back(minutes), -20.0, 28.0, None, None)).to_vec(),
            thinned: false,
            first_heard_at: Some(back(600)),
            is_only: true,
        };
        let fix = |minutes| PastFix {
            at: back(minutes),
            position: LatLon::new(28.0, -20.0),
            sog_knots: None,
            cog_degrees: None,
        };
        let fixes = [590, 580, 200, 190, 180, 40].map(fix).to_vec();
        let whole = shown(trail(), Some(Passage { fixes, complete: true }), back(1440), 2000);
        assert_eq!((whole.points.len(), whole.thinned, whole.complete), (10, false, true));
        assert_eq!(whole.gaps, [(back(580), back(200)), (back(180), back(40))]);
        let bare = shown(trail(), None, back(1440), 3);
        assert_eq!((bare.points.len(), bare.thinned, bare.complete), (3, true, false));
        assert_eq!(bare.gaps, [(back(600), back(30))], "it was heard before");
        assert!(shown(trail(), None, back(40), 2000).complete, "the trail has all that was asked for");
    }
}
