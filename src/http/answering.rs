//! Answers to questions about vessels: the same for local commands (`questions`) and for readers of the API (`api`). The routes add what
//! differs, such as who may ask and what is recorded.

use super::ask::Asker;
use super::parameters::Parameters;
use super::problem::Problem;
use crate::storage::store::{AlertFilter, Clearance, Order, Readers, Sorted, StoreError};
use atalaia_core::base::text::advice;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::units::Mmsi;
use atalaia_core::behaviours::{Behaviour, NAMES};
use atalaia_core::engine::questions::{Answer, Conditions, Deed, Question, Search, VesselAnswer};
use atalaia_core::geo::LatLon;

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

/// What the alerts and facts of the period say that vessels did, as far as the clearance allows. `now` is the wall clock.
pub(super) fn deeds(
    readers: &Readers,
    search: &Search,
    clearance: &Clearance,
    now: Time,
) -> Result<Vec<Deed>, StoreError> {
    let (since, until) = (Some(search.from), Some(search.to));
    let filter = AlertFilter { facts: true, since, until, ..AlertFilter::default() };
    let order = Order { by: Sorted::LastAt, ascending: false };
    let page = readers.page(&filter, clearance, order, None, MOST, now)?;
    Ok(page.items.iter().filter_map(|item| Deed::stored(&item.id, &item.value())).collect())
}
