//! `GET /picture`: every vessel, or those that have changed, as a binary frame.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::cursor::cursor;
use super::pictures::Pictures;
use crate::http::access::Reader;
use crate::http::api::Sources;
use crate::http::api::bounds::bounds;
use crate::http::api::consulted::listed;
use crate::http::api::store_problem::problem;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;

/// Content type of a frame.
const FRAME: HeaderValue = HeaderValue::from_static("application/vnd.atalaia.picture");

/// All vessels with a position, or those that have changed since the cursor of an earlier frame; in columns of numbers, as the manual
/// describes. A reader who was away for more than two minutes gets all of them. `flags` tell of open alerts that the reader may see.
#[utoipa::path(get, path = "/picture", tag = "picture",
    params(
        ("after" = Option<u32>, Query, description = "Cursor of the last frame; leave it out after the area was changed"),
        ("bbox" = Option<String>, Query, description = "West, south, east, north in degrees: only vessels in this area"),
    ),
    responses(
        (status = 200, description = "A frame", content_type = "application/vnd.atalaia.picture", body = Vec<u8>),
        (status = 400, description = "A parameter is unknown or wrong", content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", content_type = "application/problem+json"),
        (status = 403, description = "Without the right to read", content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", content_type = "application/problem+json"),
        (status = 503, description = "The picture or the store cannot be read", content_type = "application/problem+json"),
    ))]
pub(super) async fn show(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Extension(pictures): Extension<Arc<Pictures>>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &["after", "bbox"])?;
    let wanted = (cursor(&given)?, bounds(&given, "bbox")?);
    listed(&sources, &reader, "picture", "").await?;
    let picture = sources.asker.picture().await?;
    let (clearance, now) = (reader.clearance, sources.clock.now());
    let store = sources.store.clone();
    let make = move || pictures.frame(&store, &picture, &clearance, wanted, now);
    let frame = sources.computed(make).await?.map_err(problem)?;
    Ok(([(CONTENT_TYPE, FRAME), (CACHE_CONTROL, HeaderValue::from_static("no-store"))], frame).into_response())
}
