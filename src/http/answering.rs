//! Answers to questions about vessels: the same for local commands (`questions`) and for readers of the API (`api`). The routes add what
//! differs, such as who may ask and what is recorded.

use serde::Serialize;

use super::ask::Asker;
use super::parameters::Parameters;
use super::problem::Problem;
use crate::storage::store::{AlertFilter, Clearance, Order, PageRequest, Readers, Sorted, StoreError};
use atalaia_core::base::text::advice;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::units::Mmsi;
use atalaia_core::behaviours::{Behaviour, NAMES};
use atalaia_core::engine::questions::{Answer, Conditions, Deed, Question, Search, VesselAnswer};
use atalaia_core::geo::{Bounds, LatLon};

/// Largest radius around a place in nautical miles. A larger circle is a question about all vessels.
const RADIUS_NM: f64 = 500.0;
/// The same for a search. Much further away, a ranking by distance says nothing.
const SEARCH_RADIUS_NM: f64 = 100.0;
/// Longest period of a search: as long as the engine remembers stops.
const LONGEST: Span = Span::from_hours(14 * 24);
/// Most alerts and facts of the period that are read.
const MOST: usize = 20_000;

/// The problem of a vessel that the engine does not know.
pub(super) fn no_track(number: Mmsi) -> Problem {
    Problem::not_found(format!("MMSI {number} has no track"))
}

/// What the engine knows of a vessel now. A vessel without a track now is not found, even if alerts name it.
pub(super) async fn vessel(asker: &Asker, number: Mmsi) -> Result<VesselAnswer, Problem> {
    match asker.ask(Question::Vessel(number)).await? {
        Answer::Vessel(Some(vessel)) => Ok(vessel),
        _ => Err(no_track(number)),
    }
}

/// Every condition of every behaviour for a vessel now, met or not, or of one behaviour.
pub(super) async fn explanations(asker: &Asker, number: Mmsi, only: Option<Behaviour>) -> Result<Conditions, Problem> {
    match asker.ask(Question::Explain(number, only)).await? {
        Answer::Explain(Some(conditions)) => Ok(conditions),
        _ => Err(no_track(number)),
    }
}

/// The behaviour that a request is limited to; `None` for all.
pub(super) fn behaviour(given: &Parameters) -> Result<Option<Behaviour>, Problem> {
    let named = |name: &str| {
        let unknown = || Problem::parameter(format!("behaviour: there is no such one; {}", advice(name, NAMES)));
        Behaviour::named(name).ok_or_else(unknown)
    };
    given.text("behaviour").map(named).transpose()
}

/// A place and a radius around it in nautical miles.
pub(super) fn circle(given: &Parameters) -> Result<(LatLon, f64), Problem> {
    Ok((given.place("near")?, given.positive("radius_nm", RADIUS_NM)?))
}

/// The place and the period of a search. It ends now if the request does not say otherwise.
pub(super) fn search(given: &Parameters, now: Time) -> Result<Search, Problem> {
    let (near, radius_nm) = (given.place("near")?, given.positive("radius_nm", SEARCH_RADIUS_NM)?);
    let missing = || Problem::parameter("from: is missing; write for instance from=2026-03-01T04:10:00Z");
    let from = given.time("from")?.ok_or_else(missing)?;
    let to = given.time("to")?.unwrap_or(now);
    if to <= from || LONGEST < to - from {
        let days = LONGEST.hours() / 24.0;
        return Err(Problem::parameter(format!("to: write a time after from, at most {days} days later")));
    }
    Ok(Search { near, radius_nm, from, to })
}

/// The answer to a search.
#[derive(Debug, Serialize)]
pub(super) struct Searched {
    /// The vessels.
    #[serde(flatten)]
    pub(super) answer: Answer,
    /// Whether all alerts and facts of the place and period were read.
    pub(super) complete: bool,
}

/// What the alerts and facts near the place and in the period say that vessels did, as far as the clearance allows, and whether that is all
/// of it: the earliest of more than [`MOST`] are left out. `now` is the wall clock.
pub(super) fn deeds(
    readers: &Readers,
    search: &Search,
    clearance: &Clearance,
    now: Time,
) -> Result<(Vec<Deed>, bool), StoreError> {
    let (since, until) = (Some(search.from), Some(search.to));
    let filter = AlertFilter { facts: true, since, until, bbox: Some(around(search)), ..AlertFilter::default() };
    let order = Order { by: Sorted::LastAt, ascending: false };
    let page = readers.page(&PageRequest { filter: &filter, clearance, order, cursor: None, limit: MOST, now })?;
    let deeds = page.items.iter().filter_map(|item| Deed::stored(&item.id, &item.value())).collect();
    Ok((deeds, page.next.is_none()))
}

/// An area that holds the circle of a search.
fn around(search: &Search) -> Bounds {
    // A minute of latitude is a nautical mile on a sphere of that size; the hundredth more is for the shape of the earth.
    let high = search.radius_nm / 60.0 * 1.01;
    let (south, north) = ((search.near.lat - high).max(-90.0), (search.near.lat + high).min(90.0));
    let narrowest = south.abs().max(north.abs()).to_radians().cos();
    let wide = high / narrowest.max(1e-6);
    match wide < 180.0 {
        true => {
            let west = (search.near.lon - wide + 180.0).rem_euclid(360.0) - 180.0;
            Bounds { south, west, north, east: west + 2.0 * wide }
        }
        // The pole is in it.
        false => Bounds { south, west: -180.0, north, east: 180.0 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_box_of_a_search_holds_its_circle_also_at_the_antimeridian_and_the_poles() {
        let now = Time::from_millis(0);
        for (lat, lon, radius_nm) in
            [(36.95, -9.12, 5.0), (0.0, 179.99, 100.0), (-17.0, -179.5, 60.0), (89.5, 10.0, 100.0), (70.0, 0.0, 100.0)]
        {
            let near = LatLon::new(lat, lon);
            let area = around(&Search { near, radius_nm, from: now, to: now });
            for degrees in 0..360 {
                let (sin, cos) = f64::from(degrees).to_radians().sin_cos();
                let at_lat = (lat + cos * radius_nm / 60.0).clamp(-90.0, 90.0);
                let at_lon = lon + sin * radius_nm / 60.0 / at_lat.to_radians().cos().max(1e-6);
                let at_lon = (at_lon + 180.0).rem_euclid(360.0) - 180.0;
                let at = LatLon::new(at_lat, at_lon);
                if at.metres_to(near) <= radius_nm * atalaia_core::base::units::METRES_PER_NM {
                    assert!(area.hold(at), "{near:?} {at:?} {area:?}");
                }
            }
        }
    }
}
