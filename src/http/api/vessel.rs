//! `GET /api/v1/vessels/MMSI`: what the engine knows of a vessel now.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::parameters::{Parameters, mmsi};
use super::problem::Problem;
use super::sources::Sources;
use crate::http::page::found;
use atalaia_core::questions::{Answer, Question};

pub(super) const PATH: &str = "/api/v1/vessels/{mmsi}";

pub(super) async fn show(
    State(sources): State<Sources>,
    number: Result<Path<String>, PathRejection>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    Parameters::of(given, &[])?;
    let number = mmsi(number)?;
    match sources.asker.ask(Question::Vessel(number)).await? {
        Answer::Vessel(None) => Err(Problem::not_found(format!("MMSI {number} has no track"))),
        answer => Ok(found(&answer)),
    }
}
