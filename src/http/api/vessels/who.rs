//! `GET /who`: who stopped, slowed, met or was dark near a place, ranked, and how well the place is heard.
//!
//! Two sources are joined: the store has the alerts and facts of the period that the reader may see, the engine remembers stops and
//! silences. The engine's own open alerts are left out: it does not know who may see them.

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use crate::http::access::Reader;
use crate::http::api::consulted::consulted;
use crate::http::api::described::query;
use crate::http::api::refusals::Refusals;
use crate::http::api::sources::Sources;
use crate::http::page::found;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::storage::store::{AlertFilter, Order, Readers, Sorted};
use atalaia_core::base::time::Span;
use atalaia_core::engine::questions::{Deed, Question, Search};

/// Largest radius in nautical miles. Much further away, a ranking by distance says nothing.
const RADIUS_NM: f64 = 100.0;
/// Longest period: as long as the engine remembers stops.
const LONGEST: Span = Span::from_hours(14 * 24);
/// Most alerts and facts of the period that are read.
const MOST: usize = 20_000;
/// Least length of a reason in characters.
const REASON: usize = 10;
/// The parameters.
const PARAMETERS: [(&str, &str); 5] = [
    ("near", "LAT,LON in any notation"),
    ("radius_nm", "Above 0 and up to 100"),
    ("from", "Time at which the period begins, as 2026-03-01T04:10:00Z"),
    ("to", "Time at which it ends, at most 14 days later; now if it is left out"),
    ("why", "The reason for the search, at least 10 characters; it is recorded"),
];

/// The parameters, for the description.
pub(super) struct WhoParameters;

impl IntoParams for WhoParameters {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        query(&PARAMETERS)
    }
}

/// The vessels that stopped, slowed, met or were dark near the place in the period, ranked. The search is recorded with its reason.
#[utoipa::path(get, path = "/who", tag = "vessels", params(WhoParameters),
    responses((status = 200, description = "The vessels", content_type = "application/json"), Refusals))]
pub(super) async fn who_was_there(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &PARAMETERS.map(|(name, _)| name))?;
    let (near, radius_nm) = (given.place("near")?, given.positive("radius_nm", RADIUS_NM)?);
    let missing = || Problem::parameter("from: is missing; write for instance from=2026-03-01T04:10:00Z");
    let from = given.time("from")?.ok_or_else(missing)?;
    let now = sources.clock.now();
    let to = given.time("to")?.unwrap_or(now);
    if to <= from || LONGEST < to - from {
        let days = LONGEST.hours() / 24.0;
        return Err(Problem::parameter(format!("to: write a time after from, at most {days} days later")));
    }
    let why = given.text("why").unwrap_or_default().trim().to_owned();
    if !(REASON..=500).contains(&why.chars().count()) {
        return Err(Problem::parameter(format!("why: write the reason for the search, {REASON} to 500 characters")));
    }
    let subject = format!("who {:.4},{:.4} {radius_nm} nm {from} {to}", near.lat, near.lon);
    consulted(&sources, &reader, "who", &subject, Some(&why)).await?;
    let filter = AlertFilter { facts: true, since: Some(from), until: Some(to), ..AlertFilter::default() };
    let order = Order { by: Sorted::LastAt, ascending: false };
    let clearance = reader.clearance.clone();
    let read = move |readers: &Readers| {
        let page = readers.page(&filter, &clearance, order, None, MOST, now)?;
        Ok(page.items.iter().filter_map(|item| Deed::stored(&item.id, &item.value())).collect::<Vec<Deed>>())
    };
    let deeds = sources.read(read).await?;
    Ok(found(&sources.asker.ask(Question::WhoAmong(Search { near, radius_nm, from, to }, deeds)).await?))
}
