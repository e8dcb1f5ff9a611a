//! `GET /api/v1/vessels/MMSI`: what the engine knows of a vessel now.
//!
//! Read from the engine, not from the store: a vessel without a track now is not found, even if alerts name it.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::sources::Sources;
use crate::http::page::found;
use crate::http::parameters::{Parameters, mmsi};
use crate::http::problem::Problem;
use atalaia_core::engine::questions::{Answer, Question};

/// Path of the route.
pub(super) const PATH: &str = "/api/v1/vessels/{mmsi}";

/// 404 if the vessel has no track.
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
