//! One vessel: what the engine knows of it now, its alerts, and what it lacks for an alert.

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::http::access::Reader;
use crate::http::answering;
use crate::http::api::consulted::consulted;
use crate::http::api::filter::value;
use crate::http::api::item::Item;
use crate::http::api::personal::{known, may_ask};
use crate::http::api::refusals::Refusals;
use crate::http::api::sources::Sources;
use crate::http::page::found;
use crate::http::parameters::{Parameters, mmsi};
use crate::http::problem::Problem;
use crate::storage::store::{Act, Subject};
use crate::storage::store::{AlertFilter, AlertPage, Cursor, Order, Sorted};
use crate::storage::store::{PageRequest, Readers};
use atalaia_core::alerts::Status;

/// Alerts of a page if the request names no number, and the largest number it may name.
const LIMIT: (usize, usize) = (100, 1000);

/// Alerts of one vessel.
#[derive(Serialize, ToSchema)]
struct AlertsOf {
    /// The alerts, the latest first.
    items: Vec<Item>,
    /// The cursor of the next page; null on the last one.
    next: Option<String>,
    /// Always 0: another number would say that there is an alert about the vessel.
    withheld: u32,
    /// Alerts of all pages.
    total: u32,
}

/// What the engine knows of a vessel now, and its open alerts that the reader may see.
#[utoipa::path(get, path = "/vessels/{mmsi}", tag = "vessels",
    params(("mmsi" = String, Path, description = "Nine digits")),
    responses((status = 200, description = "The vessel", content_type = "application/json"), Refusals))]
pub(super) async fn show_vessel(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    number: Result<Path<String>, PathRejection>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    Parameters::of(given, &[])?;
    let number = mmsi(number)?;
    may_ask(&sources, &reader.clearance, number).await?;
    let vessel = answering::vessel(&sources.asker, number).await?;
    consulted(&sources, &reader, Act::VesselRead, Subject::Vessel(number), None).await?;
    let filter = AlertFilter { mmsis: vec![number.0], statuses: vec![Status::Open], ..AlertFilter::default() };
    let page = alerts(&sources, &reader, filter, Order::default(), None, LIMIT.0).await?;
    let items: Vec<Item> = page.items.iter().map(Item::from).collect();
    // Plain data always serialises.
    let mut body = serde_json::to_value(vessel).unwrap_or_default();
    // The engine knows of alerts that the reader may not see.
    body["open"] = page.items.iter().map(|item| item.id.clone()).collect();
    body["open_alerts"] = json!(items);
    Ok(found(&body))
}

/// The alerts that name the vessel, also those that a later change no longer names.
#[utoipa::path(get, path = "/vessels/{mmsi}/alerts", tag = "vessels",
    params(
        ("mmsi" = String, Path, description = "Nine digits"),
        ("facts" = Option<String>, Query, description = "true includes facts, which were never announced"),
        ("limit" = Option<String>, Query, description = "1 to 1000; 100 if it is left out"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, description = "One page", body = AlertsOf), Refusals))]
pub(super) async fn list_alerts_of_vessel(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    number: Result<Path<String>, PathRejection>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &["facts", "limit", "cursor"])?;
    let number = mmsi(number)?;
    let facts = given.text("facts").map(value::truth).transpose();
    let facts = facts.map_err(|wrong| Problem::parameter(format!("facts: {wrong}")))?.unwrap_or(false);
    let order = Order { by: Sorted::LastAt, ascending: false };
    let cursor = given.text("cursor").map(|text| text.parse::<Cursor>()).transpose().ok();
    let cursor = cursor.filter(|cursor| cursor.as_ref().is_none_or(|cursor| cursor.order == order));
    let cursor =
        cursor.ok_or_else(|| Problem::parameter("cursor: is not one that this list gave; begin without it"))?;
    let limit = given.count("limit", LIMIT.0, LIMIT.1)?;
    consulted(&sources, &reader, Act::AlertsOfVesselRead, Subject::Vessel(number), None).await?;
    let filter = AlertFilter { mmsis: vec![number.0], facts, ..AlertFilter::default() };
    let page = alerts(&sources, &reader, filter, order, cursor, limit).await?;
    let next = page.next.map(|next| next.to_string());
    let items = page.items.iter().map(Item::from).collect();
    Ok(found(&AlertsOf { items, next, withheld: 0, total: page.total }))
}

/// Every condition of every behaviour for a vessel now, met or not: why there is no alert.
#[utoipa::path(get, path = "/vessels/{mmsi}/explanations", tag = "vessels",
    params(
        ("mmsi" = String, Path, description = "Nine digits"),
        ("behaviour" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, description = "The conditions", content_type = "application/json"), Refusals))]
pub(super) async fn explain_vessel(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    number: Result<Path<String>, PathRejection>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &["behaviour"])?;
    let only = answering::behaviour(&given)?;
    let number = mmsi(number)?;
    may_ask(&sources, &reader.clearance, number).await?;
    if !sources.explanations.take(sources.clock.moment()) {
        return Err(Problem::busy("enough explanations were asked for in this second; ask again"));
    }
    let mut answer = answering::explanations(&sources.asker, number, only).await?;
    if let Some(known) = known(&sources, &reader.clearance).await? {
        answer.retain(|other| known.contains(&other));
    }
    consulted(&sources, &reader, Act::ExplanationsRead, Subject::Vessel(number), None).await?;
    Ok(found(&answer))
}

/// A page of the alerts that the filter finds and the reader may see.
async fn alerts(
    sources: &Sources,
    reader: &Reader,
    filter: AlertFilter,
    order: Order,
    cursor: Option<Cursor>,
    limit: usize,
) -> Result<AlertPage, Problem> {
    let (now, clearance) = (sources.clock.now(), reader.clearance.clone());
    let read = move |readers: &Readers| {
        let cursor = cursor.as_ref();
        readers.page(&PageRequest { filter: &filter, clearance: &clearance, order, cursor, limit, now })
    };
    sources.read(read).await
}
