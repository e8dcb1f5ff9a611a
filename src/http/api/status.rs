//! `GET /status` and `GET /feeds`: the state of inputs, sinks and engine, and how many alerts are open.

use std::collections::BTreeMap;

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use serde_json::{Value, json};
use utoipa_axum::routes;

use super::refusals::Refusals;
use super::routes::Routes;
use super::sources::Sources;
use crate::http::access::{Reader, Right};
use crate::http::metrics::Beside;
use crate::http::page::found;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::http::status::status;
use crate::storage::store::{self, AlertFilter, WorkState};
use atalaia_core::alerts::Status;

/// Adds the routes.
pub(super) fn add(routes: Routes) -> Routes {
    routes.add_polled(Right::Status, routes!(show_status)).add_polled(Right::Status, routes!(list_feeds))
}

/// The page `/status` of the monitoring pages, and the open alerts that the reader may see, by severity and behaviour. `alerts` and
/// `open_alerts` are null for a reader who may not read alerts; `budget` is null, because no number of alerts a day is set.
#[utoipa::path(get, path = "/status", tag = "status",
    responses((status = 200, description = "The state", content_type = "application/json"), Refusals))]
async fn show_status(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    Parameters::of(given, &[])?;
    let mut body = state(&sources).await?;
    let open = match reader.rights.allow(Right::Read) {
        true => Some(open_alerts(&sources, &reader).await?),
        false => None,
    };
    // The view counts every alert, also those that the reader may not see.
    let (severities, behaviours) = open.unzip();
    body["open_alerts"] = json!(behaviours);
    body["alerts"] = severities.map_or(Value::Null, |open| json!({ "open": open }));
    body["budget"] = Value::Null;
    Ok(found(&body))
}

/// The inputs in the order of the settings.
#[utoipa::path(get, path = "/feeds", tag = "status",
    responses((status = 200, description = "The inputs", content_type = "application/json"), Refusals))]
async fn list_feeds(
    State(sources): State<Sources>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    Parameters::of(given, &[])?;
    let mut body = state(&sources).await?;
    Ok(found(&json!({ "at": body["at"].take(), "items": body["inputs"].take() })))
}

/// The page `/status` as a value.
async fn state(sources: &Sources) -> Result<Value, Problem> {
    let now = sources.clock.now();
    let backlog = sources.stored(move |path: &std::path::Path| store::backlog(path, now)).await?;
    let beside = Beside { backlog: Some(backlog), ..Beside::default() };
    let view = std::sync::Arc::clone(&sources.view.borrow());
    let age = sources.clock.moment().since(view.seen);
    // Plain data always serialises.
    Ok(serde_json::to_value(status(&view, age, &beside)).unwrap_or_default())
}

/// Open alerts that are not closed, by severity and by behaviour.
async fn open_alerts(
    sources: &Sources,
    reader: &Reader,
) -> Result<(BTreeMap<&'static str, u32>, BTreeMap<String, u32>), Problem> {
    let now = sources.clock.now();
    let states = vec![WorkState::New, WorkState::Acknowledged];
    let filter = AlertFilter { statuses: vec![Status::Open], states, ..AlertFilter::default() };
    let clearance = reader.clearance.clone();
    let counts = sources.read(move |readers| readers.summary(&filter, &clearance, now, now)).await?;
    Ok((counts.severity, counts.behaviour))
}
