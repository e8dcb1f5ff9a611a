//! `GET /events`: the log as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::time::Instant;

use super::feed::Feed;
use super::pump::{Pump, Waiting};
use super::topics::{Topics, number};
use crate::http::access::Identity;
use crate::http::api::consulted::listed;
use crate::http::api::described;
use crate::http::api::refusals::Refusals;
use crate::http::api::sources::Sources;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::http::traffic::OpenStream;

/// The header by which a browser says what it had last.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// The parameters, with their meaning.
const PARAMETERS: [(&str, &str); 2] = [
    (
        "after",
        "Number of the last entry that you have; what happens from now on if absent. The header Last-Event-ID goes before",
    ),
    ("topics", "alert, act, case, silence, delivery, settings, person"),
];

/// What happens, as server-sent events: `hello` first, `change` with an entry of the log, `status` with the feeds, `reset` if everything must
/// be loaded again, `access` if the reader may see less or more than before, `end` when the session is over. A comment every 15 seconds shows
/// that the stream lives.
#[utoipa::path(get, path = "/events", tag = "log", params(Listed), responses(
    (status = 200, description = "The events", body = String, content_type = "text/event-stream"), Refusals))]
pub(super) async fn follow(
    State(sources): State<Sources>,
    Extension(identity): Extension<Identity>,
    Extension(feed): Extension<Arc<Feed>>,
    headers: HeaderMap,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &PARAMETERS.map(|(name, _)| name))?;
    let topics = Topics::of(&given)?;
    let after = match headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok()?.trim().parse::<i64>().ok()) {
        Some(seq) => Some(seq.max(0)),
        None => number(&given, "after")?,
    };
    listed(&sources, &identity.reader, "log", "").await?;
    let full = |_| Problem::busy("as many streams as are allowed are open; close another window");
    let place = Arc::clone(&feed.places).try_acquire_owned().map_err(full)?;
    let (waiting, outlet) = Waiting::channel();
    let pump = Pump { sources, identity, topics, waiting, looked: Instant::now(), open: OpenStream::begin() };
    tokio::spawn(pump.run(feed, after));
    // The place is free again once the connection is, which may be later than the end of the pump.
    let body = stream::unfold((outlet, place), |(mut outlet, place)| async move {
        let piece = outlet.next().await?;
        Some((Ok::<Bytes, Infallible>(piece), (outlet, place)))
    });
    let headers =
        [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    Ok((headers, Body::from_stream(body)).into_response())
}

/// The parameters, for the description.
struct Listed;

impl utoipa::IntoParams for Listed {
    fn into_params(
        _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
    ) -> Vec<utoipa::openapi::path::Parameter> {
        described::query(PARAMETERS)
    }
}
