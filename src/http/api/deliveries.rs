//! Deliveries: what waits for a sink or was given up, and another attempt at what was given up.
//!
//! People who look after the sinks need not read alerts: without the right `read` a delivery does not say which alert it is of.

use std::collections::BTreeMap;

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa_axum::routes;

use super::consulted::listed;
use super::described;
use super::refusals::Refusals;
use super::routes::Routes;
use super::sources::Sources;
use crate::http::access::{Reader, Right};
use crate::http::body::{JsonBody, wrong};
use crate::http::page::found;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::http::view::SinkView;
use crate::storage::store::{self, DeliveryFilter, DeliveryQuery, DeliveryRow, DeliveryState, Filter};
use atalaia_core::alerts::Severity;
use atalaia_core::base::text::advice;

/// Deliveries of a page if the request names no number, and the largest number it may name.
const LIMIT: (usize, usize) = (100, 1000);
/// Longest reason in characters.
const REASON: usize = 2_000;
/// The parameters, with their meaning.
const PARAMETERS: [(&str, &str); 5] = [
    ("sink", "Only to this sink"),
    (
        "state",
        "pending, delivered, not_selected, silenced, withheld or failed, several by comma; failed,pending if absent",
    ),
    ("alert", "Only of the alert with this full id; needs the right `read`"),
    ("limit", "1 to 1000; 100 if absent"),
    ("cursor", "`next` of the page before"),
];

/// A page of deliveries.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct DeliveryList {
    /// The deliveries in the order in which they are or were to be sent.
    items: Vec<DeliveryItem>,
    /// The cursor of the next page; null on the last one.
    next: Option<String>,
    /// Deliveries on this page that are not shown, because the reader may not see the alert.
    withheld: u64,
    /// What waits or was given up, by sink, as far as the reader may see the alerts. On the first page only; empty on the others.
    sinks: BTreeMap<String, SinkBacklog>,
}

/// What waits or was given up for one sink.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SinkBacklog {
    /// Deliveries that wait for their turn, their digest or another attempt.
    pending: u64,
    /// Deliveries that were given up.
    failed: u64,
}

/// A delivery of one change to one sink.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct DeliveryItem {
    /// Name of the sink.
    sink: String,
    /// Full id of the alert; null without the right `read`.
    alert: Option<String>,
    /// Revision of the alert.
    revision: u32,
    /// Behaviour of the alert; null without the right `read`.
    behaviour: Option<String>,
    /// pending, delivered, not_selected, silenced, withheld or failed.
    state: &'static str,
    /// When it was queued, by the wall clock.
    since: String,
    /// Number of attempts.
    attempts: u32,
    /// Earliest time of the next attempt; null if none is planned.
    due_at: Option<String>,
    /// When it was accepted or given up; null before that.
    settled_at: Option<String>,
    /// The last error, or why it was not sent.
    error: Option<String>,
}

/// Which failed deliveries to try again: all of them if it is empty.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RetryBody {
    /// Only to this sink.
    sink: Option<String>,
    /// Only of the alert with this full id; needs the right `read`.
    alert: Option<String>,
    /// The reason.
    why: Option<String>,
}

/// What a retry has done.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Retried {
    /// Number of deliveries that are tried again.
    queued: u64,
    /// Number of deliveries that were left as they are, by sink, because the settings no longer have the sink.
    removed: BTreeMap<String, u64>,
    /// Deliveries that stay withheld, because the sink may not receive the present marking of the alert.
    withheld: Vec<StillWithheld>,
}

/// Deliveries to a sink that stay withheld.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct StillWithheld {
    /// Name of the sink.
    sink: String,
    /// Number of deliveries.
    count: u64,
    /// The limit of the sink that the marking exceeds.
    why: String,
}

/// Adds the routes.
pub(super) fn add(routes: Routes) -> Routes {
    routes.add(Right::Retry, routes!(list_deliveries)).add(Right::Retry, routes!(retry_deliveries))
}

/// Deliveries that failed or wait, or those in other states.
#[utoipa::path(get, path = "/deliveries", tag = "deliveries", params(Listed),
    responses((status = 200, description = "One page", body = DeliveryList), Refusals))]
async fn list_deliveries(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let query: Vec<String> = given.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let given = Parameters::of(given, &PARAMETERS.map(|(name, _)| name))?;
    let alert = given.text("alert").map(str::to_ascii_lowercase);
    if alert.is_some() {
        reader.need(Right::Read)?;
    }
    let states: Option<Vec<_>> = given.text("state").map(|text| text.split(',').map(state).collect()).transpose()?;
    let wrong = || Problem::parameter("cursor: write `next` of the page before");
    let after = given.text("cursor").map(|text| text.parse::<i64>().map_err(|_| wrong())).transpose()?;
    let sink = given.text("sink").map(str::to_owned);
    let filter = DeliveryFilter { sink, states: states.unwrap_or_default(), alert, after };
    let limit = given.count("limit", LIMIT.0, LIMIT.1)?;
    listed(&sources, &reader, "deliveries", &query.join("&")).await?;
    let (clearance, may_read) = (reader.clearance.clone(), reader.rights.allow(Right::Read));
    let page = sources.read(move |readers| readers.deliveries(&filter, &clearance, limit)).await?;
    let backlog =
        |(sink, of): (String, store::Backlogged)| (sink, SinkBacklog { pending: of.pending, failed: of.failed });
    Ok(found(&DeliveryList {
        items: page.rows.into_iter().map(|row| item(row, may_read)).collect(),
        next: page.next.map(|next| next.to_string()),
        withheld: page.withheld,
        sinks: page.sinks.into_iter().map(backlog).collect(),
    }))
}

/// Tries failed deliveries again: all of them, those to a sink, or those of an alert. They are sent within seconds, behind all others. What
/// a sink may not receive is still kept from it: of an alert that is named, `withheld` says how many and why. Deliveries of alerts that the reader may not see are tried again too.
#[utoipa::path(post, path = "/deliveries/retry", tag = "deliveries", request_body = RetryBody,
    responses((status = 200, description = "What was done", body = Retried),
    (status = 415, description = "The body is not JSON"), Refusals))]
async fn retry_deliveries(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    JsonBody(wanted): JsonBody<RetryBody>,
) -> Result<Response, Problem> {
    let now = sources.clock.now();
    let alert = wanted.alert.map(|id| id.to_ascii_lowercase());
    let why = wanted.why.as_deref().map(str::trim).filter(|why| !why.is_empty()).map(str::to_owned);
    if why.as_ref().is_some_and(|why| REASON < why.chars().count()) {
        return Err(wrong("why", format!("is longer than {REASON} characters")));
    }
    if let Some(id) = alert.clone() {
        reader.need(Right::Read)?;
        let clearance = reader.clearance.clone();
        let there = sources.read(move |readers| readers.item(&id, &clearance, now)).await?;
        there.ok_or_else(|| Problem::not_found("there is no such alert"))?;
    }
    // Only names and clearances: what was queued once has been selected.
    let known: Vec<Filter> = {
        let view = sources.view.borrow();
        if !view.ready {
            return Err(Problem::busy("the daemon is starting"));
        }
        let filter = |sink: &SinkView| Filter {
            clearance: sink.clearance.clone(),
            ..Filter::from_severity(&sink.name, Severity::Info)
        };
        view.sinks.iter().map(filter).collect()
    };
    let which = DeliveryQuery { sink: wanted.sink, alert, state: None };
    let retry =
        move |path: &std::path::Path| store::retry(path, &which, Some(&known), reader.actor(), why.as_deref(), now);
    let done = sources.stored(retry).await?;
    let withheld = done.withheld.into_iter().map(|((sink, why), count)| StillWithheld { sink, count, why });
    Ok(found(&Retried { queued: done.queued, removed: done.removed, withheld: withheld.collect() }))
}

/// A delivery as it is sent.
fn item(row: DeliveryRow, may_read: bool) -> DeliveryItem {
    DeliveryItem {
        sink: row.sink,
        alert: may_read.then_some(row.alert),
        revision: row.revision,
        behaviour: may_read.then_some(row.behaviour),
        state: row.state.name(),
        since: row.since.to_string(),
        attempts: row.attempts,
        due_at: row.due_at.map(|at| at.to_string()),
        settled_at: row.settled_at.map(|at| at.to_string()),
        error: row.error,
    }
}

/// The state of this name.
fn state(text: &str) -> Result<DeliveryState, Problem> {
    let names = DeliveryState::ALL.map(DeliveryState::name);
    let unknown = || Problem::parameter(format!("state: {}", advice(text, &names)));
    DeliveryState::ALL.into_iter().find(|state| state.name() == text.trim()).ok_or_else(unknown)
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
