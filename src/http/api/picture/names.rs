//! `GET /picture/names`: what the vessels of the picture say of themselves.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Serialize;

use super::cursor::cursor;
use super::pictures::Pictures;
use crate::http::access::Reader;
use crate::http::api::Sources;
use crate::http::page::found;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use atalaia_core::engine::questions::PictureVessel;
use atalaia_core::picture::tracks::{Flag, flag_of};

/// Body of the answer.
#[derive(Serialize, utoipa::ToSchema)]
struct PictureNames {
    /// Cursor of the picture, with which the next names are asked for.
    cursor: u32,
    /// Whether these are all vessels, and not only those whose names have changed.
    whole: bool,
    /// Key, name, call sign, IMO number, flag, length in metres, beam in metres, ship type; null for what was never sent. Text is as sent.
    #[schema(value_type = Vec<Vec<Value>>)]
    items: Vec<Row>,
}

/// Key, name, call sign, IMO number, flag, length, beam, ship type.
type Row =
    (u32, Option<String>, Option<String>, Option<u32>, Option<&'static str>, Option<u16>, Option<u16>, Option<u8>);

/// Names and dimensions of all vessels of the picture, or of those whose names have changed since the cursor of an earlier answer. The keys
/// are those of the frames.
#[utoipa::path(get, path = "/picture/names", tag = "picture",
    params(("after" = Option<u32>, Query, description = "Cursor of the last answer")),
    responses(
        (status = 200, description = "The names", body = PictureNames),
        (status = 400, description = "A parameter is unknown or wrong", content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", content_type = "application/problem+json"),
        (status = 403, description = "Without the right to read", content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", content_type = "application/problem+json"),
        (status = 503, description = "The picture cannot be read", content_type = "application/problem+json"),
    ))]
pub(super) async fn show(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Extension(pictures): Extension<Arc<Pictures>>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &["after"])?;
    let after = cursor(&given)?;
    let picture = sources.asker.picture().await?;
    // Sorting and copying take long enough to hold up other requests of this thread.
    sources
        .computed(move || {
            let names = pictures.names(&picture, &reader.clearance, after, row);
            found(&PictureNames { cursor: names.cursor, whole: names.whole, items: names.items })
        })
        .await
}

/// What a vessel says of itself.
fn row(key: u32, vessel: &PictureVessel) -> Row {
    let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
    let flag = flag_of(vessel.key.mmsi).map(Flag::code);
    let (length, beam) = (vessel.length(), vessel.beam());
    (key, text(&vessel.name), text(&vessel.call_sign), vessel.imo, flag, length, beam, vessel.ship_type)
}
