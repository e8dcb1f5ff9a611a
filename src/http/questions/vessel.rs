//! `GET /api/v1/vessels/MMSI`: what the engine knows of a vessel now.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::sources::Sources;
use crate::http::answering;
use crate::http::page::found;
use crate::http::parameters::{Parameters, mmsi};
use crate::http::problem::Problem;

/// Path of the route.
pub(super) const PATH: &str = "/api/v1/vessels/{mmsi}";

/// 404 if the vessel has no track.
pub(super) async fn show(
    State(sources): State<Sources>,
    number: Result<Path<String>, PathRejection>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    Parameters::of(given, &[])?;
    Ok(found(&answering::vessel(&sources.asker, mmsi(number)?).await?))
}
