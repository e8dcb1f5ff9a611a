//! `GET /map/land/{z}/{x}/{y}`: the land of a tile as polygons of whole numbers.

use std::sync::Arc;

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::under::Under;
use crate::http::api::Sources;
use crate::http::problem::Problem;

/// The land within a tile of Web Mercator, from the coastline that distances from shore are measured to. Tiles exist at zoom 2, 5 and 8.
/// Bytes: `ATLD`, version u16, count of rings u16; for each ring count of points u16, 0 u16, and x and y i16 of each point, from 0 to 4096
/// and up to 64 beyond. The rings are filled by the even-odd rule; each ends where it began.
#[utoipa::path(get, path = "/map/land/{z}/{x}/{y}", tag = "map",
    params(
        ("z" = u8, Path, description = "Zoom: 2, 5 or 8"),
        ("x" = u32, Path, description = "Column, from 0 at 180° W"),
        ("y" = u32, Path, description = "Row, from 0 in the north"),
    ),
    responses(
        (status = 200, description = "The tile", content_type = "application/vnd.atalaia.land", body = Vec<u8>),
        (status = 304, description = "Not changed"),
        (status = 401, description = "Not signed in", content_type = "application/problem+json"),
        (status = 403, description = "Without the right to read", content_type = "application/problem+json"),
        (status = 404, description = "No such tile", content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", content_type = "application/problem+json"),
        (status = 503, description = "The chart is not there yet", content_type = "application/problem+json"),
    ))]
pub(super) async fn show(
    State(sources): State<Sources>,
    Extension(under): Extension<Arc<Under>>,
    asked: HeaderMap,
    place: Result<Path<(u8, u32, u32)>, PathRejection>,
) -> Result<Response, Problem> {
    let none = || Problem::not_found("there are tiles at zoom 2, 5 and 8, each with 2^zoom columns and rows");
    let Path(place) = place.map_err(|_| none())?;
    let chart = sources.asker.chart().await?;
    let tile = sources.computed(move || under.of(&chart).tile(place)).await?;
    tile.map(|tile| tile.response(&asked)).ok_or_else(none)
}
