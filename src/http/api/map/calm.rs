//! `GET /map/calm?bbox`: calm water around harbours and anchorage points.

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Serialize;

use crate::http::api::Sources;
use crate::http::api::bounds::needed_bounds;
use crate::http::page::found;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;

/// Number of circles in an answer. A map with more of them shows nothing but circles.
const MOST: usize = 2000;

/// Body of the answer.
#[derive(Serialize, utoipa::ToSchema)]
struct CalmAreas {
    /// Longitude, latitude, radius in nautical miles, and name, of each circle; the largest first.
    #[schema(value_type = Vec<Vec<Value>>)]
    items: Vec<(f64, f64, f64, String)>,
    /// How many more there are in the area.
    left_off: usize,
}

/// Circles of calm water, in which behaviours at sea do not begin. Ports and anchorages drawn as zones are among the zones.
#[utoipa::path(get, path = "/map/calm", tag = "map",
    params(("bbox" = String, Query, description = "West, south, east, north in degrees")),
    responses(
        (status = 200, description = "The circles", body = CalmAreas),
        (status = 400, description = "A parameter is unknown, missing or wrong", content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", content_type = "application/problem+json"),
        (status = 403, description = "Without the right to read", content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", content_type = "application/problem+json"),
        (status = 503, description = "The chart is not there yet", content_type = "application/problem+json"),
    ))]
pub(super) async fn show(
    State(sources): State<Sources>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &["bbox"])?;
    let area = needed_bounds(&given, "bbox")?;
    let chart = sources.asker.chart().await?;
    let found_there = chart.ports.calm_within(&area);
    let left_off = found_there.len().saturating_sub(MOST);
    let circle = |port: &&atalaia_core::geo::Port| (port.at.lon, port.at.lat, port.radius_nm, port.name.to_string());
    Ok(found(&CalmAreas { items: found_there.iter().take(MOST).map(circle).collect(), left_off }))
}
