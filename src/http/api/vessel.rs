//! `GET /api/v1/vessels/MMSI`: what the engine knows of a vessel now.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::parameters::mmsi;
use super::{Api, Parameters, Problem, found};
use atalaia_core::engine::questions::{Answer, Question};

pub(super) const PATH: &str = "/api/v1/vessels/{mmsi}";

pub(super) async fn show(
    State(api): State<Api>,
    number: Result<Path<String>, PathRejection>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    Parameters::of(given, &[])?;
    let number = mmsi(number)?;
    match api.asker.ask(Question::Vessel(number)).await? {
        Answer::Vessel(None) => Err(Problem::not_found(format!("MMSI {number} has no track"))),
        answer => Ok(found(&answer)),
    }
}
