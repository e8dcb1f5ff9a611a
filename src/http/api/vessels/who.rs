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
use crate::http::answering::{self, Searched};
use crate::http::api::consulted::consulted;
use crate::http::api::described::query;
use crate::http::api::personal::known;
use crate::http::api::refusals::Refusals;
use crate::http::api::sources::Sources;
use crate::http::page::found;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::storage::store::{Act, Subject};
use atalaia_core::base::units::Mmsi;
use atalaia_core::engine::questions::{Answer, Question, Search};

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
        query(PARAMETERS)
    }
}

/// The vessels that stopped, slowed, met or were dark near the place in the period, ranked. `complete` is false if the store has more alerts
/// and facts of the place and period than were read. The search is recorded with its reason.
#[utoipa::path(get, path = "/who", tag = "vessels", params(WhoParameters),
    responses((status = 200, description = "The vessels", content_type = "application/json"), Refusals))]
pub(super) async fn who_was_there(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &PARAMETERS.map(|(name, _)| name))?;
    let now = sources.clock.now();
    let search = answering::search(&given, now)?;
    let why = given.text("why").unwrap_or_default().trim().to_owned();
    if !(REASON..=500).contains(&why.chars().count()) {
        return Err(Problem::parameter(format!("why: write the reason for the search, {REASON} to 500 characters")));
    }
    let Search { near, radius_nm, from, to } = &search;
    let subject = format!("who {:.4},{:.4} {radius_nm} nm {from} {to}", near.lat, near.lon);
    consulted(&sources, &reader, Act::PlaceSearched, Subject::Search(subject), Some(&why)).await?;
    let clearance = reader.clearance.clone();
    let (deeds, complete) = sources.read(move |readers| answering::deeds(readers, &search, &clearance, now)).await?;
    let mut answer = sources.asker.ask(Question::WhoAmong(search, deeds)).await?;
    if let (Answer::Who(suspects), Some(known)) = (&mut answer, known(&sources, &reader.clearance).await?) {
        suspects.vessels.retain(|vessel| known.contains(&Mmsi(vessel.mmsi)));
    }
    Ok(found(&Searched { answer, complete }))
}
