//! `GET /api/v1/vessels/MMSI/explanations`: every condition of every behaviour for a vessel now, met or not.
//!
//! For the question why there is no alert. The answer lists what holds and what is missing.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::sources::Sources;
use crate::http::page::found;
use crate::http::parameters::{Parameters, mmsi};
use crate::http::problem::Problem;
use atalaia_core::base::text::advice;
use atalaia_core::behaviours::{Behaviour, NAMES};
use atalaia_core::engine::questions::{Answer, Question};

/// Path of the route.
pub(super) const PATH: &str = "/api/v1/vessels/{mmsi}/explanations";

/// `behaviour` limits the answer to one; 404 if the vessel has no track.
pub(super) async fn show(
    State(sources): State<Sources>,
    number: Result<Path<String>, PathRejection>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &["behaviour"])?;
    let behaviour = |name: &str| {
        let unknown = || Problem::parameter(format!("behaviour: there is no such one; {}", advice(name, NAMES)));
        Behaviour::named(name).ok_or_else(unknown)
    };
    let only = given.text("behaviour").map(behaviour).transpose()?;
    let number = mmsi(number)?;
    match sources.asker.ask(Question::Explain(number, only)).await? {
        Answer::Explain(None) => Err(Problem::not_found(format!("MMSI {number} has no track"))),
        answer => Ok(found(&answer)),
    }
}
