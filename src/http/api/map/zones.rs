//! `GET /zones`: every zone with its outline, as GeoJSON.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::under::Under;
use crate::http::api::Sources;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;

/// The zones in force: the area of each as its geometry, and as properties what its file says of it, `near` (the area with the band that
/// counts as near, null without one) and `lines` (the middle of a corridor, null for other zones).
#[utoipa::path(get, path = "/zones", tag = "zones",
    responses(
        (status = 200, description = "A FeatureCollection", content_type = "application/geo+json", body = Object),
        (status = 304, description = "Not changed"),
        (status = 400, description = "There are no parameters", content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", content_type = "application/problem+json"),
        (status = 403, description = "Without the right to read", content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", content_type = "application/problem+json"),
        (status = 503, description = "The chart is not there yet", content_type = "application/problem+json"),
    ))]
pub(super) async fn show(
    State(sources): State<Sources>,
    Extension(under): Extension<Arc<Under>>,
    asked: HeaderMap,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    Parameters::of(given, &[])?;
    let chart = sources.asker.chart().await?;
    let zones = sources.computed(move || under.of(&chart).zones()).await?;
    Ok(zones.response(&asked))
}
