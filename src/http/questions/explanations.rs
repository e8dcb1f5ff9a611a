//! `GET /api/v1/vessels/MMSI/explanations`: every condition of every behaviour for a vessel now, met or not.
//!
//! For the question why there is no alert. The answer lists what holds and what is missing.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::sources::Sources;
use crate::http::answering;
use crate::http::page::found;
use crate::http::parameters::{Parameters, mmsi};
use crate::http::problem::Problem;

/// Path of the route.
pub(super) const PATH: &str = "/api/v1/vessels/{mmsi}/explanations";

/// `behaviour` limits the answer to one; 404 if the vessel has no track.
pub(super) async fn show(
    State(sources): State<Sources>,
    number: Result<Path<String>, PathRejection>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &["behaviour"])?;
    let only = answering::behaviour(&given)?;
    Ok(found(&answering::explanations(&sources.asker, mmsi(number)?, only).await?))
}
