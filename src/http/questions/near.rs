//! `GET /api/v1/vessels?near=LAT,LON&radius_nm=R`: the vessels near a place now, from the picture that the loop publishes.
//!
//! The loop is not asked, so any number of such requests cost it one copy of the picture a second.

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Serialize;

use super::sources::Sources;
use crate::http::answering;
use crate::http::page::found;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use atalaia_core::base::time::Time;
use atalaia_core::engine::questions::{Nearby, near};
use atalaia_core::geo::LatLon;

/// Path of the route.
pub(super) const PATH: &str = "/api/v1/vessels";
/// Number of vessels in an answer if the request names none.
const USUAL: usize = 100;
/// Largest `limit` that a request may name.
const MOST: usize = 1000;

/// Body of the answer.
#[derive(Serialize)]
struct Body {
    /// Engine time of the picture; `None` before the first report.
    at: Option<Time>,
    /// The place as it was understood, whatever its notation.
    near: LatLon,
    /// The radius as given.
    radius_nm: f64,
    /// The nearest first.
    items: Vec<Nearby>,
    /// How many more there are than `limit`.
    left_off: usize,
}

/// An error if a parameter is missing or out of range, or if the loop publishes no picture in time.
pub(super) async fn show(
    State(sources): State<Sources>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &["near", "radius_nm", "limit"])?;
    let (place, radius_nm) = answering::circle(&given)?;
    let limit = given.count("limit", USUAL, MOST)?;
    let picture = sources.asker.picture().await?;
    let mut items = near(&picture, place, radius_nm);
    let left_off = items.len().saturating_sub(limit);
    items.truncate(limit);
    Ok(found(&Body { at: picture.at, near: place, radius_nm, items, left_off }))
}
